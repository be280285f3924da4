"""Nesterov's method: its friction 3/t comes from schedules alone, and with it the law of scale (NLD Table 1)."""

from sympy import log

from symlag import block, constant, inner, scale, t
from symlag.learning.bregman_lagrangian import bregman

w = block("w")
B = constant("B", w.rows, w.rows)
f = inner(B * w, B * w) / inner(w, w)
since = t + 1  # the first second would be singular
mechanics = bregman(inner(w, w) / 2, f, [w], log(2) - log(since), 2 * log(since) - log(4), 2 * log(since))
T, V, damping = mechanics.kinetic, mechanics.potential, mechanics.damping
symmetry = scale(w)
