"""All forms of a tensor's letters: sums along axes in one pass over memory, matrices of inner products one by one.

A job is one form with the places that its sums go to. Letters go by their names: theta, theta.new, v.new, g; the move
is made of theta and theta.new wherever a part of both is at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from symlag.networks.monitor._fused import MOVE, sums
from symlag.networks.monitor._pieces import Axis, Null, Slices, Sums, blocks

BLOCK = 1 << 17  # numbers: products of this many stay in the cache
WIDER = {torch.float16: torch.float32, torch.bfloat16: torch.float32}
ENDS = ("theta.new", "theta")

Letters = Mapping[str, Tensor]


@dataclass(frozen=True, eq=False)
class Job:
    """One form ⟨x, Ay⟩: where its sums along axes are in a row of numbers, and where its other pieces are."""

    left: str
    right: str
    axes: tuple[tuple[Axis, slice], ...]
    others: tuple[tuple[Slices | Sums | Null, slice], ...]

    @cached_property
    def letters(self) -> frozenset[str]:
        """The letters it is made of."""
        named = {self.left, self.right} - {"one"}
        return frozenset(named - {"move"} | ({*ENDS} if "move" in named else set()))


@dataclass(frozen=True, eq=False)
class Pass:
    """Jobs that are done together, and what the loop over rows has to know of them."""

    jobs: tuple[Job, ...]

    @cached_property
    def letters(self) -> frozenset[str]:
        """The letters that they need."""
        return frozenset[str]().union(*(job.letters for job in self.jobs))

    @cached_property
    def along(self) -> tuple[Job, ...]:
        """Those that sum along axes."""
        return tuple(job for job in self.jobs if job.axes)

    @cached_property
    def named(self) -> tuple[str, ...]:
        """The letters of which axes are summed along."""
        return tuple(sorted(frozenset[str]().union(*(job.letters for job in self.along))))

    @cached_property
    def loop(self) -> tuple[NDArray[np.int64], NDArray[np.bool_], tuple[int, int]] | None:
        """Pairs of letters, which of rows and columns are wanted of each, and the move; none for further axes."""
        if any(piece.axis > 1 for job in self.along for piece, _ in job.axes):
            return None
        at = {name: i for i, name in enumerate((*self.named, "move"))}
        pairs = np.array([(at[job.left], at[job.right]) for job in self.along])
        wanted = np.array([[any(piece.axis == axis for piece, _ in job.axes) for axis in (0, 1)] for job in self.along])
        moves = any("move" in (job.left, job.right) for job in self.along)
        return pairs, wanted, (at[ENDS[0]], at[ENDS[1]]) if moves else MOVE


def measure(wanted: Pass, letters: Letters, row: Tensor) -> None:
    """Add the sums of all jobs whose letters are there to their places in a row of numbers."""
    if not wanted.letters <= letters.keys():
        wanted = Pass(tuple(job for job in wanted.jobs if job.letters <= letters.keys()))
    if wanted.along and not _fused(wanted, letters, row):
        _blockwise(wanted, letters, row)
    others = [job for job in wanted.jobs if job.others]
    whole = {x: _part(letters, x) for job in others for x in (job.left, job.right) if x != "one"}
    for job in others:
        for piece, place in job.others:
            if isinstance(piece, Slices):
                piece.add(whole[job.left], whole[job.right], row[place])
            else:
                piece.add(whole[job.left], row[place])


def _fused(wanted: Pass, letters: Letters, row: Tensor) -> bool:
    """The sums along the first two axes while a row is in the cache; not everywhere can that be done."""
    if wanted.loop is None or "move" in letters:
        return False
    flat = letters[wanted.named[0]].ndim == 1
    pairs, axes, move = wanted.loop
    found = sums([letters[name] for name in wanted.named], pairs, axes[:, ::-1] if flat else axes, move)
    for i, job in enumerate(wanted.along if found else ()):
        for piece, place in job.axes:
            row[place] += found[flat or piece.axis][i] if found else 0
    return found is not None


def _blockwise(wanted: Pass, letters: Letters, row: Tensor) -> None:
    """The sums along axes, block by block."""
    names = {x for job in wanted.along for x in (job.left, job.right)}
    spans = blocks(tuple(letters[wanted.named[0]].shape), BLOCK)
    room = torch.empty_like(_part(letters, wanted.named[0], slice(*spans[0])))
    for start, stop in spans:
        part = {name: _part(letters, name, slice(start, stop)) for name in names}
        for job in wanted.along:
            product = torch.mul(part[job.left], part[job.right], out=room[: stop - start])
            for piece, place in job.axes:
                piece.add_block(product, start, row[place])


def _part(letters: Letters, name: str, rows: slice = slice(None)) -> Tensor:
    """Rows of a letter, as wide as sums of it are."""
    if name == "move" and name not in letters:
        return _part(letters, ENDS[0], rows) - _part(letters, ENDS[1], rows)
    x = letters[name][rows]
    return x.to(WIDER[x.dtype]) if x.dtype in WIDER else x
