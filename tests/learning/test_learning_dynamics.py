"""Noether's learning dynamics on digits: r⁴ law, implicit RMSProp, steady state and closed forms (theory.md §3, §5)."""

from functools import cache

import numpy as np
import pytest

from numeric._closed_forms import RUNS, forecast, noisy, refined, solved
from numeric._noise import Descent, norms
from numeric._scale_law_under_noise import PRINTED, angle, memory, radius, remembered, unrest, whiteness
from symlag.trials.verdict import observed_order
from symlag.variational.closed_form import Oscillation

SETTLED = slice(3000, None)  # of 9000 steps, with a memory of 625


@cache
def noise(batch):
    return norms(Descent(eta=0.02, beta=0.9, decay=0.002, batch=batch, steps=9000))


def overestimate(run, predicted):
    return predicted[SETTLED].mean() / run.square[SETTLED].mean()


@pytest.mark.slow
@pytest.mark.parametrize("batch", [4, 16])
def test_the_printed_law_of_r4_overestimates_r2_by_the_root_of_what_it_lacks(batch):
    """NLD Eq. 17 without χ: √((1+β)/(1−β)) = 4.36 at β = 0.9."""
    run = noise(batch)
    assert overestimate(run, radius(run, PRINTED)) == pytest.approx((1.9 / 0.1) ** 0.5, rel=0.04)


@pytest.mark.slow
@pytest.mark.parametrize("batch", [4, 16])
@pytest.mark.parametrize("chi", [lambda run: run.persistence, whiteness], ids=["measured", "white"])
def test_with_the_persistence_of_the_gradients_the_law_of_r4_is_right(batch, chi):
    run = noise(batch)
    assert overestimate(run, radius(run, chi(run))) == pytest.approx(1, abs=0.03)


@pytest.mark.slow
def test_the_norm_is_the_g_of_the_equivalent_rmsprop():
    run = noise(16)
    assert overestimate(run, remembered(run, whiteness(run))) == pytest.approx(1, abs=0.03)
    assert overestimate(run, remembered(run, PRINTED)) > 4


@pytest.mark.slow
def test_the_step_on_the_sphere_is_the_rate_of_the_equivalent_rmsprop():
    """√(2ηλ/(1+β)), whatever the gradients are."""
    run = noise(16)
    turned = run.chord[SETTLED].mean() ** 0.5
    assert turned == pytest.approx(angle(run, whiteness(run)), rel=0.01)
    assert angle(run, PRINTED) == pytest.approx(angle(run, whiteness(run)), rel=1e-12)
    assert turned == pytest.approx((2 * 0.02 * 0.002 / 1.9) ** 0.5, rel=0.01)


@pytest.mark.slow
def test_the_norm_remembers_as_many_steps_as_the_equivalent_rmsprop():
    """(1−β)/(4ηλ): a regression on noise, so that a tenth is what it can tell."""
    measured, stated = memory(noise(16), whiteness(noise(16)), window=200)
    assert stated == pytest.approx(0.1 / (4 * 0.02 * 0.002))
    assert measured == pytest.approx(stated, rel=0.1)
    assert memory(noise(16), PRINTED, window=200)[0] != pytest.approx(stated, rel=0.5)


STEPS = (0.2, 0.1, 0.05)


@pytest.mark.slow
def test_averages_come_to_the_steady_state_of_the_law_as_the_step_is_refined():
    """λ|w|² = m⟨|ẇ|²⟩; a twin without the half of the mass that momentum adds stays away."""
    gaps = [abs(unrest(step)) for step in STEPS]
    twins = [abs((1 + unrest(step)) / (2 - step) - 1) for step in STEPS]
    assert observed_order(STEPS, gaps) >= 0.9
    assert gaps[-1] < 0.05
    assert observed_order(STEPS, twins) < 0.2
    assert min(twins) > 0.4


ACCURACY = {0.0: 2e-4, 0.9: 2e-2}  # theory.md §5, of 400 steps


@pytest.mark.parametrize("beta", ACCURACY)
@pytest.mark.parametrize("name", RUNS)
def test_closed_forms_tell_400_steps_in_one_formula(name, beta):
    told = forecast(solved(name), noisy(name, Descent(eta=0.02, beta=beta, decay=0.01, batch=64, steps=400)))
    assert told.error < ACCURACY[beta]
    assert told.twin_error > 0.05


REFINED = (0.1, 0.05, 0.025)
REGIMES = {"overdamped": 0.25, "critical": 1.0, "oscillating": 4.0}  # the decay, in shares of the critical one


@pytest.mark.parametrize("regime", REGIMES)
def test_translation_charges_of_every_regime_are_seen(regime):
    """The charge of a classifier's feature swings through zero where the closed form says so, and nowhere else."""
    found = solved("translation")
    assert isinstance(found, Oscillation)
    told = [forecast(found, refined(REGIMES[regime], step)) for step in REFINED]
    errors, twins = [one.error for one in told], [one.twin_error for one in told]
    assert observed_order(REFINED, errors) == pytest.approx(2, abs=0.15)
    assert observed_order(REFINED, twins) < 0.2
    assert min(twins) > 0.2
    for one in told:
        assert crossings(one.measured).all() == crossings(one.measured).any() == (regime == "oscillating")
        assert (crossings(one.predicted) == crossings(one.measured)).all()


@pytest.mark.parametrize("regime", REGIMES)
def test_the_condition_to_swing_is_met_where_a_charge_swings(regime):
    """μ² < 4mκ, and equality at critical damping to the last digits."""
    run = refined(REGIMES[regime], 0.1)
    found = solved("translation")
    known = {symbol: run.arrays[symbol.name.replace("lambda", "lambda_")] for symbol in found.splitting.free_symbols}
    splitting = float(found.splitting.subs(known) / found.damping.subs(known) ** 2)
    assert splitting == pytest.approx(1 - REGIMES[regime], abs=1e-12)
    if regime != "critical":
        assert bool(found.oscillates.subs(known)) == (regime == "oscillating")


def crossings(charge):
    """Whether each charge (n, …) goes through zero."""
    return (np.diff(np.sign(charge), axis=0) != 0).any(0)
