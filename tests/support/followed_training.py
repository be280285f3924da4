"""A perceptron whose charges a monitor predicts by the law in continuous time, and by how much that misses."""

from functools import partial

import pytest
import torch
from torch.nn.functional import cross_entropy

from numeric._monitored import perceptron, vectors
from symlag.networks import Monitor, symmetries
from tests.support.training import train_on

train = partial(train_on, vectors)


def network():
    torch.manual_seed(0)
    return perceptron().double()


@pytest.fixture(scope="module")
def found():
    return symmetries(network(), cross_entropy, vectors())


def monitored_run(found, make, steps, **options):
    """A run of some steps by the optimizer that `make` makes of parameters."""
    model = network()
    with Monitor(model, make(model.parameters()), found, **options) as monitor:
        train(monitor, steps)
    return monitor


def charges(monitor):
    """The names of the charges that the law is followed for."""
    return [c.removesuffix("/continuous") for c in monitor.ledger.columns if c.endswith("/continuous")]


def largest_miss(run, charge):
    """By how much the law misses a charge at most."""
    return abs(run.ledger.continuous(charge) - run.ledger[f"{charge}/charge"]).max()
