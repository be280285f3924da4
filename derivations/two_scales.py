"""Two scales: where the weights before a normalisation layer begin is a rate, for they turn with η/r² and λr² alone."""

from sympy import solve, symbols

from symlag import block, invariant_loss, scale, sgd
from symlag.optimizers.descent_on_sphere import G
from symlag.optimizers.momentum_on_sphere import rolling

w = block("w")  # the weights of one filter before a norm
rule = sgd()
V = invariant_loss("f", scale(w))
symmetry = scale(w)
c, eta, decay, other_eta, other_decay = symbols("c eta lambda eta2 lambda2", positive=True)
rolled = rolling(rule)  # w = ru, G = r⁴: u' = y/|y|, y = u − (η/r²)n̂, n̂ = βn + ĝ + λr²u
longer = rolling(rule.at({eta: other_eta, decay: other_decay}))  # and from weights c times as long
gaps = [one - longer.pushed[x].xreplace({G: c**4 * G}) for x, one in rolled.pushed.items()]
((rate, shrink),) = solve(gaps, [other_eta, other_decay])  # what turns them alike: c²η and λ/c²
