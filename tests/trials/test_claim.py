"""Claims: measured, required, and refuted without one term of their law."""

from math import inf, nan

import numpy as np
import pytest

from symlag.calculus.jets import coordinates
from symlag.errors import DefinitionError
from symlag.trials import Claim, Study, Verdict, claims, orbit, run
from symlag.variational.families import time_translation
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether

x = coordinates("x")


def claim(measured=1.0, least=0.9, most=1.1, twin=0.0):
    return Claim("It comes to rest.", "NLD Eq. 18", measured, least, most, twin=twin, without="the KSB")


@pytest.mark.parametrize(
    ("figures", "verdict"),
    [
        ({}, Verdict.HOLDS),
        ({"measured": 0.9}, Verdict.HOLDS),
        ({"measured": 1.2}, Verdict.BROKEN),
        ({"measured": nan}, Verdict.DIVERGED),
        ({"measured": inf, "most": inf}, Verdict.DIVERGED),
        ({"twin": 1.05}, Verdict.EMPTY),
        ({"measured": 1.2, "twin": 1.2}, Verdict.EMPTY),
        ({"measured": 1.2, "twin": 1.0}, Verdict.EMPTY),
        ({"twin": nan}, Verdict.HOLDS),
        ({"twin": inf, "most": inf}, Verdict.HOLDS),
    ],
    ids=str,
)
def test_a_claim_is_judged_by_its_figure_and_by_its_twin(figures, verdict):
    assert claim(**figures).verdict is verdict


def test_a_claim_says_what_was_required_and_what_its_twin_gave():
    assert claim().sentence == "1 is required to be 0.9 … 1.1, and is; without the KSB it would be 0."
    assert claim(measured=2).sentence.startswith("2 is required to be 0.9 … 1.1, and is not;")
    assert (claim(most=inf).required, claim(least=-inf).required) == ("≥ 0.9", "≤ 1.1")


def test_figures_of_numpy_become_numbers():
    made = claim(measured=np.float64(1), twin=np.float64(0))
    assert (type(made.measured), type(made.twin)) == (float, float)


@pytest.mark.parametrize("ends", [{"least": -inf, "most": inf}, {"least": 2, "most": 1}, {"least": nan}], ids=str)
def test_a_claim_that_requires_nothing_is_refused(ends):
    with pytest.raises(DefinitionError, match="no figure is refused and another allowed"):
        claim(**ends)


def test_a_study_is_as_good_as_the_worst_of_its_claims():
    assert Study((claim(), claim())).verdict is Verdict.HOLDS
    assert Study([claim(), claim(twin=1), claim(measured=5)]).verdict is Verdict.BROKEN


@pytest.mark.parametrize("nothing", [(), [1]], ids=str)
def test_a_study_without_a_claim_is_refused(nothing):
    with pytest.raises(DefinitionError, match="it is no list of claims"):
        Study(nothing)


@pytest.mark.parametrize("name", ["a/b", "", "..", "a b"])
def test_a_figure_is_named_like_a_file(name):
    with pytest.raises(DefinitionError, match="it is no name for a file"):
        Study([claim()], {name: print})


def test_a_trial_by_records_claims_that_its_gap_closes():
    law = noether(Lagrangian(x.dot**2 / 2, x**4), time_translation())
    (made,) = claims(run([law], orbit([law]), (0.04, 0.02, 0.01)), "the energy")
    assert (made.verdict, made.least, made.source) == (Verdict.HOLDS, 0.9, "the energy")
    assert made.measured > 3
    assert made.twin < 0.2


def test_a_trial_without_anything_to_compare_claims_nothing():
    law = noether(Lagrangian(x.dot**2 / 2, 0), time_translation())
    record = orbit([law])

    def still(step):
        made = record(step)
        return type(made)(made.step, made.time, {name: 0 * array for name, array in made.arrays.items()})

    trial = run([law], still, (0.04, 0.02, 0.01))
    assert trial.verdict is Verdict.EMPTY
    assert claims(trial, "nothing")[0].verdict is Verdict.EMPTY


def test_a_run_that_diverges_leaves_nothing_to_claim():
    law = noether(Lagrangian(x.dot**2 / 2, -(x**4)), time_translation())
    trial = run([law], orbit([law]), (0.4, 0.2, 0.1))
    assert trial.verdict is Verdict.DIVERGED
    assert claims(trial, "it runs away")[0].verdict is Verdict.DIVERGED
