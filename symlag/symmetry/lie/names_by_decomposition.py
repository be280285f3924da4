"""The name of a Lie algebra by its decomposition: simple ideals, radical, and whether their sum is direct.

A simple ideal is recognised by its dimension, its rank, and the number of positive squares of its Killing form, the
"boosts", which tell the real forms of the classical algebras apart (Helgason, *Differential Geometry, Lie Groups, and
Symmetric Spaces*, chapter X). Where two classical algebras agree in these, both names are given. The sum with the
radical is direct where the centralizer of the radical, together with it, is the whole algebra.

>>> zero, x, y, z = [0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]
>>> so3 = CommutatorTable([[zero, z, [0, -1, 0]], [[0, 0, -1], zero, x], [y, [-1, 0, 0], zero]], 101)
>>> name_by_decomposition(so3, lambda c: c if c < 50 else c - 101)
'so(3)'
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isqrt

from sympy import Expr, Matrix, eye

from symlag.symmetry.lie.commutator_table import CommutatorTable, Space
from symlag.symmetry.lie.solvable import RealValue, solvable_name


def name_by_decomposition(algebra: CommutatorTable, real: RealValue) -> str:
    """The name, for instance so(3) ⊕ ℝ or sl(2,ℝ) ⋉ ℝ²; `real` gives the real number behind a structure constant."""
    radical = algebra.radical
    semisimple = algebra.quotient(radical)
    simple = [_simple_name(semisimple.subalgebra(ideal), real) for ideal in simple_ideals(semisimple)]
    levi = " ⊕ ".join(simple)
    if not radical:
        return levi
    solvable = solvable_name(algebra.subalgebra(radical), real)
    if not simple:
        return solvable
    direct = len(algebra.span([*algebra.centralizer(radical), *radical])) == len(algebra.brackets)
    joined = f"({levi})" if len(simple) > 1 and not direct else levi
    return f"{joined} {'⊕' if direct else '⋉'} {solvable}"


def signature(form: Matrix) -> tuple[int, int] | None:
    """How many squares of either sign a non-degenerate form has; None where a sign depends on parameters."""
    positive, rest = 0, form
    while rest.rows:
        rest, square = _orthogonal_complement(rest)
        if square.is_positive is None:
            return None
        positive += bool(square.is_positive)
    return positive, form.rows - positive


def _orthogonal_complement(form: Matrix) -> tuple[Matrix, Expr]:
    """The form on the complement of a vector whose square is not zero, and that square (Lagrange's method)."""
    n = form.rows
    i, j = next(((i, i) for i in range(n) if form[i, i] != 0), None) or next(
        (i, j) for i in range(n) for j in range(i) if form[i, j] != 0
    )
    change = eye(n)
    change[i, j] = 1
    change[0, :], change[i, :] = change[i, :], change[0, :]
    new = change * form * change.T
    square, row = new[0, 0], new[0, 1:]
    return new[1:, 1:] - row.T * row / square, square


def simple_ideals(algebra: CommutatorTable) -> Iterator[Space]:
    """The smallest ideals of a semisimple algebra that single basis elements generate."""
    total: Space = []
    for ideal in sorted((algebra.ideal([x]) for x in algebra.basis), key=len):
        larger = algebra.span([*total, *ideal])
        if len(larger) == len(total) + len(ideal):
            total = larger
            yield ideal


def positive_squares(algebra: CommutatorTable, real: RealValue) -> int | None:
    """How many positive squares the Killing form has: the number of boosts."""
    squares = signature(Matrix([[real(entry) for entry in row] for row in algebra.killing_form]))
    return None if squares is None else squares[0]


def _simple_name(algebra: CommutatorTable, real: RealValue) -> str:
    """Which classical algebras have the dimension, the rank and the number of boosts of a simple algebra."""
    dimension, boosts = len(algebra.brackets), positive_squares(algebra, real)
    rank = len(algebra.centralizer([algebra.generic]))  # the dimension of a Cartan subalgebra
    forms = [(kind, name) for kind, n, count, name in _real_forms(dimension) if (n, count) == (rank, boosts)]
    if not forms:
        return f"a semisimple algebra of dimension {dimension}"
    first, name = forms[0]
    # B and C have the same dimension and rank, and are the same algebra up to rank two only.
    others = [other for kind, other in forms if {kind, first} == {"B", "C"}]
    return " or ".join([name, *others[:1]])


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
