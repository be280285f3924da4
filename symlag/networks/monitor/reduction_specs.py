"""What is measured of a tensor, and of which letters: theta, theta.new, v.new, g, and the move from theta to theta.new.

A job is one form with the places that its sums go to, a pass some jobs that are done together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from torch import Tensor

from symlag.kernels.reductions import UNWANTED, Loop
from symlag.networks.monitor.reductions import Across, Axis, Fixed, Heads, Null, Slices, Sums, heads

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
    def absolute(self) -> Job:
        """The same of magnitudes."""
        return replace(self, others=tuple((getattr(piece, "absolute", piece), place) for piece, place in self.others))

    @cached_property
    def single(self) -> str:
        """The letter that stands alone: the other one is `one`, or a null vector."""
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
        left = [(job, tuple(x for x in job.others if not _null(x[0]))) for job in self.jobs]
        return tuple(replace(job, others=pieces) for job, pieces in left if pieces)

    @cached_property
    def nulls(self) -> tuple[tuple[Fixed, Pass], ...]:
        """Products of single letters with one null vector each, as with a column.

        Their numbers have one place, told twice: to the loop as sums beside a column, and to torch as the piece.
        """
        found = defaultdict[Fixed, list[Job]](list)
        for left, piece, place in [(job.left, *other) for job in self.jobs for other in job.others]:
            if column := _null(piece):
                beside = ((Across(1, NULL), place),)
                found[column].append(Job(NULL, left, beside, ((piece, place),), column=True))
        return tuple((column, Pass((*jobs,))) for column, jobs in found.items())

    @cached_property
    def named(self) -> tuple[str, ...]:
        """The letters of which axes are summed along, and those that are held; columns come last."""
        met = frozenset[str]().union(*self.held, *(job.letters for job in self.along))
        return (*sorted(met - self.columns), *sorted(self.columns))

    @cached_property
    def columns(self) -> frozenset[str]:
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
        return Loop(len(self.named), pairs, ends, held, columns=len(self.columns))

    @cached_property
    def magnitudes(self) -> Loop | None:
        """The loop that sums magnitudes, and writes over nothing."""
        return self.loop and replace(self.loop, held=(), magnitudes=True)


def named(tensor: str, letter: str) -> str:
    """What a letter of another tensor goes by.

    >>> named("2.bias", "v.new") == named("2.bias", "v") + ".new"
    True
    """
    return f"{tensor}: {letter}"


def _null(piece: Slices | Sums | Null) -> Fixed | None:
    return piece.column if isinstance(piece, Null) else None
