"""Lie algebras with a proper name beyond that of their parts: Euclid's, Poincaré's, Galilei's, Schrödinger's.

Each is recognised by invariants. Let R be the radical, and K the Killing form of the semisimple quotient by it. The
trace form of the quotient on R is what the Killing form of the whole algebra has beyond K; on a simple ideal it is κK
with a number κ, the index of the representation (Dynkin). On one n-vector of so(p,q), p + q = n, that is 1/(n − 2), on
a doublet of sl(2) 1/4; no other representation of these dimensions has the same.

| algebra | quotient | radical |
| --- | --- | --- |
| e(n), iso(p,q) | so(p,q) | abelian, n dimensions, κ = 1/(n − 2) |
| gal(n) | so(n) | nilpotent, 2n + 1 dimensions, κ = 2/(n − 2); [g, R] is abelian of 2n, [R, R] of n dimensions |
| sch(n) | sl(2,ℝ) ⊕ so(n) | abelian, 2n dimensions, κ = n/4 and 2/(n − 2) |
| u(p,q), gl(n,ℝ) | su(p,q), sl(n,ℝ) | central, one dimension |

For n = 1 so(n) is missing in sch(n), for n = 2 it is part of R: it turns [R, R] and commutes with sl(2,ℝ). Galilei's
and Schrödinger's are meant as they move time and coordinates, without the mass at the centre.

>>> zero, x, y, z = [0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]
>>> so3 = CommutatorTable([[zero, z, [0, -1, 0]], [[0, 0, -1], zero, x], [y, [-1, 0, 0], zero]], 101)
>>> proper_name(so3, lambda c: c if c < 50 else c - 101)
''
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import isqrt

from sympy import Expr, Rational

from symlag.symmetry.lie.commutator_table import CommutatorTable, Space
from symlag.symmetry.lie.levi import levi_factor
from symlag.symmetry.lie.names_by_decomposition import positive_squares, simple_ideals
from symlag.symmetry.lie.solvable import RealValue
from symlag.symmetry.modular.linear_algebra import dot, rref


def proper_name(algebra: CommutatorTable, real: RealValue) -> str:
    """The proper name of an algebra, empty where it has none."""
    parts = LeviDecomposition(algebra, real)
    if not parts.factors or not parts.radical:
        return ""
    for recognise in (_unitary, _euclidean, _galilean, _schroedinger):
        if name := recognise(parts):
            return name
    return ""


@dataclass(frozen=True)
class Factor:
    """A simple ideal of a Levi factor: its dimension, its boosts, and the index κ of its action on the radical.

    Boosts are the positive squares of the Killing form.
    """

    dimension: int
    boosts: int | None
    index: Expr

    @classmethod
    def of(cls, algebra: CommutatorTable, ideal: Space, real: RealValue) -> Factor:
        """The factor on a subspace; κ is read off one entry of either Killing form.

        The entry is any that is not zero in the ideal's own form, of which there is one, since the ideal is simple; the
        square of an element would not do, for a generic one can be null where the form is indefinite.
        """
        own, rows = algebra.subalgebra(ideal), [row for _, row in sorted(rref(ideal, algebra.prime).items())]
        places = product(range(len(rows)), repeat=2)
        i, j = next((i, j) for i, j in places if own.killing_form[i][j] != 0)
        image = [dot(row, rows[j], algebra.prime) for row in algebra.killing_form]
        whole = dot(rows[i], image, algebra.prime)
        index = whole * pow(own.killing_form[i][j], -1, algebra.prime) - 1
        return cls(len(ideal), positive_squares(own, real), real(index % algebra.prime))


@dataclass(frozen=True)
class LeviDecomposition:
    """An algebra, its radical and its simple factors."""

    algebra: CommutatorTable
    real: RealValue

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
        """The simple ideals whose sum the Levi factor is."""
        rows = [row for _, row in sorted(rref(self.levi, self.algebra.prime).items())]
        ideals = simple_ideals(self.algebra.subalgebra(self.levi))
        inside = ([self.algebra.combination(rows, x) for x in ideal] for ideal in ideals)
        return [Factor.of(self.algebra, ideal, self.real) for ideal in inside]

    @property
    def radical_is_abelian(self) -> bool:
        """Whether the radical is abelian."""
        return not self.algebra.product(self.radical, self.radical)


def _rotation_signature(factors: Sequence[Factor], vectors: int) -> tuple[int, int] | None:
    """p and q where the factors make up so(p,q), acting on the radical as on so many vectors."""
    dimension = sum(factor.dimension for factor in factors)
    n = (1 + isqrt(1 + 8 * dimension)) // 2
    if n < 3 or n * (n - 1) // 2 != dimension or any(f.index != Rational(vectors, n - 2) for f in factors):
        return None
    boosts = [f.boosts for f in factors if f.boosts is not None]
    forms = ((p, n - p) for p in range(n, (n - 1) // 2, -1) if len(boosts) == len(factors))
    return next(((p, q) for p, q in forms if p * q == sum(boosts)), None)


def _unitary(parts: LeviDecomposition) -> str:
    """u(p,q) or gl(n,ℝ): one simple factor, and one central dimension."""
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


def _euclidean(parts: LeviDecomposition) -> str:
    """e(n) or iso(p,q): rotations of an abelian radical that is one vector."""
    signature = _rotation_signature(parts.factors, 1)
    if signature is None or sum(signature) != len(parts.radical) or not parts.radical_is_abelian:
        return ""
    p, q = signature
    return f"iso({p},{q})" if q else f"e({p})"


def _galilean(parts: LeviDecomposition) -> str:
    """gal(n): rotations of a nilpotent radical of translations, boosts, and the time translation between them."""
    signature = _rotation_signature(parts.factors, 2)
    if signature is None or signature[1] or len(parts.radical) != 2 * signature[0] + 1:
        return ""
    n = signature[0]
    moved = parts.algebra.product(parts.algebra.basis, parts.radical)  # [g, R]
    derived = parts.algebra.product(parts.radical, parts.radical)  # [R, R]
    nilpotent = parts.algebra.subalgebra(parts.radical).lower_central_series[-1] == 0
    abelian = not parts.algebra.product(moved, moved)
    return f"gal({n})" if nilpotent and abelian and (len(moved), len(derived)) == (2 * n, n) else ""


def _schroedinger(parts: LeviDecomposition) -> str:
    """sch(n): sl(2,ℝ) ⊕ so(n) on n doublets, which are two vectors."""
    doublets = [f for f in parts.factors if (f.dimension, f.boosts) == (3, 2)][:1]
    rest = [f for f in parts.factors if f not in doublets]
    n = 2 if _radical_contains_rotation(parts) else len(parts.radical) // 2
    if not doublets or doublets[0].index != Rational(n, 4):
        return ""
    if n < 3:
        fits = not rest and (n == 2 or parts.radical_is_abelian)
    else:
        rotations = _rotation_signature(rest, 2) == (n, 0)
        fits = parts.radical_is_abelian and len(parts.radical) == 2 * n and rotations
    return f"sch({n})" if fits else ""


def _radical_contains_rotation(parts: LeviDecomposition) -> bool:
    """Whether R is an abelian [R, R] of four dimensions, and a rotation of it that commutes with the Levi factor."""
    derived = parts.algebra.product(parts.radical, parts.radical)
    centralizer = parts.algebra.centralizer(parts.levi)
    if (len(parts.radical), len(derived), len(centralizer)) != (5, 4, 1) or parts.algebra.product(derived, derived):
        return False
    prime, action = parts.algebra.prime, parts.algebra.action(centralizer[0], derived)
    trace = sum(row[i] for i, row in enumerate(action)) % prime
    square = sum(dot(row, column, prime) for row, column in zip(action, zip(*action, strict=True), strict=True)) % prime
    return trace == 0 and bool(parts.real(square).is_negative)
