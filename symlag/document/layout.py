"""Formulas as boxes: what is written where, before it is decided whether TeX or MathML writes it.

A box knows what it shows and nothing else. `width` estimates how many letters wide it will be, by which `rows` breaks
a long formula before a plus or a minus.

>>> width(Row((Name("x"), Sign("+"), Number("12"))))
5.0
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch

LINE = 58.0  # letters of mathematics on a line of text


@dataclass(frozen=True)
class Name:
    """A letter in italics, Latin or Greek, or a word in upright type."""

    text: str


@dataclass(frozen=True)
class Role(Name):
    """A letter that a derivation itself gives a meaning to, such as C for the charge."""


@dataclass(frozen=True)
class Number:
    """Digits."""

    text: str


@dataclass(frozen=True)
class Sign:
    """An operator, a relation, a comma, or a symbol such as ∂ and ∇."""

    text: str


@dataclass(frozen=True)
class Word:
    """The upright name of a function or an operator, such as sin and tr."""

    text: str


@dataclass(frozen=True)
class Row:
    """Boxes side by side."""

    parts: tuple[Box, ...]


@dataclass(frozen=True)
class Script:
    """A box with something below or above its right side."""

    base: Box
    below: Box | None = None
    above: Box | None = None


@dataclass(frozen=True)
class Dotted:
    """A letter under one dot, or two."""

    base: Box
    dots: int


@dataclass(frozen=True)
class Fraction:
    """One box over another."""

    above: Box
    below: Box


@dataclass(frozen=True)
class Root:
    """A square root, or the root of another degree."""

    inside: Box
    degree: Box | None = None


@dataclass(frozen=True)
class Fence:
    """A box between two delimiters."""

    left: str
    inside: Box
    right: str


@dataclass(frozen=True)
class Table:
    """Rows of cells."""

    cells: tuple[tuple[Box, ...], ...]


@dataclass(frozen=True)
class Display:
    """Lines set off from the text, aligned between their two sides; a long line is broken."""

    lines: tuple[tuple[Box, Box], ...]


Box = Name | Number | Sign | Word | Row | Script | Dotted | Fraction | Root | Fence | Table | Display

NOTHING = Row(())
EQUALS, PLUS, MINUS, ZERO = Sign("="), Sign("+"), Sign("−"), Number("0")
OTHERWISE = Word("otherwise")
_BREAKS = (EQUALS, PLUS, MINUS)
THIN, WIDE = Sign("\u2009"), Sign("\u2003")  # a thin space, and one between formulas
_RELATIONS = ("=", "+", "−", "<", ">", "≤", "≥", "≠", "↦", "∧", "∨")


def row(*parts: Box) -> Box:
    """Boxes side by side, rows among them dissolved."""
    flat = tuple(_flat(parts))
    return flat[0] if len(flat) == 1 else Row(flat)


def listed(*parts: Box) -> Box:
    """Boxes with commas between them."""
    return row(*[piece for part in parts for piece in (Sign(","), part)][1:])


def fenced(box: Box) -> Fence:
    """A box in parentheses."""
    return Fence("(", box, ")")


def display(*lines: tuple[Box, Box]) -> Display:
    """Lines set off from the text, each a left side and its relation with all that follows."""
    return Display(lines)


def rows(shown: Display) -> Iterator[tuple[Box, Box]]:
    """The lines of a display, long ones broken before a plus or a minus; what continues has no left side."""
    indent = max(width(left) for left, _ in shown.lines)
    for left, right in shown.lines:
        first, *others = _broken(right, LINE - indent)
        yield left, first
        yield from ((NOTHING, row(WIDE, piece)) for piece in others)


def inline(box: Box) -> Box:
    """A box for an exponent: a fraction with a slash."""
    match box:
        case Fraction(above, below):
            top, bottom = inline(above), inline(below)
            summed = isinstance(top, Row) and any(part in _BREAKS for part in top.parts)
            bottom = fenced(bottom) if isinstance(bottom, Row) else bottom
            return row(fenced(top) if summed else top, Sign("/"), bottom)
        case Row(parts):
            return row(*map(inline, parts))
        case _:
            return box


def tall(box: Box) -> bool:
    """Whether delimiters around a box must grow."""
    match box:
        case Fraction() | Root() | Table():
            return True
        case Row(parts):
            return any(map(tall, parts))
        case Fence(inside=inner):
            return tall(inner)
        case Script(base, below, _):
            return tall(base) or (below is not None and isinstance(base, Sign))
        case _:
            return False


@singledispatch
def width(box: Box) -> float:
    """The width of a box in letters."""
    return float(len(box.text))  # type: ignore[union-attr]


@width.register
def _(box: Sign) -> float:
    return 2.0 if box.text in _RELATIONS else 1.0


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


def _flat(parts: tuple[Box, ...]) -> Iterator[Box]:
    for part in parts:
        yield from part.parts if isinstance(part, Row) else (part,)


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
        if part in _BREAKS and len(terms[-1]) > 1:
            terms.append([])
        terms[-1].append(part)
    return terms
