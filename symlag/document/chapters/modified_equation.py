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
    display,
    fenced,
    listed,
    row,
)
from symlag.document.boxes.expressions import raised, typeset
from symlag.document.boxes.matrices import norm, paired
from symlag.document.chapters.prose import Step, boxed, joined, say, weighted
from symlag.errors import SymlagError
from symlag.optimizers.backward_error.modified_equation import Drift, ModifiedEquation, modified_equation
from symlag.optimizers.backward_error.rooted_trees import NODE, Tree, differential
from symlag.optimizers.factoring import factored
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import theta

FIELD, POTENTIAL, CHARGE, LOSS = Role("F"), Role("V"), Role("Q"), Name("f")
SLOPE, HALF = row(Sign("∇"), POTENTIAL), Fraction(Number("1"), Number("2"))
ORDER = 2


def of_rule(rule: UpdateRule, *, drifting: bool) -> Iterator[Step]:
    """The steps from an optimizer to its modified equation and what follows; none where it has none."""
    try:
        first, made = (modified_equation(rule, order) for order in (1, ORDER))
    except SymlagError:
        return
    yield field(made)
    yield loss(first)
    if drifting:
        yield drift(first)


def field(made: ModifiedEquation) -> Step:
    """The field that the steps follow."""
    reason = say(
        "At constant hyper-parameters, and once the buffers have forgotten their start, the steps lie on the motion "
        "of a field that has more terms than the descent along {F}, each of them a tree of derivatives. In the time "
        "{h} of a step, whatever the dimension:",
        F=row(FIELD, EQUALS, MINUS, SLOPE), h=made.step,
    )  # fmt: skip
    decay = [weighted(made.decay / 2, raised(norm(typeset(theta)), Number("2")))] * (made.decay != 0)
    return Step("The modified equation", reason, display((POTENTIAL, row(EQUALS, joined(LOSS, *decay))), _moved(made)))


def loss(made: ModifiedEquation) -> Step:
    """The loss that the steps descend to first order."""
    named = {NODE: POTENTIAL, (NODE,): raised(norm(SLOPE), Number("2"))}
    terms = (weighted(_rate(c, made.step), named[tree]) for tree, c in made.loss.items() if c != 0)
    reason = say("With its first correction the field is the gradient of a loss, and descends", h=made.step)
    line = (Script(POTENTIAL, boxed(made.step)), row(EQUALS, joined(*terms)))
    return Step("The modified loss", (*reason, ":"), display(line))


def drift(made: ModifiedEquation) -> Step:
    """What the field makes of a symmetric charge."""
    charge = row(CHARGE, EQUALS, HALF, paired(typeset(theta), row(MATRIX, typeset(theta))))
    reason = say("Along it a charge {charge} drifts, as each step feeds it a square:", charge=charge)
    right = joined(_drifting(made.drift(), made.step), _rest(made.step, made.order + 1))
    return Step("The drift of the charge", reason, display((Dotted(CHARGE, 1), row(EQUALS, right))))


@typeset.register
def _(made: ModifiedEquation) -> Box:
    return row(*_moved(made))


@typeset.register
def _(made: Drift) -> Box:
    return row(Dotted(CHARGE, 1), EQUALS, _drifting(made, S.One))


def tree_box(tree: Tree) -> Box:
    """F, or a derivative of it along others."""
    return differential(tree, _along)


def _along(branches: tuple[Box, ...]) -> Box:
    """The derivative of F along boxes."""
    if not branches:
        return FIELD
    count = len(branches)
    marked = Script(FIELD, above=row(*[Sign("′")] * count) if count < 4 else fenced(Number(str(count))))
    return row(marked, *branches) if count == 1 else row(marked, fenced(listed(*branches)))


def _moved(made: ModifiedEquation) -> tuple[Box, Box]:
    terms = (weighted(c, tree_box(tree)) for tree, c in made.terms.items())
    return Dotted(typeset(theta), 1), row(EQUALS, joined(*terms, _rest(made.step, made.order + 1)))


def _drifting(made: Drift, step: Any) -> Box:
    """The rate of a charge in the time of a step."""
    fed = [(c, paired(tree_box(one), row(MATRIX, tree_box(other)))) for (one, other), c in made.pairs.items()]
    kept = [(made.rate, CHARGE)] * (made.rate != 0)
    return joined(*(weighted(_rate(c, step), box) for c, box in [*kept, *fed]))


def _rate(coefficient: Any, step: Any) -> Any:
    return factored(cancel(coefficient / step))


def _rest(step: Any, power: int) -> Box:
    """What is left out."""
    return row(Name("O"), fenced(boxed(step**power)))
