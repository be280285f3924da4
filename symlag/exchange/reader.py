"""From the tree of an expression to SymPy: names by their declarations, functions by the vocabulary, nothing else.

Sums, products and powers are made as SymPy makes them of the same operators. What is `held(…)` stands as it is written:
`held(2*(x + y))` is a product, `2*(x + y)` is 2x + 2y. Numbers are bounded while they are made, so that `9**9**9` is
refused and not computed: no exponent is above `EXPONENT`, no number longer than `DIGITS` digits, and a function of
numbers alone has arguments below a bound.

>>> from symlag.calculus.jets import coordinates
>>> x = coordinates("x")
>>> Reader({"x": x}, "V").read("x.dot**2/2 - cos(x)")
x.dot**2/2 - cos(x)
>>> Reader({"x": x}, "V").read("9**9**9")
Traceback (most recent call last):
symlag.errors.FormatError: V: '9**9**9': at letter 2 the exponent is above 10000. Write a symbol for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NoReturn

from sympy import (
    AccumBounds,
    Add,
    Expr,
    Float,
    FunctionClass,
    Integer,
    MatAdd,
    MatMul,
    MatPow,
    Mul,
    Pow,
    Rational,
    S,
    Symbol,
    Transpose,
    nan,
    zoo,
)
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.logic.boolalg import Boolean
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.arguments import DIGITS, EXPONENT, is_huge
from symlag.calculus.jets import Prolonged
from symlag.errors import FormatError, SymlagError, shown
from symlag.exchange.grammar import Node, parse, refuse
from symlag.exchange.special_forms import FORMS
from symlag.exchange.vocabulary import COMPARISONS, CONSTANTS, FUNCTIONS

BITS = DIGITS * 10 // 3
BOUND = 10**DIGITS


class Reader:
    """A reader of expressions in declared names; `where` says in messages where the text stands."""

    def __init__(self, declared: Mapping[str, Any], where: str) -> None:
        self.declared = declared
        self.where = where
        self.text = ""

    def read(self, written: Any) -> Any:
        """The expression of a text, or of a whole number; `FormatError` where it is none."""
        if isinstance(written, int) and not isinstance(written, bool):
            written = str(written) if abs(written).bit_length() < BITS else "a number"
        if not isinstance(written, str):
            wrong = "it is no expression in a text"
            raise FormatError(f"{self.where} = {shown(written)}", wrong, f'{self.where.rsplit(".", 1)[-1]} = "x**2/2"')
        self.text = written
        try:
            expression = self.build(parse(written))
            if expression.has(nan, zoo, AccumBounds):
                raise FormatError(
                    shown(written, 60), "a part of it is no finite number", "Write numbers that are finite."
                )
            return expression
        except SymlagError as error:
            raise type(error)(f"{self.where}: {error.wrote}", error.wrong, error.write) from None
        except Exception as error:  # SymPy raises much where it is given what makes no sense
            wrong = f"it cannot be made ({type(error).__name__} of SymPy)"
            raise FormatError(
                f"{self.where} = {shown(written, 60)}", wrong, "Write an expression that makes sense."
            ) from None

    def number(self, written: Any) -> Expr:
        """The scalar expression of a text; `FormatError` for a matrix, a condition or a function."""
        expression = self.read(written)
        if not isinstance(expression, Expr) or isinstance(expression, MatrixExpr):
            self.wrong_kind(written, "it is no number")
        return expression

    def size(self, written: Any) -> Expr:
        """The number of rows or columns of a matrix."""
        size = self.number(written)
        if size.is_integer is False or size.is_positive is False or not size.is_commutative:
            self.wrong_kind(written, "a size is a positive whole number, or a symbol for one")
        return size

    def wrong_kind(self, written: Any, wrong: str) -> NoReturn:
        write = "Write an expression such as m*x.dot**2/2."
        raise FormatError(f"{self.where} = {shown(written, 60)}", wrong, write)

    def refuse(self, node: Node, wrong: str, write: str) -> NoReturn:
        """Raise a `FormatError` that names the place of a node."""
        refuse(self.text, node.at, wrong, write)

    def build(self, node: Node) -> Any:
        """The expression of a tree."""
        return self.bounded(node, getattr(self, f"build_{node.kind}")(node))

    def bounded(self, node: Node, expression: Any) -> Any:
        """An expression itself; refused where it is a number that is too long, or none."""
        if expression in {nan, zoo} or isinstance(expression, AccumBounds):
            self.refuse(node, f"a number is {expression}", "Write numbers that are finite.")
        for number in (expression, *expression.args):  # SymPy has a number first in a sum or product
            if isinstance(number, Rational | Float) and is_huge(number):
                self.refuse(node, f"a number has more than {DIGITS} digits", "Write a symbol for it.")
        return expression

    def build_number(self, node: Node) -> Expr:
        mantissa, _, exponent = node.text.lower().partition("e")
        if len(mantissa) > DIGITS or len(exponent) > 5 or abs(int(exponent or 0)) > DIGITS:
            self.refuse(node, f"a number has more than {DIGITS} digits", "Write a symbol for it.")
        if node.text.isdigit():
            return Integer(node.text)
        digits = len(mantissa.replace(".", "").strip("0"))
        # As Python reads it; with more digits than a float of Python has, as SymPy does.
        return Float(node.text, precision=53) if digits <= 17 else Float(node.text)

    def build_name(self, node: Node) -> Any:
        name = node.text.removesuffix("_")
        found = self.declared.get(name, CONSTANTS.get(name))
        if isinstance(found, FunctionClass) or (found is None and (name in FUNCTIONS or name in FORMS)):
            self.refuse(node, f"the function {name} stands without arguments", f"{name}(x), for example")
        if found is None:
            write = f'symbols = {{{name} = "positive"}}, or coordinates = "{name}"'
            self.refuse(node, f"there is no {name} declared", write)
        return found

    def build_call(self, node: Node) -> Any:
        name = node.text
        function: Any = self.declared.get(name)
        if isinstance(function, FunctionClass):
            if not node.parts:
                self.refuse(node, f"the function {name} has no arguments", f"{name}(x), for example")
            return function(*map(self.scalar, node.parts))
        if name in FORMS:
            return FORMS[name](self, node)
        if name not in FUNCTIONS:
            self.refuse(node, f"there is no function {name}", f'functions = {{{name} = ""}} for an unknown one')
        vocable = FUNCTIONS[name]
        if not vocable.least <= len(node.parts) <= vocable.most:
            count = vocable.least if vocable.least == vocable.most else f"{vocable.least} to {vocable.most}"
            self.refuse(node, f"{name} has {len(node.parts)} arguments", f"{name} of {count}")
        return vocable.function(*self.arguments(node))

    def arguments(self, node: Node) -> list[Expr]:
        """The arguments of a function of numbers; constants among them are bounded."""
        found = list(map(self.scalar, node.parts))
        for part, argument in zip(node.parts, found, strict=True):
            self.bound_constant(part, argument, FUNCTIONS[node.text].bound if node.text in FUNCTIONS else BOUND)
        return found

    def bound_constant(self, node: Node, number: Expr, bound: int) -> None:
        """Refuse a constant above a bound: what is made of it might never be finished."""
        if not number.is_number:
            return
        if number.has(ExprWithLimits):  # SymPy may compute it in order to know its sign
            self.refuse(node, "a constant integral or sum stands within a function", "Write a symbol for it.")
        if number.is_infinite is False and abs(number.evalf(5)) > bound:
            self.refuse(node, f"the constant here is above {bound}", "Write a symbol for it.")

    def scalar(self, node: Node) -> Expr:
        """The expression of a node that must be a number."""
        found = self.build(node)
        if not isinstance(found, Expr) or isinstance(found, MatrixExpr):
            self.refuse(node, "there stands no number", "Write a number, or a trace.")
        return found

    def matrix(self, node: Node) -> MatrixExpr:
        """The expression of a node that must be a matrix."""
        found = self.build(node)
        if not isinstance(found, MatrixExpr):
            self.refuse(node, "there stands no matrix", "Write a matrix that is declared, or made of such.")
        return found

    def condition(self, node: Node) -> Any:
        """The expression of a node that must be a condition."""
        found = self.build(node)
        if not isinstance(found, Boolean) or isinstance(found, Symbol):  # SymPy takes symbols for conditions, too
            self.refuse(node, "there stands no condition", "Write a condition such as x < 1.")
        return found

    def parts(self, node: Node) -> tuple[Node, ...]:
        """The nodes in a bracket."""
        if node.kind != "tuple":
            self.refuse(node, "there stands no bracket of several parts", "(x, 0, 1), for example")
        return node.parts

    def build_tuple(self, node: Node) -> NoReturn:
        self.refuse(node, "a bracket of several parts stands alone", "Write it as an argument of a function.")

    def build_sum(self, node: Node) -> Any:
        terms = [self.signed_term(sign, part) for sign, part in node.parts]
        if not any(isinstance(term, MatrixExpr) for term in terms):
            return Add(*terms)
        if not all(isinstance(term, MatrixExpr) for term in terms):
            self.refuse(node, "a number is added to a matrix", "Write sums of numbers, or of matrices.")
        if len({term.shape for term in terms}) > 1:
            self.refuse(node, "matrices of different shapes are added", "Write sums of matrices of one shape.")
        return MatAdd(*terms)

    def signed_term(self, sign: int, node: Node) -> Any:
        """A term of a sum; a sign goes into the number before a product of matrices."""
        if node.kind == "product":
            return self.bounded(node, self.product(node.parts, sign * node.sign))
        return self.product(((False, node),), sign) if sign < 0 else self.plain(node)

    def plain(self, node: Node) -> Any:
        """A number or a matrix."""
        found = self.build(node)
        if not isinstance(found, Expr | MatrixExpr):
            self.refuse(node, "there stands neither a number nor a matrix", "Write an expression such as m*x.dot**2/2.")
        return found

    def build_product(self, node: Node) -> Any:
        return self.product(node.parts, node.sign)

    def product(self, parts: tuple[Any, ...], sign: int) -> Any:
        """A product; numbers before matrices are taken together."""
        numbers, matrices = self.factors(parts, sign)
        number = Mul(*numbers)
        if not matrices:
            return number
        if len(matrices) == 1 and number == 1:
            return matrices[0]
        self.require_fitting(parts[0][1], matrices)
        return MatMul(*matrices) if number == 1 else MatMul(number, *matrices)

    def require_fitting(self, node: Node, matrices: list[MatrixExpr]) -> None:
        """Refuse a product of matrices whose shapes do not fit."""
        for left, right in pairwise(matrices):
            if left.cols != right.rows:
                wrong = f"{left} has {left.cols} columns and {right} has {right.rows} rows"
                self.refuse(node, wrong, "Write factors that fit, such as A*B.T.")

    def factors(self, parts: tuple[Any, ...], sign: int) -> tuple[list[Expr], list[MatrixExpr]]:
        """The numbers and the matrices in a product."""
        numbers: list[Expr] = [S.NegativeOne] if sign < 0 else []
        matrices: list[MatrixExpr] = []
        for divides, part in parts:
            factor = self.plain(part)
            if isinstance(factor, MatrixExpr):
                if divides:
                    self.refuse(part, "something is divided by a matrix", "A*inverse(B), for example")
                matrices.append(factor)
            else:
                if divides and factor == 0:
                    self.refuse(part, "something is divided by zero", "Write another number.")
                numbers.append(Pow(factor, -1) if divides else factor)
        return numbers, matrices

    def build_power(self, node: Node) -> Any:
        base, exponent = self.plain(node.parts[0]), self.scalar(node.parts[1])
        self.bound_exponent(node, base, exponent)
        if isinstance(base, MatrixExpr):
            if not exponent.is_Integer or not base.is_square:
                self.refuse(node, "this power of a matrix is not known", "A**2 of a square A, or hadamard_power(A, 2)")
            return MatPow(base, exponent)
        return Pow(base, exponent)

    def bound_exponent(self, node: Node, base: Any, exponent: Expr) -> None:
        """Refuse an exponent that is too great, and a power of numbers that is too long."""
        if any(abs(n) > EXPONENT for n in exponent.atoms(Rational, Float)):
            self.refuse(node, f"the exponent is above {EXPONENT}", "Write a symbol for it.")
        self.bound_constant(node, exponent, EXPONENT)
        if isinstance(base, Rational) and exponent.is_number:
            bits = max(abs(base.p), base.q).bit_length()
            if bits > 2 and abs(exponent.evalf(5)) * (bits - 1) > BITS:
                self.refuse(node, f"a number has more than {DIGITS} digits", "Write a symbol for it.")
        if base == 0 and exponent.is_negative:
            self.refuse(node, "something is divided by zero", "Write another number.")

    def build_dot(self, node: Node) -> Any:
        place = self.build(node.parts[0])
        if not isinstance(place, Prolonged):
            self.refuse(node, f"{shown(place, 40)} is no coordinate", 'coordinates = "x" above, then x.dot')
        return place.dot

    def build_along(self, node: Node) -> Any:
        place, variable = self.build(node.parts[0]), self.build(node.parts[1])
        if not isinstance(place, Prolonged) or not isinstance(variable, Symbol):
            self.refuse(node, "it is no derivative of a field along a symbol", "u.d(s), for example")
        return place.d(variable)

    def build_transpose(self, node: Node) -> Any:
        return Transpose(self.matrix(node.parts[0]))

    def build_comparison(self, node: Node) -> Any:
        left, right = map(self.scalar, node.parts)
        if left.is_number and right.is_number:  # SymPy computes which is greater
            for part, number in zip(node.parts, (left, right), strict=True):
                self.bound_constant(part, number, BOUND)
        return COMPARISONS[node.text](left, right)
