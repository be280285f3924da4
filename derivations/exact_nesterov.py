"""Exact translation law: what each step of Nesterov's momentum makes of a classifier's weights summed over classes."""

from symlag import block, constant, invariant_loss, nesterov, translation

w = block("w")  # the weights of one feature, a number a class
n = constant("n", w.rows)  # one in every class: adding it to w changes no probability
rule = nesterov()
V = invariant_loss("f", translation(w, n))
symmetry = translation(w, n)
