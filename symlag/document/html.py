r"""Derivations as HTML: pages that need nothing but themselves, with MathML, SVG and a style of their own.

>>> from symlag.document.boxes.box import Name, display
>>> from symlag.document.chapters.prose import Section
>>> section = Section("A & B", ("as is known",), display((Name("x"), Name("y"))))
>>> print(section_elements([section]).partition("\n<div")[0])
<section>
<h2>A &amp; B</h2>
<p>as is known</p>
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from symlag.document.chapters.prose import Prose, Section
from symlag.document.mathml import formula
from symlag.document.stylesheet import STYLE


def html(title: str, sections: Iterable[Section], pictures: Iterable[str] = ()) -> str:
    """The page of a derivation, with pictures given as the texts of SVG files."""
    figures = "\n".join(f"<figure>{svg_element(picture)}</figure>" for picture in pictures)
    return html_page(title, f"{section_elements(sections)}\n{figures}")


def section_elements(sections: Iterable[Section]) -> str:
    """The sections of a derivation as HTML elements, to be put into a page or a notebook."""
    return "\n".join(
        f"<section>\n<h2>{escape(section.title)}</h2>\n<p>{_prose(section.reason)}</p>\n"
        f'<div class="formula">{formula(section.formula)}</div>\n</section>'
        for section in sections
    )


def html_page(title: str, body: str, style: str = "") -> str:
    """The page around a body of HTML, with further rules of style."""
    return _PAGE.format(title=escape(title), style=STYLE + style, body=body)


def svg_element(picture: str) -> str:
    """The svg element of an SVG file, without the declarations before it."""
    return picture[picture.find("<svg") :]


def _prose(prose: Prose) -> str:
    """A sentence as HTML, formulas as MathML in the line."""
    return "".join(escape(part) if isinstance(part, str) else formula(part) for part in prose)


_PAGE = """<!DOCTYPE html>
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
