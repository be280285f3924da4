"""Modified equations: theory.md §6 from the rules' own equations, and the observed orders of runs."""

from itertools import product

import numpy as np
import pytest
from sympy import Rational, S, cancel, factorial, symbols

from numeric._orders_of_modified_flow import NUMBERS, Differentials, observed, p
from symlag import optimizers
from symlag.learning.continuous_rules import heavy_ball
from symlag.optimizers.backward_error.modified_equations import Drift, modified_equation
from symlag.optimizers.backward_error.rooted_trees import NODE, grafting, rerootings, size, trees
from symlag.optimizers.library.momentum import nesterov, sgd, sgdw
from symlag.optimizers.transfer_function import continuous_limit, transfer_function
from tests.support.refusals import assert_refused, public

eta, b, d, lam = symbols("eta beta d lambda", positive=True)
E1, E2, E3 = ((),), (((),),), ((), ())  # F'F, F'F'F, F''(F, F)

TABLE = {
    "GD": (sgd(momentum=0), (1, -S.Half, Rational(1, 3), Rational(1, 12))),
    "heavy ball": (
        sgd(dampening=d),
        (
            (1 - d) / (1 - b),
            -(1 + b) * (1 - d) ** 2 / (2 * (1 - b) ** 3),
            (1 - d) ** 3 * (1 + 4 * b + b**2) / (3 * (1 - b) ** 5),
            (1 - d) ** 3 * (1 + 10 * b + b**2) / (12 * (1 - b) ** 5),
        ),
    ),
    "Nesterov": (
        nesterov(),
        (
            1 / (1 - b),
            -(1 - b + 2 * b**2) / (2 * (1 - b) ** 3),
            (3 * b**4 - 3 * b**3 + 7 * b**2 - 2 * b + 1) / (3 * (1 - b) ** 5),
            (13 * b**2 - 2 * b + 1) / (12 * (1 - b) ** 5),
        ),
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_the_table_of_theory(name):
    rule, theory = TABLE[name]
    coefficients = modified_equation(rule, 2).over(eta)
    for tree, c in zip((NODE, E1, E2, E3), theory, strict=True):
        assert cancel(coefficients[tree] - c) == 0


def test_there_are_as_many_trees_as_cayley_counted():
    assert [len(trees(n)) for n in range(1, 9)] == [1, 1, 2, 4, 9, 20, 48, 115]


def test_grafting_hangs_a_branch_on_every_node():
    for branch, tree in product(trees(3), trees(4)):
        assert sum(grafting(branch, tree).values()) == size(tree)
        assert all(size(grown) == 7 for grown in grafting(branch, tree))


def test_every_node_is_a_root_once():
    for tree in trees(6):
        assert len([*rerootings(tree)]) == 6
        assert {min(rerootings(other)) for other in rerootings(tree)} == {min(rerootings(tree))}


def test_derivatives_along_the_field_are_trees():
    """The Euler method x + hF is the exact flow of its modified equation: e^D x = x + F in every tree."""
    equation = modified_equation(sgd(momentum=0, weight_decay=0, learning_rate=1), 4)
    flow, term = {}, dict(equation.coefficients)
    for n in range(1, 6):
        for tree, c in term.items():
            flow[tree] = flow.get(tree, 0) + c / factorial(n)
        term = _derived(equation.coefficients, term, 5)
    assert {tree: c for tree, c in flow.items() if c != 0} == {NODE: 1}


def _derived(along, series, most):
    grown = {}
    for (one, c), (other, e) in product(along.items(), series.items()):
        if size(one) + size(other) <= most:
            for tree, count in grafting(one, other).items():
                grown[tree] = grown.get(tree, 0) + c * e * count
    return grown


def test_the_modified_loss_of_descent():
    assert modified_equation(sgd(momentum=0), 1).loss == {NODE: eta, E1: eta**2 / 4}


def test_the_drift_of_descent_adds_up_to_its_exact_law():
    """Q' = Q + η²/2 ⟨g, Ag⟩ per step, Q = ½⟨θ, Aθ⟩: all that e^D − 1 makes of Q beyond the first pair cancels."""
    equation = modified_equation(sgd(momentum=0, weight_decay=0), 4)
    total, term = {}, equation.drift().pairs
    for n in range(1, 6):
        for pair, c in term.items():
            total[pair] = total.get(pair, 0) + c / factorial(n)
        term = _moved_pairs(equation.coefficients, term, 5)
    assert {pair: cancel(c) for pair, c in total.items() if cancel(c) != 0} == {(NODE, NODE): eta**2 / 2}


def _moved_pairs(along, pairs, most):
    grown = {}
    for (branch, c), ((one, other), e) in product(along.items(), pairs.items()):
        if size(branch) + size(one) + size(other) <= most:
            moved = [((tree, other), n) for tree, n in grafting(branch, one).items()]
            moved += [((one, tree), n) for tree, n in grafting(branch, other).items()]
            for pair, n in moved:
                key = tuple(sorted(pair, key=lambda tree: (size(tree), tree)))
                grown[key] = grown.get(key, 0) + c * e * n
    return grown


def test_the_drift_under_decay_to_first_order():
    """Q̇ = −2λQ, and at the next order (η/2)⟨F, AF⟩ + …, as the modified equation of descent has it."""
    drift = modified_equation(sgd(momentum=0), 0).drift()
    assert drift == Drift(-2 * eta * lam, {})


@pytest.mark.parametrize("rule", [sgd(momentum=0), sgd()], ids=lambda rule: rule.name)
def test_the_limit_is_the_mechanics_of_the_rule(rule):
    beta = 0 if rule.name == "SGD" else b
    limit, mechanics = continuous_limit(rule).mechanics, heavy_ball(eta, beta, lam)
    for part in ("step", "mass", "friction", "decay"):
        assert cancel(getattr(limit, part) - getattr(mechanics, part)) == 0


def test_the_limit_of_dampening_and_of_decoupled_decay():
    damped, decoupled = continuous_limit(sgd(dampening=d)).mechanics, continuous_limit(sgdw()).mechanics
    assert cancel(damped.mass - eta * (1 - d) * (1 + b) / 2) == 0
    assert cancel(damped.step - eta * (1 - d)) == 0
    rho = 1 - eta * lam
    assert cancel(decoupled.friction - (1 - b * rho)) == 0
    assert cancel(decoupled.decay - lam * (1 - b)) == 0


def test_what_the_limit_drops_is_of_second_order():
    for rule in (sgd(), nesterov(weight_decay=0)):
        for left in continuous_limit(rule).remainder.values():
            assert cancel(left / eta**2).subs(eta, 0).is_finite


REFUSED = {
    "a preconditioner": (
        "modified_equation(adam(), 1)",
        "it is not linear in the gradient. Use sgd(), nesterov() or sgdw().",
        "[modified_equation(rule, 1) for rule in (sgd(), nesterov(), sgdw())]",
    ),
    "a schedule": (
        "transfer_function(sgd(lambda k: 1 / (1 + k)))",
        (
            "SGD with momentum: its hyper-parameters change with the step. Use constant hyper-parameters, for example "
            "sgd(0.1, 0.9, 0.01)."
        ),
        "transfer_function(sgd(0.1, 0.9, 0.01))",
    ),
    "no gradient": (
        "modified_equation(sgd(momentum=0), 2).loss",
        (
            "the modified loss of order 2: the terms F''(F, F), F'F'F are not those of a gradient, so that no loss has "
            "this field. Use a lower order, for example modified_equation(rule, 1)."
        ),
        "modified_equation(sgd(momentum=0), 1).loss",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_answer_is_refused_in_a_sentence_whose_advice_runs(name):
    assert_refused(*REFUSED[name], public(optimizers) | {"transfer_function": transfer_function})


@pytest.mark.parametrize("order", range(4))
@pytest.mark.parametrize("rule", [sgd(momentum=0), sgd(), nesterov()], ids=lambda rule: rule.name)
def test_each_correction_gains_an_order(rule, order):
    assert observed(rule, order) == pytest.approx(order + 1, abs=0.25)


@pytest.mark.parametrize("rule", [sgd(momentum=0), sgd(), nesterov()], ids=lambda rule: rule.name)
def test_the_drift_is_what_the_field_does_to_the_charge(rule):
    """⟨F(τ), x⟩ of a loss that does not see the scale of x, tree by tree and with weight decay."""
    equation, numbers = modified_equation(rule, 3), {eta: 0.1, **NUMBERS}
    point = np.array([0.9, -0.6])
    at = Differentials(p[0] * p[1] / p.dot(p) + p[0] ** 3 / p.dot(p) ** Rational(3, 2)).at(point)
    direct = sum(float(c.subs(numbers)) * at(tree) @ point for tree, c in equation.coefficients.items())
    drift = equation.drift()
    rate = float(drift.rate.subs(numbers)) * point @ point / 2
    rate += sum(float(c.subs(numbers)) * at(one) @ at(other) for (one, other), c in drift.pairs.items())
    assert rate == pytest.approx(direct, rel=1e-12)
