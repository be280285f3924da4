"""Every theorem about learning has a trial, and every trial a theorem."""

from pathlib import Path

import pytest

from symlag.derivation import derive, run_form

ROOT = Path(__file__).parents[1]
THEOREMS = sorted((ROOT / "derivations").glob("[!_]*.py"))
TRIALS = sorted((ROOT / "numeric").glob("[!_]*.py"))


def test_theorems_about_learning_and_trials_have_the_same_stems():
    about_learning = {path.stem for path in THEOREMS if derive(path).rule is not None}
    assert about_learning == {path.stem for path in TRIALS} != set()


@pytest.mark.parametrize("path", TRIALS, ids=lambda path: path.stem)
def test_a_trial_names_its_theorem_its_record_and_three_steps_each_half_of_the_one_before(path):
    names = run_form(path)
    assert Path(names["theorem"].__file__) == ROOT / "derivations" / path.name
    assert callable(names["record"])
    first, second, third = names["steps"]
    assert first == 2 * second == 4 * third


@pytest.mark.parametrize("path", THEOREMS, ids=lambda path: path.stem)
def test_a_theorem_fits_on_a_card_and_has_no_defect(path):
    theorem = derive(path)
    assert 8 <= len(path.read_text(encoding="utf-8").splitlines()) <= 20
    assert theorem.laws or theorem.exact
    assert all(law.defect() == 0 for law in theorem.laws)
    assert all(gap == 0 for law in theorem.exact for gap in law.defect())
