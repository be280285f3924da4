"""SymPy's own notation of motion, x(t) and Derivative(x(t), t), read into jets and given back.

A user may write coordinates as undefined functions of independent variables, the way SymPy's mechanics does. Inside of
symlag they are jets: every public function reads its arguments with `to_jets`, and returns `to_functions` of what it
found. Which functions are coordinates is seen from the expressions: those that are differentiated, or listed. Where
none is listed, those of time alone that stand beside them, as a multiplier does, are coordinates, too.

The partial derivative ∂A/∂t of an unknown function A(x, t) is Derivative(A(x, t), t) in jets. With x(t) for x this
would be the total derivative, so it is given back as SymPy writes it, a `Subs` of the derivative along a variable of
its own.

A decimal such as 0.5 is notation, too: `to_jets` reads it as the rational number that it denotes, and `to_functions`
writes it again (`decimals`).

>>> from sympy import Function
>>> s = Symbol("t")
>>> x = Function("x")(s)
>>> notation = Notation.of(x.diff(s)**2 / 2)
>>> notation.to_jets(x.diff(s)**2 / 2 - x), notation.to_functions(notation.to_jets(x.diff(s)))
(-x + x.dot**2/2, Derivative(x(t), t))
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from sympy import Basic, Derivative, Dummy, Subs, Symbol
from sympy.core.function import AppliedUndef

from symlag.calculus.decimals import Decimals, exact
from symlag.calculus.jets import Jet, jets, t


@dataclass(frozen=True)
class Notation:
    """Which functions of independent variables stand for which coordinates.

    Parameters
    ----------
    functions : mapping
        From functions, such as x(t), to jets.
    decimals : Decimals, optional
        The decimals that were written.
    """

    functions: Mapping[AppliedUndef, Jet]
    decimals: Decimals = field(default_factory=Decimals)

    @classmethod
    def of(cls, *expressions: Any, listed: Iterable[Any] = (), beside: Iterable[Any] = ()) -> Self:
        """The notation used in the expressions: a function that is differentiated there, or listed, is a coordinate.

        Expressions beside these count for decimals alone.
        """
        rates = (d for e in expressions if isinstance(e, Basic) for d in e.atoms(Derivative))
        differentiated = (f for d in rates for f in d.expr.atoms(AppliedUndef))
        coordinates = sorted({f for f in (*differentiated, *listed) if is_coordinate_function(f)}, key=str)
        jets: dict[AppliedUndef, Jet] = {}
        for f in coordinates:
            # A function of one variable is one of time, whatever that is called; of several, time is the one called t.
            base = (t,) if len(f.args) == 1 else tuple(t if v.name == t.name else v for v in f.args)
            jets[f] = Jet(f.func.__name__, (0,) * len(base), base)
        return cls(jets, Decimals.of(*expressions, *beside))

    @classmethod
    def reading(cls, *expressions: Any, listed: Iterable[Any] = ()) -> Self:
        """The notation of expressions that belong to no Lagrangian, beside functions that are known to be coordinates.

        Where they have no jets, all undefined functions of time alone in them are coordinates.
        """
        return cls.of(*expressions, listed=(*listed, *functions_of_time(*expressions)))

    @property
    def times(self) -> dict[Symbol, Symbol]:
        """What the user calls time, as symlag calls it."""
        return {v: t for f in self.functions for v in f.args if len(f.args) == 1 or v.name == t.name}

    def to_jets(self, expression: Any) -> Any:
        """The expression in jets, its decimals as rational numbers; what is in jets already stays as it is."""
        return self.in_jets(exact(expression))

    def in_jets(self, expression: Any) -> Any:
        """The expression in jets, its numbers as they are written."""
        if not isinstance(expression, Basic):
            return expression
        expression = expression.xreplace({d: d.doit() for d in expression.atoms(Derivative)})
        rates = {d: self._raised(d) for d in expression.atoms(Derivative) if d.expr in self.functions}
        # Every symbol called t, whatever its assumptions, is time.
        times = {s: t for s in expression.free_symbols if isinstance(s, Symbol) and s.name == t.name and s != t}
        expression = expression.xreplace(rates).xreplace(dict(self.functions)).xreplace(times | self.times)
        # With jets in the place of functions a partial derivative at a point is the partial derivative.
        return expression.replace(lambda node: isinstance(node, Subs), lambda node: node.doit())

    def to_functions(self, expression: Any) -> Any:
        """The expression in the user's functions of time, and with the user's decimals."""
        expression = self.decimals.written(expression)
        if not self.functions:
            return expression
        functions = {jet: f for f, jet in self.functions.items()}
        written: dict[Jet, Any] = {}
        for jet in jets(expression):
            if jet.root in functions:
                function = functions[jet.root]
                steps = [(v, n) for v, n in zip(function.args, jet.order, strict=True) if n]
                written[jet] = Derivative(function, *steps) if steps else function
        partial = {d: _at_point(d) for d in expression.atoms(Derivative) if t in d.variables and jets(d.expr)}
        expression = expression.xreplace(partial) if partial else expression
        return expression.xreplace(written).xreplace({time: symbol for symbol, time in self.times.items()})

    def _raised(self, derivative: Derivative) -> Jet:
        """The jet of a derivative of one of the functions."""
        jet = self.functions[derivative.expr]
        for variable, count in derivative.variable_count:
            for _ in range(int(count)):
                jet = jet.d(jet.base[derivative.expr.args.index(variable)])
        return jet


def functions_of_time(*expressions: Any) -> list[AppliedUndef]:
    """The undefined functions of time alone in expressions that have no jets, differentiated or not."""
    nodes = [e for e in expressions if isinstance(e, Basic)]
    if jets(*nodes):
        return []  # whoever writes coordinates as jets means a given function of time by g(t)
    functions = [f for e in nodes for f in e.atoms(AppliedUndef) if is_coordinate_function(f) and len(f.args) == 1]
    differentiated = {f for e in nodes for d in e.atoms(Derivative) for f in d.expr.atoms(AppliedUndef)}
    times = {f.args[0] for f in functions if f in differentiated}
    return [f for f in functions if f.args[0] in times or (not times and f.args[0].name == t.name)]


def functions_of_variables(*expressions: Any) -> list[AppliedUndef]:
    """The undefined functions of independent variables in expressions, one of which is time."""
    nodes = [e for e in expressions if isinstance(e, Basic)]
    along = {v for e in nodes for d in e.atoms(Derivative) for v in d.variables}
    functions = {f for e in nodes for f in e.atoms(AppliedUndef) if is_coordinate_function(f)}
    return [f for f in functions if any(v.name == t.name or v in along for v in f.args)]


def _at_point(derivative: Derivative) -> Subs:
    """A partial derivative with the variables that it is taken along apart from those that depend on time."""
    along = {v: Dummy(str(v)) for v in derivative.variables}
    taken = Derivative(derivative.expr.xreplace(along), *((along[v], n) for v, n in derivative.variable_count))
    return Subs(taken, tuple(along.values()), tuple(along))


def is_coordinate_function(written: Any) -> bool:
    """Whether this is an undefined function of independent variables, not of coordinates."""
    return isinstance(written, AppliedUndef) and all(type(argument) is Symbol for argument in written.args)
