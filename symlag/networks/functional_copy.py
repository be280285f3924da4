"""Copies of a model that leave it alone: in float64, with its parameters, and without what it keeps of a run.

>>> model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
>>> copy = shared(model)
>>> copy[0].weight is model[0].weight, copy[1].running_var.dtype, model[1].running_var.dtype
(True, torch.float64, torch.float32)
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from copy import deepcopy

from torch import nn

from symlag.networks.float64 import float64


def shared(model: nn.Module) -> nn.Module:
    """A copy in float64 that has the parameters of the model itself; it is not to touch them."""
    results = [t for module in model.modules() for t in vars(module).values() if getattr(t, "grad_fn", None)]
    own = {id(p): p for p in model.parameters() if p.requires_grad}
    copy = deepcopy(model, {**own, **{id(t): t.detach() for t in results}})
    for module in copy.modules():
        still = [p for p in module.parameters(recurse=False) if not p.requires_grad]
        for tensor in (*still, *module.buffers(recurse=False)):
            tensor.data = float64(tensor.data)
    return copy


@contextmanager
def unchanged(model: nn.Module) -> Generator[None]:
    """What modules keep of a run is gone after it."""
    kept = [(vars(module), dict(vars(module))) for module in model.modules()]
    try:
        yield
    finally:
        for now, before in kept:
            now.clear()
            now.update(before)
