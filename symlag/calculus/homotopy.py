"""Boundary terms: the inverse of the total derivative in time.

**Theorem.** On jets over time alone a function S is a total derivative (D_t + γ)B just where it can be taken down
derivative by derivative. For if q^(n−1) are the highest derivatives in B, then (D_t + γ)B is affine in the q^(n), with
the coefficients ∂B/∂q^(n−1), which are free of q^(n). So

1. if S is not affine in its highest derivatives, there is no B;
2. otherwise integrate the coefficients G_q = ∂S/∂q^(n) in q^(n−1), one coordinate after the other, to a function P with
   ∂P/∂q^(n−1) = G_q: of numbers by ∫ dq, of matrices along rays, P(W) = ∫₀¹ ⟨G(sW), W⟩ ds, which by Euler's theorem
   divides each term by its degree in W;
3. go on with S − (D_t + γ)P, of lower order; if it is not of lower order, the coefficients did not fit one function,
   and there is no B;
4. what is left at order zero must be a function of time alone, b′ + γb.

The order falls at each step, so this ends. A derivative that only seems to occur, since what stands before it vanishes,
does not count. Source: Olver, *Applications of Lie Groups to Differential Equations*, Theorem 4.7 and §5.4.

>>> from symlag.calculus.jets import coordinates
>>> x, y = coordinates("x y")
>>> antiderivative(x * y.dot + y * x.dot), antiderivative(x.dot**2)
(x*y, 0)
"""

from __future__ import annotations

from typing import Any

from sympy import Add, Expr, Integral, S, exp, expand, integrate, nan, powsimp, zoo
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.differential_operators import damped_total, directional, gradient
from symlag.calculus.jets import Block, highest_order, jets, t
from symlag.calculus.matrices import inner, zero_like
from symlag.calculus.normal_form import normal_form
from symlag.calculus.sympy_notation import Notation
from symlag.calculus.zero_test import vanishes


def antiderivative(source: Expr, rate: Expr = S.Zero) -> Expr:
    """The function B of which a source is the total derivative in time.

    Parameters
    ----------
    source : Expr
        A scalar S in jets over time.
    rate : Expr, optional
        The damping γ, a function of time.

    Returns
    -------
    Expr
        B with (D_t + γ)B = S, or zero where there is none, or where SymPy cannot integrate it.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> x = coordinates("x")
    >>> antiderivative(2 * x * x.dot + 3 * x**2, 3)
    x**2
    """
    notation = Notation.reading(source, rate)
    if notation.functions:
        return notation.to_functions(antiderivative(notation.to_jets(source), notation.to_jets(rate)))
    found, rest = S.Zero, _without_idle_jets(source)
    while (order := highest_order(rest)) > 0:
        primitive = S.Zero
        for jet in (jet for jet in jets(rest) if sum(jet.order) == order):
            slope = _without_idle_jets(gradient(rest, jet))
            if highest_order(slope) >= order:
                return S.Zero
            lower = jet.at((order - 1,))
            primitive += _primitive(slope - gradient(primitive, lower), lower)
        if primitive == 0:
            return S.Zero
        rest = _without_idle_jets(normal_form(rest - damped_total(primitive, rate)))
        if highest_order(rest) >= order:
            return S.Zero
        found += primitive
    if jets(rest):
        return S.Zero
    if vanishes(rest):
        return normal_form(found)
    growth = exp(integrate(rate, t))
    of_time = integrate(rest * growth, t) / growth
    return normal_form(found + (S.Zero if of_time.has(Integral) else of_time))


def _without_idle_jets(expression: Any) -> Any:
    """The expression less the jets of highest order that it does not depend on; words of matrices have none."""
    if isinstance(expression, MatrixExpr):
        return expression
    order = highest_order(expression)
    tops = [jet for jet in jets(expression) if sum(jet.order) == order]
    idle = {jet: zero_like(jet) for jet in tops if vanishes(gradient(expression, jet))}
    shorter = expression.xreplace(idle)
    # Where a quotient is singular at zero the jet cannot be left out in this way, and stays.
    return expression if not idle or shorter.has(nan, zoo) else _without_idle_jets(shorter)


def _primitive(slope: Any, q: Any) -> Expr:
    """A function with the given gradient in one jet or block."""
    if isinstance(q, Block):
        terms = [term for term in Add.make_args(expand(inner(slope, q))) if term != 0]
        degrees = (normal_form(powsimp(expand(directional(term, {q: q}) / term))) for term in terms)
        return Add(*(term / degree for term, degree in zip(terms, degrees, strict=True)))
    slope = normal_form(slope)
    parts = [term.as_independent(q, as_Add=False) for term in Add.make_args(slope)]
    if not all(factor.is_polynomial(q) for _, factor in parts):
        return integrate(slope, q)
    return Add(*(c * integrate(factor, q) for c, factor in parts))
