"""A derivation file that says where its motion starts: it is simulated, judged and drawn."""

import pytest

from symlag.errors import SymlagError
from symlag.trials.experiment import read_experiment, save_records

SPRING = '''"""A spring."""
from symlag import coordinates, symbols, scale
x = coordinates("x")
k, gamma = symbols("k gamma", positive=True)
T, V, damping, symmetry = x.dot**2 / 2, k * x**2 / 2, gamma, scale(x)
'''
START = 'start, end, parameters = {x: 1, "x.dot": 0}, 3, {k: 4, "gamma": 0.3}\n'
ROD = '''"""A rod."""
from symlag import coordinates, time_translation
x, y = coordinates("x y")
T, V, constraints, symmetry = (x.dot**2 + y.dot**2) / 2, y, x**2 + y**2 - 1, time_translation()
start, end = {x: 1, y: 0, x.dot: 0, y.dot: 0}, 2
pivot = (0, 0)
'''


@pytest.fixture
def read(tmp_path):
    def written(text):
        file = tmp_path / "file.py"
        file.write_text(text)
        return read_experiment(file)

    return written


@pytest.mark.parametrize("method", ["", "method, step = 'verlet', 0.05\n", "method, step = 'variational', 0.05\n"])
def test_the_laws_of_a_file_are_tried_on_the_motion_that_it_names(read, method):
    experiment = read(SPRING + START + method)
    trial = experiment.run()
    assert trial.verdict.holds
    assert trial.findings[0].twin_order < 0.1
    assert trial.records[0].arrays["x"][0] == 1
    run = experiment.motion.run
    assert run.method.startswith("verlet" if "verlet" in method else "variational" if method else "DOP853")


def test_a_file_with_constraints_is_run_and_drawn(read, tmp_path):
    experiment = read(ROD)
    trial = experiment.run()
    assert trial.verdict.holds
    assert len(save_records(trial, tmp_path)) == 3
    assert [*experiment.motion.pictures("rod")] == ["rod_motion"]
    assert [path.name for path in experiment.motion.save_animation(tmp_path, "rod")] == ["rod_motion.gif"]


def test_a_file_that_names_no_start_is_tried_from_random_states(read):
    assert read(SPRING).motion is None


REFUSED = {
    "end": (SPRING + "start = {x: 1, x.dot: 0}\n", "end: it is missing beside `start`"),
    "start": (SPRING + "end = 3\n", "start: it is missing beside `end`"),
    "parameters": (SPRING + "start, end = {x: 1, x.dot: 0}, 3\n", "gamma, k have no value"),
    "velocity": (SPRING + "start, end, parameters = {x: 1}, 3, {k: 1, gamma: 1}\n", "x.dot has no value"),
    "method": (SPRING + START + "method = 'euler'\n", "the methods are"),
}


@pytest.mark.parametrize("missing", REFUSED)
def test_what_is_missing_is_told_with_the_file(read, missing):
    text, sentence = REFUSED[missing]
    with pytest.raises(SymlagError) as caught:
        read(text).run()
    assert sentence in str(caught.value)
    assert "file.py" in str(caught.value)
