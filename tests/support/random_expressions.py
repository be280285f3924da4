"""Random expressions with letters of every kind, and the numbers that they come to."""

import random
from hashlib import sha256

import numpy as np
from sympy import HadamardProduct, Inverse, MatMul, Rational, Transpose, exp, symbols, tanh
from sympy.matrices.expressions.diagonal import DiagonalOf

from symlag.calculus.elementwise import elementwise, homogeneous
from symlag.calculus.jets import block
from symlag.calculus.matrices import Skew, Symmetric, constant
from symlag.calculus.structured_matrices import diagonal, ones
from tests.support.numeric_values import value

h, n = symbols("h n", integer=True, positive=True)
SIZES = {h: 2, n: 3}
sigma = homogeneous("sigma", 2)
FUNCTIONS = {"sigma": lambda z: z.clip(0) ** 2}
W, A, B = block("W", h, n), constant("A", h, n), constant("B", h, n)
X, K, S, M = constant("X", h, h), Skew("K", h, h), Symmetric("S", h, h), constant("M", n, n)
a, b, c, u = constant("a", h), block("b", h), constant("c", n), block("u", n)
LETTERS = (W, A, B, X, K, S, M, a, b, c, u, ones(h), ones(n), Inverse(X), Inverse(S))


def entries(letter):
    """Numbers between −1 and 1, the same in every run; square ones far from singular."""
    dice = np.random.default_rng(int.from_bytes(sha256(str(letter).encode()).digest()[:4]))
    full = dice.uniform(-1, 1, tuple(SIZES.get(side, 1) for side in letter.shape))
    if isinstance(letter, Skew):
        return full - full.T
    return full + full.T + 4 * np.eye(len(full)) if isinstance(letter, Symmetric) else full


AT = {letter: entries(letter) for letter in (W, A, B, X, K, S, M, a, b, c, u)} | SIZES


def number(expression):
    """What an expression in the letters above comes to."""
    return value(expression, AT, FUNCTIONS)


def random_of_shape(dice, rows, columns, depth=3):
    """A random expression of a given shape."""

    def other(r, s):
        return random_of_shape(dice, r, s, depth - 1)

    kind = dice.random() if depth else 1
    if kind < 0.15:
        return other(rows, columns) + Rational(1, 2) * other(rows, columns)
    if kind < 0.45:
        inside = dice.choice([h, n, 1])
        return MatMul(other(rows, inside), other(inside, columns))
    if kind < 0.6:
        return HadamardProduct(other(rows, columns), other(rows, columns))
    if kind < 0.7:
        return elementwise(dice.choice([exp, tanh, lambda z: z**2, sigma]), other(rows, columns))
    if kind < 0.78:
        return Transpose(other(columns, rows))
    return _with_diagonals(dice, rows, columns, other) if depth else _letter(dice, rows, columns)


def _with_diagonals(dice, rows, columns, other):
    """A diagonal matrix, a diagonal, or a matrix between diagonals."""
    if columns == 1 and rows != 1:
        return DiagonalOf(other(rows, rows))
    if rows == columns != 1:
        return diagonal(other(rows, 1))
    return MatMul(diagonal(other(rows, 1)), other(rows, columns)) if rows != 1 else other(rows, columns)


def _letter(dice, rows, columns):
    fitting = [letter for letter in LETTERS if letter.shape == (rows, columns)]
    fitting += [Transpose(letter) for letter in LETTERS if letter.shape == (columns, rows)]
    return dice.choice(fitting) if fitting else MatMul(_letter(dice, rows, h), _letter(dice, h, columns))


def random_expression(seed, *shape):
    """The expression of a seed."""
    dice = random.Random(seed)
    return random_of_shape(dice, *(shape or dice.choice([(h, h), (h, n), (n, 1), (1, h)])))
