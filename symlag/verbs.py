"""What can be asked of a law: each question is answered on a floor above it.

A law knows nothing of arrays, documents or closed forms; it knows whom to ask. This module is the one place from
which a lower floor reaches up, and only when asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sympy import Eq, Expr

if TYPE_CHECKING:
    from symlag.backends import Kernel
    from symlag.noether import Law
    from symlag.polar import Adaptive
    from symlag.solution import Oscillation, Relaxation


class Verbs:
    """The questions, mixed into `Law`."""

    def kernel(self, backend: str = "numpy") -> Kernel:
        """The charge, the rate and every source as one function of arrays: "numpy", "numba" or "torch"."""
        from symlag.backends import kernel

        return kernel(cast("Law", self), backend)

    def solve(self) -> Oscillation | Relaxation:
        """The closed form: of Q where charge = m dQ/dt and the coefficients are constant, of the charge otherwise."""
        from symlag.solution import solve

        return solve(cast("Law", self))

    @property
    def potential(self) -> Expr:
        """The function Q of position with charge = m dQ/dt; an error, "not integrable", for rotations."""
        from symlag.solution import potential

        return potential(cast("Law", self))

    def steady_state(self) -> Eq:
        """What the law says of averages once nothing changes any more."""
        from symlag.solution import steady_state

        return steady_state(cast("Law", self))

    def adaptive(self, step: Expr) -> Adaptive:
        """The RMSProp on the sphere that a scale law amounts to, one step taking the time η."""
        from symlag.polar import adaptive

        return adaptive(cast("Law", self), step)

    def _repr_latex_(self) -> str:
        from symlag.document import law_latex

        return law_latex(cast("Any", self))
