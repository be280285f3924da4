"""Matrices of any size: constants, inner products and traces, in the normal form of `matrix_words`.

The inner product of two matrices of one shape is Frobenius', ⟨A, B⟩ = tr(AᵀB) = Σᵢⱼ AᵢⱼBᵢⱼ. Since a trace does not
change when its word is rotated or transposed, equal inner products are equal expressions:

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
from symlag.errors import ShapeError, SymlagError, shown
from symlag.names import checked_name


class _Square(MatrixSymbol):
    """A constant square matrix, whose transpose has its shape."""

    def __new__(cls, name: Any, rows: Any, columns: Any) -> Self:
        if rows != columns:
            wrote = f"{cls.__name__}({str(name)!r}, {rows}, {columns})"
            raise ShapeError(wrote, "it is not square", f"{cls.__name__}({str(name)!r}, {rows}, {rows})")
        return _matrix_symbol(cls, str(name), rows, columns)


class Skew(_Square):
    """A constant square matrix with Aᵀ = −A.

    Parameters
    ----------
    name : str
        What it is called; an identifier.
    rows, columns : int or Expr
        Its size, twice.

    Raises
    ------
    ShapeError
        Where it is not square.
    NameRefusedError
        Where the name is no identifier.

    Examples
    --------
    >>> from symlag.calculus import block, inner
    >>> w, J = block("w", 3), Skew("J", 3, 3)
    >>> inner(w, J * w)
    0
    """


class Symmetric(_Square):
    """A constant square matrix with Sᵀ = S.

    Parameters
    ----------
    name : str
        What it is called; an identifier.
    rows, columns : int or Expr
        Its size, twice.

    Raises
    ------
    ShapeError
        Where it is not square.
    NameRefusedError
        Where the name is no identifier.

    Examples
    --------
    >>> from symlag.calculus import block, inner
    >>> w, v, M = block("w", 3), block("v", 3), Symmetric("M", 3, 3)
    >>> inner(w, M * v) == inner(v, M * w)
    True
    """


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


def as_sympy(role: str, written: Any) -> Any:
    """What was written, as SymPy has it; text is refused, for SymPy would run it."""
    try:
        return sympify(written, strict=True)
    except Exception:  # SympifyError, or what an object of a user raises when it is asked
        cure = "Write an expression in coordinates and symbols."
        raise SymlagError(f"{role} {shown(written)}", "it is no SymPy expression", cure) from None


def constant(name: str, rows: Any, columns: Any = 1) -> MatrixSymbol:
    """A constant matrix, for instance the direction of a translation.

    Parameters
    ----------
    name : str
        What it is called; an identifier.
    rows : int or Expr
        The number of its rows.
    columns : int or Expr, optional
        The number of its columns; one, for a vector, unless stated.

    Returns
    -------
    MatrixSymbol
        The constant, of shape (rows, columns).

    Raises
    ------
    ShapeError
        Where a size is neither a whole number nor a symbol for one.
    NameRefusedError
        Where the name is no identifier.

    Examples
    --------
    >>> from symlag.calculus import block, directional, inner
    >>> w, a = block("w", 3), constant("a", 3)
    >>> directional(inner(w, w), {w: a})
    2*Trace(a.T*w)
    """
    return _matrix_symbol(MatrixSymbol, name, rows, columns)


def _matrix_symbol(kind: type[MatrixSymbol], name: Any, rows: Any, columns: Any) -> Any:
    """A constant matrix of a kind, its name and sizes checked."""
    try:
        return MatrixSymbol.__new__(kind, checked_name(name), rows, columns)
    except (AttributeError, SympifyError, ValueError):
        wrong = "a size is a whole number, or a symbol for one"
        raise ShapeError(f"{name!r} of {rows!r}×{columns!r} entries", wrong, 'constant("A", 3, n)') from None


def zero_like(expression: Any) -> Any:
    """The zero of the shape of an expression."""
    return ZeroMatrix(*expression.shape) if isinstance(expression, MatrixExpr) else S.Zero


def inner(left: Any, right: Any) -> Expr:
    """The Euclidean inner product: ab of numbers, tr(AᵀB) of matrices of one shape.

    Parameters
    ----------
    left, right : Expr or MatrixExpr
        Two numbers, or two matrices of one shape.

    Returns
    -------
    Expr
        The product, a number in normal form.

    Raises
    ------
    ShapeError
        Where the shapes differ.
    SymlagError
        Where one of the two is no SymPy expression.

    Examples
    --------
    >>> from symlag.calculus import block
    >>> w = block("w", 5)
    >>> inner(3 * w, w)
    3*Trace(w.T*w)
    """
    left, right = as_sympy("inner of", left), as_sympy("inner of", right)
    if not isinstance(left, MatrixExpr) and not isinstance(right, MatrixExpr):
        return left * right
    if getattr(left, "shape", None) != getattr(right, "shape", None):
        raise ShapeError(f"inner({left}, {right})", "the two shapes differ", "Give it two matrices of one shape.")
    return trace(MatMul(Transpose(left), right))


def trace(matrix: MatrixExpr) -> Expr:
    """The trace of a square matrix.

    Parameters
    ----------
    matrix : MatrixExpr
        A matrix of shape (n, n).

    Returns
    -------
    Expr
        The trace in normal form, a number.

    Raises
    ------
    ShapeError
        Where it is no matrix, or not square.
    SymlagError
        Where it is no SymPy expression.

    Examples
    --------
    >>> from symlag.calculus import block
    >>> W = block("W", 3, 4)
    >>> trace(W * W.T) == trace(W.T * W)
    True
    """
    if not isinstance(as_sympy("the trace of", matrix), MatrixExpr):
        raise ShapeError(f"the trace of {matrix}", "it is no matrix", "trace(W.T * W)")
    if matrix.rows != matrix.cols:
        wrong = f"its shape is {matrix.rows}×{matrix.cols}"
        raise ShapeError(f"the trace of {matrix}", wrong, "Give it a square matrix.")
    return trace_of(matrix)


def normal(expression: Any) -> Any:
    """The normal form of the matrix words in a scalar or matrix expression."""
    if isinstance(expression, MatrixExpr):
        return matrix_of({word: normal(c) for word, c in words(expression).items()}, expression.shape)
    if not expression.has(Trace):
        return expression
    return expression.replace(lambda node: isinstance(node, Trace), lambda node: trace(node.arg))
