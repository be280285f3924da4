"""Linear and affine fields along which a potential does not change: the symmetries of a loss.

All of them are found whose coefficients are affine in the coordinates, for blocks of whole size entry by entry: each ξ
with Σ ξᵃ ∂V/∂q_a = 0. An unknown loss f(y) changes along no field that keeps its arguments y, or that moves them along
its declared invariances d_r: Σ ξᵃ ∂y/∂q_a = Σ_r c_r d_r with some functions c_r, which are unknowns beside ξ.

>>> from symlag.calculus.jets import block
>>> from symlag.learning.losses import invariant_loss
>>> from symlag.variational.generator import scale
>>> w = block("w", 3)
>>> [X.components for X in symmetries_of_potential(invariant_loss("f", scale(w)))]
[{w_1: w_1, w_2: w_2, w_3: w_3}]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sympy import Dummy, Expr, MatrixSymbol

from symlag.calculus.invariant_functions import Unknown
from symlag.calculus.jets import jets
from symlag.calculus.operators import gradient
from symlag.symmetry.determining.analysis import Survey
from symlag.symmetry.determining.equations import Operator, System
from symlag.symmetry.determining.search import Ansatz, search
from symlag.symmetry.matrix_entries import constant_entries, entries, in_entries, listed, members
from symlag.symmetry.modular.linear_algebra import PRIMES
from symlag.symmetry.modular.reconstruction import Page
from symlag.symmetry.readable_generators import named, neat
from symlag.variational.generator import Generator

AFFINE = Ansatz(degree=1, functions=())


def symmetries_of_potential(
    V: Expr, given: Sequence[MatrixSymbol] = (), ansatz: Ansatz = AFFINE
) -> tuple[Generator, ...]:
    """All fields ξ with δ_ξV = 0 whose coefficients are affine in the coordinates, or as the ansatz says.

    A constant matrix in an invariance of an unknown loss stands for every matrix of its kind, or for one where it is
    `given`. What a field costs the kinetic energy is `noether(L, X).ksb`. Fields multiplied by invariant functions are
    symmetries, too, so that there is no finite number of all. Source: Tanaka and Kunin 2021, §3.
    """
    fixed = {A: constant_entries(A) for A in given}
    moving = [entry for q in jets(V) for entry in entries(q.root)]
    equations = [*_known(V, moving), *_unknown(V, moving, fixed)]
    multipliers = max((i for equation in equations for i, _ in equation), default=0) + 1 - len(moving)
    system = System(tuple(moving), (*moving, *[None] * max(multipliers, 0)), tuple(equations))
    found = search(system, Survey(Page.of(system.parameters, PRIMES[0]), None, {}), [V], ansatz)
    moves = ({q: xi for q, xi in parts.items() if q is not None and xi != 0} for parts in found)
    return tuple(named(neat(Generator(parts))) for parts in moves if parts)


def _known(V: Expr, moving: Sequence[Any]) -> Iterator[Operator]:
    """The equation of what is not unknown in the potential."""
    rest = in_entries(V.xreplace({f: Dummy(f.name) for f in V.atoms(Unknown)}))
    equation = {(i, (0,) * len(moving)): gradient(rest, q) for i, q in enumerate(moving)}
    if any(slope != 0 for slope in equation.values()):
        yield {place: slope for place, slope in equation.items() if slope != 0}


def _unknown(V: Expr, moving: Sequence[Any], fixed: Mapping[Any, Any]) -> Iterator[Operator]:
    """One equation for every entry of every argument of an unknown function."""
    first = len(moving)
    for f in sorted(V.atoms(Unknown), key=str):
        directions = [direction for family in f.args[2] for direction in members(family.xreplace(fixed))]
        arguments = [y for argument in f.arguments for y in listed(argument)]
        for j, y in enumerate(arguments):
            slopes = {(i, (0,) * len(moving)): gradient(y, q) for i, q in enumerate(moving)}
            shifts = {(first + r, (0,) * len(moving)): -d[j] for r, d in enumerate(directions)}
            yield {place: a for place, a in {**slopes, **shifts}.items() if a != 0}
        first += len(directions)
