import pickle
from typing import Any

import pytest
from sympy import Matrix, Rational, Symbol, exp

from symlag.calculus.jets import fields, t
from symlag.calculus.matrices import inner
from symlag.errors import CoordinateError, ShapeError, SymlagError
from symlag.variational.lagrangian import Lagrangian
from tests.support.cases import SYSTEMS, W, a, gamma, k, m, w, x, y

T = m * x.dot**2 / 2
LIST: Any = [1]


def test_the_density_is_kinetic_less_potential_energy():
    assert Lagrangian(T, k * x**2).density == T - k * x**2


def test_a_whole_lagrangian_may_be_passed_as_kinetic():
    assert Lagrangian(T - k * x**2).density == Lagrangian(T, k * x**2).density


def test_without_coordinates_all_that_occur_are_taken_by_name():
    assert Lagrangian(y.dot**2 + W.shape[0] * inner(W.dot, W.dot), x).coordinates == (W, x, y)
    assert Lagrangian(x.dot.dot**2).coordinates == (x,)


@pytest.mark.parametrize("written", [(y, x), [y, x]], ids=["tuple", "list"])
def test_given_coordinates_keep_their_order(written):
    assert Lagrangian(T, y, written).coordinates == (y, x)


@pytest.mark.parametrize("one", [x, w], ids=str)
def test_one_coordinate_needs_no_list(one):
    assert Lagrangian(inner(one.dot, one.dot), 0, one).coordinates == (one,)


def test_none_for_coordinates_means_all_that_occur():
    assert Lagrangian(T, 0, None).coordinates == (x,)


@pytest.mark.parametrize(("L", "order"), [(x, 0), (x.dot, 1), (x.dot.dot**2 + x, 2)], ids=str)
def test_the_order_is_that_of_the_highest_derivative(L, order):
    assert Lagrangian(L).order == order


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_lagrangian_survives_pickling(name):
    L = Lagrangian(*SYSTEMS[name], damping=gamma)
    assert pickle.loads(pickle.dumps(L)) == L


def test_a_number_is_taken_for_an_energy():
    assert Lagrangian(T, 0).potential == 0
    assert Lagrangian(T, 1.5).potential == Rational(3, 2)


# What is written; the sentence that answers.
REFUSED = {
    "an energy that is text": (lambda: Lagrangian("x.dot**2"), SymlagError, "it is no SymPy expression. Write an expr"),
    "an energy that is None": (lambda: Lagrangian(None), SymlagError, "it is no SymPy expression. Write an expr"),
    "an energy that is a matrix": (lambda: Lagrangian(W.dot), ShapeError, "it is not a number; write"),
    "an energy that is entries": (lambda: Lagrangian(Matrix([x])), ShapeError, "it is not a number"),
    "an energy that is true": (lambda: Lagrangian(x.dot > 0), ShapeError, "it is not a number; write"),
    "an energy without coordinates": (lambda: Lagrangian(k), CoordinateError, "no coordinate occurs in it; write T in"),
    "no velocity but a name": (lambda: Lagrangian(Symbol("v") ** 2), CoordinateError, "no coordinate occurs in it"),
    "a potential that is text": (lambda: Lagrangian(T, "x"), SymlagError, "the potential energy 'x': it is no SymPy"),
    "damping by a coordinate": (lambda: Lagrangian(T, damping=x), SymlagError, "damping = x: it depends on coord"),
    "damping that is text": (lambda: Lagrangian(T, damping="g"), SymlagError, "the damping 'g': it is no SymPy expr"),
    "damping that is a matrix": (lambda: Lagrangian(T, damping=W), ShapeError, "the damping W"),
    "a force on nothing": (lambda: Lagrangian(T, forces={y: 1}), CoordinateError, "no such coordinate, only x; write"),
    "a force of another shape": (
        lambda: Lagrangian(inner(w.dot, w.dot), forces={w: a}),
        ShapeError,
        "the force a on w: the shapes differ; write a force of the shape of w",
    ),
    "a number as force on a block": (lambda: Lagrangian(inner(w.dot, w.dot), forces={w: 1}), ShapeError, "shapes dif"),
    "a force that is text": (lambda: Lagrangian(T, forces={x: "f"}), SymlagError, "the force 'f': it is no SymPy expr"),
    "a velocity as coordinate": (lambda: Lagrangian(T, 0, [x.dot]), CoordinateError, "x.dot: it is a derivative"),
    "a symbol as coordinate": (lambda: Lagrangian(T, 0, [k]), CoordinateError, "k: it is no coordinate; write"),
    "text as coordinate": (lambda: Lagrangian(T, 0, "x"), CoordinateError, "x: it is no coordinate; write"),
    "forces in a row": (
        lambda: Lagrangian(T, forces=LIST),
        SymlagError,
        "forces = [1]: it assigns nothing to a coordinate; write",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_gets_a_sentence(case):
    make, kind, sentence = REFUSED[case]
    with pytest.raises(kind) as caught:
        make()
    assert sentence in str(caught.value)
    assert all((caught.value.wrote, caught.value.wrong, caught.value.write))


@pytest.mark.parametrize("damping", [0, gamma, 3 / t, exp(-t), x - x], ids=str)
def test_damping_is_any_function_of_time(damping):
    assert Lagrangian(T, damping=damping).damping == damping


def test_fields_make_a_lagrangian_density():
    s = Symbol("s")
    u = fields("u", t, s)
    assert Lagrangian((u.dot**2 - u.d(s) ** 2) / 2).coordinates == (u,)
