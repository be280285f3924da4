import random
import subprocess
import sys

import pytest
from sympy import (
    Abs,
    Add,
    Derivative,
    DiracDelta,
    Function,
    Heaviside,
    Integral,
    KroneckerProduct,
    Max,
    Piecewise,
    Symbol,
    Trace,
    atan2,
    cos,
    diff,
    exp,
    log,
    sin,
    sqrt,
    symbols,
    tanh,
)

from symlag.calculus.differential_operators import (
    add,
    damped_total,
    directional,
    euler,
    euler_along,
    eulers,
    gradient,
    gradients,
    scaled,
    total,
)
from symlag.calculus.invariant_functions import Unknown
from symlag.calculus.jets import block, fields, jets, t
from symlag.calculus.matrices import constant, inner, trace, zero_like
from symlag.calculus.matrix_gradient import matrix_coefficient
from symlag.calculus.zero_test import vanishes
from symlag.errors import SymlagError
from tests.support.cases import (
    A,
    K,
    S,
    U,
    W,
    X,
    a,
    agree,
    at_random,
    c,
    equal,
    explicit,
    gamma,
    h,
    k,
    n,
    random_matrix,
    w,
    x,
    y,
)

s = Symbol("s")
u = fields("u", t, s)
SCALARS = [
    x**3 * y - x * y.dot**2,
    sin(x * y) * exp(-x.dot),
    x**y,
    2**x * x**k,
    sqrt(x**2 + y**2) / (1 + x.dot**2),
    log(1 + x**2) * tanh(y),
    atan2(y, x),
    cos(t * x) + t**2 * y.dot,
    exp(sin(x) + exp(y)),
]
BLOCKS = [
    inner(W, W) / 2,
    inner(W, A) ** 2 * inner(w, w),
    trace(W * W.T * W * W.T),
    trace(W * U * W * U),
    trace(X * W * W.T),
    trace(K * W * W.T * S),
    trace(a.T * W * w),
    exp(-inner(w, c)) * x**2,
    sqrt(inner(W, W)) * trace(W * U),
    inner(W * w, W * w),
    trace((W * W.T) ** 3),
    1 / (1 + inner(w, w)),
]


def slots(letter):
    """The explicit entries of a letter."""
    return list(explicit(letter))


@pytest.mark.parametrize("f", SCALARS, ids=str)
def test_a_directional_derivative_is_the_sum_of_partial_ones(f):
    moves = {x: y**2, y: k * x, x.dot: x * y.dot, t: x}
    assert agree(directional(f, moves), Add(*(diff(f, s) * v for s, v in moves.items())))


@pytest.mark.parametrize("f", SCALARS, ids=str)
def test_the_total_derivative_is_the_derivative_along_a_path(f):
    path = {x: 2 + sin(t), y: 3 + t**2 / 5}
    jet = {q.at((i,)): diff(p, t, i) for q, p in path.items() for i in range(3)}
    along = total(f).subs(jet), diff(f.subs(jet), t)
    assert agree(*along)


@pytest.mark.parametrize("f", SCALARS, ids=str)
def test_a_gradient_in_a_number_is_a_partial_derivative(f):
    assert agree(gradient(f, x), diff(f, x))
    assert agree(gradient(f, x.dot), diff(f, x.dot))


@pytest.mark.parametrize("f", SCALARS, ids=str)
def test_all_slopes_at_once_are_the_partial_derivatives(f):
    variables = (x, y, x.dot, y.dot, t)
    found = gradients(f, variables)
    assert tuple(found) == variables
    assert all(agree(slope, diff(f, v)) for v, slope in found.items())


OPAQUE = [
    y * Piecewise((x**2, x > y), (x * y**2, True)) + x,
    Max(x, y) ** 2 + x,
    x * Abs(x * y),
    Function("g")(x * y, y) * x,
    exp(-inner(w, c) * x) * y * x**2,
    Unknown("f", [x, W]) * sin(x * y) + y,
]


@pytest.mark.parametrize("f", OPAQUE, ids=str)
def test_slopes_and_gradients_in_one_variable_agree(f):
    found = gradients(f, (x, y, w, W))
    assert all(vanishes(add([slope, scaled(-1, gradient(f, v))], v)) for v, slope in found.items())


@pytest.mark.parametrize("f", BLOCKS, ids=str)
@pytest.mark.parametrize("letter", [W, U, w], ids=str)
def test_a_gradient_in_a_block_has_the_partial_derivatives_for_entries(f, letter):
    written_out = explicit(letter).applyfunc(lambda entry: diff(explicit(f), entry))
    difference = explicit(gradient(f, letter)) - written_out
    assert all(abs(at_random(entry).evalf(40)) < 1e-25 for entry in difference)


@pytest.mark.parametrize("f", BLOCKS, ids=str)
def test_a_directional_derivative_in_blocks_is_the_sum_over_entries(f):
    moves = {W: K * W, w: c, U: U * S}
    pairs = [(e, v) for letter, v in moves.items() for e, v in zip(slots(letter), explicit(v), strict=True)]
    assert agree(explicit(directional(f, moves)), Add(*(diff(explicit(f), e) * v for e, v in pairs)))


@pytest.mark.parametrize("f", BLOCKS, ids=str)
def test_the_total_derivative_of_blocks_is_that_of_their_entries(f):
    assert agree(explicit(total(f)), total(explicit(f)))


@pytest.mark.parametrize("seed", range(20))
def test_derivatives_of_random_words_are_those_of_their_entries(seed):
    f = trace(random_matrix(random.Random(seed), h, h))
    assert equal(explicit(directional(f, {W: A})), _moved(explicit(f), {W: A}))
    assert equal(explicit(gradient(f, W)), explicit(W).applyfunc(lambda entry: diff(explicit(f), entry)))


def _moved(f, moves):
    pairs = [(e, v) for letter, v in moves.items() for e, v in zip(slots(letter), explicit(v), strict=True)]
    return Add(*(diff(f, e) * v for e, v in pairs))


@pytest.mark.parametrize(
    "f", [Piecewise((x**2, x > 0), (x**3, True)), Abs(x) * y, Max(x, y), Derivative(Function("g")(x), x) * x], ids=str
)
def test_what_has_no_rule_of_its_own_is_differentiated_by_sympy(f):
    difference = directional(f, {x: y, y: k}) - (diff(f, x) * y + diff(f, y) * k)
    assert all(difference.subs({x: p, y: 2}).doit().expand() == 0 for p in (-3, 1, 5))


def test_an_unknown_function_of_sympy_keeps_its_derivative():
    g = Function("g")(x, t)
    assert (total(g) - (diff(g, x) * x.dot + diff(g, t))).doit() == 0


def test_an_integral_is_differentiated_under_its_sign():
    f = Integral(cos(x * s), (s, 0, 1))
    assert (directional(f, {x: y}) - y * diff(f, x)).doit() == 0


def test_a_path_derivative_leaves_fields_of_other_variables_alone():
    assert total(x**2 * u, s) == x**2 * u.d(s)
    assert total(x**2, s) == 0


@pytest.mark.parametrize("seed", range(5))
def test_the_coefficient_of_a_matrix_is_read_off_its_inner_product(seed):
    G, Z = random_matrix(random.Random(seed), h, n), constant("Z", h, n)
    assert equal(explicit(matrix_coefficient(inner(G, Z), Z)), explicit(G))


def test_total_derivatives_along_two_variables_commute():
    f = u.dot**2 * u.d(s) + sin(u)
    assert (total(total(f, t), s) - total(total(f, s), t)).expand() == 0


p, q = symbols("p q")
FIELDS = {
    "wave": (u.dot**2 / 2 - k**2 * u.d(s) ** 2 / 2, -u.dot.dot + k**2 * u.d(s).d(s)),
    "Klein-Gordon": (
        (u.dot**2 - u.d(s) ** 2 - k**2 * u**2) / 2,
        -u.dot.dot + u.d(s).d(s) - k**2 * u,
    ),
    "Korteweg-de Vries": (
        u.dot * u.d(s) / 2 + u.d(s) ** 3 - u.d(s).d(s) ** 2 / 2,
        -u.dot.d(s) - 6 * u.d(s) * u.d(s).d(s) - u.d(s).d(s).d(s).d(s),
    ),
    "sine-Gordon": (u.dot**2 / 2 - u.d(s) ** 2 / 2 - 1 + cos(u), -u.dot.dot + u.d(s).d(s) - sin(u)),
    "beam": (u.dot**2 / 2 - k * u.d(s).d(s) ** 2 / 2, -u.dot.dot - k * u.d(s).d(s).d(s).d(s)),
}


@pytest.mark.parametrize("name", FIELDS)
def test_the_euler_operator_gives_the_equation_of_the_field(name):
    L, equation = FIELDS[name]
    assert (euler(L, u) - equation).expand() == 0


def test_a_minimal_surface_has_no_mean_curvature():
    z = fields("z", p, q)
    zp, zq = z.d(p), z.d(q)
    curvature = (1 + zq**2) * zp.d(p) - 2 * zp * zq * zp.d(q) + (1 + zp**2) * zq.d(q)
    assert agree(euler(sqrt(1 + zp**2 + zq**2), z), -curvature / sqrt(1 + zp**2 + zq**2) ** 3)


def test_euler_operators_of_fields_and_blocks_and_numbers_are_found_together():
    L = u.dot.d(s) ** 2 * u + u.d(s) ** 2 + inner(w.dot, w.dot) * x - x.dot.dot**2 * y
    found = eulers(L, (y, w, x, u), gamma)
    assert list(found) == [y, w, x, u]
    assert all(vanishes(add([e, scaled(-1, euler(L, q, gamma))], q)) for q, e in found.items())


@pytest.mark.parametrize("f", [x * y.dot, x.dot**2 * y + x**3, x.dot * x.dot.dot * y, t * sin(x) * y.dot], ids=str)
def test_the_euler_operator_does_not_see_total_derivatives(f):
    assert euler(total(f), x).expand() == euler(total(f), y).expand() == 0


def test_the_euler_operator_does_not_see_divergences_of_fields():
    divergence = total(u.dot * u.d(s) ** 2, s) + total(u**3 * u.d(s), t)
    assert euler(divergence, u).expand() == 0


def test_the_euler_operator_does_not_see_total_derivatives_of_blocks():
    assert euler(total(trace(W * U * W * U)), W) == zero_like(W)
    assert euler(total(inner(w, w) ** 2), w) == zero_like(w)


@pytest.mark.parametrize("L", [x.dot**2 / 2 - x**4, x.dot.dot**2 - x.dot**2 * x, y * x.dot + x.dot**3], ids=str)
def test_a_rate_of_damping_stands_for_an_exponential_weight(L):
    weight = exp(gamma * t)
    assert (euler(weight * L, x) / weight - euler(L, x, gamma)).expand() == 0
    assert (total(weight * L) / weight - damped_total(L, gamma)).expand() == 0


@pytest.mark.parametrize("L", [x.dot**2 * y / 2 - x**4, x.dot.dot**2 - x.dot * y.dot], ids=str)
def test_what_a_move_costs_is_its_inner_product_with_the_euler_expressions(L):
    moves = {x: x * y, y: x.dot}
    cost = Add(*(move * euler(L, coordinate, gamma) for coordinate, move in moves.items()))
    assert (euler_along(L, moves, gamma) - cost).expand() == 0


def test_what_a_move_of_blocks_costs_is_its_inner_product_with_the_euler_expressions():
    L, moves = inner(W.dot, W.dot) / 2 - trace(W * U * W * U), {W: K * W, U: U * X}
    cost = Add(*(inner(move, euler(L, letter, gamma)) for letter, move in moves.items()))
    assert equal(explicit(euler_along(L, moves, gamma)), explicit(cost))


def test_derivatives_are_in_normal_form():
    assert gradient(trace(W.T * A), W) == A
    assert directional(inner(w, w) / 2, {w: c}) == Trace(c.T * w)
    assert jets(total(inner(w, w))) == (w, w.dot)


def test_what_has_no_rule_is_differentiated_in_its_arguments():
    w = block("w")
    V = Max(inner(w, w), 1)
    assert directional(V, {w: w}) == 2 * Heaviside(inner(w, w) - 1) * inner(w, w)


def test_a_kind_of_matrix_without_a_rule_is_refused_where_something_in_it_moves():
    odd = KroneckerProduct(W, W)
    with pytest.raises(SymlagError, match="symlag does not know how to differentiate a KroneckerProduct"):
        directional(odd, {W: A})
    assert directional(odd, {U: U}) == zero_like(odd)


def test_a_product_of_a_diagonal_and_a_vector_is_differentiated_without_further_imports():
    program = "from symlag import *; from symlag.calculus import diagonal as d, total; "
    program += "w = block('w'); print(total(inner(d(w) * w, w)) == 3 * inner(d(w) * w.dot, w))"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "True"


def test_a_jump_in_time_is_a_kick():
    step = Piecewise((1, t < 1), (2, True))
    assert total(step) == DiracDelta(t - 1) * Piecewise((1, True))


def test_what_goes_on_where_its_branch_ends_is_not_kicked():
    ramp = Piecewise((0, t < 1), (t - 1, True))
    assert total(ramp) == Piecewise((0, t < 1), (1, True))
    assert not total(ramp).has(DiracDelta)
