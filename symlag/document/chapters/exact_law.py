"""The chapter of an optimizer's exact law: its update, the recursion of the charges, the proof, and many steps.

The charges of a discrete law are bilinear forms in what the optimizer stores. One step of the update takes them to
c′ = Mc + s, with a propagator M of hyper-parameters and sources s in which only measurable forms stand: the loss has
dropped out, since its gradient is orthogonal to the move of a symmetry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sympy import Expr, Matrix

from symlag.document.boxes.bilinear_forms import matrix_times, move_at
from symlag.document.boxes.box import EQUALS, MINUS, ZERO, Box, Display, Script, Sign, display, row
from symlag.document.boxes.expressions import as_factor, typeset
from symlag.document.boxes.matrices import inner_product_box
from symlag.document.boxes.term_sorting import is_negative, sorted_terms
from symlag.document.chapters.many_steps import CHARGES, PROPAGATOR, SOURCES, many_steps_sections
from symlag.document.chapters.modified_equation import modified_equation_sections
from symlag.document.chapters.prose import Section, equation, multiple, sentence, signed_sum
from symlag.optimizers.bilinear_forms import Form, GeneratorPairing
from symlag.optimizers.exact_law import DiscreteLaw
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import Letter, g, theta


def exact_law_sections(laws: tuple[DiscreteLaw, ...]) -> Iterator[Section]:
    """The sections from an optimizer to its exact laws and its modified equation; none without a law."""
    if not laws:
        return
    yield update(laws[0].rule)
    for law in laws:
        yield recursion(law)
        yield proof(law)
        yield from many_steps_sections(law)
    has_drift = any(law.charges[0] == Form(theta, theta) and "breaking" not in law.sources for law in laws)
    yield from modified_equation_sections(laws[0].rule, has_drift=has_drift)


def update(rule: UpdateRule) -> Section:
    """The equations of one step, that of the parameters last."""
    equations = sorted(rule.equations.items(), key=lambda item: item[0] == theta)
    reason = sentence(
        f"{rule.name} itself knows no time: {{theta}} stands for all that is trained, {{g}} for the gradient of the "
        "loss at it, and a prime marks what a step leads to.",
        theta=theta, g=g,
    )  # fmt: skip
    return Section("The optimizer", reason, display(*(equation(x.new, _update_side(e)) for x, e in equations)))


def recursion(law: DiscreteLaw) -> Section:
    """What the charges are, and what a step makes of them."""
    pull, is_broken = inner_product_box(typeset(g), move(law)), "breaking" in law.sources
    loss = "{pull} stays, for the loss breaks it," if is_broken else "{pull} takes the loss away,"
    reason = sentence(
        "Every new value is written out by the update until only what is old stands beside the move {move} of the "
        f"symmetry. There {loss} and what is left can be measured. Nothing is approximated: the law holds for every "
        "schedule, batch and noise.",
        move=move(law), pull=pull if is_broken else row(pull, EQUALS, ZERO),
    )  # fmt: skip
    lines = [equation(charge, law.frame.value(charge)) for charge in law.charges]
    subject = "optimizer's momentum" if isinstance(law.charges[0], GeneratorPairing) else "optimizer"
    return Section(f"The exact law of the {subject}: {law.generator.name}", reason, display(*lines, *_recursion(law)))


def proof(law: DiscreteLaw) -> Section:
    """The proof: what the law misses, recomputed in the coordinates."""
    left = row(Script(CHARGES, above=Sign("′")), MINUS, PROPAGATOR, CHARGES, MINUS, SOURCES)
    reason = sentence(
        "With {c} for the charges, {M} for what they keep and {s} for what feeds them, the update put in for what is "
        "new and an unknown loss with this symmetry for the gradient, nothing is missed.",
        c=CHARGES, M=PROPAGATOR, s=SOURCES,
    )  # fmt: skip
    defect = law.defect()
    right = Matrix(defect) if defect[1:] else defect[0]
    return Section("The proof of the exact law", reason, display((left, row(EQUALS, typeset(right)))))


def move(law: DiscreteLaw) -> Box:
    """ξ(θ), as the forms write it."""
    if isinstance(law.charges[0], GeneratorPairing):
        return move_at(theta)
    return matrix_times(law.frame.anchor)


def recursion_side(law: DiscreteLaw, right: Expr, box_of_form: Callable[[Any], Box] = as_factor) -> Box:
    """The right side of a recursion: what charges keep before what feeds them, and a plus before a minus."""
    terms = [term.as_independent(Form, as_Add=False) for term in right.as_ordered_terms()]
    in_order = sorted(terms, key=lambda term: (term[1] not in law.charges, is_negative(term[0])))
    return signed_sum(*(multiple(coefficient, box_of_form(form)) for coefficient, form in in_order))


@typeset.register
def box_of_discrete_law(law: DiscreteLaw) -> Display:
    """The recursion of the charges."""
    return display(*_recursion(law))


def _recursion(law: DiscreteLaw) -> list[tuple[Box, Box]]:
    return [(typeset(after), row(EQUALS, recursion_side(law, right))) for after, right in law.equations.items()]


def _update_side(equation: Expr) -> Box:
    """The right side of an update."""
    terms = sorted_terms(equation.as_ordered_terms())
    parts = (term.as_independent(Letter, as_Add=False) for term in terms)
    return signed_sum(*(multiple(constant, as_factor(letter)) for constant, letter in parts))
