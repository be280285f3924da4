"""Functions of which only symmetries are known, and their gradients.

An unknown function f stands for a loss. Its derivative along v is ⟨∇f, v⟩; each generator ξ that leaves f invariant
gives the relation ⟨∇f, ξ⟩ = 0, and `settle` writes an expression modulo these relations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Self

from sympy import Add, Basic, Expr, MatAdd, MatMul, MatrixSymbol, S, Symbol, Trace, Transpose, Tuple
from sympy.core.symbol import Str
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.differentiation import Derive, rule
from symlag.calculus.jets import Block
from symlag.calculus.matrices import inner, normal, zero_like
from symlag.calculus.matrix_gradient import adjoint
from symlag.calculus.matrix_words import Words, closed_word, closing, collected_word, matrix_of, sum_of, words
from symlag.calculus.term_order import spelled
from symlag.names import checked_name


class Unknown(Expr):
    """A scalar function of numbers or matrices, invariant along given directions, and otherwise unknown.

    >>> from symlag.calculus.jets import block
    >>> w = block("w")
    >>> Unknown("f", [w], [[w]])
    f(w)
    """

    is_commutative = True
    is_real = True

    def __new__(cls, name: Any, arguments: Any, invariances: Any = ()) -> Self:
        directions = Tuple(*(Tuple(*direction) for direction in invariances))
        return Basic.__new__(cls, Str(checked_name(str(name))), Tuple(*map(normal, arguments)), directions)

    @property
    def name(self) -> str:
        return self.args[0].name

    @property
    def arguments(self) -> tuple[Any, ...]:
        return tuple(self.args[1])

    @property
    def gradients(self) -> tuple[Any, ...]:
        """The partial derivative in each argument, in the shape of that argument."""
        return tuple(_slope(self, i) for i in range(len(self.arguments)))

    def moved(self, derive: Derive) -> list[tuple[int, Any]]:
        """The arguments that move, and how."""
        moved = [(i, normal(derive(argument))) for i, argument in enumerate(self.arguments)]
        return [(i, d) for i, d in moved if d != zero_like(d)]

    def relations(self, constants: Iterable[MatrixSymbol] = ()) -> Iterator[tuple[Expr, Expr]]:
        """Each invariance as a replacement: a product of gradients, and what it equals.

        An invariance under every linear map X holds for each of the given constants.
        """
        known: list[tuple[Expr, Expr]] = []
        for direction in (some for family in self.args[2] for some in _members(family, constants)):
            relation = Add(*(inner(g, d) for g, d in zip(self.gradients, direction, strict=True) if d != 0))
            if lead := _lead(_expanded(relation.xreplace(dict(known)))):
                known.append(lead)
        yield from known

    def _sympystr(self, printer: Any) -> str:
        return f"{self.name}({', '.join(map(printer.doprint, self.arguments))})"

    def _latex(self, printer: Any) -> str:
        return f"{printer._print(Symbol(self.name))}({', '.join(map(printer._print, self.arguments))})"

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        # SymPy's own diff, met inside nodes that symlag has no rule for.
        at = [i for i, argument in enumerate(self.arguments) if argument == symbol]
        return self.gradients[at[0]] if at else S.Zero


class Derivative(Basic):
    """What derivatives of either shape share: the function, and the arguments already differentiated in.

    `directions` holds pairs (i, v): differentiated in argument i, along the matrix v, or once where it is a number.
    """

    @property
    def function(self) -> Unknown:
        return self.args[0]

    @property
    def directions(self) -> tuple[Any, ...]:
        return tuple(self.args[-1])

    def moved(self, derive: Derive) -> list[tuple[int, Any]]:
        """The arguments that move, and how."""
        return self.function.moved(derive)


class Partial(Derivative, Expr):
    """A derivative of an unknown function in arguments that are numbers."""

    is_commutative = True
    is_real = True

    def __new__(cls, function: Unknown, directions: Any) -> Self:
        return Basic.__new__(cls, function, _sorted(directions))

    def _sympystr(self, printer: Any) -> str:
        names = "".join(f", {printer.doprint(self.function.arguments[int(i)])}" for i, _ in self.directions)
        return f"d({self.function.name}{names})"

    def _latex(self, printer: Any) -> str:
        names = "".join(printer._print(self.function.arguments[int(i)]) for i, _ in self.directions)
        return rf"\partial_{{{names}}} {printer._print(Symbol(self.function.name))}"


class Gradient(Derivative, MatrixExpr):
    """The gradient of an unknown function in a matrix argument, or of its derivative along given directions."""

    def __new__(cls, function: Unknown, index: Any, directions: Any = ()) -> Self:
        return Basic.__new__(cls, function, S(index), _sorted(directions))

    @property
    def argument(self) -> MatrixExpr:
        return self.function.arguments[int(self.args[1])]

    @property
    def shape(self) -> tuple[Any, Any]:
        return self.argument.shape

    def _sympystr(self, printer: Any) -> str:
        along = "".join(f"[{printer.doprint(v)}]" for _, v in self.directions)
        return f"grad({self.function.name}, {printer.doprint(self.argument)}){along}"

    def _latex(self, printer: Any) -> str:
        along = "".join(rf"\left[{printer._print(v)}\right]" for _, v in self.directions)
        return rf"\nabla_{{{printer._print(self.argument)}}} {printer._print(Symbol(self.function.name))}{along}"


@words.register
def _(matrix: Gradient) -> Words:
    """A derivative is linear in each direction."""
    for k, (i, v) in enumerate(matrix.directions):
        if isinstance(v, MatrixExpr) and list(spread := words(v)) != [tuple(v.args if isinstance(v, MatMul) else (v,))]:
            others = _without(matrix.directions, k)
            parts = [(c, matrix_of({word: S.One}, v.shape)) for word, c in spread.items()]
            made = (MatMul(c, Gradient(matrix.function, matrix.args[1], [*others, (i, part)])) for c, part in parts)
            return sum_of(map(words, made))
    return collected_word((matrix,), S.One)


@closing.register
def _(letter: Gradient, rest: MatrixExpr) -> Expr | None:
    """⟨R, ∂_i f[v]⟩ = ⟨v, ∂_j f[R]⟩: derivatives commute, and the first in order stands open."""
    pairs = [k for k, (_, v) in enumerate(letter.directions) if isinstance(v, MatrixExpr)]
    turns = [(letter, rest), *((_swapped(letter, k, rest), letter.directions[k][1]) for k in pairs)]
    chosen, beside = min(turns, key=lambda turn: (spelled(turn[1]), spelled(turn[0])))
    ((word, sign),) = words(Transpose(beside)).items()
    return sign * closed_word((*word, chosen)) if pairs else None


@adjoint.register
def _(letter: Gradient, rest: MatrixExpr, variable: MatrixSymbol) -> tuple[MatrixExpr, MatrixExpr]:
    k = next(k for k, (_, v) in enumerate(letter.directions) if v.has(variable))
    return _swapped(letter, k, rest), letter.directions[k][1]


def _swapped(letter: Gradient, k: int, rest: MatrixExpr) -> Gradient:
    """The derivative open along its k-th direction, and closed by R where it was open."""
    open_along = letter.directions[k][0]
    return Gradient(letter.function, open_along, [*_without(letter.directions, k), (letter.args[1], rest)])


def _without(directions: tuple[Any, ...], k: int) -> tuple[Any, ...]:
    return directions[:k] + directions[k + 1 :]


@rule.register
def _(node: Unknown, derive: Derive) -> Expr:
    return settle(Add(*(inner(_slope(node, i), d) for i, d in node.moved(derive))))


@rule.register
def _(node: Partial, derive: Derive) -> Expr:
    f, done = node.function, node.directions
    slopes = [(_slope(f, i, done), d) for i, d in node.moved(derive)]
    return Add(*(inner(slope, d) for slope, d in slopes))


@rule.register
def _(node: Gradient, derive: Derive) -> MatrixExpr:
    f, i, done = node.function, node.args[1], node.directions
    inside = [
        MatMul(d, Gradient(f, i, [*done, (j, 1)])) for j, d in node.moved(derive) if not isinstance(d, MatrixExpr)
    ]
    inside += [Gradient(f, i, [*done, (j, d)]) for j, d in node.moved(derive) if isinstance(d, MatrixExpr)]
    turning = [(k, j, derive(v)) for k, (j, v) in enumerate(done)]
    inside += [Gradient(f, i, [*done[:k], (j, d), *done[k + 1 :]]) for k, j, d in turning if d != zero_like(d)]
    return MatAdd(zero_like(node), *inside)


def _slope(function: Unknown, index: int, done: tuple[Any, ...] = ()) -> Any:
    """The derivative in one more argument, open along it where it is a matrix."""
    matrix = isinstance(function.arguments[index], MatrixExpr)
    return Gradient(function, index, done) if matrix else Partial(function, [*done, (index, 1)])


def _sorted(directions: Any) -> Tuple:
    return Tuple(*sorted((Tuple(*pair) for pair in directions), key=spelled))


def settle(expression: Any) -> Any:
    """The expression modulo the invariances of the unknown functions in it."""
    for function in sorted(expression.atoms(Unknown), key=spelled):
        expression = expression.xreplace(dict(function.relations(_constants(expression))))
    return expression


def _constants(expression: Any) -> list[MatrixSymbol]:
    return sorted((c for c in expression.atoms(MatrixSymbol) if not isinstance(c, Block)), key=spelled)


def _members(family: Tuple, constants: Iterable[MatrixSymbol]) -> Iterator[Tuple]:
    """The directions that a family of linear maps has, one for each constant matrix of its kind."""
    yield family
    maps = [X for X in _constants(family) if X.is_square and X not in family]  # a bare n is one direction of many
    for c in constants if len(maps) == 1 else ():
        if c != maps[0] and c.shape == maps[0].shape and isinstance(c, type(maps[0])):
            yield Tuple(*(normal(part.xreplace({maps[0]: c})) for part in family))


def _expanded(relation: Expr) -> Expr:
    """The relation as a sum of products; what is inside them stays as it is, down to the order of its terms."""
    names = {node: Symbol(f"lead{i}") for i, node in enumerate(relation.atoms(Trace, Partial))}
    return relation.xreplace(names).expand().xreplace({name: node for node, name in names.items()})


def _lead(relation: Expr) -> tuple[Expr, Expr] | None:
    """One product of gradients in a vanishing relation, solved for the others."""
    products = [node for node in relation.atoms(Trace, Partial) if node.has(Gradient, Partial)]
    for node in sorted(products, key=spelled):
        name = Symbol("lead")
        named = relation.xreplace({node: name})
        if (slope := named.diff(name)) != 0:
            return node, -named.xreplace({name: S.Zero}) / slope
    return None
