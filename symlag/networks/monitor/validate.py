"""What cannot be monitored, and why: each in one sentence, before anything is attached."""

from __future__ import annotations

import inspect
import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from numbers import Integral
from pathlib import Path
from typing import Any

from torch import nn
from torch.optim import Optimizer

from symlag.errors import SymlagError
from symlag.networks.generators.tensor_action import NullVectors
from symlag.networks.monitor.plan import parameters_by_name
from symlag.networks.result.found import Found
from symlag.networks.symmetry import Symmetry
from symlag.optimizers.torch_optimizers import Group
from symlag.optimizers.update_rule import UpdateRule

OPTIONS = ("rule", "every")


def require_monitorable(model: nn.Module, optimizer: Optimizer, found: Found) -> None:
    """`SymlagError` where optimizer, model and symmetries are none, or do not belong together."""
    require_model_and_optimizer(model, optimizer)
    require_found(found)
    if any(type(module).__name__ == "FullyShardedDataParallel" for module in model.modules()):
        wrong = "it flattens tensors, and symmetries act on their axes"
        raise SymlagError("Monitor(FullyShardedDataParallel(…), …)", wrong, "fully_shard(model)")
    parameters = parameters_by_name(model)
    _require_ordinary_steps(model, optimizer, parameters)
    for symmetry in found:
        for name in symmetry.tensors:
            if name not in parameters or not _fits(symmetry, name, tuple(parameters[name].shape) or (1,)):
                raise SymlagError(
                    "Monitor(…, found)",
                    f"{name}, which the {symmetry.kind} moves, is not in the model, or has another shape there",
                    "found = symmetries(model, loss, batch), of this model",
                )
    if len({parameters[name].device for symmetry in found for name in symmetry.tensors}) > 1:
        raise SymlagError("Monitor(model, …)", "its tensors are on several devices", "the model on one device")


def require_model_and_optimizer(model: Any, optimizer: Any) -> None:
    """`SymlagError` where a model or an optimizer is something else."""
    if not isinstance(model, nn.Module):
        raise _wrong_argument(model, "the model", "it is no nn.Module", "the model first, and then its optimizer")
    if not isinstance(optimizer, Optimizer):
        wrapped = isinstance(getattr(optimizer, "optimizer", None), Optimizer)
        write = "the .optimizer that it has" if wrapped else "torch.optim.SGD(model.parameters(), lr=0.1), or another"
        raise _wrong_argument(optimizer, "the optimizer", "it is no torch.optim.Optimizer", write)


def require_found(found: Any) -> None:
    """`SymlagError` where symmetries are something else than what `symmetries` found."""
    if not isinstance(found, Found):
        write = "found = symmetries(model, loss, batch)"
        raise _wrong_argument(found, "the symmetries", "symmetries of the model have to be found first", write)


def require_options(sinks: Sequence[Any], options: Mapping[str, Any]) -> None:
    """`SymlagError` where a sink is no function of numbers and step, or an option none of a monitor."""
    for sink in sinks:
        _require_sink(sink)
    for name in options:
        if name not in OPTIONS:
            write = " or ".join(f"{near}=…" for near in get_close_matches(name, OPTIONS, 1) or OPTIONS)
            raise SymlagError(f"{name}={options[name]!r}", "a monitor has no such option", write)
    rule, every = options.get("rule"), options.get("every", 1)
    if not isinstance(rule, UpdateRule | None):
        wrote, write = f"rule={getattr(rule, '__name__', repr(rule))}", "rule=symlag.sgd(), or a rule of your own"
        raise SymlagError(wrote, "it is no UpdateRule", write)
    if not isinstance(every, Integral) or int(every) < 1:
        raise SymlagError(f"every={every!r}", "it counts steps", "every=1, or every=10 for a tenth of them")


@contextmanager
def reading_state() -> Generator[None]:
    """`SymlagError` where what is read as the state of a monitor is something else."""
    try:
        yield
    except (KeyError, TypeError, AttributeError):
        wrong = "it is not the state of a monitor"
        raise SymlagError("monitor.load_state_dict(…)", wrong, "Load what monitor.state_dict() returned.") from None


def require_hyperparameters(groups: Sequence[Group]) -> tuple[Group, ...]:
    """The groups of an optimizer; `SymlagError` where they lack a hyper-parameter that their rule has."""
    for group in groups:
        try:
            group.values()
        except KeyError as missing:
            wrong = f"the groups of the optimizer have no {missing}, which the rule needs"
            raise SymlagError(f"rule={group.rule.name}", wrong, "Give the rule of this optimizer.") from None
    return tuple(groups)


def _wrong_argument(thing: Any, role: str, wrong: str, write: str) -> SymlagError:
    return SymlagError(f"{getattr(thing, '__name__', type(thing).__name__)} as {role}", wrong, write)


def _require_sink(sink: Any) -> None:
    """`SymlagError` where a sink cannot be called with numbers and a step, with what can instead."""
    if isinstance(sink, str | os.PathLike):
        kind = "Npz" if Path(sink).suffix == ".npz" else "JsonLines"
        raise SymlagError(f"sink {str(sink)!r}", "a path is no function", f"{kind}({str(sink)!r})")
    if hasattr(sink, "add_scalar") and not callable(sink):
        raise SymlagError(f"sink {type(sink).__name__}", "a writer is no function", "Scalars(writer)")
    if not callable(sink) or isinstance(sink, type) or not _takes_two_arguments(sink):
        write = "a function f(numbers, step), such as JsonLines('run.jsonl')"
        raise _wrong_argument(sink, "a sink", "it cannot be called with the numbers by name and the step", write)


def _takes_two_arguments(sink: Any) -> bool:
    """Whether a function takes two arguments, as far as that can be known."""
    try:
        inspect.signature(sink).bind({}, 0)
    except TypeError:
        return False
    except ValueError:  # a compiled function has no signature
        return True
    return True


def _require_ordinary_steps(model: nn.Module, optimizer: Optimizer, parameters: Mapping[str, Any]) -> None:
    """`SymlagError` where the optimizer trains others' parameters, in the backward pass, or by sparse gradients."""
    trained = [p for group in optimizer.param_groups for p in group["params"]]
    if not {*trained} <= {*parameters.values()}:
        raise SymlagError(
            "Monitor(model, optimizer, …)",
            "the optimizer trains parameters that are not the model's",
            "Make the optimizer over model.parameters().",
        )
    if any(getattr(p, "_post_accumulate_grad_hooks", None) or hasattr(p, "_in_backward_optimizers") for p in trained):
        raise SymlagError(
            "Monitor(model, optimizer, …)",
            "steps are taken in the backward pass, tensor by tensor",
            "Call optimizer.step() once, after loss.backward().",
        )
    for name, module in model.named_modules():
        if getattr(module, "sparse", False) and not {*trained}.isdisjoint(module.parameters(recurse=False)):
            raise SymlagError(
                "Monitor(model, …)",
                f"the gradient of {name} is sparse, and charges need the sums of a dense one",
                f"{type(module).__name__}(…, sparse=False)",
            )


def _fits(symmetry: Symmetry, name: str, shape: tuple[int, ...]) -> bool:
    """Whether a tensor of some shape has the axes and positions on which a symmetry acts."""
    positions = {axis: at for (tensor, axis), at in symmetry.indices.items() if tensor == name}
    shapes = [term.shape for term in symmetry.family.terms if isinstance(term, NullVectors) and term.tensor == name]
    inside = all(axis < len(shape) and max(at) < shape[axis] for axis, at in positions.items())
    return inside and all(other == shape for other in shapes)
