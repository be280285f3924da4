"""What a law comes to in the course of time: the charge at any moment from the charge at the first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import Add, Expr, S, exp, factor, integrate, sin, sqrt, symbols

from symlag.boundary import antiderivative
from symlag.document.layout import (
    EQUALS,
    MINUS,
    NOTHING,
    THIN,
    ZERO,
    Box,
    Dotted,
    Fraction,
    Name,
    Role,
    Root,
    Script,
    Sign,
    display,
    fenced,
    listed,
    row,
)
from symlag.document.prose import Step, boxed, damping_of, equal, free_letter, joined, say, shared
from symlag.document.typeset import as_factor
from symlag.exact import plainly, tidy
from symlag.jet import jets, t
from symlag.lagrangian import Lagrangian
from symlag.noether import Law

FIRST, MOMENT, RUNNING = symbols("t_0 s u", positive=True)
ROOTS = symbols("r_1 r_2")
CHARGE, SOURCE, KICK, Q, GREEN, D = map(Role, "CSKQGd")


def closed_form(law: Law) -> Step:
    """The charge as a function of time: what is left of its first value, and what the sources have fed into it."""
    first = FIRST if law.rate.has(t) else S.Zero
    left = row(_faded(law, first), _when(CHARGE, first))
    fed = row(_since(first), _faded(law, MOMENT), _when(SOURCE, MOMENT), THIN, D, boxed(MOMENT))
    right = joined(left) if law.conserved else joined(left, fed)
    reason = "What is left of the first charge" + (
        "" if law.conserved else ", and of what the sources {S} fed into it since"
    )
    return Step("In the course of time", say(f"{reason}:", S=SOURCE), display((_when(CHARGE, t), row(EQUALS, right))))


def integrated(law: Law) -> Iterator[Step]:
    """Where the charge is the rate of a function Q of the coordinates that moves like an oscillator: its motion."""
    mass, charge = shared(law.lagrangian.spelling.read(law.charge))
    quantity = antiderivative(charge, S.Zero)
    if quantity == 0 or law.rate.has(t) or law.sources["boundary"] != 0:
        return
    source, kinetic = (_over(mass, law.lagrangian.spelling.read(e)) for e in (law.source, law.ksb))
    stiffness = _ratio(kinetic - source, quantity)
    if jets(stiffness) or stiffness.has(t) or stiffness == law.rate == 0:
        return
    yield _oscillator(law.lagrangian, mass, quantity, stiffness, kinetic)


def propagator(damping: Any, stiffness: Any) -> Expr:
    """The motion of Q̈ + γQ̇ + κQ = 0 from Q = 0 and Q̇ = 1; r₁ and r₂ are the roots of r² + γr + κ = 0."""
    if stiffness == 0:
        return (1 - exp(-damping * t)) / damping
    if damping == 0:
        return sin(sqrt(stiffness) * t) / sqrt(stiffness)
    first, second = ROOTS
    return (exp(first * t) - exp(second * t)) / (first - second)


def _oscillator(L: Lagrangian, mass: Any, quantity: Any, stiffness: Any, kick: Any) -> Step:
    """The step that integrates a linear equation of Q."""
    gamma = damping_of(L) if L.damping != 0 else S.Zero
    kappa = free_letter(L, "kappa", "omega", "rho") if stiffness != 0 else S.Zero
    drag = [row(boxed(gamma), Dotted(Q, 1))] if gamma != 0 else []
    pull = [row(boxed(kappa), Q)] if kappa != 0 else []
    lines = [equal(Q, quantity), equal(CHARGE, row(boxed(mass), Dotted(Q, 1)) if mass != 1 else Dotted(Q, 1))]
    lines += [equal(kappa, stiffness)] if kappa != 0 else []
    lines += [equal(KICK, kick)] if kick != 0 else []
    lines += [(joined(Dotted(Q, 2), *drag, *pull), row(EQUALS, KICK if kick != 0 else ZERO))]
    lines += [_motion(gamma, kick), equal(_when(GREEN, t), propagator(gamma, kappa))]
    lines += [(listed(*map(boxed, ROOTS)), row(EQUALS, _both_roots(gamma, kappa)))] if gamma != 0 != kappa else []
    reason = "The charge is the rate of a function {Q} of the coordinates, which moves like an oscillator"
    meeting = "; where the roots meet, the limit is meant" if gamma != 0 != kappa else ""
    return Step("Integrated once more", say(f"{reason}{meeting}:", Q=Q), display(*lines))


def _both_roots(gamma: Any, kappa: Any) -> Box:
    root = Root(joined(gamma**2, -4 * kappa))
    return Fraction(row(MINUS, boxed(gamma), Sign("±"), root), boxed(S(2)))


def _motion(gamma: Any, kick: Any) -> tuple[Box, Box]:
    """Q(t) from Q(0), Q̇(0) and the kicks since."""
    fading = [row(boxed(gamma), _when(GREEN, t))] if gamma != 0 else []
    still = row(_bracket(_when(Dotted(GREEN, 1), t), *fading), _when(Q, S.Zero))
    thrown = row(_when(GREEN, t), _when(Dotted(Q, 1), S.Zero))
    elapsed = fenced(row(boxed(t), MINUS, boxed(MOMENT)))
    kicks = [row(_since(S.Zero), GREEN, elapsed, _when(KICK, MOMENT), THIN, D, boxed(MOMENT))] if kick != 0 else []
    return _when(Q, t), row(EQUALS, joined(still, thrown, *kicks))


def _over(mass: Any, expression: Expr) -> Expr:
    """An expression divided term by term."""
    return tidy(Add(*(term / mass for term in Add.make_args(expression))))


def _ratio(left: Expr, right: Expr) -> Expr:
    plain, names = plainly(left / right)
    return factor(plain).xreplace(names)


def _bracket(first: Box, *others: Box) -> Box:
    return fenced(joined(first, *others)) if others else first


def _since(first: Any) -> Box:
    return Script(Sign("∫"), boxed(first), boxed(t))


def _faded(law: Law, since: Expr) -> Box:
    """What friction leaves until the time t of a charge at an earlier time."""
    if law.rate == 0:
        return NOTHING
    if law.rate.has(t):
        running = law.lagrangian.damping.xreplace({t: RUNNING})
        return as_factor(exp(-integrate(running, (RUNNING, since, t)).factor()))
    elapsed = boxed(t) if since == 0 else fenced(row(boxed(t), MINUS, boxed(since)))
    return Script(Name("e"), above=row(MINUS, boxed(damping_of(law.lagrangian)), elapsed))


def _when(letter: Box, time: Any) -> Box:
    return row(letter, fenced(boxed(time)))
