"""Larger images: what a VGG-like network keeps under SGD, in closed form and from step to step."""

import symlag as sl

p, q, u, v = map(sl.block, "pquv")  # of a classifier, before a norm, into and out of a ReLU unit
rule = sl.sgd(momentum=0)
symmetry = [sl.translation(p, sl.constant("n", p.rows)), sl.scale(q), sl.rescale(u, v)]
V = sl.invariant_loss("f", *symmetry)
steps = [sl.exact(rule, X) for X in symmetry]  # Q' = (1 − ηλ)²Q + η²⟨g, Ag⟩, or (1 − ηλ)Q
