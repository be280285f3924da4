"""Counted laws: gradient flow keeps as many functions of the weights as brackets allow, and momentum others."""

from symlag import block, count_laws, heavy_ball, invariant_loss, rescale
from symlag.symmetry.counting.factorizations import attention, linear, relu, softmax

u, v = block("u"), block("v")  # into and out of one of the hidden units
rule = heavy_ball()
V = invariant_loss("f", rescale(u, v))
symmetry = rescale(u, v)
trained = [linear(2, 2, 1), linear(3, 3, 2), relu(3, 3, 1), relu(3, 4, 2)]
networks = [linear(4, 4, 4), linear(1, 3, 1), relu(3, 3, 3, 3), attention(4, 3), softmax(3, 4)]
flow = {str(phi): count_laws(phi).bound for phi in [*trained, *networks]}
momentum = {str(phi): count_laws(phi, flow="momentum").bound for phi in networks}
