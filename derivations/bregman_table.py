"""Learning in any metric: friction, kinetic asymmetry and the metric itself move the charge of scale (NLD Eq. 8)."""

from sympy import Function, log, symbols

from symlag import block, invariant_loss, scale, t
from symlag.calculus.invariant_functions import Unknown
from symlag.learning.bregman_lagrangian import bregman

w = block("w")
h, f = Unknown("h", [w]), invariant_loss("f", scale(w))  # any distance-generating function, any normalised loss
eta, beta, m, mu = symbols("eta beta m mu", positive=True)
rows = {
    "Nesterov": (log(2) - log(t), 2 * log(t) - log(4), 2 * log(t)),  # NLD Table 1: the schedules α, β, γ
    "damped": (-log(m), log(m), mu * t / m),
}
mechanics = bregman(h, f, [w], *(Function(name)(t) for name in ("alpha", "beta", "gamma")))
T, V, damping = mechanics.kinetic, mechanics.potential, mechanics.damping
symmetry = scale(w)
