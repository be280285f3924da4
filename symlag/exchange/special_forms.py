"""What may be called in an expression and is no function of numbers: integrals, sums, conditions, and more.

Each form takes the reader and the node of the call, so that it decides itself what its arguments are. The names are
those that SymPy and symlag print.

>>> from symlag.exchange.reader import Reader
>>> from symlag.calculus.jets import coordinates
>>> Reader({"x": coordinates("x")}, "V").read("Piecewise((x**2, x > 0), (0, True))")
Piecewise((x**2, x > 0), (0, True))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import (
    ITE,
    Abs,
    Add,
    And,
    ComplexRootOf,
    Derivative,
    Eq,
    Float,
    Integral,
    MatAdd,
    MatMul,
    Mul,
    Ne,
    Not,
    Or,
    Piecewise,
    Pow,
    Rational,
    S,
    Subs,
    Sum,
    Symbol,
    degree,
    hyper,
    log,
    meijerg,
)
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.exchange.forms import Forms, form_of
from symlag.exchange.grammar import Node
from symlag.exchange.matrix_forms import MATRIX_FORMS
from symlag.exchange.vocabulary import COMPARISONS, FUNCTIONS

if TYPE_CHECKING:
    from symlag.exchange.reader import Reader

COUNT = 100  # derivatives along one variable
PRECISION = 4000  # bits of a decimal number
DEGREE, LENGTH = 24, 30  # of polynomials whose roots are isolated, and of their coefficients

FORMS: Forms = {**MATRIX_FORMS}
form = form_of(FORMS)


@form("held", 1, 1)
def held(reader: Reader, node: Node) -> Any:
    """A sum, product, power, function or comparison as it is written, without SymPy's simplifications."""
    (part,) = node.parts
    if part.kind in {"sum", "product"}:
        return _held_operation(reader, part)
    if part.kind == "power":
        base, exponent = map(reader.scalar, part.parts)
        reader.bound_exponent(part, base, exponent)
        return Pow(base, exponent, evaluate=False)
    if part.kind == "comparison":
        return COMPARISONS[part.text](*map(reader.scalar, part.parts), evaluate=False)
    if part.kind == "call" and part.text == "Piecewise":
        return Piecewise(*_pieces(reader, part), evaluate=False)
    if part.kind == "call" and part.text in FUNCTIONS and part.text not in reader.declared:
        return FUNCTIONS[part.text].function(*reader.arguments(part), evaluate=False)
    return reader.refuse(part, "nothing here can be held as it is written", "held(2*(x + y)), for example")


def _held_operation(reader: Reader, part: Node) -> Any:
    """A sum or product as it is written."""
    if part.kind == "sum":
        terms = [reader.signed_term(sign, term) for sign, term in part.parts]
        return MatAdd(*terms) if isinstance(terms[0], MatrixExpr) else Add(*terms, evaluate=False)
    signs = [S.NegativeOne] if part.sign < 0 else []
    factors = [*signs, *(_factor(reader, divides, factor) for divides, factor in part.parts)]
    matrices = any(isinstance(factor, MatrixExpr) for factor in factors)
    return MatMul(*factors) if matrices else Mul(*factors, evaluate=False)


def _factor(reader: Reader, divides: bool, node: Node) -> Any:  # noqa: FBT001 - the grammar says it of every factor
    factor = reader.plain(node)
    return Pow(factor, -1) if divides else factor


@form("decimal", 2, 2)
def decimal(reader: Reader, node: Node) -> Any:
    """A decimal number of so many bits."""
    number, bits = node.parts
    sign = number.sign if number.kind == "product" else 1
    literal = number.parts[0][1] if number.kind == "product" and len(number.parts) == 1 else number
    if literal.kind != "number" or bits.kind != "number" or not bits.text.isdigit() or len(bits.text) > 4:
        reader.refuse(node, "it is no decimal number with its bits", "decimal(0.1, 100)")
    if not 1 <= int(bits.text) <= PRECISION:
        reader.refuse(node, f"a number has up to {PRECISION} bits", "decimal(0.1, 100)")
    reader.build(literal)  # for its checks
    return sign * Float(literal.text, precision=int(bits.text))


@form("sqrt", 1, 1)
def square_root(reader: Reader, node: Node) -> Any:
    """√x."""
    return Pow(reader.scalar(node.parts[0]), Rational(1, 2))


@form("cbrt", 1, 1)
def cube_root(reader: Reader, node: Node) -> Any:
    """x^(1/3)."""
    return Pow(reader.scalar(node.parts[0]), Rational(1, 3))


@form("abs", 1, 1)
def absolute(reader: Reader, node: Node) -> Any:
    """|x|, which SymPy calls Abs."""
    return Abs(*reader.arguments(node))


@form("ln", 1, 1)
def natural_logarithm(reader: Reader, node: Node) -> Any:
    """log x."""
    return log(*reader.arguments(node))


# Derivatives, integrals, sums


@form("Derivative", 2)
def derivative(reader: Reader, node: Node) -> Any:
    """Derivative(f, x, (y, 2)), as it stands."""
    first, *along = node.parts
    return Derivative(reader.plain(first), *(_variable_and_count(reader, one) for one in along))


FORMS["diff"] = FORMS["Derivative"]


def _variable_and_count(reader: Reader, node: Node) -> tuple[Any, int]:
    """A variable, and how often is differentiated along it."""
    variable, *count = reader.parts(node) if node.kind == "tuple" else (node,)
    found = reader.build(variable)
    if not isinstance(found, Symbol | AppliedUndef | Derivative):
        reader.refuse(variable, "it is no variable to differentiate along", "Derivative(x(t), (t, 2)), for example")
    times = 1
    if count:
        if len(count) > 1 or count[0].kind != "number" or not count[0].text.isdigit() or len(count[0].text) > 3:
            reader.refuse(node, "it is no variable with a number", "Derivative(x(t), (t, 2)), for example")
        times = int(count[0].text)
    if not 1 <= times <= COUNT:
        reader.refuse(node, f"a derivative is taken 1 to {COUNT} times", "Derivative(x(t), (t, 2)), for example")
    return found, times


@form("Integral", 2)
def integral(reader: Reader, node: Node) -> Any:
    """Integral(f, (s, 0, 1)), not evaluated."""
    first, *limits = node.parts
    return Integral(reader.scalar(first), *(_limits(reader, one) for one in limits))


@form("Sum", 2)
def series(reader: Reader, node: Node) -> Any:
    """Sum(f, (n, 1, N)), not evaluated."""
    first, *limits = node.parts
    return Sum(reader.scalar(first), *(_limits(reader, one) for one in limits))


def _limits(reader: Reader, node: Node) -> tuple[Any, ...]:
    """A bound variable with its limits, one, two or none."""
    variable, *ends = reader.parts(node)
    found = reader.build(variable)
    if not isinstance(found, Symbol) or len(ends) > 2:
        reader.refuse(node, "it is no variable with its limits", "Integral(f, (s, 0, 1)), for example")
    return (found, *map(reader.scalar, ends))


@form("Subs", 3, 3)
def substituted(reader: Reader, node: Node) -> Any:
    """Subs(f, (s,), (x,)): f where s is x, not evaluated."""
    first, variables, points = node.parts
    names = tuple(map(reader.build, reader.parts(variables)))
    if not names or not all(isinstance(name, Symbol) for name in names):
        reader.refuse(variables, "they are no variables", "Subs(f, (s,), (x,)), for example")
    values = tuple(map(reader.scalar, reader.parts(points)))
    if len(values) != len(names):
        reader.refuse(points, "there is no value for each of the variables", "Subs(f, (s,), (x,)), for example")
    return Subs(reader.scalar(first), names, values)


@form("hyper", 3, 3)
def hypergeometric(reader: Reader, node: Node) -> Any:
    """hyper((a, b), (c,), z), the generalized hypergeometric function."""
    above, below, argument = node.parts
    return hyper(*(tuple(map(reader.scalar, reader.parts(part))) for part in (above, below)), reader.scalar(argument))


@form("meijerg", 3, 3)
def meijer(reader: Reader, node: Node) -> Any:
    """meijerg(((a,), (b,)), ((c,), (d,)), z), Meijer's G-function."""
    above, below, argument = node.parts
    rows = ([tuple(map(reader.scalar, reader.parts(one))) for one in reader.parts(part)] for part in (above, below))
    return meijerg(*map(tuple, rows), reader.scalar(argument))


@form("CRootOf", 2, 2)
def root_of_polynomial(reader: Reader, node: Node) -> Any:
    """CRootOf(x**5 - x - 1, 0): a root of a polynomial with rational coefficients, by its number."""
    polynomial, index = reader.scalar(node.parts[0]), node.parts[1]
    names = polynomial.free_symbols
    short = all(max(abs(n.p), n.q) < 10**LENGTH for n in polynomial.atoms(Rational))
    if len(names) != 1 or not polynomial.is_polynomial(*names) or degree(polynomial) > DEGREE or not short:
        wrong = f"it is no polynomial of one symbol, up to degree {DEGREE}, with short coefficients"
        reader.refuse(node.parts[0], wrong, "CRootOf(x**5 - x - 1, 0), for example")
    if index.kind != "number" or not index.text.isdigit() or int(index.text) >= degree(polynomial):
        reader.refuse(index, "there is no root of this number", "CRootOf(x**5 - x - 1, 0), for example")
    return ComplexRootOf(polynomial, int(index.text))


# Conditions


@form("Piecewise", 1)
def piecewise(reader: Reader, node: Node) -> Any:
    """Piecewise((a, x < 1), (b, True))."""
    return Piecewise(*_pieces(reader, node))


def _pieces(reader: Reader, node: Node) -> list[tuple[Any, Any]]:
    """The values of a function by cases, each with its condition."""
    pieces: list[tuple[Any, Any]] = []
    for part in node.parts:
        piece = reader.parts(part)
        if len(piece) != 2:
            reader.refuse(part, "it is no value with its condition", "Piecewise((a, x < 1), (b, True)), for example")
        pieces.append((reader.scalar(piece[0]), reader.condition(piece[1])))
    return pieces


@form("And", 1)
def conjunction(reader: Reader, node: Node) -> Any:
    """Conditions that all hold."""
    return And(*map(reader.condition, node.parts))


@form("Or", 1)
def disjunction(reader: Reader, node: Node) -> Any:
    """Conditions of which one holds."""
    return Or(*map(reader.condition, node.parts))


@form("Not", 1, 1)
def negation(reader: Reader, node: Node) -> Any:
    """A condition that does not hold."""
    return Not(*map(reader.condition, node.parts))


@form("ITE", 3, 3)
def choice(reader: Reader, node: Node) -> Any:
    """ITE(c, a, b): the condition a where c holds, and b elsewhere."""
    return ITE(*map(reader.condition, node.parts))


@form("Eq", 2, 2)
def equality(reader: Reader, node: Node) -> Any:
    """Eq(a, b), as it stands."""
    return Eq(*map(reader.plain, node.parts), evaluate=False)


@form("Ne", 2, 2)
def inequality(reader: Reader, node: Node) -> Any:
    """Ne(a, b), as it stands."""
    return Ne(*map(reader.plain, node.parts), evaluate=False)
