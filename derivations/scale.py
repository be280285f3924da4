"""Scale symmetry: the norm of the weights before a normalisation layer obeys a balance law."""

from symlag import block, heavy_ball, invariant_loss, scale

w = block("w")  # the weights of one filter before a norm
rule = heavy_ball()
V = invariant_loss("f", scale(w))
symmetry = scale(w)
