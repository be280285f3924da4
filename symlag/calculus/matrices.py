"""Matrices of any size: constants, inner products and traces, in the normal form of `words`.

>>> from sympy import symbols
>>> h, n = symbols("h n", integer=True, positive=True)
>>> A, B = constant("A", h, n), constant("B", h, n)
>>> inner(A, B) == inner(B, A) == trace(A * B.T)
True
>>> J = Skew("J", n, n)
>>> trace(J)
0
"""

from __future__ import annotations

from typing import Any, Self

from sympy import Expr, MatMul, MatrixSymbol, S, SympifyError, Trace, Transpose, ZeroMatrix, sympify
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.letter_kinds import LetterKind, letter_kind
from symlag.calculus.matrix_words import matrix_of, trace_of, words
from symlag.errors import ShapeError, SymlagError
from symlag.names import checked_name


class _Square(MatrixSymbol):
    """A constant matrix that its transpose has the shape of."""

    def __new__(cls, name: Any, rows: Any, columns: Any) -> Self:
        if rows != columns:
            wrote = f"{cls.__name__}({str(name)!r}, {rows}, {columns})"
            raise ShapeError(wrote, "it is not square", f"{cls.__name__}({str(name)!r}, {rows}, {rows})")
        return _sized(cls, str(name), rows, columns)


class Skew(_Square):
    """A constant square matrix with Aᵀ = −A; `ShapeError` where it is not square."""


class Symmetric(_Square):
    """A constant square matrix with Sᵀ = S; `ShapeError` where it is not square."""


@letter_kind(Skew)
class SkewKind(LetterKind):
    """Kᵀ = −K."""

    def transposed(self, letter: Skew, /) -> tuple[int, MatrixExpr]:
        return -1, letter


@letter_kind(Symmetric)
class SymmetricKind(LetterKind):
    """Sᵀ = S."""

    def transposed(self, letter: Symmetric, /) -> tuple[int, MatrixExpr]:
        return 1, letter


def taken(role: str, written: Any) -> Any:
    """What was written, as SymPy has it; text is refused, for SymPy would run it."""
    try:
        return sympify(written, strict=True)
    except SympifyError:
        raise SymlagError(f"{role} {written!r}", "it is no SymPy expression", "an expression in coordinates") from None


def constant(name: str, rows: Any, columns: Any = 1) -> MatrixSymbol:
    """A constant matrix of the given shape, for instance the direction of a translation."""
    return _sized(MatrixSymbol, name, rows, columns)


def _sized(kind: type[MatrixSymbol], name: Any, rows: Any, columns: Any) -> Any:
    """A constant matrix of a kind, its name and sizes checked."""
    try:
        return MatrixSymbol.__new__(kind, checked_name(name), rows, columns)
    except (AttributeError, SympifyError, ValueError):
        wrong = "a size is a whole number, or a symbol for one"
        raise ShapeError(f"{name!r} of {rows!r}×{columns!r} entries", wrong, 'constant("A", 3, n), say') from None


def zero_like(expression: Any) -> Any:
    """The zero of the shape of an expression."""
    return ZeroMatrix(*expression.shape) if isinstance(expression, MatrixExpr) else S.Zero


def inner(left: Any, right: Any) -> Expr:
    """The Euclidean inner product: ab of numbers, tr(AᵀB) of matrices of one shape.

    >>> from sympy import MatrixSymbol
    >>> w = MatrixSymbol("w", 5, 1)
    >>> inner(3 * w, w)
    3*Trace(w.T*w)
    """
    left, right = taken("inner of", left), taken("inner of", right)
    if not isinstance(left, MatrixExpr) and not isinstance(right, MatrixExpr):
        return left * right
    if getattr(left, "shape", None) != getattr(right, "shape", None):
        raise ShapeError(f"inner({left}, {right})", "the two shapes differ", "two blocks of one shape")
    return trace(MatMul(Transpose(left), right))


def trace(matrix: MatrixExpr) -> Expr:
    """The trace of a square matrix expression in normal form."""
    if not isinstance(taken("the trace of", matrix), MatrixExpr):
        raise ShapeError(f"the trace of {matrix}", "it is no matrix", "trace(W.T * W), say")
    if matrix.rows != matrix.cols:
        raise ShapeError(f"the trace of {matrix}", f"its shape is {matrix.rows}×{matrix.cols}", "a square matrix")
    return trace_of(matrix)


def normal(expression: Any) -> Any:
    """The normal form of a scalar or matrix expression: traces canonical, matrices sums of words."""
    if isinstance(expression, MatrixExpr):
        return matrix_of({word: normal(c) for word, c in words(expression).items()}, expression.shape)
    if not expression.has(Trace):
        return expression
    return expression.replace(lambda node: isinstance(node, Trace), lambda node: trace(node.arg))
