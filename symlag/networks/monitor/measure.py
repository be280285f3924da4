"""All forms of tensors' letters: sums along axes in one pass over memory, matrices of inner products one by one.

The move is made of theta and theta.new wherever a part of both is at hand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from operator import attrgetter

import torch
from torch import Tensor

from symlag.kernels.reductions import Loop, Task, added
from symlag.networks.monitor.reduction_specs import ENDS, NULL, Job, Letters, Pass
from symlag.networks.monitor.reductions import blocks

BLOCK = 1 << 17  # numbers: products of this many stay in the cache
WIDER = {torch.float16: torch.float32, torch.bfloat16: torch.float32}

Work = tuple[Pass, Letters]


def measure(works: Iterable[Work], row: Tensor) -> None:
    """Add the sums of all jobs whose letters are there to their places in a row of numbers."""
    there = [(wanted.given(letters), letters) for wanted, letters in works]
    for wanted, letters in _unfused(_nulls(there), attrgetter("loop"), row):
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
    for wanted, letters in _unfused(_nulls(there), attrgetter("magnitudes"), row):
        _apart([job.absolute for job in wanted.jobs], _absolute(letters), row)
    for wanted, letters in there:
        if wanted.others:
            _apart([job.absolute for job in wanted.others], _absolute(letters), row)


def _absolute(letters: Letters) -> Letters:
    move = {"move": _part(letters, "move")} if letters.keys() >= {*ENDS} else {}
    return {name: value.abs() for name, value in {**letters, **move}.items()}


def _nulls(works: Iterable[Work]) -> list[Work]:
    """Products with null vectors, which are letters there."""
    return [
        (some, {**letters, NULL: column.like(letters[some.named[0]])})
        for wanted, letters in works
        for column, some in wanted.nulls
    ]


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
