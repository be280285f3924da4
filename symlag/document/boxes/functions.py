r"""The boxes of functions, derivatives, integrals, cases and relations.

>>> from sympy import Symbol, sin
>>> from symlag.document.tex import tex
>>> print(tex(typeset(sin(Symbol("theta")))))
\sin(\theta)
"""

from __future__ import annotations

from sympy import Abs, Derivative, Function, Integral, Piecewise, default_sort_key, exp
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.functions.elementary.trigonometric import InverseTrigonometricFunction
from sympy.logic.boolalg import And, BooleanTrue, Or

from symlag.document.boxes.box import (
    OTHERWISE,
    THIN,
    Box,
    Fence,
    Fraction,
    Name,
    OperatorName,
    Script,
    Sign,
    Table,
    parenthesized,
    row,
    separated,
)
from symlag.document.boxes.expressions import as_factor, function_call, function_name, typeset, with_exponent
from symlag.document.boxes.names import name_box
from symlag.names import checked_name

_RELATIONS = {"==": "=", "!=": "≠", "<": "<", ">": ">", "<=": "≤", ">=": "≥"}


@typeset.register
def box_of_exponential(function: exp) -> Box:
    """A power of e."""
    return with_exponent(Name("e"), typeset(function.exp))


@typeset.register
def box_of_absolute_value(function: Abs) -> Box:
    """|x|."""
    return Fence("|", typeset(function.args[0]), "|")


@typeset.register
def box_of_function(value: Function) -> Box:
    """A function of SymPy by its name in mathematics: arcsin for asin."""
    name = checked_name(type(value).__name__.lower() if type(value).__module__.startswith("sympy") else str(value.func))
    arc = isinstance(value, InverseTrigonometricFunction) and name != "atan2"
    return function_call(OperatorName(f"arc{name[1:]}") if arc else function_name(name), value.args)


@typeset.register
def box_of_unknown_function(value: AppliedUndef) -> Box:
    """A function without a formula, f(x)."""
    return function_call(name_box(type(value).__name__), value.args)


@typeset.register
def box_of_derivative(derivative: Derivative) -> Box:
    """A derivative as d/dt, or as ∂/∂x where several variables occur."""
    sign = Name("d") if len(derivative.expr.free_symbols) < 2 else Sign("∂")
    along = [
        row(sign, typeset(v) if n == 1 else with_exponent(typeset(v), typeset(n))) for v, n in derivative.variable_count
    ]
    count = sum(n for _, n in derivative.variable_count)
    above = sign if count == 1 else Script(sign, above=typeset(count))
    return row(Fraction(above, row(*along)), as_factor(derivative.expr))


@typeset.register
def box_of_integral(integral: Integral) -> Box:
    """An integral with its limits."""
    signs = [
        Script(Sign("∫"), *map(typeset, limits[1:])) if len(limits) == 3 else Sign("∫") for limits in integral.limits
    ]
    measures = [row(THIN, Name("d"), typeset(limits[0])) for limits in integral.limits]
    return row(*reversed(signs), as_factor(integral.function), *measures)


@typeset.register
def box_of_cases(cases: Piecewise) -> Box:
    """Values beside their conditions, behind a brace."""
    cells = tuple((row(typeset(value), Sign(",")), typeset(condition)) for value, condition in cases.args)
    return Fence("{", Table(cells), "")


@typeset.register
def box_of_relation(relation: Relational) -> Box:
    """An equation or an inequality."""
    return row(typeset(relation.lhs), Sign(_RELATIONS[relation.rel_op]), typeset(relation.rhs))


@typeset.register(And)
@typeset.register(Or)
def box_of_logic(condition: And | Or) -> Box:
    """Conditions joined by ∧ or ∨."""
    sign = Sign("∧" if isinstance(condition, And) else "∨")
    parts = [parenthesized(typeset(part)) for part in sorted(condition.args, key=default_sort_key)]
    return separated(sign, *parts)


@typeset.register
def box_of_otherwise(_condition: BooleanTrue) -> Box:
    """The condition of the last case."""
    return OTHERWISE
