"""Modified equations: the differential equation that an update rule solves to any order, by rooted trees.

With its buffers eliminated a linear rule is the multistep method Σ a_j x_{k+j} = Σ b_j F(x_{k+j}) of F = −∇f − λx.
Where D is the derivative along the field that the steps follow, x_{k+j} = e^{jD}x and F(x_{k+j}) = e^{jD}F; then

    Σ a_j e^{jD} x = Σ b_j e^{jD} F

gives the field tree by tree, whatever the dimension (backward error analysis; Hairer, Lubich, Wanner, *Geometric
Numerical Integration*, IX and XV). Steps follow it once the buffers have forgotten their start.

>>> from sympy import Symbol
>>> from symlag.optimizers.library import sgd
>>> eta = Symbol("eta", positive=True)
>>> made = modified_equation(sgd(momentum=0), 2)
>>> {spelled(tree): c for tree, c in made.over(eta).items()}
{'F': 1, "F'F": -1/2, "F''(F, F)": 1/12, "F'F'F": 1/3}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Expr, S, cancel, factorial

from symlag.citations import GEOMETRIC_INTEGRATION, NEURAL_MECHANICS, Cited, Work
from symlag.display import Shown
from symlag.errors import SymlagError
from symlag.optimizers.backward_error.rooted_trees import (
    NODE,
    Series,
    Tree,
    collected,
    derivative,
    rerooted,
    size,
    spelled,
    trees,
)
from symlag.optimizers.factoring import factored
from symlag.optimizers.transfer_function import moment, transfer
from symlag.optimizers.update_rule import UpdateRule

Pair = tuple[Tree, Tree]

__all__ = ["Drift", "ModifiedEquation", "modified_equation", "spelled"]


@dataclass(frozen=True)
class ModifiedEquation(Shown, Cited):
    """The field Σ coefficients[τ] F(τ), in the time of steps, that a rule follows up to trees of `order` + 1 nodes.

    F = −∇f − `decay`·x. An error of the order `order` + 1 in the learning rate is left at a fixed time, and `step` is
    the time h that one update takes.
    """

    order: int
    step: Expr
    decay: Expr
    coefficients: Series

    def __repr__(self) -> str:
        terms = [f"({c}) {spelled(tree)}" if c != 1 else spelled(tree) for tree, c in self.terms.items()]
        return f"ModifiedEquation(x' = {' + '.join(terms)} + O({self.step ** (self.order + 1)}))"

    @property
    def terms(self) -> dict[Tree, Expr]:
        """The trees that occur in x', with what stands before each, in the time where an update takes `step`."""
        return {tree: factored(cancel(c / self.step)) for tree, c in self.coefficients.items() if c != 0}

    def over(self, step: Expr) -> dict[Tree, Expr]:
        """The coefficients c in x' = Σ h^{n−1} c F(τ), τ of n nodes, in the time where an update takes h."""
        return {tree: factored(c / step ** size(tree)) for tree, c in self.coefficients.items()}

    @property
    def works(self) -> tuple[Work, ...]:
        """Backward error analysis, and its use for learning rules."""
        return GEOMETRIC_INTEGRATION, NEURAL_MECHANICS

    @property
    def loss(self) -> dict[Tree, Expr]:
        """The modified loss: the field is −∇ Σ loss[τ] U(τ), U(τ) the derivatives of f contracted along the tree.

        U(()) = f and U(((),)) = |∇f|², λ|x|²/2 joined to f. `SymlagError` where the field is no gradient: a gradient
        weighs all trees that differ in their root alone by how often that root occurs.
        """
        found: dict[Tree, Expr] = {}
        for shape in {min(rerooted(tree)) for tree in self.coefficients}:
            rooted = collected((tree, S.One) for tree in rerooted(shape))
            shares = {cancel(self.coefficients[tree] / count) for tree, count in rooted.items()}
            if len(shares) > 1:
                names = ", ".join(map(spelled, rooted))
                raise SymlagError(
                    f"the modified loss of order {self.order}", f"the terms {names} are no gradient", "a lower order"
                )
            found[shape] = shares.pop() * (-1) ** (size(shape) + 1)
        return found

    def drift(self) -> Drift:
        """How Q = ½⟨x, Ax⟩ changes per step, A symmetric and f invariant along Ax, to the order of the field."""
        moved = [(key, c * d) for tree, c in self.coefficients.items() for key, d in _along(tree, self.decay).items()]
        told = {key: factored(c) for key, c in collected(moved).items()}
        return Drift(told.pop(None, S.Zero), {pair: c for pair, c in told.items() if c != 0})


@dataclass(frozen=True)
class Drift:
    """dQ/dk = rate·Q + Σ pairs[σ, τ] ⟨F(σ), A F(τ)⟩."""

    rate: Expr
    pairs: Mapping[Pair, Expr]


def modified_equation(rule: UpdateRule, order: int) -> ModifiedEquation:
    """The modified equation of a linear rule with that many corrections to the gradient flow.

    `SymlagError` where the rule is not linear in the gradients, or hyper-parameters change with the step.
    """
    method = transfer(rule)
    positions, gradients = method.consistent().positions, method.gradients
    speed, found = moment(positions, 1), dict[Tree, Expr]()
    for nodes in range(1, order + 2):
        driven = _carried(gradients, 0, {NODE: S.One}, found, nodes)
        turned = _carried(positions, 1, found, found, nodes)
        missing = {tree: driven.get(tree, S.Zero) - turned.get(tree, S.Zero) for tree in trees(nodes)}
        found |= {tree: factored(cancel(c / speed)) for tree, c in missing.items()}
    return ModifiedEquation(order, method.step, method.decay, found)


def _carried(weights: tuple[Expr, ...], first: int, series: Series, along: Series, nodes: int) -> Series:
    """Σ_j w_j Σ_{m ≥ first} jᵐ/m! D^{m − first} of a series, in trees of a number of nodes."""
    terms: list[tuple[Tree, Expr]] = []
    for m in range(first, first + nodes):
        weight = moment(weights, m) / factorial(m)
        terms += [(tree, weight * c) for tree, c in series.items() if size(tree) == nodes]
        series = derivative(along, series, nodes)
    return collected(terms)


def _along(tree: Tree, decay: Expr) -> dict[Pair | None, Expr]:
    """⟨F(τ), Ax⟩ by pairs ⟨F(σ), A F(τ)⟩, and under None by Q.

    It is what ⟨F(x), Ax⟩ = −λ⟨x, Ax⟩ becomes, differentiated along each branch of the tree.
    """
    stumps = ((tree[:i] + tree[i + 1 :], branch) for i, branch in enumerate(tree))
    terms = [(_pair(stump, branch), S.NegativeOne) for stump, branch in stumps]
    if not tree:
        terms = [(None, -2 * decay)]
    elif len(tree) == 1:
        terms += [(key, -2 * decay * c) for key, c in _along(tree[0], decay).items()]
    elif len(tree) == 2:
        terms += [(_pair(*tree), -2 * decay)]
    return collected(terms)


def _pair(one: Tree, other: Tree) -> Pair:
    """The pair in order: A is symmetric."""
    return (one, other) if (size(one), one) <= (size(other), other) else (other, one)
