r"""The chapter of the modified equation: the field that an optimizer's steps follow, its loss, the drift of charges.

By backward error analysis the steps of an optimizer lie, up to a power of the step, on solutions of a modified
equation, whose right side is a series of rooted trees: derivatives of the field F of the loss along one another.

>>> from symlag.optimizers.library.momentum import sgd
>>> from symlag.document.tex import tex
>>> print(tex(typeset(modified_equation(sgd(momentum=0), 2))))
\dot{\theta}=F-\frac{\eta}{2}F^{\prime}F+\frac{\eta^{2}}{12}F^{\prime\prime}(F,F)+\frac{\eta^{2}}{3}F^{\prime}F^{\prime}F+O(\eta^{3})
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import S, cancel

from symlag.document.boxes.bilinear_forms import MATRIX
from symlag.document.boxes.box import (
    EQUALS,
    MINUS,
    Box,
    Dotted,
    Fraction,
    Name,
    Number,
    Role,
    Script,
    Sign,
    comma_separated,
    display,
    parenthesized,
    row,
)
from symlag.document.boxes.expressions import typeset, with_exponent
from symlag.document.boxes.matrices import inner_product_box, norm_box
from symlag.document.chapters.prose import Section, as_box, multiple, sentence, signed_sum
from symlag.errors import SymlagError
from symlag.optimizers.backward_error.modified_equations import Drift, ModifiedEquation, modified_equation
from symlag.optimizers.backward_error.rooted_trees import NODE, Tree, differential
from symlag.optimizers.factoring import factored
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import theta

FIELD, POTENTIAL, CHARGE, LOSS = Role("F"), Role("V"), Role("Q"), Name("f")
SLOPE, HALF = row(Sign("∇"), POTENTIAL), Fraction(Number("1"), Number("2"))
ORDER = 2


def modified_equation_sections(rule: UpdateRule, *, has_drift: bool) -> Iterator[Section]:
    """The sections on the modified equation of an optimizer and what follows from it; none where it has none."""
    try:
        first, modified = (modified_equation(rule, order) for order in (1, ORDER))
    except SymlagError:
        return
    yield field(modified)
    yield loss(first)
    if has_drift:
        yield drift(first)


def field(modified: ModifiedEquation) -> Section:
    """The field that the steps follow."""
    reason = sentence(
        "At constant hyper-parameters, and once the buffers have forgotten their start, the steps lie on the motion "
        "of a field that has more terms than the descent along {F}, each of them a tree of derivatives. In the time "
        "{h} of a step, whatever the dimension:",
        F=row(FIELD, EQUALS, MINUS, SLOPE), h=modified.step,
    )  # fmt: skip
    potential: list[Box] = [LOSS]
    if modified.decay != 0:
        potential.append(multiple(modified.decay / 2, with_exponent(norm_box(typeset(theta)), Number("2"))))
    return Section(
        "The modified equation",
        reason,
        display((POTENTIAL, row(EQUALS, signed_sum(*potential))), _field_equation(modified)),
    )


def loss(modified: ModifiedEquation) -> Section:
    """The loss that the steps descend to first order."""
    boxes = {NODE: POTENTIAL, (NODE,): with_exponent(norm_box(SLOPE), Number("2"))}
    terms = (multiple(_rate(c, modified.step), boxes[tree]) for tree, c in modified.loss.items() if c != 0)
    reason = sentence("With its first correction the field is the gradient of a loss, and descends", h=modified.step)
    line = (Script(POTENTIAL, as_box(modified.step)), row(EQUALS, signed_sum(*terms)))
    return Section("The modified loss", (*reason, ":"), display(line))


def drift(modified: ModifiedEquation) -> Section:
    """What the field makes of a symmetric charge."""
    charge = row(CHARGE, EQUALS, HALF, inner_product_box(typeset(theta), row(MATRIX, typeset(theta))))
    reason = sentence("Along it a charge {charge} drifts, as each step feeds it a square:", charge=charge)
    right = signed_sum(_drift_rate(modified.drift(), modified.step), _remainder(modified.step, modified.order + 1))
    return Section("The drift of the charge", reason, display((Dotted(CHARGE, 1), row(EQUALS, right))))


@typeset.register
def box_of_modified_equation(modified: ModifiedEquation) -> Box:
    """The field that the steps follow."""
    return row(*_field_equation(modified))


@typeset.register
def box_of_drift(drift: Drift) -> Box:
    """The drift of a charge along the modified equation."""
    return row(Dotted(CHARGE, 1), EQUALS, _drift_rate(drift, S.One))


def tree_box(tree: Tree) -> Box:
    """The box of a rooted tree: F, or a derivative of F along smaller trees."""
    return differential(tree, _derivative_along)


def _derivative_along(branches: tuple[Box, ...]) -> Box:
    """The derivative of F along boxes."""
    if not branches:
        return FIELD
    count = len(branches)
    primes = row(*[Sign("′")] * count) if count < 4 else parenthesized(Number(str(count)))
    derivative = Script(FIELD, above=primes)
    return row(derivative, *branches) if count == 1 else row(derivative, parenthesized(comma_separated(*branches)))


def _field_equation(modified: ModifiedEquation) -> tuple[Box, Box]:
    terms = (multiple(c, tree_box(tree)) for tree, c in modified.terms.items())
    return Dotted(typeset(theta), 1), row(EQUALS, signed_sum(*terms, _remainder(modified.step, modified.order + 1)))


def _drift_rate(drift: Drift, step: Any) -> Box:
    """The rate of a charge in the time of a step."""
    terms: list[Box] = []
    if drift.rate != 0:
        terms.append(multiple(_rate(drift.rate, step), CHARGE))
    for (one, other), coefficient in drift.pairs.items():
        square = inner_product_box(tree_box(one), row(MATRIX, tree_box(other)))
        terms.append(multiple(_rate(coefficient, step), square))
    return signed_sum(*terms)


def _rate(coefficient: Any, step: Any) -> Any:
    return factored(cancel(coefficient / step))


def _remainder(step: Any, power: int) -> Box:
    """The order of the terms that are left out."""
    return row(Name("O"), parenthesized(as_box(step**power)))
