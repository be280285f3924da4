"""A number of conservation laws, and what is known of it: how it was found, where it holds, which laws are known.

The bound comes from the closure of control fields under brackets, or from numerical controls; explicit laws come from
affine symmetries. Where both numbers agree, the list is complete.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property

from sympy import Add, Expr, Mul, Symbol, exp

from symlag.calculus.jets import t
from symlag.citations import CONTROLLABILITY, GRADIENT_FLOWS, MOMENTUM_FLOWS, TRANSFORMERS, Cited, Work
from symlag.display import Displayable
from symlag.symmetry.counting.explicit_laws import AffineLaws


@dataclass(frozen=True)
class LawCount(Displayable, Cited):
    """How many independent functions training conserves, whatever the loss and the data are, around a generic point.

    `count_laws` returns one of its two kinds: `ExactCount` for polynomials, `ModelCount` for a model of torch.

    Attributes
    ----------
    subject : str
        The network or the model.
    flow : {"gradient", "momentum"}
        Gradient flow, or gradient flow with momentum.
    parameters : int
        The number D of parameters.
    bound : int
        The greatest number of independent laws there can be.
    setting : str
        For which losses and data, and in which region of parameters, the count holds.
    evidence : str
        Where the bound comes from.

    Examples
    --------
    >>> from symlag.symmetry.counting.number_of_laws import count_laws
    >>> from symlag.symmetry.counting.factorizations import relu
    >>> count = count_laws(relu(2, 3, 2))
    >>> count
    ExactCount(relu(2, 3, 2), gradient flow: 3 laws)
    >>> count.bound, count.explicit, count.complete, count.verdict
    (3, 3, True, 'Affine symmetries give all of them.')
    """

    subject: str
    flow: str
    parameters: int
    bound: int
    setting: str
    evidence: str

    @property
    def works(self) -> tuple[Work, ...]:
        """The laws of flows without and with momentum, and those of attention."""
        return GRADIENT_FLOWS, MOMENTUM_FLOWS, TRANSFORMERS

    @property
    @abstractmethod
    def explicit(self) -> int:
        """How many independent laws affine symmetries give."""

    @property
    @abstractmethod
    def exact(self) -> bool:
        """Whether the bound is known to be attained, by explicit laws or by Frobenius' theorem."""

    @property
    def nonlinear(self) -> int:
        """How many more laws there may be, beside those of affine symmetries."""
        return self.bound - self.explicit

    @property
    def complete(self) -> bool:
        """Whether the laws of affine symmetries are all there are."""
        return self.nonlinear == 0

    @property
    def verdict(self) -> str:
        """Whether the laws of affine symmetries are all there are, in one sentence."""
        explicit = str(self.explicit or "none")
        if self.bound == 0:
            return "Nothing is conserved."
        if self.complete:
            return "Affine symmetries give all of them."
        if self.exact:
            verb = "is" if self.nonlinear == 1 else "are"
            return f"Affine symmetries give {explicit}; {self.nonlinear} {verb} rational or otherwise nonlinear."
        return (
            f"Affine symmetries found give {explicit}; up to {self.nonlinear} more would be nonlinear, "
            "or mix the tensors about a scalar bottleneck."
        )

    @property
    def number(self) -> str:
        """How many laws there are, or from how many to how many."""
        number = str(self.bound) if self.exact else f"{self.explicit} to {self.bound}"
        return f"{number} law" if number == "1" else f"{number} laws"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.subject}, {self.flow} flow: {self.number})"

    def __str__(self) -> str:
        return (
            f"{self.subject}, {self.parameters} parameters, {self.flow} flow: {self.number}, {self.setting}. "
            f"{self.verdict} ({self.evidence})"
        )


@dataclass(frozen=True, repr=False)
class ExactCount(LawCount):
    """The number of laws of polynomials φ: by Frobenius' theorem the codimension of the closure under brackets.

    Attributes
    ----------
    symbols : tuple of Symbol
        The parameters.
    affine_laws : AffineLaws
        The laws of affine symmetries, as polynomials in numbered variables; `laws` has them as expressions.

    Examples
    --------
    >>> from sympy.abc import x, y
    >>> from symlag.symmetry.counting.number_of_laws import count_laws
    >>> count = count_laws(x * y)
    >>> count.bound, count.laws, count.complete
    (1, (x**2 - y**2,), True)
    """

    symbols: tuple[Symbol, ...]
    affine_laws: AffineLaws

    @property
    def works(self) -> tuple[Work, ...]:
        """The works of any count, and with momentum that on controllability from rest."""
        return (*super().works, CONTROLLABILITY) if self.flow == "momentum" else super().works

    @property
    def exact(self) -> bool:
        """Always true: a closed distribution of constant rank has as many first integrals as its codimension."""
        return True

    @property
    def explicit(self) -> int:
        """How many independent laws affine symmetries give."""
        return self.affine_laws.rank

    @cached_property
    def laws(self) -> tuple[Expr, ...]:
        """What affine symmetries conserve, of the parameters, their velocities (θ_dot) and, in units of friction, t."""
        variables = [*self.symbols, *(Symbol(f"{s.name}_dot") for s in self.symbols)]
        expressions: list[Expr] = []
        for law in self.affine_laws.laws:
            Q = Add(*(Mul(c, *(variables[v] for v in monomial)) for monomial, c in law.Q.items()))
            expressions.append(exp(law.growth * t) * Q)
        return tuple(expressions)
