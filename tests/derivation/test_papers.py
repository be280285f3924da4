"""What the theorems behind the trials of papers say beside their laws, held against the formulas of the literature."""

from typing import cast

import numpy as np
import pytest
from sympy import Integral, S, cancel, exp, symbols

from derivations import charges_in_training, constraints, counted_laws, damping_regimes, law_of_balance, modified_flow
from numeric._conserved_quadratics import count_conserved, rectified, variance_shares
from numeric._noise_drift import balance
from numeric.smooth_norms import roughness
from symlag.calculus.differential_operators import directional
from symlag.calculus.zero_test import vanishes
from symlag.optimizers.backward_error.rooted_trees import NODE
from symlag.variational.closed_form import Oscillation

eta, decay, beta = symbols("eta lambda beta", positive=True)


def test_a_symmetry_binds_the_gradient_and_the_hessian_to_the_gradient():
    assert constraints.gradient == [0, 0, 0]
    assert all(map(vanishes, constraints.hessian))


def test_the_hessian_alone_is_bound_by_translations_only():
    alone = [directional(directional(constraints.V, constraints.ahead), X.components) for X in constraints.symmetry]
    assert [vanishes(part) for part in alone] == [True, False, False]


def test_without_momentum_translations_decay_once_and_all_others_twice_as_fast_as_weights():
    mechanics, closed = charges_in_training.rule, cast("list[Oscillation]", charges_in_training.closed)
    assert (mechanics.mass, mechanics.friction) == (eta / 2, 1)
    assert [form.stiffness for form in closed] == [decay, *[2 * decay] * 3]
    once, *twice = (form.massless() for form in closed)
    t = next(s for s in once.free_symbols if s.name == "t")
    assert not once.has(Integral)
    assert once.coeff(exp(-decay * t)).name == "Q_0"
    assert all(form.has(Integral) and form.coeff(exp(-2 * decay * t)).name == "Q_0" for form in twice)


def test_the_charge_of_translation_swings_where_friction_squared_is_less_than_four_times_mass_times_decay():
    oscillator = damping_regimes.oscillator
    assert isinstance(oscillator, Oscillation)
    critical = (1 - beta) ** 2 / (2 * eta * (1 + beta))
    assert cancel(oscillator.splitting.subs(decay, critical)) == 0
    assert oscillator.source == 0


def test_one_step_moves_the_charge_of_a_unit_by_the_form_of_its_gradient():
    law = law_of_balance.law
    assert law.propagator[0] == 1
    assert str(law.sources["kinetic"][0]) == "eta**2*<g, A*g>"


def test_the_charge_drifts_by_half_the_square_of_the_field():
    drift = modified_flow.drift
    assert drift.pairs == {(NODE, NODE): eta**2 / 2}
    assert cancel(drift.rate.series(eta, 0, 2).removeO() + 2 * eta * decay) == S.Zero


@pytest.mark.parametrize(("network", "laws"), [("linear(3, 3, 2)", 6), ("relu(3, 3, 1)", 3), ("attention(4, 3)", 12)])
def test_gradient_flow_has_as_many_laws_as_the_literature_says(network, laws):
    assert counted_laws.flow[network] == laws


@pytest.mark.parametrize(("inertia", "number"), [(False, 3), (True, 0)])
def test_descent_is_seen_to_keep_one_quadratic_for_each_rectified_unit_and_momentum_none(inertia, number):
    coarse, fine = (variance_shares((3, 3, 1), rectified, rate, 1, inertia=inertia) for rate in (0.04, 0.02))
    assert count_conserved(coarse, fine) == number


@pytest.mark.parametrize("seed", [1, 2])
def test_noise_balances_a_pair_at_the_rate_of_the_law_whatever_the_seed(seed):
    measured, predicted, noiseless = (-np.log(path[-1]) for path in balance(seed))
    assert measured == pytest.approx(predicted, rel=0.05)
    assert measured > 10 * noiseless


def test_roughness_is_one_of_what_goes_straight_and_more_of_what_returns():
    path = np.array([[0.0, 0.0], [1.0, 2.0], [3.0, 1.0]])
    assert roughness(path).tolist() == [1, 3]
