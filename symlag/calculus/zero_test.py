"""Zero testing: whether an expression is identically zero, by proof.

**Method.** An expression that is not zero betrays itself almost surely at a random point; only what is zero to thirty
digits at three of them is worth a proof. A proof is a sequence of identities of real functions that leads to 0: the
field of fractions over the rationals in the symbols, functions and roots that occur; expansion; the laws of powers and
logarithms; SymPy's `simplify` last. Traces and unknown functions stand for themselves, that is, as independent symbols:
expressions in normal form are zero only where they are zero in these.

`vanishes` never says yes without a proof. That it says no may mean that none was found.

>>> from sympy import cos, sin, symbols
>>> x = symbols("x")
>>> vanishes(sin(x) ** 2 + cos(x) ** 2 - 1), vanishes(x**2 - x)
(True, False)
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import lru_cache
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
    powsimp,
    simplify,
)
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.matexpr import MatrixExpr
from sympy.polys.fields import field

from symlag.calculus.invariant_functions import Partial, Unknown, modulo_invariances
from symlag.calculus.matrix_words import words

DIGITS = 30
OPAQUE = Trace, AppliedUndef, Derivative, Subs, Unknown, Partial


def vanishes(expression: Any) -> bool:
    """Whether a scalar or matrix expression is identically zero, by proof.

    Parameters
    ----------
    expression : Expr or MatrixExpr or number
        A scalar, or a matrix of any shape, in real symbols.

    Returns
    -------
    bool
        True where it was proved to be zero; False where it is not zero, or no proof was found.

    Examples
    --------
    >>> from sympy import exp, symbols
    >>> x, y = symbols("x y")
    >>> vanishes(exp(x) * exp(y) - exp(x + y)), vanishes(exp(x) - 1)
    (True, False)
    """
    if isinstance(expression, MatrixExpr):
        return all(vanishes(coefficient) for coefficient in words(expression).values())
    if expression == 0:
        return True
    plain, _ = opaque_as_symbols(modulo_invariances(S(expression)))
    return zero_at_random_points(plain) and (
        _one_fraction(plain) == 0
        or expand(plain) == 0
        or cancel(plain) == 0
        or _by_laws_of_powers(plain) == 0
        or simplify(plain) == 0
    )


@lru_cache(maxsize=2**8)
def opaque_as_symbols(expression: Expr) -> tuple[Expr, Mapping[Expr, Expr]]:
    """The expression with a symbol for each trace and each unknown function, and what every symbol stands for."""
    # Cached, since the zero test and the normal form both ask for it, and to print what is sorted here takes long.
    opaque = sorted(expression.atoms(*OPAQUE), key=lambda node: (-len(str(node)), str(node)))
    names = {node: Symbol(f"s{i}", positive=node.is_positive) for i, node in enumerate(opaque)}
    return expression.xreplace(names), {name: node for node, name in names.items()}


def zero_at_random_points(expression: Expr, points: int = 3) -> bool:
    """Whether the expression is zero to thirty digits at random rational points, where it is defined."""
    random_numbers = random.Random(0)
    for _ in range(points):
        point: dict[Any, Expr] = {}
        for symbol in sorted(expression.free_symbols, key=str):
            if symbol.is_integer:
                point[symbol] = S(random_numbers.randint(2, 9))
            else:
                point[symbol] = Rational(random_numbers.randint(20, 90), random_numbers.randint(31, 67))
        value = expression.xreplace(point).evalf(DIGITS)
        if value.is_number and value.is_finite and abs(value) >= Rational(1, 10 ** (DIGITS // 2)):
            return False
    return True


def _one_fraction(expression: Expr) -> Expr:
    """The expression as one reduced fraction in its symbols, each function and root in it a symbol, too."""
    names: dict[Expr, Symbol] = {}

    def is_function_or_root(node: Any) -> bool:
        whole_power = isinstance(node, Pow) and node.exp.is_Integer
        return isinstance(node, Expr) and not whole_power and not isinstance(node, Add | Mul | Symbol | Rational)

    def as_symbol(node: Any) -> Expr:
        # x^(2/3) is the square of one symbol, so that its powers know of each other.
        power = node.exp.p if isinstance(node, Pow) and node.exp.is_Rational else 1
        return names.setdefault(node ** (S.One / power), Dummy()) ** power

    rational = expression.replace(is_function_or_root, as_symbol)
    if not rational.free_symbols:
        return rational
    return field(sorted(rational.free_symbols, key=str), QQ)[0].from_expr(rational).as_expr()


def _by_laws_of_powers(expression: Expr) -> Expr:
    """The expression with products of powers and logarithms collected."""
    return expand(powsimp(expand_power_base(expand_log(expression, force=True), force=True), force=True))
