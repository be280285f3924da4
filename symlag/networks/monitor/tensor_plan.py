"""What is measured of one tensor, and when: its forms, their reductions, and their slots in a row of numbers.

Forms are measured at the moment of a step when all their letters are at hand:

    charge_pass     before the step   forms without a gradient, which are also measured of what the step ends with;
                                      they need not be measured where the last step ended with the same tensors
    gradient_pass   before the step   the other forms of what it begins with: rules may write over the gradient
    noise_pass      before the step   forms that tell drift from batch noise, once a window of steps
    after_pass      after the step    forms of what it ends with, some with copies of what it began with
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symlag.networks.monitor.form_reductions import AxisSums, ColumnSums, Reduction
from symlag.networks.monitor.measured_forms import FormPass, LetterValues, MeasuredForm, qualified
from symlag.networks.monitor.numeric_laws import move
from symlag.optimizers.bilinear_forms import ONE, Form
from symlag.optimizers.vectors import Letter, g, theta


@dataclass(frozen=True)
class FormBlock:
    """The forms with one reduction that are measured at every step, side by side in a row: `size` numbers each."""

    start: int
    size: int
    forms: tuple[Form, ...]

    @cached_property
    def index(self) -> Mapping[Form, int]:
        """The position of each form."""
        return {form: i for i, form in enumerate(self.forms)}

    def numbers(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """The numbers of the forms in some rows, (…, forms, size)."""
        columns = rows[..., self.start : self.start + len(self.forms) * self.size]
        return columns.reshape(*rows.shape[:-1], len(self.forms), self.size)


@dataclass(frozen=True)
class TensorPlan:
    """What is measured of one tensor.

    Attributes
    ----------
    name, parameter : str, torch.nn.Parameter
        The tensor.
    group : int
        The number of the optimizer's parameter group that trains it.
    slots : mapping
        For each form and reduction the slice of a row of numbers that it fills.
    noise_forms : frozenset of Form
        The forms that only tell drift from noise.
    letters_elsewhere : frozenset of Letter
        Letters of this tensor in forms that are measured at another one: the weight by which it takes back shifts.
    """

    name: str
    parameter: Any
    group: int
    slots: Mapping[tuple[Form, Reduction], slice]
    noise_forms: frozenset[Form]
    letters_elsewhere: frozenset[Letter] = frozenset()

    @cached_property
    def blocks(self) -> Mapping[Reduction, FormBlock]:
        """The forms that are measured at every step, by reduction."""
        blocks: dict[Reduction, FormBlock] = {}
        for (form, reduction), slot in self.slots.items():
            if form not in self.noise_forms:
                block = blocks.get(reduction, FormBlock(slot.start, slot.stop - slot.start, ()))
                blocks[reduction] = replace(block, forms=(*block.forms, form))
        return blocks

    @cached_property
    def charge_pass(self) -> FormPass:
        """Forms of what the step begins with that are measured of what it ends with, too."""
        return self._pass(self._carried)

    @cached_property
    def gradient_pass(self) -> FormPass:
        """The other forms of what the step begins with, and of the gradient."""
        return self._pass(
            lambda form, reduction: (
                form not in self.noise_forms and not self._carried(form, reduction) and not _needs_result(form)
            )
        )

    @cached_property
    def noise_pass(self) -> FormPass:
        """Forms that are measured once a window of steps."""
        return self._pass(lambda form, _: form in self.noise_forms)

    @cached_property
    def after_pass(self) -> FormPass:
        """Forms that need what the step made; copies of the letters before it become those of letters after it."""
        forms = self._pass(lambda form, _: _needs_result(form))
        return replace(forms, overwritten=tuple((x, f"{x}.new") for x in self.copied_letters))

    @cached_property
    def column_tensors(self) -> tuple[str, ...]:
        """The tensors that take back shifts by this one: their letters stand beside it as columns."""
        return tuple(dict.fromkeys(sums.other for _, sums in self.slots if isinstance(sums, ColumnSums)))

    @cached_property
    def buffers(self) -> Mapping[str, Letter]:
        """The optimizer's buffers of this tensor that some form needs, by name."""
        met = {x.root for form, sums in self.slots if not isinstance(sums, ColumnSums) for x in _letters(form)}
        return {str(x): x for x in sorted((met | self.letters_elsewhere) - {theta, g}, key=str)}

    @cached_property
    def copied_letters(self) -> tuple[str, ...]:
        """The letters before the step that are needed after it: θ for the move, and buffers."""
        met = {x for form, _ in self.slots if _needs_result(form) for x in _letters(form)}
        return tuple(sorted(str(x) for x in met if x.age == 0 and x != g))

    @property
    def carried_slots(self) -> Iterator[tuple[slice, slice]]:
        """For each form of the charge pass its slot, and that of the same form of what the step ends with."""
        for (form, reduction), begin in self.slots.items():
            if self._carried(form, reduction):
                yield begin, self.slots[_one_step_later(form), reduction]

    def with_columns(self, letters: Mapping[str, LetterValues]) -> LetterValues:
        """The letters of this tensor among those of all, with those of tensors that stand beside it as columns."""
        own = letters[self.name]
        if not self.column_tensors:
            return own
        shape = [-1, *[1] * (own["theta"].ndim - 1)]
        columns = {
            qualified(other, x): value.reshape(shape)
            for other in self.column_tensors
            for x, value in letters[other].items()
        }
        return {**own, **columns}

    def _carried(self, form: Form, reduction: Reduction) -> bool:
        """Whether a form is of what the step begins with, and is measured of what it ends with, too."""
        if g in _letters(form) or _needs_result(form):
            return False
        return (_one_step_later(form), reduction) in self.slots

    def _pass(self, wanted: Callable[[Form, Reduction], bool]) -> FormPass:
        keys = dict.fromkeys((form, _column_of(sums)) for form, sums in self.slots if wanted(form, sums))
        return FormPass(tuple(self._measured_form(*key) for key in keys))

    def _measured_form(self, form: Form, column_tensor: str | None) -> MeasuredForm:
        """A form with all its reductions and their slots."""
        slots = [(r, slot) for (f, r), slot in self.slots.items() if (f, _column_of(r)) == (form, column_tensor)]
        sums = tuple((r, slot) for r, slot in slots if isinstance(r, AxisSums))
        others = tuple((r, slot) for r, slot in slots if not isinstance(r, AxisSums))
        left, right = map(str, form.args)
        left = left if column_tensor is None else qualified(column_tensor, left)
        return MeasuredForm(left, right, sums, others, column_tensor is not None)


def in_batches(tensors: Iterable[TensorPlan], numbers: float) -> Iterator[list[TensorPlan]]:
    """Tensors in their order, as many at a time as have so many numbers together, or one that has more."""
    batch, size = list[TensorPlan](), 0
    for tensor in tensors:
        size += tensor.parameter.numel()
        if batch and size > numbers:
            yield batch
            batch, size = [], tensor.parameter.numel()
        batch.append(tensor)
    yield batch


def _column_of(reduction: Reduction) -> str | None:
    """The tensor of the left letter, where it is a column."""
    return reduction.other if isinstance(reduction, ColumnSums) else None


def _letters(form: Form) -> set[Letter]:
    """The letters of a form; the move is one of θ before and after the step."""
    return {x for y in form.args if y != ONE for x in ((theta, theta.new) if y == move else (y,))}


def _one_step_later(form: Form) -> Form:
    return form.func(*(x.new for x in form.args))


def _needs_result(form: Form) -> bool:
    """Whether a form needs what the step made."""
    return any(x.age for x in _letters(form))
