r"""The chapter of a symmetry across groups of parameters: the account of each group, and their sum, which is a law.

A move of one group alone changes the loss, by the pull ⟨g, ξ⟩ᵢ of its gradient. For a symmetry that moves all groups
together the pulls cancel: each group's account, divided by the coefficient b of its pull there, adds up to a law that
the loss has dropped out of.

>>> from symlag.optimizers.parameter_groups import across
>>> from symlag.optimizers.library.momentum import sgd
>>> from symlag.document.tex import tex
>>> from symlag.variational.families import rescale
>>> from symlag.calculus.jets import block
>>> U, V = block("U"), block("V")
>>> law = across([(sgd(weight_decay=0), [U]), (sgd(weight_decay=0), [V])], rescale(U, V))
>>> print(tex(typeset(law)).partition("=")[0])
\langle v^{\prime},A\theta^{\prime}\rangle_{1}+\langle v^{\prime},A\theta^{\prime}\rangle_{2}
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sympy import Add, Expr, cancel

from symlag.document.boxes.box import (
    EQUALS,
    MINUS,
    NOTHING,
    ZERO,
    Box,
    Number,
    Role,
    Script,
    Sign,
    comma_separated,
    display,
    row,
)
from symlag.document.boxes.expressions import as_factor, typeset
from symlag.document.boxes.matrices import inner_product_box
from symlag.document.chapters.exact_law import move, recursion_side, update
from symlag.document.chapters.prose import Section, as_box, multiple, sentence, signed_sum
from symlag.optimizers.bilinear_forms import Form
from symlag.optimizers.exact_law import DiscreteLaw
from symlag.optimizers.factoring import factored
from symlag.optimizers.parameter_groups import GroupedLaw, gradient_pull
from symlag.optimizers.vectors import g, theta

CHARGE, CHARGE_LEFT, SOURCES = map(Role, "CKS")
AFTER = Script(CHARGE, above=Sign("′"))


def group_law_sections(law: GroupedLaw) -> Iterator[Section]:
    """The sections from the rules of the groups to the law of all of them."""
    for i, part in enumerate(law.parts, start=1):
        yield group_rule(i, part)
    yield accounts(law)
    yield balance(law)
    yield proof(law)


def group_rule(i: int, part: DiscreteLaw) -> Section:
    """The rule of one group."""
    parameters = comma_separated(*map(as_box, part.generator.components))
    reason = sentence(
        f"The rule of {{parameters}} is {part.rule.name}, at rates with {i} below them. {{theta}} stands for these "
        "parameters, {g} for the gradient of the loss at them, and a prime marks what a step leads to.",
        parameters=parameters, theta=theta, g=g,
    )  # fmt: skip
    return Section(f"Group {i}: {part.rule.name}", reason, update(part.rule).formula)


def accounts(law: GroupedLaw) -> Section:
    """The account of each group, in which the gradient still pulls."""
    reason = sentence(
        "The move of one group alone changes the loss, so that the pull {pull} of its gradient stays in its account. "
        "With the number of the group below each form:",
        pull=_pull(law.parts[0]),
    )  # fmt: skip
    lines: list[tuple[Box, Box]] = []
    for group in _groups(law):
        right = recursion_side(group.account, group.equation, group.box_of_form)
        lines.append((group.box_of_form(group.charge_after), row(EQUALS, right)))
    return Section(f"The accounts of the groups: {law.generator.name}", reason, display(*lines))


def balance(law: GroupedLaw) -> Section:
    """The charge of all groups together, and what a step makes of it."""
    pulls = signed_sum(*(Script(_pull(part), Number(str(i))) for i, part in enumerate(law.parts, start=1)))
    reason = sentence(
        "Moved together they leave the loss as it is, and the pulls cancel: {pulls}. Each account divided by what "
        "stands before its pull, their sum knows nothing of the loss. It holds for every schedule, batch and noise:",
        pulls=row(pulls, EQUALS, ZERO),
    )  # fmt: skip
    terms = (multiple(1 / group.pull_coefficient, group.box_of_form(group.charge)) for group in _groups(law))
    charge = (CHARGE, row(EQUALS, signed_sum(*terms), EQUALS, typeset(law.ledger["total"])))
    left, right = _sides(law)
    lines = display(charge, (AFTER, row(EQUALS, left)), (NOTHING, row(EQUALS, right)))
    return Section(f"The law across the groups: {law.generator.name}", reason, lines)


def proof(law: GroupedLaw) -> Section:
    """The proof: what the law misses, recomputed in the coordinates."""
    reason = sentence(
        "With {K} for what a step keeps and {S} for what feeds it, every group's update put in for what is new and an "
        "unknown loss with this symmetry for the gradient, nothing is missed.",
        K=CHARGE_LEFT, S=SOURCES,
    )  # fmt: skip
    left = row(AFTER, MINUS, CHARGE_LEFT, MINUS, SOURCES)
    return Section(
        "The proof of the law across the groups", reason, display((left, row(EQUALS, typeset(law.defect()))))
    )


@typeset.register
def box_of_grouped_law(law: GroupedLaw) -> Box:
    """The recursion of the charge of all groups."""
    left, right = _sides(law)
    return row(left, EQUALS, right)


@dataclass(frozen=True)
class _Group:
    """One group in a law across groups: its account, the place of its charge there, and the coefficient of its pull."""

    number: int
    account: DiscreteLaw
    place: int
    pull_coefficient: Expr

    @property
    def charge(self) -> Expr:
        return self.account.charges[self.place]

    @property
    def charge_after(self) -> Expr:
        return self.account.charges_after[self.place]

    @property
    def equation(self) -> Expr:
        """The charge after a step, in what is there before it."""
        return [*self.account.equations.values()][self.place]

    def box_of_form(self, form: Any) -> Box:
        """A form, with the number of the group below it."""
        return Script(as_factor(form), Number(str(self.number)))


def _groups(law: GroupedLaw) -> Iterator[_Group]:
    for number, account in enumerate(law.parts, start=1):
        yield _Group(number, account, *gradient_pull(account))


def _sides(law: GroupedLaw) -> tuple[Box, Box]:
    """The charge after a step in forms of the groups, and in what is there before the step."""
    left: list[Box] = []
    right: list[Box] = []
    for group in _groups(law):
        left.append(multiple(1 / group.pull_coefficient, group.box_of_form(group.charge_after)))
        without_pull = group.equation - group.account.sources["breaking"][group.place]
        terms = (term.as_independent(Form, as_Add=False) for term in Add.make_args(without_pull))
        share = Add(*(factored(cancel(c / group.pull_coefficient)) * form for c, form in terms))
        right.append(recursion_side(group.account, share, group.box_of_form))
    return signed_sum(*left), signed_sum(*right)


def _pull(account: DiscreteLaw) -> Box:
    """The pull of the gradient, ⟨g, ξ⟩."""
    return inner_product_box(typeset(g), move(account))
