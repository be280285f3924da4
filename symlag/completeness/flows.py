"""Training as a control system: the fields that losses of φ can push the parameters along, whatever the loss is.

In gradient flow θ̇ = −∇ℓ(φ(θ)) these are the gradients of the components of φ; a function is conserved for every ℓ iff
all of them, and so all of their brackets, leave it alone. With momentum, θ̈ + θ̇ + ∇ℓ(φ(θ)) = 0 on (t, θ, θ̇), they push
the velocity, and the drift ∂_t + θ̇·∂_θ − θ̇·∂_θ̇ goes with them (the unit of time is that of the friction, of which the
count does not depend). Marcotte, Gribonval, Peyré: arXiv 2307.00144, Theorem 2.1; 2405.12888, Proposition 3.2.

>>> momentum([{(0,): 1}], 1)[0]                                # θ is 0, θ̇ is 1, t is 2
{2: {(): 1}, 0: {(1,): 1}, 1: {(1,): -1}}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from symlag.completeness.polynomials import Field, Polynomial, slopes

System = Callable[[Sequence[Polynomial], int], list[Field]]


def gradient(phi: Sequence[Polynomial], D: int) -> list[Field]:
    """∇φ_i, on θ = 0 … D − 1."""
    del D
    return [slopes(f) for f in phi]


def momentum(phi: Sequence[Polynomial], D: int) -> list[Field]:
    """The drift, and ∇φ_i·∂_θ̇, on θ = 0 … D − 1, θ̇ = D … 2D − 1 and t = 2D."""
    drift: Field = {2 * D: {(): 1}, **{i: {(D + i,): 1} for i in range(D)}, **{D + i: {(D + i,): -1} for i in range(D)}}
    return [drift, *({D + i: f for i, f in X.items()} for X in gradient(phi, D))]


FLOWS: Mapping[str, tuple[System, Callable[[int], int]]] = {
    "gradient": (gradient, lambda D: D),
    "momentum": (momentum, lambda D: 2 * D + 1),
}
