"""Charges that are polynomials in the momenta, and the velocity-dependent symmetries behind them.

A charge C = Σ f_m(q) pᵐ of degree s belongs to the symmetry that moves q by ∂C/∂p: linear in p to a point symmetry, of
higher degree to one that depends on the velocities, as that of Laplace, Runge and Lenz does. With pᵐ in place of φ the
equations are those of `determining`: Σ_m (D f_m) pᵐ + f_m (D_t + γ)pᵐ = 0, where (D_t + γ)p = ∂L/∂q.

>>> from symlag.calculus.jets import coordinates
>>> x, y = coordinates("x y")
>>> found = integrals(Lagrangian((x.dot**2 + y.dot**2) / 2, x**2 / 2 + y**2 / 2), 2)
>>> found.verdict, found.charges[-1], x * y + x.dot * y.dot in found.charges
('5, complete, proved', x*y.dot - x.dot*y, True)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sympy import Add, Expr, Mul, S

from symlag.calculus.jets import jets, t
from symlag.calculus.operators import gradient
from symlag.calculus.zero_test import vanishes
from symlag.symmetry.determining.analysis import survey, verdict
from symlag.symmetry.determining.equations import System, admit_first_order
from symlag.symmetry.determining.search import GROWING, Ansatz, search
from symlag.symmetry.modular.power_series import monomials
from symlag.symmetry.readable_generators import whole
from symlag.variational.lagrangian import Lagrangian

Exponents = tuple[int, ...]


@dataclass(frozen=True)
class Integrals:
    """Charges up to a degree in the momenta, in coordinates and velocities, and how many there are at most."""

    lagrangian: Lagrangian
    degree: int
    charges: tuple[Expr, ...]
    bound: int | None

    @property
    def complete(self) -> bool:
        """Whether it is proved that there are no other charges of this degree."""
        return len(self.charges) == self.bound

    @property
    def verdict(self) -> str:
        """What is known of the number of charges, in words."""
        return verdict(len(self.charges), self.bound)


def integrals(L: Lagrangian, degree: int, ansatz: Ansatz = GROWING) -> Integrals:
    """The charges of an action of first order that are polynomials in the momenta of at most the given degree.

    Of an autonomous action those without explicit time. `e^Γ C` is constant under damping. Constants are left out,
    products of charges of lower degree are not. Source: Olver, *Applications of Lie Groups to Differential Equations*,
    §5.3; Hietarinta 1987.
    """
    admit_first_order(L)
    p = [gradient(L.density, q.dot) for q in L.coordinates]
    steady = L.damping == 0 and not L.density.has(t)
    found: list[Expr] = []
    bound: int | None = 0
    for powers in _parities(L, degree):
        system = _system(L, p, powers, L.coordinates if steady else (t, *L.coordinates))
        known = survey(system)
        bound = None if bound is None or known.bound is None else bound + known.bound
        solutions = search(system, known, [L.density, L.damping], ansatz, _leading(L, powers) if steady else {})
        found += [whole(Add(*(f * _power(p, m) for m, f in parts.items()))) for parts in solutions]
    charges = tuple(C for C in found if jets(C))
    return Integrals(L, degree, charges, None if bound is None else bound - len(found) + len(charges))


def _leading(L: Lagrangian, powers: Sequence[Exponents]) -> dict[Exponents, list[Expr]]:
    """What the leading coefficients are made of: Killing tensors of the metric, which know of no potential."""
    metric = [gradient(gradient(L.density, a.dot), b.dot) for a in L.coordinates for b in L.coordinates]
    if any(jet != jet.root for jet in jets(*metric)):
        return {}
    top = max(map(sum, powers))
    return {m: metric for m in powers if sum(m) == top}


def _parities(L: Lagrangian, degree: int) -> list[list[Exponents]]:
    """The exponents of momenta; even and odd ones apart where motion can be reversed."""
    powers = [m for s in reversed(range(degree + 1)) for m in monomials(len(L.coordinates), s)]
    reverse = {q.dot: -q.dot for q in L.coordinates}
    if L.damping != 0 or not vanishes(L.density - L.density.xreplace(reverse)):
        return [powers]
    return [[m for m in powers if sum(m) % 2 == parity] for parity in (0, 1)]


def _system(L: Lagrangian, p: Sequence[Expr], powers: Sequence[Exponents], variables: Sequence[Any]) -> System:
    """The one equation for all coefficients f_m."""
    forces = [gradient(L.density, q) for q in L.coordinates]
    flow = {t: S.One} | {q: q.dot for q in L.coordinates}
    equation: dict[tuple[int, Exponents], Expr] = {}
    for i, m in enumerate(powers):
        equation[i, (0,) * len(variables)] = _rate(L, p, forces, m)
        for at, z in enumerate(variables):
            equation[i, tuple(int(n == at) for n in range(len(variables)))] = flow[z] * _power(p, m)
    return System(tuple(variables), tuple(powers), ({place: a for place, a in equation.items() if a != 0},))


def _rate(L: Lagrangian, p: Sequence[Expr], forces: Sequence[Expr], m: Exponents) -> Expr:
    """(D_t + γ)pᵐ on the motion."""
    driven = [m[a] * force * _power(p, _lowered(m, a)) for a, force in enumerate(forces) if m[a]]
    return Add(*driven, (1 - sum(m)) * L.damping * _power(p, m))


def _lowered(m: Exponents, a: int) -> Exponents:
    return (*m[:a], m[a] - 1, *m[a + 1 :])


def _power(p: Sequence[Expr], m: Exponents) -> Expr:
    return Mul(*(factor**e for factor, e in zip(p, m, strict=True)))
