r"""Derivations as Markdown, with formulas as TeX between dollars.

>>> escape_markdown("2 * 3 < 7")
'2 \\* 3 &lt; 7'
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from symlag.document.chapters.prose import Prose, Section
from symlag.document.tex import tex


def markdown(title: str, sections: Iterable[Section]) -> str:
    """A derivation as Markdown."""
    body = "\n".join(
        f"## {escape_markdown(section.title)}\n\n{_prose(section.reason)}\n\n$$\n{tex(section.formula)}\n$$\n"
        for section in sections
    )
    return f"# {escape_markdown(title)}\n\n{body}"


def escape_markdown(text: str) -> str:
    """Plain text with nothing in it that Markdown or HTML would read as markup."""
    return re.sub(r"([\\`*_{}\[\]()#+!|$~-])", r"\\\1", escape(text, quote=False))


def _prose(prose: Prose) -> str:
    """A sentence as Markdown, formulas between dollars."""
    return "".join(escape_markdown(part) if isinstance(part, str) else f"${tex(part)}$" for part in prose)
