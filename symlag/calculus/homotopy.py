"""The boundary term B of a divergence symmetry: found from what it must satisfy, never asked for.

A function S of jets is (D_t + γ)B for some B just where it can be taken down derivative by derivative: it is affine
in its highest derivative, the slope integrates, and nothing but a function of time remains. A derivative that only
seems to occur, because what stands before it cancels, counts for nothing.

>>> from symlag.calculus.jets import coordinates
>>> x, y = coordinates("x y")
>>> antiderivative(x * y.dot + y * x.dot, S.Zero)
x*y
>>> antiderivative(x.dot**2, S.Zero)
0
"""

from __future__ import annotations

from typing import Any

from sympy import Add, Expr, Integral, S, exp, expand, integrate, nan, powsimp, zoo
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.jets import Block, jets, t
from symlag.calculus.matrices import inner, zero_like
from symlag.calculus.operators import directional, gradient, weighted
from symlag.calculus.zero_test import tidy, vanishes


def antiderivative(source: Expr, rate: Expr) -> Expr:
    """B with (D_t + γ)B = S, or zero where there is none."""
    found, rest = S.Zero, _bare(source)
    while (height := _height(rest)) > 0:
        if (step := _descend(rest, height)) == 0:
            return S.Zero
        rest = _bare(tidy(rest - weighted(step, rate)))
        if _height(rest) >= height:
            return S.Zero
        found += step
    return S.Zero if jets(rest) else tidy(found + _in_time(rest, rate))


def _height(expression: Expr) -> int:
    return max((sum(jet.order) for jet in jets(expression)), default=0)


def _bare(expression: Any) -> Any:
    """The expression without the jets of highest order that cancel in it; words of matrices have none."""
    if isinstance(expression, MatrixExpr):
        return expression
    height = _height(expression)
    tops = [jet for jet in jets(expression) if sum(jet.order) == height]
    idle = {jet: zero_like(jet) for jet in tops if vanishes(gradient(expression, jet))}
    bare = expression.xreplace(idle)
    return expression if not idle or bare.has(nan, zoo) else _bare(bare)


def _descend(source: Expr, height: int) -> Expr:
    """A function whose derivative has the highest derivatives of the source."""
    found = S.Zero
    for jet in (jet for jet in jets(source) if sum(jet.order) == height):
        slope = _bare(gradient(source, jet))
        if any(sum(other.order) >= height for other in jets(slope)):
            return S.Zero
        lower = jet.at((height - 1,))
        missing = slope - gradient(found, lower)
        found += _primitive_matrix(missing, lower) if isinstance(jet, Block) else _primitive(tidy(missing), lower)
    return found


def _primitive(slope: Expr, q: Any) -> Any:
    """∫ slope dq, coefficients left as they are."""
    parts = [term.as_independent(q, as_Add=False) for term in Add.make_args(slope)]
    if not all(f.is_polynomial(q) for _, f in parts):
        return integrate(slope, q)
    return Add(*(c * integrate(f, q) for c, f in parts))


def _primitive_matrix(slope: MatrixExpr, block: Block) -> Expr:
    """The primitive ∫₀¹⟨G(sW), W⟩ds of a polynomial gradient in one block, term by term."""
    paired = expand(inner(slope, block))
    return Add(*(term / _degree(term, block) for term in Add.make_args(paired)))


def _degree(term: Expr, block: Block) -> Any:
    """The degree of a term in a block, by Euler's theorem."""
    return tidy(powsimp(expand(directional(term, {block: block}) / term))) if term != 0 else S.One


def _in_time(rest: Expr, rate: Expr) -> Any:
    """The function of time alone with b' + γb equal to the rest, where SymPy can integrate it."""
    if vanishes(rest):
        return S.Zero
    growth = exp(integrate(rate, t))
    found = integrate(rest * growth, t) / growth
    return S.Zero if found.has(Integral) else found
