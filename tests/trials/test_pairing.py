"""Every theorem about learning has a trial, and every trial a theorem."""

from pathlib import Path

import pytest

from symlag.derivation.derive import derive
from symlag.derivation.user_file import run_user_file

ROOT = Path(__file__).parents[2]
THEOREMS = sorted((ROOT / "derivations").glob("[!_]*.py"))
TRIALS = sorted((ROOT / "numeric").glob("[!_]*.py"))


def test_every_theorem_about_learning_has_a_trial_of_its_stem_and_every_trial_a_theorem():
    about_learning = {path.stem for path in THEOREMS if derive(path).rule is not None}
    assert set() != about_learning <= {path.stem for path in TRIALS} <= {path.stem for path in THEOREMS}


@pytest.mark.parametrize("path", TRIALS, ids=lambda path: path.stem)
def test_a_trial_names_its_theorem_and_tries_it_by_records_with_steps_that_halve_or_by_a_study(path):
    names = run_user_file(path)
    assert Path(names["theorem"].__file__) == ROOT / "derivations" / path.name
    assert callable(names.get("record") or names.get("study"))
    first, second, third = names["steps"] if "record" in names else (4, 2, 1)
    assert first == 2 * second == 4 * third


@pytest.mark.parametrize("path", THEOREMS, ids=lambda path: path.stem)
def test_a_theorem_fits_on_a_card_and_has_no_defect(path):
    theorem = derive(path)
    assert 8 <= len(path.read_text(encoding="utf-8").splitlines()) <= 20
    assert theorem.laws or theorem.exact
    assert all(law.defect() == 0 for law in theorem.laws)
    assert all(gap == 0 for law in theorem.exact for gap in law.defect())
