"""All sums of all products of letters on the CPU in one pass: rows of every letter are in the innermost cache together.

Torch takes one pass for each product and one for each sum; here numba does them while a row is at hand. Where numba is
not there, or a tensor is not a contiguous matrix of floats on the CPU, `sums` says so with none.

>>> import torch
>>> W = torch.ones(64, 100)
>>> made = sums([W, 2 * W], [(0, 0), (0, 1)])
>>> made is None or [part[1, 0].item() for part in made]
[200.0, 128.0]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

LETTERS = 6  # a kernel takes this many, so that one is compiled for all rules
SMALL = 4096  # numbers: for fewer, torch is as quick
ROWS = 32  # for so many, columns are summed in the precision of the letters


def sums(letters: Sequence[Tensor], pairs: Sequence[tuple[int, int]]) -> tuple[Tensor, Tensor] | None:
    """For each pair of letters the products summed along rows (pairs, d₀), and along columns (pairs, d₁)."""
    made = kernel()
    if made is None or not all(map(_fit, letters)) or len(letters) > LETTERS or len({x.dtype for x in letters}) > 1:
        return None
    shape = letters[0].shape
    rows = [x.reshape(shape[0], -1).numpy() for x in letters]
    filled = tuple(rows[i] if i < len(rows) else rows[0] for i in range(LETTERS))
    along, across = np.zeros((len(pairs), shape[0])), np.zeros((len(pairs), rows[0].shape[1]))
    made(filled, np.array(pairs), along, across)
    return torch.from_numpy(along), torch.from_numpy(across).reshape(len(pairs), shape[1], -1).sum(2)


@cache
def kernel() -> Callable[..., None] | None:
    """The compiled loop, where there is numba."""
    try:
        import numba
    except ImportError:
        return None
    return numba.njit(cache=True, fastmath=True, nogil=True)(_loop)


def _fit(x: Tensor) -> bool:
    floats = x.dtype in (torch.float32, torch.float64)
    return floats and x.device.type == "cpu" and x.is_contiguous() and x.ndim > 1 and x.numel() >= SMALL


def _loop(letters: Any, pairs: Any, along: Any, across: Any) -> None:  # pragma: no cover - compiled
    """Row after row."""
    count, length = letters[0].shape
    columns = np.zeros((len(pairs), length), letters[0].dtype)
    for i in range(count):
        for f in range(len(pairs)):
            x, y, column = letters[pairs[f, 0]][i], letters[pairs[f, 1]][i], columns[f]
            total = x[0] * 0
            for j in range(length):
                product = x[j] * y[j]
                total += product
                column[j] += product
            along[f, i] = total
        if i % ROWS == ROWS - 1 or i == count - 1:
            for f in range(len(pairs)):
                for j in range(length):
                    across[f, j] += columns[f, j]
                    columns[f, j] = 0
