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

from symlag.symmetry.residues import dot
from symlag.symmetry.structure import Space, Table

Read = Callable[[int], Any]
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def name_of(algebra: Table, read: Read) -> str:
    """The name, for instance so(3) ⊕ ℝ or sl(2,ℝ) ⋉ ℝ²; `read` gives the real number behind a structure constant."""
    radical = algebra.radical
    simple = [*_simple(algebra.quotient(radical), read)]
    levi = " ⊕ ".join(simple)
    if not radical:
        return levi
    soluble = _soluble(algebra, radical)
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


def _simple(algebra: Table, read: Read) -> Iterator[str]:
    """The names of the smallest ideals that single basis elements generate."""
    seen: Space = []
    for ideal in sorted((algebra.ideal([x]) for x in algebra.basis), key=len):
        if len(algebra.span([*seen, *ideal])) == len(seen) + len(ideal):
            seen = algebra.span([*seen, *ideal])
            yield _simple_name(len(ideal), signature(_restricted(algebra, ideal, read)))


def _restricted(algebra: Table, ideal: Space, read: Read) -> Matrix:
    """The Killing form on an ideal, in real numbers."""
    images = [[dot(row, x, algebra.prime) for row in algebra.killing] for x in ideal]
    return Matrix([[read(dot(x, image, algebra.prime)) for x in ideal] for image in images])


def _simple_name(dimension: int, squares: tuple[int, int] | None) -> str:
    """Which classical algebra has this dimension and so many positive squares in its Killing form."""
    found = (name for boosts, name in _real_forms(dimension) if squares and boosts == squares[0])
    return next(found, f"a semisimple algebra of dimension {dimension}")


def _real_forms(dimension: int) -> Iterator[tuple[int, str]]:
    n = isqrt(dimension + 1)
    if n * n - 1 == dimension:
        yield (dimension + n - 1) // 2, f"sl({n},ℝ)"
    m = (1 + isqrt(1 + 8 * dimension)) // 2
    if m * (m - 1) // 2 == dimension:
        yield from ((p * (m - p), f"so({m})" if p == m else f"so({p},{m - p})") for p in range(m, m // 2, -1))
    if n * n - 1 == dimension:
        yield from ((2 * p * (n - p), f"su({n})" if p == n else f"su({p},{n - p})") for p in range(n, n // 2, -1))


def _soluble(algebra: Table, radical: Space) -> str:
    inner = algebra.product(radical, radical)
    n = len(radical)
    if not inner:
        return "ℝ" if n == 1 else f"ℝ{str(n).translate(RAISED)}"
    if len(inner) == 1 and not algebra.product(radical, inner) and n % 2:
        return f"h({n // 2})"
    return f"a {'nilpotent' if _nilpotent(algebra, radical) else 'solvable'} algebra of dimension {n}"


def _nilpotent(algebra: Table, space: Space) -> bool:
    power = space
    while len(smaller := algebra.product(space, power)) < len(power):
        power = smaller
    return not power
