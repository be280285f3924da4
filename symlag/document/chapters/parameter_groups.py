r"""The exact law of a symmetry across groups of parameters, in steps: each group's account, and what balances.

>>> from symlag.optimizers.parameter_groups import across
>>> from symlag.optimizers.library import sgd
>>> from symlag.document.tex import tex
>>> from symlag.variational.families import rescale
>>> from symlag.calculus.jets import block
>>> U, V = block("U"), block("V")
>>> law = across([(sgd(weight_decay=0), [U]), (sgd(weight_decay=0), [V])], rescale(U, V))
>>> print(tex(typeset(law)).partition("=")[0])
\langle v^{\prime},A\theta^{\prime}\rangle_{1}+\langle v^{\prime},A\theta^{\prime}\rangle_{2}
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
from symlag.optimizers.exact import DiscreteLaw
from symlag.optimizers.factoring import factored
from symlag.optimizers.parameter_groups import GroupedLaw, gradient_pull
from symlag.optimizers.vectors import g, theta

CHARGE, KEPT, SOURCES = map(Role, "CKS")
AFTER = Script(CHARGE, above=Sign("′"))


def group_law_sections(law: GroupedLaw) -> Iterator[Section]:
    """The steps from the rules of the groups to the law of all of them."""
    for i, part in enumerate(law.parts, start=1):
        yield group_rule(i, part)
    yield accounts(law)
    yield balance(law)
    yield proof(law)


def group_rule(i: int, part: DiscreteLaw) -> Section:
    """The rule of one group."""
    moved = comma_separated(*map(as_box, part.generator.components))
    reason = sentence(
        f"The rule of {{moved}} is {part.rule.name}, at rates with {i} below them. {{theta}} stands for these "
        "parameters, {g} for the gradient of the loss at them, and a prime marks what a step leads to.",
        moved=moved, theta=theta, g=g,
    )  # fmt: skip
    return Section(f"Group {i}: {part.rule.name}", reason, update(part.rule).formula)


def accounts(law: GroupedLaw) -> Section:
    """The account of each group, in which the gradient still pulls."""
    reason = sentence(
        "The move of one group alone changes the loss, so that the pull {pull} of its gradient stays in its account. "
        "With the number of the group below each form:",
        pull=_pull(law.parts[0]),
    )  # fmt: skip
    lines = [
        (of(part.charges_after[at]), row(EQUALS, recursion_side(part, [*part.equations.values()][at], of)))
        for part, at, _, of in _groups(law)
    ]
    return Section(f"The accounts of the groups: {law.generator.name}", reason, display(*lines))


def balance(law: GroupedLaw) -> Section:
    """What all groups hold together, and what a step makes of it."""
    pulls = signed_sum(*(Script(_pull(part), Number(str(i))) for i, part in enumerate(law.parts, start=1)))
    reason = sentence(
        "Moved together they leave the loss as it is, and the pulls cancel: {pulls}. Each account divided by what "
        "stands before its pull, their sum knows nothing of the loss. It holds for every schedule, batch and noise:",
        pulls=row(pulls, EQUALS, ZERO),
    )  # fmt: skip
    held = signed_sum(*(multiple(1 / b, of(part.charges[at])) for part, at, b, of in _groups(law)))
    ahead, said = _sides(law)
    charge = (CHARGE, row(EQUALS, held, EQUALS, typeset(law.ledger["total"])))
    lines = display(charge, (AFTER, row(EQUALS, ahead)), (NOTHING, row(EQUALS, said)))
    return Section(f"The law across the groups: {law.generator.name}", reason, lines)


def proof(law: GroupedLaw) -> Section:
    """The proof: what the law misses, recomputed in the coordinates."""
    reason = sentence(
        "With {K} for what a step keeps and {S} for what feeds it, every group's update put in for what is new and an "
        "unknown loss with this symmetry for the gradient, nothing is missed.",
        K=KEPT, S=SOURCES,
    )  # fmt: skip
    missed = row(AFTER, MINUS, KEPT, MINUS, SOURCES)
    return Section(
        "The proof of the law across the groups", reason, display((missed, row(EQUALS, typeset(law.defect()))))
    )


@typeset.register
def box_of_grouped_law(law: GroupedLaw) -> Box:
    """The recursion of the charge of all groups."""
    ahead, said = _sides(law)
    return row(ahead, EQUALS, said)


def _sides(law: GroupedLaw) -> tuple[Box, Box]:
    """The charge after a step in forms of the groups, and what it is by what is before the step."""
    groups = [*_groups(law)]
    ahead = (multiple(1 / b, of(part.charges_after[at])) for part, at, b, of in groups)
    return signed_sum(*ahead), signed_sum(
        *(recursion_side(part, _share(part, at, b), of) for part, at, b, of in groups)
    )


def _share(part: DiscreteLaw, at: int, b: Expr) -> Expr:
    """The account of a group without its pull, over what stands before that."""
    said = [*part.equations.values()][at] - part.sources["breaking"][at]
    terms = (term.as_independent(Form, as_Add=False) for term in Add.make_args(said))
    return Add(*(factored(cancel(c / b)) * form for c, form in terms))


def _groups(law: GroupedLaw) -> Iterator[tuple[DiscreteLaw, int, Expr, Callable[[Any], Box]]]:
    """Each group's account, the place of its charge there, what stands before its pull, and how a form is written."""
    for i, part in enumerate(law.parts, start=1):
        yield part, *gradient_pull(part), _numbered(i)


def _numbered(i: int) -> Callable[[Any], Box]:
    return lambda form: Script(as_factor(form), Number(str(i)))


def _pull(part: DiscreteLaw) -> Box:
    return inner_product_box(typeset(g), move(part))
