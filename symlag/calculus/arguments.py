"""Arguments of public functions, checked: each check returns what was passed, or says what to write instead.

>>> require_number("the loss", 2)
2
>>> require_mapping("forces =", {"x": 1})
{'x': 1}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from sympy import Expr
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.matrices import as_sympy, normal
from symlag.errors import ShapeError, SymlagError
from symlag.names import checked_expression

Kind = TypeVar("Kind")


def require_number(role: str, written: Any) -> Expr:
    """A scalar expression in normal form; `ShapeError` for a matrix, and an error for a name that cannot be written."""
    expression = checked_expression(as_sympy(role, written))
    if isinstance(expression, MatrixExpr) or not isinstance(expression, Expr):
        raise ShapeError(f"{role} {expression}", "it is not a number", "inner(A, B), or a trace")
    return normal(expression)


def require_mapping(role: str, written: Any) -> Mapping[Any, Any]:
    """A mapping from coordinates; `SymlagError` for anything else."""
    if not isinstance(written, Mapping):
        raise SymlagError(f"{role} {written}", "it assigns nothing to a coordinate", "{x: y}, for example")
    return written


def require_instance(role: str, written: Any, kind: type[Kind], write: str) -> Kind:
    """An instance of a class; `SymlagError` with what to write for anything else."""
    if not isinstance(written, kind):
        raise SymlagError(f"{role} {written!r}", f"it is no {kind.__name__}", write)
    return written
