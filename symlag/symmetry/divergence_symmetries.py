"""Which combinations of generators are symmetries of the action, exactly or up to a divergence.

Along X the action changes by X L + (D_tτ + γτ) L. X is a strict variational symmetry where that is zero (Olver,
*Applications of Lie Groups to Differential Equations*, definition 4.10), and a divergence symmetry where it is a total
derivative, which is where Euler's operator annihilates it (definition 4.33). Both are linear conditions on X, so that
combinations of given generators are found by linear algebra: at random points modulo a prime, a few more than there are
generators.

>>> from symlag.calculus.jets import coordinates
>>> from symlag.variational.families import scale, time_translation
>>> from symlag.symmetry.modular.linear_algebra import PRIMES
>>> x = coordinates("x")
>>> boost, free = Generator({x: t}), Lagrangian(x.dot**2 / 2)
>>> divergence_symmetries(free, [boost, scale(x), time_translation()], ParameterValues.draw((), PRIMES[0]))
[[1, 0, 0], [0, 0, 1]]
>>> strict_symmetries(free, [boost, scale(x), time_translation()], ParameterValues.draw((), PRIMES[0]))
[[0, 0, 1]]
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from sympy import Expr

from symlag.calculus.differential_operators import eulers, total
from symlag.calculus.jets import t
from symlag.symmetry.modular.linear_algebra import UnluckyError, Vector, null_space, rref
from symlag.symmetry.modular.reconstruction import ParameterValues
from symlag.symmetry.modular.specialization import Specialization
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian

# Evaluations beyond the number of generators, so that nothing vanishes by chance.
SPARE = 3


def strict_symmetries(L: Lagrangian, generators: Sequence[Generator], values: ParameterValues) -> list[Vector]:
    """A reduced basis of the combinations along which L dt does not change."""
    return _vanishing_combinations([[change_of_action(L, X)] for X in generators], values)


def divergence_symmetries(L: Lagrangian, generators: Sequence[Generator], values: ParameterValues) -> list[Vector]:
    """A reduced basis of the combinations along which L dt changes by a differential."""
    changes = [change_of_action(L, X) for X in generators]
    return _vanishing_combinations([[*eulers(f, L.coordinates, L.damping).values()] for f in changes], values)


def basis_by_kind(L: Lagrangian, generators: Sequence[Generator], values: ParameterValues) -> list[Vector]:
    """A basis of all combinations: first of the strict symmetries, then of those up to a divergence, then the rest."""
    basis: list[Vector] = []
    unit = [[int(i == j) for j in range(len(generators))] for i in range(len(generators))]
    strict, divergence = (find(L, generators, values) for find in (strict_symmetries, divergence_symmetries))
    for vector in (*strict, *divergence, *unit):
        if len(rref([*basis, vector], values.prime)) > len(basis):
            basis.append(vector)
    return basis


def change_of_action(L: Lagrangian, X: Generator) -> Expr:
    """X L + (D_tτ + γτ) L."""
    return X.act(L.density) + (total(X.tau) + L.damping * X.tau) * L.density


def _vanishing_combinations(columns: Sequence[Sequence[Expr]], values: ParameterValues) -> list[Vector]:
    """The combinations of columns of expressions that are zero everywhere."""
    rows: list[Vector] = []
    for point in count(1):
        at = Specialization(values.prime, values.numbers, (t,), point, fibre=point)
        try:
            rows += map(list, zip(*([at.value(f) for f in column] for column in columns), strict=True))
        except UnluckyError:
            continue
        if point > len(columns) + SPARE:
            return [x for _, x in sorted(rref(null_space(rows, values.prime), values.prime).items())]
    raise AssertionError
