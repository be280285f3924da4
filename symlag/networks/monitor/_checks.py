"""What cannot be monitored, and why: each in one sentence before anything is attached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

from torch import nn
from torch.optim import Optimizer

from symlag.errors import SymlagError
from symlag.networks._found import Found
from symlag.networks._symmetry import Symmetry
from symlag.networks._terms import Free
from symlag.networks.monitor._plan import names


def check(model: nn.Module, optimizer: Optimizer, found: Found, every: int) -> None:
    """`SymlagError` where optimizer, model and symmetries do not belong together."""
    _whole(model)
    _steps(model, [p for group in optimizer.param_groups for p in group["params"]])
    named = names(model)
    for symmetry in found:
        _belongs(symmetry, named)
    if len({named[name].device for symmetry in found for name in symmetry.tensors}) > 1:
        raise SymlagError("Monitor(model, …)", "its tensors are on several devices", "the model on one device")
    if every < 1:
        raise SymlagError(f"every={every}", "it counts steps", "every=1, or every=10 for a tenth of them")


def _whole(model: nn.Module) -> None:
    if any(type(module).__name__ == "FullyShardedDataParallel" for module in model.modules()):
        raise SymlagError(
            "Monitor(FullyShardedDataParallel(…), …)",
            "it flattens tensors, and symmetries act on their axes",
            "fully_shard(model)",
        )


def _steps(model: nn.Module, trained: Sequence[Any]) -> None:
    if not {*trained} <= {*names(model).values()}:
        raise SymlagError(
            "Monitor(model, optimizer, …)",
            "the optimizer trains parameters that are not the model's",
            "the optimizer over model.parameters()",
        )
    if any(getattr(p, "_post_accumulate_grad_hooks", None) or hasattr(p, "_in_backward_optimizers") for p in trained):
        raise SymlagError(
            "Monitor(model, optimizer, …)",
            "steps are taken in the backward pass, tensor by tensor",
            "one optimizer.step() after loss.backward()",
        )
    _dense(model, {*trained})


def _dense(model: nn.Module, trained: Set[Any]) -> None:
    for name, module in model.named_modules():
        if getattr(module, "sparse", False) and not trained.isdisjoint(module.parameters(recurse=False)):
            raise SymlagError(
                "Monitor(model, …)",
                f"the gradient of {name} is sparse, and sums over it are those of a dense one",
                f"{type(module).__name__}(…, sparse=False)",
            )


def _belongs(symmetry: Symmetry, named: Mapping[str, Any]) -> None:
    for name in symmetry.tensors:
        if name not in named or not _fits(symmetry, name, tuple(named[name].shape) or (1,)):
            raise SymlagError(
                "Monitor(…, found)",
                f"{name}, which the {symmetry.kind} moves, is not in the model, or of another shape",
                "the symmetries(model, loss, batch) of this model",
            )


def _fits(symmetry: Symmetry, name: str, shape: tuple[int, ...]) -> bool:
    """Whether a tensor has the axes and positions that a family moves."""
    views = {axis: at for (tensor, axis), at in symmetry.indices.items() if tensor == name}
    shapes = [term.shape for term in symmetry.motion.terms if isinstance(term, Free) and term.tensor == name]
    inside = all(axis < len(shape) and max(at) < shape[axis] for axis, at in views.items())
    return inside and all(other == shape for other in shapes)
