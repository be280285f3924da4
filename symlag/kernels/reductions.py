"""All sums of all products of letters on the CPU in one loop over rows, printed for them and compiled.

Torch takes one pass for each product and one for each sum; here every number is read once, and the move θ' − θ is made
of it on the way. Tensors of which the same sums are made are done in one call, as far as they `fit`: letters are
contiguous floats on the CPU, and numba is there.

>>> W, row = torch.ones(64, 100), torch.zeros(164, dtype=torch.float64)
>>> added(Loop(2, ((0, 1),)), [Task((W, 2 * W), (0, 64))], row)[[0, 63, 64]].tolist()
[200.0, 200.0, 128.0]
>>> print(Loop(1, ((0, 0),)).over(1))
for i in range(i, stop - 0, 1):
    t0_0 = zero
    for j in range(length):
        x0_0 = x0[i + 0, j]
        p0_0 = x0_0 * x0_0
        t0_0 += p0_0
        c0[j] += p0_0
    if at[0, 0] >= 0:
        row[at[0, 0] + i + 0] += t0_0
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from math import prod
from textwrap import indent

import numpy as np
import torch
from torch import Tensor

from symlag.kernels.compiled_modules import module_of

ROWS = 32  # for so many, columns are summed in the precision of the letters
FEW = 3  # products: of more, sums of columns are read and written less often where some rows are taken together
TOGETHER = 4  # rows at most
SUMS = 20  # products of all of these rows: for more there are not registers enough
EXACT = {"reassoc", "contract", "nsz"}  # sums in any order, and what is no number stays so
FLOATS = {torch.float32: "float32", torch.float64: "float64"}
UNWANTED = -1  # the place of sums that are not asked for
SHAPE = 4  # numbers that tell the shape of a task
IMPORTS = "import numpy as np\nfrom numba import carray\n\nfrom symlag.kernels.addresses import pointer\n\n"
_INSTALLED = find_spec("numba") is not None


@dataclass(frozen=True)
class Loop:
    """Products of two letters, by place, summed along rows and along columns, or their magnitudes.

    The place after the last is that of the move, the difference of two letters. In the end letters become others that
    they are `held` for: pairs of what is written over, and by what. The last letters may be `columns`, so many, with
    one number for each row.
    """

    letters: int
    pairs: tuple[tuple[int, int], ...]
    move: tuple[int, int] | None = None
    held: tuple[tuple[int, int], ...] = ()
    magnitudes: bool = False
    columns: int = 0

    def text(self, floats: str) -> str:
        """The function of tasks, by their `numbers`, and a row of numbers; letters are such floats."""
        some = max(1, min(TOGETHER, SUMS // len(self.pairs)))
        together = some if len(self.pairs) > FEW and not self.magnitudes else 1
        block = [
            f"stop = min(start + {ROWS}, count)",
            "i = start",
            self.over(together),
            f"i = stop - (stop - start) % {together}",
            self.over(1),
            *(_emptied(f) for f in range(len(self.pairs))),
        ]
        task = [*self._read(floats), f"for start in range(0, count, {ROWS}):", *_within(block)]
        body = [f"zero = np.zeros(1, np.{floats})[0]", "for n in range(len(tasks)):", *_within(task)]
        return "\n".join([IMPORTS, "def kernel(tasks, row):", *_within(body)])

    def _read(self, floats: str) -> Iterator[str]:
        """The shape of a task, the places of its sums, its letters, and room for sums along columns."""
        pairs = len(self.pairs)
        first = SHAPE + 2 * pairs
        yield "count, length, inner, width = tasks[n, 0], tasks[n, 1], tasks[n, 2], tasks[n, 3]"
        yield f"at = tasks[n, {SHAPE}:{first}].reshape({pairs}, 2)"
        for x in range(self.letters):
            shape = f"(count, {'length' if x < self._full else 'width'})"
            yield f"x{x} = carray(pointer(tasks[n, {first + x}]), {shape}, np.{floats})"
        yield f"columns = np.zeros(({pairs}, length), np.{floats})"
        yield from (f"c{f} = columns[{f}]" for f in range(pairs))

    def over(self, together: int) -> str:
        """The loop over rows, so many at once."""
        rows, pairs = range(together), range(len(self.pairs))
        read = [f"x{x}_{r} = x{x}[i + {r}, 0]" for x in range(self.letters)[self._full :] for r in rows]
        columns = [f"c{f}[j] += {' + '.join(f'p{f}_{r}' for r in rows)}" for f in pairs]
        inside = [*(line for r in rows for line in self._row(r)), *columns]
        told = [_told(f, r) for f in self._along for r in rows]
        zeros = " = ".join([*(f"t{f}_{r}" for f in self._along for r in rows), "zero"])
        body = [*read, zeros, "for j in range(length):", *_within(inside), *told]
        return "\n".join([f"for i in range(i, stop - {together - 1}, {together}):", *_within(body)])

    @property
    def _full(self) -> int:
        """The letters that are whole matrices."""
        return self.letters - self.columns

    @property
    def _along(self) -> list[int]:
        """The pairs that are summed along rows: those without a column."""
        return [f for f, pair in enumerate(self.pairs) if not {*pair} & {*range(self._full, self.letters)}]

    def _row(self, r: int) -> Iterator[str]:
        """What is done with one number of every letter."""
        yield from (f"x{x}_{r} = x{x}[i + {r}, j]" for x in range(self._full))
        yield from (f"x{old}[i + {r}, j] = x{new}_{r}" for old, new in self.held)
        if self.move:
            yield f"x{self.letters}_{r} = x{self.move[0]}_{r} - x{self.move[1]}_{r}"
        for f, (x, y) in enumerate(self.pairs):
            product = f"x{x}_{r} * x{y}_{r}"
            yield f"p{f}_{r} = {f'abs({product})' if self.magnitudes else product}"
            if f in self._along:
                yield f"t{f}_{r} += p{f}_{r}"


@dataclass(frozen=True, eq=False)
class Task:
    """The letters of a tensor, and for each product where its sums along rows and along columns begin."""

    letters: Sequence[Tensor]
    places: tuple[int, ...]

    @cached_property
    def addresses(self) -> list[int]:
        """Where its letters are in memory: zero for one that takes none."""
        return [x.data_ptr() for x in self.letters]

    @property
    def fit(self) -> bool:
        """Whether a loop can read them."""
        first = self.letters[0].dtype
        there = _INSTALLED and first in FLOATS and 0 not in self.addresses
        return there and all(x.dtype == first and _plain(x) for x in self.letters)

    @property
    def floats(self) -> str:
        """What floats they are."""
        return FLOATS[self.letters[0].dtype]

    def numbers(self) -> list[int]:
        """The shape of a matrix, how many columns are one, the width of a column; the places; where the letters are."""
        return [*_laid_out(self.letters[0].shape, self.letters[-1].shape, self.places), *self.addresses]


@cache
def _laid_out(shape: tuple[int, ...], last: tuple[int, ...], at: tuple[int, ...]) -> tuple[int, ...]:
    """What is told of a letter's shape, beside that of the last one, and its places.

    A vector is a matrix of one row, along the columns of which it is summed, but of many rows beside a column. Ranks
    lay a column out as wide as the axes after the second.
    """
    count, *others = shape
    if len(last) == 1:
        others, count, at = [count], 1, tuple(place for pair in zip(at[1::2], at[::2], strict=True) for place in pair)
    return count, prod(others), prod(others[1:]), prod(last[1:]), *at


def added(loop: Loop, tasks: Sequence[Task], row: Tensor) -> Tensor:
    """A row of numbers to which all sums are added, in place; all tasks have floats of one type."""
    compiled(loop, tasks[0].floats)(np.array([task.numbers() for task in tasks]), row.numpy())
    return row


@cache
def compiled(loop: Loop, floats: str) -> Callable[..., None]:
    """The machine code of a loop, kept from one process to the next."""
    import numba

    module = module_of(loop.text(floats))
    return numba.njit(cache=module.__file__ is not None, fastmath=EXACT, nogil=True)(module.kernel)


def _plain(x: Tensor) -> bool:
    """Whether its numbers lie in memory in their order, with the signs that they have."""
    return x.is_cpu and x.is_contiguous() and not x.is_neg()


def _told(f: int, r: int) -> str:
    """The sum along a row goes to the row of numbers."""
    return f"if at[{f}, 0] >= 0:\n    row[at[{f}, 0] + i + {r}] += t{f}_{r}"


def _emptied(f: int) -> str:
    """Sums along columns, those of further axes together, go to the row of numbers."""
    return (
        f"if at[{f}, 1] >= 0:\n    out = row[at[{f}, 1] : at[{f}, 1] + length // inner]\n"
        f"    for k in range(inner):\n        for j in range(length // inner):\n"
        f"            out[j] += c{f}[j * inner + k]\nc{f}[:] = 0"
    )


def _within(lines: Sequence[str]) -> list[str]:
    return [indent(line, " " * 4) for line in lines]
