"""Lie algebras with a proper name beyond that of their parts: Euclid's, Poincaré's, Galilei's, Schrödinger's.

Each is told by invariants. Let R be the radical, and K the Killing form of the semisimple quotient by it. The trace
form of the quotient on R is what the Killing form of the whole has beyond K; on a simple ideal it is κK with a number
κ, the index of the representation. On one n-vector of so(p,q), p + q = n, that is 1/(n − 2), on a doublet of sl(2) 1/4;
no other representation of these dimensions has the same.

| algebra | quotient | radical |
| --- | --- | --- |
| e(n), iso(p,q) | so(p,q) | abelian, n dimensions, κ = 1/(n − 2) |
| gal(n) | so(n) | nilpotent, 2n + 1 dimensions, κ = 2/(n − 2); [g, R] is abelian of 2n, [R, R] of n dimensions |
| sch(n) | sl(2,ℝ) ⊕ so(n) | abelian, 2n dimensions, κ = n/4 and 2/(n − 2) |
| u(p,q), gl(n,ℝ) | su(p,q), sl(n,ℝ) | central, one dimension |

For n = 1 so(n) is missing in sch(n), for n = 2 it is part of R: it turns [R, R] and commutes with sl(2,ℝ). Galilei's
and Schrödinger's are meant as they move time and coordinates, without the mass at the centre.

>>> zero, x, y, z = [0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]
>>> so3 = Table([[zero, z, [0, -1, 0]], [[0, 0, -1], zero, x], [y, [-1, 0, 0], zero]], 101)
>>> known_as(so3, lambda c: c if c < 50 else c - 101)
''
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isqrt
from typing import Any

from sympy import Rational

from symlag.symmetry.lie.classification import Read, simple_ideals, squares
from symlag.symmetry.lie.levi import levi_factor
from symlag.symmetry.lie.structure import Space, Table
from symlag.symmetry.modular.linear_algebra import dot, reduced


def known_as(algebra: Table, read: Read) -> str:
    """The proper name of an algebra, empty where it has none."""
    parts = Parts(algebra, read)
    if not parts.factors or not parts.radical:
        return ""
    names = (told(parts) for told in (_unitary, _euclid, _galilei, _schroedinger))
    return next(filter(None, names), "")


@dataclass(frozen=True)
class Factor:
    """A simple ideal of a Levi factor: its dimension, its boosts, and the index κ of what it does to the radical."""

    dimension: int
    boosts: int | None
    index: Any

    @classmethod
    def of(cls, algebra: Table, ideal: Space, read: Read) -> Factor:
        """The factor on a subspace; κ is read off the squares of one generic element in either Killing form."""
        own, rows = algebra.subalgebra(ideal), [row for _, row in sorted(reduced(ideal, algebra.prime).items())]
        whole = _square(algebra, algebra.combined(rows, own.generic))
        index = whole * pow(_square(own, own.generic), -1, algebra.prime) - 1
        return cls(len(ideal), squares(own, read), read(index % algebra.prime))


@dataclass(frozen=True)
class Parts:
    """An algebra, its radical and its simple factors."""

    algebra: Table
    read: Read

    @cached_property
    def radical(self) -> Space:
        """The largest solvable ideal."""
        return self.algebra.radical

    @cached_property
    def levi(self) -> Space:
        """A Levi factor."""
        return levi_factor(self.algebra)

    @cached_property
    def factors(self) -> list[Factor]:
        """What the Levi factor is the sum of."""
        rows = [row for _, row in sorted(reduced(self.levi, self.algebra.prime).items())]
        ideals = simple_ideals(self.algebra.subalgebra(self.levi))
        inside = ([self.algebra.combined(rows, x) for x in ideal] for ideal in ideals)
        return [Factor.of(self.algebra, ideal, self.read) for ideal in inside]

    @property
    def flat(self) -> bool:
        """Whether the radical is abelian."""
        return not self.algebra.product(self.radical, self.radical)


def _square(algebra: Table, x: list[int]) -> int:
    return dot(x, [dot(row, x, algebra.prime) for row in algebra.killing], algebra.prime)


def _rotating(factors: Sequence[Factor], vectors: int) -> tuple[int, int] | None:
    """p and q where the factors make up so(p,q), acting on the radical as on so many vectors."""
    dimension = sum(factor.dimension for factor in factors)
    n = (1 + isqrt(1 + 8 * dimension)) // 2
    if n < 3 or n * (n - 1) // 2 != dimension or any(f.index != Rational(vectors, n - 2) for f in factors):
        return None
    boosts = [f.boosts for f in factors if f.boosts is not None]
    forms = ((p, n - p) for p in range(n, (n - 1) // 2, -1) if len(boosts) == len(factors))
    return next(((p, q) for p, q in forms if p * q == sum(boosts)), None)


def _unitary(parts: Parts) -> str:
    if len(parts.factors) != 1 or parts.algebra.centre != parts.radical or len(parts.radical) != 1:
        return ""
    (factor,) = parts.factors
    n = isqrt(factor.dimension + 1)
    if n * n - 1 != factor.dimension:
        return ""
    if factor.boosts == (factor.dimension + n - 1) // 2:
        return f"gl({n},ℝ)"
    forms = ((p, n - p) for p in range(n, (n - 1) // 2, -1))
    return next((f"u({p},{q})" if q else f"u({n})" for p, q in forms if factor.boosts == 2 * p * q), "")


def _euclid(parts: Parts) -> str:
    if not (parts.flat and (found := _rotating(parts.factors, 1)) and sum(found) == len(parts.radical)):
        return ""
    p, q = found
    return f"iso({p},{q})" if q else f"e({p})"


def _galilei(parts: Parts) -> str:
    if (found := _rotating(parts.factors, 2)) is None or found[1] or len(parts.radical) != 2 * found[0] + 1:
        return ""
    moved = parts.algebra.product(parts.algebra.basis, parts.radical)
    twice = parts.algebra.product(parts.radical, parts.radical)
    soluble = parts.algebra.subalgebra(parts.radical)
    abelian = not parts.algebra.product(moved, moved)
    fits = (len(moved), len(twice), soluble.central_series[-1]) == (2 * found[0], found[0], 0)
    return f"gal({found[0]})" if abelian and fits else ""


def _schroedinger(parts: Parts) -> str:
    doublets = [f for f in parts.factors if (f.dimension, f.boosts) == (3, 2)][:1]
    rest = [f for f in parts.factors if f not in doublets]
    n = 2 if _turned(parts) else len(parts.radical) // 2
    if not doublets or doublets[0].index != Rational(n, 4):
        return ""
    if n < 3:
        return f"sch({n})" if not rest and (n == 2 or parts.flat) else ""
    return f"sch({n})" if parts.flat and len(parts.radical) == 2 * n and _rotating(rest, 2) == (n, 0) else ""


def _turned(parts: Parts) -> bool:
    """Whether the radical is an abelian [R, R] of four dimensions and one that turns it beside the Levi factor."""
    inner = parts.algebra.product(parts.radical, parts.radical)
    beside = parts.algebra.centralizer(parts.levi)
    if (len(parts.radical), len(inner), len(beside)) != (5, 4, 1) or parts.algebra.product(inner, inner):
        return False
    prime, turn = parts.algebra.prime, parts.algebra.action(beside[0], inner)
    trace = sum(row[i] for i, row in enumerate(turn)) % prime
    square = sum(dot(row, column, prime) for row, column in zip(turn, zip(*turn, strict=True), strict=True)) % prime
    return trace == 0 and bool(parts.read(square).is_negative)
