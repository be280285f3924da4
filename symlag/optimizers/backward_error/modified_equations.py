"""Modified equations: the differential equation that an update rule solves to any order, by rooted trees.

Definition. With its buffers eliminated, a linear rule is the multistep method Σ a_j x_{k+j} = Σ b_j F(x_{k+j}) of the
field F = −∇f − λx. A series of trees is its modified equation to an order if the steps follow it to that order in h.

Theorem (backward error analysis). Let D be the derivative along the field that the steps follow, in the time of steps.
Then x_{k+j} = e^{jD}x and F(x_{k+j}) = e^{jD}F, so that

    Σ a_j e^{jD} x = Σ b_j e^{jD} F

determines the field tree by tree: in the terms of n nodes, the new coefficients enter by Σ j a_j alone. Steps follow it
once the buffers have forgotten their start. (Hairer, Lubich, Wanner, *Geometric Numerical Integration*, IX and XV.)

>>> from sympy import Symbol
>>> from symlag.optimizers.library.momentum import sgd
>>> eta = Symbol("eta", positive=True)
>>> equation = modified_equation(sgd(momentum=0), 2)
>>> {elementary_differential(tree): c for tree, c in equation.over(eta).items()}
{'F': 1, "F'F": -1/2, "F''(F, F)": 1/12, "F'F'F": 1/3}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Expr, S, cancel, factorial

from symlag.citations import GEOMETRIC_INTEGRATION, NEURAL_MECHANICS, Cited, Work
from symlag.display import Displayable
from symlag.errors import SymlagError
from symlag.optimizers.backward_error.rooted_trees import (
    NODE,
    Series,
    Tree,
    collect,
    derivative,
    elementary_differential,
    rerootings,
    size,
    trees,
)
from symlag.optimizers.factoring import factored
from symlag.optimizers.transfer_function import moment, transfer_function
from symlag.optimizers.update_rule import UpdateRule

Pair = tuple[Tree, Tree]

__all__ = ["Drift", "ModifiedEquation", "elementary_differential", "modified_equation"]


@dataclass(frozen=True)
class ModifiedEquation(Displayable, Cited):
    """The field Σ coefficients[τ] F(τ) that a rule follows, in the time of steps, with F = −∇f − decay·x.

    At a fixed time it misses the steps by an error of the order `order` + 1 in the learning rate.

    Parameters
    ----------
    order : int
        The number of corrections to the gradient flow: trees have up to `order` + 1 nodes.
    step : Expr
        The time h that one update takes.
    decay : Expr
        The weight decay λ.
    coefficients : mapping from Tree to Expr
        The coefficient of each elementary differential.

    Examples
    --------
    >>> from symlag.optimizers.library.momentum import sgd
    >>> modified_equation(sgd(momentum=0), 1)
    ModifiedEquation(x' = F + (-eta/2) F'F + O(eta**2))
    """

    order: int
    step: Expr
    decay: Expr
    coefficients: Series

    def __repr__(self) -> str:
        names = {tree: elementary_differential(tree) for tree in self.terms}
        terms = [f"({c}) {names[tree]}" if c != 1 else names[tree] for tree, c in self.terms.items()]
        return f"ModifiedEquation(x' = {' + '.join(terms)} + O({self.step ** (self.order + 1)}))"

    @property
    def terms(self) -> dict[Tree, Expr]:
        """The coefficients of x' that are not 0, in the time where an update takes `step`."""
        return {tree: factored(cancel(c / self.step)) for tree, c in self.coefficients.items() if c != 0}

    def over(self, step: Expr) -> dict[Tree, Expr]:
        """The coefficients c in x' = Σ h^{n−1} c F(τ), τ of n nodes, in the time where an update takes h.

        Parameters
        ----------
        step : Expr
            h, such as the learning rate.

        Returns
        -------
        dict from Tree to Expr
            The coefficient c of each tree.
        """
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
        coefficients: dict[Tree, Expr] = {}
        for shape in {min(rerootings(tree)) for tree in self.coefficients}:
            counts = collect((tree, S.One) for tree in rerootings(shape))
            shares = {cancel(self.coefficients[tree] / count) for tree, count in counts.items()}
            if len(shares) > 1:
                names = ", ".join(map(elementary_differential, counts))
                raise SymlagError(
                    f"the modified loss of order {self.order}",
                    f"the terms {names} are not those of a gradient, so that no loss has this field",
                    "Use a lower order, for example modified_equation(rule, 1).",
                )
            coefficients[shape] = shares.pop() * (-1) ** (size(shape) + 1)
        return coefficients

    def drift(self) -> Drift:
        """How Q = ½⟨x, Ax⟩ changes per step, A symmetric and f invariant along Ax, to the order of the field."""
        terms = [(key, c * d) for tree, c in self.coefficients.items() for key, d in _pairing(tree, self.decay).items()]
        total = {key: factored(c) for key, c in collect(terms).items()}
        rate = total.pop(None, S.Zero)
        return Drift(rate, {pair: c for pair, c in total.items() if c != 0})


@dataclass(frozen=True)
class Drift:
    """The rate of change of a charge under a modified equation: dQ/dk = rate·Q + Σ pairs[σ, τ] ⟨F(σ), A F(τ)⟩.

    Parameters
    ----------
    rate : Expr
        The decay of the charge itself.
    pairs : mapping from (Tree, Tree) to Expr
        The coefficients of what feeds it.

    Examples
    --------
    >>> from symlag.optimizers.library.momentum import sgd
    >>> modified_equation(sgd(momentum=0, weight_decay=0), 1).drift()
    Drift(rate=0, pairs={((), ()): eta**2/2})
    """

    rate: Expr
    pairs: Mapping[Pair, Expr]


def modified_equation(rule: UpdateRule, order: int) -> ModifiedEquation:
    """The modified equation of a linear rule.

    Parameters
    ----------
    rule : UpdateRule
        A rule that is linear in gradients, with constant hyper-parameters, such as `sgd` or `nesterov`.
    order : int
        The number of corrections to the gradient flow; 0 is the gradient flow itself.

    Returns
    -------
    ModifiedEquation
        The field that the steps follow.

    Raises
    ------
    SymlagError
        Where the rule is not linear in the gradients, or hyper-parameters change with the step.

    References
    ----------
    Hairer, Lubich, Wanner, *Geometric Numerical Integration*, IX and XV; Kunin et al., *Neural Mechanics*,
    arXiv 2012.04728, with the first correction for learning rules.

    Examples
    --------
    >>> from symlag.optimizers.library.momentum import sgd
    >>> modified_equation(sgd(weight_decay=0), 0)
    ModifiedEquation(x' = (1/(1 - beta)) F + O(eta))
    """
    method = transfer_function(rule)
    positions, gradients = method.consistent().positions, method.gradients
    slope, field = moment(positions, 1), dict[Tree, Expr]()
    for nodes in range(1, order + 2):
        right = _advanced(gradients, 0, {NODE: S.One}, field, nodes)  # Σ b_j e^{jD} F
        left = _advanced(positions, 1, field, field, nodes)  # Σ a_j (e^{jD} − 1) x, but for the field's own new terms
        gaps = {tree: right.get(tree, S.Zero) - left.get(tree, S.Zero) for tree in trees(nodes)}
        field |= {tree: factored(cancel(c / slope)) for tree, c in gaps.items()}
    return ModifiedEquation(order, method.step, method.decay, field)


def _advanced(weights: tuple[Expr, ...], first: int, series: Series, field: Series, nodes: int) -> Series:
    """Σ_j w_j Σ_{m ≥ first} jᵐ/m! D^{m − first} of a series, D along the field, in trees of a number of nodes."""
    terms: list[tuple[Tree, Expr]] = []
    for m in range(first, first + nodes):
        weight = moment(weights, m) / factorial(m)
        terms += [(tree, weight * c) for tree, c in series.items() if size(tree) == nodes]
        series = derivative(field, series, nodes)
    return collect(terms)


def _pairing(tree: Tree, decay: Expr) -> dict[Pair | None, Expr]:
    """⟨F(τ), Ax⟩ by pairs ⟨F(σ), A F(τ)⟩, and under None by Q.

    It is what ⟨F(x), Ax⟩ = −λ⟨x, Ax⟩ becomes, differentiated along each branch of the tree.
    """
    stumps = ((tree[:i] + tree[i + 1 :], branch) for i, branch in enumerate(tree))
    terms: list[tuple[Pair | None, Expr]] = [(_sorted_pair(stump, branch), S.NegativeOne) for stump, branch in stumps]
    if not tree:
        terms = [(None, -2 * decay)]
    elif len(tree) == 1:
        terms += [(key, -2 * decay * c) for key, c in _pairing(tree[0], decay).items()]
    elif len(tree) == 2:
        terms += [(_sorted_pair(*tree), -2 * decay)]
    return collect(terms)


def _sorted_pair(one: Tree, other: Tree) -> Pair:
    """The pair in order: A is symmetric."""
    return (one, other) if (size(one), one) <= (size(other), other) else (other, one)
