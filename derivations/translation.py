"""Translation symmetry: the weights of a softmax classifier, summed over the classes, forget where they began."""

from symlag import block, constant, heavy_ball, invariant_loss, translation

w = block("w")  # the weights of one feature, a number a class
n = constant("n", w.rows)  # one in every class: adding it to w changes no probability
rule = heavy_ball()
V = invariant_loss("f", translation(w, n))
symmetry = translation(w, n)
