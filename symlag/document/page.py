"""Steps as text: a fragment of TeX or a whole file of it, a page of HTML, Markdown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from html import escape

from symlag.document.chapters.prose import Prose, Step
from symlag.document.mathml import formula
from symlag.document.stylesheet import STYLE
from symlag.document.tex import symbol, tex

_SPECIAL = {character: f"\\{character}" for character in "&%$#_{}"}
_SPECIAL |= {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_SPECIAL |= {"–": "--", "—": "---", "‘": "`", "’": "'", "“": "``", "”": "''", "…": r"\dots{}"}


def fragment(title: str, steps: Iterable[Step]) -> str:
    r"""TeX to be read into another document by \input."""
    body = "\n\n".join(
        f"\\subsection*{{{in_tex(step.title)}}}\n{_prose_in_tex(step.reason)}\n\\[\n{tex(step.formula)}\n\\]"
        for step in steps
    )
    return f"\\section*{{{in_tex(title)}}}\n\n{body}\n"


def tex_file(title: str, steps: Iterable[Step]) -> str:
    """A TeX file that compiles alone, with amsmath only."""
    return _TEX.replace("BODY", fragment(title, steps))


def markdown(title: str, steps: Iterable[Step]) -> str:
    """Markdown with the formulas between dollars."""
    body = "\n".join(
        f"## {in_markdown(step.title)}\n\n{_prose_in_markdown(step.reason)}\n\n$$\n{tex(step.formula)}\n$$\n"
        for step in steps
    )
    return f"# {in_markdown(title)}\n\n{body}"


def html(title: str, steps: Iterable[Step], pictures: Iterable[str] = ()) -> str:
    """One page that needs nothing but itself: MathML, SVG, and its own style."""
    drawn = "\n".join(f"<figure>{bare(picture)}</figure>" for picture in pictures)
    return framed(title, f"{sections(steps)}\n{drawn}")


def sections(steps: Iterable[Step]) -> str:
    """Steps as HTML."""
    return "\n".join(
        f"<section>\n<h2>{escape(step.title)}</h2>\n<p>{_prose_in_html(step.reason)}</p>\n"
        f'<div class="formula">{formula(step.formula)}</div>\n</section>'
        for step in steps
    )


def framed(title: str, body: str, style: str = "") -> str:
    """The page around a body of HTML, with further rules of style."""
    return _HTML.format(title=escape(title), style=STYLE + style, body=body)


def bare(picture: str) -> str:
    """A picture without the declarations before its svg element."""
    return picture[picture.find("<svg") :]


def in_tex(text: str) -> str:
    """Plain text as TeX sets it; what TeX has no letter for is spelt by its nearest letters."""
    return "".join(map(_letter_in_tex, text))


def in_markdown(text: str) -> str:
    """Plain text with nothing in it that Markdown or HTML would read as markup."""
    return re.sub(r"([\\`*_{}\[\]()#+!|$~-])", r"\\\1", escape(text, quote=False))


def _letter_in_tex(letter: str) -> str:
    if letter in _SPECIAL:
        return _SPECIAL[letter]
    if letter.isascii() or (letter.isalpha() and "À" <= letter <= "ÿ"):
        return letter if letter.isprintable() else " "
    if (known := symbol(letter)) is not None:
        return f"${known}$"
    raised = unicodedata.decomposition(letter).startswith("<super>")
    nearest = unicodedata.normalize("NFKD", letter)
    plain = "".join(map(_letter_in_tex, nearest)) if nearest != letter else "?"
    return rf"\textsuperscript{{{plain}}}" if raised else plain


def _prose_in_tex(prose: Prose) -> str:
    return "".join(in_tex(part) if isinstance(part, str) else f"${tex(part)}$" for part in prose)


def _prose_in_markdown(prose: Prose) -> str:
    return "".join(in_markdown(part) if isinstance(part, str) else f"${tex(part)}$" for part in prose)


def _prose_in_html(prose: Prose) -> str:
    return "".join(escape(part) if isinstance(part, str) else formula(part) for part in prose)


_TEX = r"""\documentclass[11pt,a4paper]{article}
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

_HTML = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""
