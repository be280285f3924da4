"""Fixed norms: they take from weights before a normalisation layer the growth of r, which tempers their rate."""

from sympy import expand

from symlag import block, invariant_loss, scale, sgd
from symlag.optimizers.scale_invariant_weights import G, on_sphere

w = block("w")  # the weights of one filter before a norm
rule = sgd()
V = invariant_loss("f", scale(w))
symmetry = scale(w)
free = on_sphere(rule)  # u' = y/|y|, y = u − (η/√G)n̂, n' = |y|n̂, G' = G|y|⁴; a fixed norm leaves out n' and G' the |y|
growth = expand(on_sphere(sgd(momentum=0)).rmsprop().accumulator / G - 1)  # −4ηλ + O(η²): at small rates none is missed
