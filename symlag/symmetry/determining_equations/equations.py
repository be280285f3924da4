"""Determining equations: what the coefficients of a generator must satisfy.

Let X = τ∂_t + ξᵃ∂_a act on an action ∫ e^Γ L dt with Γ̇ = γ. By Noether's theorem X is a symmetry, with a boundary term
B, just where XL + (D_tτ + γτ)L = (D_t + γ)B (Bessel-Hagen 1921). The charge is C = Σ f_i φ_i, with coefficients f_i(t,
q), which are τ, ξᵃ and B, and the functions φ = −H, p_a and −1 of t, q and q̇. On the motion (D_t + γ)φ_i = ψ_i, where
ψ is ∂L/∂t + γL, ∂L/∂q_a and −γ. So (D_t + γ)C = 0 just where

    Σ_i (D f_i) φ_i + f_i ψ_i = 0,    D = ∂_t + q̇·∂_q,

for all t, q, q̇: one linear equation of first order for the f_i, without any acceleration (`bessel_hagen_equation`).
Euler's operator removes B from it (`invariance_equations`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement
from typing import Any

from sympy import Add, Expr, S, Symbol

from symlag.calculus.differential_operators import directional, gradient
from symlag.calculus.jets import Block, Jet, t
from symlag.errors import CoordinateError, SymlagError
from symlag.symmetry.modular.constants import Constants
from symlag.variational.lagrangian import Lagrangian

# Σ a_iα ∂^α f_i as a map from (i, α) to a_iα.
Operator = Mapping[tuple[int, tuple[int, ...]], Expr]

# A term of an operator: the number of the unknown function, the variables it is differentiated by, the coefficient.
Term = tuple[int, tuple[Any, ...], Expr]


@dataclass(frozen=True)
class System:
    """Linear equations Σ a_iα ∂^α f_i = 0 for functions f_i of the variables, with all other jets arbitrary.

    `unknowns` says what f_i is the coefficient of: a coordinate, t, or None for what is no part of the generator.
    """

    variables: tuple[Symbol, ...]
    unknowns: tuple[Any, ...]
    equations: tuple[Operator, ...]

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        """The symbols that are neither variables nor jets."""
        free = self._symbols - set(self.variables)
        return tuple(sorted((s for s in free if not isinstance(s, Jet)), key=str))

    @cached_property
    def constants(self) -> Constants:
        """The irrational numbers in the coefficients."""
        return Constants.of(a for equation in self.equations for a in equation.values())

    @property
    def free(self) -> tuple[Expr, ...]:
        """The parameters, and the numbers that are free as these are."""
        return (*self.parameters, *self.constants.parameters)

    @property
    def fibre(self) -> tuple[Jet, ...]:
        """The jets that are no variables: velocities as a rule."""
        return tuple(sorted((s for s in self._symbols - set(self.variables) if isinstance(s, Jet)), key=str))

    @property
    def order(self) -> int:
        """The order of the highest derivative."""
        return max((sum(alpha) for equation in self.equations for _, alpha in equation), default=0)

    @cached_property
    def _symbols(self) -> set[Symbol]:
        return set().union(*(a.free_symbols for equation in self.equations for a in equation.values()))


def require_particles(L: Lagrangian, *, forced: bool = False) -> None:
    """Refuse what is not an action over coordinates that are numbers, without constraints, and forces if not forced."""
    if any(isinstance(q, Block) or len(q.base) > 1 for q in L.coordinates):
        raise CoordinateError(
            str(L.coordinates),
            "the search for symmetries takes coordinates of time that are numbers",
            "coordinates('x y')",
        )
    unforced = {} if forced else {"dissipation": L.friction}
    for kind, parts in {"constraints": L.constraints, "given motions": L.given, **unforced}.items():
        if parts:
            raise SymlagError(
                f"L = {L.density} with {kind}",
                f"symmetries of a mechanics with {kind} are not searched for",
                "Try one by noether(L, X).",
            )
    if L.forces and not forced:
        raise SymlagError(
            f"L = {L.density} with forces",
            "only an action without forces has symmetries to search for",
            "symmetries_of_motion(L)",
        )
    if not L.order:
        raise SymlagError(
            f"L = {L.density}",
            "an action has velocities in it",
            "Give a kinetic energy that depends on a velocity such as x.dot.",
        )


def require_first_order(L: Lagrangian, *, forced: bool = False) -> None:
    """Refuse what is not an action of first order over coordinates that are numbers, and forces if not forced."""
    require_particles(L, forced=forced)
    if L.order != 1:
        raise SymlagError(
            f"L = {L.density}",
            "the Lagrangian is of higher order",
            "Give a Lagrangian in coordinates and velocities alone.",
        )


def bessel_hagen_equation(L: Lagrangian) -> System:
    """The equation of all τ, ξ and B of an L of first order.

    >>> from symlag.calculus.jets import coordinates
    >>> x = coordinates("x")
    >>> system = bessel_hagen_equation(Lagrangian(x.dot**2 / 2))
    >>> system.unknowns, system.equations[0][1, (0, 1)]
    ((t, x, None), x.dot**2)
    """
    terms: list[Term] = []
    for i, (phi, psi) in enumerate([*_charges(L), (S.NegativeOne, -L.damping)]):
        terms.append((i, (), psi))
        terms += [(i, (z,), speed * phi) for z, speed in flow(L).items()]
    z = variables(L)
    return System(z, (*z, None), (operator(z, terms),))


def invariance_equations(L: Lagrangian) -> System:
    """The equations of all τ and ξ of an L of first order, B eliminated.

    With Δ = ∂_t + q̇·∂_q + γ, Euler's operator applied to fψ + (Df)φ gives, without an acceleration,
    f(ψ_b − Δψ_ḃ) + Df(φ_b − ψ_ḃ − Δφ_ḃ) + f_b(ψ − Δφ) − (D²f)φ_ḃ, and with the acceleration of q_a
    f ψ_ȧḃ + Df φ_ȧḃ + f_a φ_ḃ + f_b φ_ȧ. Both vanish for all t, q, q̇.
    """
    charges, speeds, z = _charges(L), flow(L), variables(L)

    def delta(f: Expr) -> Expr:
        return directional(f, speeds) + L.damping * f

    equations: list[Operator] = []
    for a, b in combinations_with_replacement(L.coordinates, 2):
        terms: list[Term] = []
        for i, (phi, psi) in enumerate(charges):
            phi_a, phi_b = gradient(phi, a.dot), gradient(phi, b.dot)
            phi_ab = gradient(phi_a, b.dot)
            terms += [(i, (), gradient(gradient(psi, a.dot), b.dot)), (i, (a,), phi_b), (i, (b,), phi_a)]
            terms += [(i, (y,), speed * phi_ab) for y, speed in speeds.items()]
        equations.append(operator(z, terms))
    for b in L.coordinates:
        terms = []
        for i, (phi, psi) in enumerate(charges):
            phi_b, psi_b = gradient(phi, b.dot), gradient(psi, b.dot)
            terms += [(i, (), gradient(psi, b) - delta(psi_b)), (i, (b,), psi - delta(phi))]
            factor = gradient(phi, b) - psi_b - delta(phi_b)
            terms += [(i, (y,), speed * factor) for y, speed in speeds.items()]
            terms += [(i, (x, y), -v * w * phi_b) for x, v in speeds.items() for y, w in speeds.items()]
        equations.append(operator(z, terms))
    return System(z, z, tuple(equation for equation in equations if equation))


def _charges(L: Lagrangian) -> list[tuple[Expr, Expr]]:
    """φ and ψ of τ and of every ξ."""
    slopes = {q: (gradient(L.density, q.dot), gradient(L.density, q)) for q in L.coordinates}
    minus_hamiltonian = L.density - Add(*(q.dot * p for q, (p, _) in slopes.items()))
    return [(minus_hamiltonian, gradient(L.density, t) + L.damping * L.density), *slopes.values()]


def variables(L: Lagrangian) -> tuple[Any, ...]:
    """The variables of the coefficients of point symmetries: time and the coordinates."""
    return (t, *L.coordinates)


def flow(L: Lagrangian) -> dict[Any, Expr]:
    """The coefficients of D = ∂_t + q̇·∂_q, by variable."""
    return {t: S.One} | {q: q.dot for q in L.coordinates}


def operator(variables: tuple[Any, ...], terms: Iterable[Term]) -> Operator:
    """The operator with the given terms, those of the same derivative collected."""
    total: dict[tuple[int, tuple[int, ...]], Expr] = {}
    for i, derivatives, coefficient in terms:
        place = i, tuple(map(derivatives.count, variables))
        total[place] = total.get(place, S.Zero) + coefficient
    return {place: coefficient for place, coefficient in total.items() if coefficient != 0}


def require_equations(system: System) -> None:
    """`SymlagError` where there is no determining equation, so that everything is a symmetry."""
    if not any(system.equations):
        raise SymlagError(
            "symmetries(L)",
            "L has no equation of motion, so that every motion is a symmetry",
            "Give a Lagrangian whose Euler–Lagrange equations are not empty.",
        )
