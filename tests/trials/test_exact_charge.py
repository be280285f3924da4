"""The exact charges of homogeneous losses: found, and kept by torch's own training while the loss falls."""

from dataclasses import replace

import pytest
from sympy import Trace

from derivations import exact_charge, homogeneous_charge
from numeric import exact_charge as trial, homogeneous_charge as degree_one
from numeric._homogeneous import Descent, cross_entropy, scale_invariant
from symlag.derivation.derive import derive
from symlag.trials import Verdict, run

(law,) = derive(exact_charge).laws


def test_the_symmetry_is_found_and_not_declared():
    assert exact_charge.found.tau.has(exact_charge.gamma)
    assert exact_charge.small.damping == exact_charge.gamma
    assert law.conserved
    assert law.defect() == 0


@pytest.fixture(scope="module")
def records():
    """The runs at fixed friction."""
    return {step: trial.record(step) for step in trial.steps}


def test_the_charge_stands_while_the_loss_falls(records):
    trial_of_law = run([law], records.get, trial.steps)
    (finding,) = trial_of_law.findings
    assert trial_of_law.verdict is Verdict.HOLDS
    assert finding.order > 1.8
    losses = records[0.1].arrays["f"]
    assert losses[-1] < losses[0] / 3
    assert finding.gaps[0] < 1e-4


@pytest.mark.parametrize("term", [1, 2], ids=["turning", "length"])
def test_without_one_of_its_terms_it_does_not_stand(records, term):
    """The cross term γm⟨w, ẇ⟩, and γ²m|w|²/2."""
    lost = sorted((part for part in law.charge.args if part.has(Trace)), key=str)[term]
    twin = replace(law, charge=law.charge - lost)
    assert run([twin], records.get, trial.steps).verdict is Verdict.BROKEN


def test_at_fixed_momentum_its_drift_is_of_the_order_of_the_learning_rate():
    def record(eta):
        return Descent(eta, eta, 0.9).record(scale_invariant(), cross_entropy)

    (finding,) = run([law], record, (0.2, 0.1, 0.05)).findings
    assert finding.verdict is Verdict.HOLDS
    assert finding.order >= 0.9
    assert finding.gaps[0] < 0.01


def test_a_loss_of_degree_one_has_its_charge_at_the_decay_it_asks_and_at_no_other(monkeypatch):
    (other,) = derive(homogeneous_charge).laws
    assert other.conserved
    assert run([other], degree_one.record, degree_one.steps).findings[0].order > 1.8
    monkeypatch.setattr(degree_one, "replace", _without_decay)
    assert run([other], degree_one.record, degree_one.steps).verdict is Verdict.BROKEN


def _without_decay(found, **changed):
    return replace(found, **(changed | {"decay": 0.0} if "decay" in changed else changed))
