"""A linear update rule with its buffers eliminated: one recurrence of θ and the gradients, and its continuous limit.

Between z, the shift by one step, and the rule's equations stands linear algebra: what remains of the buffers is

    Σ_j a_j θ_{k+j} + Σ_j b_j g_{k+j} = 0.

Expanded about the centre of its gradients, this is m q̈ + μ q̇ + λq + ∇f = 0 with an error of the second order in the
time h = Σ b_j of a step: what the rule is as mechanics is derived from its equations.

>>> from symlag.optimizers.library import sgd
>>> made = transfer(sgd())
>>> made.positions, made.gradients
((beta, -beta + eta*lambda - 1, 1), (0, eta, 0))
>>> limit(sgd()).mechanics.mass
eta*(beta + 1)/2
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sympy import Expr, Matrix, Min, Poly, S, Symbol, cancel, expand, factorial, fraction, together

from symlag.errors import SymlagError
from symlag.learning.continuous_rules import Rule
from symlag.optimizers.factoring import factored
from symlag.optimizers.vectors import Letter, g, k, theta

if TYPE_CHECKING:
    from symlag.optimizers.update_rule import UpdateRule


@dataclass(frozen=True)
class Transfer:
    """The recurrence Σ positions[j]·θ_{k+j} + Σ gradients[j]·g_{k+j} = 0, the last position by itself."""

    positions: tuple[Expr, ...]
    gradients: tuple[Expr, ...]

    @property
    def step(self) -> Expr:
        """h = Σ b_j: by how much a steady unit gradient drives the recurrence, the time of one step."""
        return factored(sum(self.gradients))

    @property
    def decay(self) -> Expr:
        """The λ for which the recurrence rests where ∇f + λθ = 0."""
        return cancel(sum(self.positions) / self.step)

    @property
    def centre(self) -> Expr:
        """The mean place of the gradients."""
        return cancel(moment(self.gradients, 1) / self.step)

    def consistent(self) -> Transfer:
        """The recurrence with the decay joined to the gradient: a linear multistep method for F = −∇f − λθ."""
        pairs = zip(self.positions, self.gradients, strict=True)
        return Transfer(tuple(cancel(a - self.decay * b) for a, b in pairs), self.gradients)


@dataclass(frozen=True)
class Limit:
    """The mechanics of a rule, and the first terms that it leaves out, of second order in h.

    `dropped` are the coefficients of the third derivative of q and of the second of ∇f, in the same equation.
    """

    mechanics: Rule
    dropped: Mapping[str, Expr]


def moment(weights: tuple[Expr, ...], n: int, centre: Expr = S.Zero) -> Expr:
    """Σ_j (j − c)ⁿ w_j."""
    return expand(sum(((j - centre) ** n if n else 1) * w for j, w in enumerate(weights)))


def transfer(rule: UpdateRule) -> Transfer:
    """The recurrence of a rule; of a first step unlike the others, that from the second on.

    `SymlagError` where the update is not linear in the gradients, or hyper-parameters change with the step.
    """
    entering, z = _entering(rule), Symbol("z")
    place = {x: i for i, x in enumerate(entering)}
    system, driven = z * Matrix.eye(len(entering)), Matrix.zeros(len(entering), 1)
    for x in entering:
        for y, c in rule.linear[x].items():
            if y == g:
                driven[place[x]] += _constant(rule, c)
            else:
                system[place[x], place[y.root]] -= _constant(rule, c) * z**y.age
    slope = system.cofactorMatrix().col(place[theta]).dot(driven)
    above, below = (Poly(part, z) for part in fraction(cancel(together(slope / system.det(method="berkowitz")))))
    return Transfer(*_aligned(below, -above))


def limit(rule: UpdateRule) -> Limit:
    """The mechanics m q̈ + μ q̇ + λq + ∇f = 0 that a rule follows in the time h per step, h → 0 at fixed friction μ/m."""
    made = transfer(rule)
    h, c = made.step, made.centre
    spread = lambda weights, n: factored(h ** (n - 1) * moment(weights, n, c) / factorial(n))  # noqa: E731
    mass, friction = spread(made.positions, 2), spread(made.positions, 1)
    mechanics = Rule(rule.name, h, mass, friction, made.decay)
    dropped = {"q": spread(made.positions, 3), "gradient": spread(made.gradients, 2)}
    return Limit(mechanics, dropped)


def _entering(rule: UpdateRule) -> tuple[Letter, ...]:
    """The letters that θ depends on; `SymlagError` where one is not linear."""
    found, ahead = set[Letter](), {theta}
    while ahead:
        found |= ahead
        for x in ahead & {*rule.opaque}:
            raise SymlagError(
                f"{x}.new = {rule.opaque[x]}", "it is not linear in the gradient", "sgd() or nesterov(), say"
            )
        ahead = {y.root for x in ahead for y in rule.linear[x]} - found - {g}
    return tuple(x for x in rule.linear if x in found)


def _constant(rule: UpdateRule, coefficient: Expr) -> Expr:
    made = coefficient.subs(Min(k, 1), S.One)
    if k in made.free_symbols:
        raise SymlagError(rule.name, "its hyper-parameters change with the step", "constants")
    return made


def _aligned(below: Poly, above: Poly) -> tuple[tuple[Expr, ...], tuple[Expr, ...]]:
    """The coefficients of both polynomials in rising powers, the last of the positions one."""
    lead, size = below.LC(), max(below.degree(), above.degree()) + 1
    columns = [poly.all_coeffs()[::-1] for poly in (below, above)]
    filled = [[*column, *[S.Zero] * (size - len(column))] for column in columns]
    positions, gradients = (tuple(cancel(c / lead) for c in column) for column in filled)
    return positions, gradients
