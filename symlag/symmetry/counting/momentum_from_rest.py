"""The rank of the closure with momentum at rest, from two closures in the parameters alone.

The drift f = ∂_t + θ̇·∂_θ − θ̇·∂_θ̇ turns a control X(θ) of the velocity into [f, X] = X − X̂, with
X̂ = X·∂_θ − (DX θ̇)·∂_θ̇, and [X̂, Y] is the control DY X + DX Y, the symmetric product of X and Y. So all symmetric
products X of controls are among the brackets, and with them X̂. At θ̇ = 0 the X push the velocity, the X̂ and their
brackets move θ alone, as X and its brackets do, and f moves t:

    rank at rest = 1 + rank of the symmetric products + rank of their brackets,

two ranks in D variables instead of one in 2D + 1. At a generic velocity the rank is no lower (Lewis, Murray: SIAM J.
Control Optim. 35, 766, 1997).

>>> from symlag.symmetry.counting.explicit_laws import momentum_laws
>>> controls = [{0: {(1,): 1}, 1: {(0,): 1}}]                  # φ = θ₀θ₁, with ⟨∇φ, ∇φ⟩ = θ₀² + θ₁²
>>> closure_rank_from_rest(controls, momentum_laws(controls, 2)).rank
5
"""

from __future__ import annotations

from collections.abc import Sequence

from symlag.symmetry.counting.bracket_closure import BRACKET, SYMMETRIC, ClosureRank, SpanAtPoint, plural
from symlag.symmetry.counting.explicit_laws import AffineLaws
from symlag.symmetry.counting.polynomials import VectorField
from symlag.symmetry.modular.linear_algebra import SHORT_PRIMES


def closure_rank_from_rest(controls: Sequence[VectorField], laws: AffineLaws) -> ClosureRank:
    """The rank of the closure of drift and controls of θ̇ at θ̇ = 0, or a lower bound on it, as far as laws allow."""
    D = laws.D
    span = SpanAtPoint(D, SHORT_PRIMES[0], 0)
    generators = sum(span.insert(span.field(X)) for X in controls)
    span.close(generators, SYMMETRIC, D - laws.rank_of_growing_at_rest)
    symmetric_products = len(span.fields)
    span.close(generators, BRACKET, 2 * D - laws.rank - symmetric_products)
    rank = 1 + symmetric_products + len(span.fields)
    products = f"symmetric products and brackets of up to {plural(span.depth, 'push', 'pushes')}"
    lower = f"{products} have rank {rank} of {2 * D + 1} at rest"
    return ClosureRank(rank, f"{lower}, and the laws in hand leave room for no more")
