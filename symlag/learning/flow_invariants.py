"""What a symmetry of the loss leaves constant in each flow: gradient flow, momentum, mirror flow.

**Theorem.** Let ⟨∇f, ξ⟩ = 0.

- Gradient flow q̇ = −∇f keeps ⟨q̇, ξ⟩ = 0. This is a conserved function h just where ξ = ∇h: for symmetric linear
  generators and for translations.
- With momentum, q̈ + γq̇ + ∇f = 0, e^{γt}⟨q̇, ξ⟩ is conserved just where the kinetic energy is invariant, too: for skew
  linear generators and for translations. A translation has two functions, since ḣ + γh = const for its h = ⟨n, q⟩, too.
- Mirror flow q̇ = −[∇²h]⁻¹∇f keeps ⟨∇²h q̇, ξ⟩ = 0, the rate of a function in some metrics and not in others.

Source: Marcotte, Gribonval and Peyré, arXiv:2307.00144 and 2405.12888; Tanaka and Kunin, *Noether's Learning Dynamics*,
§5.

>>> from symlag.calculus.jets import block
>>> from symlag.variational.families import scale
>>> w = block("w")
>>> invariants(scale(w)).gradient_flow, invariants(scale(w)).momentum_flow
(Trace(w.T*w)/2, ())
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sympy import Add, Expr, MatrixSymbol, Mul, S, Symbol, cosh, exp, log

from symlag.calculus.differential_operators import gradient, pairing, total
from symlag.calculus.homotopy import antiderivative
from symlag.calculus.jets import Jet, t
from symlag.calculus.matrices import Skew, Symmetric, inner, normal
from symlag.citations import GRADIENT_FLOWS, MOMENTUM_FLOWS, Cited, Work
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether

GAMMA = Symbol("gamma", positive=True)


@dataclass(frozen=True)
class FlowInvariants(Cited):
    """The functions that a symmetry of the loss leaves constant in gradient flow and with momentum.

    Parameters
    ----------
    generator : Generator
        The symmetry, or the family of symmetries.
    gradient_flow : Expr or None
        A function of position, where there is one.
    momentum_flow : tuple of Expr
        Functions of position, velocity and time under the friction γ.
    size : Expr
        The number of independent generators in the family.
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


def invariants(X: Generator) -> FlowInvariants:
    """The functions that a symmetry of the loss leaves constant in the Euclidean metric.

    Parameters
    ----------
    X : Generator
        A symmetry of the loss.

    Returns
    -------
    FlowInvariants
        Those of gradient flow, those under momentum with friction γ, and the size of the family.

    References
    ----------
    Marcotte, Gribonval and Peyré, Abide by the law and follow the flow (2023) and Keep the momentum (2024).

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> from symlag.variational.families import rotation
    >>> x, y = coordinates("x y")
    >>> invariants(rotation(x, y)).gradient_flow, invariants(rotation(x, y)).momentum_flow
    (None, ((x*y.dot - x.dot*y)*exp(gamma*t),))
    """
    h = _integral(pairing(X.components, {q: q.dot for q in X.components}))
    kinetic = Add(*(inner(q.dot, q.dot) / 2 for q in X.components))
    law = noether(Lagrangian(kinetic, damping=GAMMA), X)
    momentum_flow: list[Expr] = []
    if law.conserved:
        momentum_flow.append(exp(GAMMA * t) * law.charge)
        if h is not None:
            momentum_flow.append(h + law.charge / GAMMA)
    return FlowInvariants(X, h, tuple(momentum_flow), Mul(*map(_degrees_of_freedom, X.parameters)))


def mirror_flow(X: Generator, h: Expr) -> Expr | None:
    """The function that mirror flow keeps under a symmetry of the loss.

    Parameters
    ----------
    X : Generator
        A symmetry of the loss.
    h : Expr
        The distance-generating function of the flow q̇ = −[∇²h]⁻¹∇f.

    Returns
    -------
    Expr or None
        A function of position with the rate ⟨∇²h q̇, ξ⟩, where there is one.

    Examples
    --------
    >>> from sympy import exp
    >>> from symlag.calculus.jets import coordinates
    >>> from symlag.variational.families import translation
    >>> x = coordinates("x")
    >>> mirror_flow(translation(x), exp(x))
    exp(x)
    """
    return _integral(pairing(X.components, {q: total(gradient(h, q)) for q in X.components}))


def metrics(*coordinates: Jet) -> dict[str, Expr]:
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
    """One family in the table of `verdicts`: what each flow keeps, and what mirror flow keeps in each metric.

    Parameters
    ----------
    invariants : FlowInvariants
        In the Euclidean metric.
    mirrors : dict
        From the name of a metric to the function that mirror flow keeps, or to None.
    """

    invariants: FlowInvariants
    mirrors: dict[str, Expr | None]


def verdicts(*families: Generator) -> tuple[Row, ...]:
    """The table of what families of numbers keep in gradient flow, with momentum, and in the common metrics.

    Parameters
    ----------
    *families : Generator
        Symmetries of a loss of numbers.

    Returns
    -------
    tuple of Row
        One row a family.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> from symlag.variational.families import scale
    >>> (row,) = verdicts(scale(*coordinates("x y")))
    >>> row.invariants.gradient_flow, row.mirrors["entropy"]
    (x**2/2 + y**2/2, x + y)
    """
    return tuple(
        Row(invariants(X), {name: mirror_flow(X, h) for name, h in metrics(*X.components).items()}) for X in families
    )


def symmetric_and_skew_parts(X: Generator) -> tuple[Generator, ...]:
    """The symmetric and the skew part of a family over all square matrices; any other family as it is.

    Parameters
    ----------
    X : Generator
        A family, such as `general_linear`.

    Returns
    -------
    tuple of Generator
        The family over symmetric and that over skew matrices, or X alone.

    Examples
    --------
    >>> from symlag.calculus.jets import block
    >>> from symlag.variational.families import general_linear
    >>> [part.name for part in symmetric_and_skew_parts(general_linear(block("U", 3, 2), block("V", 4, 2)))]
    ['general linear, symmetric part', 'general linear, skew part']
    """
    square = [p for p in X.parameters if p.is_square and not isinstance(p, Symmetric | Skew) and p.rows != 1]
    if not square:
        return (X,)
    parts: list[Generator] = []
    for kind, name in ((Symmetric, "symmetric"), (Skew, "skew")):
        new = {p: kind(p.name, *p.shape) for p in square}
        part = X.map(lambda expression, new=new: normal(expression.xreplace(new)))
        parameters = tuple(new.get(p, p) for p in X.parameters)
        parts.append(replace(part, name=f"{X.name}, {name} part", parameters=parameters))
    return tuple(parts)


def _integral(rate: Expr) -> Expr | None:
    """The function of position with a given rate, where there is one."""
    h = antiderivative(rate)
    return None if h == 0 else h


def _degrees_of_freedom(parameter: MatrixSymbol) -> Expr:
    """The number of free entries of a constant matrix."""
    rows, columns = parameter.shape
    if isinstance(parameter, Symmetric):
        return rows * (rows + 1) / 2
    return rows * (rows - 1) / 2 if isinstance(parameter, Skew) else rows * columns
