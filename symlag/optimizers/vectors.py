"""The letters that update rules are written in: vectors before and after a step, the gradient g, the step k.

>>> v = Letter("v")
>>> v.new, v.new.root == v
(v.new, True)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from sympy import Expr, Function, Symbol

from symlag.names import checked_name

k = Symbol("k", integer=True, nonnegative=True)

_AGES = {-1: ".old", 0: "", 1: ".new"}


class Letter(Symbol):
    """A vector that a rule speaks of, before a step; `new` is the vector after it, `old` the one a step before."""

    __slots__ = ("age", "stem")

    def __new__(cls, stem: str, age: int = 0) -> Self:
        letter = Symbol.__xnew__(cls, checked_name(stem) + _AGES[age], real=True)
        letter.stem, letter.age = stem, age
        return letter

    @classmethod
    def class_key(cls) -> Any:
        return Symbol.class_key()

    @property
    def new(self) -> Self:
        """The vector one step later."""
        return type(self)(self.stem, self.age + 1)

    @property
    def old(self) -> Self:
        """The vector one step earlier."""
        return type(self)(self.stem, self.age - 1)

    @property
    def root(self) -> Self:
        """The vector before the step."""
        return type(self)(self.stem)

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.stem, self.age), {}

    def __getstate__(self) -> None:
        return None


Vector = Mapping[Letter, Expr]  # a linear combination: what stands before each letter

theta, g = Letter("theta"), Letter("g")


class polar(Function):  # noqa: N801 - it is written like a function
    """The factor U Vᵀ of a matrix U Σ Vᵀ, Muon's update; not a function of entries, but of the whole matrix."""

    is_real = True


def letters(expression: Any) -> set[Letter]:
    """All letters in an expression."""
    return expression.atoms(Letter)
