"""Exact charge of a loss that grows as the weights: a symmetry appears at one weight decay, 2mγ²/9, and at no other."""

from sympy import sqrt, symbols

from symlag import Generator, block, coordinates, inner, invariant_loss, scale
from symlag.learning.continuous_rules import Rule
from symlag.symmetry.action_symmetries import symmetries

u, v, w = *coordinates("u v"), block("w")  # two weights, and all weights
eta, m, gamma = symbols("eta m gamma", positive=True)
rule = Rule("momentum with decay 2mγ²/9", step=eta, mass=m, friction=m * gamma, decay=2 * m * gamma**2 / 9)
(found,) = symmetries(rule.lagrangian(u**2 / v, [u, v])).generators  # and nothing else, proved
V = sqrt(inner(w, w)) * invariant_loss("g", scale(w))  # any loss of degree one
symmetry = Generator({w: found.components[u] / u * w}, found.tau, "exact charge")
