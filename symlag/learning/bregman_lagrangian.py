"""The Bregman Lagrangian: accelerated methods of learning as one family of mechanics.

**Definition.** With a distance-generating function h, its divergence D_h(y, x) = h(y) − h(x) − ⟨∇h(x), y − x⟩, and
functions α, β, γ of time,

    L = e^{α+γ} ( D_h(q + e^{−α} q̇, q) − e^β f(q) ).

The factor e^γ is that of damping and is divided out, as everywhere. Nesterov's method, momentum and natural-gradient
flow are rows of this family. Source: Wibisono, Wilson and Jordan, *A variational perspective on accelerated methods in
optimization*, Eq. 2; Tanaka and Kunin, *Noether's Learning Dynamics*, Eq. 6.

>>> from sympy import Symbol, log
>>> from symlag.calculus.jets import block
>>> w, m, mu = block("w"), Symbol("m", positive=True), Symbol("mu", positive=True)
>>> L = bregman(inner(w, w) / 2, 0, [w], -log(m), log(m), mu * t / m)
>>> L.kinetic, L.damping
(m*Trace(w.dot.T*w.dot)/2, mu/m)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sympy import Expr, S, exp, sympify
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.differential_operators import add, directional, gradient, scaled
from symlag.calculus.jets import Prolonged, t
from symlag.calculus.matrices import inner, normal
from symlag.calculus.matrix_words import matrix_of, words
from symlag.calculus.normal_form import normal_form
from symlag.calculus.sympy_notation import Notation, is_coordinate_function
from symlag.citations import ACCELERATION, LEARNING_DYNAMICS, resting_on
from symlag.variational.equations_of_motion import euler_lagrange
from symlag.variational.lagrangian import Lagrangian, as_tuple


@resting_on(ACCELERATION, LEARNING_DYNAMICS)
def bregman(
    h: Expr,
    loss: Expr | float,
    coordinates: Iterable[Prolonged],
    alpha: Expr | float,
    beta: Expr | float,
    gamma: Expr | float,
) -> Lagrangian:
    """The Bregman Lagrangian of a distance-generating function, a loss and three schedules.

    Parameters
    ----------
    h : Expr
        The distance-generating function, a scalar in the coordinates; |q|²/2 is Euclidean.
    loss : Expr or number
        f, a scalar in the coordinates.
    coordinates : iterable of jets and blocks
        The parameters q.
    alpha, beta, gamma : Expr or number
        α, β and γ as functions of time.

    Returns
    -------
    Lagrangian
        T = e^α D_h(q + e^{−α}q̇, q), V = e^{α+β} f, with the damping dγ/dt.

    References
    ----------
    Wibisono, Wilson and Jordan, A variational perspective on accelerated methods in optimization (2016), Eq. 2; Tanaka
    and Kunin, Noether's Learning Dynamics (2021), Eq. 6.

    Examples
    --------
    >>> from sympy import log
    >>> from symlag.calculus.jets import coordinates
    >>> x = coordinates("x")
    >>> bregman(x**2 / 2, x**4, [x], log(2) - log(t), 2 * log(t) - log(4), 2 * log(t)).damping
    2/t
    """
    listed = as_tuple(coordinates)
    notation = Notation.reading(listed=filter(is_coordinate_function, listed))
    moving = tuple(map(notation.to_jets, listed))
    h, f, a, b, g = map(notation.to_jets, map(sympify, (h, loss, alpha, beta, gamma)))
    ahead = {q: add([q, scaled(exp(-a), q.dot)], q) for q in moving}
    kinetic = exp(a) * divergence(h, ahead)
    parts = normal_form(kinetic), exp(a + b) * f, directional(g, {t: 1})
    T, V, damping = map(notation.to_functions, parts)
    return Lagrangian(T, V, listed, damping)


def divergence(h: Expr, ahead: Mapping[Any, Any]) -> Expr:
    """The Bregman divergence D_h(y, x), where `ahead` maps every coordinate x to its y."""
    linear = (inner(gradient(h, x), add([y, scaled(-1, x)], x)) for x, y in ahead.items())
    return normal(h.xreplace(dict(ahead))) - h - sum(linear, S.Zero)


def ideal_scaling(alpha: Expr | float) -> Expr:
    """The rate of γ that goes with α in the ideal scaling: γ̇ = e^α (Wibisono, Wilson and Jordan, Eq. 2b)."""
    return exp(sympify(alpha))


def massless_limit(L: Lagrangian, mass: Expr) -> dict[Any, Any]:
    """The equations of motion as a parameter goes to zero, such as the mass of the damped row of NLD's Table 1.

    ∇h(q + m q̇) − ∇h(q) stands over m there, so that the limit is a derivative: that of m·E at m = 0. What is left is
    the natural-gradient flow μ∇²h(q)q̇ + ∇f = 0.
    """
    flow: dict[Any, Any] = {}
    for q, equation in euler_lagrange(L).items():
        product = scaled(mass, equation)
        # Expanded, so that no 1/m is left where m = 0 is put in.
        if isinstance(product, MatrixExpr):
            product = matrix_of({word: c.expand() for word, c in words(product).items()}, product.shape)
        else:
            product = product.expand()
        flow[q] = normal(directional(product, {mass: S.One}).xreplace({mass: S.Zero}))
    return flow
