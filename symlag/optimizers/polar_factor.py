"""The polar factor P = U Vᵀ of a matrix M = U Σ Vᵀ, as a letter of matrix words.

Theorem. MᵀP = V Σ Vᵀ and MPᵀ = U Σ Uᵀ are symmetric. Where a word has M beside P in this way, a symmetric letter, the
modulus of M or of Mᵀ, takes their place; in a trace with a skew matrix it vanishes.

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
def transposed_modulus(letter: Modulus) -> tuple[int, MatrixExpr]:
    """A modulus is its own transpose."""
    return 1, letter


@meeting.register(Block)
@meeting.register(Transpose)
@meeting.register(PolarFactor)
def meeting_of_polar_factor(left: MatrixExpr, right: MatrixExpr) -> Words | None:
    """A matrix beside its polar factor is a modulus."""
    # MᵀP = |M| is symmetric, and so is MPᵀ = |Mᵀ|; of PᵀM and PMᵀ the transposed pair is looked at.
    for first, second in ((left, right), (transposed(right)[1], transposed(left)[1])):
        if isinstance(second, PolarFactor) and first == Transpose(second.args[0]):
            return {(Modulus(second.args[0]),): S.One}
        if isinstance(first, PolarFactor) and second == Transpose(first.args[0]):
            return {(Modulus(Transpose(first.args[0])),): S.One}
    return meeting.dispatch(MatrixExpr)(left, right)
