"""Learning rules in continuous time: the mass, the friction and the weight decay behind an optimizer.

**Definition.** A learning rule moves parameters q on a loss f by m q̈ + μ q̇ + λq + ∇f = 0, in the time t = ηk of k steps
of the learning rate η. It is the motion of the Lagrangian e^{μt/m}((m/2)|q̇|² − f − (λ/2)|q|²).

For gradient descent with momentum, v ← βv + g + λq, q ← q − ηv, the mass is m = η(1+β)/2 and the friction μ = 1 − β.
Source: Tanaka and Kunin, *Noether's Learning Dynamics*, Table 1 and Eq. 5.

>>> from symlag.calculus.jets import block
>>> w = block("w")
>>> heavy_ball().lagrangian(0, [w]).kinetic
eta*(beta + 1)*Trace(w.dot.T*w.dot)/4
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sympy import Add, Expr, Symbol

from symlag.calculus.arguments import require_number
from symlag.calculus.jets import Prolonged
from symlag.calculus.matrices import inner
from symlag.calculus.sympy_notation import Notation, is_coordinate_function
from symlag.errors import SymlagError
from symlag.variational.lagrangian import Lagrangian, as_tuple, require_jet


@dataclass(frozen=True)
class Rule:
    """A learning rule m q̈ + μ q̇ + λq + ∇f = 0 in the time t = ηk of k steps.

    Parameters
    ----------
    name : str
        What it is called.
    step : Expr
        η, the time that one update takes.
    mass, friction, decay : Expr
        m, μ and λ.

    Raises
    ------
    SymlagError
        Where the mass is known not to be positive.

    Examples
    --------
    >>> from sympy import symbols
    >>> eta, m = symbols("eta m", positive=True)
    >>> Rule("with friction 1", eta, m, 1, 0).damping
    1/m
    """

    name: str
    step: Expr
    mass: Expr
    friction: Expr
    decay: Expr

    def __post_init__(self) -> None:
        if self.mass.is_positive is False:
            raise SymlagError(
                self.name,
                f"its mass {self.mass} is not positive",
                "Take a positive learning rate, and a momentum from 0 up to 1.",
            )

    @property
    def damping(self) -> Expr:
        """The damping γ = μ/m."""
        return self.friction / self.mass

    def kinetic(self, coordinates: Iterable[Prolonged]) -> Expr:
        """The kinetic energy T = (m/2)|q̇|².

        Parameters
        ----------
        coordinates : iterable of jets and blocks
            The parameters q.

        Returns
        -------
        Expr
            T, summed over the coordinates.
        """
        return Add(*(self.mass * inner(q.dot, q.dot) / 2 for q in coordinates))

    def lagrangian(self, loss: Expr | float, coordinates: Prolonged | Iterable[Prolonged]) -> Lagrangian:
        """The mechanics of training parameters on a loss.

        Parameters
        ----------
        loss : Expr or number
            f, a scalar in the parameters.
        coordinates : jet, block or iterable of these
            The parameters q.

        Returns
        -------
        Lagrangian
            T = (m/2)|q̇|², V = f + (λ/2)|q|², damped by γ = μ/m.
        """
        listed = as_tuple(coordinates)
        notation = Notation.reading(listed=filter(is_coordinate_function, listed))
        moving = tuple(require_jet(notation.to_jets(q)) for q in listed)
        decay = Add(*(self.decay * inner(q, q) / 2 for q in moving))
        kinetic, decay = map(notation.to_functions, (self.kinetic(moving), decay))
        return Lagrangian(kinetic, require_number("the loss", loss) + decay, listed, self.damping)


def heavy_ball(learning_rate: Any = None, momentum: Any = None, weight_decay: Any = None) -> Rule:
    """Gradient descent with momentum in continuous time.

    Parameters
    ----------
    learning_rate, momentum, weight_decay : Expr or number, optional
        η, β and λ; positive symbols where they are not given. Plain gradient descent has momentum 0.

    Returns
    -------
    Rule
        With mass η(1+β)/2, friction 1 − β and decay λ.

    Raises
    ------
    SymlagError
        Where the mass is not positive, or an argument is no number.

    References
    ----------
    Tanaka and Kunin, Noether's Learning Dynamics (2021), Table 1 and Eq. 5.

    Examples
    --------
    >>> rule = heavy_ball(weight_decay=0)
    >>> rule.mass, rule.friction, rule.decay
    (eta*(beta + 1)/2, 1 - beta, 0)
    """
    eta, beta, decay = (
        Symbol(name, positive=True) if given is None else require_number(f"{name} =", given)
        for name, given in (("eta", learning_rate), ("beta", momentum), ("lambda", weight_decay))
    )
    return Rule("SGD with momentum", eta, eta * (1 + beta) / 2, 1 - beta, decay)
