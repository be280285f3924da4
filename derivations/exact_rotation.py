"""Exact rotation law: each step of SGD leaves the share β of the angular momentum of a learned metric, and no other."""

from sympy import symbols

from symlag import block, invariant_loss, rotation, sgd

h, n = symbols("h n", integer=True, positive=True)
W = block("W", h, n)  # n features, seen in h dimensions
rule = sgd()  # with any schedule of η, β and λ
V = invariant_loss("f", rotation(W))
symmetry = rotation(W)
