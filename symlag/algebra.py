"""The Lie algebra that generators span: its table, and what kind of algebra it is.

Brackets are compared with the basis at random points modulo a prime, which gives the structure constants exactly and
tells whether the algebra closes.

>>> from symlag.jet import coordinates
>>> from symlag.generator import rotation
>>> x, y, z = coordinates("x y z")
>>> so3 = Algebra(None, (rotation(y, z), rotation(z, x), rotation(x, y)))
>>> so3.dimension, so3.closed, so3.constants[0, 1]
(3, True, {2: -1})
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, count

from sympy import Expr, S, Symbol

from symlag.generator import Generator
from symlag.jet import t
from symlag.lagrangian import Lagrangian
from symlag.reading import Page
from symlag.residues import PRIMES, UnluckyError, Vector, dot, reduced
from symlag.series import BITS, by_degree
from symlag.specialise import Specialisation


@dataclass(frozen=True)
class Algebra:
    """Generators X_i of symmetries, and how many there are at most where that is known.

    `bound` is the certified number of symmetries, None where there is no bound.
    """

    lagrangian: Lagrangian | None
    generators: tuple[Generator, ...]
    bound: int | None = None
    page: Page = field(default=Page.of((), PRIMES[0]), repr=False)

    @property
    def dimension(self) -> int:
        """The number of generators."""
        return len(self.generators)

    @property
    def complete(self) -> bool:
        """Whether it is proved that there are no other symmetries."""
        return self.dimension == self.bound

    @property
    def verdict(self) -> str:
        """What is known of the number of symmetries, in words."""
        if self.bound is None:
            return f"at least {self.dimension}, no upper bound known"
        if self.complete:
            return f"{self.dimension}, complete, proved"
        return f"at least {self.dimension} and at most {self.bound}: {self.bound - self.dimension} without closed form"

    @cached_property
    def structure(self) -> list[list[Vector]] | None:
        """c[i][j] with [X_i, X_j] = Σ_k c[i][j][k] X_k, modulo the prime; None where the algebra is not closed."""
        return structure([*map(self._read, self.generators)], self.page)

    @property
    def closed(self) -> bool:
        """Whether every bracket is a combination of the generators."""
        return self.structure is not None

    @cached_property
    def constants(self) -> Mapping[tuple[int, int], Mapping[int, Expr]]:
        """The structure constants: [X_i, X_j] = Σ_k constants[i, j][k] X_k for i < j, zeros left out."""
        table = self.structure or []
        return {
            (i, j): {k: self.page.read(c) for k, c in enumerate(table[i][j]) if c}
            for i, j in combinations(range(len(table)), 2)
            if any(table[i][j])
        }

    def _read(self, X: Generator) -> Generator:
        return X.map(self.lagrangian.spelling.read) if self.lagrangian else X


def structure(generators: Sequence[Generator], page: Page) -> list[list[Vector]] | None:
    """The structure constants of independent generators modulo a prime; None where a bracket leaves their span."""
    n, pairs = len(generators), [*combinations(range(len(generators)), 2)]
    solved = reduced(_samples(generators, pairs, page), page.prime)
    if any(column >= n for column in solved):
        return None
    table = [[[0] * n for _ in range(n)] for _ in range(n)]
    for at, (i, j) in enumerate(pairs):
        table[i][j] = [solved[k][n + at] for k in range(n)]
        table[j][i] = [-c % page.prime for c in table[i][j]]
    return table


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
