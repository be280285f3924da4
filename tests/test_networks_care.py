"""What the finder must not prove: of masks, of numbers that are not finite, of models that do not run."""

from __future__ import annotations

import pytest
import torch
from torch import inf, nn, randn
from torch.nn.functional import mse_loss

from symlag.networks import symmetries
from symlag.networks._batches import redrawn


class Runs(nn.Module):
    """A model of some modules, whose forward is a function of them and the inputs."""

    def __init__(self, forward, *modules, **attributes):
        super().__init__()
        self.run, self.parts = forward, nn.ModuleList(modules)
        vars(self).update(attributes)

    def forward(self, *inputs):
        return self.run(self, *inputs)


def causal(score):
    return torch.full((3, 3), score).triu(1)


ATTENTION = Runs(
    lambda self, x, m: self.parts[0](x, x, x, attn_mask=m, need_weights=False)[0],
    nn.MultiheadAttention(4, 1, batch_first=True, bias=False),
)
ENCODER = Runs(
    lambda self, x, m: self.parts[0](x, src_mask=m), nn.TransformerEncoderLayer(4, 1, 8, dropout=0, batch_first=True)
)


@pytest.mark.parametrize("model", [ATTENTION, ENCODER], ids=["attention", "encoder"])
@pytest.mark.parametrize("score", [-inf, -1e9, torch.finfo(torch.float32).min])
def test_a_mask_is_an_input_like_a_constant_of_the_model(model, score):
    x, y, mask = randn(5, 3, 4), randn(5, 3, 4), causal(score)
    fixed = Runs(lambda self, x: model(x, mask.to(x)), model)
    given, own = symmetries(model, mse_loss, ((x, mask), y)), symmetries(fixed, mse_loss, (x, y))
    assert (given.dimension, given.fiber_dimension) == (own.dimension, own.fiber_dimension)
    assert given.dimension < sum(p.numel() for p in model.parameters()) - 16


@pytest.mark.parametrize("mask", [causal(-inf), causal(-1e9), torch.tensor([True, False]), torch.empty(0, 3)])
def test_masks_are_not_drawn(mask):
    assert torch.equal(redrawn(mask, torch.Generator()), mask)


@pytest.mark.parametrize("data", [randn(3, 4), randn(3, 4).exp(), torch.zeros(3), -1e5 * torch.rand(4), randn(4) * 1j])
def test_data_are_drawn_and_stay_positive(data):
    drawn = redrawn(data, torch.Generator())
    assert drawn.shape == data.shape
    assert drawn.dtype == data.dtype
    assert not (drawn == data).any()
    assert data.is_complex() or not (data > 0).all() or (drawn > 0).all()
