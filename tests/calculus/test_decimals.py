"""A decimal is exact where something is decided, and shown as it was written."""

import numpy as np
import pytest
from sympy import Derivative, Float, Function, Rational, Symbol, cos, exp, log, pi, sin, sqrt, symbols

from symlag.calculus.decimals import Decimals, exact
from symlag.calculus.jets import block, coordinates, t
from symlag.calculus.matrices import inner
from symlag.document.document import Document
from symlag.symmetry.action_symmetries import symmetries
from symlag.symmetry.first_integrals import integrals
from symlag.symmetry.loss_symmetries import symmetries_of_potential
from symlag.variational.equations_of_motion import accelerations, energy, euler_lagrange
from symlag.variational.families import scale, time_translation, translation
from symlag.variational.generator import Generator, bracket
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether

x, y = coordinates("x y")
m, k = symbols("m k", positive=True)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (0.5, Rational(1, 2)),
        (0.1 + 0.2, Rational(3, 10)),
        (9.81, Rational(981, 100)),
        (1e-3, Rational(1, 1000)),
        (-2.5, Rational(-5, 2)),
        (Float("0.12345678901234567890", 20), Rational("0.12345678901234567890")),
        (np.float64(0.25), Rational(1, 4)),
    ],
)
def test_a_float_is_the_decimal_that_is_printed(written, meant):
    assert exact(written) == meant
    assert exact(written * x**2 + exp(written * y)) == meant * x**2 + exp(meant * y)


@pytest.mark.parametrize(
    "expression",
    [
        0.5 * x,
        x**2.5,
        (x**2 + y**2) ** -0.5,
        exp(-0.5 * x) + 0.25,
        sin(x + 0.3) / 1.7,
        0.5 * sqrt(2) * x + 0.5 * pi,
        sqrt(x) + 0.5 * log(0.1 * y),
        0.5 * inner(block("w").dot, block("w").dot),
    ],
)
def test_what_was_written_comes_back(expression):
    assert Decimals.of(expression).written(exact(expression)) == expression
    assert not exact(expression).has(Float)


@pytest.mark.parametrize(
    "other", [2 * x, x**3, sqrt(x), sin(Rational(1, 2)), exp(Rational(1, 2)), Derivative(cos(x), x)]
)
def test_other_numbers_are_left_alone(other):
    assert Decimals.of(0.5 * x + 2.0 * y).written(other) == other


def test_decimals_and_fractions_of_one_number_are_the_same_lagrangian():
    decimal = Lagrangian(0.5 * x.dot**2, 0.25 * x**1.5, damping=0.2, forces={x: -0.1 * x.dot})
    fraction = Lagrangian(
        x.dot**2 / 2, x ** Rational(3, 2) / 4, damping=t * 0 + Rational(1, 5), forces={x: -x.dot / 10}
    )
    assert decimal == fraction
    assert repr(decimal) == "Lagrangian(T = 0.5*x.dot**2, V = 0.25*x**1.5, damping = 0.2, force on x = -0.1*x.dot)"


@pytest.mark.parametrize("X", [time_translation(), translation(x), scale(x), Generator({x: 0.5 * x}, 0.25)])
def test_the_defect_of_a_law_with_decimals_is_zero(X):
    law = noether(Lagrangian(0.5 * m * x.dot**2, 0.3 * k * x**2 + 9.81 * x, damping=0.2), X)
    assert law.defect() == 0
    assert law.rate == 0.2


def test_results_show_decimals_where_they_were_written():
    L = Lagrangian(0.5 * m * x.dot**2, 0.5 * k * x**2 + 9.81 * x)
    assert str(noether(L, time_translation()).charge) == "-0.5*k*x**2 - 0.5*m*x.dot**2 - 9.81*x"
    assert str(energy(L)) == "0.5*k*x**2 + 0.5*m*x.dot**2 + 9.81*x"
    assert str(euler_lagrange(L)[x]) in {"-k*x - m*x.dot.dot - 9.81", "-(k*x + m*x.dot.dot + 9.81)"}
    assert str(Generator({x: 0.5 * y}, 0.25)) == "0.25 ∂t + 0.5*y ∂x"
    assert "9.81" in Document.of("falling", L, [noether(L, time_translation())]).tex()


def test_brackets_of_decimals_are_exact():
    assert bracket(Generator({x: 0.1 * y}), Generator({y: 3 * x})).components == {x: -3 * x / 10, y: 3 * y / 10}


def test_functions_of_time_and_decimals_are_read_and_given_back_together():
    s = Symbol("t")
    q = Function("q")(s)
    L = Lagrangian(0.5 * q.diff(s) ** 2, 0.7 * q**2)
    assert energy(L) == 0.5 * q.diff(s) ** 2 + 0.7 * q**2
    assert accelerations(L) == {q.diff(s, 2): -Rational(7, 5) * q}


def test_a_kernel_has_the_same_numbers():
    law = noether(Lagrangian(0.5 * x.dot**2, 0.3 * x**2, damping=0.2), time_translation())
    values = law.kernel()(x=0.7, x_dot=1.3)
    assert values["charge"] == pytest.approx(-0.5 * 1.3**2 - 0.3 * 0.7**2, rel=1e-15)
    assert values["rate"] == 0.2


SYMMETRIES = {
    "free": (Lagrangian(0.5 * x.dot**2), 5),
    "oscillator": (Lagrangian(0.5 * x.dot**2, 0.5 * x**2), 5),
    "damped": (Lagrangian(0.5 * x.dot**2, 0.5 * x**2, damping=0.2), 5),
    "falling": (Lagrangian(0.5 * x.dot**2, 9.81 * x), 5),
    "broken power": (Lagrangian(x.dot**2 / 2, x**2.5), 1),
    "Kepler": (Lagrangian(0.5 * x.dot**2 + 0.5 * y.dot**2, -((x**2 + y**2) ** -0.5)), 2),
    "inverse square": (Lagrangian(0.5 * x.dot**2, 0.1 / x**2.0), 3),
    "exponential": (Lagrangian(0.5 * x.dot**2, exp(-0.5 * x)), 1),
    "round, from two decimals": (Lagrangian(0.5 * x.dot**2 + 0.5 * y.dot**2, (0.1 + 0.2) * x**2 + 0.3 * y**2), 8),
    "with symbols": (Lagrangian(0.5 * m * x.dot**2, 0.25 * k * x**2 + 0.3 * x, damping=0.1), 5),
}


@pytest.mark.parametrize("name", SYMMETRIES)
def test_symmetries_of_decimals_are_all_found(name):
    L, dimension = SYMMETRIES[name]
    found = symmetries(L)
    assert (found.dimension, found.complete) == (dimension, True)


def test_other_searches_read_decimals():
    assert [X.components for X in symmetries_of_potential((0.5 * x * y - 0.1) ** 2)] == [{x: -x, y: y}]
    assert integrals(Lagrangian(0.5 * x.dot**2 + 0.5 * y.dot**2, 0.3 * x**2 + 0.3 * y**2), 2).complete
