"""What can be asked of a law: each question is answered on a floor above it.

A law knows nothing of arrays, documents or closed forms; it knows whom to ask. This module is the one place from
which a lower floor reaches up, and only when asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from symlag.backends import Kernel
    from symlag.noether import Law


class Verbs:
    """The questions, mixed into `Law`."""

    def kernel(self, backend: str = "numpy") -> Kernel:
        """The charge, the rate and every source as one function of arrays: "numpy", "numba" or "torch"."""
        from symlag.backends import kernel

        return kernel(cast("Law", self), backend)

    def _repr_latex_(self) -> str:
        from symlag.document import law_latex

        return law_latex(cast("Any", self))
