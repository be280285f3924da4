"""Determining equations: what the coefficients of a generator must satisfy.

A charge is C = Σ f_i φ_i, with coefficients f_i(t, q) and the functions φ = p_a, −H and −1 that belong to ξᵃ, τ and
the boundary term B. On the motion (D_t + γ)φ_i = ψ_i with known ψ_i, so that (D_t + γ)C = 0 just where

    Σ_i (D f_i) φ_i + f_i ψ_i = 0,    D = ∂_t + q̇·∂_q,    ψ = ∂L/∂q_a,  ∂L/∂t + γL,  −γ,

for all t, q, q̇: one linear equation of first order without any acceleration in it (`balance`). This is
XL + (D_tτ + γτ)L = (D_t + γ)B, the condition of Bessel-Hagen 1921. Euler's operator removes B (`invariance`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Any

from sympy import Add, Expr, S, Symbol

from symlag.calculus.jets import Block, Jet, t
from symlag.calculus.operators import directional, gradient
from symlag.errors import CoordinateError, SymlagError
from symlag.variational.lagrangian import Lagrangian

Operator = Mapping[tuple[int, tuple[int, ...]], Expr]


@dataclass(frozen=True)
class System:
    """Linear equations Σ a_iα ∂^α f_i = 0 for functions f_i of the variables, with all other jets arbitrary.

    An equation maps (i, α) to a_iα. `moved` says what f_i is the coefficient of: a coordinate, t, or None for what is
    no part of the generator.
    """

    variables: tuple[Symbol, ...]
    moved: tuple[Any, ...]
    equations: tuple[Operator, ...]

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        """The symbols that are neither variables nor jets."""
        free = self._present - set(self.variables)
        return tuple(sorted((s for s in free if not isinstance(s, Jet)), key=str))

    @property
    def cyclic(self) -> tuple[Symbol, ...]:
        """The variables that no coefficient depends on: shifting them keeps the solutions."""
        return tuple(z for z in self.variables if z not in self._present)

    @property
    def _present(self) -> set[Symbol]:
        return set().union(*(a.free_symbols for equation in self.equations for a in equation.values()))

    @property
    def reach(self) -> int:
        """The order of the highest derivative."""
        return max((sum(alpha) for equation in self.equations for _, alpha in equation), default=0)


def admit(L: Lagrangian) -> None:
    """Refuses what is not an action over numbers without forces."""
    if any(isinstance(q, Block) or len(q.base) > 1 for q in L.coordinates):
        raise CoordinateError(
            str(L.coordinates), "the search is for coordinates of time that are numbers", "coordinates('x y')"
        )
    if L.forces or not L.order:
        raise SymlagError(f"L = {L.density}", "an action has velocities in it and no forces", "T, V and damping")


def admit_first_order(L: Lagrangian) -> None:
    """Refuses what is not an action of first order over numbers without forces."""
    admit(L)
    if L.order != 1:
        raise SymlagError(f"L = {L.density}", "it is of higher order", "an L in coordinates and velocities alone")


def balance(L: Lagrangian) -> System:
    """The equation of all τ, ξ and B of an L of first order.

    >>> from symlag.calculus.jets import coordinates
    >>> x = coordinates("x")
    >>> system = balance(Lagrangian(x.dot**2 / 2))
    >>> system.moved, system.equations[0][1, (0, 1)]
    ((t, x, None), x.dot**2)
    """
    terms = [
        term for i, pair in enumerate([*_charges(L), (S.NegativeOne, -L.damping)]) for term in _flowing(L, i, *pair)
    ]
    return System(variables(L), (*variables(L), None), (equation_of(terms),))


def invariance(L: Lagrangian) -> System:
    """The equations of all τ and ξ of an L of first order, B eliminated.

    With Δ = ∂_t + q̇·∂_q + γ, Euler's operator applied to fψ + (Df)φ gives, without an acceleration,
    f(ψ_b − Δψ_ḃ) + Df(φ_b − ψ_ḃ − Δφ_ḃ) + f_b(ψ − Δφ) − (D²f)φ_ḃ, and with the acceleration of q_a
    f ψ_ȧḃ + Df φ_ȧḃ + f_a φ_ḃ + f_b φ_ȧ.
    """
    charges = _charges(L)
    still = [
        equation_of(term for i, pair in enumerate(charges) for term in _at_rest(L, i, *pair, b)) for b in L.coordinates
    ]
    driven = [
        equation_of(term for i, pair in enumerate(charges) for term in _accelerated(L, i, *pair, a, b))
        for a, b in combinations_with_replacement(L.coordinates, 2)
    ]
    return System(variables(L), variables(L), tuple(equation for equation in (*driven, *still) if equation))


def _charges(L: Lagrangian) -> list[tuple[Expr, Expr]]:
    """φ and ψ of τ and of every ξ."""
    slopes = {q: (gradient(L.density, q.dot), gradient(L.density, q)) for q in L.coordinates}
    lost = L.density - Add(*(q.dot * p for q, (p, _) in slopes.items()))
    return [(lost, gradient(L.density, t) + L.damping * L.density), *slopes.values()]


def _flowing(L: Lagrangian, i: int, phi: Expr, psi: Expr) -> Iterator[tuple[Any, Expr]]:
    yield (i, no(L)), psi
    for z, slope in flow(L).items():
        yield (i, one(L, z)), slope * phi


def _at_rest(L: Lagrangian, i: int, phi: Expr, psi: Expr, b: Any) -> Iterator[tuple[Any, Expr]]:
    steep, steeper = gradient(phi, b.dot), gradient(psi, b.dot)
    yield (i, no(L)), gradient(psi, b) - _delta(L, steeper)
    yield (i, one(L, b)), psi - _delta(L, phi)
    along = gradient(phi, b) - steeper - _delta(L, steep)
    for z, slope in flow(L).items():
        yield (i, one(L, z)), slope * along
        for y, other in flow(L).items():
            yield (i, sum_of(one(L, z), one(L, y))), -slope * other * steep


def _accelerated(L: Lagrangian, i: int, phi: Expr, psi: Expr, a: Any, b: Any) -> Iterator[tuple[Any, Expr]]:
    yield (i, no(L)), gradient(gradient(psi, a.dot), b.dot)
    yield (i, one(L, a)), gradient(phi, b.dot)
    yield (i, one(L, b)), gradient(phi, a.dot)
    bent = gradient(gradient(phi, a.dot), b.dot)
    for z, slope in flow(L).items():
        yield (i, one(L, z)), slope * bent


def _delta(L: Lagrangian, expression: Expr) -> Expr:
    """(∂_t + q̇·∂_q + γ) of a function of t, q and q̇."""
    return directional(expression, flow(L)) + L.damping * expression


def variables(L: Lagrangian) -> tuple[Any, ...]:
    """What coefficients of point generators depend on."""
    return (t, *L.coordinates)


def flow(L: Lagrangian) -> dict[Any, Expr]:
    """How fast each variable moves."""
    return {t: S.One} | {q: q.dot for q in L.coordinates}


def no(L: Lagrangian) -> tuple[int, ...]:
    """The exponents of no derivative."""
    return (0,) * len(variables(L))


def one(L: Lagrangian, variable: Any) -> tuple[int, ...]:
    """The exponents of one derivative."""
    return tuple(int(z == variable) for z in variables(L))


def sum_of(left: Sequence[int], right: Sequence[int]) -> tuple[int, ...]:
    """The exponents of one derivative after another."""
    return tuple(a + b for a, b in zip(left, right, strict=True))


def equation_of(terms: Iterable[tuple[tuple[int, tuple[int, ...]], Expr]]) -> Operator:
    """One equation, the terms of each derivative collected."""
    equation: dict[tuple[int, tuple[int, ...]], Expr] = {}
    for place, term in terms:
        equation[place] = equation.get(place, S.Zero) + term
    return {place: term for place, term in equation.items() if term != 0}
