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

from symlag.calculus.letter_kinds import LetterKind, Words, letter_kind


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


@letter_kind(PolarFactor)
class PolarFactorKind(LetterKind):
    """The polar factor P of M, with MᵀP and PMᵀ symmetric."""

    def product(self, left: MatrixExpr, right: MatrixExpr, /) -> Words | None:
        # PᵀM and MPᵀ are asked for by their transposes.
        if isinstance(right, PolarFactor) and left == Transpose(right.args[0]):
            return {(Modulus(right.args[0]),): S.One}
        if isinstance(left, PolarFactor) and right == Transpose(left.args[0]):
            return {(Modulus(Transpose(left.args[0])),): S.One}
        return None


@letter_kind(Modulus)
class ModulusKind(LetterKind):
    """The symmetric MᵀP."""

    def transposed(self, letter: Modulus, /) -> tuple[int, MatrixExpr]:
        return 1, letter
