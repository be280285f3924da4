"""Boundary terms: the inverse of the total derivative in time.

**Theorem.** On jets over time alone a function S is a total derivative (D_t + γ)B just where it can be taken down
derivative by derivative. For if q^(n−1) are the highest derivatives in B, then (D_t + γ)B is affine in the q^(n), with
the coefficients ∂B/∂q^(n−1), which are free of q^(n). So

1. if S is not affine in its highest derivatives, there is no B;
2. otherwise integrate the coefficients G_q = ∂S/∂q^(n) in q^(n−1), one coordinate after the other, to a function P with
   ∂P/∂q^(n−1) = G_q: of numbers by ∫ dq (`primitives`), of matrices along rays, P(W) = ∫₀¹ ⟨G(sW), W⟩ ds, which by
   Euler's theorem divides each term by its degree in W;
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

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from sympy import Add, Expr, Integral, S, exp, expand, nan, powsimp, zoo
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.differential_operators import damped_total, directional, gradient
from symlag.calculus.exponential_polynomials import primitive_of_exponential_polynomial
from symlag.calculus.jets import Block, highest_order, jets, t
from symlag.calculus.matrices import inner, zero_like
from symlag.calculus.normal_form import normal_form
from symlag.calculus.primitives import primitive as primitive_in
from symlag.calculus.sympy_notation import Notation
from symlag.calculus.zero_test import opaque_as_symbols, vanishes, zero_at_random_points


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
        B with (D_t + γ)B = S, or zero where there is none. What has no elementary primitive is a definite integral.

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
        slopes: dict[Any, Any] = {}
        for jet in (jet for jet in jets(rest) if sum(jet.order) == order):
            slopes[jet.at((order - 1,))] = _without_idle_jets(gradient(rest, jet))
            if highest_order(slopes[jet.at((order - 1,))]) >= order:
                return S.Zero
        primitive = _common_primitive(slopes)
        if primitive is None or primitive == 0:
            return S.Zero
        rest = _without_idle_jets(_rest(rest, slopes, primitive, rate))
        if highest_order(rest) >= order:
            return S.Zero
        found += primitive
    if jets(rest):
        return S.Zero
    if vanishes(rest):
        return normal_form(found)
    growth = exp(_plain_primitive(rate))
    return normal_form(found + _plain_primitive(rest * growth) / growth)


def _plain_primitive(f: Expr) -> Expr:
    """∫ f dt."""
    known = primitive_of_exponential_polynomial(f, t)
    return primitive_in(normal_form(f), t) if known is None else known


def _common_primitive(slopes: Mapping[Any, Any]) -> Expr | None:
    """A function with the given gradients in jets and blocks; none where integrals show that there is none.

    To begin with another coordinate may spare an integral.
    """
    # What a random point refutes is not integrated, which would take longer.
    gaps = [gap for gap in _mixed_differences(slopes) if not gap.has(Integral)]
    if any(not zero_at_random_points(opaque_as_symbols(gap)[0]) for gap in gaps):
        return None
    order = [*slopes]
    first = _primitive_in_order(slopes, order)
    if not first.has(Integral):
        return first
    if any(isinstance(q, Block) for q in slopes) or not all(map(vanishes, _mixed_differences(slopes))):
        return None
    others = (_primitive_in_order(slopes, order[i:] + order[:i]) for i in range(1, len(order)))
    return next((P for P in others if not P.has(Integral)), first)


def _primitive_in_order(slopes: Mapping[Any, Any], order: Sequence[Any]) -> Expr:
    """A function with the given gradients, if they are those of one function, by integration in one after the other.

    Where one of the primitives is an integral ∫_a^q G ds, it is zero at q = a, where the next slope may be taken: what
    is left of that does not depend on q.
    """
    total, starts = S.Zero, dict[Any, Expr]()
    for q in order:
        if isinstance(q, Block):
            total += _primitive_along_rays(slopes[q] - gradient(total, q), q)
            continue
        rest = slopes[q] - gradient(total, q)
        part = primitive_in(normal_form(rest.subs(starts).doit() if starts else rest), q)
        total += part
        for integral in part.atoms(Integral):
            starts |= {q: start for _, start, end in integral.limits if end == q}  # noqa: B035
    return total


def _mixed_differences(slopes: Mapping[Any, Any]) -> Iterator[Expr]:
    """∂G_p/∂q − ∂G_q/∂p for the numbers among the coordinates, all zero for slopes of one function."""
    for p, q in combinations([q for q in slopes if not isinstance(q, Block)], 2):
        yield gradient(slopes[p], q) - gradient(slopes[q], p)


def _rest(source: Expr, slopes: Mapping[Any, Any], primitive: Expr, rate: Expr) -> Expr:
    """S − (D_t + γ)P. With integrals in P, the derivatives that the slopes were made of are known to cancel."""
    if not primitive.has(Integral):
        return normal_form(source - damped_total(primitive, rate))
    tops = {q.dot: S.Zero for q in slopes}
    lower = {jet: jet.dot for jet in jets(primitive) if jet not in slopes}
    return normal_form(source.xreplace(tops) - directional(primitive, {**lower, t: S.One}) - rate * primitive)


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


def _primitive_along_rays(slope: Any, q: Block) -> Expr:
    """A function with the given gradient in a block: ∫₀¹ ⟨G(sq), q⟩ ds, term by term."""
    terms = [term for term in Add.make_args(expand(inner(slope, q))) if term != 0]
    degrees = (normal_form(powsimp(expand(directional(term, {q: q}) / term))) for term in terms)
    return Add(*(term / degree for term, degree in zip(terms, degrees, strict=True)))
