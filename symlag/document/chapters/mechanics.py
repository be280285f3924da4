"""From the energies to the equations of motion, in steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from symlag.calculus.operators import scaled
from symlag.document.boxes.box import (
    EQUALS,
    MINUS,
    NOTHING,
    PLUS,
    THIN,
    ZERO,
    Box,
    Dotted,
    Name,
    Number,
    Role,
    Script,
    Sign,
    display,
    fenced,
    row,
)
from symlag.document.boxes.expressions import jet_box, raised
from symlag.document.chapters.balance import of_law
from symlag.document.chapters.exact_law import of_exact
from symlag.document.chapters.prose import RATE, Step, at, boxed, damping_of, equal, joined, say, slope
from symlag.learning.continuous_rules import Rule
from symlag.optimizers.exact import DiscreteLaw
from symlag.variational.equations_of_motion import euler_lagrange
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import Law

LAGRANGE, KINETIC, POTENTIAL, GROWTH, Q = map(Role, "LTVΓq")


def derived(
    L: Lagrangian, laws: tuple[Law, ...], rule: Rule | None = None, exact: tuple[DiscreteLaw, ...] = ()
) -> Iterator[Step]:
    """All steps from a learning rule, or from energies, to the laws, and to the exact ones of the optimizer."""
    if rule is not None:
        yield learning(rule)
    yield mechanics(L)
    yield motion(L)
    for law in laws:
        yield from of_law(law)
    yield from of_exact(exact)


def learning(rule: Rule) -> Step:
    """A learning rule read as mechanics."""
    m, mu, decay = Name("m"), Name("μ"), Name("λ")
    pull = row(Sign("∇"), Name("f"))
    obeyed = row(m, Dotted(Q, 2), PLUS, mu, Dotted(Q, 1), PLUS, decay, Q, PLUS, pull, EQUALS, ZERO)
    reason = say(
        f"With {{step}} for the time that one step takes, {rule.name} follows the motion {{obeyed}} of a body of mass "
        "{m} under the friction {mu} and the weight decay {decay}, up to terms that vanish with the step.",
        step=rule.step, obeyed=obeyed, m=m, mu=mu, decay=decay,
    )  # fmt: skip
    return Step("The learning rule", reason, display(equal(m, rule.mass), equal(mu, rule.friction)))


def mechanics(L: Lagrangian) -> Step:
    """The energies, and the action they make."""
    lines = [equal(KINETIC, L.kinetic), equal(POTENTIAL, L.potential), equal(LAGRANGE, row(KINETIC, MINUS, POTENTIAL))]
    letter = damping_of(L)
    lines += [equal(letter, L.damping)] if L.damping not in (0, letter) else []
    lines += [equal(at(Role("F"), q), force) for q, force in L.forces.items()]
    weight = () if L.damping == 0 else (Script(Name("e"), above=GROWTH),)
    action = row(Sign("∫"), *weight, LAGRANGE, THIN, Name("d"), Name("t"))
    grows = "" if L.damping == 0 else ", in which {growth} with {grown} stands for friction"
    grown = row(Dotted(GROWTH, 1), EQUALS, boxed(letter))
    growth = Script(Name("e"), above=GROWTH)
    reason = say(f"The action is {{action}}{grows}.", action=action, growth=growth, grown=grown)
    return Step("The Lagrangian", reason, display(*lines))


def motion(L: Lagrangian) -> Step:
    """The equation of motion of every coordinate."""
    left = [L.spelling.read(equation) for equation in euler_lagrange(L).values()]
    lines = [(NOTHING, row(joined(scaled(-1, equation)), EQUALS, ZERO)) for equation in left]
    divided = "" if L.damping == 0 else ", the factor {growth} divided out"
    growth = Script(Name("e"), above=GROWTH)
    reason = say(f"The action is stationary: {{general}}{divided}.", general=_euler(L), growth=growth)
    return Step("The motion", reason, display(*lines))


def _euler(L: Lagrangian) -> Box:
    """The Euler–Lagrange equation of a coordinate q, its signs those of −E = Σ −(−D)ᵏ ∂L/∂q⁽ᵏ⁾."""
    rate = RATE if L.damping == 0 else fenced(row(RATE, PLUS, boxed(damping_of(L))))
    higher = [_term(rate, k) for k in range(2, L.order + 1)]
    force: Any = at(Role("F"), Q) if L.forces else ZERO
    return row(rate, slope(LAGRANGE, Dotted(Q, 1)), MINUS, slope(LAGRANGE, Q), *higher, EQUALS, force)


def _term(rate: Box, k: int) -> Box:
    """The term of the k-th derivative."""
    return row(MINUS if k % 2 == 0 else PLUS, raised(rate, Number(str(k))), slope(LAGRANGE, jet_box(Q, None, k)))
