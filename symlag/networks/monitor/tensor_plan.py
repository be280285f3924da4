"""A track: one tensor, the forms of its letters that laws need, and the pieces that each is summed to.

Forms are measured when their letters are at hand: before the step, with its gradient, or after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symlag.networks.monitor.exact_laws import move
from symlag.networks.monitor.reduction_specs import Job, Letters, Pass, named
from symlag.networks.monitor.reductions import Across, Axis, Pair, Single
from symlag.optimizers.bilinear_forms import ONE, Form
from symlag.optimizers.vectors import Letter, g, theta


@dataclass(frozen=True)
class Block:
    """The forms of one piece that are measured at every step, of some size each, side by side in a row of numbers."""

    start: int
    size: int
    forms: tuple[Form, ...]

    @cached_property
    def places(self) -> Mapping[Form, int]:
        """Which of them a form is."""
        return {form: i for i, form in enumerate(self.forms)}

    def numbers(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sums in some rows, (…, forms, size)."""
        there = rows[..., self.start : self.start + len(self.forms) * self.size]
        return there.reshape(*rows.shape[:-1], len(self.forms), self.size)


@dataclass(frozen=True)
class Track:
    """One tensor: its group, and where in a row of numbers the sums of a form to a piece are.

    Letters are `lent` to tensors by which it takes back shifts: forms of both are measured there.
    """

    name: str
    parameter: Any
    group: int
    slots: Mapping[tuple[Form, Pair | Single], slice]
    seldom: frozenset[Form]
    lent: frozenset[Letter] = frozenset()

    @cached_property
    def blocks(self) -> Mapping[Pair | Single, Block]:
        """What is measured at every step, by piece."""
        made: dict[Pair | Single, Block] = {}
        for (form, sums), place in self.slots.items():
            if form not in self.seldom:
                block = made.get(sums, Block(place.start, place.stop - place.start, ()))
                made[sums] = replace(block, forms=(*block.forms, form))
        return made

    @cached_property
    def charged(self) -> Pass:
        """Forms of what the step begins with, without its gradient: those that the last step ended with."""
        return self._pass(self._begun)

    @cached_property
    def early(self) -> Pass:
        """Forms of the gradient with what the step begins with: rules may write over it."""
        return self._pass(lambda *key: key[0] not in self.seldom and not self._begun(*key) and not _made(key[0]))

    @cached_property
    def rare(self) -> Pass:
        """Those of them that are measured seldom."""
        return self._pass(lambda form, _: form in self.seldom)

    @cached_property
    def late(self) -> Pass:
        """Forms that need what the step made, which is held for the next one."""
        made = self._pass(lambda form, _: _made(form))
        return replace(made, held=tuple((x, f"{x}.new") for x in self.held))

    @cached_property
    def beside(self) -> tuple[str, ...]:
        """The tensors whose letters are measured here, too: they take back shifts by this one."""
        return tuple(dict.fromkeys(sums.other for _, sums in self.slots if isinstance(sums, Across)))

    @cached_property
    def buffers(self) -> Mapping[str, Letter]:
        """The buffers in the forms, by name."""
        met = {x.root for form, sums in self.slots if not isinstance(sums, Across) for x in _met(form)}
        return {str(x): x for x in sorted((met | self.lent) - {theta, g}, key=str)}

    @cached_property
    def held(self) -> tuple[str, ...]:
        """The letters before the step that are needed after it, θ for the move."""
        met = {x for form, _ in self.slots if _made(form) for x in _met(form)}
        return tuple(sorted(str(x) for x in met if x.age == 0 and x != g))

    @property
    def carried(self) -> Iterator[tuple[slice, slice]]:
        """Where the sums are that a step begins with, and where those of the same form are that it ends with."""
        for (form, sums), begin in self.slots.items():
            if self._begun(form, sums):
                yield begin, self.slots[_after(form), sums]

    def gathered(self, letters: Mapping[str, Letters]) -> Letters:
        """Its letters among those of all tensors, and as columns those of tensors that take back shifts by it."""
        mine = letters[self.name]
        if not self.beside:
            return mine
        rows = [-1, *[1] * (mine["theta"].ndim - 1)]
        beside = {named(b, x): value.reshape(rows) for b in self.beside for x, value in letters[b].items()}
        return {**mine, **beside}

    def _begun(self, form: Form, sums: Pair | Single) -> bool:
        """Whether a form is of what the step begins with, and is measured of what it ends with, too."""
        return g not in _met(form) and not _made(form) and (_after(form), sums) in self.slots

    def _pass(self, wanted: Callable[[Form, Pair | Single], bool]) -> Pass:
        keys = dict.fromkeys((form, _other(sums)) for form, sums in self.slots if wanted(form, sums))
        return Pass(tuple(self._job(*key) for key in keys))

    def _job(self, form: Form, other: str | None) -> Job:
        places = [(made, place) for (f, made), place in self.slots.items() if (f, _other(made)) == (form, other)]
        axes = tuple((made, place) for made, place in places if isinstance(made, Axis))
        others = tuple((made, place) for made, place in places if not isinstance(made, Axis))
        left, right = map(str, form.args)
        return Job(left if other is None else named(other, left), right, axes, others, other is not None)


def batches(tracks: Iterable[Track], numbers: float) -> Iterator[list[Track]]:
    """Tracks one after the other, as many at a time as hold so many numbers, or one that holds more."""
    batch, held = list[Track](), 0
    for track in tracks:
        held += track.parameter.numel()
        if batch and held > numbers:
            yield batch
            batch, held = [], track.parameter.numel()
        batch.append(track)
    yield batch


def _other(sums: Pair | Single) -> str | None:
    """The tensor that the letter on the left is of, where it is another one."""
    return sums.other if isinstance(sums, Across) else None


def _met(form: Form) -> set[Letter]:
    """The letters of a form; a move is one of θ before and after the step."""
    return {x for y in form.args if y != ONE for x in ((theta, theta.new) if y == move else (y,))}


def _after(form: Form) -> Form:
    """The form one step later."""
    return form.func(*(x.new for x in form.args))


def _made(form: Form) -> bool:
    """Whether a form needs what the step made."""
    return any(x.age for x in _met(form))
