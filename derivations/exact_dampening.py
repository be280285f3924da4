"""Exact rescale law: what each step of a damped heavy ball makes of the balance before and after a ReLU unit."""

from symlag import block, invariant_loss, rescale, sgd

u = block("u")  # the weights and the bias that go into one unit
v = block("v")  # the weights that come out of it
rule = sgd(dampening=None)  # with any dampening d, of which the first step is free
V = invariant_loss("f", rescale(u, v))
symmetry = rescale(u, v)
