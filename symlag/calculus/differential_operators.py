"""Differential operators on jet space: directional and total derivatives, gradients, the Euler operator.

**Definitions.** The derivative of f along a direction v is d/dε f(u + εv) at ε = 0. The total derivative D_i goes along
the jets one order higher, u_J → u_{J,i}, and along the independent variable itself. The gradient of a scalar is the
G of its derivative ⟨G, v⟩. The Euler operator is E_u(L) = Σ_J (−D)ᴶ ∂L/∂u_J.

Only derivatives along directions are ever taken, so that one set of rules (`differentiation_rules`) serves numbers and
matrices of symbolic size. Of mechanics with friction, e^{Γ(t)} L with Γ̇ = γ, the factor e^Γ is divided out of all
results: D_t becomes D_t + γ (`damped_total`). Source: Olver, *Applications of Lie Groups to Differential Equations*,
Eq. 2.37 and 4.3.

>>> from symlag.calculus.jets import block, coordinates
>>> x, w = coordinates("x"), block("w")
>>> total(x**2)
2*x*x.dot
>>> from symlag.calculus.matrices import inner
>>> gradient(inner(w.dot, w.dot) / 2, w.dot)
w.dot
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sympy import Add, Expr, MatAdd, MatMul, MatrixSymbol, S, Symbol, Transpose
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.differentiation_rules import derivative_along, partial_derivatives
from symlag.calculus.jets import jets, t
from symlag.calculus.matrices import normal, trace, zero_like
from symlag.calculus.matrix_gradient import matrix_coefficient
from symlag.calculus.sympy_notation import Notation, is_coordinate_function

Direction = Mapping[Any, Any]


def directional(expression: Any, along: Direction) -> Any:
    """The derivative of an expression along a direction.

    Parameters
    ----------
    expression : Expr or MatrixExpr
        What is differentiated.
    along : mapping
        What each symbol, jet or block moves by, in its own shape; those that are not named stand still.

    Returns
    -------
    Expr or MatrixExpr
        d/dε of the expression as each symbol s moves by ε·along[s], at ε = 0.

    Examples
    --------
    >>> x, y = Symbol("x"), Symbol("y")
    >>> directional(x * y, {x: y, y: -x})
    -x**2 + y**2
    """
    return next(_directionals([expression], along))


def total(expression: Any, variable: Symbol = t) -> Any:
    """The total derivative along one independent variable, by the chain rule over all jets that depend on it.

    Parameters
    ----------
    expression : Expr or MatrixExpr
        A function of jets and independent variables.
    variable : Symbol, optional
        The independent variable, time where none is given.

    Returns
    -------
    Expr or MatrixExpr
        D f, in jets of one order more.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> x = coordinates("x")
    >>> total(t * x.dot)
    t*x.dot.dot + x.dot
    """
    rates = {jet: jet.d(variable) for jet in jets(expression) if variable in jet.base}
    return directional(expression, {**rates, variable: S.One})


def evolutionary(expression: Any, moves: Mapping[Any, Any], tau: Expr = S.Zero) -> Any:
    """The derivative Σ D_Jζ ∂f/∂u_J along the prolongation of a move ζ of each coordinate; with τ, D_Jζ ∂_J + τ D_t.

    The rates of a jet are added before they meet the expression, so that what cancels there is never written down:
    under the translation of time, with ζ = −q̇, every jet stands still. Coordinates that are not moved go with time.

    Source: Olver, *Applications of Lie Groups to Differential Equations*, Eq. 2.38, 5.4 and 5.6.
    """
    along: dict[Any, Any] = {t: tau} if tau != 0 else {}
    for jet in jets(expression):
        if jet.root in moves:
            move = moves[jet.root]
            for variable, count in zip(jet.base, jet.order, strict=True):
                for _ in range(count):
                    move = total(move, variable)
            along[jet] = move
        if tau != 0 and t in jet.base:
            along[jet] = add([along.get(jet, zero_like(jet)), scaled(tau, jet.dot)], jet)
    return directional(expression, along)


def damped_total(expression: Any, rate: Expr, variable: Symbol = t) -> Any:
    """(D + γ)f, the total derivative of e^Γ f with the factor e^Γ divided out."""
    if variable != t or rate == 0:
        return total(expression, variable)
    return add([total(expression), scaled(rate, expression)], expression)


def gradient(expression: Expr, variable: Any) -> Any:
    """The partial derivative of a scalar with respect to a number or a matrix.

    Parameters
    ----------
    expression : Expr
        A scalar.
    variable : Symbol, jet, MatrixSymbol or block
        What is differentiated by.

    Returns
    -------
    Expr or MatrixExpr
        A number for a number, a matrix of the variable's shape for a matrix.

    Examples
    --------
    >>> from symlag.calculus.jets import block
    >>> from symlag.calculus.matrices import trace
    >>> W = block("W", 3, 4)
    >>> gradient(trace(W.T * W), W)
    2*W
    """
    if not isinstance(variable, MatrixExpr):
        return directional(expression, {variable: S.One})
    probe = MatrixSymbol("probe", *variable.shape)
    return matrix_coefficient(directional(expression, {variable: probe}), probe)


def gradients(expression: Expr, variables: Iterable[Any]) -> dict[Any, Any]:
    """The partial derivatives of a scalar with respect to numbers and matrices."""
    wanted = [*variables]
    numbers = partial_derivatives(expression, [v for v in wanted if not isinstance(v, MatrixExpr)])
    return {v: numbers[v] if v in numbers else gradient(expression, v) for v in wanted}


def euler(lagrangian: Expr, coordinate: Any, rate: Expr = S.Zero) -> Any:
    """The Euler operator of one coordinate, of e^Γ L with the factor e^Γ divided out.

    Parameters
    ----------
    lagrangian : Expr
        A scalar L in jets.
    coordinate : jet or block
        The u of E_u.
    rate : Expr, optional
        The damping γ = D_t Γ, a function of time.

    Returns
    -------
    Expr or MatrixExpr
        Σ_J (−D − γ)ᴶ ∂L/∂u_J, in the shape of the coordinate.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> x, k = coordinates("x"), Symbol("k")
    >>> euler(x.dot**2 / 2 - k * x**2 / 2, x)
    -k*x - x.dot.dot
    """
    notation = Notation.reading(lagrangian, rate, listed=filter(is_coordinate_function, [coordinate]))
    if notation.functions:
        density, q, damping = map(notation.to_jets, (lagrangian, coordinate, rate))
        return notation.to_functions(eulers(density, [q], damping)[q])
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


def pairing(left: Mapping[Any, Any], right: Mapping[Any, Any]) -> Expr:
    """The sum of the inner products of equally named parts, which have equal shapes."""
    terms: list[Expr] = []
    for key in left:
        if key in right:
            a, b = left[key], right[key]
            terms.append(trace(MatMul(Transpose(a), b)) if isinstance(a, MatrixExpr) else a * b)
    return Add(*terms)


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


def _directionals(expressions: Iterable[Any], along: Direction) -> Iterator[Any]:
    """The derivative of each expression; what they share is differentiated once."""
    memo: dict[Any, Any] = {}
    for expression in expressions:
        derivative = derivative_along(expression, along, memo)
        # The traces in a scalar are in normal form as they are made; of a matrix the whole has to be.
        yield normal(derivative) if isinstance(derivative, MatrixExpr) else derivative


def _by_parts(momenta: Mapping[Any, Any], rate: Expr) -> Mapping[Any, Any]:
    """The sum Σ (−D − γ)ᴶ p_J at each coordinate, given the momenta p_J of its jets.

    Along one variable after the other, and from the highest order down, every momentum is handed on to the jet one
    order lower, so that no momentum is differentiated more than once.
    """
    for variable in dict.fromkeys(variable for jet in momenta for variable in jet.base):
        damping = rate if variable == t else S.Zero
        orders = {jet: sum(n for v, n in zip(jet.base, jet.order, strict=True) if v == variable) for jet in momenta}
        for order in range(max(orders.values()), 0, -1):
            high = [jet for jet in momenta if orders[jet] == order]
            lowered = {jet: p for jet, p in momenta.items() if jet not in high}
            # −D is the derivative along reversed rates: a long sum would take longer to reverse afterwards.
            reversed_rates = {jet: scaled(-1, jet.d(variable)) for jet in jets(*(momenta[jet] for jet in high))}
            backward = _directionals([momenta[jet] for jet in high], {**reversed_rates, variable: S.NegativeOne})
            for jet, derivative in zip(high, backward, strict=True):
                below = jet.at(tuple(n - (v == variable) for v, n in zip(jet.base, jet.order, strict=True)))
                terms = [lowered.get(below, zero_like(jet)), derivative]
                if damping != 0:
                    terms.append(scaled(-damping, momenta[jet]))
                lowered[below] = add(terms, jet)
                orders[below] = order - 1
            momenta = lowered
    return momenta
