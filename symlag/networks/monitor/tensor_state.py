"""The letters of a tensor at one moment: θ, its gradient and its buffers; and how one knows that they were changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from symlag.networks.monitor.distributed import local_part
from symlag.networks.monitor.measured_forms import LetterValues
from symlag.networks.monitor.tensor_plan import TensorPlan
from symlag.optimizers.torch_optimizers import Group, torch_buffer

Version = tuple[tuple[int, int], ...]  # for θ and each buffer: where it is in memory, and torch's count of writes to it


def lasting_letters(tensor: TensorPlan, group: Group) -> dict[str, Tensor]:
    """The letters that outlast a step: θ, and its buffers in the optimizer, zeros before there are any."""
    parameter = tensor.parameter
    theta, state = local_part(parameter, parameter), group.state.get(parameter, {})
    letters = {"theta": theta}
    for name, x in tensor.buffers.items():
        value = torch_buffer(x, state)
        if value is None:
            letters[name] = torch.zeros((), dtype=theta.dtype, device=theta.device).expand_as(theta)
        else:
            letters[name] = local_part(value, parameter)
    return letters


def gradient_letter(parameter: Any, loss_scale: Tensor | None) -> dict[str, Tensor]:
    """The gradient, if there is one; a fused step divides it by the scale of the loss, and so it is divided here."""
    if parameter.grad is None:
        return {}
    gradient = local_part(parameter.grad, parameter)
    return {"g": gradient if loss_scale is None else gradient / loss_scale.to(gradient)}


def version(letters: LetterValues) -> Version:
    """The version of lasting letters: another one when θ or a buffer was changed."""
    return tuple([(value.data_ptr(), value._version) for value in letters.values()])


def changed_without_buffers(before: Mapping[str, Version], now: Mapping[str, Version]) -> Iterator[str]:
    """The tensors that were changed while their buffers, if any, were not."""
    for name, (theta_now, *buffers_now) in now.items():
        theta_before, *buffers_before = before[name]
        if theta_now != theta_before and buffers_now == buffers_before:
            yield name


def steps_taken(group: Group, parameter: Any) -> int:
    """The steps that a tensor has taken: as torch counted them, or one where it has a buffer."""
    state = group.state.get(parameter, {})
    begun = any(torch_buffer(x, state) is not None for x in group.rule.buffers)
    return int(state.get("step", begun))
