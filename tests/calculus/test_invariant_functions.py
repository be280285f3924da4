import pickle

import pytest

from symlag.calculus.differential_operators import directional, euler, gradient, total
from symlag.calculus.invariant_functions import Gradient, Partial, Unknown, modulo_invariances
from symlag.calculus.jets import block
from symlag.calculus.matrices import Symmetric, constant, inner, trace
from symlag.calculus.zero_test import vanishes
from symlag.learning.losses import invariant_loss
from symlag.variational.families import scale
from tests.support.cases import A, K, W, c, gamma, h, k, n, w, x, y

f = Unknown("f", [x, y])
g = Unknown("g", [W, w, x])
v = scale(w)
invariant = invariant_loss("h", v)
MOVES = {W: K * W, w: c, x: k}


def test_the_derivative_of_an_unknown_function_is_its_gradient_along_the_move():
    assert vanishes(directional(f, {x: k, y: x}) - k * Partial(f, [(0, 1)]) - x * Partial(f, [(1, 1)]))
    assert vanishes(
        directional(g, MOVES) - inner(Gradient(g, 0), K * W) - inner(Gradient(g, 1), c) - k * Partial(g, [(2, 1)])
    )


@pytest.mark.parametrize("letter", [W, w, x], ids=str)
def test_a_gradient_has_the_shape_of_its_argument(letter):
    slope = gradient(g, letter)
    assert getattr(slope, "shape", None) == getattr(letter, "shape", None)


def test_derivatives_commute():
    there, back = {x: k, y: x * y}, {x: y, y: gamma}
    constant = {x: k, y: gamma}
    assert vanishes(
        directional(directional(f, constant), {x: gamma}) - directional(directional(f, {x: gamma}), constant)
    )
    assert vanishes(
        directional(directional(f, there), back)
        - directional(directional(f, back), there)
        - directional(f, {q: directional(there[q], back) - directional(back[q], there) for q in (x, y)})
    )


def test_derivatives_in_blocks_commute():
    one, other = {W: A, w: c}, {W: K * A, x: k}
    assert vanishes(directional(directional(g, one), other) - directional(directional(g, other), one))


def test_the_second_derivative_is_symmetric():
    assert inner(A, Gradient(g, 0, [(0, K * A)])) == inner(K * A, Gradient(g, 0, [(0, A)]))


def test_a_derivative_is_linear_in_its_direction():
    both = Gradient(g, 0, [(0, 2 * A + K * W)])
    assert vanishes(both - 2 * Gradient(g, 0, [(0, A)]) - Gradient(g, 0, [(0, K * W)]))


def test_the_product_and_the_chain_rule_hold():
    product = f * g**2
    assert vanishes(directional(product, {x: k}) - directional(f, {x: k}) * g**2 - 2 * f * g * directional(g, {x: k}))
    inside = Unknown("f", [x**2, y])
    assert vanishes(directional(inside, {x: k}) - 2 * x * k * Partial(inside, [(0, 1)]))
    layer = Unknown("f", [W * w])
    assert vanishes(directional(layer, {w: c}) - inner(Gradient(layer, 0), W * c))


def test_the_total_derivative_goes_along_the_velocities():
    assert vanishes(total(f) - x.dot * Partial(f, [(0, 1)]) - y.dot * Partial(f, [(1, 1)]))


def test_the_euler_operator_does_not_see_the_total_derivative_of_an_unknown_function():
    assert vanishes(euler(total(f), x))
    assert vanishes(euler(total(g), W))


def test_the_gradient_at_a_symmetry_obeys_the_hessian_relation():
    """⟨∇f, ξ⟩ = 0 differentiated: Hξ + (Dξ)ᵀ∇f = 0, for scale Hw + ∇f = 0."""
    slope = Gradient(invariant, 0)
    assert vanishes(modulo_invariances(inner(slope, w)))
    along = modulo_invariances(directional(inner(slope, w), {w: c}))
    hessian = inner(Gradient(invariant, 0, [(0, c)]), w) + inner(slope, c)
    assert vanishes(along - hessian)


def test_a_relation_between_blocks_settles_one_side_into_the_other():
    loss = invariant_loss("f", scale(W, w))
    assert vanishes(modulo_invariances(inner(Gradient(loss, 0), W) + inner(Gradient(loss, 1), w)))
    assert not vanishes(modulo_invariances(inner(Gradient(loss, 0), W)))


@pytest.mark.parametrize("noun", [f, g, Gradient(g, 0), Gradient(g, 0, [(0, A)]), Partial(f, [(0, 1)])], ids=str)
def test_an_unknown_function_and_its_derivatives_survive_pickling(noun):
    twin = pickle.loads(pickle.dumps(noun))
    assert (twin, str(twin), hash(twin)) == (noun, str(noun), hash(noun))


def test_functions_of_one_name_and_other_arguments_differ():
    assert Unknown("f", [x]) != Unknown("f", [y])
    assert str(Unknown("f", [x, w])) == "f(x, w)"


def test_an_unknown_function_takes_part_in_words():
    assert vanishes(trace(Gradient(g, 0) * W.T) - trace(W * Gradient(g, 0).T))
    assert Gradient(g, 0).shape == (h, n)


def test_an_invariance_along_one_direction_says_nothing_of_another():
    w, n, c = block("w", 3), constant("n", 3), constant("c", 3)
    f = Unknown("f", [w], [[n]])
    assert directional(f, {w: n}) == 0
    assert directional(f, {w: c}) == inner(f.gradients[0], c)
    assert gradient(f, w) == f.gradients[0]


def test_an_invariance_for_every_matrix_holds_for_each_of_its_kind():
    U, V = block("U", 4, 3), block("V", 5, 3)
    X, S = constant("X", 3, 3), Symmetric("S", 3, 3)
    f = Unknown("f", [U, V], [[U * X, -V * X.T]])
    assert directional(f, {U: U * S, V: -V * S}) == 0
    assert directional(f, {U: U * S, V: V * S}) != 0
