"""Branches that are not taken, kept from spoiling the slope of the one that is.

A slope goes through all branches, times zero through those not taken; zero times infinity is no number. So whatever has
no finite slope somewhere is given an argument where it has one, wherever its branch is not taken.

>>> from sympy import Symbol, sqrt
>>> x = Symbol("x", real=True)
>>> guarded(Piecewise((sqrt(x), x > 0), (x, True)))
Piecewise((sqrt(Guarded(x, x > 0, 1)), x > 0), (x, True))
"""

from __future__ import annotations

from typing import Any

from sympy import (
    And,
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
    true,
)  # fmt: skip


class Guarded(Expr):
    """An argument where a condition holds, and elsewhere a number that is safe."""

    is_commutative = True
    is_real = True


# An argument at which each function has a slope; those that overflow are among them.
SAFE = {
    **dict.fromkeys((atan2, cosh, cot, coth, csc, csch, exp, log, sec, sinh, tan), S.One),
    **dict.fromkeys((acos, asin, atanh), S.Half),
    acosh: S(2),
}


def guarded(expression: Expr) -> Expr:
    """The expression with the arguments in each branch safe where the branch is not taken."""
    return expression.replace(lambda node: isinstance(node, Piecewise), _branches)


def _branches(piecewise: Piecewise) -> Expr:
    earlier: Any = false
    made: list[Any] = []
    for value, condition in piecewise.args:
        made.append((_safe(value, And(condition, Not(earlier))), condition))
        earlier = Or(earlier, condition)
    return Piecewise(*made)


def _safe(value: Expr, taken: Any) -> Expr:
    def guard(node: Any) -> Expr:
        return node.func(*(_guard(arg, taken, SAFE.get(node.func, S.One)) for arg in node.args))

    return value.replace(_dangerous, guard)


def _dangerous(node: Any) -> bool:
    """Whether a function, or a power, has no finite slope somewhere."""
    return node.func in SAFE or (isinstance(node, Pow) and not (node.exp.is_Integer and node.exp.is_positive))


def _guard(argument: Expr, taken: Any, safe: Expr) -> Expr:
    return argument if argument.is_number or taken == true else Guarded(argument, taken, safe)
