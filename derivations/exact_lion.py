"""Exact rescale law of Lion: its momentum never sees the sign, and the balance sees it as a metric KSB."""

from symlag import block, invariant_loss, lion, rescale

u = block("u")  # the weights and the bias that go into one unit
v = block("v")  # the weights that come out of it
rule = lion()
V = invariant_loss("f", rescale(u, v))
symmetry = rescale(u, v)
