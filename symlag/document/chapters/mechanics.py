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
    damping_letter,
    equation,
    partial_derivative,
    sentence,
    signed_sum,
    with_subscript,
)
from symlag.learning.continuous_rules import Rule
from symlag.optimizers.exact import DiscreteLaw
from symlag.variational.equations_of_motion import euler_lagrange
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import Law

LAGRANGE, KINETIC, POTENTIAL, GROWTH, Q = map(Role, "LTVΓq")


def derivation_sections(
    L: Lagrangian, laws: tuple[Law, ...], rule: Rule | None = None, exact: tuple[DiscreteLaw, ...] = ()
) -> Iterator[Section]:
    """All steps from a learning rule, or from energies, to the laws, and to the exact ones of the optimizer."""
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
    obeyed = row(m, Dotted(Q, 2), PLUS, mu, Dotted(Q, 1), PLUS, decay, Q, PLUS, pull, EQUALS, ZERO)
    reason = sentence(
        f"With {{step}} for the time that one step takes, {rule.name} follows the motion {{obeyed}} of a body of mass "
        "{m} under the friction {mu} and the weight decay {decay}, up to terms that vanish with the step.",
        step=rule.step, obeyed=obeyed, m=m, mu=mu, decay=decay,
    )  # fmt: skip
    return Section("The learning rule", reason, display(equation(m, rule.mass), equation(mu, rule.friction)))


def mechanics(L: Lagrangian) -> Section:
    """The energies, and the action they make."""
    lines = [
        equation(KINETIC, L.kinetic),
        equation(POTENTIAL, L.potential),
        equation(LAGRANGE, row(KINETIC, MINUS, POTENTIAL)),
    ]
    letter = damping_letter(L)
    lines += [equation(letter, L.damping)] if L.damping not in (0, letter) else []
    lines += [equation(with_subscript(Role("F"), q), force) for q, force in L.forces.items()]
    weight = () if L.damping == 0 else (Script(Name("e"), above=GROWTH),)
    action = row(Sign("∫"), *weight, LAGRANGE, THIN, Name("d"), Name("t"))
    grows = "" if L.damping == 0 else ", in which {growth} with {grown} stands for friction"
    grown = row(Dotted(GROWTH, 1), EQUALS, as_box(letter))
    growth = Script(Name("e"), above=GROWTH)
    reason = sentence(f"The action is {{action}}{grows}.", action=action, growth=growth, grown=grown)
    return Section("The Lagrangian", reason, display(*lines))


def motion(L: Lagrangian) -> Section:
    """The equation of motion of every coordinate."""
    left = [L.spelling.read(equation) for equation in euler_lagrange(L).values()]
    lines = [(NOTHING, row(signed_sum(scaled(-1, equation)), EQUALS, ZERO)) for equation in left]
    divided = "" if L.damping == 0 else ", the factor {growth} divided out"
    growth = Script(Name("e"), above=GROWTH)
    reason = sentence(f"The action is stationary: {{general}}{divided}.", general=_euler_lagrange(L), growth=growth)
    return Section("The motion", reason, display(*lines))


def _euler_lagrange(L: Lagrangian) -> Box:
    """The Euler–Lagrange equation of a coordinate q, its signs those of −E = Σ −(−D)ᵏ ∂L/∂q⁽ᵏ⁾."""
    rate = RATE if L.damping == 0 else parenthesized(row(RATE, PLUS, as_box(damping_letter(L))))
    higher = [_term(rate, k) for k in range(2, L.order + 1)]
    force: Any = with_subscript(Role("F"), Q) if L.forces else ZERO
    return row(
        rate, partial_derivative(LAGRANGE, Dotted(Q, 1)), MINUS, partial_derivative(LAGRANGE, Q), *higher, EQUALS, force
    )


def _term(rate: Box, k: int) -> Box:
    """The term of the k-th derivative."""
    return row(
        MINUS if k % 2 == 0 else PLUS,
        with_exponent(rate, Number(str(k))),
        partial_derivative(LAGRANGE, dotted_letter(Q, None, k)),
    )
