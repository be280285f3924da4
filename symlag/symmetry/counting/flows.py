"""Training as a control system: the fields along which losses of φ can push the parameters, whatever the loss is.

In gradient flow θ̇ = −∇ℓ(φ(θ)) the control fields are the gradients of the components of φ. A function is conserved for
every ℓ just where all of them, and so all of their brackets, leave it constant. In mirror flow they are [∇²h]⁻¹∇φ_i,
for the mirror map of a potential h. With momentum, θ̈ + θ̇ + [∇²h(θ + θ̇)]⁻¹∇ℓ(φ(θ)) = 0 on (t, θ, θ̇), they push the
velocity, and the drift ∂_t + θ̇·∂_θ − θ̇·∂_θ̇ goes with them. The unit of time is that of friction, on which the count
does not depend.

Source: Marcotte, Gribonval, Peyré, arXiv 2307.00144 and 2405.12888.

>>> momentum_system([{0: {(): 1}}], 1)                         # θ is 0, θ̇ is 1, t is 2
[{2: {(): 1}, 0: {(1,): 1}, 1: {(1,): -1}}, {1: {(): 1}}]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from symlag.symmetry.counting.bracket_closure import ClosureRank, closure_rank
from symlag.symmetry.counting.explicit_laws import AffineLaws, gradient_laws, momentum_laws
from symlag.symmetry.counting.momentum_from_rest import closure_rank_from_rest
from symlag.symmetry.counting.polynomials import Polynomial, VectorField, gradient, with_factors


@dataclass(frozen=True)
class Flow:
    """A flow: its control fields, the laws of affine symmetries, the rank of the closure, the number of variables."""

    controls: Callable[[Sequence[Polynomial], Mapping[int, Polynomial], int], list[VectorField]]
    laws: Callable[[Sequence[VectorField], int], AffineLaws]
    rank: Callable[[Sequence[VectorField], AffineLaws], ClosureRank]
    variables: Callable[[int], int]


def gradient_controls(phi: Sequence[Polynomial], mobility: Mapping[int, Polynomial], D: int) -> list[VectorField]:
    """[∇²h]⁻¹∇φ_i on θ = 0 … D − 1, for a diagonal [∇²h]⁻¹ that is one where it is not given."""
    del D
    return [with_factors(gradient(f), mobility) for f in phi]


def momentum_controls(phi: Sequence[Polynomial], mobility: Mapping[int, Polynomial], D: int) -> list[VectorField]:
    """[∇²h]⁻¹∇φ_i with [∇²h]⁻¹ at θ + θ̇, where the momentum leads (Wibisono, Wilson, Jordan: arXiv 1603.04245)."""
    ahead: dict[int, Polynomial] = {}
    for i, f in mobility.items():
        total: Polynomial = {}
        for monomial, c in f.items():
            for factors in product(*((v, D + v) for v in monomial)):
                key = tuple(sorted(factors))
                total[key] = total.get(key, 0) + c
        ahead[i] = total
    return gradient_controls(phi, ahead, D)


def momentum_system(controls: Sequence[VectorField], D: int) -> list[VectorField]:
    """The drift, and the controls of θ̇, on θ = 0 … D − 1, θ̇ = D … 2D − 1 and t = 2D."""
    drift: VectorField = {2 * D: {(): 1}}
    drift |= {i: {(D + i,): 1} for i in range(D)}
    drift |= {D + i: {(D + i,): -1} for i in range(D)}
    return [drift, *({D + i: f for i, f in X.items()} for X in controls)]


def gradient_rank(controls: Sequence[VectorField], laws: AffineLaws) -> ClosureRank:
    """The rank of the closure of the controls on θ = 0 … D − 1."""
    return closure_rank(controls, laws.D, laws.D - laws.rank)


def momentum_rank(controls: Sequence[VectorField], laws: AffineLaws) -> ClosureRank:
    """The rank of the closure of drift and controls: at rest, where that is as high as laws allow, else anywhere."""
    D, most = laws.D, 2 * laws.D + 1 - laws.rank
    depend_on_velocity = any(v >= D for X in controls for f in X.values() for monomial in f for v in monomial)
    if not depend_on_velocity:
        at_rest = closure_rank_from_rest(controls, laws)
        if at_rest.rank == most:
            return at_rest
    return closure_rank(momentum_system(controls, D), 2 * D + 1, most)


FLOWS: Mapping[str, Flow] = {
    "gradient": Flow(gradient_controls, gradient_laws, gradient_rank, lambda D: D),
    "momentum": Flow(momentum_controls, momentum_laws, momentum_rank, lambda D: 2 * D + 1),
}
