"""Constraints: at every point, on every batch, a symmetry binds the gradient, ⟨g, ξ⟩ = 0, and Hξ + (Dξ)ᵀg = 0."""

from sympy import sqrt

from symlag import block, constant, heavy_ball, inner, loss, rescale, scale, translation
from symlag.calculus.differential_operators import directional

b, w, u, v = map(block, "bwuv")  # of a classifier, before a norm, into and out of a unit
n = constant("n", b.rows)
rule = heavy_ball()
V = loss("f", b - n * (inner(n, b) / inner(n, n)), w / sqrt(inner(w, w)), u * v.T)  # what a network sees of them
symmetry = [translation(b, n), scale(w), rescale(u, v)]
ahead = {q: constant(f"d_{q.name}", q.rows) for q in (b, w, u, v)}  # any direction d
gradient = [directional(V, X.components) for X in symmetry]
hessian = [
    directional(directional(V, ahead), X.components)  # ⟨d, Hξ⟩
    + directional(V, {q: directional(xi, ahead) for q, xi in X.components.items()})  # ⟨g, (Dξ)d⟩
    for X in symmetry
]
