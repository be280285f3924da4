"""Documents: a derivation section by section, as TeX, HTML, Markdown and in notebooks."""

from symlag.document.document import Document, law_latex
from symlag.document.tex import latex

__all__ = [
    "Document",
    "latex",
    "law_latex",
]
