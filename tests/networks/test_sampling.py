"""How draws of a model are made, many at once, and what a first search loads."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
import torch
from torch import Generator, nn
from torch.nn.functional import mse_loss

from symlag.networks import batched_gradients
from symlag.networks.batches import random_batches, select
from symlag.networks.problem import pose
from symlag.networks.search.null_space import independent_rows, nearest_fraction, reduced_echelon

FIRST = """
import sys, torch
from symlag.networks import symmetries
model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Dropout(0.1), torch.nn.ReLU(), torch.nn.Linear(3, 1))
found = symmetries(model, torch.nn.functional.mse_loss, (torch.randn(8, 2), torch.randn(8, 1)))
print(found.dimension, found.fiber_dimension, "torch._dynamo" in sys.modules)
"""


class Branching(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(1, 2))

    def forward(self, x):
        return x @ self.weight.T if bool(self.weight.detach().sum() > 0) else -(x @ self.weight.T)


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.cells = nn.RNN(2, 2, batch_first=True)

    def forward(self, x):
        return self.cells(x[:, None])[0][:, 0, :1]


def test_a_search_does_not_load_the_compiler():
    done = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["3", "3", "False"]


@pytest.mark.parametrize(
    "model",
    [
        nn.Linear(2, 1),
        nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.ReLU(), nn.Linear(3, 1)),
        Recurrent(),
        Branching(),
    ],
    ids=lambda model: type(model).__name__,
)
@pytest.mark.parametrize("at_once", [1, 30, 10**6])
def test_gradients_of_many_draws_are_those_of_each(model, at_once, monkeypatch):
    monkeypatch.setattr(batched_gradients, "AT_ONCE", at_once)
    problem = pose(model, mse_loss, (torch.randn(4, 2), torch.randn(4, 1)))
    generator = Generator().manual_seed(1)
    points, batches = dict(problem.random_parameters(generator, (5,))), random_batches(problem.batch, 5, generator)
    found = batched_gradients.gradients_at(problem, points, batches)
    for i in range(5):
        each = problem.gradients({name: W[i] for name, W in points.items()}, select(batches, i))
        assert all(torch.allclose(found[name][i], each[name], atol=1e-12) for name in each)
    assert {name: tensor.shape for name, tensor in found.items()} == {name: W.shape for name, W in points.items()}


def test_gradients_are_clipped_at_once_as_one_by_one():
    problem = replace(pose(nn.Linear(2, 1), mse_loss, (torch.randn(4, 2), torch.randn(4, 1))), clip=0.1)
    cut = max(float(G.abs().max()) for G in batched_gradients.random_gradients(problem, range(20))[1].values())
    assert cut == pytest.approx(0.1 / problem.unit)


def test_an_echelon_form_spans_the_same_and_skips_what_has_no_pivot():
    torch.manual_seed(0)
    sparse = torch.tensor([[1.0, 2, 0, 3, 0], [0, 0, 1, -1, 0], [0, 0, 0, 0, 1]], dtype=torch.float64)
    mixed = torch.randn(3, 3, dtype=torch.float64) @ sparse
    assert torch.allclose(reduced_echelon(mixed), sparse, atol=1e-12)


def test_rows_are_independent_of_given_ones_and_of_those_before():
    rows = torch.tensor([[1.0, 1, 0], [0, 1, 0], [2, 0, 0], [0, 0, 1e-3], [1, 1, 1]], dtype=torch.float64)
    assert independent_rows(rows, torch.tensor([[3.0, 3, 0]]).double()) == [1, 3]
    assert independent_rows(rows, torch.zeros(0, 3, dtype=torch.float64)) == [0, 1, 3]


@pytest.mark.parametrize(("number", "near"), [(5 / 7 + 1e-9, 5 / 7), (-11 / 12, -11 / 12), (3 + 1e-8, 3.0), (0.0, 0.0)])
def test_a_small_fraction_is_found(number, near):
    assert nearest_fraction(number) == near


@pytest.mark.parametrize("number", [3.14159, 1 / 13, 0.5001])
def test_what_is_no_small_fraction_is_left(number):
    assert nearest_fraction(number) == number
