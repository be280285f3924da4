r"""The boxes of the letters of an update rule and of their bilinear forms; a prime marks what a step leads to.

>>> from symlag.optimizers.bilinear_forms import Form
>>> from symlag.optimizers.vectors import Letter, theta
>>> from symlag.document.tex import tex
>>> print(tex(typeset(Form(Letter("v").new, theta))))
\langle v^{\prime},A\theta\rangle
"""

from __future__ import annotations

from typing import Any

from symlag.document.boxes.box import MINUS, Box, Name, Number, Role, Script, Sign, comma_separated, parenthesized, row
from symlag.document.boxes.expressions import typeset
from symlag.document.boxes.matrices import inner_product_box
from symlag.document.boxes.names import stem_and_subscript
from symlag.optimizers.bilinear_forms import ONE, Form, GeneratorPairing, IncrementPairing
from symlag.optimizers.vectors import Letter

MATRIX, SHIFT, MOVE = Role("A"), Role("b"), Role("ξ")


@typeset.register
def box_of_letter(letter: Letter) -> Box:
    """A letter of an update rule: a prime for its new value, a subscript k − 1 for the value before."""
    stem, below = stem_and_subscript(letter.stem)
    if letter.age < 0:
        before = row(Name("k"), MINUS, Number("1"))
        return Script(stem, comma_separated(below, before) if below else before)
    if letter.age > 0:
        return Script(stem, below, Sign("′"))
    return Script(stem, below) if below else stem


@typeset.register
def box_of_form(form: Form) -> Box:
    """⟨x, Ay⟩, or ⟨x, b⟩ for a shift b."""
    x, y = form.args
    return inner_product_box(typeset(x), matrix_times(y))


@typeset.register
def box_of_generator_pairing(form: GeneratorPairing) -> Box:
    """⟨x, ξ(y)⟩."""
    x, position = form.args
    return inner_product_box(typeset(x), move_at(position))


@typeset.register
def box_of_increment_pairing(form: IncrementPairing) -> Box:
    """⟨x, ξ(y) − ξ(z)⟩, with z the position before y."""
    x, position = form.args
    return inner_product_box(typeset(x), row(move_at(position), MINUS, move_at(position.old)))


def matrix_times(letter: Letter) -> Box:
    """The linear part A of a symmetry applied to a letter; its shift b applied to the constant one."""
    return SHIFT if letter == ONE else row(MATRIX, typeset(letter))


def move_at(position: Any) -> Box:
    """The move ξ of a symmetry at a position."""
    return row(MOVE, parenthesized(typeset(position)))
