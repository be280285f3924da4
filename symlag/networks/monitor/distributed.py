"""Training on many ranks: each sums what it holds, and one all_reduce for a window of steps makes the charges of all.

Copies of a tensor on several ranks, as under DistributedDataParallel, are counted once. They are compared in the same
all_reduce: of numbers cᵣ that should be equal on all ranks r, the sum Σ sᵣcᵣ is taken, too, with random sᵣ, Σ sᵣ = 0,
which is then zero up to round-off. Every rank makes a monitor, and all flush it at the same steps.

>>> balanced_signs(3, 1, seed=7).sum().abs() < 1e-15
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
from symlag.networks.monitor.shards import Box, local_tensor_plan, placements_avoiding, sliced_axes
from symlag.networks.monitor.tensor_plan import TensorPlan

COPY_TOLERANCE = 64.0  # times the precision of a tensor: copies are equal to the bit, and sums over ranks nearly so

RowCopies = tuple[tuple[int, str], ...]  # rows, and tensors whose copies are not equal there


class OneProcess:
    """One process, which holds everything."""

    first = True
    numbers_at_once = inf  # in tensors that are measured together

    def local_plan(self, plan: Plan) -> Plan:
        """What this rank measures of a plan."""
        return plan

    def letters_to_sum(self, name: str, letters: Mapping[str, Tensor]) -> Mapping[str, Tensor]:  # noqa: ARG002
        """A tensor's letters, cut over the ranks so that its reductions can be made."""
        return letters

    def summed(self, rows: Tensor, magnitudes: Tensor, seed: int) -> tuple[Tensor, Tensor, RowCopies]:  # noqa: ARG002
        """The numbers of all ranks, and where copies are not equal."""
        return rows, magnitudes, ()


@dataclass(frozen=True, eq=False)
class Ranks(OneProcess):
    """All ranks of a training.

    Attributes
    ----------
    plan : Plan
        What all of them measure together.
    held : sequence of mapping
        For each rank the box that it holds of each tensor, by name.
    rank : int
        Which of them this one is.
    """

    plan: Plan
    held: Sequence[Mapping[str, Box]]
    rank: int
    numbers_at_once = 1 << 22  # as some of the tensors may be cut anew, which takes memory

    @property
    def first(self) -> bool:
        """Whether this is the rank that writes for all."""
        return self.rank == 0

    def local_plan(self, plan: Plan) -> Plan:
        """What this rank measures of a plan."""
        boxes = self.held[self.rank]
        return replace(plan, tensors=tuple(local_tensor_plan(tensor, boxes[tensor.name]) for tensor in plan.tensors))

    def letters_to_sum(self, name: str, letters: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """A tensor's letters, cut over the ranks so that its reductions can be made."""
        if name not in self._redistributions:
            return letters
        return {x: self._redistributions[name](value.expand_as(letters["theta"])) for x, value in letters.items()}

    def summed(self, rows: Tensor, magnitudes: Tensor, seed: int) -> tuple[Tensor, Tensor, RowCopies]:
        """The numbers of all ranks, and where copies are not equal."""
        counted = self._counted_here.to(rows)
        parts = [rows * counted, (magnitudes * counted)[None], *self._copy_sums(rows, seed)]
        shapes = [part.shape for part in parts]
        together = torch.cat([part.flatten() for part in parts])
        dist.all_reduce(together)
        rows, magnitudes, difference, size = (
            part.reshape(shape) for part, shape in zip(together.split([s.numel() for s in shapes]), shapes, strict=True)
        )
        unequal = (difference.abs() > COPY_TOLERANCE * self._precision.to(rows) * size).nonzero().tolist()
        return rows, magnitudes[0], tuple((step, self.plan.tensors[i].name) for step, i in unequal)

    def _copy_sums(self, rows: Tensor, seed: int) -> tuple[Tensor, Tensor]:
        """For each step and tensor one number times a sign, and its magnitude times that of the sign.

        The number is a sum of all numbers of the tensor, with weights, so that it changes when two are exchanged. The
        signs add up to zero over the copies.
        """
        signs = {n: balanced_signs(n, len(rows), seed) for n in {count for _, count in self._copies}}
        s = torch.stack([signs[count][:, index] for index, count in self._copies], 1).to(rows)
        owner, weights = self._owner.to(rows.device), torch.linspace(1, 2, rows.shape[1]).to(rows)
        c, size = (torch.zeros_like(s).index_add_(1, owner, x * weights) for x in (rows, rows.abs()))
        return s * c, s.abs() * size

    @cached_property
    def _copies(self) -> list[tuple[int, int]]:
        """For each tensor which of the ranks that hold the same of it this one is, and how many they are."""
        holders = [
            [rank for rank, boxes in enumerate(self.held) if boxes[t.name] == self.held[self.rank][t.name]]
            for t in self.plan.tensors
        ]
        return [(ranks.index(self.rank), len(ranks)) for ranks in holders]

    @cached_property
    def _owner(self) -> Tensor:
        """The tensor to which each number of a row belongs."""
        owner = torch.zeros(self.plan.width, dtype=torch.long)
        for i, tensor in enumerate(self.plan.tensors):
            for slot in tensor.slots.values():
                owner[slot] = i
        return owner

    @cached_property
    def _counted_here(self) -> Tensor:
        """One for each number that this rank counts, zero for those that another rank with the same box counts."""
        return torch.tensor([float(index == 0) for index, _ in self._copies])[self._owner]

    @cached_property
    def _precision(self) -> Tensor:
        return torch.tensor([torch.finfo(tensor.parameter.dtype).eps for tensor in self.plan.tensors])

    @cached_property
    def _redistributions(self) -> Mapping[str, Any]:
        """For tensors that have to be cut along other axes how a letter of them is."""
        redistributions = {tensor.name: _redistribution(tensor) for tensor in self.plan.tensors}
        return {name: redistribute for name, redistribute in redistributions.items() if redistribute is not None}


def ranks_of(model: nn.Module, plan: Plan) -> OneProcess:
    """The ranks that a model is trained on together: those of DistributedDataParallel, or of its DTensors."""
    several = dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1
    sharded = any(hasattr(tensor.parameter, "placements") for tensor in plan.tensors)
    if not several or not (_replicated(model) or sharded):
        return OneProcess()
    boxes = {tensor.name: _local_box(tensor) for tensor in plan.tensors}
    gathered: list[Any] = [None] * dist.get_world_size()
    dist.all_gather_object(gathered, (plan.width, boxes))
    if any((width, [*others]) != (plan.width, [*boxes]) for width, others in gathered):
        raise SymlagError(
            f"Monitor(model, optimizer, found) on rank {dist.get_rank()}",
            "not all ranks watch the same charges",
            "Find the symmetries on every rank for the same model and with the same batch.",
        )
    return Ranks(plan, [others for _, others in gathered], dist.get_rank())


def searchable(model: nn.Module) -> nn.Module:
    """The model as it was before it was compiled, which can be searched for symmetries.

    `SymlagError` where ranks share it.
    """
    if _replicated(model) or any(hasattr(p, "placements") for p in model.parameters()):
        raise SymlagError(
            "watch(model, …)",
            "ranks share the model, so that it cannot be searched for symmetries",
            "Find the symmetries before the model is wrapped, and write Monitor(model, optimizer, found).",
        )
    return getattr(model, "_orig_mod", model)


def local_part(x: Tensor, like: Any) -> Tensor:
    """What this rank holds of a tensor when it is cut as another one is; a scalar is a vector of one."""
    part: Any = x.detach() if x.requires_grad else x
    if hasattr(x, "placements"):
        aligned = part if part.placements == like.placements else part.redistribute(placements=like.placements)
        part = aligned.to_local()
    return part if part.ndim else part.reshape(1)


def balanced_signs(copies: int, steps: int, seed: int) -> Tensor:
    """Random numbers (steps, copies) that add up to zero over the copies."""
    drawn = torch.randn(steps, copies, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return drawn - drawn.mean(1, keepdim=True)


def _replicated(model: nn.Module) -> bool:
    return any(isinstance(module, nn.parallel.DistributedDataParallel) for module in model.modules())


def _local_box(tensor: TensorPlan) -> Box:
    """What this rank measures of a tensor."""
    parameter = tensor.parameter
    if not hasattr(parameter, "placements"):
        return Box((0,) * parameter.ndim, tuple(parameter.shape))
    from torch.distributed.tensor._utils import compute_local_shape_and_global_offset

    placements = placements_avoiding(parameter.placements, sliced_axes(tensor), parameter.ndim)
    shape, start = compute_local_shape_and_global_offset(parameter.shape, parameter.device_mesh, placements)
    return Box(tuple(start), tuple(shape))


def _redistribution(tensor: TensorPlan) -> Any:
    """How a letter is cut along other axes; none where it need not be."""
    p = tensor.parameter
    placements = tuple(getattr(p, "placements", ()))
    if not placements:
        return None
    target = placements_avoiding(placements, sliced_axes(tensor), p.ndim)
    if target == placements:
        return None
    from torch.distributed.tensor import DTensor

    def redistribute(x: Tensor) -> Tensor:
        whole: Any = DTensor.from_local(x, p.device_mesh, placements, shape=p.shape, stride=p.stride())
        return whole.redistribute(placements=target).to_local()

    return redistribute
