"""The gradient of a scalar that is linear in a matrix of any size.

Every linear function of a matrix X is ⟨G, X⟩ = tr(GᵀX) for one matrix G (Riesz). A trace of a word that holds X once is
such a function: tr(A X B) = ⟨AᵀBᵀ, X⟩, the letters around X go over to the other side. Where X stands inside another
letter, as in diag(X v) or A∘X, the adjoint of that letter is wanted: each kind has its own (`LetterKind.adjoint`).

>>> from sympy import symbols
>>> from symlag.calculus.matrices import constant, trace
>>> h, n = symbols("h n", integer=True, positive=True)
>>> A, B, X = constant("A", n, h), constant("B", n, n), constant("X", h, n)
>>> matrix_coefficient(trace(A * X * B), X)
A.T*B.T
"""

from __future__ import annotations

from sympy import Expr, MatAdd, MatMul, MatrixSymbol, S, Symbol, Trace, Transpose
from sympy.matrices.expressions.matexpr import MatrixExpr
from sympy.matrices.expressions.special import Identity

from symlag.calculus.letter_kinds import kind_of
from symlag.calculus.matrices import inner, normal, zero_like
from symlag.calculus.matrix_words import letters, matrix_of, reverse, words


def matrix_coefficient(linear: Expr, variable: MatrixSymbol) -> MatrixExpr:
    """The matrix G of a scalar ⟨G, X⟩ that is linear in the matrix X."""
    names = {node: Symbol(f"linear{i}") for i, node in enumerate(linear.atoms(Trace)) if node.has(variable)}
    named = linear.xreplace(names)
    parts = (
        MatMul(named.diff(name), _gradient_of_product(Identity(node.arg.rows), node, variable))
        for node, name in names.items()
    )
    return normal(MatAdd(zero_like(variable), *parts))


def _gradient_of_product(rest: MatrixExpr, part: MatrixExpr | Trace, variable: MatrixSymbol) -> MatrixExpr:
    """The matrix G with ⟨G, X⟩ = ⟨R, M⟩ for a matrix M that is linear in X, or with ⟨G, X⟩ = tr M where R is 1."""
    while part != variable and not isinstance(part, MatAdd | MatMul | Trace):
        if isinstance(part, Transpose):
            rest, part = normal(Transpose(rest)), part.arg
        else:
            kind = kind_of(part)
            at, inside = next((i, each) for i, each in enumerate(kind.parts(part)) if each.has(variable))
            rest, part = kind.adjoint(part, at, rest), inside
    if part == variable:
        return rest
    terms: list[MatrixExpr] = [zero_like(variable)]
    # Of a trace the word is taken as it stands: one that is 1×1 would be a trace again.
    for word, number in ({letters(part): S.One} if isinstance(part, Trace) else words(part)).items():
        if number.has(variable):
            product = inner(rest, matrix_of({word: S.One}, rest.shape))
            terms.append(MatMul(product, matrix_coefficient(number, variable)))
        for at, letter in enumerate(word):
            if letter.has(variable):
                (before_sign, before), (after_sign, after) = reverse(word[:at]), reverse(word[at + 1 :])
                beside = normal(MatMul(before_sign * after_sign * number, *before, rest, *after))
                terms.append(_gradient_of_product(beside, letter, variable))
    return normal(MatAdd(*terms))
