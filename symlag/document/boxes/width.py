"""How wide boxes are, and where a long formula is broken.

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


def rows(shown: Display) -> Iterator[tuple[Box, Box]]:
    """The lines of a display, long ones broken before a plus or a minus; what continues has no left side."""
    indent = max(width(left) for left, _ in shown.lines)
    for left, right in shown.lines:
        first, *others = _broken(right, LINE - indent)
        yield left, first
        yield from ((NOTHING, row(WIDE, piece)) for piece in others)


@singledispatch
def width(box: Box) -> float:
    """The width of a box in letters."""
    return float(len(box.text))  # type: ignore[union-attr]


@width.register
def _(box: Sign) -> float:
    return 2.0 if box.text in _SPACED else 1.0


@width.register
def _(box: Row) -> float:
    return float(sum(map(width, box.parts)))


@width.register
def _(box: Script) -> float:
    return width(box.base) + 0.7 * max((width(part) for part in (box.below, box.above) if part), default=0.0)


@width.register
def _(box: Dotted) -> float:
    return width(box.base)


@width.register
def _(box: Fraction) -> float:
    return max(width(box.above), width(box.below)) + 0.5


@width.register
def _(box: Root) -> float:
    return width(box.inside) + 1.5


@width.register
def _(box: Fence) -> float:
    return width(box.inside) + 1.5


@width.register
def _(box: Table) -> float:
    return sum(max(width(cell) + 1.5 for cell in column) for column in zip(*box.cells, strict=True))


@width.register
def _(box: Display) -> float:
    return max(width(left) + width(right) for left, right in rows(box))


def _broken(box: Box, limit: float) -> tuple[Box, ...]:
    """A row in pieces no wider than the limit, where it has places to break at: an equals sign before all others."""
    parts = box.parts if isinstance(box, Row) else ()
    if width(box) > limit and EQUALS in parts[1:]:
        at = parts.index(EQUALS, 1)
        return *_broken(Row(parts[:at]), limit), *_broken(Row(parts[at:]), limit)
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
