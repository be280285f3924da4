"""Charges in training: without momentum, what a symmetry keeps decays with the weights and is fed by gradients."""

import symlag as sl

m, n, h = sl.symbols("m n h", integer=True, positive=True)
p, q, u, v = map(sl.block, "pquv")  # of a classifier, before a norm, into and out of a ReLU unit
U, W, P = sl.block("U", m, h), sl.block("W", n, h), sl.calculus.Symmetric("P", h, h)  # Q, K, a mix
mixing = sl.Generator({U: U * P, W: -W * P}, name="general linear", parameters=(P,))
rule = sl.heavy_ball(momentum=0)
symmetry = [sl.translation(p, sl.constant("n", p.rows)), sl.scale(q), sl.rescale(u, v), mixing]
V = sl.invariant_loss("f", *symmetry)
training = rule.lagrangian(V, [p, q, u, v, U, W])
closed = [sl.noether(training, X).solve() for X in symmetry]  # Q = e^{−κt}Q₀ + ∫ e^{−κ(t−s)} S ds, κ = λ or 2λ
