"""What is asked of an update rule: letters that are defined, one gradient a step, schedules in k, an order to go in.

>>> from symlag.optimizers.vectors import g, theta
>>> in_order({theta: theta - Letter("v").new, Letter("v"): Letter("v") + g})
(v, theta)
"""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from sympy import Derivative, Expr, SympifyError, sympify
from sympy.core.function import AppliedUndef

from symlag.calculus.jets import t
from symlag.errors import SymlagError
from symlag.names import checked_expression
from symlag.optimizers.vectors import Letter, g, k, letters


def checked(name: str, equations: Any) -> dict[Letter, Expr]:
    """The equations of a rule, each of one letter by others that are defined."""
    if not isinstance(equations, Mapping):
        raise SymlagError(name, "its equations are no mapping", "{theta: theta - eta * g}, say")
    for x in equations:
        if not isinstance(x, Letter) or x == g or x != x.root:
            write = 'theta, or a buffer v = Letter("v"), beside its new value'
            raise SymlagError(f"{x} on the left of {name}", "it is no letter that a step can set", write)
    return {x: _checked(x, e, equations) for x, e in equations.items()}


def _checked(x: Letter, written: Any, equations: Mapping[Letter, Any]) -> Expr:
    """The equation of a letter, all of whose letters are defined."""
    made = _expression(x, written)
    for y in sorted(letters(made), key=str):
        _defined(x, y, equations)
    if made.has(Derivative):
        wrong, write = "a first-order rule takes no derivative of the gradient", "g, and what it was before in a buffer"
        raise SymlagError(f"{x}.new = {made}", wrong, write)
    for call in made.atoms(AppliedUndef):
        if call.args != (k,):
            raise SymlagError(f"{call} in {x}.new", "a schedule is a function of k alone", f"{call.func}(k)")
    for s in made.free_symbols - {k}:
        if s == t or s.name == "k":
            wrong = "it knows nothing of the step k, by which a schedule changes"
            raise SymlagError(f"{s} in {x}.new", wrong, "sgd(lambda k: 0.1 / (1 + k)), or symlag.optimizers.k")
    return made


def _expression(x: Letter, written: Any) -> Expr:
    try:
        made: Any = sympify(written, strict=True)
    except SympifyError:
        made = None
    if not isinstance(made, Expr) or made.is_Matrix:
        wrong, write = "it is no expression", "one in theta, g and buffers, such as beta * v + g"
        raise SymlagError(f"{x}: {written!r}", wrong, write)
    return checked_expression(made)


def _defined(x: Letter, y: Letter, equations: Mapping[Letter, Any]) -> None:
    if y.root == g and y.age != 0:
        raise SymlagError(
            f"{y} in {x}.new",
            "a first-order rule reads one gradient a step, at θ",
            "g, and keep what it was before in a buffer",
        )
    if y.root != g and (y.root not in equations or y.age < 0):
        raise SymlagError(
            f"{y} in {x}.new", "no equation gives it", f"an equation for {y.root}, or a buffer that has one"
        )


def in_order(equations: Mapping[Letter, Expr]) -> tuple[Letter, ...]:
    """The letters, each after those whose new values it needs."""
    needs = {x: {y.root for y in letters(e) if y.age == 1} for x, e in equations.items()}
    try:
        return tuple(TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle = ", ".join(f"{x}.new" for x in error.args[1])
        raise SymlagError(circle, "these new values wait for one another", "one of them in old values") from None
