"""Exact RMSProp: plain SGD on weights before a normalisation layer is RMSProp for their direction, step by step."""

from symlag import block, invariant_loss, scale, sgd
from symlag.optimizers.scale_invariant_weights import on_sphere

w = block("w")  # the weights of one filter before a norm
rule = sgd(momentum=0)
V = invariant_loss("f", scale(w))
symmetry = scale(w)
rmsprop = on_sphere(rule).rmsprop()  # u' = normalize(u − rate·ĝ), G' = accumulator, G = |w|⁴ and ĝ the gradient at u
