"""Copies of a model that leave it alone: in float64, with its own parameters, and without what it keeps of a run.

>>> model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
>>> copy = copy_sharing_parameters(model)
>>> copy[0].weight is model[0].weight, copy[1].running_var.dtype, model[1].running_var.dtype
(True, torch.float64, torch.float32)
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from copy import deepcopy

from torch import nn

from symlag.networks.float64 import as_float64


def copy_sharing_parameters(model: nn.Module) -> nn.Module:
    """A copy in float64 that has the parameters of the model itself, which it is not to write."""
    # torch refuses to copy results of a run that modules keep, which are no leaves of the graph: they are detached.
    results = [t for module in model.modules() for t in vars(module).values() if getattr(t, "grad_fn", None)]
    own = {id(p): p for p in model.parameters() if p.requires_grad}
    copy = deepcopy(model, {**own, **{id(t): t.detach() for t in results}})
    for module in copy.modules():
        frozen = [p for p in module.parameters(recurse=False) if not p.requires_grad]
        for tensor in (*frozen, *module.buffers(recurse=False)):
            tensor.data = as_float64(tensor.data)
    return copy


@contextmanager
def modules_restored(model: nn.Module) -> Generator[None]:
    """A context after which modules hold what they held before it."""
    attributes = [(vars(module), dict(vars(module))) for module in model.modules()]
    try:
        yield
    finally:
        for now, before in attributes:
            now.clear()
            now.update(before)
