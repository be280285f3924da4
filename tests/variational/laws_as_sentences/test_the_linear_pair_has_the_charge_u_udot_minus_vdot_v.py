from sympy import symbols

from symlag import block, general_linear, heavy_ball, invariant_loss, noether
from symlag.calculus.zero_test import vanishes


def test_the_linear_pair_has_the_charge_u_udot_minus_vdot_v():
    m, n, h = symbols("m n h", integer=True, positive=True)
    U, V = block("U", m, h), block("V", n, h)
    X, rule = general_linear(U, V), heavy_ball()
    law = noether(rule.lagrangian(invariant_loss("f", X), [U, V]), X)
    found = law.momentum_map()
    assert vanishes(found.charge - rule.mass * (U.T * U.dot - V.dot.T * V))
    assert vanishes(found.sources["kinetic"] - rule.mass * (U.dot.T * U.dot - V.dot.T * V.dot))
    assert law.defect() == 0
