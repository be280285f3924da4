"""All forms of a tensor's letters: sums along axes in one pass over memory, matrices of inner products one by one.

A job is one form with the places that its sums go to. Letters go by their names: theta, theta.new, v.new, g, move.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from symlag.networks.monitor._fused import sums
from symlag.networks.monitor._pieces import Axis, Null, Slices, Sums, blocks

BLOCK = 1 << 17  # numbers: products of this many stay in the cache
WIDER = {torch.float16: torch.float32, torch.bfloat16: torch.float32}

Letters = Mapping[str, Tensor]


@dataclass(frozen=True, eq=False)
class Job:
    """One form ⟨x, Ay⟩: where its sums along axes are in a row of numbers, and where its other pieces are."""

    left: str
    right: str
    axes: tuple[tuple[Axis, slice], ...]
    others: tuple[tuple[Slices | Sums | Null, slice], ...]


def measure(jobs: Sequence[Job], letters: Letters, row: Tensor) -> None:
    """Add the sums of all jobs whose letters are there to their places in a row of numbers."""
    jobs = [job for job in jobs if {job.left, job.right} <= letters.keys() | {"one"}]
    along = [job for job in jobs if job.axes]
    if along and not _fused(along, letters, row):
        _blockwise(along, letters, row)
    for job in jobs:
        for piece, place in job.others:
            x = _wide(letters[job.left])
            if isinstance(piece, Slices):
                piece.add(x, _wide(letters[job.right]), row[place])
            else:
                piece.add(x, row[place])


def _fused(jobs: Sequence[Job], letters: Letters, row: Tensor) -> bool:
    """The sums along the first two axes while a row is in the cache; not everywhere can that be done."""
    if any(piece.axis > 1 for job in jobs for piece, _ in job.axes):
        return False
    names = [*dict.fromkeys(x for job in jobs for x in (job.left, job.right))]
    pairs = [(names.index(job.left), names.index(job.right)) for job in jobs]
    found = sums([letters[name] for name in names], pairs)
    for i, job in enumerate(jobs if found else ()):
        for piece, place in job.axes:
            row[place] += found[piece.axis][i] if found else 0
    return found is not None


def _blockwise(jobs: Sequence[Job], letters: Letters, row: Tensor) -> None:
    """The sums along axes, block by block."""
    names = {x for job in jobs for x in (job.left, job.right)}
    like = letters[jobs[0].left]
    spans = blocks(tuple(like.shape), BLOCK)
    room = torch.empty_like(_wide(like[slice(*spans[0])]))
    for start, stop in spans:
        part = {name: _wide(letters[name][start:stop]) for name in names}
        for job in jobs:
            product = torch.mul(part[job.left], part[job.right], out=room[: stop - start])
            for piece, place in job.axes:
                piece.add_block(product, start, row[place])


def _wide(x: Tensor) -> Tensor:
    return x.to(WIDER[x.dtype]) if x.dtype in WIDER else x
