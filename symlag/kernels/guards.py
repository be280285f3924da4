"""Guards: branches that are not taken, kept from spoiling the derivative of the one that is.

Automatic differentiation of where(c, f, g) adds the derivatives of both branches, that of the branch not taken times
zero. If that derivative is infinite, zero times infinity is not a number. So a function that has no finite derivative
somewhere gets, wherever its branch is not taken, an argument at which it has one:

    where(x > 0, √x, x)  →  where(x > 0, √(where(x ≤ 0, 1, x)), x)

What is not a number stays that: no comparison with NaN holds, so that its branch, where it is taken, is given NaN.

The backend of torch asks for this rewriting before common subexpressions are named, since the argument of a guarded
function is another expression than that of the same function outside of the branch.

>>> from sympy import Symbol, sqrt
>>> x = Symbol("x", real=True)
>>> guard_branches(Piecewise((sqrt(x), x > 0), (x, True)))
Piecewise((sqrt(Guarded(x, x <= 0, 1)), x > 0), (x, True))
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Expr,
    Not,
    Or,
    Piecewise,
    Pow,
    S,
    acos,
    acosh,
    asin,
    atan2,
    atanh,
    cosh,
    cot,
    coth,
    csc,
    csch,
    exp,
    false,
    log,
    sec,
    sinh,
    tan,
)  # fmt: skip
from sympy.logic.boolalg import to_nnf


class Guarded(Expr):
    """An argument, and where a condition holds a number that is safe in its place."""

    is_commutative = True
    is_real = True


# An argument at which each function has a finite derivative; functions that overflow are among them.
SAFE_ARGUMENT = {
    **dict.fromkeys((atan2, cosh, cot, coth, csc, csch, exp, log, sec, sinh, tan), S.One),
    **dict.fromkeys((acos, asin, atanh), S.Half),
    acosh: S(2),
}


def guard_branches(expression: Expr) -> Expr:
    """The expression in which each branch has safe arguments wherever it is not taken."""
    return expression.replace(lambda node: isinstance(node, Piecewise), _guard_piecewise)


def _guard_piecewise(piecewise: Piecewise) -> Expr:
    """The cases with guarded values; a case holds where its condition does and no earlier one."""
    earlier: Any = false
    branches: list[Any] = []
    for value, condition in piecewise.args:
        branches.append((_guard_value(value, Or(to_nnf(Not(condition), simplify=False), earlier)), condition))
        earlier = Or(earlier, condition)
    return Piecewise(*branches)


def _guard_value(value: Expr, elsewhere: Any) -> Expr:
    """The value of a branch, with arguments that are safe elsewhere, where it is not taken."""

    def may_lack_derivative(node: Any) -> bool:
        """Whether a function, or a power, has no finite derivative somewhere."""
        fractional = isinstance(node, Pow) and not (node.exp.is_Integer and node.exp.is_positive)
        return node.func in SAFE_ARGUMENT or fractional

    def guard(node: Any) -> Expr:
        safe = SAFE_ARGUMENT.get(node.func, S.One)
        return node.func(*(arg if arg.is_number else Guarded(arg, elsewhere, safe) for arg in node.args))

    return value if elsewhere == false else value.replace(may_lack_derivative, guard)
