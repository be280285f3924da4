"""Functions of which only the symmetries are known, and expressions modulo these symmetries.

**Definition.** An unknown function f of numbers and matrices u stands for a loss. Its derivative along a direction v is
⟨∇f, v⟩, the second derivative along v and w is ⟨∇f[v], w⟩ = ⟨∇f[w], v⟩, and so on. It may be invariant along directions
ξ(u): then ⟨∇f, ξ⟩ = 0 for each of them. A direction with a constant square matrix in it stands for all directions that
other constant matrices of that kind and shape make of it.

**Theorem.** The invariances are linear relations between the products ⟨∇f, ·⟩. Gaussian elimination solves each of them
for one product, the first by name that no other relation was solved for, and replaces it in all the others. To write
the right-hand sides for these products in an expression is then a normal form modulo the invariances
(`modulo_invariances`): expressions that are linear in ∇f and differ by multiples of the relations become equal.

>>> from symlag.calculus.jets import block
>>> U, V = block("U", 3, 2), block("V", 4, 2)
>>> f = Unknown("f", [U, V], [[U, -V]])
>>> modulo_invariances(inner(f.gradients[1], V) - inner(f.gradients[0], U))
0
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Self

from sympy import Add, Basic, Expr, MatAdd, MatMul, MatrixSymbol, S, Symbol, Trace, Transpose, Tuple
from sympy.core.symbol import Str
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.differentiation_rules import SelfDifferentiated
from symlag.calculus.jets import Block
from symlag.calculus.letter_kinds import Derive, LetterKind, Words, letter_kind
from symlag.calculus.matrices import inner, normal, trace, zero_like
from symlag.calculus.matrix_words import matrix_of, sum_of, words
from symlag.calculus.term_order import sort_name
from symlag.names import checked_name


class Unknown(SelfDifferentiated, Expr):
    """A real function of numbers and matrices, invariant along given directions, and otherwise unknown.

    Parameters
    ----------
    name : str
        What it is called.
    arguments : sequence of Expr or MatrixExpr
        What it is a function of, for instance coordinates and blocks.
    invariances : sequence of sequences, optional
        Directions along which it does not change: one entry an argument, of the shape of that argument.

    Examples
    --------
    >>> from symlag.calculus.jets import block
    >>> from symlag.calculus.differential_operators import directional
    >>> w = block("w")
    >>> f = Unknown("f", [w], [[w]])
    >>> f, directional(f, {w: w})
    (f(w), 0)
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
        return tuple(derivative_in(self, i) for i in range(len(self.arguments)))

    @property
    def invariances(self) -> tuple[Tuple, ...]:
        """The directions along which it does not change."""
        return tuple(self.args[2])

    def rates(self, derive: Derive) -> list[tuple[int, Any]]:
        """The derivatives of the arguments that change.

        Parameters
        ----------
        derive : callable
            From an argument to its derivative.

        Returns
        -------
        list of tuple
            The number of the argument and its derivative.
        """
        rates = [(i, normal(derive(argument))) for i, argument in enumerate(self.arguments)]
        return [(i, rate) for i, rate in rates if rate != zero_like(rate)]

    def derivative(self, derive: Derive) -> Expr:
        """The derivative Σ ⟨∂ᵢf, D argᵢ⟩ by the chain rule, modulo the invariances.

        Parameters
        ----------
        derive : callable
            From an argument to its derivative.

        Returns
        -------
        Expr
            In the gradients of the function.
        """
        return modulo_invariances(_chain_rule(self, (), derive))

    def _sympystr(self, printer: Any) -> str:
        return f"{self.name}({', '.join(map(printer.doprint, self.arguments))})"

    def _latex(self, printer: Any) -> str:
        return f"{printer._print(Symbol(self.name))}({', '.join(map(printer._print, self.arguments))})"

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        # SymPy's own diff, met inside nodes that symlag has no rule for.
        at = [i for i, argument in enumerate(self.arguments) if argument == symbol]
        return self.gradients[at[0]] if at else S.Zero


class DerivativeOfUnknown(Basic):
    """A derivative of an unknown function.

    `directions` holds pairs (i, v): differentiated in argument i along the matrix v, or once where it is a number.
    """

    @property
    def function(self) -> Unknown:
        return self.args[0]

    @property
    def directions(self) -> tuple[Any, ...]:
        return tuple(self.args[-1])


class Partial(DerivativeOfUnknown, SelfDifferentiated, Expr):
    """A derivative of an unknown function in arguments that are numbers."""

    is_commutative = True
    is_real = True

    def __new__(cls, function: Unknown, directions: Any) -> Self:
        return Basic.__new__(cls, function, _sorted(directions))

    def derivative(self, derive: Derive) -> Expr:
        """The chain rule, Σ ⟨∂ᵢ∂f, D argᵢ⟩, the directions of numbers standing still."""
        return _chain_rule(self.function, self.directions, derive)

    def _sympystr(self, printer: Any) -> str:
        names = "".join(f", {printer.doprint(self.function.arguments[int(i)])}" for i, _ in self.directions)
        return f"d({self.function.name}{names})"

    def _latex(self, printer: Any) -> str:
        names = "".join(printer._print(self.function.arguments[int(i)]) for i, _ in self.directions)
        return rf"\partial_{{{names}}} {printer._print(Symbol(self.function.name))}"


class Gradient(DerivativeOfUnknown, MatrixExpr):
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


def derivative_in(function: Unknown, index: int, directions: tuple[Any, ...] = ()) -> Any:
    """The derivative in one more argument: the gradient where it is a matrix, the partial derivative of a number."""
    if isinstance(function.arguments[index], MatrixExpr):
        return Gradient(function, index, directions)
    return Partial(function, [*directions, (index, 1)])


def _chain_rule(function: Unknown, directions: tuple[Any, ...], derive: Derive) -> Expr:
    """Σ ⟨∂ᵢ∂f, D argᵢ⟩ over the arguments that move, ∂f taken along some directions already."""
    terms: list[Expr] = []
    for i, rate in function.rates(derive):
        slope = derivative_in(function, i, directions)
        terms.append(trace(MatMul(Transpose(slope), rate)) if isinstance(slope, MatrixExpr) else slope * rate)
    return Add(*terms)


def _sorted(directions: Any) -> Tuple:
    """The directions in one order, for derivatives commute."""
    return Tuple(*sorted((Tuple(*pair) for pair in directions), key=sort_name))


@letter_kind(Gradient)
class GradientKind(LetterKind):
    """Gradients as letters: linear in each direction, and symmetric, ⟨R, ∂ᵢf[v]⟩ = ⟨∂ⱼf[R], v⟩."""

    def words(self, letter: Gradient, /) -> Words | None:
        for k, (i, v) in enumerate(letter.directions):
            if not isinstance(v, MatrixExpr):
                continue
            terms = words(v)
            if list(terms) == [tuple(v.args) if isinstance(v, MatMul) else (v,)]:
                continue
            f, at, others = letter.function, letter.args[1], _without(letter.directions, k)
            parts = ((c, matrix_of({word: S.One}, v.shape)) for word, c in terms.items())
            return sum_of(words(MatMul(c, Gradient(f, at, [*others, (i, part)]))) for c, part in parts)
        return None

    def derivative(self, letter: Gradient, derive: Derive, /) -> MatrixExpr:
        """The chain rule: the function moves, and so do the directions that it was differentiated along."""
        f, i, directions = letter.function, letter.args[1], letter.directions
        terms: list[MatrixExpr] = []
        for j, rate in f.rates(derive):
            if isinstance(rate, MatrixExpr):
                terms.append(Gradient(f, i, [*directions, (j, rate)]))
            else:
                terms.append(MatMul(rate, Gradient(f, i, [*directions, (j, 1)])))
        for k, (j, v) in enumerate(directions):
            if (rate := derive(v)) != zero_like(rate):
                terms.append(Gradient(f, i, [*_without(directions, k), (j, rate)]))
        return MatAdd(zero_like(letter), *terms)

    def parts(self, letter: Gradient, /) -> list[MatrixExpr]:
        return [letter.directions[k][1] for k in self._along_matrices(letter)]

    def adjoint(self, letter: Gradient, at: int, rest: MatrixExpr, /) -> MatrixExpr:
        return _exchanged(letter, self._along_matrices(letter)[at], rest)

    def _along_matrices(self, letter: Gradient) -> list[int]:
        return [k for k, (_, v) in enumerate(letter.directions) if isinstance(v, MatrixExpr)]


def _exchanged(letter: Gradient, k: int, rest: MatrixExpr) -> Gradient:
    """The derivative left open along its k-th direction, and taken along R where it was open before."""
    return Gradient(letter.function, letter.directions[k][0], [*_without(letter.directions, k), (letter.args[1], rest)])


def _without(directions: tuple[Any, ...], k: int) -> tuple[Any, ...]:
    return directions[:k] + directions[k + 1 :]


def modulo_invariances(expression: Any) -> Any:
    """The expression with the invariances of the unknown functions in it made use of."""
    for function in sorted(expression.atoms(Unknown), key=sort_name):
        if function.invariances:
            expression = expression.xreplace(relations(function, _constants(expression)))
    return expression


@lru_cache(maxsize=2**10)
def relations(function: Unknown, constants: tuple[MatrixSymbol, ...] = ()) -> dict[Expr, Expr]:
    """The invariances of a function, each solved for one product of its gradients, for members with these constants."""
    solved: dict[Expr, Expr] = {}
    for direction in (member for family in function.invariances for member in _members(family, constants)):
        relation = Add(*(inner(g, d) for g, d in zip(function.gradients, direction, strict=True) if d != 0))
        # To expand the sum must not touch what is inside of products, down to the order of terms there.
        names = {node: Symbol(f"product{i}") for i, node in enumerate(relation.atoms(Trace, Partial))}
        nodes = {name: node for node, name in names.items()}
        relation = relation.xreplace(names).expand().xreplace(nodes).xreplace(solved)
        products = (node for node in relation.atoms(Trace, Partial) if node.has(Gradient, Partial))
        for product in sorted(products, key=sort_name):
            name = Symbol("product")
            named = relation.xreplace({product: name})
            if (slope := named.diff(name)) != 0:
                new = {product: -named.xreplace({name: S.Zero}) / slope}
                solved = {lead: value.xreplace(new) for lead, value in solved.items()} | new
                break
    return solved


def _members(family: Tuple, constants: tuple[MatrixSymbol, ...]) -> Iterator[Tuple]:
    """The direction itself, and where it holds for every matrix X those with a constant of its kind for X."""
    yield family
    # A constant that is itself an entry of the direction, as n of a translation is, is one direction of many.
    maps = [X for X in _constants(family) if X.is_square and X not in family]
    if len(maps) == 1:
        (X,) = maps
        for c in constants:
            if c != X and c.shape == X.shape and isinstance(c, type(X)):
                yield Tuple(*(normal(part.xreplace({X: c})) for part in family))


def _constants(expression: Any) -> tuple[MatrixSymbol, ...]:
    return tuple(sorted((c for c in expression.atoms(MatrixSymbol) if not isinstance(c, Block)), key=sort_name))
