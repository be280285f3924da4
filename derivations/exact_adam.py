"""Exact scale law of Adam: its momentum never sees the preconditioner, and the norm sees it as a metric KSB."""

from symlag import adam, block, invariant_loss, scale

w = block("w")  # the weights of one filter before a norm
rule = adam()
V = invariant_loss("f", scale(w))
symmetry = scale(w)
