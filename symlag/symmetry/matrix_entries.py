"""Blocks of whole size, entry by entry: matrices of coordinates as coordinates that are numbers.

>>> from symlag.calculus.matrices import inner
>>> from symlag.calculus.jets import block
>>> w = block("w", 2)
>>> in_entries(inner(w, w.dot))
w_1*w_1.dot + w_2*w_2.dot
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    S,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
)
from sympy.matrices.expressions.matexpr import MatrixElement, MatrixExpr

from symlag.calculus.invariant_functions import Unknown
from symlag.calculus.jets import Block, Jet
from symlag.calculus.matrices import Skew, Symmetric
from symlag.errors import ShapeError
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian


def in_entries(expression: Any) -> Any:
    """The expression with every trace written out; a matrix expression becomes the matrix of its entries.

    An unknown loss becomes one of entries, invariant under each member of the families that it is invariant under.
    """
    if isinstance(expression, MatrixExpr):
        return _matrix(expression)
    return S(expression).replace(lambda node: isinstance(node, Trace | Unknown), _written_out)


def members(family: Sequence[Any]) -> Iterator[list[Expr]]:
    """An invariance of a loss in entries, or one for each entry of the constant matrix that it holds for."""
    flat = [entry for part in family for entry in listed(part)]
    free = sorted({e for entry in flat for e in entry.atoms(MatrixElement)}, key=str)
    if not free:
        yield flat
    for chosen in free:
        yield [entry.xreplace({e: S(int(e == chosen)) for e in free}) for entry in flat]


def listed(value: Any) -> list[Expr]:
    """The entries of a number or a matrix."""
    return _flat(in_entries(value))


def entries(coordinate: Any) -> list[Any]:
    """The numbers that a coordinate consists of, row by row."""
    return list(_matrix(coordinate)) if isinstance(coordinate, Block) else [coordinate]


def lagrangian_in_entries(L: Lagrangian, given: Sequence[MatrixSymbol] = ()) -> Lagrangian:
    """The same action over numbers, constant matrices that are `given` in symbols; `ShapeError` for a symbolic size."""
    moving = [entry for q in L.coordinates for entry in entries(q)]
    T, V = (in_entries(energy.xreplace({A: constant_entries(A) for A in given})) for energy in (L.kinetic, L.potential))
    return Lagrangian(T, V, moving, L.damping)


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


def _written_out(node: Any) -> Expr:
    if isinstance(node, Trace):
        return _matrix(node.arg).trace()
    arguments = [entry for argument in node.arguments for entry in listed(argument)]
    return Unknown(node.name, arguments, [member for family in node.args[2] for member in members(family)])


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
