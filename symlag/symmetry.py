"""All symmetries of an action, and the proof that there are no more.

`symmetries(L)` counts the solutions of the determining equations first, whatever their form (`dimension`). What the
equations do not depend on enters as exponentials and powers, which the count reveals (`spectrum`); for the other
variables it tries polynomials of growing degree in them and in the functions that occur in L (`ansatz`), until as many
generators are found as there can be.

>>> from symlag.jet import coordinates
>>> x, y = coordinates("x y")
>>> found = symmetries(Lagrangian((x.dot**2 + y.dot**2) / 2, (x**2 + y**2)**2))
>>> [X.name for X in found.generators], found.complete
(['time translation', 'rotation'], True)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from sympy import Add, Expr, Mul, Symbol

from symlag.algebra import Algebra
from symlag.alphabet import alphabet
from symlag.ansatz import Column, independent, polynomials, solutions
from symlag.determining import System, balance, invariance
from symlag.errors import CoordinateError, SymlagError
from symlag.families import named, neat
from symlag.generator import Generator
from symlag.jet import Block, t
from symlag.lagrangian import Lagrangian
from symlag.reading import Page
from symlag.residues import Vector
from symlag.specialise import Specialisation
from symlag.spectrum import Mode
from symlag.survey import Survey, survey

# The search ends at polynomials of this degree, or where so many functions are to be combined.
DEGREE = 4
COLUMNS = 240


def symmetries(L: Lagrangian) -> Algebra:
    """The point symmetries of the action ∫ e^Γ L dt, divergence symmetries included, as a Lie algebra.

    Coefficients of the generators are functions of time and coordinates; `complete` says whether there are provably no
    others. `SymlagError` where L has derivatives of higher order, blocks, fields, or functions the search does not
    know. Source: Bessel-Hagen 1921; Olver, *Applications of Lie Groups to Differential Equations*, §5.3.
    """
    _admit(L)
    found = search(_some(invariance(L)), known := survey(balance(L)), [L.density, L.damping])
    generators = [named(neat(Generator(_moves(parts), parts.get(t, 0)))) for parts in found]
    ordered = sorted(generators, key=lambda X: (X.tau == 0, X.tau.count_ops(), str(X.components)))
    return Algebra(L, tuple(X.map(L.spelling.speak) for X in ordered), known.bound, known.page)


def search(system: System, known: Survey, given: Sequence[Expr]) -> list[dict[Any, Expr]]:
    """What each unknown function is, for every solution found in the alphabet of the given expressions."""
    still = [z for z in system.variables if z not in known.modes]
    letters = alphabet(given, still)
    found: list[dict[Any, Expr]] = []
    for degree in range(1, DEGREE + 1):
        blocks = product(*known.modes.values())
        found = [parts for block in blocks for parts in _block(system, known, block, letters, degree)]
        if len(found) == known.bound:
            break
    return found


def _block(
    system: System, known: Survey, block: Sequence[Mode], letters: Sequence[Expr], degree: int
) -> Iterator[dict[Any, Expr]]:
    """The solutions in one choice of a mode along each variable that nothing depends on."""
    at = Specialisation(known.page.prime, known.page.values, system.variables)
    swept = [(z, mode.powers - 1) for z, mode in zip(known.modes, block, strict=True) if mode.powers > 1]
    functions = independent(polynomials([*((letter, DEGREE) for letter in letters), *swept], degree), at)
    waves = [Mul(*choice) for choice in product(*(mode.functions for mode in block))]
    columns = [(i, f * wave) for f in reversed(functions) for wave in waves for i in range(len(system.moved))]
    if len(columns) <= COLUMNS:
        read = (_read(system, columns, vector, known.page) for vector in solutions(system, columns, at))
        yield from (parts for parts in read if parts is not None)


def _read(system: System, columns: Sequence[Column], vector: Vector, page: Page) -> dict[Any, Expr] | None:
    """What each unknown function is, if all its coefficients can be read back."""
    terms = [(system.moved[i], m, page.read(c)) for (i, m), c in zip(columns, vector, strict=True) if c]
    if any(c is None for *_, c in terms):
        return None
    return {z: Add(*(c * m for moved, m, c in terms if moved == z)) for z in system.moved}


def _moves(parts: Mapping[Any, Expr]) -> dict[Symbol, Expr]:
    return {q: xi for q, xi in parts.items() if q not in (t, None) and xi != 0}


def _some(system: System) -> System:
    if not any(system.equations):
        raise SymlagError(
            "symmetries(L)", "every move is a symmetry, for L has no equation of motion", "an L that some motion obeys"
        )
    return system


def _admit(L: Lagrangian) -> None:
    if any(isinstance(q, Block) or len(q.base) > 1 for q in L.coordinates):
        raise CoordinateError(
            str(L.coordinates), "the search is for coordinates of time that are numbers", "coordinates('x y')"
        )
    if L.order != 1 or L.forces:
        raise SymlagError(
            f"symmetries of L = {L.density}", "an action of first order has no forces", "T, V and damping"
        )
