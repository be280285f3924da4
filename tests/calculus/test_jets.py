import copy
import pickle

import pytest
from sympy import Add, Integer, Symbol, cos, expand, simplify, sin, srepr, symbols

from symlag.calculus.differential_operators import total
from symlag.calculus.jets import Block, Jet, block, coordinates, fields, jets, t
from symlag.errors import NameRefusedError, ShapeError
from tests.support.cases import W, k, m, w, x, y

s = Symbol("s")
u = fields("u", t, s)

NOUNS = [x, x.dot, x.dot.dot, u, u.dot, u.d(s).d(t), w, w.dot, W, W.dot.dot, block("B", 2, 3)]


def test_a_coordinate_and_its_rates_are_different_symbols():
    assert len({x, x.dot, x.dot.dot, y, y.dot}) == 5


def test_derivatives_of_a_field_commute():
    assert u.d(s).dot == u.dot.d(s)
    assert u.d(s).dot.order == (1, 1)


def test_every_derivative_knows_its_root():
    assert {noun.root for noun in (u.d(s).d(s), u.dot)} == {u}
    assert W.dot.dot.root == W
    assert W.dot.shape == W.shape


def test_names_of_coordinates_may_be_separated_by_blanks_or_commas():
    assert coordinates("x y") == coordinates("x, y") == (x, y)


def test_the_same_name_gives_the_same_coordinate():
    assert coordinates("x") == x
    assert hash(coordinates("x")) == hash(x)
    assert coordinates("x") is not Symbol("x")
    assert coordinates("x") != Symbol("x", real=True)
    assert fields("x", t, s) != x


@pytest.mark.parametrize("noun", NOUNS, ids=str)
@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda noun: pickle.loads(pickle.dumps(noun))])
def test_a_copy_equals_its_original(noun, copied):
    twin = copied(noun)
    assert (twin, hash(twin), str(twin), twin.order, twin.root) == (noun, hash(noun), str(noun), noun.order, noun.root)
    assert twin.dot == noun.dot


def test_a_pickled_expression_equals_its_original():
    expression = m * x.dot**2 / 2 - k * x * y
    assert pickle.loads(pickle.dumps(expression)) - expression == 0


@pytest.mark.parametrize(
    ("noun", "text"),
    [(x.dot.dot, "x.dot.dot"), (u.dot.d(s), "u.dot.d(s)"), (W.dot, "W.dot"), (block("w_1").dot, "w_1.dot")],
    ids=str,
)
def test_a_derivative_prints_as_it_is_written(noun, text):
    assert str(noun) == text


def test_the_order_of_printing_does_not_depend_on_the_order_of_writing():
    terms = [k * x, m * x.dot**2, y, x.dot * y, k * Symbol("b"), Symbol("xa")]
    assert len({str(Add(*terms[i:], *terms[:i])) for i in range(len(terms))}) == 1


def test_coordinates_and_symbols_stand_in_one_alphabet():
    assert str(coordinates("b") + Symbol("a") + Symbol("c")) == "a + b + c"


def test_coordinates_are_real():
    assert x.is_real
    assert (x**2).is_nonnegative


def test_jets_lists_what_occurs_lower_orders_first():
    assert jets(x.dot + y, x.dot.dot) == (y, x.dot, x.dot.dot)
    assert jets(W.T * W.dot, k, 3) == (W, W.dot)


def test_a_block_of_a_name_alone_is_a_vector_of_symbolic_length():
    v = block("v")
    assert v.shape == (Symbol("n_v", integer=True, positive=True), 1)
    assert block("v", 4).shape == (4, 1)


def test_a_jet_and_a_block_are_rebuilt_from_their_parts():
    assert W.dot.at((0,)) == W
    assert Jet("x", (2,)) == x.dot.dot
    assert Block("W", W.rows, W.cols, (1,)) == W.dot
    assert "W" in srepr(W)


def test_fields_over_different_variables_have_an_order():
    v = fields("u", t, Symbol("r"))
    assert str(u * v) == str(v * u)


def test_orders_may_be_integers_of_sympy():
    second = x.at((Integer(2),))
    assert second == x.dot.dot
    assert str(second * x.at((Integer(1),))) == "x.dot*x.dot.dot"


def test_a_size_may_be_substituted():
    h, n = W.shape
    assert (W.dot).subs({h: 2, n: 3}) == block("W", 2, 3).dot


REFUSED = ["x__y", "a b", "\\evil", "", "x_", "_x", "1x", "x-y", "x.dot", "x^2", "x{y}", "$", "x;y", "é", "x\n", "(x)"]


@pytest.mark.parametrize("name", REFUSED)
def test_a_name_that_is_no_identifier_is_refused(name):
    write = "'x'" if name in ("x_", "_x") else "'x_1', for example"
    for make in (block, Jet):
        with pytest.raises(NameRefusedError, match=rf"a name is letters, then letters and digits.*; write {write}\.$"):
            make(name)


@pytest.mark.parametrize("name", ["x", "theta_1", "alpha", "x1_y2", "θ", "Δx", "lambda"])
def test_a_mathematicians_name_is_taken(name):
    assert str(coordinates(name)) == name


@pytest.mark.parametrize("names", ["x__y", "x \\evil", "x y_"])
def test_a_refused_name_in_a_list_is_named(names):
    with pytest.raises(NameRefusedError):
        coordinates(names)


@pytest.mark.parametrize("size", [0, -1, 1.5, "n", Symbol("m", negative=True), None], ids=str)
def test_a_size_that_is_no_count_is_refused(size):
    with pytest.raises(ShapeError, match="a size is a positive integer or a symbol; write 3, or n"):
        block("W", 2, size)


@pytest.mark.parametrize("names", ["", "  ", ","])
def test_no_name_at_all_is_refused(names):
    with pytest.raises(NameRefusedError):
        coordinates(names)


@pytest.mark.parametrize("variables", [(), ("t", "s"), (t, 3)])
def test_the_variables_of_a_field_are_symbols(variables):
    from symlag.errors import CoordinateError

    with pytest.raises(CoordinateError, match="a field is a function of at least one symbol"):
        fields("u", *variables)


@pytest.mark.parametrize("derive", [lambda: x.d(s), lambda: fields("v", s).dot])
def test_a_derivative_along_a_strange_variable_is_refused(derive):
    from symlag.errors import CoordinateError

    with pytest.raises(CoordinateError, match=r"it is a function of [st] alone; write [xv]"):
        derive()


def test_a_list_of_names_gives_as_many_coordinates():
    assert len(coordinates("a b c")) == 3
    assert symbols("x") != x


def test_partial_derivatives_by_jets_stay():
    assert (x.diff(x), x.diff(y), (x**2 * y).diff(x), x.dot.diff(x)) == (1, 0, 2 * x * y, 0)


def test_the_total_derivative_of_positions_gives_all_of_the_kinetic_energy():
    r, theta, phi = coordinates("r theta phi")
    position = [r * sin(theta) * cos(phi), r * sin(theta) * sin(phi), r * cos(theta)]
    twice_T = simplify(sum(total(X) ** 2 for X in position))
    assert expand(twice_T - r.dot**2 - r**2 * theta.dot**2 - r**2 * sin(theta) ** 2 * phi.dot**2) == 0
