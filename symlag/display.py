"""What a notebook shows of a result: the mixin of everything that has a formula or a sentence.

Jupyter asks an object for texts by MIME type, and shows the richest that it can. How a formula is written is known by
`symlag.document`, a room that stands above all others that have results; so it is asked only when something is shown.
"""

from __future__ import annotations

from typing import Any


class Displayable:
    """A result that shows itself in a notebook as text, Markdown, HTML with MathML, and TeX."""

    def _repr_mimebundle_(self, **_choice: Any) -> dict[str, str]:
        """The texts by MIME type; Jupyter chooses among them."""
        from symlag.document.notebook import bundle

        return bundle(self)

    def _repr_latex_(self) -> str | None:
        return self._repr_mimebundle_().get("text/latex")
