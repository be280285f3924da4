"""Smooth norms: each weight of a filter is kicked to and fro, and the norm of the filter is fed and decays alone."""

from symlag import block, exact, invariant_loss, scale, sgd

w = block("w")  # the weights of one filter before a norm
rule = sgd(momentum=0)
V = invariant_loss("f", scale(w))
symmetry = scale(w)
law = exact(rule, symmetry)  # |w'|² = (1 − ηλ)²|w|² + η²|g|²: a sum of squares, where each weight sums g itself
