"""Rotation symmetry: the angular momentum of a learned metric |W(x − y)|² is damped, and nothing feeds it."""

from sympy import symbols

from symlag import block, heavy_ball, invariant_loss, rotation

h, n = symbols("h n", integer=True, positive=True)
W = block("W", h, n)  # n features, seen in h dimensions
rule = heavy_ball()
V = invariant_loss("f", rotation(W))
symmetry = rotation(W)
