"""Level sets: planes, spheres and hyperbolas, on which gradient flow stays, and which each step of SGD leaves."""

from symlag import block, constant, exact, invariant_loss, rescale, scale, sgd, translation

p, q, u, v = map(block, "pquv")  # of a classifier, before a norm, into and out of a ReLU unit
n = constant("n", p.rows)
rule = sgd(momentum=0, weight_decay=0)
symmetry = [translation(p, n), scale(q), rescale(u, v)]
V = invariant_loss("f", *symmetry)
plane, sphere, hyperbola = (exact(rule, X) for X in symmetry)  # Q' − Q = 0, η²|g|², η²(|g_u|² − |g_v|²)
