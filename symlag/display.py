"""What a notebook shows of a result: the mixin of everything that has a formula or a sentence.

How a formula is written is the business of `symlag.document`, a room that knows all others; so it is asked for only
when something is shown.
"""

from __future__ import annotations

from typing import Any


class Shown:
    """A result that shows itself in a notebook as text, Markdown, HTML with MathML, and TeX."""

    def _repr_mimebundle_(self, **_asked: Any) -> dict[str, str]:
        from symlag.document.notebook import bundle

        return bundle(self)

    def _repr_latex_(self) -> str | None:
        return self._repr_mimebundle_().get("text/latex")
