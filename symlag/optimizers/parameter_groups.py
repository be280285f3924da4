"""The exact law of a symmetry that moves several groups of parameters, each trained by a rule of its own.

No group's charge is free of the loss, since the gradient pulls on it; but the pulls ⟨g, ξ⟩ of all groups add up to
0. In the account of group i, with propagator M_i and sources s_i, let b_i be the coefficient of its pull in the
equation of a charge c_i. Then

    Σ_i c_i' / b_i = Σ_i (M_i c_i + s_i) / b_i.

>>> from symlag.optimizers.library.momentum import sgd
>>> from symlag.variational.families import rescale
>>> from symlag.calculus.jets import block
>>> U, V = block("U"), block("V")
>>> law = across([(sgd(weight_decay=0), [U]), (sgd(momentum=0), [V])], rescale(U, V))
>>> [part.rule.hyperparameters for part in law.parts], law.defect()
([(beta_1, eta_1), (eta_2, lambda_2)], 0)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sympy import Add, Expr, Function, S, Symbol
from sympy.core.function import AppliedUndef

from symlag.calculus.jets import jets
from symlag.calculus.matrices import normal, zero_like
from symlag.calculus.zero_test import vanishes
from symlag.display import Displayable
from symlag.errors import SymlagError
from symlag.learning.losses import invariant_loss
from symlag.optimizers.bilinear_forms import Form
from symlag.optimizers.exact_law import DiscreteLaw, account
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import g
from symlag.variational.generator import Generator

Groups = Iterable[tuple[UpdateRule, Iterable[Any]]]


@dataclass(frozen=True)
class GroupedLaw(Displayable):
    """The balance of the charges of all groups, and the account of each.

    Parameters
    ----------
    generator : Generator
        The symmetry that moves all groups.
    parts : tuple of DiscreteLaw
        The account of each group, in which the pull of the gradient is the source "breaking". The hyper-parameters of
        the i-th group, counted from 1, have i in their name: eta_1, eta_2.

    Examples
    --------
    >>> from symlag.calculus.jets import block
    >>> from symlag.optimizers.library.momentum import sgd
    >>> from symlag.variational.families import rescale
    >>> U, V = block("U"), block("V")
    >>> law = across([(sgd(), [U]), (sgd(), [V])], rescale(U, V))
    >>> law.names, law.sources, list(law.ledger)
    (('total',), ('kinetic',), ['total', 'total_new', 'total_kept', 'total_kinetic'])
    """

    generator: Generator
    parts: tuple[DiscreteLaw, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The name of the charge in code."""
        return ("total",)

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the sources of all groups, the pull of the gradient left out."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.sources if name != "breaking"))

    @property
    def ledger(self) -> dict[str, Expr]:
        """The charge before and after the step, what is kept of it and what each source adds, in coordinates."""
        pulls = [(part, *gradient_pull(part)) for part in self.parts]
        suffixes = ["", "_new", "_kept", *(f"_{name}" for name in self.sources)]
        return {
            f"total{suffix}": Add(*(part.ledger.get(part.names[i] + suffix, S.Zero) / b for part, i, b in pulls))
            for suffix in suffixes
        }

    def defect(self) -> Expr:
        """The proof: the balance with all rules put in, and the gradient of an unknown loss with the symmetry.

        It is 0, or the law is wrong.
        """
        ledger = self.ledger
        gap = ledger["total_new"] - Add(*(ledger[f"total_{name}"] for name in ("kept", *self.sources)))
        for part in self.parts:
            gap = part.substitute_rule(gap)
        loss = invariant_loss("f", self.generator)
        slopes = zip(loss.arguments, loss.gradients, strict=True)
        gap = normal(gap.xreplace({self.parts[0].frame.block(g, q): slope for q, slope in slopes}))
        return S.Zero if vanishes(gap) else gap


def across(groups: Groups, X: Generator) -> GroupedLaw:
    """The exact law of a symmetry whose coordinates are trained in several groups.

    Parameters
    ----------
    groups : iterable of pairs (UpdateRule, list of coordinates)
        Each rule with the coordinates that it trains; a group that X does not move is left out.
    X : Generator
        The symmetry ξ(θ) = Aθ + b of the loss. Of each group it needs the group's coordinates alone.

    Returns
    -------
    GroupedLaw
        The balance Σ c_i'/b_i = Σ (M_i c_i + s_i)/b_i.

    Raises
    ------
    SymlagError
        Where no group trains what the generator moves, where it mixes coordinates of two groups, or where a group has
        no charge on which the bare gradient pulls, as behind a preconditioner without momentum.

    Examples
    --------
    >>> from symlag.calculus.jets import block
    >>> from symlag.optimizers.library.adaptive import adam
    >>> from symlag.optimizers.library.momentum import sgd
    >>> from symlag.variational.families import rescale
    >>> U, V = block("U"), block("V")
    >>> across([(sgd(), [U]), (adam(), [V])], rescale(U, V)).defect()
    0
    """
    moved = {q: xi for q, xi in X.components.items() if xi != zero_like(q)}
    parts, untrained = list[DiscreteLaw](), {*moved}
    for i, (rule, coordinates) in enumerate(groups, start=1):
        trained = {q: moved[q] for q in coordinates if q in moved}
        untrained -= {*trained}
        for q, xi in trained.items():
            if foreign := [jet for jet in jets(xi) if jet in moved and jet not in trained]:
                raise SymlagError(
                    f"{X.name} of {q}",
                    f"the generator mixes {q} with {foreign[0]}, which another group trains",
                    f"Train both by one rule, for example (sgd(), [{q}, {foreign[0]}]).",
                )
        if trained:
            own = rule.at({s: _numbered(s, i) for s in rule.hyperparameters})
            parts.append(account(own, Generator(trained, name=X.name, parameters=X.parameters)))
            gradient_pull(parts[-1])  # so that a group without a pull is refused at once, and not in the ledger
    for q in sorted(untrained, key=str):
        raise SymlagError(f"{X.name} of {q}", "no group trains it", f"(sgd(), [{q}]) among the groups")
    return GroupedLaw(X, tuple(parts))


def gradient_pull(part: DiscreteLaw) -> tuple[int, Expr]:
    """The place of the last charge in a group's account on which the gradient pulls, and the coefficient b of the pull.

    `SymlagError` where the gradient pulls on none.
    """
    for i, pull in reversed([*enumerate(part.sources.get("breaking", ()))]):
        if pull != 0:
            return i, pull.as_independent(Form)[0]
    raise SymlagError(
        f"{part.rule.name} across groups",
        "the pull of its gradient passes a preconditioner, and cannot balance that of another group",
        "Use a rule with momentum, for example adam().",
    )


def _numbered(s: Any, i: int) -> Expr:
    """A hyper-parameter with the number of its group in its name."""
    if isinstance(s, AppliedUndef):
        return Function(f"{s.func}_{i}")(*s.args)
    return Symbol(f"{s.name}_{i}", **s.assumptions0)
