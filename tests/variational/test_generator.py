import pickle
from typing import Any

import pytest
from sympy import Add, Rational, Symbol, ZeroMatrix, cos, diff, exp, sin, symbols

from symlag.calculus.differential_operators import directional, euler, total
from symlag.calculus.jets import block, coordinates, fields, t
from symlag.calculus.matrices import Skew, inner, normal, trace
from symlag.calculus.zero_test import vanishes
from symlag.errors import CoordinateError, ShapeError, SymlagError
from symlag.variational.families import (
    general_linear,
    mix_units,
    rescale,
    rescale_units,
    rotate_units,
    rotation,
    scale,
    time_translation,
    translation,
)
from symlag.variational.generator import Generator, bracket
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether
from tests.support.cases import A, K, S, U, W, a, agree, c, equal, explicit, h, k, w, x, y

z = coordinates("z")
PLANE = [
    translation(x),
    translation(y),
    rotation(x, y),
    scale(x, y),
    rescale(x, y, 3),
    time_translation(),
    Generator({x: t}),
    Generator({x: t * x, y: t * y}, t**2),
    Generator({x: x**2 - y**2, y: 2 * x * y}, t),
    Generator({x: sin(k * t)}, exp(-k * t)),
]


def prolonged(X, order):
    """φ⁽ʲ⁺¹⁾ = D_t φ⁽ʲ⁾ − q⁽ʲ⁺¹⁾ D_t τ, the recursion of the books, for the plane."""
    moves = {q: X.components.get(q, 0 * k) for q in (x, y)}
    for j in range(order):
        for q in (x, y):
            moves[q.at((j + 1,))] = total(moves[q.at((j,))]) - q.at((j + 1,)) * total(X.tau)
    return moves


@pytest.mark.parametrize("X", PLANE, ids=str)
def test_prolongation_follows_the_recursion(X):
    f = x.dot.dot**2 * y - cos(y.dot) * x.dot + t * x
    slopes = Add(*(move * diff(f, jet) for jet, move in prolonged(X, 2).items()))
    assert agree(X.act(f), slopes + X.tau * diff(f, t))


def test_a_field_is_prolonged_along_each_variable():
    s = Symbol("s")
    u = fields("u", t, s)
    assert Generator({u: u**2}).act(u.dot * u.d(s)) == 4 * u * u.dot * u.d(s)


@pytest.mark.parametrize("X", PLANE, ids=str)
@pytest.mark.parametrize("Y", PLANE[2:8:2], ids=str)
def test_the_bracket_acts_as_the_commutator(X, Y):
    f = x.dot**2 * y + t * y.dot
    assert agree(bracket(X, Y).act(f), X.act(Y.act(f)) - Y.act(X.act(f)))


@pytest.mark.parametrize("X", PLANE, ids=str)
@pytest.mark.parametrize("Y", PLANE[3:9:2], ids=str)
def test_the_bracket_is_antisymmetric(X, Y):
    assert same(bracket(X, Y), bracket(Y, X), -1)


@pytest.mark.parametrize("names", [(2, 8, 7), (0, 9, 8), (3, 6, 5), (4, 8, 9)])
def test_the_bracket_obeys_jacobi(names):
    X, Y, Z = (PLANE[i] for i in names)
    cyclic = [bracket(X, bracket(Y, Z)), bracket(Y, bracket(Z, X)), bracket(Z, bracket(X, Y))]
    assert all(vanishes(Add(*(part.components.get(q, 0) for part in cyclic))) for q in (x, y))
    assert vanishes(Add(*(part.tau for part in cyclic)))


def same(left, right, sign=1):
    """Whether two generators move everything alike."""
    moved = {*left.components, *right.components}
    pairs = [(left.components.get(q, 0), right.components.get(q, 0)) for q in moved] + [(left.tau, right.tau)]
    return all(vanishes(l - sign * r) for l, r in pairs)


def test_the_rotations_of_space_close():
    about_x, about_y, about_z = rotation(y, z), rotation(z, x), rotation(x, y)
    assert same(bracket(about_x, about_y), about_z, -1)


def test_the_bracket_of_linear_moves_of_a_block_is_their_commutator():
    B = Skew("B", h, h)
    left, right = Generator({W: K * W}), Generator({W: B * W})
    assert vanishes(bracket(left, right).components[W] - (B * K - K * B) * W)


# A family; what it leaves as it is.
INVARIANTS = [
    (translation(x), y + x.dot),
    (translation(w, c), inner(w.dot, w.dot)),
    (translation(w), A * w.dot),
    (scale(x, y), x * y.dot / (x**2 + y**2)),
    (scale(w), inner(w, c) / inner(w, w) ** Rational(1, 2)),
    (rescale(x, y, k), x**k * y),
    (rescale(w, [x, y]), inner(w, w) * x * y),
    (rescale([x, w], y, 2), inner(w, c) * x * y),
    (rotation(x, y), x * y.dot - y * x.dot + x.dot**2 + y.dot**2),
    (rotation(W), inner(W, W) + trace(W.T * W * W.dot.T * W.dot)),
    (general_linear(block("P", 4, h), block("Q", 5, h)), block("P", 4, h) * block("Q", 5, h).T),
]


@pytest.mark.parametrize(("X", "invariant"), INVARIANTS, ids=str)
def test_a_family_keeps_its_invariant(X, invariant):
    assert vanishes(X.act(invariant))


def test_translation_goes_in_every_direction_unless_one_is_given():
    assert translation(w).parameters == (translation(w).components[w],)
    assert translation(w, c).components == {w: c}
    assert translation(x).components == {x: 1}
    assert translation(x, k).components == {x: k}


def test_rotation_of_a_block_is_by_every_skew_matrix():
    (turn,) = rotation(W).parameters
    assert isinstance(turn, Skew)
    assert turn.shape == (h, h)


def test_rescaling_counts_the_degree_on_the_way_out():
    assert rescale(x, y, 2).components == {x: x, y: -2 * y}
    assert rescale([x, w], [y], k).components == {x: x, w: w, y: -k * y}


def test_the_flow_of_rotation_is_a_turn_by_a_right_angle():
    assert rotation(x, y).components == {x: -y, y: x}


def test_time_translation_moves_nothing_but_time():
    assert (time_translation().components, time_translation().tau) == ({}, 1)
    assert time_translation().characteristic(x) == -x.dot
    assert time_translation().act(x * y.dot + t) == 1


@pytest.mark.parametrize("X", [*PLANE, scale(w), general_linear(block("P", 4, h), block("Q", 5, h))], ids=str)
def test_a_generator_survives_pickling(X):
    assert pickle.loads(pickle.dumps(X)) == X


def test_the_action_on_blocks_is_that_on_their_entries():
    f = trace(W.dot.T * S * W.dot * U * W)
    X = Generator({W: K * W + A * inner(w, c), U: U * S, w: t * c}, t**2)
    moves = {e: v for q, xi in X.components.items() for e, v in zip(explicit(q), explicit(xi), strict=True)}
    assert equal(explicit(X.act(f)), Generator(moves, t**2).act(explicit(f)))


LIST: Any = [x, 1]
TEXT: Any = "x"
REFUSED = {
    "another shape": (
        lambda: Generator({w: a}),
        ShapeError,
        "{w: a}: the two shapes differ; write a move of",
    ),
    "a number for a block": (lambda: Generator({w: 1}), ShapeError, "{w: 1}: the two shapes differ"),
    "a matrix for a number": (lambda: Generator({x: w}), ShapeError, "{x: w}: the two shapes differ"),
    "a direction of another shape": (lambda: translation(w, a), ShapeError, "{w: a}: the two shapes differ"),
    "a translation of two coordinates": (lambda: translation(x, y), CoordinateError, "write Generator({x: 1, y: 1})"),
    "a translation along a coordinate": (lambda: translation(x, 2 * y), CoordinateError, "write Generator({x: 2*y})"),
    "widths that do not meet": (lambda: general_linear(W, U), SymlagError, "general_linear("),
    "no mapping": (lambda: Generator(LIST), SymlagError, "it assigns nothing to a coordinate; write"),
    "a move that is text": (lambda: Generator({x: "y"}), SymlagError, "x: 'y': it is no SymPy expression. Write"),
    "a time that is text": (lambda: Generator({}, TEXT), SymlagError, "'x': it is no SymPy expression. Write"),
    "a time that is a matrix": (lambda: Generator({}, w), ShapeError, "tau = w: it is not a number; write inner(A, B)"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_gets_a_sentence(case):
    make, kind, sentence = REFUSED[case]
    with pytest.raises(kind) as caught:
        make()
    assert sentence in str(caught.value)
    assert all((caught.value.wrote, caught.value.wrong, caught.value.write))


@pytest.mark.parametrize("family", [mix_units, rotate_units, rescale_units])
def test_a_family_of_units_leaves_the_product_of_its_layers(family):
    h, n, k = symbols("h n k", integer=True, positive=True)
    into, out = block("W", h, n), block("U", k, h)
    X = family(into, out)
    assert directional(out * into, X.components) == ZeroMatrix(k, n)
    assert X.parameters[0].rows == h


def test_a_stream_is_rotated_without_anything_that_reads_it():
    stream = block("S", 3, 4)
    X = rotate_units(stream)
    assert X.components == {stream: X.parameters[0] * stream}


def test_units_are_mixed_on_both_sides_of_several_blocks():
    """ẆWᵀ + ḃbᵀ − UᵀU̇: the matrix-valued charge of a linear layer with bias."""
    h = Symbol("h", integer=True, positive=True)
    W, b, U = block("W", h, 4), block("b", h), block("U", 5, h)
    X = mix_units((W, b), U)
    law = noether(Lagrangian(sum(inner(q.dot, q.dot) for q in (W, b, U)) / 2), X)
    charge = law.momentum_map().charge
    assert vanishes(normal(charge - (W.dot * W.T + b.dot * b.T - U.T * U.dot)))


def test_layers_of_unlike_width_are_refused():
    with pytest.raises(ShapeError, match="the numbers of units differ"):
        mix_units(block("W", 3, 4), block("U", 5, 2))


def test_a_wave_has_no_preferred_frame():
    """The boost, as a move of the field at fixed place and time, changes the density by a divergence."""
    s = Symbol("s")
    u = fields("u", t, s)
    boost = Generator({u: -s * u.dot - t * u.d(s)})
    change = boost.act((u.dot**2 - u.d(s) ** 2) / 2)
    assert change != 0
    assert vanishes(euler(change, u))
    assert vanishes(change + total(s * (u.dot**2 - u.d(s) ** 2) / 2, t) + total(t * (u.dot**2 - u.d(s) ** 2) / 2, s))
