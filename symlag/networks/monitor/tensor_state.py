"""The letters of a tensor at some moment: θ, its gradient and its buffers; and what tells that they moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from symlag.networks.monitor.distributed import local
from symlag.networks.monitor.reduction_specs import Letters
from symlag.networks.monitor.tensor_plan import Track
from symlag.optimizers.from_torch import Group, torch_buffer

Version = tuple[tuple[int, int], ...]


def kept(track: Track, group: Group) -> dict[str, Tensor]:
    """What outlives a step of a tensor in an optimizer's group: θ, and its buffers."""
    parameter = track.parameter
    found, state = {"theta": local(parameter, parameter)}, group.state.get(parameter, {})
    for name, x in track.buffers.items():
        value = torch_buffer(x, state)
        found[name] = _nothing(found["theta"]) if value is None else local(value, parameter)
    return found


def slope(parameter: Any, scale: Tensor | None) -> dict[str, Tensor]:
    """The gradient, if there is one; the scale of a loss, by which a fused step divides, is taken off."""
    if parameter.grad is None:
        return {}
    found = local(parameter.grad, parameter)
    return {"g": found if scale is None else found / scale.to(found)}


def version(found: Letters) -> Version:
    """What changes when θ or a buffer does."""
    return tuple([(value.data_ptr(), value._version) for value in found.values()])


def moved(before: Mapping[str, Version], now: Mapping[str, Version]) -> Iterator[str]:
    """The tensors that something moved, and left the buffers of, if any, as they were."""
    for name, (theta_now, *buffers) in now.items():
        theta_before, *buffers_before = before[name]
        if theta_now != theta_before and buffers == buffers_before:
            yield name


def steps_taken(group: Group, parameter: Any) -> int:
    """The steps that a tensor has taken: those torch counted, or one where it has a buffer."""
    state = group.state.get(parameter, {})
    begun = any(torch_buffer(x, state) is not None for x in group.rule.buffers)
    return int(state.get("step", begun))


def _nothing(theta: Tensor) -> Tensor:
    """A buffer that is not there yet."""
    return torch.zeros((), dtype=theta.dtype, device=theta.device).expand_as(theta)
