"""Blocks of whole size, entry by entry: matrices of coordinates as coordinates that are numbers.

>>> from symlag.blocks import inner
>>> from symlag.jet import block
>>> w = block("w", 2)
>>> in_entries(inner(w, w.dot))
w_1*w_1.dot + w_2*w_2.dot
"""

from __future__ import annotations

from functools import reduce
from operator import add, matmul
from typing import Any

from sympy import (
    Expr,
    Identity,
    ImmutableDenseMatrix,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
)
from sympy.matrices.expressions.matexpr import MatrixElement, MatrixExpr

from symlag.blocks import Skew, Symmetric
from symlag.errors import ShapeError
from symlag.generator import Generator
from symlag.jet import Block, Jet
from symlag.lagrangian import Lagrangian


def in_entries(expression: Any) -> Any:
    """The expression with every trace written out; a matrix expression becomes the matrix of its entries."""
    if isinstance(expression, MatrixExpr):
        return _matrix(expression)
    return expression.replace(lambda node: isinstance(node, Trace), lambda node: _matrix(node.arg).trace())


def entries(coordinate: Any) -> list[Any]:
    """The numbers that a coordinate consists of, row by row."""
    return list(_matrix(coordinate)) if isinstance(coordinate, Block) else [coordinate]


def lagrangian_in_entries(L: Lagrangian) -> Lagrangian:
    """The same action over numbers; `ShapeError` where a size is no number."""
    moving = [entry for q in L.coordinates for entry in entries(q)]
    return Lagrangian(in_entries(L.kinetic), in_entries(L.potential), moving, L.damping)


def constant_entries(A: MatrixSymbol) -> ImmutableDenseMatrix:
    """A constant matrix with symbols for its entries."""
    return _matrix(A).applyfunc(
        lambda entry: entry.replace(lambda e: isinstance(e, MatrixElement), lambda e: Symbol(_name(e), real=True))
    )


def generator_in_entries(X: Generator) -> Generator:
    """The same generator over numbers."""
    pairs = [(q, in_entries(xi)) for q, xi in X.components.items()]
    moves = [pair for q, xi in pairs for pair in zip(entries(q), _flat(xi), strict=True)]
    return Generator(dict(moves), X.tau, X.name)


def _flat(value: Any) -> list[Any]:
    return list(value) if isinstance(value, ImmutableDenseMatrix) else [value]


def _matrix(expression: MatrixExpr) -> ImmutableDenseMatrix:
    match expression:
        case Block():
            return _block(expression)
        case MatAdd():
            return reduce(add, map(_matrix, expression.args))
        case MatMul():
            return _number(expression) * reduce(matmul, map(_matrix, _factors(expression)))
        case Transpose():
            return _matrix(expression.arg).T
        case MatrixSymbol():
            return _constant(expression)
        case ZeroMatrix() | Identity() | ImmutableDenseMatrix():
            return ImmutableDenseMatrix(expression)
        case _:
            raise ShapeError(str(expression), "its entries are not known", "sums and products of blocks")


def _factors(product: MatMul) -> list[MatrixExpr]:
    return [f for f in product.args if isinstance(f, MatrixExpr)]


def _number(product: MatMul) -> Expr:
    factors = [in_entries(f) for f in product.args if not isinstance(f, MatrixExpr)]
    return reduce(lambda a, b: a * b, factors, 1)


def _block(W: Block) -> ImmutableDenseMatrix:
    rows, columns = _shape(W)
    narrow = columns == 1
    return ImmutableDenseMatrix(
        rows, columns, lambda i, j: Jet(f"{W.stem}_{i + 1}" + ("" if narrow else f"_{j + 1}"), W.order)
    )


def _constant(A: MatrixSymbol) -> ImmutableDenseMatrix:
    shape = _shape(A)
    if isinstance(A, Skew):
        return ImmutableDenseMatrix(*shape, lambda i, j: 0 if i == j else A[i, j] if i < j else -A[j, i])
    if isinstance(A, Symmetric):
        return ImmutableDenseMatrix(*shape, lambda i, j: A[min(i, j), max(i, j)])
    return ImmutableDenseMatrix(*shape, lambda i, j: A[i, j])


def _name(entry: MatrixElement) -> str:
    return f"{entry.parent.name}_{entry.i + 1}" + ("" if entry.parent.cols == 1 else f"_{entry.j + 1}")


def _shape(matrix: MatrixExpr) -> tuple[int, int]:
    if not (matrix.rows.is_Integer and matrix.cols.is_Integer):
        raise ShapeError(str(matrix), f"its shape {matrix.rows}×{matrix.cols} is not of numbers", "block('W', 3, 2)")
    return int(matrix.rows), int(matrix.cols)
