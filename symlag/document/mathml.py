"""Formulas as MathML Core, which browsers draw without a script.

`mathml` writes a box, `formula` the math element around it. All text passes `html.escape`.

>>> from sympy import Symbol
>>> from symlag.document.boxes.expressions import typeset
>>> print(mathml(typeset(Symbol("x") ** 2)))
<msup><mi>x</mi><mn>2</mn></msup>
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from html import escape

from symlag.document.boxes.box import (
    Box,
    Display,
    Dotted,
    Fence,
    Fraction,
    Name,
    Number,
    OperatorName,
    Root,
    Row,
    Script,
    Sign,
    Table,
    is_tall,
)
from symlag.document.boxes.names import GREEK
from symlag.document.boxes.width import broken_lines

_DOTS = {1: "˙", 2: "¨"}
_SPACES = {"\u2009": "0.17em", "\u2003": "2em"}
_UPRIGHT = frozenset(filter(str.isupper, GREEK.values()))
_SYMBOLS = frozenset("∇∂⊤∞δ")


@singledispatch
def mathml(box: Box) -> str:
    """The MathML of a box, without the enclosing math element."""
    raise TypeError(type(box))


@mathml.register
def mathml_of_name(box: Name) -> str:
    """A letter, or a word in upright type."""
    upright = ' mathvariant="normal"' if box.text in _UPRIGHT else ""
    return f"<mi{upright}>{escape(box.text)}</mi>"


@mathml.register
def mathml_of_number(box: Number) -> str:
    """Digits."""
    return f"<mn>{escape(box.text)}</mn>"


@mathml.register
def mathml_of_sign(box: Sign) -> str:
    """An operator, a relation or a symbol."""
    if box.text in _SPACES:
        return f'<mspace width="{_SPACES[box.text]}"></mspace>'
    if box.text in _SYMBOLS:
        return f'<mi mathvariant="normal">{box.text}</mi>'
    return f"<mo>{escape(box.text)}</mo>"


@mathml.register
def mathml_of_operator_name(box: OperatorName) -> str:
    """The upright name of a function."""
    return f'<mi mathvariant="normal">{escape(box.text)}</mi>'


@mathml.register
def mathml_of_row(box: Row) -> str:
    """Boxes side by side."""
    return f"<mrow>{''.join(map(mathml, box.parts))}</mrow>"


@mathml.register
def mathml_of_script(box: Script) -> str:
    """A box with something below or above it."""
    parts = [(name, part) for name, part in (("sub", box.below), ("sup", box.above)) if part]
    around = {"sub": "under", "sup": "over"} if box.base in (Sign("∑"), Sign("∏")) else {}
    tag = "m" + "".join(around.get(name, name) for name, _ in parts)
    return f"<{tag}>{mathml(box.base)}{''.join(mathml(part) for _, part in parts)}</{tag}>"


@mathml.register
def mathml_of_dotted(box: Dotted) -> str:
    """A letter under dots."""
    return f'<mover accent="true">{mathml(box.base)}<mo stretchy="false">{_DOTS[box.dots]}</mo></mover>'


@mathml.register
def mathml_of_fraction(box: Fraction) -> str:
    """A fraction."""
    return f"<mfrac>{mathml(box.above)}{mathml(box.below)}</mfrac>"


@mathml.register
def mathml_of_root(box: Root) -> str:
    """A root."""
    if box.degree is None:
        return f"<msqrt>{mathml(box.inside)}</msqrt>"
    return f"<mroot>{mathml(box.inside)}{mathml(box.degree)}</mroot>"


@mathml.register
def mathml_of_fence(box: Fence) -> str:
    """A box between delimiters, which grow where it is tall."""
    grows = str(is_tall(box.inside)).lower()
    ends = [
        f'<mo form="{form}" stretchy="{grows}">{escape(end)}</mo>' if end else ""
        for form, end in (("prefix", box.left), ("postfix", box.right))
    ]
    return f"<mrow>{ends[0]}{mathml(box.inside)}{ends[1]}</mrow>"


@mathml.register
def mathml_of_table(box: Table) -> str:
    """Rows of cells."""
    return _table((tuple(map(mathml, line)) for line in box.cells), "cells")


@mathml.register
def mathml_of_display(box: Display) -> str:
    """Lines that are aligned at their relations."""
    return _table(((mathml(left), mathml(right)) for left, right in broken_lines(box)), "lines")


def formula(box: Box) -> str:
    """The math element of a box: set off from the text where it is a display, in the line otherwise."""
    kind = ' display="block"' if isinstance(box, Display) else ""
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML"{kind}>{mathml(box)}</math>'


def _table(lines: Iterable[tuple[str, ...]], kind: str) -> str:
    body = "".join(f"<mtr>{''.join(f'<mtd>{cell}</mtd>' for cell in line)}</mtr>" for line in lines)
    return f'<mtable displaystyle="true" class="{kind}">{body}</mtable>'
