"""All of a run in float64, whatever a model asks for: numbers that it makes, casts, and holds.

A model is meant as it is in exact arithmetic. In float64 the rates that vanish exactly, left near 1e-15 by round-off,
stand apart from those that do not; in float32 they would not.

>>> as_float64(torch.ones(2)).dtype, as_float64(torch.float16), as_float64("x")
(torch.float64, torch.float64, 'x')
>>> with float64_with_gradients():
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


def as_float64(argument: Any) -> Any:
    """A tensor, or a type of numbers, made as wide as float64; all else as it is."""
    if isinstance(argument, Tensor):
        return argument.to(WIDE[argument.dtype]) if argument.dtype in WIDE else argument
    return WIDE.get(argument, argument) if isinstance(argument, torch.dtype) else argument


@contextmanager
def float64_with_gradients() -> Generator[None]:
    """A context in which new tensors are float64, and gradients are on though they may be off outside."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with torch.inference_mode(mode=False):  # gradients are on in it, even under an outer torch.no_grad()
            yield
    finally:
        torch.set_default_dtype(before)
