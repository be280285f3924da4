"""First integrals that are polynomials in the momenta, and the hidden symmetries behind them.

A charge C = Σ f_m(q) pᵐ of degree s belongs to the symmetry that moves q by ∂C/∂p: linear in p to a point symmetry, of
higher degree to one that depends on the velocities, as that of Laplace, Runge and Lenz does. It is constant where

    Σ_m (D f_m) pᵐ + f_m (D_t + γ)pᵐ = 0,    D = ∂_t + q̇·∂_q,    (D_t + γ)p = ∂L/∂q,

for all q̇. These are determining equations for the f_m, and are counted and solved as those of point symmetries are.
The leading f_m are the components of a Killing tensor of the mass metric, which does not know of the potential.

>>> from symlag.calculus.jets import coordinates
>>> x, y = coordinates("x y")
>>> charges = integrals(Lagrangian((x.dot**2 + y.dot**2) / 2, x**2 / 2 + y**2 / 2), 2)
>>> charges.verdict, charges[-1], x * y + x.dot * y.dot in charges
('5, complete, proved', x*y.dot - x.dot*y, True)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, overload

from sympy import Add, Expr, Mul

from symlag.calculus.differential_operators import gradient
from symlag.calculus.jets import jets, t
from symlag.calculus.zero_test import vanishes
from symlag.symmetry.determining_equations.analysis import analyse, verdict
from symlag.symmetry.determining_equations.ansatz import DEFAULT_ANSATZ, Ansatz
from symlag.symmetry.determining_equations.ansatz_search import explicit_solutions
from symlag.symmetry.determining_equations.equations import System, Term, flow, operator, require_first_order
from symlag.symmetry.generator_normal_form import primitive_part
from symlag.symmetry.modular.power_series import monomials
from symlag.variational.lagrangian import Lagrangian

Exponents = tuple[int, ...]


@dataclass(frozen=True)
class Integrals(Sequence[Expr]):
    """The first integrals up to a degree in the momenta: a sequence of charges, and how many there are at most.

    Attributes
    ----------
    lagrangian : Lagrangian
        The action.
    degree : int
        The highest degree in the momenta.
    charges : tuple of Expr
        The charges, in coordinates and velocities. The object itself is a sequence of them: it has a length, is
        iterated and indexed, and a slice is a tuple of charges.
    bound : int or None
        The certified greatest number of charges; None where there is no bound.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> x, y = coordinates("x y")
    >>> found = integrals(Lagrangian((x.dot**2 + y.dot**2) / 2, (x**2 + y**2) / 2), 1)
    >>> len(found), found[0], list(found) == [*found[:1]]
    (1, x*y.dot - x.dot*y, True)
    """

    lagrangian: Lagrangian
    degree: int
    charges: tuple[Expr, ...]
    bound: int | None

    def __len__(self) -> int:
        return len(self.charges)

    @overload
    def __getitem__(self, index: int) -> Expr: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Expr, ...]: ...
    def __getitem__(self, index: int | slice) -> Expr | tuple[Expr, ...]:
        return self.charges[index]

    @property
    def complete(self) -> bool:
        """Whether it is proved that there are no other charges of this degree."""
        return len(self.charges) == self.bound

    @property
    def verdict(self) -> str:
        """What is known of the number of charges, in words."""
        return verdict(len(self.charges), self.bound)


def integrals(L: Lagrangian, degree: int, ansatz: Ansatz = DEFAULT_ANSATZ) -> Integrals:
    """The charges of an action of first order that are polynomials in the momenta.

    Parameters
    ----------
    L : Lagrangian
        An action of first order over coordinates that are numbers, with damping or without, and without forces.
    degree : int
        The highest degree in the momenta.
    ansatz : Ansatz
        What the coefficients f_m are tried as. By default polynomials, of degree 6 and more, in the coordinates and the
        functions that occur in L.

    Returns
    -------
    Integrals
        A sequence of charges, in coordinates and velocities, with `complete` and `verdict`. Of an autonomous action
        these are the charges without explicit time. Under damping C e^Γ is constant. Constants are left out; products
        of charges of lower degree are not.

    Raises
    ------
    SymlagError
        Where L is not of first order, has forces, or has a function that the search does not know.
    CoordinateError
        Where a coordinate is a block or a field.

    References
    ----------
    Hietarinta, Phys. Rep. 147, 87 (1987). Olver, *Applications of Lie Groups to Differential Equations*, §5.3.

    Examples
    --------
    The case of Hénon and Heiles that Sawada and Kotera integrated:

    >>> from symlag.calculus.jets import coordinates
    >>> x, y = coordinates("x y")
    >>> L = Lagrangian((x.dot**2 + y.dot**2) / 2, (x**2 + y**2) / 2 + x**2 * y + y**3 / 3)
    >>> for charge in integrals(L, 2):
    ...     print(charge)
    x**3 + 3*x*y**2 + 3*x*y + 3*x.dot*y.dot
    6*x**2*y + 3*x**2 + 3*x.dot**2 + 2*y**3 + 3*y**2 + 3*y.dot**2
    """
    require_first_order(L)
    p = [gradient(L.density, q.dot) for q in L.coordinates]
    autonomous = L.damping == 0 and not L.density.has(t)
    variables = L.coordinates if autonomous else (t, *L.coordinates)
    solutions: list[Expr] = []
    bound: int | None = 0
    for powers in _exponents_by_parity(L, degree):
        system = _equations(L, p, powers, variables)
        analysis = analyse(system)
        bound = None if bound is None or analysis.bound is None else bound + analysis.bound
        leading = _leading_candidates(L, powers) if autonomous else {}
        coefficients = explicit_solutions(system, analysis, [L.density, L.damping], ansatz, leading)
        solutions += [primitive_part(Add(*(f * _power(p, m) for m, f in parts.items()))) for parts in coefficients]
    charges = tuple(C for C in solutions if jets(C))
    bound = None if bound is None else bound - len(solutions) + len(charges)
    return Integrals(L, degree, tuple(map(L.notation.to_functions, charges)), bound)


def _leading_candidates(L: Lagrangian, powers: Sequence[Exponents]) -> dict[Exponents, list[Expr]]:
    """The functions that the leading coefficients, a Killing tensor, are made of: those of the metric."""
    metric = [gradient(gradient(L.density, a.dot), b.dot) for a in L.coordinates for b in L.coordinates]
    if any(jet != jet.root for jet in jets(*metric)):
        return {}
    top = max(map(sum, powers))
    return {m: metric for m in powers if sum(m) == top}


def _exponents_by_parity(L: Lagrangian, degree: int) -> list[list[Exponents]]:
    """The exponents of momenta; where motion is reversible, even and odd ones apart, for they do not mix."""
    powers = [m for s in reversed(range(degree + 1)) for m in monomials(len(L.coordinates), s)]
    reverse = {q.dot: -q.dot for q in L.coordinates}
    if L.damping != 0 or not vanishes(L.density - L.density.xreplace(reverse)):
        return [powers]
    return [[m for m in powers if sum(m) % 2 == parity] for parity in (0, 1)]


def _equations(L: Lagrangian, p: Sequence[Expr], powers: Sequence[Exponents], variables: Sequence[Any]) -> System:
    """The one equation for all coefficients f_m."""
    forces = [gradient(L.density, q) for q in L.coordinates]
    speeds = flow(L)
    terms: list[Term] = []
    for i, m in enumerate(powers):
        # (D_t + γ)pᵐ = Σ_a m_a p^{m−1_a} ∂L/∂q_a + (1 − |m|)γ pᵐ.
        lowered = {a: tuple(e - (a == b) for b, e in enumerate(m)) for a in range(len(m)) if m[a]}
        rate = [m[a] * forces[a] * _power(p, rest) for a, rest in lowered.items()]
        terms.append((i, (), Add(*rate, (1 - sum(m)) * L.damping * _power(p, m))))
        terms += [(i, (z,), speeds[z] * _power(p, m)) for z in variables]
    return System(tuple(variables), tuple(powers), (operator(tuple(variables), terms),))


def _power(p: Sequence[Expr], m: Exponents) -> Expr:
    return Mul(*(factor**e for factor, e in zip(p, m, strict=True)))
