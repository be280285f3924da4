"""All symmetries of an action, and the proof that there are no more.

`symmetries(L)` counts the solutions of the determining equations first, whatever their form (`dimension`). What the
equations do not depend on enters as exponentials and powers, which the count reveals (`spectrum`); for the other
variables it tries polynomials of growing degree in them and in the functions that occur in L (`ansatz`), until as many
generators are found as there can be.

>>> from symlag.calculus.jets import coordinates
>>> x, y = coordinates("x y")
>>> found = symmetries(Lagrangian((x.dot**2 + y.dot**2) / 2, (x**2 + y**2)**2))
>>> [X.name for X in found.generators], found.complete
(['time translation', 'rotation'], True)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sympy import Expr, Symbol

from symlag.calculus.jets import jets, t
from symlag.calculus.operators import gradient
from symlag.symmetry.determining.analysis import Survey, survey
from symlag.symmetry.determining.equations import admit, balance, invariance
from symlag.symmetry.determining.higher_order import condition
from symlag.symmetry.determining.liouville import swings
from symlag.symmetry.determining.search import GROWING, Ansatz, search
from symlag.symmetry.lie.algebra import Algebra
from symlag.symmetry.readable_generators import named, neat
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian


def symmetries(L: Lagrangian, ansatz: Ansatz = GROWING) -> Algebra:
    """The point symmetries of the action ∫ e^Γ L dt, divergence symmetries included, as a Lie algebra.

    Coefficients of the generators are functions of time and coordinates; `complete` says whether there are provably no
    others. `SymlagError` where L has blocks, fields, forces, or functions that the search does not know. Source:
    Bessel-Hagen 1921; Olver, *Applications of Lie Groups to Differential Equations*, §5.3.
    """
    admit(L)
    counted, solved = (balance(L), invariance(L)) if L.order == 1 else (condition(L),) * 2
    known = survey(counted, swings(L))
    found = algebra_of(L, known, search(solved, known, [L.density, L.damping], ansatz))
    return replace(found, generators=tuple(_isometry(L, X) for X in found.generators))


def _isometry(L: Lagrangian, X: Generator) -> Generator:
    """The generator by the name that a motion of space has which keeps the lengths of velocities.

    Where T is quadratic in velocities, each symmetry without time is one: no other part of XL has their second power.
    """
    metric = [gradient(gradient(L.density, a.dot), b.dot) for a in L.coordinates for b in L.coordinates]
    round_ = L.order == 1 and all(jet == jet.root for jet in jets(*metric))
    unnamed = X.name == "symmetry" and X.tau == 0 and not any(xi.has(t) for xi in X.components.values())
    return replace(X, name="isometry") if round_ and unnamed else X


def algebra_of(L: Lagrangian, known: Survey, found: Iterable[Mapping[Any, Expr]]) -> Algebra:
    """The algebra of the generators with the coefficients found, in readable form and order."""
    generators = [named(neat(Generator(_moves(parts), parts[t]))) for parts in found]
    ordered = sorted(generators, key=lambda X: (X.tau == 0, X.tau.count_ops(), str(X.components)))
    return Algebra(L, tuple(X.map(L.spelling.speak) for X in ordered), known.bound, known.page)


def _moves(parts: Mapping[Any, Expr]) -> dict[Symbol, Expr]:
    return {q: xi for q, xi in parts.items() if q != t and xi != 0}
