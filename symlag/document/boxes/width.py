"""The width of boxes, and where a long formula is broken.

Widths are estimates in letters of mathematics, the same for TeX and MathML, so that a formula has the same lines in
both. A line is broken before an equals sign if it has a second one, otherwise before a plus or a minus.

>>> from symlag.document.boxes.box import Name, Number
>>> width(Row((Name("x"), Sign("+"), Number("12"))))
5.0
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatch

from symlag.document.boxes.box import (
    BREAKS,
    EQUALS,
    NOTHING,
    WIDE,
    Box,
    Display,
    Dotted,
    Fence,
    Fraction,
    Root,
    Row,
    Script,
    Sign,
    Table,
    row,
)

LINE = 58.0  # letters of mathematics on a line of text
_SPACED = "=+−<>≤≥≠↦∧∨"


def broken_lines(box: Display) -> Iterator[tuple[Box, Box]]:
    """The lines of a display, long ones broken before a plus or a minus; what continues has no left side."""
    indent = max(width(left) for left, _ in box.lines)
    for left, right in box.lines:
        first, *others = _break_row(right, LINE - indent)
        yield left, first
        yield from ((NOTHING, row(WIDE, piece)) for piece in others)


@singledispatch
def width(box: Box) -> float:
    """The width of a box in letters."""
    return float(len(box.text))  # type: ignore[union-attr]


@width.register
def width_of_sign(box: Sign) -> float:
    """Relations and signs have spaces around them."""
    return 2.0 if box.text in _SPACED else 1.0


@width.register
def width_of_row(box: Row) -> float:
    """The sum of the widths."""
    return float(sum(map(width, box.parts)))


@width.register
def width_of_script(box: Script) -> float:
    """Scripts are set in smaller type."""
    return width(box.base) + 0.7 * max((width(part) for part in (box.below, box.above) if part), default=0.0)


@width.register
def width_of_dotted(box: Dotted) -> float:
    """Dots take no width."""
    return width(box.base)


@width.register
def width_of_fraction(box: Fraction) -> float:
    """The width of the wider part, and of the line."""
    return max(width(box.above), width(box.below)) + 0.5


@width.register
def width_of_root(box: Root) -> float:
    """What stands in it, and the sign of the root."""
    return width(box.inside) + 1.5


@width.register
def width_of_fence(box: Fence) -> float:
    """What stands in it, and its delimiters."""
    return width(box.inside) + 1.5


@width.register
def width_of_table(box: Table) -> float:
    """The sum of the columns."""
    return sum(max(width(cell) + 1.5 for cell in column) for column in zip(*box.cells, strict=True))


@width.register
def width_of_display(box: Display) -> float:
    """The width of its longest line, after long ones are broken."""
    return max(width(left) + width(right) for left, right in broken_lines(box))


def _break_row(box: Box, limit: float) -> tuple[Box, ...]:
    """A row in pieces no wider than the limit, where it has places to break at: an equals sign before all others."""
    parts = box.parts if isinstance(box, Row) else ()
    if width(box) > limit and EQUALS in parts[1:]:
        at = parts.index(EQUALS, 1)
        return *_break_row(Row(parts[:at]), limit), *_break_row(Row(parts[at:]), limit)
    pieces: list[list[Box]] = [[]]
    for term in _terms(box):
        if pieces[-1] and sum(map(width, (*pieces[-1], *term))) > limit:
            pieces.append([])
        pieces[-1].extend(term)
    return tuple(row(*piece) for piece in pieces)


def _terms(box: Box) -> list[list[Box]]:
    """The terms of a row, each with the sign before it."""
    terms: list[list[Box]] = [[]]
    for part in box.parts if isinstance(box, Row) else (box,):
        if part in BREAKS and len(terms[-1]) > 1:
            terms.append([])
        terms[-1].append(part)
    return terms
