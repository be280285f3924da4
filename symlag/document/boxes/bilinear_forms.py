r"""Letters of an update rule, and their bilinear forms, as boxes: a prime marks what a step leads to.

>>> from symlag.optimizers.bilinear_forms import Form
>>> from symlag.optimizers.vectors import Letter, theta
>>> from symlag.document.tex import tex
>>> print(tex(typeset(Form(Letter("v").new, theta))))
\langle v^{\prime},A\theta\rangle
"""

from __future__ import annotations

from typing import Any

from symlag.document.boxes.box import MINUS, Box, Name, Number, Role, Script, Sign, fenced, listed, row
from symlag.document.boxes.expressions import typeset
from symlag.document.boxes.matrices import paired
from symlag.document.boxes.names import split
from symlag.optimizers.bilinear_forms import ONE, Form, GeneratorPairing, IncrementPairing
from symlag.optimizers.vectors import Letter

MATRIX, SHIFT, MOVE = Role("A"), Role("b"), Role("ξ")


@typeset.register
def _(letter: Letter) -> Box:
    stem, below = split(letter.stem)
    if letter.age < 0:
        before = row(Name("k"), MINUS, Number("1"))
        return Script(stem, listed(below, before) if below else before)
    if letter.age > 0:
        return Script(stem, below, Sign("′"))
    return Script(stem, below) if below else stem


@typeset.register
def _(form: Form) -> Box:
    x, y = form.args
    return paired(typeset(x), along(y))


@typeset.register
def _(form: GeneratorPairing) -> Box:
    x, point = form.args
    return paired(typeset(x), moved(point))


@typeset.register
def _(form: IncrementPairing) -> Box:
    x, point = form.args
    return paired(typeset(x), row(moved(point), MINUS, moved(point.old)))


def along(letter: Letter) -> Box:
    """A of a letter."""
    return SHIFT if letter == ONE else row(MATRIX, typeset(letter))


def moved(point: Any) -> Box:
    """ξ at a position."""
    return row(MOVE, fenced(typeset(point)))
