"""Implicit RMSProp: the norm of weights before a normalisation layer remembers the noise of their gradients."""

from symlag import block, heavy_ball, invariant_loss, noether, scale
from symlag.learning import equivalent_rmsprop

w = block("w")  # the weights of one filter before a norm
rule = heavy_ball()
V = invariant_loss("f", scale(w))
symmetry = scale(w)
law = noether(rule.lagrangian(V, [w]), symmetry)
rmsprop = equivalent_rmsprop(law, rule.step)  # r⁴ ∝ G ← ρG + (1−ρ)|∇f(u)|²: NLD Eq. 18, with the factor χ that it lacks
balance = law.steady_state()  # λ|w|² = m⟨|ẇ|²⟩
