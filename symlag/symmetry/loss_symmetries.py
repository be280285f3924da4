"""Symmetries of a loss: affine fields along which a potential does not change.

A field ξ is a symmetry of V where Σ ξᵃ ∂V/∂q_a = 0. All of them are found whose coefficients are affine in the
coordinates, for blocks of integer size entry by entry. An unknown loss f(y), of which only invariances are declared,
changes along no field that keeps its arguments y, or moves them along its invariances d_r:

    Σ ξᵃ ∂y/∂q_a = Σ_r c_r d_r    with some functions c_r, which are unknowns beside ξ.

>>> from symlag.calculus.jets import block
>>> from symlag.learning.losses import invariant_loss
>>> from symlag.variational.families import scale
>>> w = block("w", 3)
>>> [X.components for X in symmetries_of_potential(invariant_loss("f", scale(w)))]
[{w_1: w_1, w_2: w_2, w_3: w_3}]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sympy import Dummy, Expr, MatrixSymbol

from symlag.calculus.differential_operators import gradient
from symlag.calculus.invariant_functions import Unknown
from symlag.calculus.jets import jets
from symlag.calculus.sympy_notation import Notation
from symlag.symmetry.determining_equations.ansatz import Ansatz
from symlag.symmetry.determining_equations.equations import Operator, System
from symlag.symmetry.generator_normal_form import normal_form
from symlag.symmetry.matrix_entries import (
    constant_entries,
    coordinate_entries,
    entries,
    family_members,
    in_entries,
)
from symlag.variational.generator import Generator

AFFINE = Ansatz(degree=1, functions=())


def symmetries_of_potential(
    V: Expr, given: Sequence[MatrixSymbol] = (), ansatz: Ansatz = AFFINE
) -> tuple[Generator, ...]:
    """All affine fields ξ along which a potential, or a loss, does not change.

    Parameters
    ----------
    V : Expr
        A function of coordinates and of blocks of integer size, with unknown losses in it or without.
    given : sequence of MatrixSymbol
        Constant matrices that stand for themselves. Any other constant matrix in an invariance of an unknown loss
        stands for every matrix of its shape.
    ansatz : Ansatz
        What the coefficients of ξ are tried as, by default affine functions of the coordinates.

    Returns
    -------
    tuple of Generator
        A basis. Products of a symmetry and an invariant function are symmetries, too, so that there is no finite number
        of all, and no claim that the list is complete beyond the ansatz.

    Raises
    ------
    ShapeError
        Where a block has a symbolic size, or a matrix expression has no known entries.
    SymlagError
        Where V does not depend on any coordinate, or has a function that the search does not know.

    Notes
    -----
    What a symmetry of the loss costs the kinetic energy is `noether(L, X).ksb`.

    References
    ----------
    Tanaka and Kunin, *Noether's Learning Dynamics*, §3 (arXiv 2105.02716).

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> a, b = coordinates("a b")
    >>> [X.components for X in symmetries_of_potential((a * b - 1) ** 2)]
    [{a: -a, b: b}]
    """
    # The search for symmetries is loaded when there is something to search.
    from symlag.symmetry.determining_equations.analysis import without_bound
    from symlag.symmetry.determining_equations.ansatz_search import explicit_solutions

    notation = Notation.reading(V)
    V = notation.to_jets(V) if notation.functions else V
    constants = {A: constant_entries(A) for A in given}
    coordinates = [entry for q in jets(V) for entry in coordinate_entries(q.root)]
    equations = [*_explicit_equations(V, coordinates), *_unknown_loss_equations(V, coordinates, constants)]
    multipliers = max((i for equation in equations for i, _ in equation), default=0) + 1 - len(coordinates)
    system = System(tuple(coordinates), (*coordinates, *[None] * max(multipliers, 0)), tuple(equations))
    generators: list[Generator] = []
    for solution in explicit_solutions(system, without_bound(system), [V], ansatz):
        xi = {q: move for q, move in solution.items() if q is not None and move != 0}
        if xi:
            generators.append(normal_form(Generator(xi)).map(notation.to_functions))
    return tuple(generators)


def _explicit_equations(V: Expr, coordinates: Sequence[Any]) -> Iterator[Operator]:
    """The equation that the explicit part of the potential, beside unknown losses, does not change."""
    explicit = in_entries(V.xreplace({f: Dummy(f.name) for f in V.atoms(Unknown)}))
    slopes = {(i, (0,) * len(coordinates)): gradient(explicit, q) for i, q in enumerate(coordinates)}
    equation = {place: slope for place, slope in slopes.items() if slope != 0}
    if equation:
        yield equation


def _unknown_loss_equations(V: Expr, coordinates: Sequence[Any], constants: Mapping[Any, Any]) -> Iterator[Operator]:
    """One equation for every entry of every argument of an unknown loss; the c_r have numbers after those of ξ."""
    first = len(coordinates)
    for f in sorted(V.atoms(Unknown), key=str):
        directions = [d for family in f.args[2] for d in family_members(family.xreplace(constants))]
        arguments = [y for argument in f.arguments for y in entries(argument)]
        for j, y in enumerate(arguments):
            slopes = {(i, (0,) * len(coordinates)): gradient(y, q) for i, q in enumerate(coordinates)}
            moves = {(first + r, (0,) * len(coordinates)): -d[j] for r, d in enumerate(directions)}
            yield {place: a for place, a in {**slopes, **moves}.items() if a != 0}
        first += len(directions)
