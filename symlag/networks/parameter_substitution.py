"""A model run at parameters that are not its own, whose gradients are handed over one by one and then let go.

Wherever the model hands a parameter to torch, the tensor of this name at a given point is put in its place, and what
backward needs of this tensor is made anew. So no more than one large tensor and its gradient need be there at a time.
Other tensors are handed on in float64, each as the same one throughout a run.

>>> layer = torch.nn.Linear(2, 1, bias=False)
>>> point = {"weight": torch.tensor([[1.0, 2.0]], dtype=torch.float64)}
>>> run = lambda: layer(torch.tensor([3.0, 5.0])).sum()
>>> stream_gradients(run, {id(layer.weight): "weight"}, point, lambda name, G: print(name, G.tolist()))
weight [[3.0, 5.0]]
13.0
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from operator import is_
from typing import Any
from weakref import ref

import torch
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks
from torch.overrides import TorchFunctionMode

from symlag.networks.float64 import CASTS, as_float64

Tensors = Mapping[str, Tensor]
GradientCallback = Callable[[str, Tensor], object]  # of the name of a parameter and its gradient
SECOND_USE = "′"  # ends the name of the tensor of a second use
Strided = tuple[str, Any, Any, Any]  # a view of a parameter: its name, and the size, stride and offset of the view


class ParameterSubstitution(TorchFunctionMode):
    """A mode in which tensors, made by name, take the place of parameters, whose names are given by id.

    What is used a second time is another tensor if the point has one.
    """

    def __init__(self, names: Mapping[int, str], point: Tensors, make: Callable[[str], Tensor]) -> None:
        super().__init__()
        self.names, self.point, self.make = names, point, make
        self.uses: Counter[str] = Counter()
        self.wide: dict[int, tuple[Tensor, Tensor]] = {}

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        used: list[str] = []
        result = CASTS.get(func, func)(*self._substituted(args, used), **self._substituted(kwargs or {}, used))
        if used and isinstance(result, Tensor | tuple) and not isinstance(result, torch.Size):
            self.uses.update(used)  # not where a shape or the like is asked for
        return result

    def _substituted(self, argument: Any, used: list[str]) -> Any:
        """The same argument of a function of torch with tensors replaced, in nests of tuples, lists and dicts too."""
        if isinstance(argument, tuple | list):
            nested = any(isinstance(part, Tensor | tuple | list) for part in argument)
            parts = [self._substituted(part, used) for part in argument] if nested else argument
            unchanged = all(map(is_, parts, argument))
            return argument if unchanged else getattr(argument, "_make", type(argument))(parts)
        if isinstance(argument, dict):
            return {key: self._substituted(part, used) for key, part in argument.items()}
        name = self.names.get(id(argument))
        if name is None:
            return self._widened(argument)
        second = name + SECOND_USE
        used.append(second if second in self.point and name in self.uses else name)
        return self.make(used[-1])

    def _widened(self, argument: Any) -> Any:
        """An argument in float64: the same tensor each time, as the model may write into it."""
        if id(argument) in self.wide:
            return self.wide[id(argument)][1]
        wide = as_float64(argument)
        if isinstance(argument, Tensor) and wide is not argument:
            self.wide[id(argument)] = argument, wide  # the original is held, so that no other gets its id
        return wide


def evaluate(run: Callable[[], Any], names: Mapping[int, str], point: Tensors) -> Any:
    """What a model gives at a point; it can be differentiated by the tensors of the point."""
    with ParameterSubstitution(names, point, point.__getitem__):
        return run()


def count_uses(run: Callable[[], Any], names: Mapping[int, str], point: Tensors) -> Counter[str]:
    """How often a model hands each parameter to torch."""
    with ParameterSubstitution(names, point, point.__getitem__) as substitution:
        run()
    return substitution.uses


def stream_gradients(
    run: Callable[[], Any], names: Mapping[int, str], point: Tensors, callback: GradientCallback, unit: float = 1.0
) -> float:
    """The value at a point; each gradient, divided by a unit, is handed over once, that of what is not used as zero."""
    backward = _StreamedBackward(point, callback)
    with backward.substitution(names) as substitution, saved_tensors_hooks(backward.pack, backward.unpack):
        value = run()
    backward.uses_to_come = substitution.uses
    if value.requires_grad:
        (value / unit).backward()
    backward.finish()
    return float(value.detach())


class _StreamedBackward:
    """The state of a pass backward: how many uses of each tensor are still to come, and the sums of gradients so far.

    A gradient of a tensor that is used once is handed over as it comes; those of several uses are summed first.
    """

    def __init__(self, point: Tensors, callback: GradientCallback) -> None:
        self.point, self.callback = point, callback
        self.uses_to_come: Counter[str] = Counter()
        self.sums: dict[str, Tensor] = {}
        self.finished: set[str] = set()
        self.alive: dict[int, tuple[Callable[[], Tensor | None], str]] = {}  # tensors of the point by address
        self.root = torch.zeros((), requires_grad=True)  # what all uses depend on, so that backward comes to them

    def substitution(self, names: Mapping[int, str]) -> ParameterSubstitution:
        return ParameterSubstitution(names, self.point, self.use)

    def use(self, name: str) -> Tensor:
        W: Tensor = _Use.apply(self.root, self, name)  # pyright: ignore[reportAssignmentType]
        self.alive[W.untyped_storage().data_ptr()] = (ref(W), name)
        return W

    def pack(self, tensor: Tensor) -> Tensor | Strided:
        """What is saved for backward: a tensor itself, or where it lies in a tensor of the point."""
        W, name = self.alive.get(tensor.untyped_storage().data_ptr(), (lambda: None, ""))
        return tensor if W() is None else (name, tensor.size(), tensor.stride(), tensor.storage_offset())

    def unpack(self, saved: Tensor | Strided) -> Tensor:
        return saved if isinstance(saved, Tensor) else self.point[saved[0]].as_strided(*saved[1:])

    def add(self, name: str, G: Tensor) -> None:
        if self.uses_to_come[name] == 1:
            self._hand_over(name, G)
        else:
            self.sums[name] = self.sums[name].add_(G) if name in self.sums else G.clone()

    def finish(self) -> None:
        for name in list(self.sums):
            self._hand_over(name, self.sums.pop(name))
        for name in self.point:
            if name not in self.finished:
                self.callback(name, torch.zeros_like(self.point[name]))

    def _hand_over(self, name: str, G: Tensor) -> None:
        self.finished.add(name)
        self.callback(name, G)


class _Use(torch.autograd.Function):
    """One use of a tensor of the point."""

    @staticmethod
    def forward(ctx: Any, root: Tensor, backward: _StreamedBackward, name: str) -> Tensor:  # noqa: ARG004 - see above
        ctx.streamed, ctx.name = backward, name
        return backward.point[name].detach()

    @staticmethod
    def backward(ctx: Any, *G: Tensor) -> tuple[None, None, None]:
        ctx.streamed.add(ctx.name, G[0].to_dense())
        return None, None, None
