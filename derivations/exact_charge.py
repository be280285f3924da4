"""Exact charge: a loss blind to the length of all weights keeps m|ẇ + γw|²/2 + f(w), whatever the friction."""

from sympy import exp, symbols

from symlag import Generator, Lagrangian, block, coordinates, invariant_loss, scale, t
from symlag.learning.continuous_rules import Rule
from symlag.symmetry.action_symmetries import symmetries

u, v, w = *coordinates("u v"), block("w")  # two weights, and all weights, each before a norm
eta, m, gamma = symbols("eta m gamma", positive=True)
rule = Rule("momentum without weight decay", step=eta, mass=m, friction=m * gamma, decay=0)
small = Lagrangian(rule.kinetic([u, v]), u * v / (u**2 + v**2), damping=gamma)
(found,) = symmetries(small).generators  # e^{−γt}(∂_t − γ w·∂_w) and nothing else, proved
L = exp(gamma * t) * (rule.kinetic([w]) - invariant_loss("f", scale(w)))
symmetry = Generator({w: found.components[u] / u * w}, found.tau, "exact charge")
