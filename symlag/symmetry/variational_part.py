"""Which combinations of generators are symmetries of the action, exactly or up to a divergence.

The action changes along X by X L + (D_tτ + γτ) L. X is a strict variational symmetry where that is zero, a divergence
symmetry where Euler's operator does not see it. Both are linear conditions on the combination.

>>> from symlag.calculus.jets import coordinates
>>> from symlag.variational.generator import scale, time_translation
>>> from symlag.symmetry.modular.linear_algebra import PRIMES
>>> x = coordinates("x")
>>> boost, free = Generator({x: t}), Lagrangian(x.dot**2 / 2)
>>> divergence(free, [boost, scale(x), time_translation()], Page.of((), PRIMES[0]))
[[1, 0, 0], [0, 0, 1]]
>>> strict(free, [boost, scale(x), time_translation()], Page.of((), PRIMES[0]))
[[0, 0, 1]]
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from sympy import Expr

from symlag.calculus.jets import t
from symlag.calculus.operators import eulers, total
from symlag.symmetry.modular.linear_algebra import UnluckyError, Vector, null_space, reduced
from symlag.symmetry.modular.reconstruction import Page
from symlag.symmetry.modular.specialization import Specialisation
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian

# Evaluations beyond the number of generators, so that nothing vanishes by chance.
SPARE = 3


def strict(L: Lagrangian, generators: Sequence[Generator], page: Page) -> list[Vector]:
    """A reduced basis of the combinations along which L dt does not change. Source: Olver, definition 4.10."""
    return _vanishing([[_change(L, X)] for X in generators], page)


def divergence(L: Lagrangian, generators: Sequence[Generator], page: Page) -> list[Vector]:
    """A reduced basis of those along which L dt changes by a differential. Source: Olver, definition 4.33."""
    return _vanishing([[*eulers(_change(L, X), L.coordinates, L.damping).values()] for X in generators], page)


def adapted(L: Lagrangian, generators: Sequence[Generator], page: Page) -> list[Vector]:
    """A basis of all combinations, first of the strict symmetries, then of those up to a divergence."""
    found: list[Vector] = []
    unit = [[int(i == j) for j in range(len(generators))] for i in range(len(generators))]
    for vector in (*strict(L, generators, page), *divergence(L, generators, page), *unit):
        if len(reduced([*found, vector], page.prime)) > len(found):
            found.append(vector)
    return found


def _change(L: Lagrangian, X: Generator) -> Expr:
    return X.act(L.density) + (total(X.tau) + L.damping * X.tau) * L.density


def _vanishing(columns: Sequence[Sequence[Expr]], page: Page) -> list[Vector]:
    """The combinations of columns of expressions that are zero everywhere, found by random evaluation."""
    rows: list[Vector] = []
    for point in count(1):
        at = Specialisation(page.prime, page.values, (t,), point, fibre=point)
        try:
            rows += map(list, zip(*([at.value(f) for f in column] for column in columns), strict=True))
        except UnluckyError:
            continue
        if point > len(columns) + SPARE:
            return [x for _, x in sorted(reduced(null_space(rows, page.prime), page.prime).items())]
    raise AssertionError
