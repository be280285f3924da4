r"""Formulas and documents as TeX that needs amsmath alone.

`tex` writes a box, `latex` an expression, `law_latex` a law for a notebook, `fragment` and `tex_file` a whole
derivation. Names reach TeX only through the whitelist of `symlag.names`, and plain text only through `escape_tex`, so
that nothing a user writes can act in TeX.

>>> from sympy import Symbol
>>> latex(Symbol("theta_1") ** 2)
'\\theta_{1}^{2}'
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import singledispatch
from typing import Any

from sympy import Basic

from symlag.calculus.sympy_notation import Notation
from symlag.document.boxes.box import (
    OTHERWISE,
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
from symlag.document.boxes.expressions import typeset
from symlag.document.boxes.names import GREEK
from symlag.document.boxes.roles import CALLIGRAPHIC
from symlag.document.boxes.width import broken_lines
from symlag.document.chapters.balance import balance_law
from symlag.document.chapters.prose import Prose, Section
from symlag.errors import SymlagError, shown
from symlag.variational.noether import Law

_ESCAPES = {character: f"\\{character}" for character in "&%$#_{}"}
_ESCAPES |= {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_ESCAPES |= {"–": "--", "—": "---", "‘": "`", "’": "'", "“": "``", "”": "''", "…": r"\dots{}"}
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
_DELIMITERS = {
    "⟨": r"\langle", "⟩": r"\rangle", "‖<": r"\lVert", "‖>": r"\rVert", "|<": r"\lvert", "|>": r"\rvert",
    "{": r"\{", "}": r"\}", "": ".",
}  # fmt: skip
# Functions for which TeX has a command of their name.
_COMMANDS = {
    "sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "coth", "log", "exp", "arcsin", "arccos",
    "arctan", "max", "min", "det",
}  # fmt: skip


def latex(expression: Any) -> str:
    r"""The TeX of an expression, for math mode.

    Parameters
    ----------
    expression : SymPy expression, or law, modified equation, … of symlag
        Whatever has a formula. Functions of time that are coordinates are written as coordinates are, x and ẋ.

    Returns
    -------
    str
        TeX without dollars, for which amsmath suffices.

    Raises
    ------
    NameRefusedError
        If a name in the expression could act in TeX.
    SymlagError
        If what is given has no formula.

    Examples
    --------
    >>> from sympy import Symbol
    >>> print(latex(Symbol("theta_1") ** 2))
    \theta_{1}^{2}
    """
    if isinstance(expression, Law):
        return tex(balance_law(expression))
    if not isinstance(expression, Basic) and typeset.dispatch(type(expression)) is typeset.dispatch(object):
        raise SymlagError(f"latex({shown(expression)})", "it has no formula", "latex(x**2), or latex(law)")
    notation = Notation.reading(expression)
    return tex(typeset(notation.to_jets(expression) if notation.functions else expression))


def law_latex(law: Law) -> str:
    r"""A balance law as a displayed formula of TeX, for a notebook.

    Parameters
    ----------
    law : Law
        The law.

    Returns
    -------
    str
        TeX between dollars.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> from symlag.variational.families import translation
    >>> from symlag.variational.lagrangian import Lagrangian
    >>> from symlag.variational.noether import noether
    >>> x = coordinates("x")
    >>> print(law_latex(noether(Lagrangian(x.dot**2 / 2), translation(x))))
    $\displaystyle \frac{d}{dt}\dot{x}=0$
    """
    return f"$\\displaystyle {tex(balance_law(law))}$"


def symbol(letter: str) -> str | None:
    """The TeX of a single letter or sign in math mode, where there is one."""
    return _LETTERS.get(letter) or _SIGNS.get(letter)


@singledispatch
def tex(box: Box) -> str:
    """The TeX of a box, for math mode."""
    raise TypeError(type(box))


@tex.register
def tex_of_name(box: Name) -> str:
    """A letter, or a word in upright type."""
    text = _LETTERS.get(box.text, box.text)
    return text if len(box.text) == 1 else rf"\mathrm{{{text}}}"


@tex.register
def tex_of_number(box: Number) -> str:
    """Digits."""
    return box.text


@tex.register
def tex_of_sign(box: Sign) -> str:
    """An operator, a relation or a symbol."""
    return _SIGNS.get(box.text, box.text)


@tex.register
def tex_of_operator_name(box: OperatorName) -> str:
    """The upright name of a function."""
    if box.text in _COMMANDS:
        return rf"\{box.text}"
    return r"\text{otherwise}" if box == OTHERWISE else rf"\operatorname{{{box.text}}}"


@tex.register
def tex_of_row(box: Row) -> str:
    """Boxes side by side."""
    return "".join(_with_blanks(map(tex, box.parts)))


@tex.register
def tex_of_script(box: Script) -> str:
    """A box with something below or above it."""
    below = f"_{{{tex(box.below)}}}" if box.below else ""
    above = f"^{{{tex(box.above)}}}" if box.above else ""
    return tex(box.base) + below + above


@tex.register
def tex_of_dotted(box: Dotted) -> str:
    """A letter under dots."""
    return rf"\{'d' * box.dots}ot{{{tex(box.base)}}}"


@tex.register
def tex_of_fraction(box: Fraction) -> str:
    """A fraction."""
    return rf"\frac{{{tex(box.above)}}}{{{tex(box.below)}}}"


@tex.register
def tex_of_root(box: Root) -> str:
    """A root."""
    degree = f"[{tex(box.degree)}]" if box.degree else ""
    return rf"\sqrt{degree}{{{tex(box.inside)}}}"


@tex.register
def tex_of_fence(box: Fence) -> str:
    """A box between delimiters, which grow where it is tall."""
    grow = ("\\left", "\\right") if is_tall(box.inside) else ("", "")
    left, right = grow[0] + _delimiter(box.left, "<"), grow[1] + _delimiter(box.right, ">")
    return "".join(_with_blanks((left, tex(box.inside), right)))


@tex.register
def tex_of_table(box: Table) -> str:
    """Rows of cells."""
    apart = r" \\[5pt] " if is_tall(Row(tuple(cell for line in box.cells for cell in line))) else r" \\ "
    lines = apart.join(" & ".join(map(tex, line)) for line in box.cells)
    return rf"\begin{{matrix}} {lines} \end{{matrix}}"


@tex.register
def tex_of_display(box: Display) -> str:
    """Lines that are aligned at their relations."""
    lines = " \\\\\n".join(f"{tex(left)} &{tex(right)}" for left, right in broken_lines(box))
    return f"\\begin{{aligned}}\n{lines}\n\\end{{aligned}}"


def _delimiter(delimiter: str, side: str) -> str:
    return _DELIMITERS.get(delimiter + side) or _DELIMITERS.get(delimiter, delimiter)


def _with_blanks(pieces: Iterable[str]) -> Iterator[str]:
    """Pieces with a blank where a command would swallow the letter after it."""
    before = ""
    for piece in pieces:
        yield f" {piece}" if re.search(r"\\[A-Za-z]+$", before) and piece[:1].isalpha() else piece
        before = piece


def tex_file(title: str, sections: Iterable[Section]) -> str:
    """A TeX file that compiles alone, with amsmath only."""
    return _FILE.replace("BODY", fragment(title, sections))


def fragment(title: str, sections: Iterable[Section]) -> str:
    r"""TeX to be read into another document by \input."""
    body = "\n\n".join(
        f"\\subsection*{{{escape_tex(section.title)}}}\n{_prose(section.reason)}\n\\[\n{tex(section.formula)}\n\\]"
        for section in sections
    )
    return f"\\section*{{{escape_tex(title)}}}\n\n{body}\n"


def escape_tex(text: str) -> str:
    """Plain text as TeX sets it; what TeX has no letter for is spelt by its nearest letters."""
    return "".join(map(_escape_letter, text))


def _escape_letter(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if letter.isascii() or (letter.isalpha() and "À" <= letter <= "ÿ"):
        return letter if letter.isprintable() else " "
    if (known := symbol(letter)) is not None:
        return f"${known}$"
    raised = unicodedata.decomposition(letter).startswith("<super>")
    nearest = unicodedata.normalize("NFKD", letter)
    plain = "".join(map(_escape_letter, nearest)) if nearest != letter else "?"
    return rf"\textsuperscript{{{plain}}}" if raised else plain


def _prose(prose: Prose) -> str:
    """A sentence as TeX, formulas between dollars."""
    return "".join(escape_tex(part) if isinstance(part, str) else f"${tex(part)}$" for part in prose)


_FILE = r"""\documentclass[11pt,a4paper]{article}
\usepackage{amsmath}
\setlength{\textwidth}{160mm}
\setlength{\oddsidemargin}{-0.5mm}
\setlength{\textheight}{235mm}
\setlength{\topmargin}{-12mm}
\setlength{\parindent}{0pt}
\setlength{\jot}{5pt}
\allowdisplaybreaks
\begin{document}
BODY\end{document}
"""
