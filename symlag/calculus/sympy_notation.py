"""SymPy users' own way of writing motion, x(t) and Derivative(x(t), t), taken at the door and given back there.

>>> from sympy import Function
>>> s = Symbol("t")
>>> x = Function("x")(s)
>>> spelling = Spelling.of(x.diff(s)**2 / 2)
>>> spelling.read(x.diff(s)**2 / 2 - x), spelling.speak(spelling.read(x.diff(s)))
(-x + x.dot**2/2, Derivative(x(t), t))
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from sympy import Basic, Derivative, Expr, Symbol
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.jets import Jet, jets, t
from symlag.calculus.matrices import as_sympy, normal
from symlag.errors import ShapeError, SymlagError
from symlag.names import checked_expression


@dataclass(frozen=True)
class Spelling:
    """Which functions of time stand for which coordinates."""

    functions: Mapping[AppliedUndef, Jet]

    @classmethod
    def of(cls, *expressions: Any, listed: Iterable[Any] = ()) -> Self:
        """The spelling used in the expressions: a function that is differentiated there, or listed, is a coordinate."""
        rates = (d for e in expressions if isinstance(e, Basic) for d in e.atoms(Derivative))
        moving = (f for d in rates for f in d.expr.atoms(AppliedUndef))
        known = sorted({f for f in (*moving, *listed) if is_path(f)}, key=str)
        return cls({f: _jet(f) for f in known})

    @property
    def clocks(self) -> dict[Symbol, Symbol]:
        """What the user calls time, as symlag calls it."""
        return {v: t for f in self.functions for v in f.args if len(f.args) == 1 or v.name == t.name}

    def read(self, expression: Any) -> Any:
        """The expression in jets; what is in jets already stays."""
        if not isinstance(expression, Basic):
            return expression
        expression = expression.xreplace({d: d.doit() for d in expression.atoms(Derivative)})
        rates = {d: self._raised(d) for d in expression.atoms(Derivative) if d.expr in self.functions}
        clocks = _clocks(expression) | self.clocks
        return expression.xreplace(rates).xreplace(dict(self.functions)).xreplace(clocks)

    def speak(self, expression: Any) -> Any:
        """The expression in the user's functions of time."""
        if not self.functions:
            return expression
        named = {jet: f for f, jet in self.functions.items()}
        spoken = {jet: _lowered(named[jet.root], jet) for jet in jets(expression) if jet.root in named}
        return expression.xreplace(spoken).xreplace({time: clock for clock, time in self.clocks.items()})

    def _raised(self, derivative: Derivative) -> Jet:
        jet = self.functions[derivative.expr]
        for variable, count in derivative.variable_count:
            for _ in range(int(count)):
                jet = jet.d(jet.base[derivative.expr.args.index(variable)])
        return jet


def is_path(function: Any) -> bool:
    """Whether this is an undefined function of independent variables, not of coordinates."""
    return isinstance(function, AppliedUndef) and all(type(a) is Symbol for a in function.args)


def _jet(function: AppliedUndef) -> Jet:
    clocks = (t,) if len(function.args) == 1 else tuple(t if v.name == t.name else v for v in function.args)
    return Jet(function.func.__name__, (0,) * len(clocks), clocks)


def _lowered(function: AppliedUndef, jet: Jet) -> Any:
    steps = [(v, n) for v, n in zip(function.args, jet.order, strict=True) if n]
    return Derivative(function, *steps) if steps else function


def _clocks(expression: Basic) -> dict[Symbol, Symbol]:
    """Every symbol called t, whatever its assumptions, is time."""
    return {s: t for s in expression.free_symbols if isinstance(s, Symbol) and s.name == t.name and s != t}


def number(role: str, written: Any) -> Expr:
    """What was written, where it is a number and no matrix, and all names in it can be written down."""
    made = checked_expression(as_sympy(role, written))
    if isinstance(made, MatrixExpr) or not isinstance(made, Expr):
        raise ShapeError(f"{role} {made}", "it is not a number", "inner(A, B), or a trace")
    return normal(made)


def assigned(role: str, written: Any) -> Mapping[Any, Any]:
    """What was written, where it assigns something to coordinates."""
    if not isinstance(written, Mapping):
        raise SymlagError(f"{role} {written}", "it assigns nothing to a coordinate", "{x: y}, say")
    return written


def instance(role: str, written: Any, kind: type, write: str) -> Any:
    """What was written, where it is of a kind."""
    if not isinstance(written, kind):
        raise SymlagError(f"{role} {written!r}", f"it is no {kind.__name__}", write)
    return written
