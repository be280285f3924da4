"""What every kind of letter must fulfil, and an example of each: a new kind is tested by adding one to EXAMPLES."""

from math import factorial, prod

import numpy as np
import pytest
from sympy import DiagMatrix, HadamardPower, HadamardProduct, Inverse, MatMul, OneMatrix, Transpose, expand, tanh
from sympy.matrices.expressions.diagonal import DiagonalOf

from symlag.calculus.differential_operators import directional, gradient
from symlag.calculus.elementwise import Elementwise, elementwise
from symlag.calculus.invariant_functions import Gradient, Unknown
from symlag.calculus.letter_kinds import kind_of
from symlag.calculus.matrices import Skew, Symmetric, constant, inner, normal, trace
from symlag.calculus.structured_matrices import Ones, diagonal, ones
from symlag.optimizers.polar_factor import Modulus, PolarFactor
from tests.support.numeric_values import value
from tests.support.random_expressions import AT, FUNCTIONS, A, B, K, M, S, W, a, b, h, n, u

# A matrix of each kind, with letters that may move where it has some.
EXAMPLES = {
    Skew: [K],
    Symmetric: [S],
    Ones: [ones(h)],
    OneMatrix: [OneMatrix(h, n)],
    Inverse: [Inverse(W * W.T + S), Inverse(W * W.T)],
    DiagMatrix: [diagonal(b), diagonal(W * u)],
    DiagonalOf: [DiagonalOf(W * A.T), DiagonalOf(W * M * W.T)],
    Elementwise: [elementwise(tanh, W), elementwise(tanh, W * M + A), elementwise(lambda z: z + z**3, b)],
    HadamardPower: [HadamardPower(W, 2)],
    HadamardProduct: [HadamardProduct(W, A), HadamardProduct(W, W * M), HadamardProduct(b, a)],
    Gradient: [Gradient(Unknown("f", [W]), 0), Gradient(Unknown("f", [W]), 0, [(0, B)])],
    PolarFactor: [PolarFactor(A)],
    Modulus: [Modulus(A)],
}
MOVING = (W, b, u)


class LetterLaws:
    """The laws, as tests of a class with a fixture `matrix`."""

    def test_two_transposes_cancel(self, matrix):
        assert normal(Transpose(normal(Transpose(matrix)))) == normal(matrix)

    def test_the_normal_form_is_its_own(self, matrix):
        assert normal(normal(matrix)) == normal(matrix)
        assert normal(norm := inner(matrix, constant_like(matrix))) == norm

    def test_the_normal_form_has_the_value_of_the_matrix(self, matrix):
        assert number_of(normal(matrix)) == pytest.approx(number_of(matrix))
        assert number_of(normal(Transpose(matrix))) == pytest.approx(number_of(matrix).T)

    def test_a_trace_has_its_value_and_knows_no_rotation_nor_transpose(self, matrix):
        R = constant_like(matrix)
        traces = {
            trace(MatMul(matrix, R.T)),
            trace(MatMul(R.T, matrix)),
            trace(MatMul(R, Transpose(matrix))),
            inner(R, matrix),
            inner(matrix, R),
        }
        assert len(traces) == 1
        assert number_of(traces.pop()) == pytest.approx(np.vdot(number_of(R), number_of(matrix)))

    def test_products_and_traces_are_linear(self, matrix):
        left, other, R = (
            constant_like(matrix, name, shape) for name, shape in [("L", (n, matrix.rows)), ("N", None), ("R", None)]
        )
        assert normal(left * (matrix + 2 * other)) == normal(left * matrix + 2 * left * other)
        assert expand(inner(R, matrix + 2 * other) - inner(R, matrix) - 2 * inner(R, other)) == 0

    def test_the_derivative_is_the_slope_along_every_direction(self, matrix):
        R = constant_like(matrix)
        scalar = inner(R, matrix)
        for moving in matrix.free_symbols & {*MOVING}:
            along = constant_like(moving, "D")
            step, direction = 1e-5, number_of(along)
            ends = [number_of(scalar, {moving: AT[moving] + s * step * direction}) for s in (1, -1)]
            slope = pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-6, abs=1e-8)
            assert number_of(directional(scalar, {moving: along})) == slope
            assert number_of(inner(R, directional(matrix, {moving: along}))) == slope
            assert np.vdot(number_of(gradient(scalar, moving)), direction) == slope

    def test_an_inner_product_is_handed_on_to_each_part(self, matrix):
        letter = normal(matrix)
        letter = letter.arg if isinstance(letter, Transpose) else letter
        R = constant_like(letter)
        for k, part in enumerate(kind_of(letter).parts(letter)):
            beside = kind_of(letter).adjoint(letter, k, R)
            assert beside.shape == part.shape
            assert np.vdot(number_of(beside), number_of(part)) == pytest.approx(
                np.vdot(number_of(R), number_of(letter))
            )


def constant_like(matrix, name="R", shape=None):
    """A constant of the shape of a matrix, whose entries are random numbers."""
    letter = constant(name, *(shape or matrix.shape))
    sizes = tuple(int(value(side, AT)) for side in letter.shape)
    NUMBERS[letter] = np.random.default_rng(len(name) + sum(sizes)).normal(size=sizes)
    return letter


NUMBERS = {}


def number_of(expression, more=()):
    """What an expression comes to; the unknown function f is the sum of the third powers of the entries."""
    return value(expression, AT | NUMBERS | dict(more), FUNCTIONS)


@value.register
def value_of_gradient(node: Gradient, at, functions=()):
    powers = 3 - 1 - len(node.directions)
    inside = value(node.function.arguments[0], at, functions)
    along = [value(direction, at, functions) for _, direction in node.directions]
    return prod(along, start=factorial(3) / factorial(powers) * inside**powers) if powers >= 0 else 0 * inside


@value.register
def value_of_polar_factor(node: PolarFactor, at, functions=()):
    left, _, right = np.linalg.svd(value(node.args[0], at, functions), full_matrices=False)
    return left @ right


@value.register
def value_of_modulus(node: Modulus, at, functions=()):
    inside = value(node.args[0], at, functions)
    return inside.T @ value_of_polar_factor(PolarFactor(node.args[0]), at, functions)
