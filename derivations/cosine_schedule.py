"""Cosine schedule: the scale law of a normalised loss holds whatever the learning rate does in time."""

from sympy import cos, symbols

from symlag import block, constant, inner, scale, t

w = block("w")  # the loss is Rayleigh's quotient |Bw|²/|w|², and weight decay
B = constant("B", w.rows, w.rows)
eta, beta, decay = symbols("eta beta lambda", positive=True)
rate = eta * (2 + cos(3 * t))
T = inner(w.dot, w.dot) / 2
V = (inner(B * w, B * w) / inner(w, w) + decay * inner(w, w) / 2) / (rate * (1 + beta) / 2)
damping = (1 - beta) / (rate * (1 + beta) / 2)
symmetry = scale(w)
