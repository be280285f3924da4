"""The Lie algebra that generators span: its table, and what kind of algebra it is.

Brackets are compared with the basis at random points modulo a prime, which gives the structure constants exactly and
tells whether the algebra closes.

>>> from symlag.calculus.jets import coordinates
>>> from symlag.variational.generator import rotation
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
from itertools import combinations
from typing import Any

from sympy import Add, Expr, Matrix, S, prime

from symlag.citations import LIE_GROUPS, NOETHER, Cited, Work
from symlag.display import Shown
from symlag.errors import SymlagError
from symlag.symmetry.determining.analysis import verdict
from symlag.symmetry.lie.classification import name_of
from symlag.symmetry.lie.levi import levi_factor
from symlag.symmetry.lie.named import known_as
from symlag.symmetry.lie.structure import Table
from symlag.symmetry.lie.structure_constants import structure
from symlag.symmetry.modular.linear_algebra import PRIMES
from symlag.symmetry.modular.reconstruction import Page
from symlag.symmetry.readable_generators import named, neat
from symlag.symmetry.variational_part import divergence, strict
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian


@dataclass(frozen=True)
class Algebra(Shown, Cited):
    """Generators X_i of symmetries, and how many there are at most where that is known.

    `bound` is the certified number of symmetries, None where there is no bound.
    """

    lagrangian: Lagrangian | None
    generators: tuple[Generator, ...]
    bound: int | None = None
    page: Page = field(default=Page.of((), PRIMES[0]), repr=False)

    def __repr__(self) -> str:
        return f"Algebra({self.verdict})"

    def __str__(self) -> str:
        labels = [f"{f'X{i}':4} {X.name}" for i, X in enumerate(self.generators, start=1)]
        lines = [f"  {label:{max(map(len, labels))}}  {X}" for label, X in zip(labels, self.generators, strict=True)]
        return "\n".join([self.sentence, *lines])

    @property
    def sentence(self) -> str:
        """The algebra by its names, as far as it has any, and what is known of the number of symmetries."""
        names = dict.fromkeys(name for name in (self.known_as, self.name) if name) if self.closed else ()
        return ": ".join([*[" = ".join(names)] * bool(names), self.verdict])

    @property
    def works(self) -> tuple[Work, ...]:
        """Noether's theorem, and the method of Lie groups."""
        return NOETHER, LIE_GROUPS

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
        return [self.combination(x) for x in self._closed.radical]

    @property
    def levi(self) -> list[Generator]:
        """A basis of a semisimple subalgebra, a Levi factor, which spans the algebra together with the radical."""
        return [self.combination(x) for x in levi_factor(self._closed)]

    @cached_property
    def variational(self) -> tuple[Generator, ...]:
        """A basis of the symmetries of the action among all combinations, divergence symmetries included."""
        return tuple(map(self.combination, divergence(*self._action)))

    @cached_property
    def strict(self) -> tuple[Generator, ...]:
        """A basis of those along which L dt does not change, not even by a differential."""
        return tuple(map(self.combination, strict(*self._action)))

    @property
    def kinds(self) -> tuple[str, ...]:
        """What each generator leaves unchanged: L dt, L dt up to a divergence, or the motion alone."""
        exact, open_ = (found(*self._action) for found in (strict, divergence))
        units = [[int(i == j) for j in range(self.dimension)] for i in range(self.dimension)]
        return tuple("L dt" if e in exact else "L dt up to a divergence" if e in open_ else "the motion" for e in units)

    @cached_property
    def name(self) -> str:
        """The algebra by name, for instance so(3) ⊕ ℝ: its simple ideals, joined to its radical."""
        return name_of(self._closed, self._real) if self.generators else "0"

    @cached_property
    def known_as(self) -> str:
        """The proper name, for instance e(3), gal(3) or sch(2), of an algebra that has one; otherwise empty."""
        return known_as(self._closed, self._real) if self.generators else ""

    @property
    def _closed(self) -> Table:
        if self.table is None:
            raise SymlagError("the algebra", "brackets of the generators lie outside of their span", "more generators")
        return self.table

    @property
    def _action(self) -> tuple[Lagrangian, list[Generator], Page]:
        if self.lagrangian is None:
            raise SymlagError("the algebra", "it belongs to no action", "symmetries_of_motion(L)")
        return self.lagrangian, [*map(self._read, self.generators)], self.page

    def combination(self, weights: Sequence[int]) -> Generator:
        """The combination of generators with such weights modulo the prime, under the name of its family."""
        read = [(self.page.read(c), self._read(X)) for c, X in zip(weights, self.generators, strict=True) if c]
        moved = dict.fromkeys(q for _, X in read for q in X.components)
        parts = {q: Add(*(c * X.components.get(q, S.Zero) for c, X in read)) for q in moved}
        X = named(neat(Generator({q: xi for q, xi in parts.items() if xi != 0}, Add(*(c * X.tau for c, X in read)))))
        return X.map(self.lagrangian.spelling.speak) if self.lagrangian else X

    def _real(self, residue: int) -> Any:
        """A structure constant with squares of prime numbers for the parameters, which keeps their roots rational."""
        squares = {s: prime(i + 1) ** 2 for i, s in enumerate(self.page.values)}
        return S(self.page.read(residue)).xreplace(squares)

    def _read(self, X: Generator) -> Generator:
        return X.map(self.lagrangian.spelling.read) if self.lagrangian else X
