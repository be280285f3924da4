r"""Boxes as TeX that needs amsmath alone.

>>> from sympy import Symbol
>>> latex(Symbol("theta_1") ** 2)
'\\theta_{1}^{2}'
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import singledispatch
from typing import Any

from symlag.document.boxes.box import (
    OTHERWISE,
    Box,
    Display,
    Dotted,
    Fence,
    Fraction,
    Name,
    Number,
    Root,
    Row,
    Script,
    Sign,
    Table,
    Word,
    tall,
)
from symlag.document.boxes.expressions import typeset
from symlag.document.boxes.names import GREEK
from symlag.document.boxes.reserved_letters import CALLIGRAPHIC
from symlag.document.boxes.width import rows

_LETTERS = {letter: f"\\{word}" for word, letter in GREEK.items() if word not in ("lamda", "Lamda")}
_LETTERS |= {g: rf"\mathrm{{{l}}}" for g, l in zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧ", "ABEZHIKMNOPTX", strict=True)}
_LETTERS |= {letter: rf"\mathcal{{{plain}}}" for plain, letter in CALLIGRAPHIC.items()}
_LETTERS |= {"ε": r"\varepsilon", "φ": r"\varphi", "ο": "o"}
_SIGNS = {
    "−": "-", "±": r"\pm", "′": r"\prime",
    "⊙": r"\odot", "·": r"\cdot", "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "↦": r"\mapsto", "∂": r"\partial",
    "∇": r"\nabla", "∫": r"\int", "∧": r"\wedge", "∨": r"\vee", "⊤": r"\top", "∞": r"\infty", "\u2009": r"\,",
    "δ": r"\delta", "\u2003": r"\qquad", "∑": r"\sum", "∏": r"\prod", "⋯": r"\cdots", "∠": r"\angle",
}  # fmt: skip
_ENDS = {
    "⟨": r"\langle", "⟩": r"\rangle", "‖<": r"\lVert", "‖>": r"\rVert", "|<": r"\lvert", "|>": r"\rvert",
    "{": r"\{", "}": r"\}", "": ".",
}  # fmt: skip
_KNOWN = frozenset(
    [
        "sin",
        "cos",
        "tan",
        "cot",
        "sec",
        "csc",
        "sinh",
        "cosh",
        "tanh",
        "coth",
        "log",
        "exp",
        "arcsin",
        "arccos",
        "arctan",
        "max",
        "min",
        "det",
    ]
)


def latex(expression: Any) -> str:
    """The TeX of an expression, for math mode; `NameRefusedError` where a name in it could act in TeX."""
    return tex(typeset(expression))


def symbol(letter: str) -> str | None:
    """The TeX of a single letter or sign in math mode, where there is one."""
    return _LETTERS.get(letter) or _SIGNS.get(letter)


@singledispatch
def tex(box: Box) -> str:
    """The TeX of a box, for math mode."""
    raise TypeError(type(box))


@tex.register
def _(box: Name) -> str:
    text = _LETTERS.get(box.text, box.text)
    return text if len(box.text) == 1 else rf"\mathrm{{{text}}}"


@tex.register
def _(box: Number) -> str:
    return box.text


@tex.register
def _(box: Sign) -> str:
    return _SIGNS.get(box.text, box.text)


@tex.register
def _(box: Word) -> str:
    if box.text in _KNOWN:
        return rf"\{box.text}"
    return r"\text{otherwise}" if box == OTHERWISE else rf"\operatorname{{{box.text}}}"


@tex.register
def _(box: Row) -> str:
    return "".join(_joined(map(tex, box.parts)))


@tex.register
def _(box: Script) -> str:
    below = f"_{{{tex(box.below)}}}" if box.below else ""
    above = f"^{{{tex(box.above)}}}" if box.above else ""
    return tex(box.base) + below + above


@tex.register
def _(box: Dotted) -> str:
    return rf"\{'d' * box.dots}ot{{{tex(box.base)}}}"


@tex.register
def _(box: Fraction) -> str:
    return rf"\frac{{{tex(box.above)}}}{{{tex(box.below)}}}"


@tex.register
def _(box: Root) -> str:
    degree = f"[{tex(box.degree)}]" if box.degree else ""
    return rf"\sqrt{degree}{{{tex(box.inside)}}}"


@tex.register
def _(box: Fence) -> str:
    grow = ("\\left", "\\right") if tall(box.inside) else ("", "")
    left, right = grow[0] + _end(box.left, "<"), grow[1] + _end(box.right, ">")
    return "".join(_joined((left, tex(box.inside), right)))


@tex.register
def _(box: Table) -> str:
    apart = r" \\[5pt] " if tall(Row(tuple(cell for line in box.cells for cell in line))) else r" \\ "
    lines = apart.join(" & ".join(map(tex, line)) for line in box.cells)
    return rf"\begin{{matrix}} {lines} \end{{matrix}}"


@tex.register
def _(box: Display) -> str:
    lines = " \\\\\n".join(f"{tex(left)} &{tex(right)}" for left, right in rows(box))
    return f"\\begin{{aligned}}\n{lines}\n\\end{{aligned}}"


def _end(delimiter: str, side: str) -> str:
    return _ENDS.get(delimiter + side) or _ENDS.get(delimiter, delimiter)


def _joined(pieces: Iterable[str]) -> Iterator[str]:
    """Pieces with a blank where a command would swallow the letter after it."""
    before = ""
    for piece in pieces:
        yield f" {piece}" if re.search(r"\\[A-Za-z]+$", before) and piece[:1].isalpha() else piece
        before = piece
