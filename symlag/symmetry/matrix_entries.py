"""Blocks of integer size, entry by entry: a matrix of coordinates becomes coordinates that are numbers.

A trace becomes a sum, a matrix expression the matrix of its entries, an action over blocks one over numbers. So the
search for symmetries, which takes numbers, also serves weight matrices of small size.

>>> from symlag.calculus.matrices import inner
>>> from symlag.calculus.jets import block
>>> w = block("w", 2)
>>> in_entries(inner(w, w.dot))
w_1*w_1.dot + w_2*w_2.dot
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import add, matmul, mul
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
    """The expression with every trace as a sum over entries; a matrix expression becomes the matrix of its entries.

    An unknown loss becomes one of entries, invariant under each member of the families that it is invariant under.
    """
    if isinstance(expression, MatrixExpr):
        return _matrix(expression)

    def expand(node: Any) -> Expr:
        if isinstance(node, Trace):
            return _matrix(node.arg).trace()
        arguments = [entry for argument in node.arguments for entry in entries(argument)]
        return Unknown(node.name, arguments, [member for family in node.args[2] for member in family_members(family)])

    return S(expression).replace(lambda node: isinstance(node, Trace | Unknown), expand)


def entries(value: Any) -> list[Expr]:
    """The entries of a number or a matrix, row by row."""
    value = in_entries(value)
    return list(value) if isinstance(value, ImmutableDenseMatrix) else [value]


def family_members(family: Sequence[Any]) -> Iterator[list[Expr]]:
    """An invariance of a loss in entries; of one with a constant matrix, one for each entry of that matrix."""
    flat = [entry for part in family for entry in entries(part)]
    free = sorted({e for entry in flat for e in entry.atoms(MatrixElement)}, key=str)
    if not free:
        yield flat
    for unit in free:
        yield [entry.xreplace({e: S(int(e == unit)) for e in free}) for entry in flat]


def coordinate_entries(coordinate: Any) -> list[Any]:
    """The numbers that a coordinate consists of, row by row."""
    return list(_matrix(coordinate)) if isinstance(coordinate, Block) else [coordinate]


def lagrangian_in_entries(L: Lagrangian, given: Sequence[MatrixSymbol] = ()) -> Lagrangian:
    """The same action over numbers, constant matrices that are `given` in symbols; `ShapeError` for a symbolic size."""
    coordinates = [entry for q in L.coordinates for entry in coordinate_entries(q)]
    constants = {A: constant_entries(A) for A in given}
    T, V = (in_entries(energy.xreplace(constants)) for energy in (L.kinetic, L.potential))
    return Lagrangian(T, V, coordinates, L.damping)


def constant_entries(A: MatrixSymbol) -> ImmutableDenseMatrix:
    """A constant matrix with symbols for its entries, such as n_1 or A_1_2."""

    def symbol(e: MatrixElement) -> Symbol:
        column = "" if e.parent.cols == 1 else f"_{e.j + 1}"
        return Symbol(f"{e.parent.name}_{e.i + 1}{column}", real=True)

    return _matrix(A).applyfunc(lambda entry: entry.replace(lambda e: isinstance(e, MatrixElement), symbol))


def generator_in_entries(X: Generator) -> Generator:
    """The same generator over numbers."""
    components: dict[Any, Expr] = {}
    for q, xi in X.components.items():
        components |= dict(zip(coordinate_entries(q), entries(xi), strict=True))
    return Generator(components, X.tau, X.name)


def _matrix(expression: MatrixExpr) -> ImmutableDenseMatrix:
    """The matrix of the entries of a matrix expression."""
    match expression:
        case Block():
            return _block(expression)
        case MatAdd():
            return reduce(add, map(_matrix, expression.args))
        case MatMul():
            number = reduce(mul, (in_entries(f) for f in expression.args if not isinstance(f, MatrixExpr)), 1)
            return number * reduce(matmul, (_matrix(f) for f in expression.args if isinstance(f, MatrixExpr)))
        case Transpose():
            return _matrix(expression.arg).T
        case MatrixSymbol():
            return _constant(expression)
        case ZeroMatrix() | Identity() | ImmutableDenseMatrix():
            return ImmutableDenseMatrix(expression)
        case _:
            raise ShapeError(
                str(expression),
                "the entries of this matrix are not known",
                "Write it with sums and products of blocks.",
            )


def _block(W: Block) -> ImmutableDenseMatrix:
    """The matrix of coordinates W_1_1, …, of a column vector w_1, …, or of their derivatives."""
    rows, columns = _shape(W)
    return ImmutableDenseMatrix(
        rows, columns, lambda i, j: Jet(f"{W.stem}_{i + 1}" + ("" if columns == 1 else f"_{j + 1}"), W.order)
    )


def _constant(A: MatrixSymbol) -> ImmutableDenseMatrix:
    """The matrix of the independent entries of a constant matrix."""
    shape = _shape(A)
    if isinstance(A, Skew):
        return ImmutableDenseMatrix(*shape, lambda i, j: 0 if i == j else A[i, j] if i < j else -A[j, i])
    if isinstance(A, Symmetric):
        return ImmutableDenseMatrix(*shape, lambda i, j: A[min(i, j), max(i, j)])
    return ImmutableDenseMatrix(*shape, lambda i, j: A[i, j])


def _shape(matrix: MatrixExpr) -> tuple[int, int]:
    if not (matrix.rows.is_Integer and matrix.cols.is_Integer):
        raise ShapeError(str(matrix), f"its shape {matrix.rows}×{matrix.cols} is not of numbers", "block('W', 3, 2)")
    return int(matrix.rows), int(matrix.cols)
