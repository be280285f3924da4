import pickle

import pytest
from sympy import Rational, Symbol, symbols

from symlag.calculus.invariant_functions import Gradient
from symlag.calculus.matrices import inner
from symlag.calculus.zero_test import vanishes
from symlag.errors import ShapeError, SymlagError
from symlag.learning.continuous_rules import heavy_ball
from symlag.learning.losses import invariant_loss
from symlag.variational.equations_of_motion import accelerations
from symlag.variational.families import scale
from tests.support.cases import W, equal, w, x, y

eta, beta, decay = symbols("eta beta lambda", positive=True)


def test_heavy_ball_has_the_mass_and_friction_of_theory():
    rule = heavy_ball()
    assert (rule.step, rule.mass, rule.friction, rule.decay) == (eta, eta * (1 + beta) / 2, 1 - beta, decay)
    assert equal(rule.damping, 2 * (1 - beta) / (eta * (1 + beta)))


def test_learning_obeys_newtons_equation_with_friction_and_decay():
    f = invariant_loss("f", scale(w))
    L = heavy_ball().lagrangian(f, [w])
    m, mu = eta * (1 + beta) / 2, 1 - beta
    (a,) = accelerations(L).values()
    motion = m * a + mu * w.dot + decay * w + Gradient(f, 0)
    assert vanishes(motion)


def test_numbers_learn_like_matrices():
    L = heavy_ball(Rational(1, 10), Rational(9, 10), 0).lagrangian((x * y - 1) ** 2, (x, y))
    m, mu = Rational(19, 200), Rational(1, 10)
    assert equal(m * accelerations(L)[x.dot.dot], -mu * x.dot - 2 * y * (x * y - 1))


def test_given_rates_replace_the_symbols():
    rule = heavy_ball(0.1, momentum=0, weight_decay=Symbol("kappa"))
    assert (rule.mass, rule.friction, rule.decay) == (0.05, 1, Symbol("kappa"))


def test_a_rule_survives_pickling():
    assert pickle.loads(pickle.dumps(heavy_ball())) == heavy_ball()


TEXT = "0.1"


@pytest.mark.parametrize(
    ("make", "kind", "sentence"),
    [
        (lambda: heavy_ball(TEXT), SymlagError, "eta = '0.1': it is no SymPy expression. Write"),
        (lambda: heavy_ball().lagrangian(TEXT, [x]), SymlagError, "the loss '0.1': it is no SymPy expression. Write"),
        (lambda: heavy_ball().lagrangian(W, [W]), ShapeError, "the loss W: it is not a number; write inner(A, B)"),
    ],
    ids=["text for a rate", "text for a loss", "a matrix for a loss"],
)
def test_bad_input_gets_a_sentence(make, kind, sentence):
    with pytest.raises(kind) as caught:
        make()
    assert sentence in str(caught.value)


def test_the_kinetic_energy_is_half_the_mass_times_the_speeds():
    rule = heavy_ball()
    assert equal(rule.kinetic([W, x]), rule.mass * (inner(W.dot, W.dot) + x.dot**2) / 2)
