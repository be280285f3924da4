"""Training on many ranks: each sums what it holds, and one all_reduce for many steps makes the charges of all.

Copies of a tensor, as under DistributedDataParallel, are counted once, and held against one another in the same
all_reduce: of numbers cᵣ that should be equal on all ranks r the sum Σ sᵣcᵣ is taken, too, with random sᵣ, Σ sᵣ = 0.
Every rank makes a monitor, and flushes it at the same steps.

>>> signs(3, 1, seed=7).sum().abs() < 1e-15
tensor(True)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from typing import Any

import torch
from torch import Tensor, distributed as dist, nn

from symlag.errors import SymlagError
from symlag.networks.monitor.plan import Plan
from symlag.networks.monitor.shards import Box, cut, layout, mixed
from symlag.networks.monitor.tensor_plan import Track

APART = 64.0  # times the precision of a tensor: copies are equal to the bit, and sums over ranks nearly so

Apart = tuple[tuple[int, str], ...]


class Alone:
    """One process, which holds everything."""

    first = True
    at_once = inf  # numbers in tensors that are measured together

    def here(self, plan: Plan) -> Plan:
        """What is measured here of a plan."""
        return plan

    def laid(self, name: str, letters: Mapping[str, Tensor]) -> Mapping[str, Tensor]:  # noqa: ARG002 - as of `Ranks`
        """A tensor's letters cut so that the sums of its pieces can be made."""
        return letters

    def whole(self, rows: Tensor, sizes: Tensor, seed: int) -> tuple[Tensor, Tensor, Apart]:  # noqa: ARG002
        """The numbers of all ranks, and where copies are not equal: which row, which tensor."""
        return rows, sizes, ()


@dataclass(frozen=True, eq=False)
class Ranks(Alone):
    """All ranks: what each holds of each tensor of a plan, by name, and which of them this one is."""

    plan: Plan
    held: Sequence[Mapping[str, Box]]
    rank: int
    at_once = 1 << 22  # as some of them may be laid out anew, which takes memory

    @property
    def first(self) -> bool:
        """Whether this is the rank that speaks for all."""
        return self.rank == 0

    def here(self, plan: Plan) -> Plan:
        """What is measured here of a plan."""
        mine = self.held[self.rank]
        return replace(plan, tracks=tuple(cut(track, mine[track.name]) for track in plan.tracks))

    def laid(self, name: str, letters: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """A tensor's letters cut so that the sums of its pieces can be made."""
        if name not in self._moves:
            return letters
        return {x: self._moves[name](value.expand_as(letters["theta"])) for x, value in letters.items()}

    def whole(self, rows: Tensor, sizes: Tensor, seed: int) -> tuple[Tensor, Tensor, Apart]:
        """The numbers of all ranks, and where copies are not equal: which row, which tensor."""
        parts = [rows * self._once.to(rows), (sizes * self._once.to(rows))[None], *self._compared(rows, seed)]
        sums = torch.cat([part.flatten() for part in parts])
        dist.all_reduce(sums)
        shapes = [part.shape for part in parts]
        rows, sizes, gap, size = (
            part.reshape(shape) for part, shape in zip(sums.split([s.numel() for s in shapes]), shapes, strict=True)
        )
        apart = (gap.abs() > APART * self._precision.to(rows) * size).nonzero().tolist()
        return rows, sizes[0], tuple((step, self.plan.tracks[i].name) for step, i in apart)

    def _compared(self, rows: Tensor, seed: int) -> tuple[Tensor, Tensor]:
        """One number a step and tensor, with signs that add up to zero over its copies, and the sum of magnitudes.

        Weights tell numbers from one another that were exchanged.
        """
        drawn = {n: signs(n, len(rows), seed) for n in {count for _, count in self._copies}}
        s = torch.stack([drawn[count][:, index] for index, count in self._copies], 1).to(rows)
        owner, weights = self._owner.to(rows.device), torch.linspace(1, 2, rows.shape[1]).to(rows)
        c, size = (torch.zeros_like(s).index_add_(1, owner, x * weights) for x in (rows, rows.abs()))
        return s * c, s.abs() * size

    @cached_property
    def _copies(self) -> list[tuple[int, int]]:
        """For each tensor which of the ranks that hold the same of it this one is, and how many they are."""
        holders = [
            [r for r, boxes in enumerate(self.held) if boxes[track.name] == self.held[self.rank][track.name]]
            for track in self.plan.tracks
        ]
        return [(ranks.index(self.rank), len(ranks)) for ranks in holders]

    @cached_property
    def _owner(self) -> Tensor:
        """The tensor that each number in a row is of."""
        owner = torch.zeros(self.plan.width, dtype=torch.long)
        for i, track in enumerate(self.plan.tracks):
            for place in track.slots.values():
                owner[place] = i
        return owner

    @cached_property
    def _once(self) -> Tensor:
        """One for each number that is counted here, zero for those that another rank with the same box counts."""
        return torch.tensor([float(index == 0) for index, _ in self._copies])[self._owner]

    @cached_property
    def _precision(self) -> Tensor:
        return torch.tensor([torch.finfo(track.parameter.dtype).eps for track in self.plan.tracks])

    @cached_property
    def _moves(self) -> Mapping[str, Any]:
        """For tensors that are cut anew, how that is done."""
        return {track.name: move for track in self.plan.tracks if (move := _move(track)) is not None}


def ranks(model: nn.Module, plan: Plan) -> Alone:
    """The ranks that a model is trained on together: those of DistributedDataParallel, or of its DTensors."""
    if not _together(model, plan):
        return Alone()
    mine = {track.name: _box(track) for track in plan.tracks}
    told: list[Any] = [None] * dist.get_world_size()
    dist.all_gather_object(told, (plan.width, mine))
    if any((width, [*boxes]) != (plan.width, [*mine]) for width, boxes in told):
        raise SymlagError(
            f"Monitor(model, optimizer, found) on rank {dist.get_rank()}",
            "not all ranks watch the same charges",
            "on every rank the symmetries found of the same model, with the same batch",
        )
    return Ranks(plan, [boxes for _, boxes in told], dist.get_rank())


def unshared(model: nn.Module) -> nn.Module:
    """A model that can be searched for symmetries, as it was before it was compiled.

    `SymlagError` where ranks share it.
    """
    if _replicated(model) or any(hasattr(p, "placements") for p in model.parameters()):
        raise SymlagError(
            "watch(model, …)",
            "the model is shared among ranks, and cannot be searched for symmetries",
            "Monitor(model, optimizer, found), with those found before it was wrapped",
        )
    return getattr(model, "_orig_mod", model)


def local(x: Tensor, like: Any) -> Tensor:
    """What this rank holds of a tensor that is cut as another; a scalar is a vector of one."""
    mine: Any = x.detach() if x.requires_grad else x
    if hasattr(x, "placements"):
        mine = (
            mine if mine.placements == like.placements else mine.redistribute(placements=like.placements)
        ).to_local()
    return mine if mine.ndim else mine.reshape(1)


def signs(copies: int, steps: int, seed: int) -> Tensor:
    """Random numbers (steps, copies) that add up to zero over the copies."""
    drawn = torch.randn(steps, copies, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return drawn - drawn.mean(1, keepdim=True)


def _together(model: nn.Module, plan: Plan) -> bool:
    if not (dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1):
        return False
    return _replicated(model) or any(hasattr(track.parameter, "placements") for track in plan.tracks)


def _replicated(model: nn.Module) -> bool:
    return any(isinstance(module, nn.parallel.DistributedDataParallel) for module in model.modules())


def _box(track: Track) -> Box:
    """What this rank measures of a tensor."""
    parameter = track.parameter
    if not hasattr(parameter, "placements"):
        return Box((0,) * parameter.ndim, tuple(parameter.shape))
    from torch.distributed.tensor._utils import compute_local_shape_and_global_offset

    placements = layout(parameter.placements, mixed(track), parameter.ndim)
    shape, start = compute_local_shape_and_global_offset(parameter.shape, parameter.device_mesh, placements)
    return Box(tuple(start), tuple(shape))


def _move(track: Track) -> Any:
    """How a letter is cut along other axes; none where it need not be."""
    p = track.parameter
    placements = getattr(p, "placements", ())
    target = layout(placements, mixed(track), p.ndim)
    if target == tuple(placements):
        return None
    from torch.distributed.tensor import DTensor

    def move(x: Tensor) -> Tensor:
        there: Any = DTensor.from_local(x, p.device_mesh, placements, shape=p.shape, stride=p.stride())
        return there.redistribute(placements=target).to_local()

    return move
