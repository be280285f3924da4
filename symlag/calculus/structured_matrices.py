"""Letters made of other matrices: inverses, diagonals, and ones.

diag(v) is the matrix with the vector v on its diagonal, dg(M) the vector on the diagonal of M, 1 the vector of ones.
Besides the rules of `matrix_words` there are these:

8. X X⁻¹ → 1, (XY)⁻¹ → Y⁻¹X⁻¹ of square matrices, and the inverse of a 1×1 matrix is the inverse of a number.
9. diag(1) → 1, diag(a) diag(b) → diag(a∘b), diag(a) v → a∘v, 1ᵀ1 → n.
10. dg(diag(a) M diag(b)) → a∘b∘dg(M), dg(x yᵀ) → x∘y, dg(A∘B) → dg(A)∘dg(B), and dg(M) = dg(Mᵀ), of which the first
    in the term order stands for both.
11. dg(H C) → (H∘Cᵀ)1 where H is a Hadamard product, or a function of a matrix that takes in another function in Cᵀ.

>>> from sympy import MatrixSymbol
>>> A, d = MatrixSymbol("A", 3, 3), MatrixSymbol("d", 3, 1)
>>> words(A * Inverse(A) * diagonal(d))
{(DiagMatrix(d),): 1}
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from sympy import Basic, DiagMatrix, Expr, HadamardProduct, Inverse, MatMul, OneMatrix, S, Transpose
from sympy.matrices.expressions.diagonal import DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.letter_kinds import Derive, LetterKind, Word, Words, kind_of, letter_kind
from symlag.calculus.matrices import normal
from symlag.calculus.matrix_words import matrix_of, reduced_word, reverse, sum_of, trace_of, transposed_words, words
from symlag.calculus.term_order import sort_name
from symlag.errors import ShapeError


class Ones(MatrixExpr):
    """The vector of ones."""

    def __new__(cls, size: Any) -> Self:
        return Basic.__new__(cls, S(size))

    @property
    def shape(self) -> tuple[Any, Any]:
        return (self.args[0], S.One)

    def _sympystr(self, _: Any) -> str:
        return "1"


def ones(size: Any) -> Ones:
    """The vector of ones.

    Parameters
    ----------
    size : int or Expr
        The number of its entries.

    Returns
    -------
    Ones
        A column of shape (size, 1).

    Examples
    --------
    The sum of the entries of a vector:

    >>> from symlag.calculus import block, inner
    >>> inner(ones(3), block("w", 3))
    Trace(1.T*w)
    """
    return Ones(size)


def all_ones(shape: tuple[Any, Any]) -> MatrixExpr:
    """The matrix of ones of a shape."""
    rows, columns = shape
    return ones(rows) if columns == 1 else MatMul(ones(rows), Transpose(ones(columns)))


def diagonal(vector: MatrixExpr) -> DiagMatrix:
    """The diagonal matrix of a vector.

    Parameters
    ----------
    vector : MatrixExpr
        The diagonal, of shape (n, 1) or (1, n).

    Returns
    -------
    DiagMatrix
        The matrix of shape (n, n) with these entries on its diagonal.

    Raises
    ------
    ShapeError
        Where it is no vector.

    Examples
    --------
    >>> from symlag.calculus import block, trace
    >>> a = block("a", 3)
    >>> trace(diagonal(a) * diagonal(a))
    Trace(a.T*a)
    """
    if 1 not in vector.shape:
        wrong = f"its shape is {vector.rows}×{vector.cols}"
        raise ShapeError(f"diagonal({vector})", wrong, "Give it a vector, of shape (n, 1) or (1, n).")
    return DiagMatrix(vector)


@letter_kind(Ones)
class OnesKind(LetterKind):
    """The vector of ones; of one entry, it is the number 1."""

    def words(self, letter: Ones, /) -> Words:
        return {(letter,) if letter.rows != 1 else (): S.One}

    def product(self, left: MatrixExpr, right: MatrixExpr, /) -> Words | None:
        return {(): right.rows} if isinstance(right, Ones) and left == Transpose(right) else None


@letter_kind(OneMatrix)
class OneMatrixKind(LetterKind):
    """SymPy's matrix of ones, 1 1ᵀ."""

    def words(self, letter: OneMatrix, /) -> Words:
        return words(all_ones(letter.shape))


@letter_kind(Inverse)
class InverseKind(LetterKind):
    """X⁻¹ (rule 8)."""

    def words(self, letter: Inverse, /) -> Words:
        if letter.shape == (1, 1):
            return {(): 1 / trace_of(letter.arg)}
        inside, number = words(letter.arg), S.One
        if len(inside) == 1:
            ((word, number),) = inside.items()
            if all(factor.rows == factor.cols for factor in word):
                return reduced_word(tuple(_inverse_of_letter(factor) for factor in reversed(word)), 1 / number)
            inside = {word: S.One}
        mirrored = transposed_words(inside)
        matrix, turned = (matrix_of(collected, letter.shape) for collected in (inside, mirrored))
        odd = mirrored == {word: -c for word, c in inside.items()}
        if odd or sort_name(matrix) <= sort_name(turned):
            return reduced_word((Inverse(matrix),), 1 / number)
        return reduced_word((Transpose(Inverse(turned)),), 1 / number)

    def transposed(self, letter: Inverse, /) -> tuple[int, MatrixExpr]:
        inside = words(letter.arg)
        mirrored = transposed_words(inside)
        if mirrored == inside:
            return 1, letter
        return (-1, letter) if mirrored == {word: -c for word, c in inside.items()} else (1, Transpose(letter))

    def product(self, left: MatrixExpr, right: MatrixExpr, /) -> Words | None:
        if isinstance(left, Inverse) and left.arg == right:
            return {(): S.One}
        return {(): S.One} if isinstance(right, Inverse) and right.arg == left else None

    def derivative(self, letter: Inverse, derive: Derive, /) -> MatrixExpr:
        return MatMul(S.NegativeOne, letter, derive(letter.arg), letter)


def _inverse_of_letter(letter: MatrixExpr) -> MatrixExpr:
    if isinstance(letter, Transpose):
        return Transpose(_inverse_of_letter(letter.arg))
    return letter.arg if isinstance(letter, Inverse) else Inverse(letter)


@letter_kind(DiagMatrix)
class DiagMatrixKind(LetterKind):
    """diag(v) of a vector v that is one word (rule 9)."""

    def words(self, letter: DiagMatrix, /) -> Words:
        vector = letter.args[0] if letter.args[0].cols == 1 else Transpose(letter.args[0])
        if vector.rows == 1:
            return words(vector)
        return sum_of({_diagonal_word(word): c} for word, c in words(vector).items())

    def transposed(self, letter: DiagMatrix, /) -> tuple[int, MatrixExpr]:
        return 1, letter

    def product(self, left: MatrixExpr, right: MatrixExpr, /) -> Words | None:
        if isinstance(left, DiagMatrix) and isinstance(right, DiagMatrix):
            return words(DiagMatrix(HadamardProduct(*left.args, *right.args)))
        return None

    def times_vector(self, letter: MatrixExpr, vector: MatrixExpr, /) -> Words:
        return words(HadamardProduct(*letter.args, vector))

    def derivative(self, letter: DiagMatrix, derive: Derive, /) -> MatrixExpr:
        return DiagMatrix(derive(letter.args[0]))

    def parts(self, letter: DiagMatrix, /) -> Sequence[MatrixExpr]:
        return letter.args

    def adjoint(self, _letter: DiagMatrix, _at: int, rest: MatrixExpr, /) -> MatrixExpr:
        """⟨R, diag(v)⟩ = ⟨dg(R), v⟩."""
        return normal(DiagonalOf(rest))


@letter_kind(DiagonalOf)
class DiagonalOfKind(LetterKind):
    """dg(M) of a matrix M that is one word (rules 10 and 11)."""

    def words(self, letter: DiagonalOf, /) -> Words:
        if letter.arg.shape == (1, 1):
            return words(letter.arg)
        return sum_of(_diagonal_of_word(word, c, letter.rows) for word, c in words(letter.arg).items())

    def derivative(self, letter: DiagonalOf, derive: Derive, /) -> MatrixExpr:
        return DiagonalOf(derive(letter.arg))

    def parts(self, letter: DiagonalOf, /) -> Sequence[MatrixExpr]:
        return letter.args

    def adjoint(self, _letter: DiagonalOf, _at: int, rest: MatrixExpr, /) -> MatrixExpr:
        """⟨v, dg(M)⟩ = ⟨diag(v), M⟩."""
        return normal(DiagMatrix(rest))


def _diagonal_of_word(word: Word, coefficient: Expr, size: Any) -> Words:
    """The vector on the diagonal of a word."""
    turn, rows, core, columns = split_diagonals(word)
    outside = tuple(map(DiagMatrix, (*rows, *columns)))
    if not core:
        return reduced_word((*outside, ones(size)), turn * coefficient)
    sign, mirrored = reverse(core)
    if sign < 0 and mirrored == core:
        return {}
    turns = sorted(((1, core), (sign, mirrored)), key=lambda pair: tuple(map(sort_name, pair[1])))
    for s, (first, *others) in turns:
        base = first.arg if isinstance(first, Transpose) else first
        if isinstance(base, HadamardProduct) and not others:
            inside = HadamardProduct(*(DiagonalOf(factor) for factor in base.args))
            return words(MatMul(s * turn * coefficient, *outside, inside))
        rest = matrix_of({tuple(others): S.One}, first.shape[::-1])
        if isinstance(base, HadamardProduct) or (others and _meets(first, Transpose(rest))):
            entrywise = HadamardProduct(first, Transpose(rest))
            return words(MatMul(s * turn * coefficient, *outside, entrywise, ones(first.cols)))
    (s, chosen), _ = turns
    return reduced_word((*outside, DiagonalOf(matrix_of({chosen: S.One}, (size, size)))), s * turn * coefficient)


def _meets(letter: MatrixExpr, rest: MatrixExpr) -> bool:
    """Whether a letter, transposed or not, takes in a part of R in letter∘R."""
    if isinstance(letter, Transpose):
        return kind_of(letter.arg).meets(letter.arg, Transpose(rest))
    return kind_of(letter).meets(letter, rest)


def is_diagonal(word: Word) -> bool:
    """Whether a word is the identity, or made of diagonal matrices alone."""
    return all(isinstance(letter, DiagMatrix) for letter in word)


def split_diagonals(word: Word) -> tuple[int, list[MatrixExpr], Word, list[MatrixExpr]]:
    """A sign, vectors a, a core, and vectors b of a word ±diag(a) core diag(b); the core of a rank-one word is empty.

    A word of rank one, x yᵀ, is diag(x) 1 1ᵀ diag(y); an empty core thus stands for the matrix of ones, unless the
    word is diagonal.
    """
    start = next((i for i, letter in enumerate(word) if not isinstance(letter, DiagMatrix)), len(word))
    end = next((i for i in range(len(word), start, -1) if not isinstance(word[i - 1], DiagMatrix)), start)
    rows, columns = ([letter.args[0] for letter in side] for side in (word[:start], word[end:]))
    core = word[start:end]
    narrow = next((i for i, letter in enumerate(core) if i and letter.rows == 1), None)
    if narrow is None:
        return 1, rows, () if _is_ones(core) else core, columns
    sign, right = reverse(core[narrow:])
    factors = [matrix_of({side: S.One}, (side[0].rows, 1)) for side in (core[:narrow], right)]
    inner_vectors = [[] if _is_ones(side) else [v] for side, v in zip((core[:narrow], right), factors, strict=True)]
    return sign, rows + inner_vectors[0], (), inner_vectors[1] + columns


def _is_ones(word: Word) -> bool:
    base = word[0].arg if word and isinstance(word[0], Transpose) else word[0] if word else None
    return len(word) == 1 and isinstance(base, Ones)


def _diagonal_word(vector: Word) -> Word:
    """The diagonal matrix of a vector; of the vector of ones, and of the number 1, the identity."""
    if not vector or _is_ones(vector):
        return ()
    return (DiagMatrix(matrix_of({vector: S.One}, (vector[0].rows, S.One))),)
