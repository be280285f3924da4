"""All sums of all products of letters on the CPU in one pass: rows of every letter are in the innermost cache together.

Torch takes one pass for each product and one for each sum; here numba does them while a row is at hand, and makes the
move θ' − θ of that row alone. Where numba is not there, or a letter is not contiguous floats on the CPU, `sums` says so
with none.

>>> import torch
>>> W = torch.ones(64, 100)
>>> made = sums([W, 2 * W], np.array([[0, 0], [0, 1]]), np.ones((2, 2), bool))
>>> made is None or [part[1, 0].item() for part in made]
[200.0, 128.0]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

LETTERS = 6  # a kernel takes this many, so that one is compiled for all rules
ROWS = 32  # for so many, columns are summed in the precision of the letters
MOVE = (-1, -1)  # no move is asked for


def sums(
    letters: Sequence[Tensor], pairs: NDArray[np.int64], wanted: NDArray[np.bool_], move: tuple[int, int] = MOVE
) -> tuple[Tensor, Tensor] | None:
    """For each pair of letters the products summed along rows (pairs, d₀), and along columns (pairs, d₁), as `wanted`.

    A pair speaks of letters by their places; the place after the last is the difference of the two in `move`. A vector
    is one row.
    """
    made = kernel()
    if made is None or not all(map(_fit, letters)) or len(letters) > LETTERS or len({x.dtype for x in letters}) > 1:
        return None
    shape = letters[0].shape if letters[0].ndim > 1 else (1, len(letters[0]))
    rows = [x.detach().numpy().reshape(shape[0], -1) for x in letters]
    filled = tuple(rows[i] if i < len(rows) else rows[0] for i in range(LETTERS))
    along, across = np.zeros((len(pairs), shape[0])), np.zeros((len(pairs), rows[0].shape[1]))
    made(filled, pairs, wanted, (len(rows), *move), along, across)
    return torch.from_numpy(along), torch.from_numpy(across.reshape(len(pairs), shape[1], -1).sum(2))


@cache
def kernel() -> Callable[..., None] | None:
    """The compiled loop, where there is numba."""
    try:
        import numba
    except ImportError:
        return None
    exact = {"reassoc", "contract", "nsz"}  # sums in any order, and what is no number stays so
    return numba.njit(cache=True, fastmath=exact, nogil=True)(_loop)


def _fit(x: Tensor) -> bool:
    return x.dtype in (torch.float32, torch.float64) and x.device.type == "cpu" and x.is_contiguous() and x.ndim > 0


def _loop(letters: Any, pairs: Any, wanted: Any, move: Any, along: Any, across: Any) -> None:  # noqa: C901 - compiled
    """Row after row."""
    count, length = letters[0].shape
    columns, moves = np.zeros((len(pairs), length), letters[0].dtype), np.zeros(length, letters[0].dtype)
    moved, new, old = move
    for i in range(count):
        if new >= 0:
            after, before = letters[new][i], letters[old][i]
            for j in range(length):
                moves[j] = after[j] - before[j]
        for f in range(len(pairs)):
            x = moves if pairs[f, 0] == moved else letters[pairs[f, 0]][i]
            y = moves if pairs[f, 1] == moved else letters[pairs[f, 1]][i]
            total, column = x[0] * 0, columns[f]
            if wanted[f, 0] and wanted[f, 1]:
                for j in range(length):
                    product = x[j] * y[j]
                    column[j] += product
                    total += product
            elif wanted[f, 1]:
                for j in range(length):
                    column[j] += x[j] * y[j]
            else:
                for j in range(length):
                    total += x[j] * y[j]
            along[f, i] = total
        if i % ROWS == ROWS - 1 or i == count - 1:
            across += columns
            columns[:] = 0
