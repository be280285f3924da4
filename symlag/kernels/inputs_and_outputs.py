"""The interface of a program: which expressions it computes, which symbols it takes, and what both are called in code.

This pass comes first on the way from a formula to a kernel. It turns whatever was asked for (a law, one expression,
several of them) into named expressions in normal form, decides which of their symbols are inputs and in which order,
and gives each an identifier and a shape. Later passes see no name and no shape that was not settled here.

A size that is a symbol is read off the inputs: of W with shape (h, 3), h is the length of the last but one axis.

>>> from symlag.calculus.jets import block
>>> W, eta = block("W", Symbol("h"), 3), Symbol("eta")
>>> for port in interface_of({"M": eta * W.dot * W.T}, None).inputs:
...     print(port)
Port(key='W', name='W', shape=('h', 3))
Port(key='W_dot', name='W_dot', shape=('h', 3))
Port(key='eta', name='eta', shape=())
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sympy import Basic, Expr, Function, MatAdd, MatrixBase, MatrixSymbol, Symbol, SympifyError, Transpose, sympify
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.integrals import quadrature
from symlag.calculus.invariant_functions import Gradient, Partial, Unknown
from symlag.calculus.jets import jets
from symlag.calculus.matrices import normal
from symlag.calculus.sympy_notation import Notation, functions_of_variables
from symlag.errors import LoweringError, NameRefusedError
from symlag.kernels.contractions import Word
from symlag.kernels.identifiers import Names, argument_name
from symlag.kernels.instructions import Factor, Size, Value
from symlag.names import checked_name
from symlag.variational.noether import Law, MomentumMap

Container = Literal["one", "tuple", "dict"]


def identity(expression: Expr) -> Expr:
    """The expression itself: the rewriting of a backend that needs none."""
    return expression


@dataclass(frozen=True)
class Port:
    """An array that enters or leaves a program: its name in calls, its name in code, and the shape of its block.

    The shape of a number is empty.
    """

    key: str
    name: str
    shape: tuple[Size, ...] = ()


@dataclass(frozen=True)
class Interface:
    """The inputs and outputs of a program, and how its symbols are written in code.

    `symbols` has the scalar symbols and the symbolic sizes, `factors` the matrices; both grow no further than the
    inputs until `with_factors` adds letters that are computed on the way. `parameters` are the numbers that are the
    same at all points of a batch.
    """

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    symbols: Mapping[Symbol, Symbol]
    factors: Mapping[MatrixExpr, Factor]
    sizes: SizeNames
    parameters: frozenset[Symbol]
    names: Names
    rewrite: Callable[[Expr], Expr]

    def word(self, letters: Iterable[Any]) -> Word:
        """A word of matrix letters as a word of factors."""
        return tuple(self._factor_of(letter) for letter in letters)

    def with_factors(self, factors: Mapping[MatrixExpr, Factor]) -> Interface:
        """The same interface, in which further letters have a value."""
        return replace(self, factors={**self.factors, **factors})

    def new_factor(self, name: str, matrix: Any) -> Factor:
        """A new value of the given name, of the shape of a matrix."""
        return _block_factor(name, self.sizes.shape(matrix))

    def scalar(self, expression: Expr, traces: Mapping[Any, Symbol]) -> Expr:
        """A scalar expression in the symbols of the code, rewritten as the backend wants it."""
        in_code = quadrature(expression.xreplace({**self.symbols, **traces}))
        for matrix in in_code.atoms(MatrixExpr):
            wrong = f"the matrix {matrix} stands outside of a trace, and is no number"
            raise LoweringError(str(expression), wrong, "Make a number of it by trace(...) or inner(A, B).")
        return self.rewrite(in_code)

    def _factor_of(self, letter: Any) -> Factor:
        if isinstance(letter, Transpose):
            return self._factor_of(letter.arg).T
        if letter not in self.factors:
            raise LoweringError(
                str(letter), "no kernel knows this kind of matrix", "Write it by sums and products of blocks."
            )
        return self.factors[letter]


@dataclass(frozen=True)
class SizeNames:
    """The names of the sizes that are no integers, and from which axis of which input each of them is read.

    Axes are counted from the last, −1, so that those of the batch do not matter.
    """

    names: Mapping[Any, str]
    axes: Mapping[str, tuple[str, int]]

    @classmethod
    def of(cls, blocks: Mapping[MatrixSymbol, str], names: Names) -> SizeNames:
        """The sizes of the inputs, each read from the first input that has it."""
        places: dict[Any, tuple[str, int]] = {}
        for matrix, name in blocks.items():
            sides = [n for n in matrix.shape if n != 1]
            for axis, size in enumerate(sides, start=-len(sides)):
                if not size.is_Integer:
                    places.setdefault(size, (name, axis))
        size_names = {size: names.unique(size.name if size.is_Symbol else "size") for size in places}
        return cls(size_names, {size_names[size]: place for size, place in places.items()})

    def shape(self, expression: Any) -> tuple[Size, ...]:
        """The shape of an expression, empty for a number."""
        sizes: list[Size] = []
        for size in getattr(expression, "shape", ()):
            if not size.is_Integer and size not in self.names:
                wrong = f"its size {size} can be read off no input"
                raise LoweringError(str(expression), wrong, "Use an integer size, or an input that has this size.")
            sizes.append(int(size) if size.is_Integer else self.names[size])
        return tuple(sizes)


def in_jets(
    expressions: Any, inputs: Iterable[Any] | None = None
) -> tuple[Container, dict[str, Any], list[Any] | None]:
    """In what a kernel returns its results, the expressions by name in normal form, and the chosen inputs, in jets.

    Functions of time are coordinates: as an unknown function nothing would be known of them.
    """
    container, listed = _listed(expressions)
    if not listed:
        raise LoweringError(str(expressions), "there is nothing to compute", "Give one expression at least.")
    chosen = None if inputs is None else [inputs] if isinstance(inputs, str | Basic) else list(inputs)
    written = (*listed, *listed.values(), *(chosen or ()))
    known = expressions.lagrangian.notation.functions if isinstance(expressions, Law) else ()
    notation = Notation.of(*written, listed=(*known, *functions_of_variables(*written)))
    outputs: dict[str, Any] = {}
    for key, expression in listed.items():
        name = _name(notation, key)
        if name in outputs:
            raise LoweringError(f"{{{key}: …}}", "two results have this name", "Give one of them another name.")
        outputs[name] = _normal_form(notation.in_jets(_sympified(expression)))
    as_text = {str(notation.to_functions(jet)): jet for jet in jets(*outputs.values())}
    read = [as_text.get(entry, entry) if isinstance(entry, str) else notation.to_jets(entry) for entry in chosen or ()]
    return container, outputs, None if chosen is None else read


def key_name(key: Any) -> str:
    """The name of an input by which an array is given for a symbol, a coordinate, or a function of time."""
    return _name(Notation.of(key, listed=functions_of_variables(key)), key)


def _name(notation: Notation, key: Any) -> str:
    """The name of what a symbol, or a text, stands for."""
    symbol = notation.to_jets(key)
    return argument_name(symbol) if isinstance(symbol, Symbol | MatrixSymbol) else str(key)


def interface_of(
    expressions: Mapping[str, Any], inputs: Iterable[Any] | None, rewrite: Callable[[Expr], Expr] = identity
) -> Interface:
    """The interface of a program that computes the expressions and takes the symbols, given as symbols or by name."""
    names = Names()
    symbols = _input_symbols(list(expressions.values()), inputs)
    in_code = {symbol: names.unique(argument_name(symbol)) for symbol in symbols}
    matrices = {s: name for s, name in in_code.items() if isinstance(s, MatrixSymbol)}
    sizes = SizeNames.of(matrices, names)
    ports = tuple(Port(argument_name(s), name, sizes.shape(s)) for s, name in in_code.items())
    scalars = {s: Symbol(name, **s.assumptions0) for s, name in in_code.items() if isinstance(s, Symbol)}
    size_symbols = {n: Symbol(name, integer=True) for n, name in sizes.names.items() if isinstance(n, Symbol)}
    varying = set(jets(*scalars))
    constant = frozenset(s for scalar, s in scalars.items() if scalar not in varying)
    outputs = tuple(Port(key, names.unique(_code_name(key)), sizes.shape(e)) for key, e in expressions.items())
    factors = {s: _block_factor(name, sizes.shape(s)) for s, name in matrices.items()}
    parameters = constant | frozenset(size_symbols.values())
    return Interface(ports, outputs, scalars | size_symbols, factors, sizes, parameters, names, rewrite)


def _listed(expressions: Any) -> tuple[Container, dict[Any, Any]]:
    """The expressions by name, or by what they are the value of, as they were written."""
    if isinstance(expressions, Law):
        parts = {"charge": expressions.charge, "rate": expressions.rate, **expressions.sources}
        parts["source"] = expressions.source
        return "dict", {key: _with_loss_as_number(part) for key, part in parts.items()}
    if isinstance(expressions, MomentumMap):
        total = MatAdd(*expressions.sources.values())
        return "dict", {"charge": expressions.charge, "rate": expressions.rate, **expressions.sources, "source": total}
    if isinstance(expressions, Mapping):
        return "dict", dict(expressions)
    if isinstance(expressions, Sequence) and not isinstance(expressions, str):
        return "tuple", {f"result{i}": e for i, e in enumerate(expressions)}
    return "one", {"result": expressions}


def _with_loss_as_number(expression: Expr) -> Expr:
    """The expression with an unknown loss as a symbol: who trains on it knows its value, though not its formula."""
    if expression.atoms(Partial, Gradient):
        return expression
    return expression.xreplace({f: Symbol(f.name, real=True) for f in expression.atoms(Unknown)})


def _sympified(written: Any) -> Any:
    """What was written as a SymPy expression: a Python number becomes a SymPy number."""
    try:
        return sympify(written, strict=True)
    except SympifyError:
        raise LoweringError(
            repr(written), "it is no SymPy expression", "Write an expression in coordinates and symbols."
        ) from None


def _normal_form(expression: Any) -> Any:
    """The normal form of an expression, after a check that it has a value."""
    if not isinstance(expression, Expr) or isinstance(expression, MatrixBase):
        cure = "Write a scalar, or a matrix expression in blocks."
        raise LoweringError(str(expression), "it is neither a number nor a block", cure)
    for node in expression.atoms(Unknown, Partial, Gradient, Function):
        # An activation of which the degree alone is known is a SymPy function like any other, but has no formula.
        if not isinstance(node, Function) or isinstance(node, AppliedUndef) or hasattr(node, "degree"):
            wrong = f"the kernel of an unknown function {getattr(node, 'function', node)} has no value"
            raise LoweringError(str(expression), wrong, "Write the formula of the function in its place.")
    return normal(expression)


def _input_symbols(expressions: list[Any], inputs: Iterable[Any] | None) -> list[Any]:
    """The symbols that a program takes, in order."""
    free: set[Any] = set().union(*(e.free_symbols for e in expressions))
    chosen = None if inputs is None else [_symbol_of(entry, free) for entry in inputs]
    blocks = [s for s in (free if chosen is None else chosen) if isinstance(s, MatrixSymbol)]
    free -= set().union(*(n.free_symbols for s in blocks for n in s.shape))  # sizes are read off the arrays
    symbols = _sorted_symbols(free) if chosen is None else chosen
    for symbol in _sorted_symbols(free - set(symbols)):
        wrong = "it is free in the expression, but not among the inputs"
        raise LoweringError(str(symbol), wrong, "Add it to the inputs.")
    for symbol in symbols:
        if [argument_name(other) for other in symbols].count(argument_name(symbol)) > 1:
            raise LoweringError(str(symbol), "two inputs have this name", "Give one of them another name.")
    return symbols


def _sorted_symbols(symbols: Iterable[Any]) -> list[Any]:
    """Coordinates and derivatives, then constant matrices, then parameters."""
    varying = jets(*symbols)
    rest = sorted(set(symbols) - set(varying), key=str)
    return [*varying, *sorted(rest, key=lambda s: not isinstance(s, MatrixSymbol))]


def _symbol_of(entry: Any, free: set[Any]) -> Any:
    """A symbol, or the free symbol of the given name."""
    matches = [s for s in free if entry in (s, str(s), argument_name(s))]
    if matches:
        return matches[0]
    if isinstance(entry, Symbol | MatrixSymbol):
        return entry
    raise LoweringError(
        f"inputs=[{entry!r}]", "the expression has no such symbol", "Use the name of a symbol that it has."
    )


def _code_name(key: str) -> str:
    """The key where it can be a name in code."""
    try:
        return checked_name(key)
    except NameRefusedError:
        return "result"


def _block_factor(name: str, shape: tuple[Size, ...]) -> Factor:
    """A block as a factor; a row is a transposed vector."""
    rows, columns = shape
    row = rows == 1 and columns != 1
    return Factor(Value(name, columns, rows) if row else Value(name, rows, columns), row)
