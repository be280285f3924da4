"""Derivatives of the unknown functions that are zero, by the equations with constant coefficients alone.

Most of the determining equations of an ordinary Lagrangian are as those of a free particle: ∂τ/∂x = 0, ∂ξ/∂x = ½ ∂τ/∂t
and so on. A consequence Σ_γ c_γ ∂^γ E = ∂^α f of equations E with constant coefficients holds at every point, and so do
its derivatives: all Taylor coefficients of f beyond α are zero, and need not be written down (`solution_dimension`).

>>> from symlag.calculus.jets import coordinates
>>> from symlag.symmetry.determining_equations.equations import bessel_hagen_equation
>>> from symlag.symmetry.determining_equations.separation import separate
>>> from symlag.symmetry.modular.linear_algebra import PRIMES
>>> from symlag.variational.lagrangian import Lagrangian
>>> x = coordinates("x")
>>> system = separate(bessel_hagen_equation(Lagrangian(x.dot**2 / 2, x**4)))
>>> VanishingDerivatives.of(system, Specialization(PRIMES[0], {}, system.variables)).minimal
{0: ((0, 1),), 1: ((0, 2),)}
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import add

from symlag.symmetry.determining_equations.equations import System
from symlag.symmetry.determining_equations.taylor import (
    DerivativeTerm,
    Exponents,
    all_derivative_terms,
    coefficient_rows,
    derivative_term,
    expanded,
    taylor_coefficient,
)
from symlag.symmetry.modular.linear_algebra import Echelon
from symlag.symmetry.modular.power_series import monomials
from symlag.symmetry.modular.specialization import Specialization

# Consequences are sought among derivatives of the equations of up to this order.
ORDER = 2


@dataclass(frozen=True)
class VanishingDerivatives:
    """For each unknown function f_i the least α, in every direction, with ∂^α f_i = 0.

    `others` are the α of each degree with ∂^α f_i ≠ 0, `terms` the terms of derivatives, as far as they were asked for.
    """

    variables: int
    minimal: Mapping[int, tuple[Exponents, ...]]
    others: dict[tuple[int, int], tuple[Exponents, ...]] = field(default_factory=dict, compare=False, repr=False)
    terms: dict[tuple[Exponents, int, int], Sequence[DerivativeTerm]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @classmethod
    def of(cls, system: System, at: Specialization) -> VanishingDerivatives:
        """Those that follow from the equations whose coefficients do not depend on the point."""
        moving = {*system.variables, *system.fibre}
        constant = tuple(e for e in system.equations if not any(a.free_symbols & moving for a in e.values()))
        n, echelon = len(system.variables), Echelon(at.prime)
        equations = expanded(replace(system, equations=constant), replace(at, order=ORDER, cache={}))
        for degree in range(ORDER + 1):
            for equation in equations:
                for row in coefficient_rows(equation, n, degree):
                    echelon.insert(row)
        minimal: defaultdict[int, list[Exponents]] = defaultdict(list)
        for pivot in sorted(echelon.rows):
            unknown, alpha = taylor_coefficient(pivot, n)
            if not _beyond(alpha, minimal[unknown]) and not echelon.reduce({pivot: 1}):
                minimal[unknown].append(alpha)
        return cls(n, {i: tuple(alphas) for i, alphas in sorted(minimal.items()) if alphas})

    def __contains__(self, number: int) -> bool:
        """Whether the Taylor coefficient with a column number vanishes."""
        unknown, alpha = taylor_coefficient(number, self.variables)
        return _beyond(alpha, self.minimal.get(unknown, ()))

    def remaining(self, unknown: int, degree: int) -> tuple[Exponents, ...]:
        """The α of one degree with ∂^α f_i ≠ 0."""
        if unknown not in self.minimal:
            return tuple(monomials(self.variables, degree))
        if (unknown, degree) not in self.others:
            steps = [tuple(int(i == j) for j in range(self.variables)) for i in range(self.variables)]
            lower = self.remaining(unknown, degree - 1) if degree else ()
            raised = (tuple(map(add, alpha, step)) for alpha in lower for step in steps)
            every = dict.fromkeys(raised if degree else [(0,) * self.variables])
            self.others[unknown, degree] = tuple(a for a in every if not _beyond(a, self.minimal[unknown]))
        return self.others[unknown, degree]

    def derivative_terms(self, beta: Exponents, degree: int, unknown: int) -> Sequence[DerivativeTerm]:
        """The terms of one degree of ∂^β f_i, less those that vanish."""
        if unknown not in self.minimal:
            return all_derivative_terms(beta, degree, unknown)
        if (beta, degree, unknown) not in self.terms:
            self.terms[beta, degree, unknown] = [
                derivative_term(beta, alpha, unknown)
                for alpha in self.remaining(unknown, degree + sum(beta))
                if all(a >= b for a, b in zip(alpha, beta, strict=True))
            ]
        return self.terms[beta, degree, unknown]


def _beyond(alpha: Exponents, minimal: Sequence[Exponents]) -> bool:
    """Whether a derivative is one of some that vanish, or a derivative of these."""
    return any(all(a >= b for a, b in zip(alpha, beta, strict=True)) for beta in minimal)
