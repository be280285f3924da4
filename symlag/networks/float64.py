"""All of a run in float64, whatever a model asks for: numbers that it makes, casts, and holds.

A model is meant as it is in exact arithmetic; float64 is where exact zeros are told from rounding.

>>> float64(torch.ones(2)).dtype, float64(torch.float16), float64("x")
(torch.float64, torch.float64, 'x')
>>> with searching():
...     torch.zeros(2).dtype
torch.float64
>>> torch.zeros(2).dtype
torch.float32
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

WIDE = {
    **dict.fromkeys((torch.float16, torch.bfloat16, torch.float32), torch.float64),
    **dict.fromkeys((torch.complex32, torch.complex64), torch.complex128),
}
NARROW = {"double": ("float", "half", "bfloat16"), "cdouble": ("cfloat", "chalf")}
CASTS: dict[Any, Any] = {getattr(Tensor, name): getattr(Tensor, wide) for wide in NARROW for name in NARROW[wide]}


def float64(leaf: Any) -> Any:
    """A tensor, or a type of numbers, made as wide as float64; all else as it is."""
    if isinstance(leaf, Tensor):
        return leaf.to(WIDE[leaf.dtype]) if leaf.dtype in WIDE else leaf
    return WIDE.get(leaf, leaf) if isinstance(leaf, torch.dtype) else leaf


@contextmanager
def searching() -> Generator[None]:
    """Gradients are there, though they may be off outside, and new tensors are in float64."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with torch.inference_mode(mode=False):  # gradients are on in it
            yield
    finally:
        torch.set_default_dtype(before)
