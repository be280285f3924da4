"""Damping regimes: the charge of translation is an oscillator that momentum swings and weight decay pulls."""

from symlag import block, constant, heavy_ball, invariant_loss, noether, translation

w = block("w")  # the weights of one feature, a number a class
n = constant("n", w.rows)
rule = heavy_ball()
V = invariant_loss("f", translation(w, n))
symmetry = translation(w, n)
law = noether(rule.lagrangian(V, [w]), symmetry)
oscillator = law.solve()  # m Q̈ + μ Q̇ + λ Q = 0 of Q = ⟨n, w⟩
