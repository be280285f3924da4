"""Norms, and convolutions."""

from __future__ import annotations

from torch import nn
from torch.nn.functional import mse_loss

from tests.support.planted.parts import (
    EPS,
    Function,
    Planted,
    chain,
    linear,
    parameter,
    regression,
    rms,
)

NORMED = [
    Planted(
        "BatchNorm",
        chain(linear(3, 4, True), nn.BatchNorm1d(4, eps=EPS), nn.ReLU(), linear(4, 2, True)),
        mse_loss,
        regression((8, 3), (8, 2)),
        {"translation": 4, "scale": 4, "rescale": 4},
        "bias, weights and gain of each unit",
    ),
    Planted(
        "LayerNorm",
        chain(linear(3, 4), nn.LayerNorm(4, eps=EPS), nn.Tanh(), linear(4, 2)),
        mse_loss,
        regression((8, 3), (8, 2)),
        {"translation": 3, "scale": 1},
        "m + 1",
    ),
    Planted(
        "RMSNorm",
        chain(linear(3, 4), nn.RMSNorm(4, eps=EPS), linear(4, 2)),
        mse_loss,
        regression((8, 3), (8, 2)),
        {"scale": 1, "rescale": 4},
        "the scale before, the gain against what follows; turns between them are not linear",
        unexplained=8,
    ),
    Planted(
        "GroupNorm",
        chain(linear(3, 6, True), nn.GroupNorm(2, 6, eps=EPS, affine=False), nn.Tanh(), linear(6, 2)),
        mse_loss,
        regression((8, 3), (8, 2)),
        {"translation": 8, "scale": 2},
        "for each group one scale and m + 1 shifts",
    ),
    Planted(
        "InstanceNorm",
        chain(nn.Conv1d(2, 3, 2), nn.InstanceNorm1d(3, eps=EPS), nn.ReLU(), nn.Conv1d(3, 2, 2)),
        mse_loss,
        regression((4, 2, 6), (4, 2, 4)),
        {"translation": 3, "scale": 3},
        "bias and filter of each channel",
    ),
    Planted(
        "norm gain",
        lambda: Function(
            lambda m, x: m.b((m.g * rms(m.a(x))).relu() ** 2), a=linear(3, 4), b=linear(4, 2), g=parameter(4)
        ),
        mse_loss,
        regression((8, 3), (8, 2)),
        {"scale": 1, "rescale": 4},
        "the scale before RMS; the gain, through a square, against twice what follows",
    ),
    Planted(
        "weight norm",
        lambda: nn.Sequential(nn.utils.parametrizations.weight_norm(linear(3, 4)), nn.Tanh(), linear(4, 2)),
        mse_loss,
        regression((8, 3), (8, 2)),
        {"scale": 4},
        "one for each row",
    ),
    Planted(
        "convolutions",
        chain(nn.Conv2d(1, 3, 2), nn.BatchNorm2d(3, eps=EPS), nn.ReLU(), nn.Conv2d(3, 2, 2)),
        mse_loss,
        regression((3, 1, 4, 4), (3, 2, 2, 2)),
        {"translation": 3, "scale": 3, "rescale": 3},
        "bias, filter and gain of each channel",
    ),
    Planted(
        "flatten",
        chain(nn.Conv2d(1, 3, 2), nn.ReLU(), nn.Flatten(), linear(12, 2)),
        mse_loss,
        regression((4, 1, 3, 3), (4, 2)),
        {"rescale": 3},
        "channels × pixels",
    ),
    Planted(
        "depthwise",
        chain(nn.Conv1d(3, 3, 2, groups=3, bias=False), nn.ReLU(), nn.Conv1d(3, 3, 2, groups=3)),
        mse_loss,
        regression((4, 3, 6), (4, 3, 4)),
        {"rescale": 3},
        "one for each channel",
    ),
]
