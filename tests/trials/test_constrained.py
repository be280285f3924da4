"""Networks at fixed norms, and motions integrated to the last digits: what the trials of learning dynamics rest on."""

import numpy as np
import pytest
from sympy import symbols

from derivations import norm_constrained, rotation_decay
from numeric._constrained import Rates, fixed, free, given_back
from numeric._orbits import flow, orbit, rates_of
from symlag.optimizers.scale_invariant_weights import SQUARED_GRADIENT

RATES = Rates(0.1)
eta, decay = symbols("eta lambda", positive=True)


def test_with_the_growth_of_r_given_back_fixed_norms_train_as_free_ones():
    freely, held, rolled = free(RATES, 5), fixed(RATES, 5), given_back(RATES, 5, norm_constrained.free)
    assert abs(rolled.losses - freely.losses).max() < 1e-12
    assert abs(held.losses - freely.losses).max() > 0.1
    assert held.losses[0] == freely.losses[0]


def test_the_growth_of_r_is_of_second_order_but_for_the_decay():
    """G'/G − 1 = −4ηλ + (2|ĝ|²/G + 6λ²)η² + …"""
    assert norm_constrained.growth.coeff(eta, 1) == -4 * decay
    assert norm_constrained.growth.coeff(eta, 2).has(SQUARED_GRADIENT)


@pytest.mark.parametrize("friction", [0.0, 0.3])
def test_the_charge_by_the_law_is_the_measured_one_and_by_another_rate_it_is_not(friction):
    start = {"x": 1.0, "y": 0.0, "x_dot": 0.2, "y_dot": 0.7}
    found = orbit(rotation_decay.law, start, {"m": 0.5, "mu": friction}, 3.0, rate=rotation_decay.law.rate + 1)
    assert found.gap < 1e-11
    assert found.twin_gap > 0.3
    np.testing.assert_allclose(found.measured, 0.35 * np.exp(-friction / 0.5 * found.time), rtol=1e-11)


def test_a_flow_is_integrated_to_the_last_digits_whatever_the_shapes_of_what_moves():
    q, w = symbols("q w")
    time, path = flow(rates_of({"q_dot": w, "w_dot": -q}, {}), {"q": 1.0, "w": 0.0}, 2 * np.pi)
    np.testing.assert_allclose(path["q"], np.cos(time), atol=1e-12)
    one = flow(lambda _, state: {"W": -state["W"]}, {"W": np.ones((2, 3))}, 1.0)[1]["W"]
    np.testing.assert_allclose(one[-1], np.full((2, 3), np.exp(-1)), rtol=1e-12)
