"""From symmetries and optimizer groups to what is measured, tensor by tensor, and what comes of the numbers.

The forms of one piece of a tensor stand side by side in a row of numbers, those measured seldom behind the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from symlag.networks.generators.tensor_action import Absorption
from symlag.networks.monitor.charges import Line, Part, lines
from symlag.networks.monitor.exact_laws import KINDS, stepwise
from symlag.networks.monitor.reductions import Pair, Single
from symlag.networks.monitor.shards import aligned
from symlag.networks.monitor.tensor_plan import Track
from symlag.networks.result.locations import locations
from symlag.networks.symmetry import Symmetry
from symlag.optimizers.bilinear_forms import Form
from symlag.optimizers.from_torch import Group
from symlag.optimizers.vectors import Letter

SHARED = (nn.DataParallel, nn.parallel.DistributedDataParallel)
INSERTED = ("_orig_mod.", "_checkpoint_wrapped_module.")  # by torch.compile and checkpoint_wrapper, anywhere in a name


@dataclass(frozen=True)
class Plan:
    """What is measured, `width` numbers a step, and what becomes of it; symmetries `skipped`, and why."""

    groups: tuple[Group, ...]
    tracks: tuple[Track, ...]
    lines: tuple[Line, ...]
    width: int
    skipped: tuple[tuple[Symmetry, str], ...] = ()

    @cached_property
    def named(self) -> Mapping[str, Track]:
        """The tracks by the names of their tensors."""
        return {track.name: track for track in self.tracks}

    @cached_property
    def carried(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where the charges are that a step begins with, and where those are that it ends with."""
        begins, ends = list[int](), list[int]()
        for track in self.tracks:
            for begin, end in track.carried:
                begins += range(*begin.indices(self.width))
                ends += range(*end.indices(self.width))
        return np.array(begins, np.int64), np.array(ends, np.int64)


def planned(model: nn.Module, groups: tuple[Group, ...], symmetries: Sequence[Symmetry]) -> Plan:
    """The plan for the symmetries of a model under the rules of an optimizer's groups."""
    named = names(model)
    trained = {p: i for i, group in enumerate(groups) for p in group.parameters}
    owner = {name: trained[p] for name, p in named.items() if p in trained}
    laws = [{kind: stepwise(group.rule, kind) for kind in KINDS} for group in groups]
    followed = [(s, place) for s, place in zip(symmetries, locations(symmetries), strict=True) if _together(s, named)]
    found = tuple(line for symmetry, place in followed for line in lines(symmetry, place, owner, laws))
    tracks, width = list[Track](), 0
    for name, parts in _by_tensor(found).items():
        often, slots = {form for part in parts for form in part.law.forms}, dict[tuple[Form, Pair | Single], slice]()
        for form, piece in _keys(parts, often):
            size = piece.size(tuple(named[name].shape) or (1,))
            slots[form, piece] = slice(width, width + size)
            width += size
        seldom = frozenset(form for form, _ in slots) - often
        group = owner[name if name in owner else parts[0].tensor]
        tracks.append(Track(name, named[name], group, slots, seldom, _lent(name, found)))
    watched = {id(line.symmetry) for line in found}
    skipped = tuple((s, _why(s, owner, named)) for s in symmetries if id(s) not in watched)
    return Plan(groups, tuple(tracks), found, width, skipped)


def _by_tensor(found: Sequence[Line]) -> Mapping[str, Sequence[Part]]:
    """The parts of all lines by the tensor at which they are measured, and none of tensors that lend letters alone."""
    there = dict[str, list[Part]]()
    for part in (part for line in found for part in line.parts):
        there.setdefault(part.tensor, [])
        there.setdefault(part.at, []).append(part)
    return there


def _lent(name: str, found: Sequence[Line]) -> frozenset[Letter]:
    """The letters of a tensor that are measured at others."""
    lending = [part for line in found for part in line.parts if part.tensor == name != part.at]
    return frozenset(form.args[0].root for part in lending for form in part.law.forms)


def _keys(parts: Sequence[Part], often: Collection[Form]) -> Iterator[tuple[Form, Pair | Single]]:
    """All forms of a tensor with their pieces, in their order."""
    for piece in dict.fromkeys(part.piece for part in parts):
        forms = dict.fromkeys(form for part in parts if part.piece == piece for form in part.law.measured)
        yield from ((form, piece) for form in sorted(forms, key=lambda form: form not in often))


def _together(symmetry: Symmetry, named: Mapping[str, nn.Parameter]) -> bool:
    """Whether every rank that holds rows of a weight holds those of the bias that takes back shifts by it."""
    taken = [term for term in symmetry.family.terms if isinstance(term, Absorption)]
    return all(aligned(named[term.view.tensor], named[term.tensor]) for term in taken)


def _why(symmetry: Symmetry, owner: Mapping[str, int], named: Mapping[str, nn.Parameter]) -> str:
    """Why no charge of a symmetry is followed."""
    if not {*symmetry.tensors} & {*owner}:
        return "the optimizer trains none of its tensors"
    if not _together(symmetry, named):
        return "ranks hold rows of a weight, and not those of the bias that takes back shifts by it"
    if any(isinstance(term, Absorption) for term in symmetry.family.terms):
        return "its generator is one tensor times another, of which only a momentum has charges, and the rule has none"
    return "the rule holds no charge of it"


def names(model: nn.Module) -> dict[str, nn.Parameter]:
    """The parameters of a model by the names they have without wrappers."""
    inner: Any = getattr(model, "_orig_mod", model.module if isinstance(model, SHARED) else None)
    if inner is not None:
        return names(inner)
    return {_bare(name): p for name, p in model.named_parameters()}


def _bare(name: str) -> str:
    for inserted in INSERTED:
        name = name.replace(inserted, "")
    return name
