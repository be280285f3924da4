"""The continuous law of a momentum in the ledger is missed by O(η) at a fixed time: half the step leaves half the gap.

In m Q̈ + μ Q̇ + κQ = S the mass is O(η), (1 + β)η/2 of heavy ball and (1 − β + 2β²)η/2 of Nesterov, and the friction is
1 − β: of a rule without memory, whose friction is one, the law is missed by O(1).
"""

from functools import partial

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from symlag.networks.monitor import continuous_law  # noqa: E402
from symlag.optimizers.library.momentum import sgd  # noqa: E402
from tests.support.followed_training import charges, found, largest_miss, monitored_run  # noqa: E402

__all__ = ["found"]  # a fixture, asked for by its name

STEPS = (0.025, 0.0125)
SPAN = 5.0
RULES = ("heavy ball", "Nesterov")


def orders(found, rule):
    """Of every charge the order in the step by which the continuous law is missed."""
    make = partial(torch.optim.SGD, momentum=0.8, weight_decay=0.05, nesterov=rule == "Nesterov")
    coarse, fine = (monitored_run(found, partial(make, lr=step), round(SPAN / step)) for step in STEPS)
    return {c: np.log2(largest_miss(coarse, c) / largest_miss(fine, c)) for c in charges(fine)}


@pytest.mark.parametrize("rule", RULES)
def test_half_the_step_leaves_half_the_gap(found, rule):
    told = orders(found, rule)
    assert len(told) == 4
    assert all(0.85 < order < 1.1 for order in told.values()), told


@pytest.mark.parametrize("rule", RULES)
def test_the_gap_of_a_rule_without_memory_stays(found, monkeypatch, rule):
    flow = continuous_law.oscillator(sgd(momentum=0), "symmetric")
    monkeypatch.setattr(continuous_law, "oscillator", lambda *_: lambda _, eta, decay: flow(eta, decay))
    assert min(orders(found, rule).values()) < 0.3
