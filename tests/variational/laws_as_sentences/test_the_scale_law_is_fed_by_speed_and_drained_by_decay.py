from symlag import block, heavy_ball, inner, invariant_loss, noether, scale
from symlag.calculus.zero_test import vanishes


def test_the_scale_law_is_fed_by_speed_and_drained_by_decay():
    w, rule = block("w"), heavy_ball()
    law = noether(rule.lagrangian(invariant_loss("f", scale(w)), [w]), scale(w))
    assert vanishes(law.charge - rule.mass * inner(w, w.dot))
    assert vanishes(law.ksb - rule.mass * inner(w.dot, w.dot))
    assert vanishes(law.sources["potential"] + rule.decay * inner(w, w))
    assert vanishes(law.rate - rule.friction / rule.mass)
