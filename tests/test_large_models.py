"""What is found in models with many tensors, where only near columns are compared, and many parameters."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.functional import mse_loss

from symlag.networks._draws import sketched
from symlag.networks._plan import WHOLE, Plan
from symlag.networks._problem import pose
from symlag.networks._shifts import shared
from symlag.networks._sketch import Sketch
from symlag.networks._terms import Absorb
from symlag.networks._views import views


@pytest.fixture(autouse=True)
def _quiet():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(threads)


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
    shapes = {name: tuple(tensor.shape) for name, tensor in problem.given.items()}
    return sketched(problem, Plan(shapes, {width: views(shapes)[width]}))


def test_a_shift_is_taken_back_in_every_layer_of_a_deep_model():
    d, layers = 2, 12
    deep = nn.Sequential(*(Block(d, 4 * d) for _ in range(layers)))
    sketch = seen(deep, (torch.randn(3, d), torch.randn(3, d)), d)
    columns = sketch.plan.by_width[d]
    assert len(columns) + sum(view.axis == 1 for view in columns) > WHOLE
    found = list(shared(sketch, sketch.plan.by_width, []))
    taken_back = [{term.tensor for term in family.terms if isinstance(term, Absorb)} for family in found]
    assert taken_back == [{f"{layer}.up.bias"} for layer in range(layers)]
    assert [family.space.size for family in found] == [d] * layers
