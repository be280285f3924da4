"""The plan of a monitor: from symmetries and parameter groups to what is measured, and what becomes of the numbers.

All numbers of a step are one row. The forms of one reduction of a tensor stand side by side in it, those that are
measured seldom behind the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from symlag.networks.generators.tensor_action import Absorption
from symlag.networks.monitor.charges import ChargeFamily, Summand, charge_families
from symlag.networks.monitor.form_reductions import Reduction
from symlag.networks.monitor.numeric_laws import KINDS, step_law
from symlag.networks.monitor.shards import rows_aligned
from symlag.networks.monitor.tensor_plan import TensorPlan
from symlag.networks.result.locations import locations
from symlag.networks.symmetry import Symmetry
from symlag.optimizers.bilinear_forms import Form
from symlag.optimizers.torch_optimizers import Group

REPLICATING = (nn.DataParallel, nn.parallel.DistributedDataParallel)
INSERTED = ("_orig_mod.", "_checkpoint_wrapped_module.")  # by torch.compile and checkpoint_wrapper, anywhere in a name


@dataclass(frozen=True)
class Plan:
    """What is measured, and what becomes of it.

    Attributes
    ----------
    groups : tuple of Group
        The parameter groups of the optimizer, with their update rules.
    tensors : tuple of TensorPlan
        What is measured of each tensor.
    families : tuple of ChargeFamily
        The families of charges, each a sum over tensors.
    width : int
        How many numbers a step has.
    skipped : tuple of (Symmetry, str)
        The symmetries of which no charge is followed, and why.
    """

    groups: tuple[Group, ...]
    tensors: tuple[TensorPlan, ...]
    families: tuple[ChargeFamily, ...]
    width: int
    skipped: tuple[tuple[Symmetry, str], ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, TensorPlan]:
        """What is measured of each tensor, by its name."""
        return {tensor.name: tensor for tensor in self.tensors}

    @cached_property
    def carried_places(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The places in a row of the charges that a step begins with, and of those that it ends with."""
        begins, ends = list[int](), list[int]()
        for tensor in self.tensors:
            for begin, end in tensor.carried_slots:
                begins += range(*begin.indices(self.width))
                ends += range(*end.indices(self.width))
        return np.array(begins, np.int64), np.array(ends, np.int64)


def make_plan(model: nn.Module, groups: tuple[Group, ...], symmetries: Sequence[Symmetry]) -> Plan:
    """Plan what is measured for the symmetries of a model under the rules of an optimizer's groups."""
    parameters = parameters_by_name(model)
    group_of_parameter = {p: i for i, group in enumerate(groups) for p in group.parameters}
    group_of = {name: group_of_parameter[p] for name, p in parameters.items() if p in group_of_parameter}
    laws = [{kind: step_law(group.rule, kind) for kind in KINDS} for group in groups]
    families = tuple(
        family
        for symmetry, place in zip(symmetries, locations(symmetries), strict=True)
        if _measurable(symmetry, parameters)
        for family in charge_families(symmetry, place, group_of, laws)
    )
    tensors, width = list[TensorPlan](), 0
    for name, summands in _summands_by_tensor(families).items():
        every_step = {form for summand in summands for form in summand.law.forms}
        slots = dict[tuple[Form, Reduction], slice]()
        for reduction in dict.fromkeys(summand.reduction for summand in summands):
            size = reduction.size(tuple(parameters[name].shape) or (1,))
            forms = dict.fromkeys(f for s in summands if s.reduction == reduction for f in s.law.measured)
            for form in sorted(forms, key=lambda form: form not in every_step):
                slots[form, reduction] = slice(width, width + size)
                width += size
        noise_forms = frozenset(form for form, _ in slots) - every_step
        elsewhere = [s for family in families for s in family.summands if s.tensor == name != s.measured_at]
        letters = frozenset(form.args[0].root for summand in elsewhere for form in summand.law.forms)
        group = group_of[name if name in group_of else summands[0].tensor]
        tensors.append(TensorPlan(name, parameters[name], group, slots, noise_forms, letters))
    followed = {id(family.symmetry) for family in families}
    skipped = tuple((s, _why_skipped(s, group_of, parameters)) for s in symmetries if id(s) not in followed)
    return Plan(groups, tuple(tensors), families, width, skipped)


def _summands_by_tensor(families: Sequence[ChargeFamily]) -> Mapping[str, Sequence[Summand]]:
    """All summands by the tensor at which they are measured; none at tensors whose letters are all needed elsewhere."""
    summands = dict[str, list[Summand]]()
    for summand in (summand for family in families for summand in family.summands):
        summands.setdefault(summand.tensor, [])
        summands.setdefault(summand.measured_at, []).append(summand)
    return summands


def _measurable(symmetry: Symmetry, parameters: Mapping[str, nn.Parameter]) -> bool:
    """Whether every rank that holds rows of a weight holds those of the bias that takes back shifts by it."""
    absorbing = [term for term in symmetry.family.terms if isinstance(term, Absorption)]
    return all(rows_aligned(parameters[term.view.tensor], parameters[term.tensor]) for term in absorbing)


def _why_skipped(symmetry: Symmetry, group_of: Mapping[str, int], parameters: Mapping[str, nn.Parameter]) -> str:
    """Why no charge of a symmetry is followed."""
    if {*symmetry.tensors}.isdisjoint(group_of):
        return "the optimizer trains none of its tensors"
    if not _measurable(symmetry, parameters):
        return "ranks hold rows of a weight, but not the same rows of the bias that takes back shifts by it"
    if any(isinstance(term, Absorption) for term in symmetry.family.terms):
        return "its generator is one tensor times another, along which only momentum is a charge, and the rule has none"
    return "the rule keeps no charge for it"


def parameters_by_name(model: nn.Module) -> dict[str, nn.Parameter]:
    """The parameters of a model by the names that they have without wrappers."""
    inner: Any = getattr(model, "_orig_mod", model.module if isinstance(model, REPLICATING) else None)
    if inner is not None:
        return parameters_by_name(inner)
    parameters = dict[str, nn.Parameter]()
    for name, parameter in model.named_parameters():
        for inserted in INSERTED:
            name = name.replace(inserted, "")  # noqa: PLW2901 - the same name, step by step
        parameters[name] = parameter
    return parameters
