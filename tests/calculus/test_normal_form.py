"""One normal form: words, invariances and zero, in one step that changes no value and need not be taken twice."""

import random

import pytest
from sympy import S, ZeroMatrix, symbols
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.invariant_functions import Unknown
from symlag.calculus.jets import block
from symlag.calculus.matrices import inner, normal, trace
from symlag.calculus.normal_form import lowest_terms, normal_form, proportion
from symlag.calculus.zero_test import vanishes
from tests.support.cases import A, W, h, k, n, random_matrix, w, x, y

U, V = block("U", 3, 2), block("V", 4, 2)
f = Unknown("f", [U, V], [[U, -V]])


@pytest.mark.parametrize("seed", range(20))
def test_the_normal_form_of_a_normal_form_is_itself(seed):
    matrix = random_matrix(random.Random(seed), h, n)
    for expression in (matrix, inner(matrix, A) * (x + y) ** 2 - x * y):
        once = normal_form(expression)
        assert normal_form(once) == once
        assert vanishes(normal(once - expression) if isinstance(expression, MatrixExpr) else once - expression)


def test_all_three_parts_of_the_normal_form_are_needed_for_one_zero():
    """Traces are written in one way, then the invariance makes them equal, then the coefficients cancel."""
    here, there = trace(U.T * f.gradients[0]), trace(f.gradients[1] * V.T)
    assert normal_form((x + y) ** 2 * here - (x**2 + 2 * x * y + y**2) * there) == 0
    assert normal_form(here + there) != 0


def test_a_matrix_is_put_into_normal_form_word_by_word():
    assert normal_form(W + A - W) == A
    assert normal_form(W - W) == ZeroMatrix(h, n)


def test_a_number_is_in_normal_form():
    assert normal_form(0) is S.Zero
    assert normal_form(k) == k


def test_lowest_terms_leave_traces_alone():
    a, b = symbols("a b")
    assert lowest_terms((a * inner(w, w) + a * b) / (a * b)) == (inner(w, w) + b) / b


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [(2 * W, W, 2), (W, A, None), (x * W + x * A, W + A, x), (x, y, x / y)]
)
def test_a_proportion_is_found_where_there_is_one(one, other, ratio):
    assert proportion(one, other) == ratio
