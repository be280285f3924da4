"""The letters of update rules: vectors before and after a step, the gradient g, and the number k of the step.

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
    """A vector in an update rule: a buffer before a step, `new` after it, `old` a step earlier.

    Parameters
    ----------
    stem : str
        The name, such as "v".
    age : {-1, 0, 1}
        A step earlier, before the step, or after it.

    Examples
    --------
    >>> v = Letter("v")
    >>> v.new, v.old, v.new.root
    (v.new, v.old, v)
    """

    __slots__ = ("age", "stem")

    def __new__(cls, stem: str, age: int = 0) -> Self:
        letter = Symbol.__xnew__(cls, checked_name(stem) + _AGES[age], real=True)
        letter.stem, letter.age = stem, age
        return letter

    @classmethod
    def class_key(cls) -> Any:
        """SymPy's order of terms: that of symbols."""
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


Vector = Mapping[Letter, Expr]  # a linear combination: the coefficient of each letter

theta, g = Letter("theta"), Letter("g")


class polar(Function):  # noqa: N801 - it is written like a function
    """The polar factor U Vᵀ of a matrix U Σ Vᵀ, Muon's update; not a function of entries, but of the whole matrix."""

    is_real = True


def letters(expression: Expr) -> set[Letter]:
    """All letters in an expression."""
    return expression.atoms(Letter)
