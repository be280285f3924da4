"""The 1797 handwritten digits of scikit-learn: 8 × 8 pixels each, in ten classes."""

from __future__ import annotations

from functools import cache

import torch
from sklearn.datasets import load_digits
from torch import Tensor


@cache
def digits() -> tuple[Tensor, Tensor]:
    """The pixels (1797, 64) between 0 and 1 in float64, and the classes (1797,)."""
    pixels, classes = load_digits(return_X_y=True)
    return torch.from_numpy(pixels / 16), torch.from_numpy(classes)
