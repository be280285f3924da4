r"""Momentum on weights before a normalisation layer, in steps: length and direction, and how the direction moves.

>>> from symlag.optimizers.library import sgd
>>> from symlag.optimizers.momentum_on_sphere import rolling
>>> from symlag.document.tex import tex
>>> print(tex(typeset(rolling(sgd(weight_decay=0)))).splitlines()[1])
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
    fenced,
    row,
)
from symlag.document.boxes.expressions import raised, typeset
from symlag.document.boxes.matrices import norm
from symlag.document.chapters.exact_law import update
from symlag.document.chapters.prose import Step, boxed, equal, joined, say, weighted
from symlag.optimizers.descent_on_sphere import G
from symlag.optimizers.factoring import factored
from symlag.optimizers.momentum_on_sphere import Rolling
from symlag.optimizers.vectors import Letter, Vector, g, theta

LENGTH, STEP, FOUR, PRIME = Name("r"), Name("y"), Number("4"), Sign("′")


def of_rolling(made: Rolling) -> Iterator[Step]:
    """The steps from an optimizer to the motion of the direction of weights."""
    yield update(made.rule)
    yield polar(made)
    yield turned(made)
    yield proof(made)


def polar(made: Rolling) -> Step:
    """Weights, gradient and buffers by length and direction."""
    u = direction(made)
    grown = [equal(x, Fraction(_letter(made, x), LENGTH)) for x in (g, *made.carried)]
    reason = say(
        "Before a normalisation the loss sees the direction {u} of the weights, and nothing of their length {r}. The "
        "gradient is therefore that at the direction, {slope}, over the length. With the buffers counted alike:",
        u=u, r=LENGTH, slope=_letter(made, g),
    )  # fmt: skip
    return Step(
        "Length and direction", reason, display(equal(theta, row(LENGTH, u)), *grown, equal(G, raised(LENGTH, FOUR)))
    )


def turned(made: Rolling) -> Step:
    """One step of the direction."""
    carried = ", and a buffer is carried along" if made.carried else ""
    reason = say(
        "Put into the update, the length leaves nothing behind but {G}. The direction rolls on the sphere, {G} takes "
        f"the place of an average of squared gradients{carried}. Nothing is approximated: this holds for every "
        "schedule, batch and noise.",
        G=G,
    )  # fmt: skip
    return Step("The motion of the direction", reason, _motion(made))


def proof(made: Rolling) -> Step:
    """The proof: what the motion misses of the update."""
    size = row(LENGTH, norm(STEP))
    stated = [row(LENGTH, STEP), *(Fraction(_after(_letter(made, x)), size) for x in made.carried)]
    gaps = zip((theta, *made.carried), stated, made.defect(), strict=True)
    reason = say("With length and direction put in for all that is old, the update says the same: nothing is missed.")
    lines = ((row(typeset(x.new), MINUS, said), row(EQUALS, typeset(gap))) for x, said, gap in gaps)
    return Step("The proof of the motion", reason, display(*lines))


def direction(made: Rolling) -> Name:
    """The letter of the direction: u, where the rule has no other use for it."""
    return Name("ω") if Letter("u") in made.rule.equations else Name("u")


@typeset.register
def _(made: Rolling) -> Display:
    return _motion(made)


def _motion(made: Rolling) -> Display:
    size, u = norm(STEP), direction(made)
    ahead = [(_after(_letter(made, x)), _sum(made, told, (x, g, theta))) for x, told in made.carried.items()]
    return display(
        equal(STEP, _sum(made, made.pushed, (theta, g))),
        equal(_after(u), Fraction(STEP, size)),
        *(equal(after, row(size, fenced(said))) for after, said in ahead),
        equal(_after(boxed(G)), row(boxed(G), raised(size, FOUR))),
    )


def _sum(made: Rolling, vector: Vector, first: tuple[Letter, ...]) -> Box:
    """A combination of letters, some of them first."""
    ordered = [x for x in dict.fromkeys((*first, *vector)) if x in vector]
    return joined(*(weighted(factored(vector[x]), _letter(made, x)) for x in ordered))


def _letter(made: Rolling, x: Letter) -> Box:
    """What stands for a letter on the sphere: the direction, the gradient there, and n for a buffer."""
    u = direction(made)
    return {theta: u, g: Script(Name("g"), u)}.get(x) or Script(Name("n"), typeset(x))


def _after(letter: Box) -> Box:
    return Script(letter.base, letter.below, PRIME) if isinstance(letter, Script) else Script(letter, above=PRIME)
