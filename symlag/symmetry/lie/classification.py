"""The name of a Lie algebra: its simple ideals, its radical, and how they are joined.

>>> zero, x, y, z = [0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]
>>> so3 = Table([[zero, z, [0, -1, 0]], [[0, 0, -1], zero, x], [y, [-1, 0, 0], zero]], 101)
>>> name_of(so3, lambda c: c if c < 50 else c - 101)
'so(3)'
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isqrt
from typing import Any

from sympy import Matrix, eye

from symlag.symmetry.lie.solvable import soluble_name
from symlag.symmetry.lie.structure import Space, Table

Read = Callable[[int], Any]


def name_of(algebra: Table, read: Read) -> str:
    """The name, for instance so(3) ⊕ ℝ or sl(2,ℝ) ⋉ ℝ²; `read` gives the real number behind a structure constant."""
    radical = algebra.radical
    simple = [*_simple(algebra.quotient(radical), read)]
    levi = " ⊕ ".join(simple)
    if not radical:
        return levi
    soluble = soluble_name(algebra.subalgebra(radical), read)
    if not simple:
        return soluble
    direct = len(algebra.span([*algebra.centralizer(radical), *radical])) == len(algebra.brackets)
    joined = f"({levi})" if len(simple) > 1 and not direct else levi
    return f"{joined} {'⊕' if direct else '⋉'} {soluble}"


def signature(form: Matrix) -> tuple[int, int] | None:
    """How many squares of either sign a non-degenerate form has; None where a sign depends on parameters."""
    positive = 0
    rest = form
    while rest.rows:
        rest, pivot = _split(rest)
        if pivot.is_positive is None:
            return None
        positive += bool(pivot.is_positive)
    return positive, form.rows - positive


def _split(form: Matrix) -> tuple[Matrix, Any]:
    """What is left of a form orthogonally to a vector of non-zero square, and that square."""
    n = form.rows
    i, j = next(((i, i) for i in range(n) if form[i, i] != 0), None) or next(
        (i, j) for i in range(n) for j in range(i) if form[i, j] != 0
    )
    change = eye(n)
    change[i, j] = 1
    change[0, :], change[i, :] = change[i, :], change[0, :]
    moved = change * form * change.T
    pivot, row = moved[0, 0], moved[0, 1:]
    return moved[1:, 1:] - row.T * row / pivot, pivot


def simple_ideals(algebra: Table) -> Iterator[Space]:
    """The smallest ideals of a semisimple algebra that single basis elements generate."""
    seen: Space = []
    for ideal in sorted((algebra.ideal([x]) for x in algebra.basis), key=len):
        if len(algebra.span([*seen, *ideal])) == len(seen) + len(ideal):
            seen = algebra.span([*seen, *ideal])
            yield ideal


def _simple(algebra: Table, read: Read) -> Iterator[str]:
    for ideal in simple_ideals(algebra):
        part = algebra.subalgebra(ideal)
        yield _simple_name(len(ideal), _rank(part), squares(part, read))


def squares(algebra: Table, read: Read) -> int | None:
    """How many positive squares the Killing form has: the number of boosts."""
    found = signature(Matrix([[read(entry) for entry in row] for row in algebra.killing]))
    return found and found[0]


def _rank(algebra: Table) -> int:
    """The dimension of what commutes with an element that is special in no way."""
    return len(algebra.centralizer([algebra.generic]))


def _simple_name(dimension: int, rank: int, boosts: int | None) -> str:
    """Which classical algebras have this dimension, this rank and so many positive squares in their Killing form."""
    found = [(kind, name) for kind, n, count, name in _real_forms(dimension) if (n, count) == (rank, boosts)]
    first = [name for kind, name in found if kind == found[0][0]][:1]
    other = [name for kind, name in found if {kind, found[0][0]} == {"B", "C"}][:1]
    return " or ".join([*first, *other]) or f"a semisimple algebra of dimension {dimension}"


def _real_forms(dimension: int) -> Iterator[tuple[str, int, int, str]]:
    """Cartan's letter, rank, number of boosts and name; B and C share dimensions and are the same up to rank two."""
    n = isqrt(dimension + 1)
    m = (1 + isqrt(1 + 8 * dimension)) // 2
    linear, orthogonal = n * n - 1 == dimension, m * (m - 1) // 2 == dimension
    if linear:
        yield "A", n - 1, (dimension + n - 1) // 2, f"sl({n},ℝ)"
    if orthogonal:
        forms = ((p, m - p) for p in range(m, (m - 1) // 2, -1))
        yield from (("D" if m % 2 == 0 else "B", m // 2, p * q, f"so({p},{q})" if q else f"so({m})") for p, q in forms)
    if orthogonal and m % 2 and m > 5:
        yield "C", m // 2, (m // 2) * (m // 2 + 1), f"sp({m - 1},ℝ)"
        forms = ((p, m // 2 - p) for p in range(m // 2, m // 4, -1))
        yield from (("C", m // 2, 4 * p * q, f"sp({p},{q})" if q else f"sp({m // 2})") for p, q in forms)
    if linear:
        forms = ((p, n - p) for p in range(n, (n - 1) // 2, -1))
        yield from (("A", n - 1, 2 * p * q, f"su({p},{q})" if q else f"su({n})") for p, q in forms)
