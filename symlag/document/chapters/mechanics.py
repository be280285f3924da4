"""The chapter of mechanics, and the order of a whole derivation: energies, equations of motion, laws, exact laws.

The action is ∫ e^Γ L dt with L = T − V, where Γ̇ = γ is the damping; that it is stationary gives the Euler–Lagrange
equations (d/dt + γ) ∂L/∂q̇ − ∂L/∂q = F of every coordinate.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from symlag.calculus.differential_operators import scaled
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
    parenthesized,
    row,
)
from symlag.document.boxes.expressions import dotted_letter, with_exponent
from symlag.document.chapters.balance import law_sections
from symlag.document.chapters.exact_law import exact_law_sections
from symlag.document.chapters.prose import (
    RATE,
    Section,
    as_box,
    damping_symbol,
    equation,
    partial_derivative,
    sentence,
    signed_sum,
    with_subscript,
)
from symlag.learning.continuous_rules import Rule
from symlag.optimizers.exact_law import DiscreteLaw
from symlag.variational.constraints import constraint_order
from symlag.variational.equations_of_motion import euler_lagrange
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import Law

LAGRANGE, KINETIC, POTENTIAL, GROWTH, CONSTRAINT, Q = map(Role, "LTVΓΦq")
GROWTH_FACTOR = Script(Name("e"), above=GROWTH)


def derivation_sections(
    L: Lagrangian, laws: tuple[Law, ...], rule: Rule | None = None, exact: tuple[DiscreteLaw, ...] = ()
) -> Iterator[Section]:
    """All sections from a learning rule, or from energies, to the laws, and to the exact laws of the optimizer."""
    if rule is not None:
        yield learning_rule(rule)
    yield mechanics(L)
    yield motion(L)
    for law in laws:
        yield from law_sections(law)
    yield from exact_law_sections(exact)


def learning_rule(rule: Rule) -> Section:
    """A learning rule read as mechanics."""
    m, mu, decay = Name("m"), Name("μ"), Name("λ")
    pull = row(Sign("∇"), Name("f"))
    motion = row(m, Dotted(Q, 2), PLUS, mu, Dotted(Q, 1), PLUS, decay, Q, PLUS, pull, EQUALS, ZERO)
    reason = sentence(
        f"With {{step}} for the time that one step takes, {rule.name} follows the motion {{motion}} of a body of mass "
        "{m} under the friction {mu} and the weight decay {decay}, up to terms that vanish with the step.",
        step=rule.step, motion=motion, m=m, mu=mu, decay=decay,
    )  # fmt: skip
    return Section("The learning rule", reason, display(equation(m, rule.mass), equation(mu, rule.friction)))


def mechanics(L: Lagrangian) -> Section:
    """The energies, and the action they make."""
    written = L.notation.decimals.written
    lines = [
        equation(KINETIC, written(L.kinetic)),
        equation(POTENTIAL, written(L.potential)),
        equation(LAGRANGE, row(KINETIC, MINUS, POTENTIAL)),
    ]
    letter = damping_symbol(L)
    if L.damping not in (0, letter):
        lines.append(equation(letter, written(L.damping)))
    lines += [equation(with_subscript(Role("F"), q), written(force)) for q, force in L.forces.items()]
    lines += [equation(Role("R"), written(L.dissipation))] if L.dissipation != 0 else []
    lines += [
        equation(with_subscript(CONSTRAINT, Number(str(i))), written(g)) for i, g in enumerate(L.constraints, start=1)
    ]
    friction, integrand = "", LAGRANGE
    if L.damping != 0:
        friction, integrand = ", in which {growth} with {exponent} stands for friction", row(GROWTH_FACTOR, LAGRANGE)
    held = "; the motion is held to {constraint}" if L.constraints else ""
    reason = sentence(
        f"The action is {{action}}{friction}{held}{_given_motions(L)}.",
        constraint=row(with_subscript(CONSTRAINT, Name("i")), EQUALS, ZERO),
        action=row(Sign("∫"), integrand, THIN, Name("d"), Name("t")),
        growth=GROWTH_FACTOR,
        exponent=row(Dotted(GROWTH, 1), EQUALS, as_box(letter)),
    )
    return Section("The Lagrangian", reason, display(*lines))


def _given_motions(L: Lagrangian) -> str:
    """What is said of motions that are given."""
    names = " and ".join(str(q) for q in L.given)
    return f"; {names} {'is a given function' if len(L.given) == 1 else 'are given functions'} of time" if names else ""


def motion(L: Lagrangian) -> Section:
    """The equation of motion of every coordinate."""
    left = [L.notation.in_jets(equation) for equation in euler_lagrange(L).values()][: len(L.coordinates)]
    lines = [(NOTHING, row(signed_sum(scaled(-1, equation)), EQUALS, ZERO)) for equation in left]
    factor = "" if L.damping == 0 else ", the factor {growth} divided out"
    reads, holding = "The action is stationary", ""
    if L.constraints:
        reads = "The forces that hold the constraints do no work along them"
        holding = ", {multiplier} being the strength of the force that holds {constraint}"
    reason = sentence(
        f"{reads}: {{general}}{factor}{holding}.",
        general=_euler_lagrange(L),
        growth=GROWTH_FACTOR,
        multiplier=with_subscript(Role("λ"), Name("i")),
        constraint=row(with_subscript(CONSTRAINT, Name("i")), EQUALS, ZERO),
    )
    return Section("The motion", reason, display(*lines))


def _euler_lagrange(L: Lagrangian) -> Box:
    """The Euler–Lagrange equation of a coordinate q, its signs those of −E = Σ −(−D)ᵏ ∂L/∂q⁽ᵏ⁾."""
    rate = RATE if L.damping == 0 else parenthesized(row(RATE, PLUS, as_box(damping_symbol(L))))
    higher: list[Box] = []
    for k in range(2, L.order + 1):
        derivative = partial_derivative(LAGRANGE, dotted_letter(Q, None, k))
        higher += [MINUS if k % 2 == 0 else PLUS, with_exponent(rate, Number(str(k))), derivative]
    forces: list[Any] = [PLUS, with_subscript(Role("F"), Q)] if L.forces else []
    forces += [MINUS, partial_derivative(Role("R"), Dotted(Q, 1))] if L.dissipation != 0 else []
    for order in sorted({constraint_order(g, L.coordinates) for g in L.constraints}):
        i = Name("i")
        strength, g = with_subscript(Role("λ"), i), with_subscript(CONSTRAINT, i)
        forces += [PLUS, Script(Sign("∑"), below=i), strength, partial_derivative(g, dotted_letter(Q, None, order))]
    right = (forces[1:] if forces[0] == PLUS else forces) if forces else [ZERO]
    momentum = partial_derivative(LAGRANGE, Dotted(Q, 1))
    return row(rate, momentum, MINUS, partial_derivative(LAGRANGE, Q), *higher, EQUALS, *right)
