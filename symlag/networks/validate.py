"""What a search refuses, each in one sentence: what is no model, what does not run, what is not finite.

>>> require_model(nn.Linear)
Traceback (most recent call last):
symlag.errors.SymlagError: the model: it is the class Linear; write Linear(…).
>>> import torch
>>> with errors_as_sentences("the given batch"):
...     torch.ones(2) @ torch.ones(3, 4)
Traceback (most recent call last):
symlag.errors.SymlagError: the given batch: it raises RuntimeError, “mat1 and mat2 shapes cannot be multiplied \
(1x2 and 3x4)”. Give a model, a loss and a batch that run together.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from numbers import Real
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy
from torch.utils._python_dispatch import TorchDispatchMode

from symlag.errors import SymlagError
from symlag.networks.batches import leaves

NEAREST = 1e-3  # of their size: a rate that vanishes at a point to second order is still far from round-off
PRECISION = re.compile(r"float64|float\b.*\bdouble|double\b.*\bfloat\b", re.IGNORECASE)

USE_FINITE = "Use masks of dtype torch.bool, and a model and a loss that are finite for all numbers, as log(1 + x²) is."
USE_ANY_NUMBERS = (
    "Use inputs and targets that make sense as any numbers in their range, and keep others, such as lengths, "
    "within the model."
)
USE_TOGETHER = "Give a model, a loss and a batch that run together."
USE_DTYPE = "Use x.new_zeros(…), or dtype=x.dtype, since the search runs a copy of the model in float64."


def require_model(given: Any) -> None:
    """Check that it is a model with real parameters that learn."""
    if isinstance(given, type):
        raise SymlagError("the model", f"it is the class {given.__name__}", f"{given.__name__}(…)")
    if not isinstance(given, nn.Module):
        wrong = f"it is {_name(given)}, no torch.nn.Module"
        raise SymlagError("the model", wrong, "symmetries(model, loss, batch), in this order")
    parameters = {name: p for name, p in given.named_parameters() if p.requires_grad}
    if not parameters:
        write = "Give a model of which some parameters have requires_grad=True."
        raise SymlagError("symmetries(model, …)", "the model has no parameters that learn", write)
    for name, parameter in parameters.items():
        _require_numbers(f"the parameter {name}", parameter)


def _require_numbers(what: str, parameter: Tensor) -> None:
    if is_lazy(parameter):
        raise SymlagError(what, "it has no shape yet", "model(inputs) once before")
    if parameter.is_meta:
        raise SymlagError(what, "it has no numbers on the meta device", "Give a model on another device.")
    if parameter.is_complex():
        wrong = "it is complex, and symmetries are of real numbers"
        raise SymlagError(what, wrong, "Make its real and imaginary parts parameters of their own.")
    if not bool(parameter.detach().sum().isfinite()):
        raise SymlagError(what, "its numbers are not finite", "Give the model as it was before it diverged.")


def require_loss(given: Any) -> None:
    """Check that it is a function."""
    if isinstance(given, type):
        raise SymlagError("the loss", f"it is the class {given.__name__}", f"{given.__name__}()")
    if not callable(given):
        raise SymlagError("the loss", f"it is a {_name(given)}, no function", "torch.nn.functional.mse_loss, say")


def require_near(given: Any) -> None:
    """Check that it is a number, and not too small."""
    if not isinstance(given, Real):
        raise SymlagError(f"near={given!r}", "it is no number", "near=0.01")
    if not float(given) >= NEAREST:
        wrong = "so close to one point much looks like a symmetry that holds at this point alone"
        raise SymlagError(f"near={given!r}", wrong, "near=0.01")


def require_clip(given: Any) -> None:
    """Check that it is a number above zero."""
    if not isinstance(given, Real) or not float(given) > 0:
        raise SymlagError(f"clip={given!r}", "gradients are cut off beyond ±clip, a number above zero", "clip=1.0")


def require_batch(given: Any, model: nn.Module) -> None:
    """Check that it is a pair of inputs and targets, on the device of the model, and not empty."""
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise SymlagError("batch", "a batch is a pair of inputs and targets", "(inputs, targets), or (inputs, None)")
    inputs = leaves(given[0])
    if inputs and not any(map(Tensor.numel, inputs)):
        raise SymlagError("batch", "its inputs are empty", "Give a batch of at least one sample.")
    devices = {leaf.device for leaf in (*leaves(given), *model.parameters())}
    if len(devices) > 1:
        raise SymlagError(
            "symmetries(model, loss, batch)",
            f"model and batch live on {' and '.join(sorted(map(str, devices)))}",
            "Move the batch to the device of the model.",
        )


def require_scalar(value: Any) -> None:
    """Check that a loss on the given batch is one finite real number."""
    if not isinstance(value, Tensor) or value.numel() != 1:
        shape = tuple(value.shape) if isinstance(value, Tensor) else type(value).__name__
        raise SymlagError("loss", f"its value is not a scalar but {shape}", "Sum or average the loss over the batch.")
    if value.is_complex():
        raise SymlagError("the loss", "its value is complex", "Take its real part, or its absolute value.")
    require_finite("the loss", value, "on the given batch")


def require_finite(what: str, numbers: Tensor, where: str = "on numbers drawn like those of the batch") -> None:
    """Check that numbers, found at random parameters, are finite."""
    total = numbers.detach().sum()  # in one pass; not finite if any number is not
    if not bool(total.isfinite()):
        wrong = f"it is {'nan' if total.isnan() else 'infinite'} {where}, at random parameters"
        raise SymlagError(what, wrong, USE_FINITE)


@contextmanager
def errors_as_sentences(what: str, write: str = USE_TOGETHER) -> Generator[None]:
    """A context in which what a model or a loss raises becomes a SymlagError that quotes it."""
    try:
        yield
    except SymlagError:
        raise
    except Exception as error:
        message = " ".join(str(error).split()).rstrip(".")
        wrong = f"it raises {type(error).__name__}{message and f', “{message}”'}"
        raise SymlagError(what, wrong, USE_DTYPE if PRECISION.search(message) else write) from error


class OwnParametersGuard(TorchDispatchMode):
    """A mode that refuses operations on a model's own parameters: others are put in their place, or must be."""

    def __init__(self, own: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.own = {p.untyped_storage().data_ptr(): name for name, p in own.items() if p.numel()}

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # nothing is compiled here, and to import what compiles takes a second

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        for tensor in leaves(args):
            name = self.own.get(tensor.untyped_storage().data_ptr()) if tensor.layout is torch.strided else None
            if name:
                wrong = "it is used where no search can follow, as by a torch.autograd.Function or a checkpoint"
                raise SymlagError(f"the parameter {name}", wrong, "Use plain torch operations, and no checkpoint.")
        return func(*args, **kwargs or {})


def _name(thing: Any) -> str:
    return getattr(thing, "__name__", "") or type(thing).__name__
