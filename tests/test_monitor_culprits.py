"""Alarms name the culprit: what a run does that breaks a law, and not what merely looks like it."""

from functools import partial

import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, one_hot  # noqa: E402

from symlag.networks import Monitor, symmetries  # noqa: E402
from tests.test_monitor import batch, network  # noqa: E402

SGD = partial(torch.optim.SGD, lr=0.1)
BALL = partial(SGD, momentum=0.9)


@pytest.fixture(scope="module")
def found():
    return symmetries(network(), cross_entropy, batch())


def begun(found, make=SGD, **options):
    model = network()
    return Monitor(model, make(model.parameters()), found, **options)


def train(monitor, steps, loss=cross_entropy):
    x, y = batch()
    for _ in range(steps):
        monitor.optimizer.zero_grad()
        loss(monitor.model(x), y).backward()
        monitor.optimizer.step()


def told(monitor):
    monitor.flush()
    return [str(alarm) for alarm in monitor.alarms]


def decayed(monitor):
    squares = lambda: sum(p.square().sum() for p in monitor.model.parameters())  # noqa: E731
    train(monitor, 5, lambda z, y: cross_entropy(z, y) + 0.1 * squares())


def noisy(monitor):
    for p in monitor.model.parameters():
        p.register_hook(lambda slope: slope + 0.1 * torch.randn_like(slope))
    train(monitor, 5)


def another(monitor):
    train(monitor, 5, lambda z, y: binary_cross_entropy_with_logits(z, one_hot(y, 3).double()))


def headed(monitor):
    train(monitor, 5)
    monitor.flush()
    monitor.model[3] = nn.Linear(2, 3).double()
    train(monitor, 5)


@pytest.mark.parametrize("way", [decayed, noisy, another, headed])
def test_a_loss_or_a_model_that_was_not_given_is_thought_of(found, way):
    monitor = begun(found)
    way(monitor)
    said = [sentence for sentence in told(monitor) if "⟨g, ξ⟩" in sentence]
    assert said
    assert all("0 in the model and loss that symmetries or watch was given: either others are" in s for s in said)
