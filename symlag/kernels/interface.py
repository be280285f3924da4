"""What goes into a program and what comes out of it: expressions admitted, symbols named, sizes read off arrays.

>>> from symlag.calculus.jets import block
>>> W, eta = block("W", Symbol("h"), 3), Symbol("eta")
>>> for slot in doors({"M": eta * W.dot * W.T}, None).inputs:
...     print(slot)
Slot(key='W', name='W', shape=('h', 3))
Slot(key='W_dot', name='W_dot', shape=('h', 3))
Slot(key='eta', name='eta', shape=())
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sympy import Basic, Expr, Function, MatAdd, MatrixBase, MatrixSymbol, Symbol, SympifyError, Transpose, sympify
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.invariant_functions import Gradient, Partial, Unknown
from symlag.calculus.jets import jets
from symlag.calculus.matrices import normal
from symlag.calculus.sympy_notation import Spelling
from symlag.errors import LoweringError, NameRefusedError
from symlag.kernels.contractions import Word
from symlag.kernels.identifiers import Names, public
from symlag.kernels.steps import Factor, Size, Value
from symlag.names import checked_name
from symlag.variational.noether import Law, MomentumMap

Form = Literal["one", "tuple", "dict"]


def same(expression: Expr) -> Expr:
    """The expression itself."""
    return expression


@dataclass(frozen=True)
class Slot:
    """An array at a door of a program: its name outside and inside, and the sizes of its block, none for a number."""

    key: str
    name: str
    shape: tuple[Size, ...] = ()


@dataclass(frozen=True)
class Doors:
    """The inputs and outputs of a program, and what its symbols are called inside."""

    inputs: tuple[Slot, ...]
    outputs: tuple[Slot, ...]
    numbers: Mapping[Symbol, Symbol]
    factors: Mapping[MatrixExpr, Factor]
    lengths: Lengths
    parameters: frozenset[Symbol]
    names: Names
    rewrite: Callable[[Expr], Expr]

    def word(self, letters: Iterable[Any]) -> Word:
        """A word of matrix symbols as factors."""
        return tuple(self._factor(letter) for letter in letters)

    def knowing(self, factors: Mapping[MatrixExpr, Factor]) -> Doors:
        """The same doors, with further letters that have a value."""
        return replace(self, factors={**self.factors, **factors})

    def factor(self, name: str, matrix: Any) -> Factor:
        """A new value by the name, of the shape of a matrix."""
        return _factor(name, self.lengths.shape(matrix))

    def number(self, expression: Expr, traces: Mapping[Any, Symbol]) -> Expr:
        """A scalar expression in names."""
        spelled = expression.xreplace({**self.numbers, **traces})
        for foreign in spelled.atoms(MatrixExpr):
            raise LoweringError(str(expression), f"{foreign} stands outside of a trace", "trace(…), or inner(A, B)")
        return self.rewrite(spelled)

    def _factor(self, letter: Any) -> Factor:
        if isinstance(letter, Transpose):
            return self._factor(letter.arg).T
        if letter not in self.factors:
            raise LoweringError(str(letter), "no kernel knows this kind of matrix", "sums and products of blocks")
        return self.factors[letter]


def wanted(expressions: Any) -> tuple[Form, dict[str, Any]]:
    """What a kernel is to return, and the expressions by name, in jets and in normal form."""
    form, named = _listed(expressions)
    if not named:
        raise LoweringError(str(expressions), "a kernel of nothing", "one expression at least")
    spelling = _spelling(expressions, named.values())
    return form, {key: _computable(spelling.read(_sympified(e))) for key, e in named.items()}


def doors(asked: Mapping[str, Any], inputs: Iterable[Any] | None, rewrite: Callable[[Expr], Expr] = same) -> Doors:
    """The doors of a program for the given expressions, through which the given symbols or names enter."""
    names = Names()
    entering = _entering(list(asked.values()), inputs)
    inside = {symbol: names.own(public(symbol)) for symbol in entering}
    lengths = Lengths.of({s: name for s, name in inside.items() if isinstance(s, MatrixSymbol)}, names)
    slots = tuple(Slot(public(s), name, lengths.shape(s)) for s, name in inside.items())
    numbers = {s: Symbol(name, **s.assumptions0) for s, name in inside.items() if isinstance(s, Symbol)}
    sizes = {n: Symbol(name, integer=True) for n, name in lengths.names.items() if isinstance(n, Symbol)}
    moving = set(jets(*numbers))
    still = frozenset(named for s, named in numbers.items() if s not in moving) | frozenset(sizes.values())
    outputs = tuple(Slot(key, names.own(_spoken(key)), lengths.shape(e)) for key, e in asked.items())
    factors = {s: _factor(name, lengths.shape(s)) for s, name in inside.items() if isinstance(s, MatrixSymbol)}
    return Doors(slots, outputs, numbers | sizes, factors, lengths, still, names, rewrite)


@dataclass(frozen=True)
class Lengths:
    """The names of the sizes that are no plain integers, and from which side of which input each is read."""

    names: Mapping[Any, str]
    read: Mapping[str, tuple[str, int]]

    @classmethod
    def of(cls, blocks: Mapping[MatrixSymbol, str], names: Names) -> Lengths:
        found: dict[Any, tuple[str, int]] = {}
        for matrix, name in blocks.items():
            sides = [n for n in matrix.shape if n != 1]
            for side, size in enumerate(sides, start=-len(sides)):
                if not size.is_Integer:
                    found.setdefault(size, (name, side))
        named = {size: names.own(size.name if size.is_Symbol else "size") for size in found}
        return cls(named, {named[size]: place for size, place in found.items()})

    def shape(self, expression: Any) -> tuple[Size, ...]:
        """The sizes of an expression, none for a number."""
        return tuple(self._size(expression, n) for n in getattr(expression, "shape", ()))

    def _size(self, expression: Any, size: Any) -> Size:
        if size.is_Integer:
            return int(size)
        if size not in self.names:
            raise LoweringError(str(expression), f"its size {size} can be read off no input", "an integer size")
        return self.names[size]


def _listed(expressions: Any) -> tuple[Form, dict[str, Any]]:
    if isinstance(expressions, Law):
        stated = {"charge": expressions.charge, "rate": expressions.rate, **expressions.sources}
        return "dict", {key: _measured(part) for key, part in (stated | {"source": expressions.source}).items()}
    if isinstance(expressions, MomentumMap):
        total = MatAdd(*expressions.sources.values())
        return "dict", {"charge": expressions.charge, "rate": expressions.rate, **expressions.sources, "source": total}
    if isinstance(expressions, Mapping):
        return "dict", {public(key) if isinstance(key, Basic) else str(key): e for key, e in expressions.items()}
    if isinstance(expressions, Sequence) and not isinstance(expressions, str):
        return "tuple", {f"result{i}": e for i, e in enumerate(expressions)}
    return "one", {"result": expressions}


def _measured(expression: Expr) -> Expr:
    """An unknown loss as a number by its name: whoever trains on it knows its value, though not its formula."""
    if expression.atoms(Partial, Gradient):
        return expression
    return expression.xreplace({f: Symbol(f.name, real=True) for f in expression.atoms(Unknown)})


def _spelling(expressions: Any, listed: Iterable[Any]) -> Spelling:
    return expressions.lagrangian.spelling if isinstance(expressions, Law) else Spelling.of(*listed)


def _sympified(written: Any) -> Any:
    try:
        return sympify(written, strict=True)
    except SympifyError:
        raise LoweringError(repr(written), "it is no SymPy expression", "an expression in coordinates") from None


def _computable(expression: Any) -> Any:
    """The normal form of an expression that has a value."""
    if not isinstance(expression, Expr) or isinstance(expression, MatrixBase):
        raise LoweringError(
            str(expression), "it is neither a number nor a block", "a scalar or an expression in blocks"
        )
    for slope in filter(_is_unknown, expression.atoms(Unknown, Partial, Gradient, Function)):
        function = getattr(slope, "function", slope)
        wrong = f"the kernel of an unknown function {function} has no value"
        raise LoweringError(str(expression), wrong, "the function out")
    return normal(expression)


def _is_unknown(node: Any) -> bool:
    """Whether nothing, or the degree alone, is known of a function."""
    return not isinstance(node, Function) or isinstance(node, AppliedUndef) or hasattr(node, "degree")


def _entering(expressions: list[Any], inputs: Iterable[Any] | None) -> list[Any]:
    """The symbols that a program takes, in order."""
    free: set[Any] = set().union(*(e.free_symbols for e in expressions))
    given = None if inputs is None else [_found(entry, free) for entry in inputs]
    blocks = [s for s in (free if given is None else given) if isinstance(s, MatrixSymbol)]
    free -= set().union(*(n.free_symbols for s in blocks for n in s.shape))
    chosen = _ordered(free) if given is None else given
    for symbol in _ordered(free - set(chosen)):
        raise LoweringError(str(symbol), "it is free in the expression, but not among the inputs", "it there, too")
    for symbol in chosen:
        if [public(other) for other in chosen].count(public(symbol)) > 1:
            raise LoweringError(str(symbol), "two inputs have this name", "another name for one of them")
    return chosen


def _ordered(symbols: Iterable[Any]) -> list[Any]:
    """Coordinates and derivatives, then constant matrices, then parameters."""
    moving = jets(*symbols)
    rest = sorted(set(symbols) - set(moving), key=str)
    return [*moving, *sorted(rest, key=lambda s: not isinstance(s, MatrixSymbol))]


def _found(entry: Any, free: set[Any]) -> Any:
    """A symbol, or the one that has the given name."""
    named = [s for s in free if entry in (s, str(s), public(s))]
    if named or isinstance(entry, Symbol | MatrixSymbol):
        return named[0] if named else entry
    raise LoweringError(f"inputs=[{entry!r}]", "the expression has no such symbol", "the name of one that it has")


def _spoken(key: str) -> str:
    """The key where it can be a name in code."""
    try:
        return checked_name(key)
    except NameRefusedError:
        return "result"


def _factor(name: str, shape: tuple[Size, ...]) -> Factor:
    """A block as a factor; a row is a transposed vector."""
    rows, columns = shape
    row = rows == 1 and columns != 1
    return Factor(Value(name, columns, rows) if row else Value(name, rows, columns), row)
