"""The polar factor P of a matrix M = P·|M|, by what is known of it in a word: MᵀP and MPᵀ are symmetric.

>>> from symlag.calculus.matrices import Skew, trace
>>> from symlag.calculus.jets import block
>>> M, J = block("M", 3, 2), Skew("J", 2, 2)
>>> trace(M.T * PolarFactor(M) * J)
0
"""

from __future__ import annotations

from typing import Any, Self

from sympy import Basic, S, Transpose
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.jets import Block
from symlag.calculus.matrix_words import Words, meeting, transposed


class PolarFactor(MatrixExpr):
    """The factor U Vᵀ of a matrix U Σ Vᵀ, or with any odd function of Σ between, as Newton–Schulz makes it."""

    def __new__(cls, matrix: MatrixExpr) -> Self:
        return Basic.__new__(cls, matrix)

    @property
    def shape(self) -> tuple[Any, Any]:
        return self.args[0].shape


class Modulus(MatrixExpr):
    """The symmetric matrix MᵀP of a matrix M and its polar factor P."""

    def __new__(cls, matrix: MatrixExpr) -> Self:
        return Basic.__new__(cls, matrix)

    @property
    def shape(self) -> tuple[Any, Any]:
        return (self.args[0].cols, self.args[0].cols)


@transposed.register
def _(letter: Modulus) -> tuple[int, MatrixExpr]:
    return 1, letter


@meeting.register(Block)
@meeting.register(Transpose)
@meeting.register(PolarFactor)
def _(left: MatrixExpr, right: MatrixExpr) -> Words | None:
    for first, second in ((left, right), (_flipped(right), _flipped(left))):
        if isinstance(second, PolarFactor) and first == Transpose(second.args[0]):
            return {(Modulus(second.args[0]),): S.One}
        if isinstance(first, PolarFactor) and second == Transpose(first.args[0]):
            return {(Modulus(Transpose(first.args[0])),): S.One}
    return meeting.dispatch(MatrixExpr)(left, right)


def _flipped(letter: MatrixExpr) -> MatrixExpr:
    return transposed(letter)[1]
