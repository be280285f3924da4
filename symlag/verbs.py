"""What can be asked of a law: each question is answered on a floor above it.

A law knows nothing of arrays, documents or closed forms; it knows whom to ask. This module is the one place from
which a lower floor reaches up, and only when asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sympy import Eq, Expr

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symlag.backends import Kernel
    from symlag.discrete import DiscreteLaw
    from symlag.expansion import ModifiedEquation
    from symlag.generator import Generator
    from symlag.lagrangian import Lagrangian
    from symlag.noether import Law
    from symlag.polar import Adaptive
    from symlag.rules import Rule
    from symlag.solution import Oscillation, Relaxation


class Shown:
    """What a notebook can show, mixed into all that has a formula or a sentence."""

    def _repr_mimebundle_(self, **_asked: Any) -> dict[str, str]:
        from symlag.document.notebook import bundle

        return bundle(self)


class Verbs(Shown):
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


class DiscreteVerbs(Shown):
    """The questions to a discrete law, mixed into `DiscreteLaw`."""

    def kernel(self, backend: str = "numpy") -> Kernel:
        """The ledger of the charges as one function of arrays: "numpy", "numba" or "torch"."""
        from symlag.backends import kernel

        return kernel(cast("DiscreteLaw", self).ledger, backend)

    def _repr_latex_(self) -> str:
        from symlag.document import latex

        return f"$\\displaystyle {latex(self)}$"


class ModifiedVerbs(Shown):
    """The question to a modified equation: how it reads."""

    def _repr_latex_(self) -> str:
        from symlag.document import latex

        return f"$\\displaystyle {latex(self)}$"


class RuleVerbs:
    """The questions to an update rule, mixed into `UpdateRule`: what it is as mechanics, and its laws."""

    @property
    def mechanics(self) -> Rule:
        """The mass, friction and decay that the rule has in the continuous limit; an error where it is not linear."""
        from symlag.discrete.transfer import limit

        return limit(cast("Any", self)).mechanics

    def lagrangian(self, loss: Any, coordinates: Iterable[Any]) -> Lagrangian:
        """The mechanics of training these coordinates on a loss."""
        return self.mechanics.lagrangian(loss, coordinates)

    def exact(self, X: Generator | Law) -> DiscreteLaw:
        """The exact discrete law of a generator, or of the generator of a continuous law."""
        from symlag.discrete import exact

        return exact(cast("Any", self), cast("Any", X).generator if hasattr(X, "generator") else cast("Any", X))

    def modified_equation(self, order: int) -> ModifiedEquation:
        """The differential equation that the rule follows, with that many corrections."""
        from symlag.expansion import modified_equation

        return modified_equation(cast("Any", self), order)
