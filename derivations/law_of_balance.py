"""Law of balance: minibatch noise moves what gradient flow keeps of a ReLU unit, until both of its sides match."""

from symlag import block, exact, invariant_loss, rescale, sgd

u = block("u")  # the weights and the bias that go into one unit
v = block("v")  # the weights that come out of it
rule = sgd(momentum=0, weight_decay=0)
V = invariant_loss("f", rescale(u, v))
symmetry = rescale(u, v)
law = exact(rule, symmetry)  # Q' = Q + η²⟨g, Ag⟩ of Q = |u|² − |v|², whatever the batch
