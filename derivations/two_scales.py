"""Two scales: where the weights before a normalisation layer begin is a rate, for they turn with η/r² and λr² alone."""

from sympy import solve, symbols

from symlag import block, invariant_loss, scale, sgd
from symlag.optimizers.scale_invariant_weights import G, on_sphere

w = block("w")  # the weights of one filter before a norm
rule = sgd()
V = invariant_loss("f", scale(w))
symmetry = scale(w)
c, eta, decay, other_eta, other_decay = symbols("c eta lambda eta2 lambda2", positive=True)
sphere = on_sphere(rule)  # w = ru, G = r⁴: u' = y/|y|, y = u − (η/r²)n̂, n̂ = βn + ĝ + λr²u
longer = on_sphere(rule.at({eta: other_eta, decay: other_decay}))  # and from weights c times as long
gaps = [one - longer.update[x].xreplace({G: c**4 * G}) for x, one in sphere.update.items()]
((rate, shrink),) = solve(gaps, [other_eta, other_decay])  # what turns them alike: c²η and λ/c²
