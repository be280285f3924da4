import random

import pytest
from sympy import Identity, MatrixSymbol, Trace, ZeroMatrix, exp, symbols

from symlag.calculus.matrices import Skew, Symmetric, inner, normal, trace
from symlag.calculus.matrix_words import matrix_of, words
from symlag.errors import ShapeError
from tests.support.cases import LETTERS, A, K, S, U, W, X, a, c, entry_random, equal, explicit, h, n, random_matrix, w

SEEDS = range(60)


def rolled(seed, rows=h, columns=h):
    return random_matrix(random.Random(seed), rows, columns)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_normal_form_of_a_matrix_has_its_value(seed):
    matrix = rolled(seed, *random.Random(seed).choice([(h, h), (h, n), (n, 1), (1, 1)]))
    assert equal(explicit(normal(matrix), entry_random), explicit(matrix, entry_random))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_normal_form_of_a_trace_has_its_value(seed):
    matrix = rolled(seed)
    assert equal(explicit(trace(matrix), entry_random), explicit(matrix, entry_random).trace())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_trace_does_not_see_rotations_and_transposes(seed):
    left, right = rolled(seed, h, n), rolled(seed + 1000, n, h)
    assert trace(left * right).expand() == trace(right * left).expand() == trace(right.T * left.T).expand()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_normal_form_stays_as_it_is(seed):
    matrix = normal(rolled(seed))
    assert normal(matrix) == matrix
    assert normal(trace(matrix)) == trace(matrix)


@pytest.mark.parametrize("seed", SEEDS)
def test_words_and_their_matrix_are_inverse_to_each_other(seed):
    spread = words(normal(rolled(seed)))
    assert words(matrix_of(spread, (h, h))) == spread


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (trace(K), 0),
        (trace(K * K * K), 0),
        (trace(K * S), 0),
        (trace(X.T), Trace(X)),
        (trace(S.T * X), trace(S * X)),
        (trace(K.T * X), -trace(K * X)),
        (trace(K * X * S), -trace(X.T * K * S)),
        (trace(Identity(h)), h),
        (trace(ZeroMatrix(h, h)), 0),
        (trace(W * W.T * W * W.T), trace(W.T * W * W.T * W)),
        (trace(a * a.T * K), 0),
        (trace(a.T * W * c), trace(c * a.T * W)),
        (trace(a * c.T * U), trace(c.T * U * a)),
        (trace(a * a.T * X * a * a.T), inner(a, a) * trace(a.T * X * a)),
        (inner(W, A) - inner(A, W), 0),
        (inner(W * c, a), inner(W, a * c.T)),
    ],
    ids=str,
)
def test_equal_traces_are_one_expression(written, meant):
    assert written == meant


def test_a_column_times_a_row_times_a_column_is_a_number_times_a_column():
    assert normal(w * c.T * w) == trace(c.T * w) * w
    assert normal(w.T * w * w.T) == trace(w.T * w) * w.T


def test_a_matrix_of_one_row_and_one_column_is_a_number():
    one = MatrixSymbol("z", 1, 1)
    assert normal(one * one * c) == trace(one) ** 2 * c
    assert trace(one * one.T) == trace(one) ** 2


def test_sizes_may_be_integers():
    B = MatrixSymbol("B", 2, 3)
    assert trace(B * B.T) == trace(B.T * B)
    assert trace(Identity(3)) == 3


def test_coefficients_are_collected():
    p, q = symbols("p q")
    assert normal(p * W + q * W) == (p + q) * W
    assert normal(X * X - X * X) == ZeroMatrix(h, h)


def test_traces_inside_functions_are_brought_to_normal_form_too():
    assert normal(exp(Trace(W.T * A)) - exp(Trace(A.T * W))) == 0


def test_skew_and_symmetric_are_told_apart_by_kind():
    assert Skew("B", h, h) != Symmetric("B", h, h) != MatrixSymbol("B", h, h)


@pytest.mark.parametrize("letter", LETTERS, ids=str)
def test_the_norm_of_a_letter_is_its_sum_of_squares(letter):
    assert equal(explicit(inner(letter, letter), entry_random), sum(e**2 for e in explicit(letter, entry_random)))


@pytest.mark.parametrize(("left", "right"), [(W, U), (W, 2), (a, c)], ids=str)
def test_an_inner_product_of_two_shapes_is_refused(left, right):
    with pytest.raises(ShapeError, match=r"^inner\(.*\): the two shapes differ\. Give it two matrices of one shape\.$"):
        inner(left, right)


def test_the_trace_of_a_matrix_that_is_not_square_is_refused():
    with pytest.raises(ShapeError, match=r"^the trace of W: its shape is h×n\. Give it a square matrix\.$"):
        trace(W)
