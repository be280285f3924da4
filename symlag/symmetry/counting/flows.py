"""Training as a control system: the fields that losses of φ can push the parameters along, whatever the loss is.

In gradient flow θ̇ = −∇ℓ(φ(θ)) these are the gradients of the components of φ; a function is conserved for every ℓ iff
all of them, and so all of their brackets, leave it alone. In mirror flow they are [∇²h]⁻¹∇φ_i, for the mirror map of a
potential h. With momentum, θ̈ + θ̇ + [∇²h(θ + θ̇)]⁻¹∇ℓ(φ(θ)) = 0 on (t, θ, θ̇), they push the velocity, and the drift
∂_t + θ̇·∂_θ − θ̇·∂_θ̇ goes with them. The unit of time is that of friction, on which the count does not depend.
Marcotte, Gribonval, Peyré: arXiv 2307.00144, 2405.12888.

>>> momentum([{0: {(): 1}}], 1)                                # θ is 0, θ̇ is 1, t is 2
[{2: {(): 1}, 0: {(1,): 1}, 1: {(1,): -1}}, {1: {(): 1}}]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from symlag.symmetry.counting.bracket_closure import Reach, reached
from symlag.symmetry.counting.explicit_laws import Laws, gradient_laws, momentum_laws
from symlag.symmetry.counting.momentum_from_rest import reached_from_rest
from symlag.symmetry.counting.polynomials import Field, Polynomial, scaled, slopes


@dataclass(frozen=True)
class Flow:
    """A flow: what pushes it, its laws of affine symmetries, how far its fields reach, and of how many variables."""

    pushes: Callable[[Sequence[Polynomial], Mapping[int, Polynomial], int], list[Field]]
    laws: Callable[[Sequence[Field], int], Laws]
    reached: Callable[[Sequence[Field], Laws], Reach]
    variables: Callable[[int], int]


def descending(phi: Sequence[Polynomial], mobility: Mapping[int, Polynomial], D: int) -> list[Field]:
    """[∇²h]⁻¹∇φ_i, for a diagonal [∇²h]⁻¹ that is one where it is not given."""
    del D
    return [scaled(slopes(f), mobility) for f in phi]


def rolling(phi: Sequence[Polynomial], mobility: Mapping[int, Polynomial], D: int) -> list[Field]:
    """The same with [∇²h]⁻¹ at θ + θ̇, where the momentum leads (Wibisono, Wilson, Jordan: arXiv 1603.04245)."""
    return descending(phi, {i: _ahead(f, D) for i, f in mobility.items()}, D)


def momentum(pushes: Sequence[Field], D: int) -> list[Field]:
    """The drift, and what pushes θ̇, on θ = 0 … D − 1, θ̇ = D … 2D − 1 and t = 2D."""
    drift: Field = {2 * D: {(): 1}, **{i: {(D + i,): 1} for i in range(D)}, **{D + i: {(D + i,): -1} for i in range(D)}}
    return [drift, *({D + i: f for i, f in X.items()} for X in pushes)]


def reached_by_descent(pushes: Sequence[Field], laws: Laws) -> Reach:
    """Along what pushes θ = 0 … D − 1."""
    return reached(pushes, laws.D, laws.D - laws.rank)


def reached_with_momentum(pushes: Sequence[Field], laws: Laws) -> Reach:
    """From rest, where that is as far as laws allow, or else at any velocity."""
    D, most = laws.D, 2 * laws.D + 1 - laws.rank
    if all(v < D for X in pushes for f in X.values() for monomial in f for v in monomial):
        rest = reached_from_rest(pushes, laws)
        if rest.rank == most:
            return rest
    return reached(momentum(pushes, D), 2 * D + 1, most)


def _ahead(f: Polynomial, D: int) -> Polynomial:
    """f(θ + θ̇)."""
    found: Polynomial = {}
    for monomial, c in f.items():
        for factors in product(*((v, D + v) for v in monomial)):
            key = tuple(sorted(factors))
            found[key] = found.get(key, 0) + c
    return found


FLOWS: Mapping[str, Flow] = {
    "gradient": Flow(descending, gradient_laws, reached_by_descent, lambda D: D),
    "momentum": Flow(rolling, momentum_laws, reached_with_momentum, lambda D: 2 * D + 1),
}
