"""The Lie algebra that generators span: its table, and what kind of algebra it is.

Brackets are compared with the basis at random points modulo a prime, which gives the structure constants exactly and
tells whether the algebra closes.

>>> from symlag.jet import coordinates
>>> from symlag.generator import rotation
>>> x, y, z = coordinates("x y z")
>>> so3 = Algebra(None, (rotation(y, z), rotation(z, x), rotation(x, y)))
>>> so3.dimension, so3.closed, so3.constants[0, 1]
(3, True, {2: -1})
>>> so3.name
'so(3)'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, count
from typing import Any

from sympy import Add, Expr, Matrix, S, Symbol, prime

from symlag.errors import SymlagError
from symlag.generator import Generator
from symlag.jet import t
from symlag.lagrangian import Lagrangian
from symlag.symmetry.classify import name_of
from symlag.symmetry.reading import Page
from symlag.symmetry.residues import PRIMES, UnluckyError, Vector, dot, reduced
from symlag.symmetry.series import BITS, by_degree
from symlag.symmetry.specialise import Specialisation
from symlag.symmetry.structure import Table
from symlag.symmetry.survey import verdict


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
        return verdict(self.dimension, self.bound)

    @cached_property
    def table(self) -> Table | None:
        """The brackets of the generators modulo a prime; None where one of them is no combination of generators."""
        return structure([*map(self._read, self.generators)], self.page)

    @property
    def closed(self) -> bool:
        """Whether every bracket is a combination of the generators."""
        return self.table is not None

    @cached_property
    def constants(self) -> Mapping[tuple[int, int], Mapping[int, Expr]]:
        """The structure constants: [X_i, X_j] = Σ_k constants[i, j][k] X_k for i < j, zeros left out."""
        brackets = self._closed.brackets
        return {
            (i, j): {k: self.page.read(c) for k, c in enumerate(brackets[i][j]) if c}
            for i, j in combinations(range(len(brackets)), 2)
            if any(brackets[i][j])
        }

    @property
    def killing(self) -> Matrix:
        """The Killing form tr(ad X_i ad X_j)."""
        return Matrix([[self.page.read(c) for c in row] for row in self._closed.killing])

    @property
    def derived_series(self) -> list[int]:
        """The dimensions of g, [g, g], [[g, g], [g, g]], … until they stay the same."""
        return self._closed.derived_series

    @property
    def central_series(self) -> list[int]:
        """The dimensions of g, [g, g], [g, [g, g]], … until they stay the same."""
        return self._closed.central_series

    @property
    def radical(self) -> list[Generator]:
        """A basis of the largest solvable ideal."""
        return [self._combination(x) for x in self._closed.radical]

    @cached_property
    def name(self) -> str:
        """The algebra by name, for instance so(3) ⊕ ℝ: its simple ideals, joined to its radical."""
        return name_of(self._closed, self._real) if self.generators else "0"

    @property
    def _closed(self) -> Table:
        if self.table is None:
            raise SymlagError("the algebra", "brackets of the generators lie outside of their span", "more generators")
        return self.table

    def _combination(self, weights: Sequence[int]) -> Generator:
        read = [(self.page.read(c), X) for c, X in zip(weights, self.generators, strict=True) if c]
        moved = dict.fromkeys(q for _, X in read for q in X.components)
        parts = {q: Add(*(c * X.components.get(q, S.Zero) for c, X in read)) for q in moved}
        return Generator(parts, Add(*(c * X.tau for c, X in read)), " + ".join(X.name for _, X in read))

    def _real(self, residue: int) -> Any:
        """A structure constant with squares of prime numbers for the parameters, which keeps their roots rational."""
        squares = {s: prime(i + 1) ** 2 for i, s in enumerate(self.page.values)}
        return S(self.page.read(residue)).xreplace(squares)

    def _read(self, X: Generator) -> Generator:
        return X.map(self.lagrangian.spelling.read) if self.lagrangian else X


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
