"""Exact laws on trial: the law alone carries the charges on, and is judged by round-off."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from symlag import block, exact, scale, sgd
from symlag.trials import Record, Verdict, picture, run_exact
from symlag.trials.exact_trial import charge_paths, failing_twin

STEPS = (0.4, 0.2, 0.1)
LAW = exact(sgd(), scale(block("w", 3)))


def record(step, along=0.0, growth=1.0):
    """Four heavy balls pushed at random at right angles to the weights, and by a share along them."""
    dice, beta, decay = np.random.default_rng(0), 0.9, 0.1
    w, v, told = dice.normal(size=(4, 3)), dice.normal(size=(4, 3)), []
    for _ in range(50):
        g = growth * (np.cross(w, dice.normal(size=w.shape)) + along * w)
        told.append({"w": w, "v_w": v, "g_w": g})
        v = beta * v + g + decay * w
        w = w - step * v
        told[-1] |= {"w_new": w, "v_w_new": v}
    moving = {name: np.stack([letters[name] for letters in told]) for name in told[0]}
    return Record.of(step, np.arange(50), moving, {"eta": step, "beta": beta, "lambda_": decay})


def test_a_law_carries_the_first_charges_on_to_the_last():
    measured, said = charge_paths(LAW, record(0.1))
    assert measured.shape == said.shape == (51, 2, 4)
    assert np.allclose(measured[0, 0], (record(0.1).arrays["w"][0] ** 2).sum(-1))
    assert np.abs(measured - said).max() < 1e-13 * np.abs(measured).max()


def test_a_law_that_holds_is_exact_charge_by_charge():
    trial = run_exact([LAW], record, STEPS)
    assert trial.verdict is Verdict.EXACT
    assert [finding.name for finding in trial.findings] == ["scale, <theta, A*theta>", "scale, <v, A*theta>"]


def test_its_twin_lacks_a_source_and_is_broken():
    assert failing_twin(LAW).sources == {}
    assert run_exact([failing_twin(LAW)], record, STEPS).verdict is Verdict.BROKEN


def test_a_law_that_nothing_feeds_has_a_twin_that_loses_nothing():
    lonely = replace(LAW, sources={})
    assert failing_twin(lonely).propagator.is_Identity


@pytest.mark.parametrize("along", [1e-9, 0.1])
def test_a_gradient_along_the_weights_breaks_the_law(along):
    assert run_exact([LAW], partial(record, along=along), STEPS).verdict is Verdict.BROKEN


def test_where_nothing_moves_nothing_is_tried():
    def still(step):
        made = record(step)
        return replace(made, arrays={name: 0 * array for name, array in made.arrays.items()})

    assert run_exact([LAW], still, STEPS).verdict is Verdict.EMPTY


@pytest.mark.filterwarnings("ignore:(overflow|invalid):RuntimeWarning")
def test_a_run_that_diverges_is_told_with_the_first_step_that_gave_no_number():
    trial = run_exact([LAW], partial(record, growth=1e60), STEPS)
    assert trial.verdict is Verdict.DIVERGED
    (lost,) = trial.records
    assert lost.diverged is not None
    assert 0 < len(lost.time) == lost.diverged < 50
    assert all(np.isfinite(array).all() for array in lost.arrays.values())
    assert f"step {lost.diverged} gave no number" in trial.sentence


def test_its_picture_is_by_step_and_charge(tmp_path):
    svg, png = picture(run_exact([LAW], record, STEPS), tmp_path)
    assert (svg.suffix, png.suffix) == (".svg", ".png")
