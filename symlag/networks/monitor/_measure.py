"""All forms of a tensor's letters: sums along axes in one pass over memory, matrices of inner products one by one.

A job is one form with the places that its sums go to. Letters go by their names: theta, theta.new, v.new, g; the move
is made of theta and theta.new wherever a part of both is at hand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from operator import attrgetter

import torch
from torch import Tensor

from symlag.networks.monitor._fused import UNWANTED, Loop, Task, added
from symlag.networks.monitor._pieces import Across, Axis, Fixed, Heads, Null, Slices, Sums, blocks, heads

BLOCK = 1 << 17  # numbers: products of this many stay in the cache
WIDER = {torch.float16: torch.float32, torch.bfloat16: torch.float32}
ENDS = ("theta.new", "theta")
NULL = "null"  # a null vector, as a letter that is a column

Letters = Mapping[str, Tensor]


@dataclass(frozen=True, eq=False)
class Job:
    """One form ⟨x, Ay⟩: where its sums along axes are in a row of numbers, and where its other pieces are."""

    left: str
    right: str
    axes: tuple[tuple[Axis, slice], ...]
    others: tuple[tuple[Slices | Sums | Null, slice], ...]
    column: bool = False  # whether what is on the left has one number for each row, as a letter of another tensor

    @cached_property
    def matrices(self) -> tuple[Heads, ...]:
        """The matrices of inner products, those of heads together."""
        return heads((piece, place) for piece, place in self.others if isinstance(piece, Slices))

    @cached_property
    def singles(self) -> tuple[tuple[Sums | Null, slice], ...]:
        """The pieces that single letters have."""
        return tuple((piece, place) for piece, place in self.others if not isinstance(piece, Slices))

    @cached_property
    def single(self) -> str:
        """The letter that is not one, or a null vector."""
        return self.right if self.column else self.left

    @cached_property
    def letters(self) -> frozenset[str]:
        """The letters it is made of."""
        named = {self.left, self.right} - {"one"}
        return frozenset(named - {"move"} | ({*ENDS} if "move" in named else set()))


@dataclass(frozen=True, eq=False)
class Pass:
    """Jobs that are done together, after which letters become others that they are `held` for, (old, new)."""

    jobs: tuple[Job, ...]
    held: tuple[tuple[str, str], ...] = ()

    def given(self, letters: Letters) -> Pass:
        """Those of the jobs whose letters are there."""
        if self.letters <= letters.keys():
            return self
        return Pass(tuple(job for job in self.jobs if job.letters <= letters.keys()), self.held)

    @cached_property
    def letters(self) -> frozenset[str]:
        """The letters that they need."""
        return frozenset[str]().union(*(job.letters for job in self.jobs))

    @cached_property
    def along(self) -> tuple[Job, ...]:
        """Those that sum along axes."""
        return tuple(job for job in self.jobs if job.axes)

    @cached_property
    def others(self) -> tuple[Job, ...]:
        """Those that have other pieces, which are no products with a column."""
        left = [(job, tuple(x for x in job.others if _column(x[0]) is None)) for job in self.jobs]
        return tuple(replace(job, others=pieces) for job, pieces in left if pieces)

    @cached_property
    def columns(self) -> tuple[tuple[Fixed, Pass], ...]:
        """Products of single letters with one null vector each, as with a column."""
        found = defaultdict[Fixed, list[Job]](list)
        for job in self.jobs:
            for piece, place in job.others:
                if column := _column(piece):
                    sums = ((Across(1, ""), place),)
                    found[column].append(Job(NULL, job.left, sums, ((piece, place),), column=True))
        return tuple((column, Pass((*jobs,))) for column, jobs in found.items())

    @cached_property
    def named(self) -> tuple[str, ...]:
        """The letters of which axes are summed along, and those that are held; columns come last."""
        met = frozenset[str]().union(*self.held, *(job.letters for job in self.along))
        return (*sorted(met - self.beside), *sorted(self.beside))

    @cached_property
    def beside(self) -> frozenset[str]:
        """Those with a number for each row."""
        return frozenset(job.left for job in self.along if job.column)

    @cached_property
    def places(self) -> tuple[int, ...]:
        """Where sums along rows and along columns begin in a row of numbers, for each job that has them."""
        found = [{piece.axis: place.start for piece, place in job.axes} for job in self.along]
        return tuple(at.get(axis, UNWANTED) for at in found for axis in (0, 1))

    @cached_property
    def loop(self) -> Loop | None:
        """The loop over rows that makes the sums along axes; none where there are none, or further axes."""
        if not self.along or any(piece.axis > 1 for job in self.along for piece, _ in job.axes):
            return None
        at = {name: i for i, name in enumerate((*self.named, "move"))}
        pairs = tuple((at[job.left], at[job.right]) for job in self.along)
        moves = any("move" in (job.left, job.right) for job in self.along)
        ends = (at[ENDS[0]], at[ENDS[1]]) if moves else None
        held = tuple((at[old], at[new]) for old, new in self.held)
        return Loop(len(self.named), pairs, ends, held, columns=len(self.beside))

    @cached_property
    def magnitudes(self) -> Loop | None:
        """The loop that sums magnitudes, and writes over nothing."""
        return self.loop and replace(self.loop, held=(), magnitudes=True)


Work = tuple[Pass, Letters]


def named(tensor: str, letter: str) -> str:
    """What a letter of another tensor goes by.

    >>> named("2.bias", "v.new") == named("2.bias", "v") + ".new"
    True
    """
    return f"{tensor}: {letter}"


def measure(works: Iterable[Work], row: Tensor) -> None:
    """Add the sums of all jobs whose letters are there to their places in a row of numbers."""
    there = [(wanted.given(letters), letters) for wanted, letters in works]
    for wanted, letters in _unfused(_columns(there), attrgetter("loop"), row):
        _apart(wanted.jobs, letters, row)
    for wanted, letters in there:
        if wanted.others:
            _apart(wanted.others, letters, row)
    for wanted, letters in _unfused(there, attrgetter("loop"), row):
        _blockwise(wanted, letters, row)
        for old, new in wanted.held:
            letters[old].copy_(letters[new])


def gauge(works: Iterable[Work], row: Tensor) -> None:
    """Add the sums of the magnitudes."""
    there = [(wanted.given(letters), letters) for wanted, letters in works]
    for wanted, letters in _unfused(there, attrgetter("magnitudes"), row):
        _blockwise(wanted, _absolute(letters), row)
    for wanted, letters in _unfused(_columns(there), attrgetter("magnitudes"), row):
        _apart(wanted.jobs, _absolute(letters), row)
    for wanted, letters in there:
        if wanted.others:
            _apart(wanted.others, _absolute(letters), row)


def _absolute(letters: Letters) -> Letters:
    move = {"move": _part(letters, "move")} if letters.keys() >= {*ENDS} else {}
    return {name: value.abs() for name, value in {**letters, **move}.items()}


def _columns(works: Iterable[Work]) -> list[Work]:
    """Products with null vectors, as with columns."""
    return [
        (some, {**letters, NULL: column.like(letters[some.named[0]])})
        for wanted, letters in works
        for column, some in wanted.columns
    ]


def _column(piece: Slices | Sums | Null) -> Fixed | None:
    return piece.column if isinstance(piece, Null) else None


def _unfused(works: Iterable[Work], which: Callable[[Pass], Loop | None], row: Tensor) -> list[Work]:
    """Those whose sums cannot be made while a row is in the cache; of all others they are added."""
    fused, left = defaultdict[tuple[Loop, str], list[Task]](list), list[Work]()
    for wanted, letters in works:
        task = Task([letters[name] for name in wanted.named], wanted.places)
        loop = which(wanted)
        if loop is not None and task.fit:
            fused[loop, task.floats].append(task)
        else:
            left.append((wanted, letters))
    for (loop, _), some in fused.items():
        added(loop, some, row)
    return left


def _apart(jobs: Iterable[Job], letters: Letters, row: Tensor) -> None:
    """Matrices of inner products, and sums of single letters."""
    whole = {x: _part(letters, x) for job in jobs for x in (job.left, job.right) if x not in {"one", NULL}}
    for job in jobs:
        for matrices in job.matrices:
            matrices.add(whole[job.left], whole[job.right], row)
        for piece, place in job.singles:
            piece.add(whole[job.single], row[place])


def _blockwise(wanted: Pass, letters: Letters, row: Tensor) -> None:
    """The sums along axes, block by block."""
    if not wanted.along:
        return
    names = {x for job in wanted.along for x in (job.left, job.right)}
    spans = blocks(tuple(letters[wanted.named[0]].shape), BLOCK)
    room = torch.empty_like(_part(letters, wanted.named[0], slice(*spans[0])))
    for start, stop in spans:
        part = {name: _part(letters, name, slice(start, stop)) for name in names}
        for job in wanted.along:
            product = torch.mul(part[job.left], part[job.right], out=room[: stop - start])
            for piece, place in job.axes:
                piece.add_block(product, start, row[place])


def _part(letters: Letters, name: str, rows: slice | None = None) -> Tensor:
    """Rows of a letter, or all, as wide as sums of it are."""
    if name == "move" and name not in letters:
        return _part(letters, ENDS[0], rows) - _part(letters, ENDS[1], rows)
    x = letters[name] if rows is None else letters[name][rows]
    return x.to(WIDER[x.dtype]) if x.dtype in WIDER else x
