"""Functions of which only symmetries are known, and their gradients.

An unknown function f stands for a loss. Its derivative along v is ⟨∇f, v⟩; each generator ξ that leaves f invariant
gives the relation ⟨∇f, ξ⟩ = 0, and `settle` writes an expression modulo these relations.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

from sympy import Add, Basic, Expr, S, Symbol, Trace, Tuple
from sympy.core.symbol import Str
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.blocks import inner, zero_like
from symlag.calculus import Derive, rule
from symlag.errors import SymlagError
from symlag.jet import checked_name


class Unknown(Expr):
    """A scalar function of numbers or matrices, invariant along given directions, and otherwise unknown.

    >>> from symlag.jet import block
    >>> w = block("w")
    >>> Unknown("f", [w], [[w]])
    f(w)
    """

    is_commutative = True
    is_real = True

    def __new__(cls, name: Any, arguments: Any, invariances: Any = ()) -> Self:
        directions = Tuple(*(Tuple(*direction) for direction in invariances))
        return Basic.__new__(cls, Str(checked_name(str(name))), Tuple(*arguments), directions)

    @property
    def name(self) -> str:
        return self.args[0].name

    @property
    def arguments(self) -> tuple[Any, ...]:
        return tuple(self.args[1])

    @property
    def gradients(self) -> tuple[Any, ...]:
        """The partial derivative in each argument, in the shape of that argument."""
        kinds = (Gradient if isinstance(argument, MatrixExpr) else Partial for argument in self.arguments)
        return tuple(kind(self, i) for i, kind in enumerate(kinds))

    def relations(self) -> Iterator[tuple[Expr, Expr]]:
        """Each invariance as a replacement: a product of gradients, and what it equals."""
        known: list[tuple[Expr, Expr]] = []
        for direction in self.args[2]:
            relation = Add(*(inner(g, d) for g, d in zip(self.gradients, direction, strict=True) if d != 0))
            if lead := _lead(relation.xreplace(dict(known)).expand()):
                known.append(lead)
        yield from known

    def _sympystr(self, printer: Any) -> str:
        return f"{self.name}({', '.join(map(printer.doprint, self.arguments))})"

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        # SymPy's own diff, met inside nodes that symlag has no rule for.
        at = [i for i, argument in enumerate(self.arguments) if argument == symbol]
        return self.gradients[at[0]] if at else S.Zero


class _Slope:
    """What gradients of either shape share."""

    args: tuple[Any, ...]

    @property
    def function(self) -> Unknown:
        return self.args[0]

    @property
    def argument(self) -> Any:
        return self.function.arguments[int(self.args[1])]

    def _sympystr(self, printer: Any) -> str:
        return f"grad({self.function.name}, {printer.doprint(self.argument)})"


class Partial(_Slope, Expr):
    """The partial derivative of an unknown function in an argument that is a number."""

    is_commutative = True
    is_real = True

    def __new__(cls, function: Unknown, index: Any) -> Self:
        return Basic.__new__(cls, function, S(index))


class Gradient(_Slope, MatrixExpr):
    """The gradient of an unknown function in an argument that is a matrix."""

    def __new__(cls, function: Unknown, index: Any) -> Self:
        return Basic.__new__(cls, function, S(index))

    @property
    def shape(self) -> tuple[Any, Any]:
        return self.argument.shape


@rule.register
def _(node: Unknown, derive: Derive) -> Expr:
    moved = [(g, derive(argument)) for g, argument in zip(node.gradients, node.arguments, strict=True)]
    return settle(Add(*(inner(g, d) for g, d in moved if d != 0)))


@rule.register(Partial)
@rule.register(Gradient)
def _(node: Partial | Gradient, derive: Derive) -> Any:
    if any(derive(argument) != zero_like(argument) for argument in node.function.arguments):
        raise SymlagError(str(node), "the second derivative of an unknown function is not known", "V explicitly")
    return zero_like(node.argument)


def settle(expression: Any) -> Any:
    """The expression modulo the invariances of the unknown functions in it."""
    for function in sorted(expression.atoms(Unknown), key=str):
        expression = expression.xreplace(dict(function.relations()))
    return expression


def _lead(relation: Expr) -> tuple[Expr, Expr] | None:
    """One product of gradients in a vanishing relation, solved for the others."""
    products = [node for node in relation.atoms(Trace, Partial) if node.has(Gradient, Partial)]
    for node in sorted(products, key=str):
        name = Symbol("lead")
        named = relation.xreplace({node: name})
        if (slope := named.diff(name)) != 0:
            return node, -named.xreplace({name: S.Zero}) / slope
    return None
