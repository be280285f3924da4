"""What may be called in an expression and is about matrices: traces, matrices of a kind, derivatives of unknown losses.

Each form takes the reader and the node of the call, so that it decides itself what its arguments are. The names are
those that SymPy and symlag print.

>>> from symlag.exchange.reader import Reader
>>> from symlag.calculus.jets import block
>>> Reader({"W": block("W", 3, 4)}, "T").read("trace(W.dot.T*W.dot)/2")
Trace(W.dot.T*W.dot)/2
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import DiagMatrix, Expr, HadamardPower, HadamardProduct, Inverse, OneMatrix, Trace, ZeroMatrix
from sympy.matrices.expressions.diagonal import DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixExpr
from sympy.matrices.expressions.special import Identity

from symlag.calculus.elementwise import Elementwise
from symlag.calculus.invariant_functions import Gradient, Partial, Unknown
from symlag.calculus.matrices import inner, trace
from symlag.calculus.structured_matrices import Ones
from symlag.exchange.forms import Forms, form_of
from symlag.exchange.grammar import Node

if TYPE_CHECKING:
    from symlag.exchange.reader import Reader

MATRIX_FORMS: Forms = {}
form = form_of(MATRIX_FORMS)


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
