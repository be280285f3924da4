"""Mirror descent with momentum: the hyperbolic distance Σ cosh feeds the charge of a rescaled pair (NLD Eq. 8)."""

from sympy import cosh, log, symbols

from symlag import coordinates, rescale, t
from symlag.learning.bregman_lagrangian import bregman

x, y = coordinates("x y")
m, mu = symbols("m mu", positive=True)
f = (x * y - 2) ** 2 / 2
mechanics = bregman(cosh(x) + cosh(y), f, [x, y], -log(m), log(m), mu * t / m)
T, V, damping = mechanics.kinetic, mechanics.potential, mechanics.damping
symmetry = rescale(x, y)
