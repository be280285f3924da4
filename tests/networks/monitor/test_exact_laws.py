"""The monitor on networks as they are trained: exact laws in float64, under every kind of optimizer."""

import pytest

pytest.importorskip("torch")
from numeric._monitored import NETWORKS, residuals


@pytest.mark.parametrize("network", NETWORKS)
def test_exact_laws_hold_to_round_off(network):
    found = {name: (charges, missed) for name, charges, missed in residuals(network, steps=30)}
    assert [*found] == ["SGD", "Nesterov", "AdamW", "Lion", "Muon"]
    assert min(charges for charges, _ in found.values()) >= 10
    assert max(missed for _, missed in found.values()) <= 1e-12
