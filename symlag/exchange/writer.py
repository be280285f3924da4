"""From SymPy to the text of an expression, which `reader` makes the same expression of.

A node is written with operators, or as a call, where SymPy makes the same node of its parts. Where SymPy would
simplify, it is written in `held(…)`. What the grammar has no words for is refused: whatever is written can be read.

>>> from sympy import sqrt, symbols
>>> from symlag.calculus.jets import coordinates
>>> x, lam = coordinates("x"), symbols("lambda", positive=True)
>>> names = Names()
>>> Writer(names).text(x.dot**2 / 2 - lam / sqrt(x) + 1)
'-lambda/sqrt(x) + x.dot**2/2 + 1'
>>> names.declarations()
{'symbols': {'lambda': 'positive'}, 'coordinates': ['x']}
"""

from __future__ import annotations

from typing import Any

from mpmath.libmp import to_str
from sympy import (
    ITE,
    Add,
    And,
    Basic,
    ComplexRootOf,
    Derivative,
    DiagMatrix,
    Eq,
    Float,
    HadamardPower,
    HadamardProduct,
    Integral,
    Inverse,
    MatAdd,
    MatMul,
    MatPow,
    MatrixSymbol,
    Mul,
    Ne,
    Not,
    Number,
    OneMatrix,
    Or,
    Piecewise,
    Pow,
    Rational,
    S,
    Subs,
    Sum,
    Symbol,
    Trace,
    Transpose,
    Tuple,
    ZeroMatrix,
    hyper,
    meijerg,
)
from sympy.core.function import AppliedUndef, FunctionClass
from sympy.matrices.expressions.diagonal import DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixExpr
from sympy.matrices.expressions.special import Identity

from symlag.calculus.elementwise import Elementwise
from symlag.calculus.invariant_functions import Gradient, Partial, Unknown
from symlag.calculus.jets import Prolonged, t
from symlag.calculus.matrices import trace
from symlag.calculus.structured_matrices import Ones
from symlag.errors import FormatError, shown
from symlag.exchange.names_in_text import Names
from symlag.exchange.vocabulary import COMPARISONS, CONSTANT_NAMES, NAMES

COMPARISON, SUM, PRODUCT, POWER, ATOM = range(5)  # how tightly a text holds together

# Nodes that are written as a call with all of their parts.
CALLS: dict[type, str] = {
    And: "And",
    DiagMatrix: "diagonal",
    ComplexRootOf: "CRootOf",
    DiagonalOf: "diagonal_of",
    Elementwise: "elementwise",
    Eq: "Eq",
    HadamardPower: "hadamard_power",
    HadamardProduct: "hadamard",
    Identity: "identity",
    ITE: "ITE",
    Integral: "Integral",
    Ne: "Ne",
    Not: "Not",
    OneMatrix: "all_ones",
    Ones: "ones",
    Or: "Or",
    Subs: "Subs",
    Sum: "Sum",
    ZeroMatrix: "zeros",
    hyper: "hyper",
    meijerg: "meijerg",
}
OPERATORS: dict[type, str] = {relation: operator for operator, relation in COMPARISONS.items()}


class Writer:
    """A writer of expressions, which gives names to what occurs in them."""

    def __init__(self, names: Names) -> None:
        self.names = names
        names.write = self.text

    def text(self, expression: Any) -> str:
        """The text of an expression; `FormatError` where the grammar has no words for it."""
        if isinstance(expression, int | float) and not isinstance(expression, bool):
            expression = S(expression)
        if not isinstance(expression, Basic):
            wrong = f"a {type(expression).__name__} is no expression of SymPy"
            raise FormatError(shown(expression, 60), wrong, "to_json(law), for example")
        return self.write(expression)[0]

    def write(self, node: Any) -> tuple[str, int]:
        """A text, and how tightly it holds together."""
        match node:
            case Rational():
                return str(node), ATOM if node >= 0 and node.q == 1 else PRODUCT
            case Float():
                return self.decimal(node)
            case Prolonged():
                return self.place(node), ATOM
            case Symbol() | MatrixSymbol() | Unknown():
                return self.names.of(node), ATOM
            case Add() | MatAdd():
                return self.sum(node)
            case Mul() | MatMul():
                return self.product(node)
            case Pow() | MatPow() if not isinstance(node, Inverse):
                return self.power(node)
            case Transpose():
                return f"{self.within(node.arg, ATOM)}.T", ATOM
            case _ if node in {S.Exp1, S.NegativeInfinity}:
                return ("exp(1)", ATOM) if node is S.Exp1 else ("-oo", PRODUCT)
            case _ if node in CONSTANT_NAMES:
                return CONSTANT_NAMES[node], ATOM
            case _:
                return self.call(node)

    def within(self, node: Any, level: int) -> str:
        """A text, in brackets where it does not hold together tightly enough."""
        text, own = self.write(node)
        return text if own >= level else f"({text})"

    def bracket(self, node: Any) -> str:
        """A text, or a bracket of several."""
        if not isinstance(node, Tuple | tuple):
            return self.text(node)
        texts = list(map(self.bracket, node))
        return f"({texts[0]},)" if len(texts) == 1 else f"({', '.join(texts)})"

    def decimal(self, node: Float) -> tuple[str, int]:
        """A decimal number, with its bits where it has not as many as a float of Python."""
        if node < 0:
            return f"-{self.decimal(-node)[0]}", PRODUCT
        if node._prec == 53:
            short = repr(float(node))
            # Beyond the range of Python's floats there is no shortest text.
            return (short if short != "inf" and Float(short, precision=53) == node else to_str(node._mpf_, 17)), ATOM
        return f"decimal({to_str(node._mpf_, node._prec * 3 // 10 + 4)}, {node._prec})", ATOM

    def place(self, jet: Prolonged) -> str:
        """A coordinate with its derivatives."""
        steps = (
            ".dot" * n if v == t else f".d({self.names.of(v)})" * n for n, v in zip(jet.order, jet.base, strict=True)
        )
        return self.names.of(jet.root) + "".join(steps)

    def sum(self, node: Any) -> tuple[str, int]:
        of_numbers = not isinstance(node, MatAdd)
        if of_numbers and Add(*node.args) != node:
            return f"held({' + '.join(self.within(term, POWER) for term in node.args)})", ATOM
        terms = [(isinstance(term, Number), self.within(term, PRODUCT)) for term in node.args]
        if of_numbers:  # in the order of the alphabet, a number last: SymPy's own order may compute constants
            terms.sort(key=lambda term: (term[0], term[1].lstrip("-0123456789.*")))
        first, *others = (text for _, text in terms)
        return first + "".join(f" - {text[1:]}" if text[0] == "-" else f" + {text}" for text in others), SUM

    def product(self, node: Any) -> tuple[str, int]:
        if isinstance(node, MatMul):
            return self.product_of_matrices(node)
        if Mul(*node.args) != node:
            return f"held({'*'.join(self.within(factor, POWER) for factor in node.args)})", ATOM
        return self.quotient(node.as_ordered_factors())

    def quotient(self, factors: Any) -> tuple[str, int]:
        """A product, with the factors of negative powers behind strokes, each behind its own.

        A denominator 2(x + 1) in one bracket would be read as 2x + 2.
        """
        sign, above, below = "", list[str](), list[str]()
        for factor in factors:
            if isinstance(factor, Rational):
                sign = "-" if factor < 0 else sign
                above += [str(abs(factor.p))] if abs(factor.p) != 1 else []
                below += [str(factor.q)] if factor.q != 1 else []
            elif isinstance(factor, Pow) and is_divisor(factor):
                below.append(self.within(Pow(factor.base, -factor.exp), POWER))
            else:
                text = self.within(factor, POWER) if not is_negative(factor) else self.within(-factor, POWER)
                sign = "-" if is_negative(factor) else sign
                above.append(text)
        return "/".join((sign + ("*".join(above) or "1"), *below)), PRODUCT

    def product_of_matrices(self, node: MatMul) -> tuple[str, int]:
        numbers = [factor for factor in node.args if not isinstance(factor, MatrixExpr)]
        texts = [self.within(factor, POWER) for factor in node.args]
        if numbers not in ([], [node.args[0]]) or node.args[0] == 1 or len(node.args) < 2:
            return f"held({'*'.join(texts)})", ATOM
        if numbers == [S.NegativeOne]:
            return f"-{'*'.join(texts[1:])}", PRODUCT
        if numbers:
            texts[0] = self.within(numbers[0], PRODUCT)
        return "*".join(texts), PRODUCT

    def power(self, node: Any) -> tuple[str, int]:
        base, exponent = node.args
        if isinstance(node, Pow):
            if Pow(base, exponent) != node:
                return f"held({self.within(base, ATOM)}**{self.within(exponent, ATOM)})", ATOM
            if exponent == Rational(1, 2):
                return f"sqrt({self.text(base)})", ATOM
            if is_divisor(node):
                return self.quotient([node])
        return f"{self.within(base, ATOM)}**{self.within(exponent, ATOM)}", POWER

    def call(self, node: Any) -> tuple[str, int]:
        """A function of something, a comparison, or what else is written as a call."""
        if (operator := OPERATORS.get(type(node))) is not None:
            text = f"{self.within(node.lhs, SUM)} {operator} {self.within(node.rhs, SUM)}"
            return (text, COMPARISON) if node.func(*node.args) == node else (f"held({text})", ATOM)
        match node:
            case Derivative():
                along = [v if n == 1 else (v, n) for v, n in node.variable_count]
                text = f"Derivative({', '.join(map(self.bracket, (node.expr, *along)))})"
            case Piecewise():
                text = f"Piecewise({', '.join(self.bracket(tuple(piece)) for piece in node.args)})"
                text = text if Piecewise(*node.args) == node else f"held({text})"
            case Trace():
                square = node.arg.rows == node.arg.cols
                text = f"{'trace' if square and trace(node.arg) == node else 'Trace'}({self.text(node.arg)})"
            case Gradient():
                directions = (self.bracket(tuple(pair)) for pair in node.directions)
                text = f"gradient({', '.join((self.text(node.function), str(node.args[1]), *directions))})"
            case Partial():
                directions = (self.bracket(tuple(pair)) for pair in node.directions)
                text = f"partial({', '.join((self.text(node.function), *directions))})"
            case Inverse():
                text = f"inverse({self.text(node.arg)})"
            case _ if type(node) in CALLS:
                text = f"{CALLS[type(node)]}({', '.join(map(self.bracket, node.args))})"
            case _:
                text = self.function(node)
        return text, ATOM

    def function(self, node: Any) -> str:
        """A function of numbers, known or unknown."""
        function: Any = type(node)
        if function in NAMES:
            text = f"{NAMES[function]}({', '.join(map(self.text, node.args))})"
            return text if function(*node.args) == node else f"held({text})"
        if isinstance(node, AppliedUndef) or (isinstance(function, FunctionClass) and hasattr(function, "degree")):
            return f"{self.names.of(function)}({', '.join(map(self.text, node.args))})"
        wrong = f"the format has no words for a {type(node).__name__}"
        raise FormatError(shown(node, 60), wrong, "Write it with functions of the table in the documentation.")


def is_divisor(power: Pow) -> bool:
    """Whether a power is written behind a stroke: its exponent is a negative number, and its base is none."""
    return isinstance(power.exp, Rational) and power.exp < 0 and not power.base.is_Number


def is_negative(factor: Any) -> bool:
    """Whether a factor is a negative decimal number."""
    return isinstance(factor, Float) and factor < 0
