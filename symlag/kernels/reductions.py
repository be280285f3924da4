"""All sums of products of letters along rows and columns, in one compiled loop over rows.

Let x₀, x₁, … be matrices of one shape, the letters of one tensor: θ before and after a step, its gradient, a momentum.
Of some pairs (x, y) the row sums Σⱼ xᵢⱼyᵢⱼ, or the column sums Σᵢ xᵢⱼyᵢⱼ, or both, are wanted. Torch makes one pass
over memory for each product and one more for each sum, and memory is what that costs. Here a loop is printed for the
pairs that are wanted and compiled by numba, in which every number is read once and all products are made of it while it
is in a register. The idea of the loop:

    for each row i                        row totals t are in registers
        for each column j                 column totals c are in the cache, one number for each column
            read x₀[i, j], x₁[i, j], …
            p = x·y for each pair;  t += p;  c[j] += p
        row[place of the row sums + i] += t
    every ROWS rows: add c to the row of numbers, which is float64, and begin again with c = 0

So a column total has no more than ROWS terms in the precision of the letters. Three things are done on the way, as
every number is at hand: the move θ′ − θ is a letter that is computed and stored nowhere, a letter may be overwritten by
another one once it is read, and a letter may be a column, with one number for each row. The whole program for one pair,
where all tensors that want the same sums are one call:

>>> print(ReductionLoop(2, ((0, 1),)).source("float64"))
import numpy as np
from numba import carray
<BLANKLINE>
from symlag.kernels.addresses import pointer
<BLANKLINE>
def kernel(tasks, row):
    zero = np.zeros(1, np.float64)[0]
    for n in range(len(tasks)):
        count, length, inner, width = tasks[n, 0], tasks[n, 1], tasks[n, 2], tasks[n, 3]
        at = tasks[n, 4:6].reshape(1, 2)
        x0 = carray(pointer(tasks[n, 6]), (count, length), np.float64)
        x1 = carray(pointer(tasks[n, 7]), (count, length), np.float64)
        columns = np.zeros((1, length), np.float64)
        c0 = columns[0]
        for start in range(0, count, 32):
            stop = min(start + 32, count)
            for i in range(start, stop):
                t0_0 = zero
                for j in range(length):
                    x0_0 = x0[i + 0, j]
                    x1_0 = x1[i + 0, j]
                    p0_0 = x0_0 * x1_0
                    t0_0 += p0_0
                    c0[j] += p0_0
                if at[0, 0] >= 0:
                    row[at[0, 0] + i + 0] += t0_0
            if at[0, 1] >= 0:
                out = row[at[0, 1] : at[0, 1] + length // inner]
                for k in range(inner):
                    for j in range(length // inner):
                        out[j] += c0[j * inner + k]
            c0[:] = 0

The letters of a task are read at their addresses, as the number of tensors in a call is not known to the compiler. A
tensor of more axes is a matrix whose second axis has `inner` columns for each of its positions.

>>> W, row = torch.ones(64, 100), torch.zeros(164, dtype=torch.float64)
>>> add_sums(ReductionLoop(2, ((0, 1),)), [LoopTask((W, 2 * W), (0, 64))], row)[[0, 63, 64]].tolist()
[200.0, 200.0, 128.0]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from math import prod

import numpy as np
import torch
from torch import Tensor

from symlag.kernels.compiled_modules import compiled_kernel
from symlag.kernels.python_text import for_range, indented
from symlag.optional_packages import is_installed

ROWS = 32  # rows of which column totals are summed in the precision of the letters
FEW_PAIRS = 3  # of more pairs, column totals are read and written less often where some rows are taken together
ROWS_TOGETHER = 4  # at most
PRODUCTS_TOGETHER = 20  # of all the rows that are taken together: there are registers for no more
FASTMATH = {"reassoc", "contract", "nsz"}  # sums may be reordered; NaN and infinity are what they are
FLOATS = {torch.float32: "float32", torch.float64: "float64"}
UNWANTED = -1  # the place of sums that are not asked for
SHAPE_NUMBERS = 4  # count, length, inner, width
IMPORTS = ("import numpy as np", "from numba import carray", "", "from symlag.kernels.addresses import pointer", "")
NUMBA_INSTALLED = is_installed("numba")


@dataclass(frozen=True)
class ReductionLoop:
    """The loop for some pairs of letters, which are numbered.

    The number after the last letter is that of the move, which is the difference of the two letters `move`.
    `overwritten` are pairs (old, new) of letters: the old one becomes the new one. The last `columns` letters have one
    number for each row, and their products have no row sums. With `magnitudes`, products are without their signs.
    """

    letters: int
    pairs: tuple[tuple[int, int], ...]
    move: tuple[int, int] | None = None
    overwritten: tuple[tuple[int, int], ...] = ()
    magnitudes: bool = False
    columns: int = 0

    def source(self, floats: str) -> str:
        """The text of `kernel(tasks, row)`; letters are of one type of floats, "float32" or "float64".

        A row of `tasks` has the numbers of one `LoopTask`, and sums are added to `row`.
        """
        together = self._rows_together()
        rows = self._rows_from("start", together)
        if together > 1:  # and one by one those that are left
            rows += self._rows_from(f"stop - (stop - start) % {together}", 1)
        flushes = [line for f in range(len(self.pairs)) for line in _flush_columns(f)]
        block = [f"stop = min(start + {ROWS}, count)", *rows, *flushes]
        task = [*self._read_task(floats), *for_range("start", f"0, count, {ROWS}", block)]
        # `zero` has the type of the letters: a row total that began as 0.0 would be float64
        body = [f"zero = np.zeros(1, np.{floats})[0]", *for_range("n", "len(tasks)", task)]
        return "\n".join([*IMPORTS, "def kernel(tasks, row):", *indented(body)])

    def _rows_together(self) -> int:
        """How many rows are taken together, so that column totals are read and written once for all of them."""
        if len(self.pairs) <= FEW_PAIRS or self.magnitudes:
            return 1
        return max(1, min(ROWS_TOGETHER, PRODUCTS_TOGETHER // len(self.pairs)))

    def _read_task(self, floats: str) -> Iterator[str]:
        """The shape of a task, the places of its sums, its letters, and the column totals."""
        pairs = len(self.pairs)
        first = SHAPE_NUMBERS + 2 * pairs
        yield "count, length, inner, width = tasks[n, 0], tasks[n, 1], tasks[n, 2], tasks[n, 3]"
        yield f"at = tasks[n, {SHAPE_NUMBERS}:{first}].reshape({pairs}, 2)"
        for x in range(self.letters):
            shape = f"(count, {'length' if x < self._full else 'width'})"
            yield f"x{x} = carray(pointer(tasks[n, {first + x}]), {shape}, np.{floats})"
        yield f"columns = np.zeros(({pairs}, length), np.{floats})"
        yield from (f"c{f} = columns[{f}]" for f in range(pairs))

    def _rows_from(self, start: str, together: int) -> list[str]:
        """The loop over rows from one on, so many together.

        The product of pair f in the r-th of these rows is p{f}_{r}, its row total t{f}_{r}, and its column totals c{f}.
        """
        rows = range(together)
        column_numbers = [f"x{x}_{r} = x{x}[i + {r}, 0]" for x in range(self._full, self.letters) for r in rows]
        totals = [f"t{f}_{r}" for f in self._with_row_sums for r in rows]
        products = [line for r in rows for line in self._products(r)]
        added = [f"c{f}[j] += {' + '.join(f'p{f}_{r}' for r in rows)}" for f in range(len(self.pairs))]
        stored = [
            line
            for f in self._with_row_sums
            for r in rows
            for line in (f"if at[{f}, 0] >= 0:", f"    row[at[{f}, 0] + i + {r}] += t{f}_{r}")
        ]
        body = [
            *column_numbers,
            " = ".join([*totals, "zero"]),
            *for_range("j", "length", [*products, *added]),
            *stored,
        ]
        bounds = f"{start}, stop" if together == 1 else f"{start}, stop - {together - 1}, {together}"
        return for_range("i", bounds, body)

    def _products(self, r: int) -> Iterator[str]:
        """What is done with the numbers at column j in the r-th of the rows that are taken together."""
        yield from (f"x{x}_{r} = x{x}[i + {r}, j]" for x in range(self._full))
        yield from (f"x{old}[i + {r}, j] = x{new}_{r}" for old, new in self.overwritten)
        if self.move:
            yield f"x{self.letters}_{r} = x{self.move[0]}_{r} - x{self.move[1]}_{r}"
        for f, (x, y) in enumerate(self.pairs):
            product = f"x{x}_{r} * x{y}_{r}"
            yield f"p{f}_{r} = {f'abs({product})' if self.magnitudes else product}"
            if f in self._with_row_sums:
                yield f"t{f}_{r} += p{f}_{r}"

    @property
    def _full(self) -> int:
        """The number of letters that are whole matrices: they come first."""
        return self.letters - self.columns

    @property
    def _with_row_sums(self) -> list[int]:
        """The pairs that are summed along rows: those without a column."""
        columns = {*range(self._full, self.letters)}
        return [f for f, pair in enumerate(self.pairs) if columns.isdisjoint(pair)]


@dataclass(frozen=True, eq=False)
class LoopTask:
    """The letters of one tensor, and for each pair where its row sums and its column sums begin in a row of numbers."""

    letters: Sequence[Tensor]
    places: tuple[int, ...]

    @cached_property
    def addresses(self) -> list[int]:
        """Where the letters are in memory: zero for one that takes none."""
        return [x.data_ptr() for x in self.letters]

    @property
    def compilable(self) -> bool:
        """Whether a compiled loop can read the letters: floats of one type, in their order in the memory of the CPU."""
        first = self.letters[0].dtype
        if not NUMBA_INSTALLED or first not in FLOATS or 0 in self.addresses:
            return False
        # is_neg: the memory of such a view has the numbers with the other sign
        return all(x.dtype == first and x.is_cpu and x.is_contiguous() and not x.is_neg() for x in self.letters)

    @property
    def float_type(self) -> str:
        """The name of the type of the letters."""
        return FLOATS[self.letters[0].dtype]

    def numbers(self) -> list[int]:
        """What the loop reads: the shape, the places, and the addresses."""
        return [*_shape_and_places(self.letters[0].shape, self.letters[-1].shape, self.places), *self.addresses]


@cache
def _shape_and_places(shape: tuple[int, ...], last: tuple[int, ...], at: tuple[int, ...]) -> tuple[int, ...]:
    """The numbers count, length, inner and width of a tensor by the shapes of its first and last letter; the places.

    The last letter is the column, if there is one; ranks lay it out as wide as the axes after the second. A vector is a
    matrix of one row, and its sums are column sums; beside a column, which is (n, 1), it is one of n rows.
    """
    count, *others = shape
    if len(last) == 1:
        others, count, at = [count], 1, tuple(place for pair in zip(at[1::2], at[::2], strict=True) for place in pair)
    return count, prod(others), prod(others[1:]), prod(last[1:]), *at


def add_sums(loop: ReductionLoop, tasks: Sequence[LoopTask], row: Tensor) -> Tensor:
    """Add all sums of some tasks, whose letters are of one type, to a row of numbers, which is returned."""
    _compiled(loop, tasks[0].float_type)(np.array([task.numbers() for task in tasks]), row.numpy())
    return row


@cache
def _compiled(loop: ReductionLoop, floats: str) -> Callable[..., None]:
    """The machine code of a loop."""
    return compiled_kernel(loop.source(floats), fastmath=FASTMATH, nogil=True)


def _flush_columns(f: int) -> list[str]:
    """Column totals of pair f, those of further axes together, are added to the row of numbers, and begin again."""
    by_position = for_range("j", "length // inner", [f"out[j] += c{f}[j * inner + k]"])
    added = [f"out = row[at[{f}, 1] : at[{f}, 1] + length // inner]", *for_range("k", "inner", by_position)]
    return [f"if at[{f}, 1] >= 0:", *indented(added), f"c{f}[:] = 0"]
