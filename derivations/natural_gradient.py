"""Natural gradient with momentum: a distance that grows like eˣ breaks a translation by its metric (NLD Eq. 8)."""

from sympy import exp, log, symbols

from symlag import Generator, coordinates, t
from symlag.learning.bregman_lagrangian import bregman

x, y = coordinates("x y")
m, mu = symbols("m mu", positive=True)
f = (x - y) ** 2 / 2
mechanics = bregman(exp(x) + exp(y), f, [x, y], -log(m), log(m), mu * t / m)
T, V, damping = mechanics.kinetic, mechanics.potential, mechanics.damping
symmetry = Generator({x: 1, y: 1}, name="translation")
