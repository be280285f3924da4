"""Boxes: a formula as nested rectangles, as in TeX, but before it is decided whether TeX or MathML writes it.

A box is data: it says what stands beside, below and above what, and nothing about how this is drawn or what it means.
Boxes of the same content are equal, and a long formula can be measured and broken (`width`) before it is written.

>>> row(Name("x"), row(PLUS, Number("12")))
Row(parts=(Name(text='x'), Sign(text='+'), Number(text='12')))
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Name:
    """A letter in italics, Latin or Greek, or a word in upright type."""

    text: str


@dataclass(frozen=True)
class Role(Name):
    """A letter that a derivation itself gives a meaning to, such as C for the charge.

    It steps aside where the user's formulas have the same letter (`roles`).
    """


@dataclass(frozen=True)
class Number:
    """Digits."""

    text: str


@dataclass(frozen=True)
class Sign:
    """An operator, a relation, a comma, or a symbol such as ∂ and ∇."""

    text: str


@dataclass(frozen=True)
class OperatorName:
    """The name of a function or an operator in upright type, such as sin and tr."""

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


Box = Name | Number | Sign | OperatorName | Row | Script | Dotted | Fraction | Root | Fence | Table | Display

NOTHING = Row(())
EQUALS, PLUS, MINUS, ZERO = Sign("="), Sign("+"), Sign("−"), Number("0")
OTHERWISE = OperatorName("otherwise")
BREAKS = (EQUALS, PLUS, MINUS)
THIN, WIDE = Sign("\u2009"), Sign("\u2003")  # a thin space, and one between formulas


def row(*parts: Box) -> Box:
    """Boxes side by side, rows among them dissolved."""
    flat: list[Box] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Row) else (part,))
    return flat[0] if len(flat) == 1 else Row(tuple(flat))


def comma_separated(*parts: Box) -> Box:
    """Boxes with commas between them."""
    return separated(Sign(","), *parts)


def separated(sign: Sign, *parts: Box) -> Box:
    """Boxes with a sign between them."""
    pieces: list[Box] = []
    for part in parts:
        pieces += [sign, part] if pieces else [part]
    return row(*pieces)


def parenthesized(box: Box) -> Fence:
    """A box in parentheses."""
    return Fence("(", box, ")")


def display(*lines: tuple[Box, Box]) -> Display:
    """Lines set off from the text, each a left side and its relation with all that follows."""
    return Display(lines)


def inline(box: Box) -> Box:
    """A box for an exponent: a fraction with a slash."""
    match box:
        case Fraction(above, below):
            top, bottom = inline(above), inline(below)
            is_sum = isinstance(top, Row) and any(part in BREAKS for part in top.parts)
            bottom = parenthesized(bottom) if isinstance(bottom, Row) else bottom
            return row(parenthesized(top) if is_sum else top, Sign("/"), bottom)
        case Row(parts):
            return row(*map(inline, parts))
        case _:
            return box


def is_tall(box: Box) -> bool:
    """Whether delimiters around a box must grow."""
    match box:
        case Fraction() | Root() | Table():
            return True
        case Row(parts):
            return any(map(is_tall, parts))
        case Fence(inside=inner):
            return is_tall(inner)
        case Script(base, below, _):
            return is_tall(base) or (below is not None and isinstance(base, Sign))
        case _:
            return False
