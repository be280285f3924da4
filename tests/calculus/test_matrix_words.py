import pytest
from sympy import MatPow, MatrixSymbol, Symbol, Trace

from symlag.calculus.matrices import normal, trace
from symlag.calculus.matrix_words import letters, matrix_of, reverse, words
from symlag.calculus.term_order import sort_name
from tests.support.cases import K, S, U, W, X, a, c, h, n, w


def test_a_sum_is_its_words_with_their_coefficients():
    assert words(2 * W * U - X + 3 * X) == {(W, U): 2, (X,): 2}


def test_a_word_and_its_coefficient_come_back_from_a_matrix():
    assert words(matrix_of({(W, U): 2, (X,): -1}, (h, h))) == {(W, U): 2, (X,): -1}


def test_a_reversed_word_has_the_sign_of_its_skew_letters():
    assert reverse((K, X, S)) == (-1, (S, X.T, K))
    assert reverse((K, K)) == (1, (K, K))


def test_a_narrow_stretch_leaves_its_word_as_a_number():
    assert words(a * c.T * w * a.T) == {(a, a.T): trace(c.T * w)}


@pytest.mark.parametrize(
    ("power", "meant"), [(X**2, X * X), (X**-2, X.inverse() * X.inverse()), (X**3 * X**-2, X)], ids=str
)
def test_a_power_is_a_word(power, meant):
    assert normal(power) == normal(meant)


def test_a_power_of_symbolic_exponent_is_a_letter():
    power = MatPow(X, Symbol("k", integer=True))
    assert words(power) == {(power,): 1}


def test_the_letters_of_a_trace():
    assert letters(trace(U * W)) == letters(trace(W.T * U.T))
    assert letters(Trace(X)) == (X,)


def test_equal_expressions_are_spelled_alike_and_others_apart():
    many = [W, W.dot, W.T, U, MatrixSymbol("W", h, h) * X, X, X.inverse(), a, w, normal(X + S), normal(X * S)]
    assert len({sort_name(one) for one in many}) == len(many)
    assert sort_name(normal(X + S)) == sort_name(normal(S + X))


@pytest.mark.parametrize("size", [1, 2, n], ids=str)
def test_the_trace_of_a_skew_power_vanishes_where_it_is_odd(size):
    matrix = MatrixSymbol("M", h, size)
    assert trace(matrix.T * K * matrix) == 0
    assert trace(matrix.T * K * K * matrix) != 0
