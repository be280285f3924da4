"""What a user gives to a motion, as numbers: the parameters, the state at the start, and the time from start to end.

A value is looked for by the coordinate or symbol itself, in jets or in SymPy's notation, or by its name as text: `x`,
"x", `x.dot`, "x.dot" and "x_dot". One of the start may be written as an expression in the parameters.

>>> from sympy import Symbol
>>> from symlag.calculus.jets import coordinates
>>> from symlag.variational.lagrangian import Lagrangian
>>> x, k = coordinates("x"), Symbol("k")
>>> read_parameters(Lagrangian(x.dot**2, k * x**2), {"k": 3}).arrays
{'k': array(3.)}
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from sympy import Basic, Derivative, Float, MatrixSymbol, S, Symbol, SympifyError, sympify
from sympy.core.function import AppliedUndef

from symlag.calculus.arguments import require_mapping
from symlag.calculus.invariant_functions import Unknown
from symlag.calculus.jets import Block, Prolonged, jets, t
from symlag.errors import CoordinateError, DefinitionError, ShapeError
from symlag.kernels.identifiers import argument_name
from symlag.kernels.lowering import lower
from symlag.kernels.signature import bind
from symlag.simulation.layout import Shape
from symlag.variational.lagrangian import Lagrangian


@dataclass(frozen=True, eq=False)
class Parameters:
    """The value of each symbol by the name that kernels know it by, and the formula of each given function of time.

    Parameters
    ----------
    arrays : mapping of str to numpy.ndarray
        A number has the shape (), a constant matrix its own.
    functions : mapping
        From undefined functions F(t), and from coordinates whose motion is given, to expressions in time.
    """

    arrays: Mapping[str, Any]
    functions: Mapping[Any, Any]

    def put(self, expression: Any) -> Any:
        """The expression, or what has expressions in it, with the formula of each given function in its place."""
        if isinstance(expression, Mapping):
            return {key: self.put(value) for key, value in expression.items()}
        if isinstance(expression, tuple):
            return tuple(self.put(value) for value in expression)
        if not self.functions or not isinstance(expression, Basic):
            return expression
        given = {jet: self.functions[jet.root] for jet in jets(expression) if jet.root in self.functions}
        rates = {jet: formula.diff(t, sum(jet.order)) for jet, formula in given.items()}
        put = expression.xreplace(rates | dict(self.functions))
        return put.doit() if put.has(Derivative) else put


def read_parameters(L: Lagrangian, given: Any) -> Parameters:
    """The parameters of a mechanics; `DefinitionError` that lists what is missing, or what it does not know."""
    written = require_mapping("parameters =", {} if given is None else given)
    read = {key if isinstance(key, str) else L.notation.to_jets(key): value for key, value in written.items()}
    given_motions = {str(jet): jet for jet in jets(*parts_of(L)) if jet == jet.root and jet not in L.coordinates}
    functions = {
        given_motions.get(key, key): _formula(key, value, L)
        for key, value in read.items()
        if isinstance(key, AppliedUndef | Prolonged) or key in given_motions
    }
    parameters = Parameters({}, functions)
    energies = [parameters.put(part) for part in parts_of(L)]
    _require_formulas(energies, L)
    named = {_name(key): value for key, value in read.items() if key not in functions and key not in given_motions}
    symbols = symbols_of(energies)
    known = [argument_name(s) for s in symbols]
    named = {next((argument_name(s) for s in symbols if s.name == name), name): value for name, value in named.items()}
    spelt = {*known, *(s.name for s in symbols), *given_motions}
    if unknown := [key for key in read if isinstance(key, str) and key not in spelt]:
        wrong = f"the parameters are {', '.join(known)}" if known else "there are no parameters"
        raise DefinitionError(f"parameters = {{{unknown[0]!r}: …}}", wrong, "Use the names of symbols that occur.")
    if missing := [name for name in known if name not in named]:
        wrong = f"{', '.join(missing)} {'has' if len(missing) == 1 else 'have'} no value"
        write = "{" + ", ".join(f"{name!r}: 1.0" for name in missing) + "}, with your own numbers"
        raise DefinitionError("parameters", wrong, f"parameters={write}")
    return Parameters({name: _array(f"parameters[{name}]", value, {}) for name, value in named.items()}, functions)


def parts_of(L: Lagrangian) -> list[Any]:
    """All expressions that a Lagrangian is made of."""
    parts = [getattr(L, one.name) for one in fields(L) if one.init and one.name != "coordinates"]
    listed: list[Any] = []
    for part in parts:
        listed.extend(part.values() if isinstance(part, Mapping) else part if isinstance(part, tuple) else [part])
    return listed


def read_start(L: Lagrangian, start: Any, parameters: Mapping[str, Any]) -> dict[Any, Any]:
    """The value of each jet that was given, by the jet; `CoordinateError` for one that is none of the coordinates."""
    require_mapping("start =", start)
    known = {name: q for q in L.coordinates for name in (str(q), argument_name(q))}
    values: dict[Any, Any] = {}
    for key, value in start.items():
        jet = _named_jet(key, known) if isinstance(key, str) else L.notation.to_jets(key)
        if getattr(jet, "root", None) not in L.coordinates:
            names = ", ".join(str(L.notation.to_functions(q)) for q in L.coordinates)
            raise CoordinateError(
                f"start = {{{key}: …}}", f"the coordinates are {names}", "one of these, or its velocity"
            )
        values[jet] = _array(f"start[{key}]", value, parameters)
    return values


def require_start(wanted: Iterable[Any], given: Mapping[Any, Any], L: Lagrangian) -> None:
    """`CoordinateError` that lists all jets of the state that have no value at the start."""
    if missing := [jet for jet in wanted if jet not in given]:
        names = [str(L.notation.to_functions(jet)) for jet in missing]
        wrong = f"{', '.join(names)} {'has' if len(names) == 1 else 'have'} no value"
        written = ", ".join(f"{name}: 0.0" for name in names)
        raise CoordinateError("start", wrong, f"start={{{written}}}, with your own numbers, beside the others")


def coordinate_shapes(L: Lagrangian, start: Mapping[Any, Any], parameters: Mapping[str, Any]) -> dict[Any, Shape]:
    """The shape of each coordinate, a symbolic size being read off the start; `ShapeError` where sizes do not fit."""
    symbols = symbols_of(parts_of(L))
    blocks = [jet for jet in start if isinstance(jet, Block)]
    matrices = [*blocks, *(s for s in symbols if isinstance(s, MatrixSymbol) and argument_name(s) in parameters)]
    if matrices:
        ports = lower(matrices, matrices).inputs
        arrays = [*(start[jet] for jet in blocks), *(parameters[argument_name(s)] for s in matrices[len(blocks) :])]
        batch, _ = bind(ports, [array.shape for array in arrays])
        if batch:
            raise ShapeError("start", f"it has {len(batch)} axes too many", "Give one state, and not a batch of them.")
    if wrong := [jet for jet in start if not isinstance(jet, Block) and start[jet].ndim]:
        raise ShapeError(f"start[{wrong[0]}]", f"it has the shape {start[wrong[0]].shape}", "a number")
    numbers = {q: () for q in L.coordinates if not isinstance(q, Block)}
    return numbers | {jet.root: array.shape for jet, array in start.items()}


def read_span(end: Any) -> tuple[float, float]:
    """The times of start and end: of a number 0 and that number."""
    import numpy as np

    times = (0.0, end) if isinstance(end, str) or np.ndim(end) == 0 else tuple(end)
    if len(times) != 2 or any(np.ndim(time) for time in times):
        raise DefinitionError(f"end = {end!r}", "it is no time, and no pair of times", "end=10.0, or end=(0.0, 10.0)")
    first, last = (float(_array("end", time, {})) for time in times)
    if first == last:
        raise DefinitionError(f"end = {end!r}", "nothing moves in no time", "end=10.0, or end=(0.0, 10.0)")
    return first, last


def read_times(role: str, written: Any) -> Any:
    """Times of any shape as an array; `DefinitionError` where they are no finite real numbers."""
    return _array(role, written, {})


def symbols_of(expressions: Iterable[Any]) -> list[Any]:
    """The symbols of some expressions that are neither jets nor time nor a size, by name."""
    free: set[Any] = set().union(*(e.free_symbols for e in expressions if isinstance(e, Basic)))
    sizes = set().union(*(n.free_symbols for s in free if isinstance(s, MatrixSymbol) for n in s.shape))
    return sorted(free - sizes - {t, *jets(*free)}, key=str)


def _require_formulas(energies: Iterable[Any], L: Lagrangian) -> None:
    """`DefinitionError` for a function or a motion of unknown formula, which has no numbers."""
    for f in sorted({f for e in energies for f in S(e).atoms(AppliedUndef, Unknown)}, key=str):
        if isinstance(f, AppliedUndef) and not jets(f):
            raise DefinitionError(str(f), "its formula is unknown", f"parameters={{{f}: sin({t})}}, for example")
        raise DefinitionError(str(f), "its formula is unknown", "Write the formula of the function in its place.")
    for jet in jets(*energies):
        if jet.root not in L.coordinates:
            name = L.notation.to_functions(jet.root)
            wrong = "its motion is given, and its formula is unknown"
            raise DefinitionError(str(name), wrong, f"parameters={{{name}: sin({t})}}, for example")


def _formula(key: Any, value: Any, L: Lagrangian) -> Any:
    """A given function of time as an expression in symlag's t; `DefinitionError` where it depends on what moves."""
    try:
        formula = L.notation.to_jets(sympify(value, strict=True))
    except SympifyError:
        formula = None
    if formula is None or jets(formula) or formula.atoms(AppliedUndef):
        raise DefinitionError(f"parameters = {{{key}: {value!r}}}", "it is no function of time", f"{{{key}: sin({t})}}")
    return formula.xreplace({s: t for s in formula.free_symbols if s.name == t.name})


def _named_jet(name: str, known: Mapping[str, Any]) -> Any:
    """The coordinate or derivative of a name, such as "x.dot" or "x_dot"; None if there is none."""
    for stem, q in known.items():
        if (rest := name.removeprefix(stem)) == name or rest.replace(".dot", "").replace("_dot", ""):
            continue
        return q.at((len(rest) // 4,))
    return None


def _name(key: Any) -> str:
    return key if isinstance(key, str) else argument_name(key) if isinstance(key, Symbol | MatrixSymbol) else str(key)


def _array(role: str, value: Any, parameters: Mapping[str, Any]) -> Any:
    """A value as an array of finite real numbers; `DefinitionError` for anything else."""
    import numpy as np

    if isinstance(value, Basic):
        value = value.xreplace(
            {s: Float(float(parameters[s.name])) for s in value.free_symbols if s.name in parameters}
        )
    try:
        array = np.asarray(float(value) if isinstance(value, Basic) else value, float)
    except (TypeError, ValueError, OverflowError):
        raise DefinitionError(f"{role} = {value!r}", "it is no real number", "1.0, for example") from None
    if not all(map(math.isfinite, array.ravel())):
        raise DefinitionError(f"{role} = {value!r}", "it is not finite", "1.0, for example")
    return array
