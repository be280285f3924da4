"""The gradient of a scalar that is linear in a matrix of any size.

Every linear function of a matrix X is ⟨G, X⟩ = tr(GᵀX) for one matrix G (Riesz). A trace of a word that holds X once is
such a function: tr(A X B) = ⟨AᵀBᵀ, X⟩, the letters around X go over to the other side. Where X stands inside another
letter, as in diag(X v) or A∘X, the adjoint of that letter is wanted: the kinds of letters register it with `adjoint`.

>>> from sympy import symbols
>>> from symlag.calculus.matrices import constant, trace
>>> h, n = symbols("h n", integer=True, positive=True)
>>> A, B, X = constant("A", n, h), constant("B", n, n), constant("X", h, n)
>>> matrix_coefficient(trace(A * X * B), X)
A.T*B.T
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from sympy import Expr, MatAdd, MatMul, MatrixSymbol, S, Symbol, Trace, Transpose
from sympy.matrices.expressions.matexpr import MatrixExpr
from sympy.matrices.expressions.special import Identity

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


@singledispatch
def adjoint(letter: Any, rest: MatrixExpr, variable: MatrixSymbol) -> tuple[MatrixExpr, MatrixExpr]:
    """R′ and the part of a letter that holds X with ⟨R, letter⟩ = ⟨R′, part⟩; kinds of letters register theirs."""
    raise TypeError(f"{letter} is not linear in {variable}, {rest} beside it")


@adjoint.register
def adjoint_of_transpose(letter: Transpose, rest: MatrixExpr, _: MatrixSymbol) -> tuple[MatrixExpr, MatrixExpr]:
    """⟨R, Mᵀ⟩ = ⟨Rᵀ, M⟩."""
    return normal(Transpose(rest)), letter.arg


def _gradient_of_product(rest: MatrixExpr, part: MatrixExpr | Trace, variable: MatrixSymbol) -> MatrixExpr:
    """The matrix G with ⟨G, X⟩ = ⟨R, M⟩ for a matrix M that is linear in X, or with ⟨G, X⟩ = tr M where R is 1."""
    while part != variable and not isinstance(part, MatAdd | MatMul | Trace):
        rest, part = adjoint(part, rest, variable)
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
