"""What is left of a symmetry under each flow: in gradient flow, with momentum, in another metric (MGP; NLD §5).

Gradient flow keeps ⟨q̇, ξ⟩ = 0, which is a conserved function h where ξ = ∇h: symmetric generators and translations.
With momentum, e^Γ⟨q̇, ξ⟩ is conserved where the kinetic energy shares the symmetry: skew generators and translations,
these twice. Mirror flow θ̇ = −[∇²h]⁻¹∇f keeps ⟨∇²h θ̇, ξ⟩ = 0, which another metric may make a function.

>>> from symlag.variational.families import scale
>>> from symlag.calculus.jets import block
>>> w = block("w")
>>> survival(scale(w)).gradient_flow, survival(scale(w)).momentum_flow
(Trace(w.T*w)/2, ())
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sympy import Add, Expr, Mul, S, Symbol, cosh, exp, log

from symlag.calculus.homotopy import antiderivative
from symlag.calculus.jets import t
from symlag.calculus.matrices import Skew, Symmetric, inner, normal
from symlag.calculus.operators import gradient, pairing, total
from symlag.citations import GRADIENT_FLOWS, MOMENTUM_FLOWS, Cited, Work
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether

GAMMA = Symbol("gamma", positive=True)


@dataclass(frozen=True)
class Survival(Cited):
    """The functions that a symmetry of the loss leaves constant, and for how many independent generators.

    `gradient_flow` is a function of position or none, `momentum_flow` functions of position, velocity and time under
    friction γ; `size` counts the generators of the family.
    """

    generator: Generator
    gradient_flow: Expr | None
    momentum_flow: tuple[Expr, ...]
    size: Expr

    @property
    def works(self) -> tuple[Work, ...]:
        """The laws of flows without and with momentum."""
        return GRADIENT_FLOWS, MOMENTUM_FLOWS

    @property
    def gradient_count(self) -> Expr:
        """The number of laws that the family has in gradient flow."""
        return S.Zero if self.gradient_flow is None else self.size

    @property
    def momentum_count(self) -> Expr:
        """The number of laws that the family has with momentum."""
        return self.size * len(self.momentum_flow)


def survival(X: Generator) -> Survival:
    """What is left of a symmetry of the loss in the Euclidean metric."""
    kept = _function(pairing(X.components, {q: q.dot for q in X.components}))
    law = noether(Lagrangian(_euclidean(X), damping=GAMMA), X)
    charges = [exp(GAMMA * t) * law.charge] if law.conserved else []
    if charges and kept is not None:
        charges.append(kept + law.charge / GAMMA)
    return Survival(X, kept, tuple(charges), Mul(*map(_size, X.parameters)))


def mirror_flow(X: Generator, h: Expr) -> Expr | None:
    """The function that mirror flow with the distance-generating function h keeps, where there is one."""
    return _function(pairing(X.components, {q: total(gradient(h, q)) for q in X.components}))


def metrics(*coordinates: Any) -> dict[str, Expr]:
    """The distance-generating functions of common mirror flows, in positive numbers."""
    shapes = {
        "Euclidean": lambda x: x**2 / 2,
        "entropy": lambda x: x * log(x) - x,
        "exponential": exp,
        "hyperbolic": cosh,
    }
    return {name: Add(*map(shape, coordinates)) for name, shape in shapes.items()}


@dataclass(frozen=True)
class Row:
    """One family in the table of verdicts: what each flow keeps, and what mirror flow keeps in each metric."""

    survival: Survival
    mirrors: dict[str, Expr | None]


def verdicts(*families: Generator) -> tuple[Row, ...]:
    """What survives of families of numbers in gradient flow, with momentum, and in the common metrics.

    >>> from symlag.variational.families import scale
    >>> from symlag.calculus.jets import coordinates
    >>> (row,) = verdicts(scale(*coordinates("x y")))
    >>> row.survival.gradient_flow, row.mirrors["entropy"]
    (x**2/2 + y**2/2, x + y)
    """
    return tuple(
        Row(survival(X), {name: mirror_flow(X, h) for name, h in metrics(*X.components).items()}) for X in families
    )


def split(X: Generator) -> Iterator[Generator]:
    """A family over all square matrices as its symmetric and its skew part; any other family as it is."""
    square = [p for p in X.parameters if p.is_square and not isinstance(p, Symmetric | Skew) and p.rows != 1]
    if not square:
        yield X
        return
    for kind, name in ((Symmetric, "symmetric"), (Skew, "skew")):
        new = {p: kind(p.name, *p.shape) for p in square}
        part = X.map(lambda expression, new=new: _replaced(expression, new))
        yield replace(part, name=f"{X.name}, {name} part", parameters=tuple(new.get(p, p) for p in X.parameters))


def _euclidean(X: Generator) -> Expr:
    return Add(*(inner(q.dot, q.dot) / 2 for q in X.components))


def _function(rate: Expr) -> Expr | None:
    """The function of position with a given rate."""
    found = antiderivative(rate, S.Zero)
    return None if found == 0 else found


def _replaced(expression: Any, new: dict[Any, Any]) -> Any:
    return normal(expression.xreplace(new))


def _size(parameter: Any) -> Expr:
    """The number of free entries of a constant matrix."""
    rows, columns = parameter.shape
    if isinstance(parameter, Symmetric):
        return rows * (rows + 1) / 2
    return rows * (rows - 1) / 2 if isinstance(parameter, Skew) else rows * columns
