"""Exact linear law: what each step of SGDW, its decay decoupled, makes of two matrices that meet as U Wᵀ."""

from sympy import symbols

from symlag import block, general_linear, invariant_loss
from symlag.optimizers import sgdw

m, n, h = symbols("m n h", integer=True, positive=True)
U, W = block("U", m, h), block("W", n, h)
rule = sgdw()
V = invariant_loss("f", general_linear(U, W))
symmetry = general_linear(U, W)
