"""Expressions and laws that kernels are made of."""

from sympy import (
    Abs,
    E as EULER,
    Heaviside,
    Max,
    Min,
    Mod,
    Piecewise,
    Rational,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    ceiling,
    cos,
    cosh,
    cot,
    coth,
    csc,
    erf,
    erfc,
    exp,
    floor,
    log,
    pi,
    sec,
    sech,
    sign,
    sin,
    sinh,
    sqrt,
    symbols,
    tan,
    tanh,
)  # fmt: skip

from symlag.calculus.jets import block, coordinates, t
from symlag.learning.continuous_rules import heavy_ball
from symlag.learning.losses import invariant_loss
from symlag.variational.families import general_linear, rescale, rescale_units, rotation, scale, time_translation
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether
from tests.support.cases import h, n
from tests.support.kernel_layers import LEARNING, LETTERS

x, y = coordinates("x y")
a, m = symbols("a m", positive=True)
w, W, U, V = block("w", n), block("W", h, n), block("U", h, n), block("V", n)
small, thin = block("P", 2, 2), block("Q", 3, 2)

ZOO = {
    "arithmetic": -x / 3 + 2 * y**2 - a / (x * y) + x * y**-3 + Rational(7, 3),
    "powers": x**5 + y**12 + x ** Rational(1, 3) + x**a + 2**y + x**-7,
    "roots": sqrt(x) + sqrt(2) * y ** Rational(3, 2) + 1 / sqrt(x + y) + (x + y) ** Rational(-5, 2),
    "constants": pi * x + EULER * y + exp(2) + sqrt(2) + sin(1) + 10**30 * x,
    "exponentials": exp(-x) * log(y) + exp(x * y) + log(x + y),
    "circular": sin(x) + cos(y) * tan(x) + asin(x / 9) + acos(y / 9) + atan(x * y) + atan2(x, 2) + atan2(1, y),
    "hyperbolic": sinh(x) + cosh(y) + tanh(x) + asinh(x) + acosh(1 + y) + atanh(x / 9),
    "reciprocal": sec(x) + csc(y) + cot(x) + sech(y) + coth(x),
    "kinks": Abs(x - y) + sign(x - 1) * y + Max(x, 1, y) + Min(x * y, 2) + Max(x - 1, 0),
    "steps": floor(3 * x) + ceiling(2 * y) + Mod(5 * x, 2) + x,
    "errors": erf(x) + erfc(y),
    "heaviside": Heaviside(x - 1) * y + 3 * Heaviside(y - x) + x,
    "cases": Piecewise((x**2, x < 1), (Piecewise((y, y > 1), (2, True)), (x > 1.25) & (y > 1)), (x + y, True)),
    "logic": Piecewise((1, (x > 1) | (y > 1)), (sqrt(x), ~((x > y) & (y > Rational(3, 4)))), (0, True)) + x,
    "time": exp(-a * t) * sin(m * t) + x,
}  # fmt: skip


def _laws():
    ball = heavy_ball()
    kepler = Lagrangian(m * (x.dot**2 + y.dot**2) / 2, -a / sqrt(x**2 + y**2))
    rolling = Lagrangian(m * (x.dot**2 + y.dot**2) / 2, a * x**2 / 2, damping=1 / (t + 1))
    pair, ranks = general_linear(small, thin), general_linear(U, block("R", 4, n))
    units, each = rescale([W], [V]), rescale_units([W], [block("Z", 4, h)])
    yield "scale", noether(ball.lagrangian(invariant_loss("f", scale(w)), [w]), scale(w))
    yield "turn", noether(ball.lagrangian(0, [w]), rotation(w))
    yield "rescale", noether(ball.lagrangian(invariant_loss("f", units), [W, V]), units)
    for name, X in (("units", each), ("integer pair", pair), ("symbolic pair", ranks)):
        law = noether(ball.lagrangian(invariant_loss("f", X), list(X.components)), X)
        yield name, law
        yield f"{name} as a matrix", law.momentum_map()
    yield "kepler rotation", noether(kepler, rotation(x, y))
    yield "kepler energy", noether(kepler, time_translation())
    yield "rolling energy", noether(rolling, time_translation())


LAWS = dict(_laws())
EVERYTHING = {**ZOO, **LETTERS, **LAWS, **LEARNING}
