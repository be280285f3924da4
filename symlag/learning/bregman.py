"""The Bregman Lagrangian: every accelerated method of learning as one mechanics (WWJ; NLD Eq. 6).

    L = e^{α+γ} ( D_h(q + e^{−α} q̇, q) − e^β f(q) ),    D_h(y, x) = h(y) − h(x) − ⟨∇h(x), y − x⟩

h is the distance-generating function, α, β, γ are functions of time; e^γ is the damping's and is divided out.

>>> from sympy import Symbol, log
>>> from symlag.calculus.jets import block
>>> w, m, mu = block("w"), Symbol("m", positive=True), Symbol("mu", positive=True)
>>> L = bregman(inner(w, w) / 2, 0, [w], -log(m), log(m), mu * t / m)
>>> L.kinetic, L.damping
(m*Trace(w.dot.T*w.dot)/2, mu/m)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sympy import Expr, S, exp, sympify
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.jets import t
from symlag.calculus.matrices import inner, normal, zero_like
from symlag.calculus.matrix_words import matrix_of, words
from symlag.calculus.normal_form import normal_form
from symlag.calculus.operators import add, directional, gradient, scaled
from symlag.citations import ACCELERATION, LEARNING_DYNAMICS, resting_on
from symlag.variational.equations_of_motion import euler_lagrange
from symlag.variational.lagrangian import Lagrangian


@resting_on(ACCELERATION, LEARNING_DYNAMICS)
def bregman(h: Expr, loss: Any, coordinates: Iterable[Any], alpha: Any, beta: Any, gamma: Any) -> Lagrangian:
    """The Lagrangian of a distance-generating function, a loss and three schedules."""
    moving = tuple(coordinates)
    a, b, g = map(sympify, (alpha, beta, gamma))
    ahead = {q: add([q, scaled(exp(-a), q.dot)], q) for q in moving}
    kinetic = exp(a) * divergence(h, ahead)
    return Lagrangian(normal_form(kinetic), exp(a + b) * sympify(loss), moving, directional(g, {t: 1}))


def divergence(h: Expr, ahead: dict[Any, Any]) -> Expr:
    """D_h(y, x), where `ahead` maps every coordinate x to its y."""
    linear = [inner(gradient(h, x), add([y, scaled(-1, x)], x)) for x, y in ahead.items()]
    return normal(_at(h, ahead)) - h - sum(linear, zero_like(h))


def ideal_scaling(alpha: Any) -> Expr:
    """The rate of γ that goes with α: γ̇ = e^α (WWJ Eq. 2b)."""
    return exp(sympify(alpha))


def massless(L: Lagrangian, mass: Expr) -> dict[Any, Any]:
    """The equations of motion as a parameter goes to zero, such as the mass of the damped row of NLD's Table 1.

    ∇h(q + m q̇) − ∇h(q) stands over m, so that the limit is a derivative: of m·E at m = 0. What is left is the
    natural-gradient flow μ∇²h(q)q̇ + ∇f = 0.
    """
    grown = {q: directional(_expanded(scaled(mass, e)), {mass: S.One}) for q, e in euler_lagrange(L).items()}
    return {q: normal(slope.xreplace({mass: S.Zero})) for q, slope in grown.items()}


def _expanded(expression: Any) -> Any:
    if not isinstance(expression, MatrixExpr):
        return expression.expand()
    return matrix_of({word: number.expand() for word, number in words(expression).items()}, expression.shape)


def _at(h: Expr, ahead: dict[Any, Any]) -> Expr:
    """h at y: all coordinates replaced at once."""
    return h.xreplace(ahead)
