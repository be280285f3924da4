"""The exact law of a symmetry that moves several groups of parameters, each trained with rates of its own.

No group's charge is free of the loss, for the gradient pulls on it; but the pulls of all groups add up to ⟨g, ξ⟩ = 0.
With b_i for what stands before the pull in the law of group i, each with its own propagator M_i and sources s_i,

    Σ_i c_i' / b_i = Σ_i (M_i c_i + s_i) / b_i.

>>> from symlag.optimizers.library import sgd
>>> from symlag.variational.generator import rescale
>>> from symlag.calculus.jets import block
>>> U, V = block("U"), block("V")
>>> law = across([(sgd(weight_decay=0), [U]), (sgd(momentum=0), [V])], rescale(U, V))
>>> [part.rule.hyperparameters for part in law.parts], law.defect()
([(beta_1, eta_1), (eta_2, lambda_2)], 0)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Add, Expr, Function, S, Symbol
from sympy.core.function import AppliedUndef

from symlag.calculus.jets import jets
from symlag.calculus.matrices import normal
from symlag.calculus.zero_test import vanishes
from symlag.display import Shown
from symlag.errors import SymlagError
from symlag.learning.losses import invariant_loss
from symlag.optimizers.bilinear_forms import Form
from symlag.optimizers.exact import DiscreteLaw, account
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import g
from symlag.variational.generator import Generator

Groups = Iterable[tuple[UpdateRule, Iterable[Any]]]


@dataclass(frozen=True)
class GroupedLaw(Shown):
    """The balance of what all groups hold, and the account of each group, in which the pull is the source "breaking".

    The hyper-parameters of the i-th group, counted from 1, have i in their name: eta_1, eta_2.
    """

    generator: Generator
    parts: tuple[DiscreteLaw, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What to call the charge in code."""
        return ("total",)

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources of all groups, by name."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.sources if name != "breaking"))

    @property
    def ledger(self) -> dict[str, Expr]:
        """The charge before and after the step, what it keeps and what each source adds, by name and in blocks."""
        columns = ["", "_new", "_kept", *(f"_{name}" for name in self.sources)]
        return {f"total{column}": Add(*(_share(part, column) for part in self.parts)) for column in columns}

    def defect(self) -> Expr:
        """By how much the law is missed, all rules put in and the gradient of an unknown loss with the symmetry."""
        told = self.ledger
        gap = told["total_new"] - Add(*(told[f"total_{name}"] for name in ("kept", *self.sources)))
        for part in self.parts:
            gap = part.stepped(gap)
        loss = invariant_loss("f", self.generator)
        slopes = zip(loss.arguments, loss.gradients, strict=True)
        gap = normal(gap.xreplace({self.parts[0].frame.block(g, q): slope for q, slope in slopes}))
        return S.Zero if vanishes(gap) else gap


def across(groups: Groups, X: Generator) -> GroupedLaw:
    """The law of a generator whose coordinates are trained by several rules, each given with its coordinates.

    `SymlagError` where no group trains what the generator moves, where it mixes groups, or where a group's law has no
    pull to balance, as with a preconditioner and no momentum.
    """
    parts, left = list[DiscreteLaw](), {*X.components}
    for i, (rule, coordinates) in enumerate(groups, start=1):
        moved = {q: X.components[q] for q in coordinates if q in X.components}
        left -= {*moved}
        parts += [_part(_named(rule, i), X, moved)] * bool(moved)
    for q in sorted(left, key=str):
        raise SymlagError(f"{X.name} of {q}", "no group trains it", f"(sgd(), [{q}]) among the groups")
    return GroupedLaw(X, tuple(parts))


def _part(rule: UpdateRule, X: Generator, moved: Mapping[Any, Any]) -> DiscreteLaw:
    """The account of the coordinates of one group."""
    for q, xi in moved.items():
        if strange := [jet for jet in jets(xi) if jet in X.components and jet not in moved]:
            raise SymlagError(f"{X.name} of {q}", f"it mixes in {strange[0]} of another group", "both in one group")
    part = account(rule, Generator(moved, name=X.name, parameters=X.parameters))
    felt(part)  # here, where the group is at hand
    return part


def _named(rule: UpdateRule, i: int) -> UpdateRule:
    """A rule with hyper-parameters of its own."""
    return rule.at({s: _own(s, i) for s in rule.hyperparameters})


def _own(s: Any, i: int) -> Expr:
    if isinstance(s, AppliedUndef):
        return Function(f"{s.func}_{i}")(*s.args)
    return Symbol(f"{s.name}_{i}", **s.assumptions0)


def felt(part: DiscreteLaw) -> tuple[int, Expr]:
    """Which of a group's charges is the last that feels the pull of the gradient, and the b before the pull."""
    pulls = enumerate(part.sources.get("breaking", ()))
    found = [(i, pull.as_independent(Form)[0]) for i, pull in pulls if pull != 0]
    if not found:
        wrong, write = "the pull of the gradient on it passes a preconditioner, and balances no other", "a momentum"
        raise SymlagError(f"{part.rule.name} across groups", wrong, write)
    return found[-1]


def _share(part: DiscreteLaw, column: str) -> Expr:
    """What a group adds to a column of the ledger."""
    i, b = felt(part)
    return part.ledger.get(f"{part.names[i]}{column}", S.Zero) / b
