"""A model run at parameters that are not its own, whose gradients are seen one by one, and let go.

Wherever the model hands a parameter to torch, a tensor of a given point is put in its place, and what backward needs of
it is made anew. So no more than one large tensor and its gradient need be there at a time. Other tensors are handed on
in float64, each as the same one throughout a run.

>>> layer = torch.nn.Linear(2, 1, bias=False)
>>> point = {"weight": torch.tensor([[1.0, 2.0]], dtype=torch.float64)}
>>> run = lambda: layer(torch.tensor([3.0, 5.0])).sum()
>>> descend(run, {id(layer.weight): "weight"}, point, lambda name, G: print(name, G.tolist()))
weight [[3.0, 5.0]]
13.0
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from operator import is_
from typing import Any
from weakref import ref

import torch
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks
from torch.overrides import TorchFunctionMode

from symlag.networks.float64 import CASTS, float64

Tensors = Mapping[str, Tensor]
See = Callable[[str, Tensor], object]
SECOND = "′"  # ends the name of the tensor of a second use
Part = tuple[str, Any, Any, Any]


class Lift(TorchFunctionMode):
    """Puts tensors, made by name, in the place of parameters, whose names are given by id.

    What is used a second time is another tensor if the point has one.
    """

    def __init__(self, names: Mapping[int, str], point: Tensors, make: Callable[[str], Tensor]) -> None:
        super().__init__()
        self.names, self.point, self.make = names, point, make
        self.uses: Counter[str] = Counter()
        self.wide: dict[int, tuple[Tensor, Tensor]] = {}

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        met: list[str] = []
        result = CASTS.get(func, func)(*self._lifted(args, met), **self._lifted(kwargs or {}, met))
        if met and isinstance(result, Tensor | tuple) and not isinstance(result, torch.Size):
            self.uses.update(met)
        return result

    def _lifted(self, leaf: Any, met: list[str]) -> Any:
        if isinstance(leaf, tuple | list):
            parts = [self._lifted(part, met) for part in leaf] if self._holds(leaf) else leaf
            return leaf if all(map(is_, parts, leaf)) else getattr(leaf, "_make", type(leaf))(parts)
        if isinstance(leaf, dict):
            return {key: self._lifted(part, met) for key, part in leaf.items()}
        name = self.names.get(id(leaf))
        if name is None:
            return self._wide(leaf)
        second = name + SECOND
        met.append(second if second in self.point and name in self.uses else name)
        return self.make(met[-1])

    def _wide(self, leaf: Any) -> Any:
        """A tensor as one in float64: the same each time, as it may be written."""
        if id(leaf) in self.wide:
            return self.wide[id(leaf)][1]
        wide = float64(leaf)
        if isinstance(leaf, Tensor) and wide is not leaf:
            self.wide[id(leaf)] = leaf, wide
        return wide

    def _holds(self, parts: Iterable[Any]) -> bool:
        return any(isinstance(part, Tensor | tuple | list) for part in parts)


def evaluated(run: Callable[[], Any], names: Mapping[int, str], point: Tensors) -> Any:
    """What a model gives at a point; it can be differentiated by what the point is made of."""
    with Lift(names, point, point.__getitem__):
        return run()


def uses(run: Callable[[], Any], names: Mapping[int, str], point: Tensors) -> Counter[str]:
    """How often a model hands each parameter to torch."""
    with Lift(names, point, point.__getitem__) as lift:
        run()
    return lift.uses


def descend(run: Callable[[], Any], names: Mapping[int, str], point: Tensors, see: See, unit: float = 1.0) -> float:
    """The value at a point; every gradient, over a unit, is seen once, that of what is not used as zero."""
    descent = _Descent(point, see)
    with descent.lift(names) as lift, saved_tensors_hooks(descent.packed, descent.unpacked):
        value = run()
    descent.uses = lift.uses
    if value.requires_grad:
        (value / unit).backward()
    descent.finish()
    return float(value.detach())


class _Descent:
    """What is known on the way back: how often each tensor is still to come, and the sums so far."""

    def __init__(self, point: Tensors, see: See) -> None:
        self.point, self.see = point, see
        self.uses: Counter[str] = Counter()
        self.sums: dict[str, Tensor] = {}
        self.seen: set[str] = set()
        self.there: dict[int, tuple[Callable[[], Tensor | None], str]] = {}
        self.root = torch.zeros((), requires_grad=True)

    def lift(self, names: Mapping[int, str]) -> Lift:
        return Lift(names, self.point, self.made)

    def made(self, name: str) -> Tensor:
        W: Tensor = _Use.apply(self.root, self, name)  # pyright: ignore[reportAssignmentType]
        self.there[W.untyped_storage().data_ptr()] = (ref(W), name)
        return W

    def packed(self, tensor: Tensor) -> Tensor | Part:
        """A tensor itself, or where it is in one of the point."""
        W, name = self.there.get(tensor.untyped_storage().data_ptr(), (lambda: None, ""))
        return tensor if W() is None else (name, tensor.size(), tensor.stride(), tensor.storage_offset())

    def unpacked(self, kept: Tensor | Part) -> Tensor:
        return kept if isinstance(kept, Tensor) else self.point[kept[0]].as_strided(*kept[1:])

    def add(self, name: str, G: Tensor) -> None:
        """See a gradient, or keep it where others of the same tensor may come."""
        if self.uses[name] == 1:
            self._show(name, G)
        else:
            self.sums[name] = self.sums[name].add_(G) if name in self.sums else G.clone()

    def finish(self) -> None:
        for name in list(self.sums):
            self._show(name, self.sums.pop(name))
        for name in self.point:
            if name not in self.seen:
                self.see(name, torch.zeros_like(self.point[name]))

    def _show(self, name: str, G: Tensor) -> None:
        self.seen.add(name)
        self.see(name, G)


class _Use(torch.autograd.Function):
    """One use of a tensor of the point."""

    @staticmethod
    def forward(ctx: Any, root: Tensor, descent: _Descent, name: str) -> Tensor:  # noqa: ARG004 - for its gradient
        ctx.descent, ctx.name = descent, name
        return descent.point[name].detach()

    @staticmethod
    def backward(ctx: Any, *G: Tensor) -> tuple[None, None, None]:
        ctx.descent.add(ctx.name, G[0].to_dense())
        return None, None, None
