"""The monitor: charges accounted for to round-off under every optimizer, and what it says of runs that go wrong."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402
from torch.nn.functional import cross_entropy  # noqa: E402

import symlag  # noqa: E402
from symlag.networks import Monitor, symmetries  # noqa: E402

OPTIMIZERS = {
    "SGD": lambda p: torch.optim.SGD(p, 0.1, weight_decay=0.01),
    "heavy ball": lambda p: torch.optim.SGD(p, 0.1, 0.9, dampening=0.3, weight_decay=0.01),
    "Nesterov": lambda p: torch.optim.SGD(p, 0.1, 0.9, nesterov=True, weight_decay=0.01, foreach=True),
    "Adam": lambda p: torch.optim.Adam(p, 0.01, weight_decay=0.1),
    "AdamW": lambda p: torch.optim.AdamW(p, 0.01, weight_decay=0.1, fused=True),
    "NAdam": lambda p: torch.optim.NAdam(p, 0.01, weight_decay=0.1),
    "RMSprop": lambda p: torch.optim.RMSprop(p, 0.01, momentum=0.5, weight_decay=0.1),
    "Adagrad": lambda p: torch.optim.Adagrad(p, 0.01, weight_decay=0.1),
}


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2, bias=False), nn.Linear(2, 3)).double()


def batch():
    torch.manual_seed(1)
    return torch.randn(16, 4, dtype=torch.float64), torch.randint(3, (16,))


@pytest.fixture(scope="module")
def found():
    return symmetries(network(), cross_entropy, batch())


def train(model, optimizer, steps=20, first=0):
    (x, y), dice = batch(), torch.Generator()
    for step in range(first, first + steps):
        at = torch.randint(16, (8,), generator=dice.manual_seed(step))
        optimizer.zero_grad()
        cross_entropy(model(x[at]), y[at]).backward()
        optimizer.step()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_charge_is_accounted_for_to_round_off(found, name):
    model = network()
    optimizer = OPTIMIZERS[name](model.parameters())
    with Monitor(model, optimizer, found) as monitor:
        train(model, optimizer)
    assert len(monitor.ledger) == 20
    for account in monitor.latest:
        assert np.abs(account.residual).max() <= 1e-13 * max(1, np.abs(account.before).max()), account.name
        assert np.abs(account.after[:-1] - account.before[1:]).max() == 0


def test_the_front_door_loads_it_when_it_is_asked_for():
    assert symlag.Monitor is Monitor
