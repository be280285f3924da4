"""A track: one tensor, the forms of its letters that laws need, and the pieces that each is summed to.

Forms are measured when their letters are at hand: before the step, with its gradient, or after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symlag.discrete.forms import ONE, Form
from symlag.discrete.updates import Letter, g, theta
from symlag.networks.monitor._laws import move
from symlag.networks.monitor._measure import Job, Pass
from symlag.networks.monitor._pieces import Axis, Pair, Single


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
    """One tensor: its group, and where in a row of numbers the sums of a form to a piece are."""

    name: str
    parameter: Any
    group: int
    slots: Mapping[tuple[Form, Pair | Single], slice]
    seldom: frozenset[Form]

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
        return self._pass(_begun)

    @cached_property
    def early(self) -> Pass:
        """Forms of the gradient with what the step begins with: rules may write over it."""
        return self._pass(lambda form: form not in self.seldom and not _begun(form) and not _made(form))

    @cached_property
    def rare(self) -> Pass:
        """Those of them that are measured seldom."""
        return self._pass(lambda form: form in self.seldom)

    @cached_property
    def late(self) -> Pass:
        """Forms that need what the step made, which is held for the next one."""
        return replace(self._pass(_made), held=tuple((x, f"{x}.new") for x in self.held))

    @cached_property
    def buffers(self) -> Mapping[str, Letter]:
        """The buffers in the forms, by name."""
        met = {x.root for form, _ in self.slots for x in _met(form)}
        return {str(x): x for x in sorted(met - {theta, g}, key=str)}

    @cached_property
    def held(self) -> tuple[str, ...]:
        """The letters before the step that are needed after it, θ for the move."""
        met = {x for form, _ in self.slots if _made(form) for x in _met(form)}
        return tuple(sorted(str(x) for x in met if x.age == 0 and x != g))

    @property
    def carried(self) -> Iterator[tuple[slice, slice]]:
        """Where the sums are that a step begins with, and where those of the same form are that it ends with."""
        for (form, sums), begin in self.slots.items():
            if _begun(form):
                yield begin, self.slots[form.func(*(x.new for x in form.args)), sums]

    def _pass(self, wanted: Callable[[Form], bool]) -> Pass:
        forms = dict.fromkeys(form for form, _ in self.slots if wanted(form))
        return Pass(tuple(self._job(form) for form in forms))

    def _job(self, form: Form) -> Job:
        places = [(made, place) for (other, made), place in self.slots.items() if other == form]
        axes = tuple((made, place) for made, place in places if isinstance(made, Axis))
        others = tuple((made, place) for made, place in places if not isinstance(made, Axis))
        return Job(str(form.args[0]), str(form.args[1]), axes, others)


def _met(form: Form) -> set[Letter]:
    """The letters of a form; a move is one of θ before and after the step."""
    return {x for y in form.args if y != ONE for x in ((theta, theta.new) if y == move else (y,))}


def _made(form: Form) -> bool:
    """Whether a form needs what the step made."""
    return any(x.age for x in _met(form))


def _begun(form: Form) -> bool:
    """Whether a form is of what the step begins with, without its gradient."""
    return g not in _met(form) and not _made(form)
