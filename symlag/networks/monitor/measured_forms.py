"""Which forms of a tensor are measured in one pass over memory, and where their numbers go.

The letters of a tensor are named theta, g, m, … at the beginning of a step and theta.new, m.new, … at its end; `move`
is theta.new − theta, which is computed on the way and stored nowhere. A `MeasuredForm` is one form ⟨x, Ay⟩ of two
letters with its reductions and their places in a row of numbers. A `FormPass` is all forms that are measured at one
moment of a step, so that every letter is read once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from torch import Tensor

from symlag.kernels.reductions import UNWANTED, ReductionLoop
from symlag.networks.monitor.form_reductions import (
    AxisSums,
    ColumnSums,
    ConstantTensor,
    LetterSums,
    NullComponents,
    SliceProductBatch,
    SliceProducts,
    batched,
)

MOVE_ENDS = ("theta.new", "theta")  # move is the first less the second
NULL_VECTOR = "null"  # the name of a null vector that stands in a form as a letter, a column

LetterValues = Mapping[str, Tensor]
OtherReduction = SliceProducts | LetterSums | NullComponents


@dataclass(frozen=True, eq=False)
class MeasuredForm:
    """One form ⟨x, Ay⟩ with its reductions, each beside its place in a row of numbers.

    `left` and `right` name the letters, of which one is "one" where a letter stands alone. With `column`, the left one
    has one number for each row of the right one, as a letter of a bias beside a weight.
    """

    left: str
    right: str
    axis_sums: tuple[tuple[AxisSums, slice], ...]
    others: tuple[tuple[OtherReduction, slice], ...]
    column: bool = False

    @cached_property
    def slice_products(self) -> tuple[SliceProductBatch, ...]:
        """The matrices of inner products, as few batches as possible."""
        return batched((x, place) for x, place in self.others if isinstance(x, SliceProducts))

    @cached_property
    def letter_reductions(self) -> tuple[tuple[LetterSums | NullComponents, slice], ...]:
        """The reductions of a single letter."""
        return tuple((x, place) for x, place in self.others if not isinstance(x, SliceProducts))

    @cached_property
    def absolute(self) -> MeasuredForm:
        """The same form of magnitudes."""
        return replace(self, others=tuple((x.absolute, place) for x, place in self.others))

    @cached_property
    def single_letter(self) -> str:
        """The letter that stands alone: the other one is "one", or a null vector."""
        return self.right if self.column else self.left

    @cached_property
    def letters(self) -> frozenset[str]:
        """The letters that have to be there."""
        names = {self.left, self.right} - {"one"}
        return frozenset(names - {"move"} | ({*MOVE_ENDS} if "move" in names else set()))


@dataclass(frozen=True, eq=False)
class FormPass:
    """Forms that are measured together.

    `overwritten` are pairs (old, new) of letters: once it is read, the copy of an old letter becomes that of a new one.
    """

    forms: tuple[MeasuredForm, ...]
    overwritten: tuple[tuple[str, str], ...] = ()

    def restricted_to(self, letters: LetterValues) -> FormPass:
        """The forms whose letters are all there: a tensor may have no gradient."""
        if self.letters <= letters.keys():
            return self
        return FormPass(tuple(form for form in self.forms if form.letters <= letters.keys()), self.overwritten)

    @cached_property
    def letters(self) -> frozenset[str]:
        """The letters of all forms."""
        return frozenset[str]().union(*(form.letters for form in self.forms))

    @cached_property
    def with_axis_sums(self) -> tuple[MeasuredForm, ...]:
        """The forms that are summed along axes."""
        return tuple(form for form in self.forms if form.axis_sums)

    @cached_property
    def with_others(self) -> tuple[MeasuredForm, ...]:
        """The forms that have other reductions than sums, but for those in `null_vectors`."""
        left = [(form, tuple(x for x in form.others if null_vector(x[0]) is None)) for form in self.forms]
        return tuple(replace(form, others=others) for form, others in left if others)

    @cached_property
    def null_vectors(self) -> tuple[tuple[ConstantTensor, FormPass], ...]:
        """The forms of single letters with one null vector each, which is a letter there: a column.

        Each has its place twice, as sums beside a column, which the compiled loop makes, and as the reduction that it
        is, which torch makes where no loop can: one of the two fills it.
        """
        forms = defaultdict[ConstantTensor, list[MeasuredForm]](list)
        for form in self.forms:
            for reduction, place in form.others:
                column = null_vector(reduction)
                if column is not None:
                    sums, other = ((ColumnSums(1, NULL_VECTOR), place),), ((reduction, place),)
                    forms[column].append(MeasuredForm(NULL_VECTOR, form.left, sums, other, column=True))
        return tuple((column, FormPass((*some,))) for column, some in forms.items())

    @cached_property
    def loop_letters(self) -> tuple[str, ...]:
        """The letters that the loop over rows reads or writes, in its order: columns come last."""
        names = frozenset[str]().union(*self.overwritten, *(form.letters for form in self.with_axis_sums))
        return (*sorted(names - self.columns), *sorted(self.columns))

    @cached_property
    def columns(self) -> frozenset[str]:
        """The letters that have one number for each row."""
        return frozenset(form.left for form in self.with_axis_sums if form.column)

    @cached_property
    def places(self) -> tuple[int, ...]:
        """For each form of the loop where its sums along rows, and along columns, begin in a row of numbers."""
        starts = [{sums.axis: place.start for sums, place in form.axis_sums} for form in self.with_axis_sums]
        return tuple(start.get(axis, UNWANTED) for start in starts for axis in (0, 1))

    @cached_property
    def loop(self) -> ReductionLoop | None:
        """The loop over rows that makes the sums along axes; none where there are no sums, or further axes."""
        if not self.with_axis_sums or any(s.axis > 1 for form in self.with_axis_sums for s, _ in form.axis_sums):
            return None
        at = {name: i for i, name in enumerate((*self.loop_letters, "move"))}
        pairs = tuple((at[form.left], at[form.right]) for form in self.with_axis_sums)
        with_move = any("move" in (form.left, form.right) for form in self.with_axis_sums)
        move = (at[MOVE_ENDS[0]], at[MOVE_ENDS[1]]) if with_move else None
        overwritten = tuple((at[old], at[new]) for old, new in self.overwritten)
        return ReductionLoop(len(self.loop_letters), pairs, move, overwritten, columns=len(self.columns))

    @cached_property
    def magnitude_loop(self) -> ReductionLoop | None:
        """The loop that sums magnitudes, and overwrites nothing."""
        return None if self.loop is None else replace(self.loop, overwritten=(), magnitudes=True)


def qualified(tensor: str, letter: str) -> str:
    """The name of a letter of another tensor.

    >>> qualified("2.bias", "v.new") == qualified("2.bias", "v") + ".new"
    True
    """
    return f"{tensor}: {letter}"


def null_vector(reduction: OtherReduction) -> ConstantTensor | None:
    """The null vector of a reduction that has only one, and can be a column."""
    return reduction.column if isinstance(reduction, NullComponents) else None
