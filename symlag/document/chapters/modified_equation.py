r"""The modified equation of an optimizer, in steps: the field that its steps follow, its loss, the drift of charges.

>>> from symlag.optimizers.library import sgd
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
from symlag.optimizers.backward_error.modified_equation import Drift, ModifiedEquation, modified_equation
from symlag.optimizers.backward_error.rooted_trees import NODE, Tree, differential
from symlag.optimizers.factoring import factored
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import theta

FIELD, POTENTIAL, CHARGE, LOSS = Role("F"), Role("V"), Role("Q"), Name("f")
SLOPE, HALF = row(Sign("∇"), POTENTIAL), Fraction(Number("1"), Number("2"))
ORDER = 2


def modified_equation_sections(rule: UpdateRule, *, drifting: bool) -> Iterator[Section]:
    """The steps from an optimizer to its modified equation and what follows; none where it has none."""
    try:
        first, made = (modified_equation(rule, order) for order in (1, ORDER))
    except SymlagError:
        return
    yield field(made)
    yield loss(first)
    if drifting:
        yield drift(first)


def field(made: ModifiedEquation) -> Section:
    """The field that the steps follow."""
    reason = sentence(
        "At constant hyper-parameters, and once the buffers have forgotten their start, the steps lie on the motion "
        "of a field that has more terms than the descent along {F}, each of them a tree of derivatives. In the time "
        "{h} of a step, whatever the dimension:",
        F=row(FIELD, EQUALS, MINUS, SLOPE), h=made.step,
    )  # fmt: skip
    decay = [multiple(made.decay / 2, with_exponent(norm_box(typeset(theta)), Number("2")))] * (made.decay != 0)
    return Section(
        "The modified equation",
        reason,
        display((POTENTIAL, row(EQUALS, signed_sum(LOSS, *decay))), _field_equation(made)),
    )


def loss(made: ModifiedEquation) -> Section:
    """The loss that the steps descend to first order."""
    named = {NODE: POTENTIAL, (NODE,): with_exponent(norm_box(SLOPE), Number("2"))}
    terms = (multiple(_rate(c, made.step), named[tree]) for tree, c in made.loss.items() if c != 0)
    reason = sentence("With its first correction the field is the gradient of a loss, and descends", h=made.step)
    line = (Script(POTENTIAL, as_box(made.step)), row(EQUALS, signed_sum(*terms)))
    return Section("The modified loss", (*reason, ":"), display(line))


def drift(made: ModifiedEquation) -> Section:
    """What the field makes of a symmetric charge."""
    charge = row(CHARGE, EQUALS, HALF, inner_product_box(typeset(theta), row(MATRIX, typeset(theta))))
    reason = sentence("Along it a charge {charge} drifts, as each step feeds it a square:", charge=charge)
    right = signed_sum(_drift_rate(made.drift(), made.step), _remainder(made.step, made.order + 1))
    return Section("The drift of the charge", reason, display((Dotted(CHARGE, 1), row(EQUALS, right))))


@typeset.register
def box_of_modified_equation(made: ModifiedEquation) -> Box:
    """The field that the steps follow."""
    return row(*_field_equation(made))


@typeset.register
def box_of_drift(made: Drift) -> Box:
    """The drift of a charge along the modified equation."""
    return row(Dotted(CHARGE, 1), EQUALS, _drift_rate(made, S.One))


def tree_box(tree: Tree) -> Box:
    """F, or a derivative of it along others."""
    return differential(tree, _derivative_along)


def _derivative_along(branches: tuple[Box, ...]) -> Box:
    """The derivative of F along boxes."""
    if not branches:
        return FIELD
    count = len(branches)
    marked = Script(FIELD, above=row(*[Sign("′")] * count) if count < 4 else parenthesized(Number(str(count))))
    return row(marked, *branches) if count == 1 else row(marked, parenthesized(comma_separated(*branches)))


def _field_equation(made: ModifiedEquation) -> tuple[Box, Box]:
    terms = (multiple(c, tree_box(tree)) for tree, c in made.terms.items())
    return Dotted(typeset(theta), 1), row(EQUALS, signed_sum(*terms, _remainder(made.step, made.order + 1)))


def _drift_rate(made: Drift, step: Any) -> Box:
    """The rate of a charge in the time of a step."""
    fed = [
        (c, inner_product_box(tree_box(one), row(MATRIX, tree_box(other)))) for (one, other), c in made.pairs.items()
    ]
    kept = [(made.rate, CHARGE)] * (made.rate != 0)
    return signed_sum(*(multiple(_rate(c, step), box) for c, box in [*kept, *fed]))


def _rate(coefficient: Any, step: Any) -> Any:
    return factored(cancel(coefficient / step))


def _remainder(step: Any, power: int) -> Box:
    """What is left out."""
    return row(Name("O"), parenthesized(as_box(step**power)))
