"""The equations of motion of a Lagrangian, its momenta, its energy and its Hamiltonian.

**Definitions.** With the factor e^Γ of damping divided out, E_q = Σ_k (−D_t − γ)ᵏ ∂L/∂q^(k) + F is zero on the motion;
the momenta of Ostrogradsky are p_k = Σ_j (−D_t − γ)ʲ ∂L/∂q^(k+1+j), that is ∂L/∂q̇ for first order; the energy is
Σ ⟨p_k, q^(k+1)⟩ − L. Where L is regular, E = 0 is solved for the highest derivatives by the mass matrix ∂²L/∂q̇∂q̇.

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

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from sympy import Add, Expr, Inverse, MatMul, Matrix, S, Symbol, ZeroMatrix
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.arguments import require_instance
from symlag.calculus.differential_operators import (
    add,
    damped_total,
    directional,
    eulers,
    gradient,
    pairing,
    scaled,
    total,
)
from symlag.calculus.jets import Block, highest_order, jets
from symlag.calculus.matrices import constant, normal, zero_like
from symlag.calculus.matrix_words import matrix_of, words
from symlag.calculus.normal_form import normal_form
from symlag.calculus.zero_test import vanishes
from symlag.errors import CoordinateError, SymlagError
from symlag.variational.lagrangian import Lagrangian


def euler_lagrange(L: Lagrangian) -> dict[Any, Any]:
    """The Euler–Lagrange expressions E = ∂L/∂q − (D_t + γ)∂L/∂q̇ + F, which are zero on the motion.

    Parameters
    ----------
    L : Lagrangian
        The mechanics.

    Returns
    -------
    dict
        E for each coordinate, in its shape; 0 for one that may move as it likes.

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
    to_functions = mechanics(L).notation.to_functions
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
    along_velocities = momentum_along(L, {q: q.dot for q in mechanics(L).coordinates})
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
        Where a coordinate is a matrix, or L has higher derivatives.
    CoordinateError
        Where the momenta do not determine the velocities.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> x = coordinates("x")
    >>> hamiltonian(Lagrangian(2 * x.dot**2, x**2))
    (p_x**2/8 + x**2, {x: p_x})
    """
    names = {q: Symbol(f"p_{q.stem}", real=True) for q in mechanics(L).coordinates if not isinstance(q, Block)}
    if len(names) < len(L.coordinates) or L.order != 1:
        raise SymlagError(
            f"hamiltonian of {L.density}", "momenta are solved for numbers only", "energy(L), or scalar coordinates"
        )
    rates = _solved({q.dot: gradient(L.density, q.dot) - p for q, p in names.items()}, [*names.values()])
    total = Add(*(p * rates[q.dot] for q, p in names.items())) - L.density.xreplace(rates)
    return L.notation.to_functions(normal_form(total)), {L.notation.to_functions(q): p for q, p in names.items()}


def accelerations(L: Lagrangian) -> dict[Any, Any]:
    """The highest derivatives, solved from the equations of motion through the mass matrix.

    Parameters
    ----------
    L : Lagrangian
        The mechanics.

    Returns
    -------
    dict
        From q̈, or the highest derivative of each coordinate, to its value on the motion.

    Raises
    ------
    CoordinateError
        Where the mass matrix is degenerate, for example for a coordinate without velocity in T.
    SymlagError
        Where the equations contradict each other.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> x = coordinates("x")
    >>> accelerations(Lagrangian(x.dot**2, x**4))
    {x.dot.dot: -2*x**3}
    """
    require_velocities(L)
    equations = {q.at((2 * highest_order(L.density, of=q),)): e for q, e in _equations(L).items()}
    solved = _solved({jet: e for jet, e in equations.items() if not isinstance(jet, Block)})
    solved |= {jet: _block_acceleration(jet, e) for jet, e in equations.items() if isinstance(jet, Block)}
    unsolved = set(jets(*solved.values())) & set(solved)
    if unsolved:
        names = ", ".join(map(str, jets(*unsolved)))
        raise CoordinateError(names, "their coordinates share a term of T", "T as a sum over blocks")
    return {L.notation.to_functions(q): L.notation.to_functions(a) for q, a in solved.items()}


def mechanics(L: Lagrangian) -> Lagrangian:
    """The Lagrangian itself; `SymlagError` where a bare expression was given."""
    return require_instance("mechanics of", L, Lagrangian, "Lagrangian(T, V), or Lagrangian(L) of a whole L")


def require_velocities(L: Lagrangian) -> None:
    """`CoordinateError` for a coordinate whose velocity does not occur in the energies."""
    for q in mechanics(L).coordinates:
        if not any(jet.root == q and sum(jet.order) for jet in jets(L.density)):
            raise CoordinateError(
                str(q), "its velocity does not occur in T, so that nothing moves it", f"T with {q}.dot in it"
            )


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
    equations = eulers(L.density, L.coordinates, L.damping)
    return {q: add([e, L.forces[q]], q) if q in L.forces else e for q, e in equations.items()}


def _solved(equations: dict[Any, Expr], free: Sequence[Symbol] = ()) -> dict[Any, Expr]:
    """The unknowns that the equations are linear in; jets and the free symbols may have any value."""
    unknowns = list(equations)
    mass = Matrix([[gradient(e, u) for u in unknowns] for e in equations.values()])
    rest = Matrix([e.xreplace(dict.fromkeys(unknowns, S.Zero)) for e in equations.values()])
    names = ", ".join(map(str, unknowns))
    if mass.has(*unknowns):
        raise SymlagError(names, "they do not enter linearly, so that they are not solved for", "T quadratic in them")
    if vanishes(mass.det()):
        _refuse_contradiction(mass, rest, names, free)
        raise CoordinateError(
            names, "the mass matrix is degenerate, they cannot be solved for", "T with every velocity in it"
        )
    return dict(zip(unknowns, map(normal_form, -mass.LUsolve(rest)), strict=True))


def _refuse_contradiction(mass: Matrix, rest: Matrix, names: str, free: Sequence[Symbol]) -> None:
    """`SymlagError` where equations add up to c = 0 for a constant c other than zero."""
    for weights in mass.T.nullspace():
        remainder = normal_form(weights.dot(rest))
        if not jets(remainder) and not remainder.has(*free) and not vanishes(remainder):
            wrong = f"their equations contradict each other, for together they read {remainder} = 0"
            raise SymlagError(names, wrong, "an L that some motion obeys")


def _block_acceleration(unknown: Block, equation: MatrixExpr) -> MatrixExpr:
    """The matrix that makes the equation zero, where it enters times a number, or behind a matrix G."""
    probe = constant("probe", *unknown.shape)
    moved = directional(equation, {unknown: probe})
    if unknown in jets(moved):
        raise CoordinateError(str(unknown.root), "it does not enter linearly", "T quadratic in the velocities")
    rest = normal(equation.xreplace({unknown: zero_like(unknown)}))
    ((word, unit),) = words(probe).items()
    products = words(moved)
    if set(products) == {word}:
        return scaled(-unit / products[word], rest)
    if not products or any(word[-1:] != (probe,) or MatMul(*word[:-1]).has(probe) for word in products):
        raise CoordinateError(
            f"the mass matrix {scaled(S.NegativeOne, moved)}",
            "it is no matrix times the velocities",
            "inner(q.dot, G * q.dot) / 2",
        )
    G = matrix_of({word[:-1]: -c for word, c in products.items()}, (probe.rows, probe.rows))
    return normal(MatMul(Inverse(G), rest))
