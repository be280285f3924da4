"""What may be called in an expression and is no function of numbers: integrals, conditions, traces, matrices, and more.

Each form takes the reader and the node of the call, so that it decides itself what its arguments are. The names are
those that SymPy and symlag print.

>>> from symlag.exchange.reader import Reader
>>> from symlag.calculus.jets import block
>>> Reader({"W": block("W", 3, 4)}, "T").read("trace(W.dot.T*W.dot)/2")
Trace(W.dot.T*W.dot)/2
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sympy import (
    ITE,
    Abs,
    Add,
    And,
    ComplexRootOf,
    Derivative,
    DiagMatrix,
    Eq,
    Expr,
    Float,
    HadamardPower,
    HadamardProduct,
    Integral,
    Inverse,
    MatAdd,
    MatMul,
    Mul,
    Ne,
    Not,
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
    ZeroMatrix,
    degree,
    hyper,
    log,
    meijerg,
)
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.diagonal import DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixExpr
from sympy.matrices.expressions.special import Identity

from symlag.calculus.elementwise import Elementwise
from symlag.calculus.invariant_functions import Gradient, Partial, Unknown
from symlag.calculus.matrices import inner, trace
from symlag.calculus.structured_matrices import Ones
from symlag.exchange.grammar import Node
from symlag.exchange.vocabulary import COMPARISONS, FUNCTIONS, MANY

if TYPE_CHECKING:
    from symlag.exchange.reader import Reader

COUNT = 100  # derivatives along one variable
PRECISION = 4000  # bits of a decimal number
DEGREE, LENGTH = 24, 30  # of polynomials whose roots are isolated, and of their coefficients

FORMS: dict[str, Callable[[Reader, Node], Any]] = {}


def form(name: str, least: int, most: int = MANY) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a form by the name that it is called by, and the number of its arguments."""

    def register(build: Callable[[Reader, Node], Any]) -> Callable[[Reader, Node], Any]:
        def checked(reader: Reader, node: Node) -> Any:
            if not least <= len(node.parts) <= most:
                count = str(least) if least == most else f"{least} to {most}"
                reader.refuse(node, f"{name} has {len(node.parts)} arguments", f"{name} of {count}")
            return build(reader, node)

        FORMS[name] = checked
        return build

    return register


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


# Matrices


@form("trace", 1, 1)
def trace_in_normal_form(reader: Reader, node: Node) -> Any:
    """The trace in normal form."""
    return trace(reader.matrix(node.parts[0]))


@form("Trace", 1, 1)
def trace_as_written(reader: Reader, node: Node) -> Any:
    """The trace as it stands, not in normal form."""
    matrix = _square(reader, node.parts[0])
    return Trace(matrix)


@form("inner", 2, 2)
def inner_product(reader: Reader, node: Node) -> Any:
    """The inner product of two numbers, or of two matrices of one shape."""
    return inner(*map(reader.plain, node.parts))


@form("inverse", 1, 1)
def inverse(reader: Reader, node: Node) -> Any:
    """The inverse of a square matrix."""
    return Inverse(_square(reader, node.parts[0]))


def _square(reader: Reader, node: Node) -> MatrixExpr:
    """A matrix that must be square."""
    matrix = reader.matrix(node)
    if matrix.rows != matrix.cols:
        reader.refuse(node, "the matrix here is not square", "Give it a square matrix.")
    return matrix


@form("diagonal", 1, 1)
def diagonal_matrix(reader: Reader, node: Node) -> Any:
    """The diagonal matrix of a vector."""
    vector = reader.matrix(node.parts[0])
    if 1 not in vector.shape:
        reader.refuse(node, "the matrix here is no vector", "diagonal(v) of a vector v")
    return DiagMatrix(vector)


@form("diagonal_of", 1, 1)
def diagonal_of(reader: Reader, node: Node) -> Any:
    """The vector on the diagonal of a matrix."""
    return DiagonalOf(reader.matrix(node.parts[0]))


@form("hadamard", 1)
def hadamard_product(reader: Reader, node: Node) -> Any:
    """The entrywise product of matrices of one shape."""
    factors = list(map(reader.matrix, node.parts))
    if len({factor.shape for factor in factors}) > 1:
        reader.refuse(node, "the shapes differ", "Give it matrices of one shape.")
    return HadamardProduct(*factors)


@form("hadamard_power", 2, 2)
def hadamard_power(reader: Reader, node: Node) -> Any:
    """A power of each entry."""
    base, exponent = reader.matrix(node.parts[0]), reader.scalar(node.parts[1])
    reader.bound_exponent(node, base, exponent)
    return HadamardPower(base, exponent)


@form("elementwise", 2, 2)
def elementwise_function(reader: Reader, node: Node) -> Any:
    """A function of each entry, an expression in the symbol z, which is real."""
    return Elementwise(reader.scalar(node.parts[0]), reader.matrix(node.parts[1]))


@form("ones", 1, 1)
def vector_of_ones(reader: Reader, node: Node) -> Any:
    """The vector of n ones."""
    return Ones(*_sizes(reader, node))


@form("all_ones", 2, 2)
def matrix_of_ones(reader: Reader, node: Node) -> Any:
    """The matrix of ones."""
    return OneMatrix(*_sizes(reader, node))


@form("zeros", 1, 2)
def zero_matrix(reader: Reader, node: Node) -> Any:
    """The matrix of zeros, or the vector where one size is given."""
    return ZeroMatrix(*_sizes(reader, node), *([1] if len(node.parts) == 1 else []))


@form("identity", 1, 1)
def identity_matrix(reader: Reader, node: Node) -> Any:
    """The identity of size n."""
    return Identity(*_sizes(reader, node))


def _sizes(reader: Reader, node: Node) -> list[Expr]:
    """Numbers of rows and columns."""
    sizes = list(map(reader.scalar, node.parts))
    for part, size in zip(node.parts, sizes, strict=True):
        if size.is_integer is False or size.is_positive is False:
            reader.refuse(part, "a size is a positive whole number, or a symbol for one", "3, or n")
    return sizes


# Derivatives of unknown losses


@form("gradient", 2)
def gradient_of_unknown(reader: Reader, node: Node) -> Any:
    """gradient(f, i, (j, v), …): the gradient of f in its argument i, differentiated in argument j along v."""
    function = _unknown(reader, node.parts[0])
    index = _argument(reader, function, node.parts[1])
    if not isinstance(function.arguments[index], MatrixExpr):
        reader.refuse(node, "this argument is a number", f"partial({function.name}, ({index}, 1))")
    return Gradient(function, index, _directions(reader, function, node.parts[2:]))


@form("partial", 2)
def partial_of_unknown(reader: Reader, node: Node) -> Any:
    """partial(f, (j, 1), …): the derivatives of f in its arguments j, which are numbers."""
    function = _unknown(reader, node.parts[0])
    return Partial(function, _directions(reader, function, node.parts[1:]))


def _unknown(reader: Reader, node: Node) -> Unknown:
    """An unknown function."""
    function = reader.build(node)
    if not isinstance(function, Unknown):
        reader.refuse(node, "it is no unknown function of the declarations", 'unknowns = {f = {arguments = ["w"]}}')
    return function


def _argument(reader: Reader, function: Unknown, node: Node) -> int:
    """The number of an argument of an unknown function, from 0 on."""
    if node.kind != "number" or not node.text.isdigit() or len(node.text) > 4:
        reader.refuse(node, "it is no number of an argument", f"gradient({function.name}, 0), for example")
    if (index := int(node.text)) >= len(function.arguments):
        reader.refuse(
            node, f"{function.name} has {len(function.arguments)} arguments, counted from 0", "a lower number"
        )
    return index


def _directions(reader: Reader, function: Unknown, nodes: tuple[Node, ...]) -> list[tuple[int, Any]]:
    """Pairs of an argument, and the direction that is differentiated along in it."""
    directions: list[tuple[int, Any]] = []
    for node in nodes:
        pair = reader.parts(node)
        if len(pair) != 2:
            reader.refuse(node, "it is no argument with a direction", f"({0}, 1), for example")
        index, direction = _argument(reader, function, pair[0]), reader.plain(pair[1])
        argument = function.arguments[index]
        if getattr(direction, "shape", None) != getattr(argument, "shape", None):
            reader.refuse(node, "the direction has another shape than the argument", "Give it a move of its shape.")
        directions.append((index, direction))
    return directions
