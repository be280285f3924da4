"""Exact scale law: what each step of SGD makes of the norm of weights before a normalisation layer, without error."""

from symlag import block, invariant_loss, scale, sgd

w = block("w")  # the weights of one filter before a norm
rule = sgd()  # with any schedule of η, β and λ
V = invariant_loss("f", scale(w))
symmetry = scale(w)
