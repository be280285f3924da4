"""Rescale symmetry: what goes into a ReLU unit and what comes out of it are balanced by a law."""

from symlag import block, heavy_ball, invariant_loss, rescale

u = block("u")  # the weights and the bias that go into one unit
v = block("v")  # the weights that come out of it
rule = heavy_ball()
V = invariant_loss("f", rescale(u, v))
symmetry = rescale(u, v)
