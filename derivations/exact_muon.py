"""Exact turn law of Muon: each step leaves the share β(1 − ηλ) of the angular momentum of a linear pair, no other."""

from sympy import symbols

from symlag import Generator, block, invariant_loss, muon
from symlag.calculus import Skew

m, n, h = symbols("m n h", integer=True, positive=True)
U, W, A = block("U", m, h), block("W", n, h), Skew("A", h, h)
rule = muon()
symmetry = Generator({U: U * A, W: W * A}, name="turn", parameters=(A,))
V = invariant_loss("f", symmetry)
