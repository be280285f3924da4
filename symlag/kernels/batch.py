"""NumPy arrays as kernels want them: of one floating type, with the whole batch as one axis of points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from symlag.errors import LoweringError
from symlag.kernels.interface import Slot
from symlag.kernels.signature import Shape


def arrays(slots: Sequence[Slot], given: Sequence[Any]) -> list[np.ndarray]:
    """The arguments as arrays of one floating type, that of those which are more than plain numbers."""
    made = [np.asarray(value) for value in given]
    for slot, array in zip(slots, made, strict=True):
        if array.dtype.kind not in "biuf":
            raise LoweringError(slot.key, f"its entries are of type {array.dtype}", "an array of real numbers")
    typed = (array for array, value in zip(made, given, strict=True) if not isinstance(value, int | float))
    kinds = [array.dtype for array in typed if array.dtype.kind == "f"]
    common = np.result_type(*kinds) if kinds else np.dtype(float)
    return [a.astype(common, copy=False) for a in made]


def flat(array: np.ndarray, batch: Shape) -> np.ndarray:
    """The array with one axis of points, of length one where it is the same at all of them."""
    sides = array.shape[len(batch) :]
    if math.prod(array.shape[: len(batch)]) == 1:
        return array.reshape((1, *sides))
    return np.broadcast_to(array, (*batch, *sides)).reshape((math.prod(batch), *sides))
