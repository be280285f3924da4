"""Shared cases: matrices written out entry by entry, and the systems that several tests look at."""

import random
from functools import cache, singledispatch
from hashlib import sha256
from typing import Any

from sympy import (
    Expr,
    Identity,
    MatPow,
    Matrix,
    MatrixSymbol,
    Rational,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
    cos,
    expand,
    eye,
    sqrt,
    symbols,
    zeros,
)
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.jets import Block, Jet, block, coordinates
from symlag.calculus.matrices import Skew, Symmetric, constant

x, y = coordinates("x y")
m, k, gamma, omega = symbols("m k gamma omega", positive=True)
h, n = symbols("h n", integer=True, positive=True)
SIZES = {h: 2, n: 3}

# Letters of every kind, and of every shape that a word is made of.
W, U, w = block("W", h, n), block("U", n, h), block("w", n)
A, X = constant("A", h, n), constant("X", h, h)
K, S = Skew("K", h, h), Symmetric("S", h, h)
a, c = constant("a", h), constant("c", n)
LETTERS = (W, U, w, A, X, K, S, a, c, W.dot)


def entry_named(letter, i, j):
    """An entry as a symbol of its own: of a block, a coordinate."""
    if isinstance(letter, Block):
        return Jet(f"{letter.stem}{i}{j}", letter.order)
    return Symbol(f"{letter.name}{i}{j}")


def entry_random(letter, i, j):
    """An entry as an integer between −5 and 5, the same in every run."""
    return sha256(f"{letter}{i}{j}".encode()).digest()[0] % 11 - 5


def explicit(expression, entry=entry_named) -> Any:
    """The expression with every matrix written out at the sizes above."""
    return _explicit(expression, entry)


@singledispatch
def _explicit(node, entry) -> Any:
    if isinstance(node, Symbol) or not node.args:
        return SIZES.get(node, node)
    return node.func(*(_explicit(arg, entry) for arg in node.args))


@_explicit.register
def explicit_matrix_symbol(node: MatrixSymbol, entry):
    rows, columns = (_explicit(size, entry) for size in node.shape)
    full = Matrix(rows, columns, lambda i, j: entry(node, i, j))
    if isinstance(node, Skew):
        return full.upper_triangular(1) - full.upper_triangular(1).T
    return full.upper_triangular() + full.upper_triangular(1).T if isinstance(node, Symmetric) else full


@_explicit.register
def explicit_matrix_expr(node: MatrixExpr, entry):
    first, *others = (_explicit(arg, entry) for arg in node.args)
    for other in others:
        first = first + other if node.is_MatAdd else first * other
    return first


@_explicit.register
def explicit_mat_pow(node: MatPow, entry):
    return _explicit(node.base, entry) ** int(node.exp)


@_explicit.register
def explicit_transpose(node: Transpose, entry):
    return _explicit(node.arg, entry).T


@_explicit.register
def explicit_trace(node: Trace, entry):
    return _explicit(node.arg, entry).trace()


@_explicit.register
def explicit_identity(node: Identity, entry):
    return eye(_explicit(node.rows, entry))


@_explicit.register
def explicit_zero_matrix(node: ZeroMatrix, entry):
    return zeros(*(_explicit(size, entry) for size in node.shape))


def random_matrix(dice, rows, columns, depth=3):
    """A random sum of products of the letters above, of a given shape."""
    kind = dice.random() if depth else 1
    if kind < 0.25:
        return random_matrix(dice, rows, columns, depth - 1) + random_matrix(dice, rows, columns, depth - 1)
    if kind < 0.7:
        inside = dice.choice([h, n, 1])
        return random_matrix(dice, rows, inside, depth - 1) * random_matrix(dice, inside, columns, depth - 1)
    if kind < 0.8:
        return Transpose(random_matrix(dice, columns, rows, depth - 1))
    if kind < 0.9:
        return dice.choice([-2, k, Rational(1, 3)]) * random_matrix(dice, rows, columns, depth - 1)
    return dice.choice(_of_shape(rows, columns))


@cache
def _of_shape(rows, columns):
    fitting = [letter for letter in LETTERS if letter.shape == (rows, columns)]
    fitting += [Transpose(letter) for letter in LETTERS if letter.shape == (columns, rows)]
    return [*fitting, *([Identity(rows)] if rows == columns else [])]


def at_random(expression, seed=0):
    """The value at a random rational point of jet space, parameters included."""
    dice = random.Random(seed)
    names = sorted(expression.free_symbols, key=str)
    return expression.xreplace({s: Rational(dice.randint(11, 40), dice.randint(7, 19)) for s in names})


def equal(left, right):
    """Whether two expressions, or matrices written out, agree after expansion."""
    difference = left - right
    return expand(difference) == (0 if isinstance(difference, Expr) else zeros(*difference.shape))


def agree(left, right, points=3):
    """Whether two scalar expressions agree to thirty digits at random points."""
    return all(abs(at_random(left - right, seed).evalf(40)) < Rational(1, 10**25) for seed in range(points))


r = sqrt(x**2 + y**2)
theta, phi = coordinates("theta phi")
g, l = symbols("g l", positive=True)

# T and V by the name of the system.
SYSTEMS = {
    "oscillator": (m * x.dot**2 / 2, k * x**2 / 2),
    "Kepler": (m * (x.dot**2 + y.dot**2) / 2, -k / r),
    "anisotropic": (m * (x.dot**2 + 3 * y.dot**2) / 2, k * x**2 * y + y**4),
    "magnetic": (m * (x.dot**2 + y.dot**2) / 2 + k * (x * y.dot - y * x.dot), omega * x**2),
    "geodesic on a surface": ((1 + x**2) * x.dot**2 / 2 + x * x.dot * y.dot + (2 + y**4) * y.dot**2, x * y),
    "double pendulum": (
        m * l**2 * (2 * theta.dot**2 + phi.dot**2 + 2 * theta.dot * phi.dot * cos(theta - phi)) / 2,
        -m * g * l * (2 * cos(theta) + cos(phi)),
    ),
}
