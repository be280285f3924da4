r"""Momentum on weights before a normalisation layer, in steps: length and direction, and how the direction moves.

>>> from symlag.optimizers.library import sgd
>>> from symlag.optimizers.scale_invariant_weights import on_sphere
>>> from symlag.document.tex import tex
>>> print(tex(typeset(on_sphere(sgd(weight_decay=0)))).splitlines()[1])
y &=u-\frac{\eta}{\sqrt{G}}g_{u}-\frac{\beta\eta}{\sqrt{G}}n_{v} \\
"""

from __future__ import annotations

from collections.abc import Iterator

from symlag.document.boxes.box import (
    EQUALS,
    MINUS,
    Box,
    Display,
    Fraction,
    Name,
    Number,
    Script,
    Sign,
    display,
    parenthesized,
    row,
)
from symlag.document.boxes.expressions import typeset, with_exponent
from symlag.document.boxes.matrices import norm_box
from symlag.document.chapters.exact_law import update
from symlag.document.chapters.prose import Section, as_box, equation, multiple, sentence, signed_sum
from symlag.optimizers.factoring import factored
from symlag.optimizers.scale_invariant_weights import G, SphereRule
from symlag.optimizers.vectors import Letter, Vector, g, theta

LENGTH, STEP, FOUR, PRIME = Name("r"), Name("y"), Number("4"), Sign("′")


def direction_sections(made: SphereRule) -> Iterator[Section]:
    """The steps from an optimizer to the motion of the direction of weights."""
    yield update(made.rule)
    yield polar(made)
    yield direction_motion(made)
    yield proof(made)


def polar(made: SphereRule) -> Section:
    """Weights, gradient and buffers by length and direction."""
    u = direction(made)
    grown = [equation(x, Fraction(_letter(made, x), LENGTH)) for x in (g, *made.buffers)]
    reason = sentence(
        "Before a normalisation the loss sees the direction {u} of the weights, and nothing of their length {r}. The "
        "gradient is therefore that at the direction, {slope}, over the length. With the buffers counted alike:",
        u=u, r=LENGTH, slope=_letter(made, g),
    )  # fmt: skip
    return Section(
        "Length and direction",
        reason,
        display(equation(theta, row(LENGTH, u)), *grown, equation(G, with_exponent(LENGTH, FOUR))),
    )


def direction_motion(made: SphereRule) -> Section:
    """One step of the direction."""
    carried = ", and a buffer is carried along" if made.buffers else ""
    reason = sentence(
        "Put into the update, the length leaves nothing behind but {G}. The direction rolls on the sphere, {G} takes "
        f"the place of an average of squared gradients{carried}. Nothing is approximated: this holds for every "
        "schedule, batch and noise.",
        G=G,
    )  # fmt: skip
    return Section("The motion of the direction", reason, _motion(made))


def proof(made: SphereRule) -> Section:
    """The proof: what the motion misses of the update."""
    size = row(LENGTH, norm_box(STEP))
    stated = [row(LENGTH, STEP), *(Fraction(_primed(_letter(made, x)), size) for x in made.buffers)]
    gaps = zip((theta, *made.buffers), stated, made.defect(), strict=True)
    reason = sentence(
        "With length and direction put in for all that is old, the update says the same: nothing is missed."
    )
    lines = ((row(typeset(x.new), MINUS, said), row(EQUALS, typeset(gap))) for x, said, gap in gaps)
    return Section("The proof of the motion", reason, display(*lines))


def direction(made: SphereRule) -> Name:
    """The letter of the direction: u, where the rule has no other use for it."""
    return Name("ω") if Letter("u") in made.rule.equations else Name("u")


@typeset.register
def box_of_sphere_rule(made: SphereRule) -> Display:
    """The motion of the direction on the sphere."""
    return _motion(made)


def _motion(made: SphereRule) -> Display:
    size, u = norm_box(STEP), direction(made)
    ahead = [(_primed(_letter(made, x)), _combination(made, told, (x, g, theta))) for x, told in made.buffers.items()]
    return display(
        equation(STEP, _combination(made, made.update, (theta, g))),
        equation(_primed(u), Fraction(STEP, size)),
        *(equation(after, row(size, parenthesized(said))) for after, said in ahead),
        equation(_primed(as_box(G)), row(as_box(G), with_exponent(size, FOUR))),
    )


def _combination(made: SphereRule, vector: Vector, first: tuple[Letter, ...]) -> Box:
    """A combination of letters, some of them first."""
    ordered = [x for x in dict.fromkeys((*first, *vector)) if x in vector]
    return signed_sum(*(multiple(factored(vector[x]), _letter(made, x)) for x in ordered))


def _letter(made: SphereRule, x: Letter) -> Box:
    """What stands for a letter on the sphere: the direction, the gradient there, and n for a buffer."""
    u = direction(made)
    return {theta: u, g: Script(Name("g"), u)}.get(x) or Script(Name("n"), typeset(x))


def _primed(letter: Box) -> Box:
    return Script(letter.base, letter.below, PRIME) if isinstance(letter, Script) else Script(letter, above=PRIME)
