"""Documents: a derivation step by step, as TeX, HTML, Markdown and in notebooks."""

from symlag.document.document import Document, latex

__all__ = [
    "Document",
    "latex",
]
