"""Hyper-parameters of update rules: positive symbols, numbers, expressions, or schedules in the step k."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Expr, Symbol, SympifyError, sympify

from symlag.calculus.jets import jets, t
from symlag.errors import SymlagError
from symlag.optimizers.vectors import k, letters

# None is a positive symbol; a function is called with the step k, which counts from 0.
Hyperparameter = float | Expr | Callable[[Any], Any] | None


def hyperparameter(name: str, given: Hyperparameter) -> Expr:
    """A hyper-parameter as an expression; `SymlagError` where it is no number and no function of k.

    >>> from sympy import cos, pi
    >>> hyperparameter("eta", None), hyperparameter("eta", lambda k: (1 + cos(pi * k / 400)) / 2)
    (eta, cos(pi*k/400)/2 + 1/2)
    """
    if given is None:
        return Symbol(name, positive=True)
    try:
        value: Any = sympify(given(k) if callable(given) else given, strict=True)
    except (SympifyError, TypeError, ArithmeticError):
        value = None
    if not isinstance(value, Expr) or letters(value) or jets(value) or t in value.free_symbols:
        raise SymlagError(
            f"{name} = {given!r}", "it is no number and no function of k", f"{name}=lambda k: 0.1 / (1 + k)"
        )
    return value.xreplace({s: k for s in value.free_symbols if s.name == k.name})


def hyperparameters(**given: Hyperparameter) -> tuple[Expr, ...]:
    """Several hyper-parameters by name; an underscore at the end of a name, as in lambda_, is left out."""
    return tuple(hyperparameter(name.rstrip("_"), value) for name, value in given.items())
