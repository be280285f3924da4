"""What is found in models with many tensors, where only near columns are compared, and many parameters."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import nn
from torch.nn.functional import mse_loss

from symlag.networks import certificate, symmetries
from symlag.networks.certificate import certificates
from symlag.networks.generators import tensor_action
from symlag.networks.generators.axis_views import views
from symlag.networks.generators.families import Affine
from symlag.networks.generators.matrix_spaces import AllVectors
from symlag.networks.generators.tensor_action import Absorption, Entries
from symlag.networks.problem import pose
from symlag.networks.search import generator_rates
from symlag.networks.search.sketch import Sketch, sketch_of
from symlag.networks.search.translations import joint_translations
from symlag.networks.search.view_plan import WHOLE, ViewPlan
from symlag.networks.search.zero_gradients import zero_gradients

pytestmark = pytest.mark.usefixtures("one_thread")


class Block(nn.Module):
    """A norm and two layers beside the stream."""

    def __init__(self, d, h):
        super().__init__()
        self.norm, self.up, self.down = nn.LayerNorm(d), nn.Linear(d, h), nn.Linear(h, d)

    def forward(self, x):
        return x + self.down(torch.tanh(self.up(self.norm(x))))


def seen(model, batch, width) -> Sketch:
    """What random draws show of the views of one width."""
    problem = pose(model, mse_loss, batch)
    shapes = {name: tuple(tensor.shape) for name, tensor in problem.parameters.items()}
    return sketch_of(problem, ViewPlan(shapes, {width: views(shapes)[width]}))


def test_a_shift_is_taken_back_in_every_layer_of_a_deep_model():
    d, layers = 2, 12
    deep = nn.Sequential(*(Block(d, 4 * d) for _ in range(layers)))
    sketch = seen(deep, (torch.randn(3, d), torch.randn(3, d)), d)
    columns = sketch.plan.by_width[d]
    assert len(columns) + sum(view.axis == 1 for view in columns) > WHOLE
    found = list(joint_translations(sketch, sketch.plan.by_width, []))
    taken_back = [{term.tensor for term in family.terms if isinstance(term, Absorption)} for family in found]
    assert taken_back == [{f"{layer}.up.bias"} for layer in range(layers)]
    assert [family.space.size for family in found] == [d] * layers


def test_words_that_never_occur_are_a_mask_over_rows():
    words = nn.Sequential(nn.Embedding(160, 2), nn.Linear(2, 3))
    tokens = torch.tensor([[2, 7], [150, 7]])
    found = symmetries(words, mse_loss, (tokens, torch.randn(2, 2, 3)))
    [(term, free)] = [(t, s) for s in found for t in s.family.terms if isinstance(t, Entries)]
    assert term.mask.shape == (160,)
    assert sorted({*range(160)} - {*term.rows}) == [2, 7, 150]
    assert (free.dimension, free.certificate) == (157 * 2, 0.0)
    assert free.change < 1e-12


class Pruned(nn.Module):
    """A layer some entries of whose weight are cut."""

    def __init__(self, kept):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(kept.shape))
        self.kept = kept

    def forward(self, x):
        return torch.tanh(x @ (self.weight * self.kept).mT)


def test_single_entries_are_found_where_they_are_cut():
    kept = torch.ones(4, 3, dtype=torch.float64)
    kept[0, 1] = kept[2] = 0
    [symmetry] = symmetries(Pruned(kept), mse_loss, (torch.randn(8, 3), torch.randn(8, 4)))
    [term] = [term for term in symmetry.family.terms if isinstance(term, Entries)]
    assert torch.equal(term.whole, kept == 0)
    moved = symmetry.apply({"weight": torch.ones(4, 3).double()}, 2.0, torch.arange(4.0).double())["weight"]
    assert moved.tolist() == [[1, 1, 1], [1, 1, 1], [3, 5, 7], [1, 1, 1]]


@pytest.mark.parametrize("mask", [torch.tensor([True, False, True, True, False]), torch.rand(5, 3) < 0.5], ids=len)
@pytest.mark.parametrize("block", [1, 4, 7, 100])
def test_entries_are_moved_and_read_in_blocks(mask, block, monkeypatch):
    monkeypatch.setattr(tensor_action, "BLOCK", block)
    term, W, x = Entries("W", mask, (5, 3)), torch.randn(5, 3).double(), torch.randn(15).double()
    x = x[: term.size]
    expected = torch.zeros(5, 3).double()
    expected[term.whole] = x
    assert torch.equal(term.field(W, {}, x), expected)
    assert torch.equal(torch.cat([*term.parts(expected)]), x)


def test_an_entry_that_is_falsely_free_has_a_large_certificate():
    problem = pose(nn.Linear(3, 2, bias=False), mse_loss, (torch.randn(4, 3), torch.randn(4, 2)))
    false = Affine((Entries("weight", torch.tensor([False, True]), (2, 3)),), AllVectors(3))
    assert certificates(problem, [false])[0] > 0.1


def test_a_large_tensor_is_compared_in_parts(monkeypatch):
    model, batch = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)), (torch.randn(8, 3), torch.randn(8, 2))
    whole = [symmetry.certificate for symmetry in symmetries(model, mse_loss, batch)]
    for module, name in (
        (certificate, "PART"),
        (certificate, "BLOCK"),
        (generator_rates, "BLOCK"),
        (tensor_action, "BLOCK"),
    ):
        monkeypatch.setattr(module, name, 2)
    parts = symmetries(model, mse_loss, batch)
    assert [symmetry.dimension for symmetry in parts] == [4]
    assert max(*whole, *(symmetry.certificate for symmetry in parts)) < 1e-14


class Normed(nn.Module):
    """Layers whose weights are divided by the length of all of them together."""

    def __init__(self, *widths):
        super().__init__()
        self.weights = nn.ParameterList(torch.randn(b, a) for a, b in pairwise(widths))

    def forward(self, x):
        size = torch.stack([W.square().sum() for W in self.weights]).sum().sqrt()
        for W in self.weights:
            x = torch.tanh(10 * x @ (W / size).mT)
        return x


def test_a_scale_of_many_long_tensors_at_once_is_found():
    found = symmetries(Normed(66, 65, 67, 68, 65), mse_loss, (torch.randn(4, 66), torch.randn(4, 65)))
    [scale] = found
    assert (scale.kind, scale.dimension, len(scale.tensors)) == ("scale", 1, 4)
    assert max(scale.certificate, scale.change) < 1e-12
    at = {name: torch.randn(shape).double() for name, shape in found.shapes.items()}
    assert all(torch.allclose(scale.xi(at)[name], W, rtol=0, atol=1e-14) for name, W in at.items())


def test_scales_of_whole_tensors_that_are_known_by_unit_are_said_once():
    layers = nn.Sequential(nn.Linear(70, 66, bias=False), nn.ReLU(), nn.Linear(66, 70, bias=False))
    found = symmetries(layers, mse_loss, (torch.randn(4, 70), torch.randn(4, 70)))
    assert [(symmetry.kind, symmetry.dimension) for symmetry in found] == [("rescale", 66)]


@pytest.mark.parametrize("shape", [(6,), (6, 5), (4, 3, 2)], ids=str)
@pytest.mark.parametrize("chance", [0.0, 0.3, 0.8, 1.0])
@pytest.mark.parametrize("across", [0, 1, 2])
def test_zero_gradients_of_two_sets_of_draws_are_those_of_all(shape, chance, across):
    def drawn(count):
        axes = [1 if axis >= max(1, len(shape) - across) else d for axis, d in enumerate(shape)]
        return torch.randn(count, *shape) * (torch.rand(axes) >= chance)

    one, two = drawn(2), drawn(3)
    dense = (torch.cat([one, two]) == 0).all(0)
    found = zero_gradients(one, 0.0).intersection(zero_gradients(two, 0.0))
    assert torch.equal(found.entries("W").whole, dense)
    for axis in range(len(shape)):
        assert torch.equal(found.has_gradient(axis), ~dense.movedim(axis, 0).reshape(shape[axis], -1).all(1))
