"""Equilibrium angle: once a norm has come to rest, every step turns the weights alike, whatever the gradients are."""

from symlag import block, exact, invariant_loss, scale, sgd

w = block("w")  # the weights of one filter before a norm
rule = sgd()
V = invariant_loss("f", scale(w))
symmetry = scale(w)
law = exact(rule, symmetry)
window = law.window()  # (1+β)η²Σ|v'|² = 2ηλΣ|w|², and what the ends of the run add: an identity
turn = law.turn()  # 1 − cos of the angle of a step = ηλ/(1+β): what is left of it for time averages
