"""What an update rule must fulfil: letters that are defined, one gradient a step, schedules in k, an order to go in.

>>> from symlag.optimizers.vectors import g, theta
>>> evaluation_order({theta: theta - Letter("v").new, Letter("v"): Letter("v") + g})
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


def validated_equations(name: str, equations: Any) -> dict[Letter, Expr]:
    """The equations of a rule, each of one letter, in letters that are defined."""
    if not isinstance(equations, Mapping):
        wrong = "the equations are not a mapping from letters to their new values"
        raise SymlagError(name, wrong, "UpdateRule(name, {theta: theta - eta * g})")
    for x in equations:
        if not isinstance(x, Letter) or x == g or x != x.root:
            raise SymlagError(
                f"{x} on the left of {name}",
                "a step sets no such letter",
                "Give equations of theta and of buffers, such as v = Letter('v'), as in {v: v + g}.",
            )
    return {x: _validated(x, e, equations) for x, e in equations.items()}


def _validated(x: Letter, given: Any, equations: Mapping[Letter, Any]) -> Expr:
    """The equation of one letter."""
    try:
        value: Any = sympify(given, strict=True)
    except SympifyError:
        value = None
    if not isinstance(value, Expr) or value.is_Matrix:
        wrong = "the new value is not an expression"
        raise SymlagError(f"{x}: {given!r}", wrong, "Use theta, g and buffers in it, as in beta * v + g.")
    equation = checked_expression(value)
    for y in sorted(letters(equation), key=str):
        if y.root == g and y.age != 0:
            raise SymlagError(
                f"{y} in {x}.new",
                "a first-order rule reads one gradient a step, at θ",
                "Use g, and keep that of an earlier step in a buffer, as in {h: g}.",
            )
        if y.root != g and (y.root not in equations or y.age < 0):
            raise SymlagError(
                f"{y} in {x}.new",
                "no equation gives it",
                f"Give an equation of a buffer for it, as in {{{y.stem}: beta * {y.stem} + g}}."
                if y.age >= 0
                else f"Keep {y.root} in a buffer, as in {{q: {y.root}}}.",
            )
    if equation.has(Derivative):
        raise SymlagError(
            f"{x}.new = {equation}",
            "a first-order rule takes no derivative of the gradient",
            "Use g, and keep that of an earlier step in a buffer, as in {h: g}.",
        )
    for call in equation.atoms(AppliedUndef):
        if call.args != (k,):
            raise SymlagError(f"{call} in {x}.new", "a schedule is a function of k alone", f"{call.func}(k)")
    for s in equation.free_symbols - {k}:
        if s == t or s.name == "k":
            raise SymlagError(
                f"{s} in {x}.new",
                "this is not the step k, by which a schedule changes",
                "Use symlag.optimizers.k, or a function of it, as in sgd(lambda k: 0.1 / (1 + k)).",
            )
    return equation


def evaluation_order(equations: Mapping[Letter, Expr]) -> tuple[Letter, ...]:
    """The letters, each after those whose new values it needs."""
    needs = {x: {y.root for y in letters(e) if y.age == 1} for x, e in equations.items()}
    try:
        return tuple(TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle = ", ".join(f"{x}.new" for x in error.args[1])
        raise SymlagError(
            circle, "these new values wait for one another", f"Use the old value {error.args[1][0]} in one of them."
        ) from None
