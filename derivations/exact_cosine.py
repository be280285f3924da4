"""Exact scale law under a schedule: it holds step by step while the learning rate falls along a cosine."""

from sympy import cos, pi, symbols

from symlag import block, invariant_loss, scale, sgd

w = block("w")  # the weights of one filter before a norm
eta = symbols("eta", positive=True)  # the learning rate of the first step
rule = sgd(lambda k: eta * (1 + cos(pi * k / 400)) / 2)
V = invariant_loss("f", scale(w))
symmetry = scale(w)
