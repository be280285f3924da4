"""The equations of motion of a Lagrangian, its momenta, its energy and its Hamiltonian.

**Definitions.** With the factor e^Γ of damping divided out, E_q = Σ_k (−D_t − γ)ᵏ ∂L/∂q^(k) + F + Σ λ_i A_iq is zero on
the motion, A_i being the rows of the constraints and λ_i their multipliers (`constraints`); the momenta of Ostrogradsky
are p_k = Σ_j (−D_t − γ)ʲ ∂L/∂q^(k+1+j), that is ∂L/∂q̇ for first order; the energy is Σ ⟨p_k, q^(k+1)⟩ − L. The
equations are solved for the highest derivatives by the mass matrix ∂²L/∂q̇∂q̇ (`explicit_motion`).

>>> from symlag.calculus.jets import coordinates
>>> from sympy import symbols
>>> x = coordinates("x")
>>> m, k, gamma = symbols("m k gamma", positive=True)
>>> L = Lagrangian(m * x.dot**2 / 2, k * x**2 / 2, damping=gamma)
>>> euler_lagrange(L)
{x: -gamma*m*x.dot - k*x - m*x.dot.dot}
>>> accelerations(L)
{x.dot.dot: -gamma*x.dot - k*x/m}
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from sympy import Add, Expr, Symbol, ZeroMatrix

from symlag.calculus.arguments import require_instance
from symlag.calculus.differential_operators import (
    add,
    damped_total,
    eulers,
    gradient,
    pairing,
    total,
)
from symlag.calculus.jets import Block, highest_order, jets, t
from symlag.calculus.normal_form import normal_form
from symlag.calculus.zero_test import vanishes
from symlag.errors import CoordinateError, SymlagError
from symlag.variational.block_motion import solve_for_blocks
from symlag.variational.constraints import depend_where_they_hold
from symlag.variational.explicit_motion import DEGENERATE, raised, solve_for_leading, solve_regular
from symlag.variational.lagrangian import Lagrangian

DEPENDENT = (
    "the constraints depend on each other where they hold, or leave a motion free, and nothing determines the forces",
    "constraints that are independent where they hold, each with a gradient that is not zero there",
)


def euler_lagrange(L: Lagrangian) -> dict[Any, Any]:
    """The Euler–Lagrange expressions E = ∂L/∂q − (D_t + γ)∂L/∂q̇ + F + Σ λ_i A_i, which are zero on the motion.

    Parameters
    ----------
    L : Lagrangian
        The mechanics.

    Returns
    -------
    dict
        E for each coordinate, in its shape; 0 for one that may move as it likes. Then for each multiplier λ_i, named
        lambda_1 and so on, the constraint that it stands for: where that is holonomic, the equation of λ_i itself.

    Raises
    ------
    SymlagError
        Where an equation contradicts itself: E is not zero, and nothing in it moves.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> x = coordinates("x")
    >>> euler_lagrange(Lagrangian(x.dot**2 / 2, x**4))
    {x: -4*x**3 - x.dot.dot}
    >>> y = coordinates("y")
    >>> euler_lagrange(Lagrangian((x.dot**2 + y.dot**2) / 2, y, constraints=x**2 + y**2 - 1))
    {x: 2*lambda_1*x - x.dot.dot, y: 2*lambda_1*y - y.dot.dot - 1, lambda_1: x**2 + y**2 - 1}
    """
    equations = _equations(mechanics(L))
    for q, equation in equations.items():
        if not jets(equation) and not vanishes(equation):
            raise SymlagError(
                f"L = {L.density}", f"the equation of {q} reads {equation} = 0", "an L that some motion obeys"
            )
    return {L.notation.to_functions(q): L.notation.to_functions(e) for q, e in equations.items()}


def momenta(L: Lagrangian) -> dict[Any, Any]:
    """The momentum ∂L/∂q̇ of each coordinate, and those of Ostrogradsky where L has higher derivatives.

    Parameters
    ----------
    L : Lagrangian
        The mechanics.

    Returns
    -------
    dict
        The momentum p_k of every q^(k) below the highest order, in its shape.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> x = coordinates("x")
    >>> momenta(Lagrangian(x.dot**2)), momenta(Lagrangian(x.dot.dot**2 / 2))
    ({x: 2*x.dot}, {x: -x.dot.dot.dot, x.dot: x.dot.dot})
    """
    to_functions = over_time(L, "momenta").notation.to_functions
    return {to_functions(jet): to_functions(p) for q in L.coordinates for jet, p in ostrogradsky_momenta(L, q).items()}


def energy(L: Lagrangian) -> Expr:
    """The energy Σ⟨p, q̇⟩ − L.

    Parameters
    ----------
    L : Lagrangian
        The mechanics.

    Returns
    -------
    Expr
        In coordinates and velocities.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> x = coordinates("x")
    >>> energy(Lagrangian(x.dot**2 / 2, x**4))
    x**4 + x.dot**2/2
    """
    along_velocities = momentum_along(L, {q: q.dot for q in over_time(L, "energy").coordinates})
    return L.notation.to_functions(normal_form(along_velocities - L.density))


def hamiltonian(L: Lagrangian) -> tuple[Expr, dict[Any, Any]]:
    """The energy in coordinates and momenta.

    Parameters
    ----------
    L : Lagrangian
        Mechanics of numbers, of first order.

    Returns
    -------
    Expr
        H(q, p).
    dict
        The symbol p_q of the momentum of each coordinate q.

    Raises
    ------
    SymlagError
        Where a coordinate is a matrix, or L has higher derivatives or constraints.
    CoordinateError
        Where the momenta do not determine the velocities, or where the coordinates are fields.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> x = coordinates("x")
    >>> hamiltonian(Lagrangian(2 * x.dot**2, x**2))
    (p_x**2/8 + x**2, {x: p_x})
    """
    if over_time(L, "hamiltonian").constraints:
        wrong = "momenta that a constraint ties to each other are no coordinates of phase space"
        raise SymlagError(f"hamiltonian of {L!r}", wrong, "energy(L), or coordinates that obey the constraint")
    names = {q: Symbol(f"p_{q.stem}", real=True) for q in L.coordinates if not isinstance(q, Block)}
    if len(names) < len(L.coordinates) or L.order != 1:
        raise SymlagError(
            f"hamiltonian of {L.density}", "momenta are solved for numbers only", "energy(L), or scalar coordinates"
        )
    rates = solve_regular({q.dot: gradient(L.density, q.dot) - p for q, p in names.items()})
    total = Add(*(p * rates[q.dot] for q, p in names.items())) - L.density.xreplace(rates)
    return L.notation.to_functions(normal_form(total)), {L.notation.to_functions(q): p for q, p in names.items()}


def accelerations(L: Lagrangian) -> dict[Any, Any]:
    """The highest derivatives, solved from the equations of motion and the constraints.

    Parameters
    ----------
    L : Lagrangian
        The mechanics, over time.

    Returns
    -------
    dict
        From q̈, or the highest derivative of each coordinate in the equations, to its value on the motion: for
        L = xẏ − H(x, y) these are ẋ and ẏ, and for a coordinate without any derivative it is the coordinate itself.

    Raises
    ------
    CoordinateError
        Where the equations leave a motion free, or where the constraints depend on each other.
    SymlagError
        Where the equations contradict each other, or are not linear in the highest derivatives.

    Notes
    -----
    Constraints enter by their second rates, as the augmented system over accelerations and multipliers, and so hold at
    all times where they and their rates hold at one. What degenerate equations say of positions and velocities is
    treated alike.

    References
    ----------
    Hairer and Wanner, *Solving Ordinary Differential Equations II*, §VII.1.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> x, y = coordinates("x y")
    >>> accelerations(Lagrangian(x.dot**2, x**4))
    {x.dot.dot: -2*x**3}
    >>> accelerations(Lagrangian((x.dot**2 + y.dot**2) / 2, y, constraints=x - y))
    {x.dot.dot: -1/2, y.dot.dot: -1/2}
    """
    motion = _explicit_motion(over_time(L, "accelerations"))
    return {L.notation.to_functions(u): L.notation.to_functions(a) for u, a in motion.items() if u not in L.multipliers}


def multipliers(L: Lagrangian) -> dict[Any, Any]:
    """The multiplier of each constraint on the motion, the strength of the force that holds it.

    Parameters
    ----------
    L : Lagrangian
        Mechanics with constraints.

    Returns
    -------
    dict
        From λ_i, named lambda_1 and so on, to its value in coordinates and velocities; the force of the constraint g on
        q is λ_i ∂g/∂q where it is holonomic, and λ_i ∂g/∂q̇ where it is one of velocities.

    Raises
    ------
    CoordinateError
        Where the constraints depend on each other, so that their forces are not determined.
    SymlagError
        Where there is no constraint, or where the equations contradict each other.

    References
    ----------
    Goldstein, Poole and Safko, *Classical Mechanics*, §2.4.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> x, y = coordinates("x y")
    >>> multipliers(Lagrangian((x.dot**2 + y.dot**2) / 2, y, constraints=x - y))
    {lambda_1: -1/2}
    """
    if not over_time(L, "multipliers").constraints:
        raise SymlagError(f"multipliers of {L!r}", "it has no constraints", "Lagrangian(T, V, constraints=g)")
    motion, to_functions = _explicit_motion(L), L.notation.to_functions
    return {to_functions(multiplier): to_functions(motion[multiplier]) for multiplier in L.multipliers}


def regular_accelerations(L: Lagrangian) -> dict[Any, Expr]:
    """q̈ of numbers, in jets, through a regular mass matrix; `CoordinateError` where that is degenerate."""
    return solve_regular({q.dot.dot: e for q, e in _equations(L).items()})


def mechanics(L: Lagrangian) -> Lagrangian:
    """The Lagrangian itself; `SymlagError` where a bare expression was given."""
    return require_instance("mechanics of", L, Lagrangian, "Lagrangian(T, V), or Lagrangian(L) of a whole L")


def over_time(L: Lagrangian, verb: str) -> Lagrangian:
    """The Lagrangian itself; `CoordinateError` where its coordinates are fields."""
    if any(q.base != (t,) for q in mechanics(L).coordinates):
        raise CoordinateError(
            f"{verb} of fields {', '.join(map(str, L.coordinates))}",
            "a field has a density at every place, and no single value",
            "coordinates of time alone, or euler_lagrange(L), which fields have",
        )
    return L


def require_velocities(L: Lagrangian) -> None:
    """`CoordinateError` for a coordinate whose velocity does not occur in the energies."""
    for q in _without_velocity(L):
        raise _nothing_moves(q)


def require_moving(L: Lagrangian) -> None:
    """`CoordinateError` for a coordinate without velocity that meets no other, as a multiplier does."""
    for q in _without_velocity(L):
        if all(jet.root == q for jet in jets(gradient(L.density, q))):
            raise _nothing_moves(q)


def _without_velocity(L: Lagrangian) -> list[Any]:
    moving = {jet.root for jet in jets(L.density) if sum(jet.order)}
    return [q for q in mechanics(L).coordinates if q not in moving]


def _nothing_moves(q: Any) -> CoordinateError:
    wrong = "its velocity does not occur in T, so that nothing moves it"
    return CoordinateError(str(q), wrong, f"T with {q}.dot in it")


def ostrogradsky_momenta(L: Lagrangian, coordinate: Any) -> dict[Any, Any]:
    """The momenta p_k = Σ_j (−D−γ)ʲ ∂L/∂q^(k+1+j) of q, q̇, …, computed from the top order down."""
    tower = [coordinate]
    for _ in range(highest_order(L.density, of=coordinate)):
        tower.append(tower[-1].dot)
    momenta: dict[Any, Any] = {}
    for lower, jet in reversed([*pairwise(tower)]):
        # A potential without the jet is left alone: to differentiate a long one for nothing takes long.
        p = gradient(L.density if jet in jets(L.potential) else L.kinetic, jet)
        momenta[lower] = add([p, -damped_total(momenta[jet], L.damping)], jet) if jet in momenta else p
    return dict(reversed(momenta.items()))


def momentum_along(L: Lagrangian, moves: Mapping[Any, Any]) -> Expr:
    """Σ_q Σ_k ⟨p_k, Dᵏζ⟩, the momenta of Ostrogradsky paired with a move ζ of each coordinate and its derivatives."""
    momenta: dict[Any, Any] = {}
    rates: dict[Any, Any] = {}
    for q, move in moves.items():
        if move == 0 or isinstance(move, ZeroMatrix):
            continue
        for jet, p in ostrogradsky_momenta(L, q).items():
            momenta[jet] = p
            rates[jet] = move if jet == q else total(rates[jet.at((jet.order[0] - 1,))])
    return pairing(momenta, rates)


def _equations(L: Lagrangian) -> dict[Any, Any]:
    """E_q of every coordinate, and of every multiplier its constraint."""
    equations = eulers(L.density, L.coordinates, L.damping)
    for forces in (L.generalized_forces, L.constraint_forces):
        equations |= {q: add([equations[q], force], q) for q, force in forces.items()}
    return {**equations, **dict(zip(L.multipliers, L.constraints, strict=True))}


def _explicit_motion(L: Lagrangian) -> dict[Any, Any]:
    """The highest derivatives of the coordinates, and the multipliers."""
    equations = _equations(L)
    blocks = {q: e for q, e in equations.items() if isinstance(q, Block)}
    if not blocks:
        if depend_where_they_hold(L.constraints, L.coordinates):
            raise CoordinateError(f"constraints = {L.constraints}", *DEPENDENT)
        motion = solve_for_leading(equations, [*equations], DEPENDENT if L.constraints else DEGENERATE)
        return {u: motion[u] for q in equations for u in motion if u.root == q}
    require_velocities(L)
    scalars = [q for q in equations if q not in blocks and q not in L.multipliers]
    solved = solve_for_leading({q: equations[q] for q in scalars}, scalars) if scalars else {}
    solved |= solve_for_blocks({q.at((2 * highest_order(L.density, of=q),)): e for q, e in blocks.items()})
    unsolved = set(jets(*solved.values())) & set(solved)
    if unsolved:
        names = ", ".join(map(str, jets(*unsolved)))
        raise CoordinateError(names, "their coordinates share a term of T", "T as a sum over blocks")
    return _constrained(L, solved) if L.constraints else solved


def _constrained(L: Lagrangian, motion: Mapping[Any, Any]) -> dict[Any, Any]:
    """The motion under constraints, given how each highest derivative depends on their multipliers."""
    rates = [raised(g, list(motion), L.coordinates) for g in L.constraints]
    strengths = solve_regular(
        {multiplier: rate.xreplace(motion) for multiplier, rate in zip(L.multipliers, rates, strict=True)}, DEPENDENT
    )
    return {u: normal_form(a.xreplace(strengths)) for u, a in motion.items()} | strengths
