r"""The boxes of what layers of a network are made of: elementwise functions, Hadamard products, diagonals and ones.

>>> from symlag.document.tex import tex
>>> from symlag.calculus.elementwise import elementwise, homogeneous
>>> from symlag.calculus.hadamard import hadamard
>>> from symlag.calculus.jets import block
>>> W, U = block("W", 3, 4), block("U", 3, 4)
>>> print(tex(typeset(hadamard(elementwise(homogeneous("sigma", 1), W), U))))
U\odot\sigma(W)
"""

from __future__ import annotations

from sympy import DiagMatrix, HadamardProduct, Symbol, default_sort_key
from sympy.matrices.expressions.diagonal import DiagonalOf

from symlag.calculus.elementwise import SLOT, Elementwise
from symlag.calculus.structured_matrices import Ones
from symlag.document.boxes.box import Box, Fence, Number, OperatorName, Script, Sign, parenthesized, row, separated
from symlag.document.boxes.expressions import function_call, typeset


@typeset.register
def box_of_elementwise(applied: Elementwise) -> Box:
    """σ(Z), or the mapping z ↦ σ(z) before its argument."""
    value = applied.formula
    if value.is_Function and value.args == (SLOT,):
        return function_call(typeset(value).parts[0], [applied.argument])  # type: ignore[union-attr]
    entry = Symbol("z")
    mapping = row(typeset(entry), Sign("↦"), typeset(value.xreplace({SLOT: entry})))
    return function_call(Fence("[", mapping, "]"), [applied.argument])


@typeset.register
def box_of_hadamard_product(product: HadamardProduct) -> Box:
    """Factors with ⊙ between them."""
    factors = [
        parenthesized(typeset(f)) if f.is_MatAdd else typeset(f) for f in sorted(product.args, key=default_sort_key)
    ]
    return separated(Sign("⊙"), *factors)


@typeset.register(DiagMatrix)
@typeset.register(DiagonalOf)
def box_of_diagonal(diagonal: DiagMatrix | DiagonalOf) -> Box:
    """diag(v) and diag(A)."""
    return function_call(OperatorName("diag"), diagonal.args[:1])


@typeset.register
def box_of_ones(vector: Ones) -> Box:
    """The vector of ones, with its length below."""
    return Script(Number("1"), typeset(vector.rows))
