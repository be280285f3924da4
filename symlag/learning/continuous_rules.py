"""Learning rules as mechanics: the mass, the friction and the weight decay behind an optimizer.

>>> from symlag.calculus.jets import block
>>> w = block("w")
>>> rule = heavy_ball()
>>> rule.lagrangian(0, [w]).kinetic
eta*(beta + 1)*Trace(w.dot.T*w.dot)/4
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sympy import Add, Expr, Symbol

from symlag.calculus.matrices import inner
from symlag.calculus.sympy_notation import number
from symlag.errors import SymlagError
from symlag.variational.lagrangian import Lagrangian, coordinate, listed


@dataclass(frozen=True)
class Rule:
    """A learning rule m q̈ + μ q̇ + λq + ∇f = 0 in the time t = ηk of k steps.

    `mass` m, `friction` μ, `decay` λ, and `step` η, the time that one update takes. Raises `SymlagError` where the mass
    is known not to be positive.
    """

    name: str
    step: Expr
    mass: Expr
    friction: Expr
    decay: Expr

    def __post_init__(self) -> None:
        if self.mass.is_positive is False:
            wrong, write = f"its mass {self.mass} is not positive", "a positive learning rate, a momentum from 0 to 1"
            raise SymlagError(self.name, wrong, write)

    @property
    def damping(self) -> Expr:
        """γ = μ/m."""
        return self.friction / self.mass

    def kinetic(self, coordinates: Iterable[Any]) -> Expr:
        """T = (m/2)|q̇|²."""
        return Add(*(self.mass * inner(q.dot, q.dot) / 2 for q in coordinates))

    def lagrangian(self, loss: Any, coordinates: Iterable[Any]) -> Lagrangian:
        """The mechanics of training these coordinates on a loss: weight decay joins the potential."""
        moving = tuple(map(coordinate, listed(coordinates)))
        decay = Add(*(self.decay * inner(q, q) / 2 for q in moving))
        return Lagrangian(self.kinetic(moving), number("the loss", loss) + decay, moving, self.damping)


def heavy_ball(learning_rate: Any = None, momentum: Any = None, weight_decay: Any = None) -> Rule:
    """SGD with momentum, v ← βv + g + λq, q ← q − ηv: m = η(1+β)/2, μ = 1−β (NLD Table 1 and Eq. 5).

    Without arguments η, β and λ are positive symbols; zero is gradient descent where β = 0.
    """
    eta, beta, decay = (
        Symbol(name, positive=True) if given is None else number(f"{name} =", given)
        for name, given in (("eta", learning_rate), ("beta", momentum), ("lambda", weight_decay))
    )
    return Rule("SGD with momentum", eta, eta * (1 + beta) / 2, 1 - beta, decay)
