r"""The chapter of weights before a normalization layer: their length and direction, and how the direction moves.

The loss sees the direction u = θ/r of such weights only. Written in u and r, an update linear in gradients becomes a
motion of u on the sphere in which the length occurs as G = r⁴ alone, as an average of squared gradients would.

>>> from symlag.optimizers.library.momentum import sgd
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


def direction_sections(sphere_rule: SphereRule) -> Iterator[Section]:
    """The sections from an optimizer to the motion of the direction of weights."""
    yield update(sphere_rule.rule)
    yield polar(sphere_rule)
    yield direction_motion(sphere_rule)
    yield proof(sphere_rule)


def polar(sphere_rule: SphereRule) -> Section:
    """Weights, gradient and buffers by length and direction."""
    u = direction(sphere_rule)
    by_length = [equation(x, Fraction(_letter(sphere_rule, x), LENGTH)) for x in (g, *sphere_rule.buffers)]
    reason = sentence(
        "Before a normalisation the loss sees the direction {u} of the weights, and nothing of their length {r}. The "
        "gradient is therefore that at the direction, {slope}, over the length. With the buffers counted alike:",
        u=u, r=LENGTH, slope=_letter(sphere_rule, g),
    )  # fmt: skip
    return Section(
        "Length and direction",
        reason,
        display(equation(theta, row(LENGTH, u)), *by_length, equation(G, with_exponent(LENGTH, FOUR))),
    )


def direction_motion(sphere_rule: SphereRule) -> Section:
    """One step of the direction."""
    buffer = ", and a buffer is carried along" if sphere_rule.buffers else ""
    reason = sentence(
        "Put into the update, the length leaves nothing behind but {G}. The direction rolls on the sphere, {G} takes "
        f"the place of an average of squared gradients{buffer}. Nothing is approximated: this holds for every "
        "schedule, batch and noise.",
        G=G,
    )  # fmt: skip
    return Section("The motion of the direction", reason, _motion(sphere_rule))


def proof(sphere_rule: SphereRule) -> Section:
    """The proof: what the motion misses of the update."""
    size = row(LENGTH, norm_box(STEP))
    claims = [row(LENGTH, STEP), *(Fraction(_primed(_letter(sphere_rule, x)), size) for x in sphere_rule.buffers)]
    letters = (theta, *sphere_rule.buffers)
    reason = sentence(
        "With length and direction put in for all that is old, the update says the same: nothing is missed."
    )
    lines = (
        (row(typeset(x.new), MINUS, claim), row(EQUALS, typeset(defect)))
        for x, claim, defect in zip(letters, claims, sphere_rule.defect(), strict=True)
    )
    return Section("The proof of the motion", reason, display(*lines))


def direction(sphere_rule: SphereRule) -> Name:
    """The letter of the direction: u, where the rule has no other use for it."""
    return Name("ω") if Letter("u") in sphere_rule.rule.equations else Name("u")


@typeset.register
def box_of_sphere_rule(sphere_rule: SphereRule) -> Display:
    """The motion of the direction on the sphere."""
    return _motion(sphere_rule)


def _motion(sphere_rule: SphereRule) -> Display:
    size, u = norm_box(STEP), direction(sphere_rule)
    buffers = [
        equation(
            _primed(_letter(sphere_rule, x)), row(size, parenthesized(_combination(sphere_rule, vector, (x, g, theta))))
        )
        for x, vector in sphere_rule.buffers.items()
    ]
    return display(
        equation(STEP, _combination(sphere_rule, sphere_rule.update, (theta, g))),
        equation(_primed(u), Fraction(STEP, size)),
        *buffers,
        equation(_primed(as_box(G)), row(as_box(G), with_exponent(size, FOUR))),
    )


def _combination(sphere_rule: SphereRule, vector: Vector, first: tuple[Letter, ...]) -> Box:
    """A linear combination of letters, some of them first."""
    letters = [x for x in dict.fromkeys((*first, *vector)) if x in vector]
    return signed_sum(*(multiple(factored(vector[x]), _letter(sphere_rule, x)) for x in letters))


def _letter(sphere_rule: SphereRule, x: Letter) -> Box:
    """What stands for a letter on the sphere: the direction, the gradient there, and n for a buffer."""
    u = direction(sphere_rule)
    return {theta: u, g: Script(Name("g"), u)}.get(x) or Script(Name("n"), typeset(x))


def _primed(letter: Box) -> Box:
    return Script(letter.base, letter.below, PRIME) if isinstance(letter, Script) else Script(letter, above=PRIME)
