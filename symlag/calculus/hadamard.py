"""Entrywise products of matrices in one form.

A∘B is the Hadamard product, with (A∘B)ᵢⱼ = AᵢⱼBᵢⱼ. Besides the rules of `matrix_words`, `structured_matrices` and
`elementwise` there are these, for products of words:

15. (A + B)∘C → A∘C + B∘C; a factor that is a product itself is taken apart, and the factors are sorted.
16. (diag(a) A diag(b))∘B → diag(a) (A∘B) diag(b); a factor of rank one, x yᵀ, is diag(x) 1 1ᵀ diag(y), and 1 1ᵀ∘B → B.
17. diag(a)∘B → diag(a∘dg(B)).
18. (A∘B)v → dg(A diag(v) Bᵀ), so that a closed loop of matrices looks the same from all of its indices.
19. φ(Z)∘ψ(Z) → (φψ)(Z).
20. φ(Z)∘W, where W is the first word of Z = cW + R, → (1/c) (zφ)(Z) − (1/c) φ(Z)∘R.
21. (A∘B)ᵀ = Aᵀ∘Bᵀ, of which the first in the term order stands for both.

By rules 19 and 20, σ′(Z)∘Z = pσ(Z) for a homogeneous σ is seen, not proved. A trace with ∘, diag and dg in it is a sum
over indices, in which no factor comes first: rule 6 looks at it from its first letter.

>>> from symlag.calculus.elementwise import elementwise, homogeneous
>>> from symlag.calculus.jets import block
>>> W = block("W", 3, 4)
>>> relu = homogeneous("sigma", 1)
>>> hadamard(elementwise(lambda z: relu(z).diff(z), W), W) == elementwise(relu, W)
True
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from math import prod
from typing import Any

from sympy import DiagMatrix, Expr, HadamardProduct, MatAdd, MatMul, Mul, S, Transpose
from sympy.matrices.expressions.diagonal import DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.elementwise import SLOT, Elementwise, precedes
from symlag.calculus.letter_kinds import Derive, LetterKind, Word, Words, letter_kind
from symlag.calculus.matrices import normal, trace, zero_like
from symlag.calculus.matrix_words import matrix_of, reduced_word, reverse, sum_of, words
from symlag.calculus.structured_matrices import all_ones, is_diagonal, split_diagonals
from symlag.calculus.term_order import sort_name
from symlag.errors import ShapeError


def hadamard(*factors: MatrixExpr) -> MatrixExpr:
    """The entrywise product of matrices of one shape.

    Parameters
    ----------
    *factors : MatrixExpr
        Matrices of one shape.

    Returns
    -------
    MatrixExpr
        The product in normal form.

    Raises
    ------
    ShapeError
        Where the shapes differ.

    Examples
    --------
    >>> from symlag.calculus import block, constant, ones
    >>> W, a = block("W", 3, 4), constant("a", 3)
    >>> hadamard(W, a * ones(4).T)
    DiagMatrix(a)*W
    """
    if len({factor.shape for factor in factors}) > 1:
        raise ShapeError(f"hadamard({', '.join(map(str, factors))})", "the shapes differ", "matrices of one shape")
    return normal(HadamardProduct(*factors))


@letter_kind(HadamardProduct)
class HadamardKind(LetterKind):
    """A∘B∘… of two or more words without diagonals on their sides, in which no two are functions of one matrix."""

    def words(self, letter: HadamardProduct, /) -> Words:
        if letter.shape == (1, 1):
            return {(): Mul(*map(trace, letter.args))}
        choices = product(*(words(factor).items() for factor in letter.args))
        return sum_of(
            product_of_words([word for word, _ in choice], Mul(*(c for _, c in choice)), letter.shape)
            for choice in choices
        )

    def transposed(self, letter: HadamardProduct, /) -> tuple[int, MatrixExpr]:
        sign, turned = transposed_factors(letter.args)
        return (sign, letter) if turned == letter else (1, Transpose(letter))

    def times_vector(self, letter: MatrixExpr, vector: MatrixExpr, /) -> Words | None:
        """Rule 18."""
        turned = isinstance(letter, Transpose)
        factors = letter.arg.args if turned else letter.args
        if len(factors) != 2 or letter.rows == 1:
            return None
        A, B = map(Transpose, factors) if turned else factors
        return words(DiagonalOf(MatMul(A, DiagMatrix(vector), Transpose(B))))

    def derivative(self, letter: HadamardProduct, derive: Derive, /) -> MatrixExpr:
        rates = [(i, derive(factor)) for i, factor in enumerate(letter.args)]
        terms = (HadamardProduct(*letter.args[:i], rate, *letter.args[i + 1 :]) for i, rate in rates)
        return MatAdd(zero_like(letter), *terms)

    def parts(self, letter: HadamardProduct, /) -> Sequence[MatrixExpr]:
        return letter.args

    def adjoint(self, letter: HadamardProduct, at: int, rest: MatrixExpr, /) -> MatrixExpr:
        """⟨R, A∘B⟩ = ⟨R∘B, A⟩."""
        return normal(HadamardProduct(rest, *letter.args[:at], *letter.args[at + 1 :]))


def product_of_words(factors: Sequence[Word], coefficient: Expr, shape: tuple[Any, Any]) -> Words:
    """The Hadamard product of words (rules 15 to 17), diagonals outside."""
    if any(map(is_diagonal, factors)):
        vectors = (DiagonalOf(matrix_of({word: S.One}, shape)) for word in factors)
        return words(MatMul(coefficient, DiagMatrix(HadamardProduct(*vectors))))
    sign, rows, cores, columns = 1, list[MatrixExpr](), list[Word](), list[MatrixExpr]()
    for factor in factors:
        turn, before, core, after = split_diagonals(factor)
        inner_sign, inside = factors_of_core(core)
        sign, rows, cores, columns = sign * turn * inner_sign, rows + before, cores + inside, columns + after
    rows, cores, columns = completed_arguments(_separated(rows), cores, _separated(columns))
    left, right = tuple(map(DiagMatrix, rows)), tuple(map(DiagMatrix, columns))
    inside = product_of_cores(cores, shape)
    return sum_of(reduced_word((*left, *word, *right), sign * coefficient * c) for word, c in inside.items())


def factors_of_core(core: Word) -> tuple[int, list[Word]]:
    """The factors of a core that is a Hadamard product itself, with the sign of transposing them."""
    if len(core) != 1:
        return 1, [core] if core else []
    (letter,) = core
    base = letter.arg if isinstance(letter, Transpose) else letter
    if not isinstance(base, HadamardProduct):
        return 1, [core]
    factors = [word_of(factor) for factor in base.args]
    if base is letter:
        return 1, factors
    turned = [reverse(factor) for factor in factors]
    return prod(sign for sign, _ in turned), [word for _, word in turned]


def _separated(vectors: Iterable[MatrixExpr]) -> list[MatrixExpr]:
    """The factors of vectors that are Hadamard products."""
    return [f for v in vectors for f in (v.args if isinstance(v, HadamardProduct) else (v,))]


def completed_arguments(
    rows: list[MatrixExpr], cores: list[Word], columns: list[MatrixExpr]
) -> tuple[list[MatrixExpr], list[Word], list[MatrixExpr]]:
    """The factors, a function's argument Z among them put together again where its first word is diag(a) C diag(b).

    Rule 16 has drawn a and b out of the factor Z, and rule 20 looks for the whole of it.
    """
    for function in filter(None, map(function_of_core, cores)):
        lead = next(iter(words(function.argument)), ())
        _, before, core, after = split_diagonals(lead)
        outer, inner = _without(rows, _separated(before)), _without(columns, _separated(after))
        if (before or after) and outer is not None and inner is not None and (not core or core in cores):
            others = list(cores)
            if core:
                others.remove(core)
            return outer, [*others, lead], inner
    return rows, cores, columns


def _without(vectors: list[MatrixExpr], some: Iterable[MatrixExpr]) -> list[MatrixExpr] | None:
    """The vectors without some of them, or none where these are not among them."""
    rest = list(vectors)
    for vector in some:
        if vector not in rest:
            return None
        rest.remove(vector)
    return rest


def product_of_cores(cores: Sequence[Word], shape: tuple[Any, Any]) -> Words:
    """The Hadamard product of words without diagonals (rules 19 to 21).

    >>> from sympy import exp
    >>> from symlag.calculus.elementwise import elementwise
    >>> from symlag.calculus.jets import block
    >>> W, U = block("W", 3, 4), block("U", 3, 4)
    >>> product_of_cores([(U,), (elementwise(exp, W),), (elementwise(lambda z: z * exp(-z), W),)], (3, 4))
    {(HadamardProduct(U, W),): 1}
    """
    formulas: dict[MatrixExpr, Expr] = {}
    others: list[MatrixExpr] = []
    for core in cores:
        if function := function_of_core(core):
            formulas[function.argument] = formulas.get(function.argument, S.One) * function.formula
        else:
            others.append(matrix_of({core: S.One}, shape))
    functions = [Elementwise(formula, Z) for Z, formula in formulas.items()]
    if len(functions) + len(others) < len(cores):
        return words(HadamardProduct(*functions, *others))
    for Z, formula in formulas.items():
        lead, number = next(iter(words(Z).items()), ((), S.One))
        W = matrix_of(dict.fromkeys(words(matrix_of({lead: S.One}, shape)), S.One), shape)
        if W in others:
            others.remove(W)
            others += [function for function in functions if function.argument != Z]
            rest = normal(MatAdd(Z, MatMul(-number, W)))
            whole = HadamardProduct(Elementwise(formula * SLOT, Z), *others)
            less = HadamardProduct(Elementwise(formula, Z), *others, rest)
            return words(MatAdd(MatMul(1 / number, whole), MatMul(-1 / number, less)))
    factors = [*functions, *others]
    if len(factors) < 2:
        return words(factors[0] if factors else all_ones(shape))
    upright, (sign, turned) = sorted_product(map(word_of, factors)), transposed_factors(factors)
    return {(upright,): S.One} if precedes(upright, turned) else {(Transpose(turned),): S(sign)}


def function_of_core(core: Word) -> Elementwise | None:
    """The elementwise function that a word consists of."""
    if len(core) != 1:
        return None
    (letter,) = core
    if isinstance(letter, Transpose) and isinstance(letter.arg, Elementwise):
        return Elementwise(letter.arg.formula, Transpose(letter.arg.argument))
    return letter if isinstance(letter, Elementwise) else None


def transposed_factors(factors: Iterable[MatrixExpr]) -> tuple[int, MatrixExpr]:
    """The Hadamard product of the transposed factors, their signs drawn out."""
    turned = [reverse(word_of(factor)) for factor in factors]
    return prod(sign for sign, _ in turned), sorted_product(word for _, word in turned)


def sorted_product(factors: Iterable[Word]) -> MatrixExpr:
    """The Hadamard product of words, in their order."""
    matrices = (matrix_of({word: S.One}, (word[0].rows, word[-1].cols)) for word in factors)
    return HadamardProduct(*sorted(matrices, key=sort_name))


def word_of(matrix: MatrixExpr) -> Word:
    """The word of a matrix that is one."""
    ((word, _),) = words(matrix).items()
    return word
