"""An experiment: a derivation and the runs that its laws are tried on."""

import sys
from pathlib import Path

import numpy as np
import pytest

from symlag.errors import DefinitionError, OutputError
from symlag.trials import STEPS, Record, Verdict
from symlag.trials.experiment import read_experiment, save_records

SWING = """\
from symlag import coordinates, time_translation
x = coordinates("x")
T = x.dot**2 / 2
V = x**2 / 2
symmetry = time_translation()
"""
TRIAL = """\
import numpy as np
import swung as theorem
from symlag.trials import Record
steps = (0.2, 0.1, 0.05)

def record(step):
    time = step * np.arange(round(2 / step))
    return Record.along(step, time, {"x": np.cos(time)}, {})
"""


@pytest.fixture
def tried(tmp_path):
    """The experiment of a trial."""
    (tmp_path / "swung.py").write_text(SWING, encoding="utf-8")
    (tmp_path / "trial.py").write_text(TRIAL, encoding="utf-8")
    return read_experiment(tmp_path / "trial.py")


def test_a_trial_is_of_its_theorem_with_its_record_and_steps(tried):
    assert tried.derivation.stem == "swung"
    assert tried.steps == (0.2, 0.1, 0.05)
    assert isinstance(tried.record(0.5), Record)


def test_every_step_size_is_told_before_its_run(tried):
    heard: list[float] = []
    trial = tried.run(heard.append)
    assert heard == [0.2, 0.1, 0.05]
    assert trial.verdict is Verdict.HOLDS


def test_what_a_record_raises_at_a_later_step_names_the_file_and_line(tmp_path):
    (tmp_path / "swung.py").write_text(SWING, encoding="utf-8")
    failing = TRIAL.replace("    time = step", "    assert step > 0.1\n    time = step")
    (tmp_path / "failing.py").write_text(failing, encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"failing.py, line 7: it raises AssertionError"):
        read_experiment(tmp_path / "failing.py").run()


def test_a_derivation_is_tried_on_its_own_motion(tmp_path):
    (tmp_path / "swing.py").write_text(SWING, encoding="utf-8")
    tried = read_experiment(tmp_path / "swing.py")
    assert tried.steps == STEPS
    assert tried.run().findings[0].order > 3.8  # of the Runge–Kutta method: four, and five for a quadratic energy


def test_records_are_kept_as_they_were(tried, tmp_path):
    trial = tried.run()
    paths = save_records(trial, tmp_path / "kept")
    assert [path.name for path in paths] == ["record_0.2.npz", "record_0.1.npz", "record_0.05.npz"]
    for made, path in zip(trial.records, paths, strict=True):
        assert np.array_equal(Record.load(path).arrays["x"], made.arrays["x"])


def test_records_are_kept_nowhere_where_a_file_is_in_the_way(tried, tmp_path):
    with pytest.raises(OutputError, match="it cannot be written"):
        save_records(tried.run(), tmp_path / "trial.py")
    assert (tmp_path / "trial.py").read_text(encoding="utf-8") == TRIAL


LEARNT = """\
from symlag import block, invariant_loss, scale, sgd
w = block("w", 2)
rule = sgd(momentum=0)
V = invariant_loss("f", scale(w))
symmetry = scale(w)
"""
TURNED = """\
import numpy as np
import learnt as theorem
from symlag.trials import Record

def path(step, size):
    w, told = np.array([1.0, 0.5]), []
    for _ in range(size + 1):
        g = np.array([-w[1], w[0]]) / (w @ w)
        told.append((w, g))
        w = w - step * (g + 0.5 * w)
    return (np.stack(array) for array in zip(*told))

def record(step):
    w, g = path(step, 50)
    arrays = {"w": w[:-1], "w_new": w[1:], "g_w": g[:-1]}
    return Record.of(step, np.arange(50), arrays, {"eta": step, "lambda_": 0.5})
"""
REFINED = """
def refined(step):
    w, _ = path(step, round(4 / step))
    return Record.along(step, step * np.arange(len(w)), {"w": w}, {"eta": step, "lambda_": 0.5})
"""


@pytest.fixture
def learnt(tmp_path):
    """What makes the experiment of a theorem on an optimizer, by the rest of its trial."""

    def of(rest="", theorem=LEARNT):
        (tmp_path / "learnt.py").write_text(theorem, encoding="utf-8")
        (tmp_path / "turned.py").write_text(TURNED + rest, encoding="utf-8")
        sys.modules.pop("learnt", None)
        return read_experiment(tmp_path / "turned.py")

    return of


def test_an_exact_law_is_tried_alone_and_the_experiment_says_what_is_not(learnt):
    tried = learnt()
    assert [finding.verdict for finding in tried.run().findings] == [Verdict.EXACT]
    assert "no function `refined`" in tried.untried[0]


def test_the_law_in_continuous_time_is_tried_beside_the_exact_one(learnt, tmp_path):
    tried = learnt(REFINED)
    trial = tried.run()
    assert [finding.verdict for finding in trial.findings] == [Verdict.EXACT, Verdict.HOLDS]
    assert (trial.verdict, tried.untried) == (Verdict.HOLDS, ())
    names = [path.name for path in save_records(trial, tmp_path / "kept")]
    assert names == [f"{kind}_{step:g}.npz" for kind in ("record", "refined") for step in STEPS]


def test_where_there_is_no_law_in_continuous_time_the_experiment_says_why(learnt):
    (said,) = learnt(theorem=LEARNT.replace("sgd(momentum=0)", "sgd(lambda k: 1 / (k + 1), 0)")).untried
    assert (
        said
        == "No step is refined: there is no law in continuous time, because its hyper-parameters change with the step."
    )


def test_an_optimizer_without_mechanics_is_tried_on_training_alone(tmp_path):
    (tmp_path / "learnt.py").write_text(
        LEARNT.replace("sgd(momentum=0)", "lion()").replace("sgd", "lion"), encoding="utf-8"
    )
    said = r"rule = Lion: an optimizer can only be tried on a training run; write a trial"
    with pytest.raises(DefinitionError, match=said):
        read_experiment(tmp_path / "learnt.py")


def test_an_unknown_loss_is_tried_on_training_alone():
    with pytest.raises(DefinitionError, match=r"write symlag run .*numeric/scale\.py"):
        read_experiment(Path(__file__).parents[2] / "derivations/scale.py")
