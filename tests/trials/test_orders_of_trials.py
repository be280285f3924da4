"""The laws hold on real runs: at order 0.9 or better, exact ones to round-off, and their failing twins do not."""

from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import torch

from numeric import _recorded_optimizers, _training, exact_adaptive, exact_scale, scale
from numeric._networks import linear, rectified
from numeric._weight_arrays import filters
from symlag.derivation.derive import derive
from symlag.optimizers.torch_optimizers import from_torch
from symlag.optimizers.update_rule import UpdateRule
from symlag.trials import STEPS, Verdict, orbit, run, run_exact
from symlag.trials.exact_trial import failing_twin

ROOT = Path(__file__).parents[2]
TRIALS = [path.stem for path in sorted((ROOT / "numeric").glob("[!_]*.py"))]
LEARNING = [stem for stem in TRIALS if hasattr(import_module(f"numeric.{stem}"), "record")]
STUDIES = {*TRIALS} - {*LEARNING}  # which `symlag trials` tries
THEOREMS = [path.stem for path in sorted((ROOT / "derivations").glob("[!_]*.py")) if path.stem not in STUDIES]


EXACT = [stem for stem in LEARNING if isinstance(import_module(f"derivations.{stem}").rule, UpdateRule)]
CONTINUOUS = [stem for stem in THEOREMS if stem not in EXACT]


@cache
def tried(stem):
    derived = derive(ROOT / "derivations" / f"{stem}.py")
    if stem not in LEARNING:
        return run(derived.laws, orbit(derived.laws), STEPS)
    trial = import_module(f"numeric.{stem}")
    if derived.exact:
        return run_exact(derived.exact, trial.record, trial.steps)
    return run(derived.laws, trial.record, trial.steps)


@pytest.mark.parametrize("stem", EXACT)
def test_an_exact_law_holds_to_round_off_on_minibatches_and_a_schedule(stem):
    trial = tried(stem)
    assert trial.verdict is Verdict.EXACT
    for finding in trial.findings:
        assert max(finding.gaps) < 1e-12
        assert min(finding.twin_gaps) > 1e9 * max(finding.gaps)
        assert [len(curve.time) for curve in finding.curves] == [401] * 3


@pytest.mark.parametrize("stem", [f"exact_{rule}" for rule in ("adaptive", "dampening", "decoupled", "nesterov")])
def test_an_optimizer_obeys_the_law_of_its_mechanics_too_where_its_friction_stays_and_time_is_refined(stem):
    trial = import_module(f"numeric.{stem}")
    (finding,) = run(derive(trial.theorem).laws, trial.refined, trial.steps).findings
    assert finding.verdict is Verdict.HOLDS
    assert finding.twin_order < 0.2
    assert min(finding.twin_gaps) > 0.1


@pytest.mark.parametrize("stem", ["adam", "adamw", "adaptive", "dampening", "nesterov", "rotation", "scale"])
def test_the_rule_of_a_theorem_is_the_one_read_off_torch(stem):
    training = import_module(f"numeric.exact_{stem}").training
    (group,) = from_torch(training.optimizer([torch.zeros(2, requires_grad=True)], 0.1, **training.options))
    assert group.rule.equations == training.theorem.rule.equations


@pytest.mark.parametrize("stem", EXACT)
def test_the_failing_twin_of_an_exact_law_is_broken(stem):
    records = {made.step: made for made in tried(stem).records}
    for law in derive(ROOT / "derivations" / f"{stem}.py").exact:
        assert run_exact([failing_twin(law)], records.__getitem__, [*records]).verdict is Verdict.BROKEN


def test_descent_before_a_norm_is_rmsprop_on_the_sphere_loss_by_loss():
    (claim,) = exact_adaptive.study().claims
    assert claim.verdict is Verdict.HOLDS
    assert claim.measured < 1e-12
    assert claim.twin > 1e-9


def test_the_exact_scale_law_is_broken_by_a_network_without_a_norm():
    options = {"momentum": 0.9, "weight_decay": 0.01}
    training = _recorded_optimizers.Training(exact_scale.theorem, rectified, filters, torch.optim.SGD, options)
    laws = derive(exact_scale.theorem).exact
    assert run_exact(laws, training.record, exact_scale.steps).verdict is Verdict.BROKEN


@pytest.mark.parametrize("stem", CONTINUOUS)
def test_a_theorem_holds_and_its_gap_closes_with_the_step(stem):
    trial = tried(stem)
    assert trial.verdict is Verdict.HOLDS
    kept = [finding for finding in trial.findings if finding.verdict is Verdict.EXACT]  # as momenta by any integrator
    assert min(finding.order for finding in trial.findings if finding not in kept) >= 0.9


@pytest.mark.parametrize("stem", CONTINUOUS)
def test_the_failing_twin_of_a_theorem_stays_away_from_what_was_measured(stem):
    for finding in tried(stem).findings:
        assert finding.twin_order < 0.2
        assert min(finding.twin_gaps) > 0.1


@pytest.mark.parametrize("stem", [stem for stem in LEARNING if stem not in EXACT])
def test_central_differences_make_the_heavy_ball_second_order(stem):
    (finding,) = tried(stem).findings
    assert finding.order == pytest.approx(2, abs=0.15)


def test_the_scale_law_is_broken_by_a_network_without_a_norm():
    def record(step):
        path = _training.train(rectified(), step)
        return path.record({"w": path.weights["0.weight"]})

    trial = run(derive(scale.theorem).laws, record, scale.steps)
    assert trial.verdict is Verdict.BROKEN
    assert trial.findings[0].order < 0.2


def test_all_runs_of_a_network_begin_at_the_same_weights_and_end_close_to_each_other():
    first, *_, last = (_training.train(linear(), step).weights["0.weight"] for step in _training.steps)
    assert (first[0] == last[0]).all()
    assert np.abs(first[-1] - last[-1]).max() < 0.1 * np.abs(first[-1] - first[0]).max()


def test_training_is_the_same_twice():
    first, second = (_training.train(linear(), 0.5).weights["1.weight"] for _ in range(2))
    assert (first == second).all()


def test_training_that_diverges_says_at_which_step_and_keeps_the_record_up_to_it():
    def record(step):
        path = _training.train(linear(), step, push=1e200)
        return path.record({"w": path.weights["0.weight"]})

    trial = run(derive(scale.theorem).laws, record, scale.steps)
    assert trial.verdict is Verdict.DIVERGED
    assert trial.sentence.endswith("At step size 0.1, step 2 gave no number.")
    assert [run.diverged for run in trial.records] == [2]
