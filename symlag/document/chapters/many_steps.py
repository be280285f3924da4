r"""The chapter of many steps: what the recursion c′ = Mc + s of an exact law comes to when it is repeated.

The closed sum after N steps; the identity of sums over any window; time averages in the steady state, and the angle by
which scale-invariant weights turn there in a step; and the condition under which the charges oscillate.

>>> from symlag.optimizers.exact_law import exact
>>> from symlag.optimizers.library.momentum import sgd
>>> from symlag.document.tex import tex
>>> from symlag.variational.families import scale
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
    OperatorName,
    Role,
    Script,
    Sign,
    comma_separated,
    display,
    parenthesized,
    row,
)
from symlag.document.boxes.expressions import typeset
from symlag.document.chapters.prose import Section, as_box, equation, multiple, sentence, signed_sum
from symlag.errors import SymlagError
from symlag.optimizers.bilinear_forms import Form
from symlag.optimizers.exact_law import DiscreteLaw
from symlag.optimizers.recursion import Window
from symlag.optimizers.vectors import theta

CHARGES, PROPAGATOR, SOURCES = map(Role, "cMs")
ONE, LAST, PAST = Number("1"), Name("N"), Name("j")
CHANGE = Name("Δ")
CONSTANT = "Where hyper-parameters rest, "


def many_steps_sections(law: DiscreteLaw) -> Iterator[Section]:
    """What follows from the recursion of a law; a section to which the law has no answer is left out."""
    for sections in (closed_sum, window, steady_state, oscillation):
        try:
            yield from sections(law)
        except SymlagError:
            continue


def closed_sum(law: DiscreteLaw) -> Iterator[Section]:
    """The closed sum over steps, the propagators in their order."""
    lines = [equation(PROPAGATOR, _entry_or_matrix(law.propagator))]
    terms = [row(_ordered_propagators(ZERO), Script(CHARGES, ZERO))]
    if any(law.source):
        lines.append(equation(SOURCES, _entry_or_matrix(law.source)))
        over_past = Script(Sign("∑"), row(PAST, EQUALS, ZERO), row(LAST, MINUS, ONE))
        terms.append(row(over_past, _ordered_propagators(row(PAST, PLUS, ONE)), Script(SOURCES, PAST)))
    lines.append((Script(CHARGES, LAST), row(EQUALS, signed_sum(*terms))))
    reason = sentence(
        "Each step takes {M} with the hyper-parameters that it has, so that for any schedule the charges of {N} steps "
        "on are the first ones and all that fed them, carried on:",
        M=PROPAGATOR, N=LAST,
    )  # fmt: skip
    yield Section("In the course of the steps", reason, display(*lines))


def window(law: DiscreteLaw) -> Iterator[Section]:
    """The identity of sums over a window of steps."""
    if any(law.source):
        reason = sentence(CONSTANT + "sums over any stretch of steps obey, with {d} for an end less a start:", d=CHANGE)
        yield Section("Over a window of steps", reason, display((NOTHING, typeset(law.window()))))


def steady_state(law: DiscreteLaw) -> Iterator[Section]:
    """The time averages, where something draws the charges back to one and something feeds them."""
    means = law.steady_state()
    if any(means.values()):
        reason = sentence(CONSTANT + "the averages over a long run obey, exactly in its limit:")
        lines = [equation(charge, mean) for charge, mean in means.items()]
        yield Section("The steady state of the steps", reason, display(*lines))
        yield from turning_angle(law)


def turning_angle(law: DiscreteLaw) -> Iterator[Section]:
    """The angle by which the weights turn in each step of the steady state, where it does not depend on the loss."""
    components = law.generator.components
    is_scaling = components == {q: q for q in components}
    if is_scaling and not law.turn().atoms(Form):
        angle = parenthesized(comma_separated(typeset(theta.new), typeset(theta)))
        reason = sentence("In that state, whatever the loss, each step turns what is trained by one angle:")
        line = (row(ONE, MINUS, OperatorName("cos"), Sign("∠"), angle), row(EQUALS, typeset(law.turn())))
        yield Section("The angle of a step", reason, display(line))


def oscillation(law: DiscreteLaw) -> Iterator[Section]:
    """The condition under which the charges oscillate."""
    condition = law.oscillates
    if condition not in (S.true, S.false):
        reason = sentence(CONSTANT + "the charges swing about that state, and do not only relax, where:")
        yield Section("When the charges swing", reason, display((NOTHING, typeset(condition))))


@typeset.register
def box_of_window(identity: Window) -> Box:
    """The identity of sums over a window of steps."""
    sums = (multiple(c, row(Sign("∑"), typeset(form))) for form, c in identity.sums.items() if c != 0)
    ends = (multiple(c, row(CHANGE, typeset(charge))) for charge, c in identity.ends.items() if c != 0)
    return row(signed_sum(*sums, *ends), EQUALS, ZERO)


def _ordered_propagators(first: Box) -> Box:
    """The product of the propagators from a step on, the last on the left."""
    return row(Script(PROPAGATOR, row(LAST, MINUS, ONE)), Sign("⋯"), Script(PROPAGATOR, first))


def _entry_or_matrix(matrix: Matrix) -> Box:
    """A matrix, or its entry where it has one only."""
    return as_box(matrix if len(matrix) > 1 else matrix[0])
