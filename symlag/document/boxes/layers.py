r"""What layers of a network are made of: elementwise functions, Hadamard products, diagonals and ones.

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
from symlag.document.boxes.box import Box, Fence, Number, Script, Sign, Word, fenced, row
from symlag.document.boxes.expressions import called, typeset


@typeset.register
def _(applied: Elementwise) -> Box:
    """σ(Z), or the rule of the function before its argument."""
    value = applied.formula
    if value.is_Function and value.args == (SLOT,):
        return called(typeset(value).parts[0], [applied.argument])  # type: ignore[union-attr]
    entry = Symbol("z")
    rule = row(typeset(entry), Sign("↦"), typeset(value.xreplace({SLOT: entry})))
    return called(Fence("[", rule, "]"), [applied.argument])


@typeset.register
def _(product: HadamardProduct) -> Box:
    factors = [fenced(typeset(f)) if f.is_MatAdd else typeset(f) for f in sorted(product.args, key=default_sort_key)]
    return row(*[box for factor in factors for box in (Sign("⊙"), factor)][1:])


@typeset.register(DiagMatrix)
@typeset.register(DiagonalOf)
def _(diagonal: DiagMatrix | DiagonalOf) -> Box:
    return called(Word("diag"), diagonal.args[:1])


@typeset.register
def _(vector: Ones) -> Box:
    return Script(Number("1"), typeset(vector.rows))
