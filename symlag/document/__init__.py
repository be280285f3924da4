"""Documents: a derivation section by section, as TeX, HTML, Markdown and in notebooks.

All of it is loaded with this room, for `boxes` and `chapters` say of each kind of result what its formula looks like:
so that this does not depend on what else was imported.
"""

from symlag.document.document import Document
from symlag.document.tex import latex, law_latex

__all__ = [
    "Document",
    "latex",
    "law_latex",
]
