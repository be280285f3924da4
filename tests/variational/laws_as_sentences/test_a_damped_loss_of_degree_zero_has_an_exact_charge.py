from sympy import exp, symbols

from symlag import Generator, Lagrangian, block, inner, invariant_loss, noether, scale, t
from symlag.calculus.zero_test import vanishes


def test_a_damped_loss_of_degree_zero_has_an_exact_charge():
    w = block("w")
    m, gamma = symbols("m gamma", positive=True)
    f = invariant_loss("f", scale(w))
    X = Generator({w: -gamma * exp(-gamma * t) * w}, exp(-gamma * t))
    law = noether(Lagrangian(m * inner(w.dot, w.dot) / 2, f, damping=gamma), X)
    v = w.dot + gamma * w
    assert law.conserved
    assert vanishes(-exp(gamma * t) * law.charge - m * inner(v, v) / 2 - f)
