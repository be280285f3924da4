"""Differentiation on jet space.

Everything is a directional derivative d/dε f(u + ε v)|₀. The total derivative goes along the velocities, the
prolongation of a generator along its characteristic, a gradient along an arbitrary direction that is then read off.
Since nothing else is needed, numbers and matrices of symbolic size obey the same few lines.

>>> from symlag.calculus.jets import block, coordinates
>>> x, w = coordinates("x"), block("w")
>>> total(x**2)
2*x*x.dot
>>> from symlag.calculus.matrices import inner
>>> gradient(inner(w.dot, w.dot) / 2, w.dot)
w.dot
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sympy import (
    Add,
    Expr,
    MatAdd,
    MatMul,
    MatrixSymbol,
    S,
    Symbol,
)
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.differentiation import derived, slopes
from symlag.calculus.jets import jets, t
from symlag.calculus.matrices import inner, normal, zero_like
from symlag.calculus.matrix_gradient import matrix_coefficient

Direction = Mapping[Any, Any]


def directional(expression: Any, along: Direction) -> Any:
    """The derivative d/dε of an expression as each symbol s moves by ε·along[s]; symbols not named stand still.

    >>> x, y = Symbol("x"), Symbol("y")
    >>> directional(x * y, {x: y, y: -x})
    -x**2 + y**2
    """
    return next(_directionals([expression], along))


def total(expression: Any, variable: Symbol = t) -> Any:
    """The total derivative along one independent variable: the chain rule over all jets that depend on it."""
    rates = {jet: jet.d(variable) for jet in jets(expression) if variable in jet.base}
    return directional(expression, {**rates, variable: S.One})


def gradient(expression: Expr, variable: Any) -> Any:
    """The partial derivative of a scalar with respect to a number or a matrix, in the shape of the variable."""
    if not isinstance(variable, MatrixExpr):
        return directional(expression, {variable: S.One})
    probe = MatrixSymbol("probe", *variable.shape)
    return matrix_coefficient(directional(expression, {variable: probe}), probe)


def gradients(expression: Expr, variables: Iterable[Any]) -> dict[Any, Any]:
    """The partial derivatives of a scalar with respect to numbers and matrices."""
    wanted = [*variables]
    numbers = slopes(expression, [v for v in wanted if not isinstance(v, MatrixExpr)])
    return {v: numbers[v] if v in numbers else gradient(expression, v) for v in wanted}


def euler(lagrangian: Expr, coordinate: Any, rate: Expr = S.Zero) -> Any:
    """The Euler operator Σ (−D)ᴶ ∂L/∂u_J of e^Γ·L, divided by e^Γ, where D_t Γ is the rate of damping.

    >>> from symlag.calculus.jets import coordinates
    >>> x, k = coordinates("x"), Symbol("k")
    >>> euler(x.dot**2 / 2 - k * x**2 / 2, x)
    -k*x - x.dot.dot
    """
    return eulers(lagrangian, [coordinate], rate)[coordinate]


def eulers(lagrangian: Expr, coordinates: Iterable[Any], rate: Expr = S.Zero) -> dict[Any, Any]:
    """The Euler operator of each coordinate, what they have in common being differentiated once."""
    roots = dict.fromkeys(coordinates)
    momenta = gradients(lagrangian, [jet for jet in jets(lagrangian) if jet.root in roots])
    return {**{root: zero_like(root) for root in roots}, **_by_parts(momenta, rate)}


def euler_along(lagrangian: Expr, moves: Mapping[Any, Any], rate: Expr = S.Zero) -> Expr:
    """⟨ζ, E(L)⟩ for a move ζ of each coordinate: what a move of the path costs away from the motion.

    The part of the positions is a directional derivative, so that no gradient of a potential is ever formed.
    """
    momenta = gradients(lagrangian, [jet for jet in jets(lagrangian) if jet != jet.root and jet.root in moves])
    return Add(directional(lagrangian, moves), pairing(moves, _by_parts(momenta, rate)))


def weighted(expression: Any, rate: Expr, variable: Symbol = t) -> Any:
    """The derivative of e^Γ·f divided by e^Γ: Df + γf."""
    return add([total(expression, variable), scaled(rate if variable == t else S.Zero, expression)], expression)


def pairing(left: Mapping[Any, Any], right: Mapping[Any, Any]) -> Expr:
    """The sum of the inner products of equally named parts."""
    return Add(*(inner(left[key], right[key]) for key in left if key in right))


def add(terms: Iterable[Any], like: Any) -> Any:
    """The sum of terms, numbers or matrices as `like` is."""
    if isinstance(like, MatrixExpr):
        return normal(MatAdd(zero_like(like), *terms))
    return Add(*terms)


def scaled(factor: Any, expression: Any) -> Any:
    """A number times a number or a matrix, in normal form."""
    if isinstance(expression, MatrixExpr):
        return normal(MatMul(factor, expression))
    return factor * expression


def _by_parts(momenta: Mapping[Any, Any], rate: Expr) -> Mapping[Any, Any]:
    """The sum Σ (−D − γ)ᴶ p_J at each coordinate, given the momenta p_J of its jets."""
    for variable in dict.fromkeys(variable for jet in momenta for variable in jet.base):
        for count in range(max(_count(jet, variable) for jet in momenta), 0, -1):
            momenta = _lowered(momenta, variable, count, rate if variable == t else S.Zero)
    return momenta


def _lowered(momenta: Mapping[Any, Any], variable: Symbol, count: int, rate: Expr) -> Mapping[Any, Any]:
    """The momenta after one integration by parts of those of jets with so many derivatives along a variable."""
    high = [jet for jet in momenta if _count(jet, variable) == count]
    left = {jet: p for jet, p in momenta.items() if jet not in high}
    for jet, pulled in zip(high, _backward([momenta[jet] for jet in high], rate, variable), strict=True):
        below = jet.at(tuple(n - (v == variable) for v, n in zip(jet.base, jet.order, strict=True)))
        left[below] = add([left.get(below, zero_like(jet)), pulled], jet)
    return left


def _count(jet: Any, variable: Symbol) -> int:
    return sum(n for v, n in zip(jet.base, jet.order, strict=True) if v == variable)


def _backward(expressions: Sequence[Any], rate: Expr, variable: Symbol) -> Iterator[Any]:
    """−Df − γf of each: along the rates turned round, for to turn a long sum round afterwards takes longer."""
    turned = {jet: scaled(S.NegativeOne, jet.d(variable)) for jet in jets(*expressions)} | {variable: S.NegativeOne}
    for f, back in zip(expressions, _directionals(expressions, turned), strict=True):
        yield add([back, scaled(-rate, f)], f) if rate != 0 else back


def _directionals(expressions: Iterable[Any], along: Direction) -> Iterator[Any]:
    """The derivative of each expression; what they share is differentiated once."""
    memo: dict[Any, Any] = {}
    for expression in expressions:
        made = derived(expression, along, memo)
        yield normal(made) if isinstance(made, MatrixExpr) else made  # a number is in normal form as it is made
