"""The normal form does not depend on how an expression is bracketed, ordered, distributed or transposed."""

import random

import pytest
from sympy import MatMul, Transpose, expand

from symlag.calculus.invariant_functions import Gradient, Unknown
from symlag.calculus.matrices import inner, normal, trace
from symlag.calculus.matrix_words import words
from tests.support.random_expressions import A, B, W, h, n, random_expression, random_of_shape
from tests.support.rewritings import rewritten

SEEDS = range(40)
HESSIAN = Gradient(Unknown("f", [W]), 0, [(0, B)])


def collected(matrix):
    """The words with their coefficients multiplied out: numbers are compared as SymPy compares them."""
    expanded = {word: expand(coefficient) for word, coefficient in words(matrix).items()}
    return {word: coefficient for word, coefficient in expanded.items() if coefficient != 0}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_matrix_has_one_normal_form(seed):
    matrix = random_expression(seed)
    assert collected(matrix) == collected(rewritten(random.Random(seed), matrix))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_trace_has_one_normal_form(seed):
    dice = random.Random(seed)
    left, right = random_of_shape(dice, h, n), random_of_shape(dice, n, h)
    written = [
        trace(MatMul(left, right)),
        trace(MatMul(right, left)),
        trace(MatMul(rewritten(dice, Transpose(left)), rewritten(dice, Transpose(right)))),
        inner(Transpose(right), rewritten(dice, left)),
    ]
    assert len(set(map(expand, written))) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_a_trace_with_a_second_derivative_of_an_unknown_function_has_one_normal_form(seed):
    dice = random.Random(seed)
    left, right = (random_of_shape(dice, *shape, depth=2).xreplace({A: HESSIAN}) for shape in ((h, n), (n, h)))
    written = [trace(MatMul(left, right)), trace(MatMul(rewritten(dice, right), rewritten(dice, left)))]
    assert len(set(map(expand, written))) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_a_normal_form_is_its_own_whatever_it_was_made_from(seed):
    matrix = normal(rewritten(random.Random(seed), random_expression(seed)))
    assert normal(matrix) == matrix
