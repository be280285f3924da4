from itertools import permutations, product

import pytest
from sympy import HadamardPower, HadamardProduct, MatrixSymbol, Symbol, Transpose, ZeroMatrix, exp, tanh
from sympy.matrices.expressions.diagonal import DiagonalOf

from symlag.calculus.differential_operators import directional
from symlag.calculus.elementwise import elementwise, homogeneous
from symlag.calculus.hadamard import hadamard
from symlag.calculus.matrices import inner, normal, trace
from symlag.calculus.structured_matrices import all_ones, diagonal, ones
from symlag.calculus.zero_test import vanishes
from symlag.errors import NameRefusedError, ShapeError
from symlag.learning.losses import loss
from tests.support.random_expressions import A, B, K, M, S, W, X, a, b, c, h, n, number, random_expression, sigma, u

SEEDS = range(80)
C = MatrixSymbol("C", h, n)
p = Symbol("p", positive=True)
rho = homogeneous("rho", p)


def slope(z):
    return sigma(z).diff(z)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_normal_form_has_the_value_of_the_matrix(seed):
    matrix = random_expression(seed)
    expected = number(matrix)
    assert number(normal(matrix)) == pytest.approx(expected, rel=1e-9, abs=1e-9 * (1 + abs(expected).max()))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_normal_form_has_the_value_of_the_trace(seed):
    matrix = random_expression(seed, h, h)
    expected = number(matrix)
    assert number(trace(matrix)) == pytest.approx(expected.trace(), rel=1e-9, abs=1e-9 * (1 + abs(expected).max()))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_normal_form_is_its_own(seed):
    matrix = normal(random_expression(seed))
    assert normal(matrix) == matrix


@pytest.mark.parametrize("seed", SEEDS)
def test_the_normal_form_of_a_transpose_is_the_transposed_one(seed):
    matrix = random_expression(seed)
    assert normal(Transpose(normal(matrix))) == normal(Transpose(matrix))


@pytest.mark.parametrize("three", list(permutations([W, A, elementwise(exp, B)])), ids=str)
def test_no_factor_of_a_hadamard_product_comes_first(three):
    P, Q, R = three
    assert inner(P, hadamard(Q, R)) == inner(W, hadamard(A, elementwise(exp, B)))
    assert normal(hadamard(P, hadamard(Q, R))) == hadamard(W, A, elementwise(exp, B))
    assert inner(diagonal(a) * P, hadamard(Q, R * diagonal(c))) == inner(a, hadamard(P, Q, R) * c)


@pytest.mark.parametrize(
    "equals",
    [
        [inner(hadamard(*two), hadamard(*rest)) for *two, x, y in permutations([W, A, B, C]) for rest in [(x, y)]],
        [inner(a, hadamard(b, X * a)), inner(X * a, hadamard(a, b)), trace(a.T * diagonal(b) * X * a)],
        [trace(diagonal(a) * diagonal(b) * X * a * ones(h).T), inner(X.T * hadamard(a, b), a)],
        [inner(hadamard(W, A), a * c.T), trace(diagonal(a) * W * diagonal(c) * A.T), inner(a, hadamard(W, A) * c)],
        [inner(W, diagonal(a) * W), inner(hadamard(W, W) * ones(n), a), inner(a * ones(n).T, hadamard(W, W))],
        [inner(hadamard(a, W * hadamard(c, u)), b), inner(hadamard(c, W.T * hadamard(a, b)), u)],
        [inner(hadamard(W * c, A * u), B * c), inner(u, A.T * hadamard(W * c, B * c))],
        [inner(hadamard(K, X), X), inner(K, hadamard(X, X)), -inner(K.T, hadamard(X, X))],
        [inner(K, hadamard(S, S)), 0],
    ],
    ids=lambda equals: str(equals[0]),
)
def test_equal_sums_of_entries_are_one_expression(equals):
    assert len(set(equals)) == 1


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (HadamardProduct(W, all_ones((h, n))), W),
        (HadamardProduct(W, a * c.T), diagonal(a) * W * diagonal(c)),
        (HadamardProduct(X, diagonal(a)), diagonal(a) * diagonal(DiagonalOf(X))),
        (HadamardProduct(a, b, ones(h)), diagonal(b) * a),
        (HadamardProduct(W, A) * u, DiagonalOf(A * diagonal(u) * W.T)),
        (Transpose(HadamardProduct(W, A)), HadamardProduct(A.T, W.T)),
        (HadamardPower(W, 2), HadamardProduct(W, W)),
        (elementwise(lambda z: 3 * z + 1, W), 3 * W + all_ones((h, n))),
        (HadamardProduct(elementwise(exp, W), elementwise(lambda z: exp(-z), W)), all_ones((h, n))),
        (HadamardProduct(K, S) + HadamardProduct(S, K).T, ZeroMatrix(h, h)),
    ],
    ids=str,
)
def test_equal_matrices_are_one_expression(written, meant):
    assert normal(written) == normal(meant)


ARGUMENTS = [W, W * M, W * M + a * c.T, W - A * M, diagonal(a) * W]


@pytest.mark.parametrize("Z", ARGUMENTS, ids=str)
def test_a_homogeneous_function_obeys_eulers_theorem(Z):
    value = elementwise(rho, Z)
    risen = hadamard(elementwise(lambda z: rho(z).diff(z), Z), Z)
    assert risen == normal(p * value)
    assert inner(A, risen) == p * inner(A, value)
    assert vanishes(inner(hadamard(elementwise(lambda z: rho(z).diff(z), Z), A), Z) - p * inner(A, value))


@pytest.mark.parametrize("Z", ARGUMENTS, ids=str)
def test_a_function_that_is_not_homogeneous_does_not(Z):
    risen = hadamard(elementwise(lambda z: tanh(z).diff(z), Z), Z)
    assert normal(risen - elementwise(tanh, Z)) != ZeroMatrix(h, n)


LOSSES = [
    loss("f", W * M),
    loss("f", elementwise(sigma, W * c)),
    loss("f", elementwise(tanh, W * M)),
    loss("f", hadamard(W, A), W * c),
    loss("f", diagonal(a) * W, inner(W, W)),
]


@pytest.mark.parametrize(("f", "along"), list(product(LOSSES, [(A, B), (B, C)])), ids=str)
def test_a_hessian_is_symmetric(f, along):
    forth, back = (directional(directional(f, {W: first}), {W: second}) for first, second in (along, reversed(along)))
    assert vanishes(forth - back)
    assert forth != 0


def test_third_derivatives_do_not_mind_their_order_nor_directions_taken_twice():
    f = loss("f", elementwise(tanh, W * M))
    thirds = [
        directional(directional(directional(f, {W: x}), {W: y}), {W: z})
        for x, y, z in [(A, A, B), (A, B, A), (B, A, A)]
    ]
    assert vanishes(thirds[0] - thirds[1])
    assert vanishes(thirds[0] - thirds[2])


def test_shapes_of_a_hadamard_product_must_agree():
    with pytest.raises(ShapeError, match=r"^hadamard\(W, a\): the shapes differ; write matrices of one shape\.$"):
        hadamard(W, a)


def test_the_name_of_a_homogeneous_function_is_a_name():
    with pytest.raises(NameRefusedError):
        homogeneous("f(x)", 1)
