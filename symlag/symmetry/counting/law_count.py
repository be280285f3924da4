"""A number of laws, with what is known of it: how it was found, where it holds, and which laws are in hand."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property

from sympy import Expr, Mul, Rational, Symbol, exp

from symlag.calculus.jets import t
from symlag.citations import CONTROLLABILITY, GRADIENT_FLOWS, MOMENTUM_FLOWS, TRANSFORMERS, Cited, Work
from symlag.display import Shown
from symlag.symmetry.counting.explicit_laws import Laws
from symlag.symmetry.counting.polynomials import Polynomial


@dataclass(frozen=True)
class LawCount(Shown, Cited):
    """How many independent functions training conserves, whatever the loss and the data are, around a generic point.

    `parameters` is D, `bound` the most laws there can be, `setting` tells of loss, data and region, `evidence` where
    the bound comes from; `explicit` is the rank of the laws that affine symmetries give.
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
        """How many independent laws are in hand: those of affine symmetries."""

    @property
    @abstractmethod
    def exact(self) -> bool:
        """Whether the bound is known to be attained, by laws in hand or by Frobenius' theorem."""

    @property
    def nonlinear(self) -> int:
        """How many more laws there may be, which no affine symmetry gives."""
        return self.bound - self.explicit

    @property
    def complete(self) -> bool:
        """Whether the laws in hand are all there are."""
        return self.nonlinear == 0

    @property
    def verdict(self) -> str:
        """Whether the laws in hand are all there are, in one sentence."""
        given = str(self.explicit or "none")
        if self.bound == 0:
            return "Nothing is conserved."
        if self.complete:
            return "Affine symmetries give all of them."
        if self.exact:
            rest = f"{self.nonlinear} {'is' if self.nonlinear == 1 else 'are'}"
            return f"Affine symmetries give {given}; {rest} rational or otherwise nonlinear."
        return (
            f"Affine symmetries found give {given}; up to {self.nonlinear} more would be nonlinear, "
            "or mix the tensors about a scalar bottleneck."
        )

    @property
    def number(self) -> str:
        """How many laws there are, or from how many to how many."""
        number = str(self.bound) if self.exact else f"{self.explicit} to {self.bound}"
        return f"{number} law{'s' * (number != '1')}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.subject}, {self.flow} flow: {self.number})"

    def __str__(self) -> str:
        return (
            f"{self.subject}, {self.parameters} parameters, {self.flow} flow: {self.number}, {self.setting}. "
            f"{self.verdict} ({self.evidence})"
        )


@dataclass(frozen=True, repr=False)
class ExactCount(LawCount):
    """The number of laws of a polynomial φ: by Frobenius' theorem as many as the closure leaves directions.

    `in_hand` are the laws of affine symmetries.
    """

    symbols: tuple[Symbol, ...]
    in_hand: Laws

    @property
    def works(self) -> tuple[Work, ...]:
        """Those of any count; with momentum, how far one comes from rest, too."""
        return (*super().works, *[CONTROLLABILITY] * (self.flow == "momentum"))

    @property
    def exact(self) -> bool:
        """Always: a closed distribution of constant rank has as many first integrals as its rank lacks."""
        return True

    @property
    def explicit(self) -> int:
        """How many independent laws affine symmetries give."""
        return self.in_hand.rank

    @cached_property
    def laws(self) -> tuple[Expr, ...]:
        """What affine symmetries conserve, of the parameters, their velocities (θ_dot) and, in units of friction, t."""
        names = [*self.symbols, *(Symbol(f"{s.name}_dot") for s in self.symbols)]
        return tuple(exp(law.growth * t) * _written(law.Q, names) for law in self.in_hand.known)


def _written(Q: Polynomial, names: list[Symbol]) -> Expr:
    return sum((Mul(Rational(c), *(names[v] for v in monomial)) for monomial, c in Q.items()), Rational(0))
