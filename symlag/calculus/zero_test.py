"""Exact questions about expressions: does it vanish, and what is it in its shortest form?

An expression is first tried at random points, where almost every non-zero one betrays itself; only what vanishes
there is worth a proof.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from sympy import (
    QQ,
    Add,
    Derivative,
    Dummy,
    Expr,
    Mul,
    Pow,
    Rational,
    S,
    Subs,
    Symbol,
    Trace,
    cancel,
    expand,
    expand_log,
    expand_power_base,
    factor,
    powsimp,
    simplify,
)
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.matexpr import MatrixExpr
from sympy.polys.fields import field

from symlag.calculus.invariant_functions import Partial, Unknown, settle
from symlag.calculus.matrix_words import words

DIGITS = 30
_OPAQUE = Trace, AppliedUndef, Derivative, Subs, Unknown, Partial


def vanishes(expression: Any) -> bool:
    """Whether a scalar or matrix expression is identically zero, by proof.

    >>> from sympy import cos, sin, symbols
    >>> x = symbols("x")
    >>> vanishes(sin(x)**2 + cos(x)**2 - 1), vanishes(x**2 - x)
    (True, False)
    """
    if isinstance(expression, MatrixExpr):
        return all(vanishes(coefficient) for coefficient in words(expression).values())
    if expression == 0:
        return True
    plain = plainly(settle(S(expression)))[0]
    return seems_zero(plain) and any(step(plain) == 0 for step in _PROOFS)


def plainly(expression: Expr) -> tuple[Expr, dict[Expr, Expr]]:
    """The expression with traces and unknown functions named by symbols, and what each symbol stands for."""
    opaque = sorted(expression.atoms(*_OPAQUE), key=lambda node: (-len(str(node)), str(node)))
    names = {node: Symbol(f"s{i}", positive=node.is_positive) for i, node in enumerate(opaque)}
    return expression.xreplace(names), {name: node for node, name in names.items()}


def seems_zero(expression: Expr, points: int = 3) -> bool:
    """Whether the expression is zero to thirty digits at random rational points, where it is defined."""
    dice = random.Random(0)
    return all(_near_zero(expression, dice) for _ in range(points))


def tidy(expression: Any) -> Any:
    """The shorter of an expression and its expansion; zero where it vanishes."""
    if isinstance(expression, MatrixExpr):
        return expression
    plain, meaning = plainly(S(expression))
    if vanishes(expression):
        return S.Zero
    flat = expand(plain)
    return min((flat, plain), key=lambda e: (e.count_ops(), str(e))).xreplace(meaning)


def lowest(expression: Expr) -> Expr:
    """A rational expression in lowest terms, factored.

    >>> from sympy import symbols
    >>> a, b = symbols("a b")
    >>> lowest(a / (a + a * b) + b / (1 + b))
    1
    """
    plain, meaning = plainly(S(expression))
    return factor(cancel(plain)).xreplace(meaning)


def proportion(one: Any, other: Any) -> Expr | None:
    """The number c with one = c·other, or none; of two numbers always their ratio.

    >>> from sympy import symbols
    >>> x, y = symbols("x y")
    >>> proportion(2 * x * y, y)
    2*x
    """
    if not isinstance(other, MatrixExpr):
        return lowest(S(one) / other)
    found, wanted = words(one), words(other)
    if set(found) - set(wanted) or not wanted:
        return None
    word, unit = next(iter(wanted.items()))
    ratio = proportion(found.get(word, S.Zero), unit)
    even = all(vanishes(found.get(w, S.Zero) - ratio * c) for w, c in wanted.items())
    return ratio if even else None


def _near_zero(expression: Expr, dice: random.Random) -> bool:
    point = {s: _draw(s, dice) for s in sorted(expression.free_symbols, key=str)}
    value = expression.xreplace(point).evalf(DIGITS)
    if not value.is_number or not value.is_finite:
        return True
    return abs(value) < Rational(1, 10 ** (DIGITS // 2))


def _draw(symbol: Any, dice: random.Random) -> Rational:
    if symbol.is_integer:
        return S(dice.randint(2, 9))
    return Rational(dice.randint(20, 90), dice.randint(31, 67))


def _one_fraction(expression: Expr) -> Expr:
    """The expression as one reduced fraction in its symbols, each function and root in it a symbol, too."""
    names: dict[Expr, Symbol] = {}

    def named(node: Any) -> Expr:
        power = node.exp.p if isinstance(node, Pow) and node.exp.is_Rational else 1
        return names.setdefault(node ** (S.One / power), Dummy()) ** power

    plain = expression.replace(_is_opaque, named)
    return field(sorted(plain.free_symbols, key=str), QQ)[0].from_expr(plain).as_expr() if plain.free_symbols else plain


def _is_opaque(node: Any) -> bool:
    """Whether a node is more than a sum, product or whole power of symbols and rationals."""
    whole = isinstance(node, Pow) and node.exp.is_Integer
    return isinstance(node, Expr) and not whole and not isinstance(node, Add | Mul | Symbol | Rational)


_PROOFS: tuple[Callable[[Expr], Expr], ...] = (
    _one_fraction,
    expand,
    cancel,
    lambda e: expand(powsimp(expand_power_base(expand_log(e, force=True), force=True), force=True)),
    simplify,
)
