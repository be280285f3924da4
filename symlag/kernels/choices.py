"""Choices: the cases of a formula one after another, so that what is not a number stays that.

For floating-point arithmetic a comparison with NaN is false. Printed as they stand, cases would then take their last
branch, and a result that looks sound would come out of an input that is not. So cases are written as nested choices,
and a choice by a condition is made only where all that the condition compares are numbers; elsewhere the value is NaN.
This takes no time where both branches contain what is compared, since they are NaN then by themselves. For the same
reason x**a, which IEEE 754 has as 1 for a NaN to the power 0 and for 1 to the power of NaN, is asked for numbers.

>>> from sympy import Symbol
>>> x, y = Symbol("x", real=True), Symbol("y", real=True)
>>> choices(*Piecewise((x, x < 1), (x**2, True)).args)
Choice(x < 1, x, x**2)
>>> choices(*Piecewise((y, x < 1), (x, True)).args)
Choice(IsNumber(x), Choice(x < 1, y, x), nan)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import And, Expr, Piecewise, S, false, true
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from symlag.errors import LoweringError
from symlag.kernels.guards import Guarded


class IsNumber(Boolean):
    """Whether a value is a number, and not NaN."""


class Choice(Expr):
    """One value where a condition holds, and another elsewhere."""

    is_commutative = True
    is_real = True

    def __new__(cls, condition: Any, value: Expr, otherwise: Expr) -> Any:
        if condition in {true, false}:
            return value if condition == true else otherwise
        return super().__new__(cls, condition, value, otherwise)


def choices(*branches: Any) -> Expr:
    """The branches of a Piecewise as nested choices."""
    if branches[-1].cond != true:
        raise LoweringError(str(Piecewise(*branches)), "it has no value elsewhere", "Add a last branch (value, True).")
    chosen = _with_choices(branches[-1].expr)
    for i, (value, condition) in reversed([*enumerate(branches[:-1])]):
        chosen = Choice(condition, _with_choices(value), chosen)
        earlier = {x for _, before in branches[:i] for x in _compared(before)}
        chosen = _where_numbers([x for x in _compared(condition) if x not in earlier], chosen)
    return chosen


def power_of_numbers(base: Expr, exponent: Expr) -> Expr:
    """A power whose exponent is no constant, NaN where its base or its exponent is."""
    return Choice(And(IsNumber(base), IsNumber(exponent)), base**exponent, S.NaN)


def _where_numbers(compared: list[Expr], chosen: Expr) -> Expr:
    """The value where all of these are numbers, NaN elsewhere; those by which it is NaN anyway need no check."""
    unsafe = [IsNumber(x) for x in dict.fromkeys(compared) if not _is_nan_with(chosen, x)]
    # Within the choice nobody needs to ask again.
    return Choice(And(*unsafe), chosen.xreplace(dict.fromkeys(unsafe, true)), S.NaN) if unsafe else chosen


def _with_choices(value: Expr) -> Expr:
    """The value of a branch, with choices for the cases in it."""
    return value.replace(lambda node: isinstance(node, Piecewise), lambda cases: choices(*cases.args))


def _compared(condition: Any) -> Iterator[Expr]:
    """What a condition compares, without numbers that are added or multiplied, which make no NaN."""
    for relation in sorted(condition.atoms(Relational), key=str):
        for side in relation.args:
            varying = side.as_coeff_Add()[1].as_coeff_Mul()[1]
            if not varying.is_number:
                yield varying


def _is_nan_with(value: Any, x: Expr) -> bool:
    """Whether a value is certainly NaN where x is."""
    match value:
        case Choice():
            condition, first, second = value.args
            checked = second is S.NaN and IsNumber(x) in And.make_args(condition)
            return checked or (_is_nan_with(first, x) and _is_nan_with(second, x))
        case Guarded():
            return _is_nan_with(value.args[0], x)  # where its branch is taken
        case _:
            return value in (x, S.NaN) or any(_is_nan_with(part, x) for part in value.args)
