"""NumPy arrays as kernels of NumPy and Numba want them: of one floating type, the whole batch as one axis of points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from symlag.errors import LoweringError
from symlag.kernels.inputs_and_outputs import Port
from symlag.kernels.signature import Shape


def arrays(ports: Sequence[Port], values: Sequence[Any]) -> list[np.ndarray]:
    """The arguments as arrays of one floating type: the widest among those that are more than plain Python numbers."""
    converted = [np.asarray(value) for value in values]
    for port, array in zip(ports, converted, strict=True):
        if array.dtype.kind not in "biuf":
            raise LoweringError(port.key, f"its entries are of type {array.dtype}", "Pass an array of real numbers.")
    typed = (array for array, value in zip(converted, values, strict=True) if not isinstance(value, int | float))
    floats = [array.dtype for array in typed if array.dtype.kind == "f"]
    common = np.result_type(*floats) if floats else np.dtype(float)
    return [array.astype(common, copy=False) for array in converted]


def flatten_batch(array: np.ndarray, batch: Shape) -> np.ndarray:
    """The array with one axis of points, of length one where it is the same at all of them."""
    sides = array.shape[len(batch) :]
    if math.prod(array.shape[: len(batch)]) == 1:
        return array.reshape((1, *sides))
    return np.broadcast_to(array, (*batch, *sides)).reshape((math.prod(batch), *sides))
