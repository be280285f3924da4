r"""Functions, derivatives, integrals, cases and relations as boxes.

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
    Script,
    Sign,
    Table,
    Word,
    fenced,
    row,
)
from symlag.document.boxes.expressions import as_factor, called, function_name, raised, typeset
from symlag.document.boxes.names import named
from symlag.names import checked_name

_RELATIONS = {"==": "=", "!=": "≠", "<": "<", ">": ">", "<=": "≤", ">=": "≥"}


@typeset.register
def _(growth: exp) -> Box:
    return raised(Name("e"), typeset(growth.exp))


@typeset.register
def _(size: Abs) -> Box:
    return Fence("|", typeset(size.args[0]), "|")


@typeset.register
def _(value: Function) -> Box:
    name = checked_name(type(value).__name__.lower() if type(value).__module__.startswith("sympy") else str(value.func))
    arc = isinstance(value, InverseTrigonometricFunction) and name != "atan2"
    return called(Word(f"arc{name[1:]}") if arc else function_name(name), value.args)


@typeset.register
def _(value: AppliedUndef) -> Box:
    return called(named(type(value).__name__), value.args)


@typeset.register
def _(rate: Derivative) -> Box:
    sign = Name("d") if len(rate.expr.free_symbols) < 2 else Sign("∂")
    along = [row(sign, typeset(v) if n == 1 else raised(typeset(v), typeset(n))) for v, n in rate.variable_count]
    count = sum(n for _, n in rate.variable_count)
    above = sign if count == 1 else Script(sign, above=typeset(count))
    return row(Fraction(above, row(*along)), as_factor(rate.expr))


@typeset.register
def _(area: Integral) -> Box:
    signs = [Script(Sign("∫"), *map(typeset, limits[1:])) if len(limits) == 3 else Sign("∫") for limits in area.limits]
    measures = [row(THIN, Name("d"), typeset(limits[0])) for limits in area.limits]
    return row(*reversed(signs), as_factor(area.function), *measures)


@typeset.register
def _(cases: Piecewise) -> Box:
    cells = tuple((row(typeset(value), Sign(",")), typeset(condition)) for value, condition in cases.args)
    return Fence("{", Table(cells), "")


@typeset.register
def _(relation: Relational) -> Box:
    return row(typeset(relation.lhs), Sign(_RELATIONS[relation.rel_op]), typeset(relation.rhs))


@typeset.register(And)
@typeset.register(Or)
def _(joined: And | Or) -> Box:
    sign = Sign("∧" if isinstance(joined, And) else "∨")
    parts = [fenced(typeset(part)) for part in sorted(joined.args, key=default_sort_key)]
    return row(*[piece for part in parts for piece in (sign, part)][1:])


@typeset.register
def _(_: BooleanTrue) -> Box:
    return OTHERWISE
