r"""What an exact law comes to over many steps: its sum, the identity of a window, rest and turn, and when it swings.

>>> from symlag.optimizers.exact import exact
>>> from symlag.optimizers.library import sgd
>>> from symlag.document.tex import tex
>>> from symlag.variational.generator import scale
>>> from symlag.calculus.jets import block
>>> print(tex(typeset(exact(sgd(weight_decay=0, momentum=0), scale(block("w"))).window())))
-\eta^{2}\sum\langle g,Ag\rangle+\Delta\langle\theta,A\theta\rangle=0
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Matrix, S

from symlag.document.boxes.box import (
    EQUALS,
    MINUS,
    NOTHING,
    PLUS,
    ZERO,
    Box,
    Name,
    Number,
    Role,
    Script,
    Sign,
    Word,
    display,
    fenced,
    listed,
    row,
)
from symlag.document.boxes.expressions import typeset
from symlag.document.chapters.prose import Step, boxed, equal, joined, say, weighted
from symlag.errors import SymlagError
from symlag.optimizers.bilinear_forms import Form
from symlag.optimizers.exact import DiscreteLaw
from symlag.optimizers.recursion import Window
from symlag.optimizers.vectors import theta

CHARGES, PROPAGATOR, SOURCES = map(Role, "cMs")
ONE, LAST, STEP, PAST = Number("1"), Name("N"), Name("k"), Name("j")
CHANGE = Name("Δ")
CONSTANT = "Where hyper-parameters rest, "


def over_steps(law: DiscreteLaw) -> Iterator[Step]:
    """What follows from the recursion of a law, less what it has no answer to."""
    for tell in (closed, window, steady, swing):
        try:
            yield from tell(law)
        except SymlagError:
            continue


def closed(law: DiscreteLaw) -> Iterator[Step]:
    """The closed sum over steps, the propagators in their order."""
    start, sources = row(_carried(ZERO), _at(CHARGES, ZERO)), [equal(SOURCES, _bare(law.source))] * any(law.source)
    total = Script(Sign("∑"), row(PAST, EQUALS, ZERO), _before(LAST))
    fed = [row(total, _carried(row(PAST, PLUS, ONE)), _at(SOURCES, PAST))] * len(sources)
    reason = say(
        "Each step takes {M} with the hyper-parameters that it has, so that for any schedule the charges of {N} steps "
        "on are the first ones and all that fed them, carried on:",
        M=PROPAGATOR, N=LAST,
    )  # fmt: skip
    whole = (_at(CHARGES, LAST), row(EQUALS, joined(start, *fed)))
    yield Step("In the course of the steps", reason, display(equal(PROPAGATOR, _bare(law.propagator)), *sources, whole))


def window(law: DiscreteLaw) -> Iterator[Step]:
    """The identity of sums over a window of steps."""
    if any(law.source):
        reason = say(CONSTANT + "sums over any stretch of steps obey, with {d} for an end less a start:", d=CHANGE)
        yield Step("Over a window of steps", reason, display((NOTHING, typeset(law.window()))))


def steady(law: DiscreteLaw) -> Iterator[Step]:
    """The time averages, where something draws the charges back to one and something feeds them."""
    means = law.steady_state()
    if any(means.values()):
        reason = say(CONSTANT + "the averages over a long run obey, exactly in its limit:")
        lines = [equal(charge, mean) for charge, mean in means.items()]
        yield Step("The steady state of the steps", reason, display(*lines))
        yield from turn(law)


def turn(law: DiscreteLaw) -> Iterator[Step]:
    """By how much the weights turn in each step of the steady state, where the loss has no say in it."""
    moved = law.generator.components
    if moved == {q: q for q in moved} and not law.turn().atoms(Form):
        angle = fenced(listed(typeset(theta.new), typeset(theta)))
        reason = say("In that state, whatever the loss, each step turns what is trained by one angle:")
        line = (row(ONE, MINUS, Word("cos"), Sign("∠"), angle), row(EQUALS, typeset(law.turn())))
        yield Step("The angle of a step", reason, display(line))


def swing(law: DiscreteLaw) -> Iterator[Step]:
    """The condition under which the charges swing."""
    condition = law.oscillates
    if condition not in (S.true, S.false):
        reason = say(CONSTANT + "the charges swing about that state, and do not only relax, where:")
        yield Step("When the charges swing", reason, display((NOTHING, typeset(condition))))


@typeset.register
def _(identity: Window) -> Box:
    sums = (weighted(c, row(Sign("∑"), typeset(form))) for form, c in identity.sums.items() if c != 0)
    ends = (weighted(c, row(CHANGE, typeset(charge))) for charge, c in identity.ends.items() if c != 0)
    return row(joined(*sums, *ends), EQUALS, ZERO)


def _carried(first: Box) -> Box:
    """The product of the propagators from a step on, the last on the left."""
    return row(_at(PROPAGATOR, _before(LAST)), Sign("⋯"), _at(PROPAGATOR, first))


def _before(step: Box) -> Box:
    return row(step, MINUS, ONE)


def _at(letter: Box, step: Box) -> Box:
    return Script(letter, step)


def _bare(matrix: Matrix) -> Box:
    """A matrix, of one entry the entry."""
    return boxed(matrix if len(matrix) > 1 else matrix[0])
