"""Measure the forms of tensors: add the numbers of all reductions to a row.

Sums along axes are made by one compiled loop over the rows of all letters, where there is one (`kernels.reductions`);
otherwise by torch, block by block, so that products stay in the cache. Matrices of inner products and reductions of
single letters are made by torch, one after the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from operator import attrgetter

import torch
from torch import Tensor

from symlag.kernels.reductions import LoopTask, ReductionLoop, add_sums
from symlag.networks.monitor.form_reductions import row_blocks
from symlag.networks.monitor.measured_forms import MOVE_ENDS, NULL_VECTOR, FormPass, LetterValues, MeasuredForm

BLOCK = 1 << 17  # numbers: products of this many stay in the cache
WIDER = {torch.float16: torch.float32, torch.bfloat16: torch.float32}  # the type that sums of a type are made in

Work = tuple[FormPass, LetterValues]  # the forms of one tensor, and its letters


def measure(works: Iterable[Work], row: Tensor) -> None:
    """Add the numbers of all forms whose letters are there to a row; then overwrite the letters that a pass says."""
    works = [(forms.restricted_to(letters), letters) for forms, letters in works]
    for forms, letters in _left_by_loops(_null_vector_works(works), attrgetter("loop"), row):
        _add_others(forms.forms, letters, row)
    for forms, letters in works:
        if forms.with_others:
            _add_others(forms.with_others, letters, row)
    for forms, letters in _left_by_loops(works, attrgetter("loop"), row):
        _add_axis_sums(forms, letters, row)
        for old, new in forms.overwritten:
            letters[old].copy_(letters[new])


def measure_magnitudes(works: Iterable[Work], row: Tensor) -> None:
    """Add the same numbers of |x| and |y| in place of x and y to a row, and overwrite nothing."""
    works = [(forms.restricted_to(letters), letters) for forms, letters in works]
    for forms, letters in _left_by_loops(works, attrgetter("magnitude_loop"), row):
        _add_axis_sums(forms, _absolute(letters), row)
    for forms, letters in _left_by_loops(_null_vector_works(works), attrgetter("magnitude_loop"), row):
        _add_others([form.absolute for form in forms.forms], _absolute(letters), row)
    for forms, letters in works:
        if forms.with_others:
            _add_others([form.absolute for form in forms.with_others], _absolute(letters), row)


def _absolute(letters: LetterValues) -> LetterValues:
    """The magnitudes of letters, and of the move, which is not the difference of magnitudes."""
    move = {"move": _rows(letters, "move")} if letters.keys() >= {*MOVE_ENDS} else {}
    return {name: value.abs() for name, value in {**letters, **move}.items()}


def _null_vector_works(works: Iterable[Work]) -> list[Work]:
    """The forms with null vectors, which are letters there."""
    return [
        (products, {**letters, NULL_VECTOR: column.matching(letters[products.loop_letters[0]])})
        for forms, letters in works
        for column, products in forms.null_vectors
    ]


def _left_by_loops(works: Iterable[Work], which: Callable[[FormPass], ReductionLoop | None], row: Tensor) -> list[Work]:
    """Add the sums that compiled loops can make, in one call for all tensors of one loop; return the other works."""
    tasks, left = defaultdict[tuple[ReductionLoop, str], list[LoopTask]](list), list[Work]()
    for forms, letters in works:
        task = LoopTask([letters[name] for name in forms.loop_letters], forms.places)
        loop = which(forms)
        if loop is not None and task.compilable:
            tasks[loop, task.float_type].append(task)
        else:
            left.append((forms, letters))
    for (loop, _), some in tasks.items():
        add_sums(loop, some, row)
    return left


def _add_others(forms: Iterable[MeasuredForm], letters: LetterValues, row: Tensor) -> None:
    """Add matrices of inner products, and reductions of single letters, by torch."""
    names = {x for form in forms for x in (form.left, form.right) if x not in {"one", NULL_VECTOR}}
    whole = {name: _rows(letters, name) for name in names}
    for form in forms:
        for products in form.slice_products:
            products.add(whole[form.left], whole[form.right], row)
        for reduction, place in form.letter_reductions:
            reduction.add(whole[form.single_letter], row[place])


def _add_axis_sums(forms: FormPass, letters: LetterValues, row: Tensor) -> None:
    """Add sums along axes by torch, block by block."""
    if not forms.with_axis_sums:
        return
    names = {x for form in forms.with_axis_sums for x in (form.left, form.right)}
    first = forms.loop_letters[0]
    spans = row_blocks(tuple(letters[first].shape), BLOCK)
    room = torch.empty_like(_rows(letters, first, slice(*spans[0])))
    for start, stop in spans:
        block = {name: _rows(letters, name, slice(start, stop)) for name in names}
        for form in forms.with_axis_sums:
            product = torch.mul(block[form.left], block[form.right], out=room[: stop - start])
            for sums, place in form.axis_sums:
                sums.add_block(product, start, row[place])


def _rows(letters: LetterValues, name: str, rows: slice | None = None) -> Tensor:
    """Some rows of a letter, or all of them, in the type that sums of it are made in."""
    if name == "move" and name not in letters:
        return _rows(letters, MOVE_ENDS[0], rows) - _rows(letters, MOVE_ENDS[1], rows)
    x = letters[name] if rows is None else letters[name][rows]
    return x.to(WIDER[x.dtype]) if x.dtype in WIDER else x
