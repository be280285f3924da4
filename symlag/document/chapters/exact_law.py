"""The exact law of an optimizer, in steps: its update, the recursion of the charges, the proof, and many steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sympy import Expr, Matrix

from symlag.document.boxes.bilinear_forms import along, moved
from symlag.document.boxes.box import EQUALS, MINUS, ZERO, Box, Display, Script, Sign, display, row
from symlag.document.boxes.expressions import as_factor, typeset
from symlag.document.boxes.matrices import paired
from symlag.document.boxes.term_order import negative, ranked
from symlag.document.chapters.many_steps import CHARGES, PROPAGATOR, SOURCES, over_steps
from symlag.document.chapters.modified_equation import of_rule
from symlag.document.chapters.prose import Step, equal, joined, say, weighted
from symlag.optimizers.bilinear_forms import Form, GeneratorPairing
from symlag.optimizers.exact import DiscreteLaw
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import Letter, g, theta


def of_exact(laws: tuple[DiscreteLaw, ...]) -> Iterator[Step]:
    """The steps from an optimizer to its exact laws and its modified equation; none without a law."""
    if not laws:
        return
    yield update(laws[0].rule)
    for law in laws:
        yield recursion(law)
        yield proof(law)
        yield from over_steps(law)
    drifting = any(law.charges[0] == Form(theta, theta) and "breaking" not in law.sources for law in laws)
    yield from of_rule(laws[0].rule, drifting=drifting)


def update(rule: UpdateRule) -> Step:
    """The equations of one step, that of the parameters last."""
    told = sorted(rule.equations.items(), key=lambda equation: equation[0] == theta)
    reason = say(
        f"{rule.name} itself knows no time: {{theta}} stands for all that is trained, {{g}} for the gradient of the "
        "loss at it, and a prime marks what a step leads to.",
        theta=theta, g=g,
    )  # fmt: skip
    return Step("The optimizer", reason, display(*(equal(x.new, _updated(e)) for x, e in told)))


def recursion(law: DiscreteLaw) -> Step:
    """What the charges are, and what a step makes of them."""
    pull, broken = paired(typeset(g), move(law)), "breaking" in law.sources
    loss = "{pull} stays, for the loss breaks it," if broken else "{pull} takes the loss away,"
    reason = say(
        "Every new value is written out by the update until only what is old stands beside the move {move} of the "
        f"symmetry. There {loss} and what is left can be measured. Nothing is approximated: the law holds for every "
        "schedule, batch and noise.",
        move=move(law), pull=pull if broken else row(pull, EQUALS, ZERO),
    )  # fmt: skip
    lines = [equal(charge, law.frame.value(charge)) for charge in law.charges]
    held = "optimizer's momentum" if isinstance(law.charges[0], GeneratorPairing) else "optimizer"
    return Step(f"The exact law of the {held}: {law.generator.name}", reason, display(*lines, *_recursion(law)))


def proof(law: DiscreteLaw) -> Step:
    """The proof: what the law misses, recomputed in the coordinates."""
    missed = row(Script(CHARGES, above=Sign("′")), MINUS, PROPAGATOR, CHARGES, MINUS, SOURCES)
    reason = say(
        "With {c} for the charges, {M} for what they keep and {s} for what feeds them, the update put in for what is "
        "new and an unknown loss with this symmetry for the gradient, nothing is missed.",
        c=CHARGES, M=PROPAGATOR, s=SOURCES,
    )  # fmt: skip
    gaps = law.defect()
    left = Matrix(gaps) if gaps[1:] else gaps[0]
    return Step("The proof of the exact law", reason, display((missed, row(EQUALS, typeset(left)))))


def move(law: DiscreteLaw) -> Box:
    """ξ(θ), as the forms write it."""
    if isinstance(law.charges[0], GeneratorPairing):
        return moved(theta)
    return along(law.frame.anchor)


def written(law: DiscreteLaw, said: Expr, shown: Callable[[Any], Box] = as_factor) -> Box:
    """The right side of a recursion: what charges keep before what feeds them, and a plus before a minus."""
    terms = [term.as_independent(Form, as_Add=False) for term in said.as_ordered_terms()]
    ordered = sorted(terms, key=lambda term: (term[1] not in law.charges, negative(term[0])))
    return joined(*(weighted(term[0], shown(term[1])) for term in ordered))


@typeset.register
def _(law: DiscreteLaw) -> Display:
    return display(*_recursion(law))


def _recursion(law: DiscreteLaw) -> list[tuple[Box, Box]]:
    return [(typeset(after), row(EQUALS, written(law, said))) for after, said in law.equations.items()]


def _updated(equation: Expr) -> Box:
    """The right side of an update."""
    terms = ranked(equation.as_ordered_terms())
    parts = (term.as_independent(Letter, as_Add=False) for term in terms)
    return joined(*(weighted(constant, as_factor(letter)) for constant, letter in parts))
