"""Modified flow: each step of an optimizer lies on a path of its own, which corrects gradient flow in powers of η."""

from symlag import block, invariant_loss, modified_equation, nesterov, scale, sgd

w = block("w")
rule = sgd()
V = invariant_loss("f", scale(w))
symmetry = scale(w)
rules = {"descent": sgd(momentum=0), "momentum": sgd(), "Nesterov": nesterov()}
flows = {name: [modified_equation(each, order) for order in range(3)] for name, each in rules.items()}
drift = flows["descent"][1].drift()  # the charge |w|²/2 is fed by η²|F|²/2 a step, and loses twice the weight decay
