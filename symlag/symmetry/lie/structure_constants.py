"""The brackets of generators, as combinations of these generators modulo a prime.

>>> from symlag.calculus.jets import coordinates
>>> from symlag.variational.generator import rotation
>>> from symlag.symmetry.modular.linear_algebra import PRIMES
>>> x, y, z = coordinates("x y z")
>>> table = structure([rotation(y, z), rotation(z, x), rotation(x, y)], Page.of((), PRIMES[0]))
>>> table.brackets[1][2] == [table.prime - 1, 0, 0]
True
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, count

from sympy import Expr, S, Symbol

from symlag.calculus.jets import t
from symlag.symmetry.lie.structure import Table
from symlag.symmetry.modular.linear_algebra import UnluckyError, Vector, dot, reduced
from symlag.symmetry.modular.power_series import BITS, by_degree
from symlag.symmetry.modular.reconstruction import Page
from symlag.symmetry.modular.specialization import Specialisation
from symlag.variational.generator import Generator


def structure(generators: Sequence[Generator], page: Page) -> Table | None:
    """The brackets of independent generators modulo a prime; None where a bracket leaves their span."""
    n, pairs = len(generators), [*combinations(range(len(generators)), 2)]
    solved = reduced(_samples(generators, pairs, page), page.prime)
    if any(column >= n for column in solved):
        return None
    table = [[[0] * n for _ in range(n)] for _ in range(n)]
    for at, (i, j) in enumerate(pairs):
        table[i][j] = [solved[k][n + at] for k in range(n)]
        table[j][i] = [-c % page.prime for c in table[i][j]]
    return Table(table, page.prime)


def _samples(generators: Sequence[Generator], pairs: Sequence[tuple[int, int]], page: Page) -> list[Vector]:
    """Components of generators and brackets, at as many points as tell the generators apart, and one more."""
    variables = (t, *dict.fromkeys(q for X in generators for q in X.components))
    rows, told = list[Vector](), False
    for point in count():
        try:
            fields = _fields(generators, variables, Specialisation(page.prime, page.values, variables, point, order=1))
        except UnluckyError:
            continue
        brackets = [_bracket(fields[i], fields[j], page.prime) for i, j in pairs]
        rows += [list(row) for row in zip(*([value for value, _ in X] for X in fields), *brackets, strict=True)]
        if told:
            return rows
        told = len(reduced([row[: len(generators)] for row in rows], page.prime)) == len(generators)
    raise AssertionError


# A vector field at a point: the value of each component, and its slope along each variable.
Field = list[tuple[int, Vector]]


def _fields(generators: Sequence[Generator], variables: Sequence[Symbol], at: Specialisation) -> list[Field]:
    return [[_jet(X.tau if z == t else X.components.get(z, S.Zero), at) for z in variables] for X in generators]


def _jet(component: Expr, at: Specialisation) -> tuple[int, Vector]:
    value, slopes = by_degree(at.value(component), 1)
    return value.get(0, 0), [slopes.get(1 << BITS * place, 0) for place in range(len(at.variables))]


def _bracket(left: Field, right: Field, prime: int) -> Vector:
    """The components of X∘Y − Y∘X at the point."""
    x, y = [value for value, _ in left], [value for value, _ in right]
    return [(dot(x, dy, prime) - dot(y, dx, prime)) % prime for (_, dx), (_, dy) in zip(left, right, strict=True)]
