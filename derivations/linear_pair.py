"""General linear symmetry: two matrices that meet as U Wᵀ obey as many laws as they share directions, squared."""

from sympy import symbols

from symlag import block, general_linear, heavy_ball, invariant_loss

m, n, h = symbols("m n h", integer=True, positive=True)
U, W = block("U", m, h), block("W", n, h)
rule = heavy_ball()
V = invariant_loss("f", general_linear(U, W))
symmetry = general_linear(U, W)
