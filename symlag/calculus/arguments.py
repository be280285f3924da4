"""Arguments of public functions, checked: each check returns what was passed, or says what to write instead.

>>> require_number("the loss", 2)
2
>>> require_mapping("forces =", {"x": 1})
{'x': 1}
"""

from __future__ import annotations

from collections.abc import Mapping
from math import log2
from typing import Any, TypeVar

from sympy import Expr, Float, Pow, Rational, S, preorder_traversal
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.matrices import as_sympy, normal
from symlag.errors import ShapeError, SymlagError, shown
from symlag.names import checked_expression

Kind = TypeVar("Kind")


def require_number(role: str, written: Any) -> Expr:
    """A scalar expression in normal form; `ShapeError` for a matrix, and an error for a name that cannot be written."""
    expression = checked_expression(as_sympy(role, written))
    if isinstance(expression, MatrixExpr) or not isinstance(expression, Expr):
        raise ShapeError(f"{role} {shown(expression)}", "it is not a number", "inner(A, B), or a trace")
    return normal(require_real(role, expression))


def require_real(role: str, expression: Any) -> Any:
    """A scalar or matrix expression; `SymlagError` where numbers in it are infinite, imaginary, or huge.

    Infinite limits of integrals and sums are no such numbers. Numbers are huge beyond `DIGITS` digits, and as exponents
    beyond `EXPONENT`: to take powers of them fills the memory before anything is found out.

    >>> from sympy import Symbol
    >>> require_real("T =", Symbol("x") ** 10**9)
    Traceback (most recent call last):
    symlag.errors.SymlagError: T =: an exponent above 10000 occurs in it. ...
    """
    nodes = preorder_traversal(expression)
    for node in nodes:
        if isinstance(node, ExprWithLimits):
            nodes.skip()
            for part in (node.function, *(end for limit in node.limits for end in limit[1:] if end not in INFINITE)):
                require_real(role, part)
        elif node in NO_NUMBERS:
            cure = "Write real and finite numbers, such as 2, 0.5 or sqrt(2)."
            raise SymlagError(role, f"{node} occurs in it, which is no real number", cure)
        elif isinstance(node, Rational | Float) and is_huge(node):
            raise SymlagError(role, f"a number of more than {DIGITS} digits occurs in it", "Write a symbol for it.")
        elif isinstance(node, Pow) and any(abs(n) > EXPONENT for n in node.exp.atoms(Rational, Float)):
            raise SymlagError(role, f"an exponent above {EXPONENT} occurs in it", "Write a symbol for it.")
    return expression


DIGITS, EXPONENT = 1000, 10_000
INFINITE = (S.Infinity, S.NegativeInfinity)
NO_NUMBERS = {S.NaN, S.ComplexInfinity, *INFINITE, S.ImaginaryUnit}


def is_huge(number: Rational | Float) -> bool:
    """Whether a number has more digits than `DIGITS`, before the point, behind it, or in its denominator."""
    bits = DIGITS * log2(10)
    if isinstance(number, Float):
        _, mantissa, exponent, length = number._mpf_
        return mantissa != 0 and abs(exponent + length) > bits
    return max(abs(number.p), number.q).bit_length() > bits


def require_mapping(role: str, written: Any) -> Mapping[Any, Any]:
    """A mapping from coordinates; `SymlagError` for anything else."""
    if not isinstance(written, Mapping):
        raise SymlagError(f"{role} {shown(written)}", "it assigns nothing to a coordinate", "{x: y}, for example")
    return written


def require_instance(role: str, written: Any, kind: type[Kind], write: str) -> Kind:
    """An instance of a class; `SymlagError` with what to write for anything else."""
    if not isinstance(written, kind):
        raise SymlagError(f"{role} {shown(written)}", f"it is no {kind.__name__}", write)
    return written
