"""The networks of the trials: small, in float64, with the same initial weights whenever they are made.

Each has one symmetry to the last bit, so that its law holds with no error but the step's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import torch
from torch import Tensor, nn

from numeric._digits import digits

PIXELS, CLASSES, WIDTH = 64, 10, 6


def seeded(make: Callable[[], nn.Module]) -> Callable[[], nn.Module]:
    """The same maker with a seed of its own, which leaves torch's generator as it was."""

    @wraps(make)
    def made() -> nn.Module:
        with torch.random.fork_rng():
            torch.manual_seed(0)
            return make().double()

    return made


@seeded
def normalised() -> nn.Module:
    """Filters before a batch normalisation: no output feels their lengths."""
    filters = nn.Linear(PIXELS, 16, bias=False)
    norm = nn.BatchNorm1d(16, eps=1e-30)  # torch refuses 0, and 1e−5 breaks the symmetry
    return nn.Sequential(filters, norm, nn.ReLU(), nn.Linear(16, CLASSES))


@seeded
def softmax() -> nn.Module:
    """A softmax classifier: no probability feels a number added in every class."""
    return nn.Sequential(nn.Linear(PIXELS, CLASSES))


@seeded
def rectified() -> nn.Module:
    """ReLU units with biases: no output feels a unit's input grow while its output shrinks."""
    return nn.Sequential(nn.Linear(PIXELS, 16), nn.ReLU(), nn.Linear(16, CLASSES))


@seeded
def linear() -> nn.Module:
    """Two matrices and nothing between them: no output feels another basis of the hidden space."""
    return nn.Sequential(nn.Linear(PIXELS, WIDTH, bias=False), nn.Linear(WIDTH, CLASSES, bias=False))


@seeded
def metric() -> nn.Module:
    """A learned metric around the mean image of each class."""
    pixels, classes = digits()
    return Metric(torch.stack([pixels[classes == c].mean(0) for c in range(CLASSES)]))


class Metric(nn.Module):
    """The logit of a class is −|W(x − y)|² for its mean y: no output feels W turned."""

    def __init__(self, means: Tensor) -> None:
        super().__init__()
        self.means = means
        self.W = nn.Linear(PIXELS, 4, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (batch, classes) of images (batch, pixels)."""
        return -(self.W(x)[:, None] - self.W(self.means)).square().sum(-1)
