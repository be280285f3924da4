"""The functions that coefficients of generators are likely to be made of: those that occur in the Lagrangian.

>>> from sympy import sqrt
>>> from symlag.calculus.jets import coordinates
>>> x, y = coordinates("x y")
>>> candidate_functions([1 / sqrt(x**2 + y**2), x.dot**2 * y], [x, y])
[x, y, sqrt(x**2 + y**2), 1/sqrt(x**2 + y**2)]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sympy import Abs, Basic, Expr, Function, Pow, Rational, Symbol, cos, exp, log, postorder_traversal, sin
from sympy.functions.elementary.trigonometric import TrigonometricFunction


def candidate_functions(expressions: Iterable[Basic], variables: Sequence[Symbol]) -> list[Expr]:
    """The variables, and the functions in the expressions that depend on a variable, with their inverses."""
    candidates = dict.fromkeys(variables)
    for expression in expressions:
        for node in postorder_traversal(expression):
            if isinstance(node, Pow | Function) and node.free_symbols & set(variables):
                candidates.update(dict.fromkeys(_candidates(node)))
    return [*candidates]


def _candidates(node: Any) -> Iterator[Expr]:
    """A function and its inverse; roots in place of broken powers, cos and sin in place of tan and others."""
    match node:
        case exp():
            yield from (node, 1 / node)
        case TrigonometricFunction():
            c, s = cos(node.args[0]), sin(node.args[0])
            yield from (s, c, 1 / s, c / s, 1 / c, s / c)
        case log() | Abs():
            yield node
        case Pow(base=base, exp=e) if e.is_Integer:
            if e.is_negative:
                yield 1 / base
        case Pow(base=base, exp=e) if e.is_Rational:
            yield from (base ** Rational(1, e.q), base ** Rational(-1, e.q))
        case Pow(base=base):
            yield from (node, 1 / base)
        case _:
            return
