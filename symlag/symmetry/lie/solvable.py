"""The name of a solvable Lie algebra, where it is a known one.

With no brackets it is ℝⁿ. Where [g, g] is a line, it is h(k) ⊕ ℝᵐ if the line is central, for the bracket is then a
skew form on g modulo the centre; and aff(1) ⊕ ℝᵐ if it is not. Where [g, g] is an abelian plane in three dimensions,
and something turns it without stretching, it is e(2), or e(1,1) for a hyperbolic turn: this is Bianchi's list.

>>> zero, x, z = [0, 0, 0], [1, 0, 0], [0, 0, 1]
>>> heisenberg = Table([[zero, z, zero], [[0, 0, 100], zero, zero], [zero, zero, zero]], 101)
>>> soluble_name(heisenberg, lambda c: c if c < 50 else c - 101)
'h(1)'
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symlag.symmetry.lie.structure import Table
from symlag.symmetry.modular.linear_algebra import reduced

Read = Callable[[int], Any]
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def soluble_name(algebra: Table, read: Read) -> str:
    """The name of the algebra; `read` gives the real number behind a structure constant."""
    n, inner = len(algebra.brackets), algebra.derived
    match len(inner), n:
        case 0, _:
            return _space(n)
        case 1, _:
            return _beside(*_line(algebra))
        case 2, 3 if not algebra.product(inner, inner) and (turn := _turn(algebra, read)):
            return turn
        case _:
            kind = "nilpotent" if algebra.central_series[-1] == 0 else "solvable"
            return f"a {kind} algebra of dimension {n}"


def _line(algebra: Table) -> tuple[str, int]:
    """What an algebra with a line [g, g] is, and the dimension of what stands beside it."""
    n, centre = len(algebra.brackets), len(algebra.centre)
    central = not algebra.product(algebra.basis, algebra.derived)
    return (f"h({(n - centre) // 2})", centre - 1) if central else ("aff(1)", n - 2)


def _turn(algebra: Table, read: Read) -> str | None:
    plane = reduced(algebra.derived, algebra.prime)
    x = next(x for i, x in enumerate(algebra.basis) if i not in plane)
    (a, b), (c, d) = algebra.action(x, algebra.derived)
    if (a + d) % algebra.prime:
        return None
    area = read((a * d - b * c) % algebra.prime)
    return "e(2)" if area.is_positive else "e(1,1)" if area.is_negative else None


def _space(n: int) -> str:
    return "ℝ" if n == 1 else f"ℝ{str(n).translate(RAISED)}"


def _beside(name: str, rest: int) -> str:
    return f"{name} ⊕ {_space(rest)}" if rest else name
