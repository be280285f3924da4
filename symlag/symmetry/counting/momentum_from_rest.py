"""How far training with momentum reaches from rest, of which the parameters alone tell.

The drift f = ∂_t + θ̇·∂_θ − θ̇·∂_θ̇ turns a push X(θ) of the velocity into [f, X] = X − X̂, with
X̂ = X·∂_θ − (DX θ̇)·∂_θ̇, and [X̂, Y] is the push DY X + DX Y, the symmetric product of X and Y. So all symmetric products
X of what pushes are among the brackets, and with them X̂. At θ̇ = 0 the X push the velocity, the X̂ and their brackets
move θ alone, as X and its brackets do, and f moves t:

    rank at rest = 1 + rank of the symmetric products + rank of their brackets,

two ranks of D variables. At a generic velocity it is no lower (Lewis, Murray: SIAM J. Control Optim. 35, 766, 1997).

>>> from symlag.symmetry.counting.explicit_laws import momentum_laws
>>> pushes = [{0: {(1,): 1}, 1: {(0,): 1}}]                    # φ = θ₀θ₁, with ⟨∇φ, ∇φ⟩ = θ₀² + θ₁²
>>> reached_from_rest(pushes, momentum_laws(pushes, 2)).rank
5
"""

from __future__ import annotations

from collections.abc import Sequence

from symlag.symmetry.counting.bracket_closure import BRACKET, SYMMETRIC, Germ, Reach, plural
from symlag.symmetry.counting.explicit_laws import Laws
from symlag.symmetry.counting.polynomials import Field
from symlag.symmetry.modular.linear_algebra import SHORT


def reached_from_rest(pushes: Sequence[Field], laws: Laws) -> Reach:
    """The rank at θ̇ = 0 of the closure of what pushes θ̇, or one below it, as far as laws of momentum allow."""
    D = laws.D
    at = Germ(D, SHORT[0], 0)
    generators = sum(at.learn(at.field(X)) for X in pushes)
    at.grow(generators, SYMMETRIC, D - laws.held)
    vertical = len(at.known)
    at.grow(generators, BRACKET, 2 * D - laws.rank - vertical)
    rank = 1 + vertical + len(at.known)
    products = f"symmetric products and brackets of up to {plural(at.depth, 'push', 'pushes')}"
    found = f"{products} have rank {rank} of {2 * D + 1} at rest"
    return Reach(rank, f"{found}, and the laws in hand leave room for no more")
