"""The name of a solvable Lie algebra, where its derived algebra [g, g] is small.

- Without brackets it is ℝⁿ.
- Where [g, g] is a line in the centre, the bracket is a skew form on g modulo the centre: h(k) ⊕ ℝᵐ, Heisenberg's.
- Where [g, g] is a line outside of the centre, it is aff(1) ⊕ ℝᵐ.
- Where [g, g] is an abelian plane in three dimensions, and ad x acts on it without trace, it is e(2) if ad x is a
  rotation, and e(1,1) if it is hyperbolic (Bianchi's list).

Any other is called by its dimension, and by whether it is nilpotent.

>>> zero, x, z = [0, 0, 0], [1, 0, 0], [0, 0, 1]
>>> heisenberg = CommutatorTable([[zero, z, zero], [[0, 0, 100], zero, zero], [zero, zero, zero]], 101)
>>> solvable_name(heisenberg, lambda c: c if c < 50 else c - 101)
'h(1)'
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr

from symlag.symmetry.lie.commutator_table import CommutatorTable
from symlag.symmetry.modular.linear_algebra import rref

# The real number behind a structure constant modulo the prime.
RealValue = Callable[[int], Expr]
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def solvable_name(algebra: CommutatorTable, real: RealValue) -> str:
    """The name of the algebra; `real` gives the real number behind a structure constant."""
    n, derived = len(algebra.brackets), algebra.derived
    if not derived:
        return _euclidean_space(n)
    if len(derived) == 1:
        if algebra.product(algebra.basis, derived):
            return _with_abelian_summand("aff(1)", n - 2)
        centre = len(algebra.centre)
        return _with_abelian_summand(f"h({(n - centre) // 2})", centre - 1)
    if len(derived) == 2 and n == 3 and not algebra.product(derived, derived):
        name = _name_by_action_on_plane(algebra, real)
        if name:
            return name
    kind = "nilpotent" if algebra.lower_central_series[-1] == 0 else "solvable"
    return f"a {kind} algebra of dimension {n}"


def _name_by_action_on_plane(algebra: CommutatorTable, real: RealValue) -> str | None:
    """e(2) or e(1,1), by the sign of the determinant of ad x on [g, g], if its trace is zero."""
    plane = rref(algebra.derived, algebra.prime)
    x = next(x for i, x in enumerate(algebra.basis) if i not in plane)
    (a, b), (c, d) = algebra.action(x, algebra.derived)
    if (a + d) % algebra.prime:
        return None
    determinant = real((a * d - b * c) % algebra.prime)
    if determinant.is_positive:
        return "e(2)"
    return "e(1,1)" if determinant.is_negative else None


def _euclidean_space(n: int) -> str:
    return "ℝ" if n == 1 else f"ℝ{str(n).translate(SUPERSCRIPTS)}"


def _with_abelian_summand(name: str, dimension: int) -> str:
    return f"{name} ⊕ {_euclidean_space(dimension)}" if dimension else name
