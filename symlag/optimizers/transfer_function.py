"""The transfer function of a linear update rule: its buffers eliminated, and its limit in continuous time.

Definition. With z for the shift by one step, a rule that is linear in the gradient is a linear system from g to θ. Its
transfer function is −b(z)/a(z) with polynomials a = Σ a_j zʲ and b = Σ b_j zʲ, that is, the linear multistep method

    Σ_j a_j θ_{k+j} + Σ_j b_j g_{k+j} = 0        with a leading coefficient 1.

Theorem. Expanded about the mean place c = Σ j b_j / h of its gradients, in the time h = Σ b_j of a step, it is
m q̈ + μ q̇ + λq + ∇f = 0 with an error of second order in h, where λ = Σ a_j / h, μ = Σ (j − c) a_j and
m = h Σ (j − c)² a_j / 2. So what a rule is as mechanics follows from its equations. (Linear multistep methods: Hairer,
Nørsett, Wanner, *Solving Ordinary Differential Equations I*, III.)

>>> from symlag.optimizers.library.momentum import sgd
>>> recurrence = transfer_function(sgd())
>>> recurrence.positions, recurrence.gradients
((beta, -beta + eta*lambda - 1, 1), (0, eta, 0))
>>> continuous_limit(sgd()).mechanics.mass
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
class TransferFunction:
    """The recurrence Σ positions[j]·θ_{k+j} + Σ gradients[j]·g_{k+j} = 0, the last position with coefficient 1."""

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
        """The mean place c of the gradients."""
        return cancel(moment(self.gradients, 1) / self.step)

    def consistent(self) -> TransferFunction:
        """The recurrence with the decay joined to the gradient: a consistent multistep method for F = −∇f − λθ."""
        pairs = zip(self.positions, self.gradients, strict=True)
        return TransferFunction(tuple(cancel(a - self.decay * b) for a, b in pairs), self.gradients)


@dataclass(frozen=True)
class ContinuousLimit:
    """The mechanics of a rule, and the first terms that it leaves out, of second order in h.

    `remainder` has the coefficients of the third derivative of q and of the second of ∇f, in the same equation.
    """

    mechanics: Rule
    remainder: Mapping[str, Expr]


def moment(weights: tuple[Expr, ...], n: int, centre: Expr = S.Zero) -> Expr:
    """Σ_j (j − c)ⁿ w_j."""
    return expand(sum(((j - centre) ** n if n else 1) * w for j, w in enumerate(weights)))


def transfer_function(rule: UpdateRule) -> TransferFunction:
    """The recurrence of a rule; of a first step unlike the others, that from the second on.

    `SymlagError` where the update is not linear in the gradients, or hyper-parameters change with the step.
    """
    entering, z = _state_letters(rule), Symbol("z")
    place = {x: i for i, x in enumerate(entering)}
    # The rule is the linear system (z − matrix) · letters = input · g; Cramer's rule gives θ's part of its solution.
    system, drive = z * Matrix.eye(len(entering)), Matrix.zeros(len(entering), 1)
    for x in entering:
        for y, coefficient in rule.linear[x].items():
            c = coefficient.subs(Min(k, 1), S.One)
            if k in c.free_symbols:
                raise SymlagError(
                    rule.name,
                    "its hyper-parameters change with the step",
                    "Use constant hyper-parameters, for example sgd(0.1, 0.9, 0.01).",
                )
            if y == g:
                drive[place[x]] += c
            else:
                system[place[x], place[y.root]] -= c * z**y.age
    response = system.cofactorMatrix().col(place[theta]).dot(drive) / system.det(method="berkowitz")
    b, a = (Poly(part, z) for part in fraction(cancel(together(response))))
    length = max(a.degree(), b.degree()) + 1
    positions, gradients = (
        tuple(cancel(poly.coeff_monomial(z**j) / a.LC()) for j in range(length)) for poly in (a, -b)
    )
    return TransferFunction(positions, gradients)


def continuous_limit(rule: UpdateRule) -> ContinuousLimit:
    """The mechanics m q̈ + μ q̇ + λq + ∇f = 0 that a rule follows in the time h per step, h → 0 at fixed friction μ/m."""
    recurrence = transfer_function(rule)
    h, c = recurrence.step, recurrence.centre

    def taylor(weights: tuple[Expr, ...], n: int) -> Expr:
        """The coefficient of the n-th derivative in the expansion about the centre."""
        return factored(h ** (n - 1) * moment(weights, n, c) / factorial(n))

    mass, friction = taylor(recurrence.positions, 2), taylor(recurrence.positions, 1)
    mechanics = Rule(rule.name, h, mass, friction, recurrence.decay)
    remainder = {"q": taylor(recurrence.positions, 3), "gradient": taylor(recurrence.gradients, 2)}
    return ContinuousLimit(mechanics, remainder)


def _state_letters(rule: UpdateRule) -> tuple[Letter, ...]:
    """The letters that θ depends on, itself included; `SymlagError` where one is not linear."""
    found, waiting = set[Letter](), {theta}
    while waiting:
        found |= waiting
        for x in waiting & {*rule.opaque}:
            raise SymlagError(
                f"{x}.new = {rule.opaque[x]}", "it is not linear in the gradient", "Use sgd(), nesterov() or sgdw()."
            )
        waiting = {y.root for x in waiting for y in rule.linear[x]} - found - {g}
    return tuple(x for x in rule.linear if x in found)
