"""Magnitudes are measured seldom: floors stand on them when gradients come late, or a run is resumed, all the same."""

from copy import deepcopy
from functools import partial

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402
from torch.nn.functional import cross_entropy  # noqa: E402

from symlag.networks import Monitor, symmetries  # noqa: E402
from tests.support.training import train_on  # noqa: E402

OPTIMIZERS = {"SGD": partial(torch.optim.SGD, lr=0.05, momentum=0.9), "AdamW": partial(torch.optim.AdamW, lr=1e-3)}


def batch():
    generator = torch.Generator().manual_seed(1)
    return torch.randn(64, 5, generator=generator), torch.randint(3, (64,), generator=generator)


train = partial(train_on, batch)


def perceptron():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(5, 9), nn.ReLU(), nn.Linear(9, 3))


class Gated(nn.Module):
    """A gated unit, of which only the rows that are not in the gate have a symmetry."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.up, self.down = nn.Linear(5, 12), nn.Linear(6, 3, bias=False)

    def forward(self, x):
        values, gate = self.up(x).chunk(2, -1)
        return self.down(values * torch.sigmoid(gate))


@pytest.fixture(scope="module")
def found():
    return symmetries(perceptron(), cross_entropy, batch())


def new_monitor(found, make, model=None):
    model = model or perceptron()
    return Monitor(model, make(model.parameters()), found)


@pytest.mark.parametrize("cut", [4, 50, 100])
def test_a_run_that_is_resumed_has_the_floors_of_one_that_was_not(found, cut):
    make = partial(torch.optim.AdamW, lr=1e-2, weight_decay=0.5)
    whole, before, after = (new_monitor(found, make) for _ in range(3))
    train(whole, 110)
    train(before, cut)
    after.model.load_state_dict(deepcopy(before.model.state_dict()))
    after.optimizer.load_state_dict(deepcopy(before.optimizer.state_dict()))
    after.load_state_dict(deepcopy(before.state_dict()))
    train(after, 110 - cut)
    for monitor in (whole, after):
        monitor.flush()
    assert np.array_equal(whole.ledger.values, after.ledger.values, equal_nan=True)


def test_steps_without_a_gradient_leave_the_magnitudes_of_those_that_have_one(found):
    monitor = new_monitor(found, partial(torch.optim.SGD, lr=1e-3))
    for _ in range(120):
        monitor.optimizer.zero_grad()
        monitor.optimizer.step()
        train(monitor, 9)
    monitor.remove()
    assert monitor.alarms == ()


@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize("start", [40, 51, 130])
def test_a_head_that_is_thawed_late_is_ordinary(found, kind, start):
    model = perceptron()
    model[2].requires_grad_(False)
    monitor = new_monitor(found, OPTIMIZERS[kind], model)
    train(monitor, start)
    model[2].requires_grad_()
    train(monitor, 200 - start)
    monitor.remove()
    assert monitor.alarms == ()
    assert max(monitor.ledger[name].max() for name in monitor.ledger.columns if name.endswith("floors")) < 10


@pytest.mark.parametrize("row", [2, 8])
def test_what_is_no_number_is_told_at_once_wherever_it_is(row):
    model = Gated()
    monitor = new_monitor(symmetries(Gated(), cross_entropy, batch()), OPTIMIZERS["SGD"], model)
    train(monitor, 4)
    model.up.weight.register_hook(lambda slope: slope.index_fill(0, torch.tensor(row), torch.nan))
    train(monitor, 1)
    monitor.remove()
    assert [(alarm.kind, alarm.step) for alarm in monitor.alarms] == [("NaN", 4)]
