"""Records, balances, verdicts and pictures."""

import subprocess
import sys

import numpy as np
import pytest
from sympy import cos, symbols

from symlag.calculus.jets import block, coordinates, t
from symlag.calculus.matrices import inner
from symlag.errors import DefinitionError, LoweringError, OutputError
from symlag.learning.continuous_rules import heavy_ball
from symlag.learning.losses import invariant_loss
from symlag.trials import STEPS, Record, Trial, Verdict, orbit, picture, run, run_exact
from symlag.trials.integrated_law import integrate_law
from symlag.trials.verdict import judge, observed_order
from symlag.variational.families import rotation, scale, time_translation, translation
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether

x, y = coordinates("x y")
m, k, gamma = symbols("m k gamma", positive=True)
ENERGY = noether(Lagrangian(m * x.dot**2 / 2, k * x**2 / 2, damping=gamma), time_translation())
MOMENTUM = noether(Lagrangian(m * x.dot**2 / 2, damping=gamma), translation(x))


def sampled(path, **still):
    """What records a path given as a function of time."""

    def record(step):
        time = step * np.arange(round(1 / step) + 1)
        return Record.along(step, time, {"x": path(time)}, still)

    return record


@pytest.mark.parametrize("count", [16, 64])
def test_a_balance_with_a_curved_source_is_followed_at_second_order(count):
    errors = []
    for n in (count, 2 * count):
        time = np.linspace(0, 1, n + 1)
        exact = time**2 / 2 - time / 2 + 1 / 4 + np.exp(-2 * time)
        errors.append(abs(integrate_law(time, exact, 2.0, time**2) - exact).max())
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2, abs=0.05)


@pytest.mark.parametrize("rate", [1e-9, 9e-4, 2e-3, 2.0, 50.0, 1e4])
def test_a_balance_with_a_linear_source_is_followed_to_round_off_whether_or_not_a_step_resolves_its_rate(rate):
    time = np.linspace(0, 1, 2)
    constant = integrate_law(time, np.zeros(2), rate, 1.0)[-1]
    assert constant == pytest.approx(-np.expm1(-rate) / rate, rel=1e-13)
    if rate > 1:  # below, the closed form itself cancels
        settled = (time - 1 / rate) / rate
        exact = settled + (1 - settled[0]) * np.exp(-rate * time)
        assert integrate_law(time, exact, rate, time) == pytest.approx(exact, rel=1e-12)


def test_a_rate_may_depend_on_time():
    time = np.linspace(0, 2, 501)
    exact = np.exp(-(time**2) / 2)
    assert abs(integrate_law(time, exact, time, 0.0) - exact).max() < 1e-14


def test_each_sample_of_a_charge_is_followed_by_itself():
    time = np.linspace(0, 1, 101)
    charges = np.exp(-time)[:, None] * np.array([1.0, -2.0, 0.0])
    assert np.abs(integrate_law(time, charges, 1.0, 0.0) - charges).max() < 1e-14


def test_a_long_run_overflows_nowhere():
    time = np.linspace(0, 1e5, 1001)
    with np.errstate(all="raise", under="ignore"):
        assert integrate_law(time, np.ones(1001), 7.0, 0.0)[-1] == 0


def test_the_path_of_the_heavy_ball_obeys_the_equation_of_its_rule_to_round_off():
    eta, beta, dice = 0.3, 0.8, np.random.default_rng(0)
    gradients = dice.standard_normal((50, 4))
    q, v = [np.zeros(4)], np.zeros(4)
    for g in gradients:
        v = beta * v + g
        q.append(q[-1] - eta * v)
    record = Record.along(0.1, eta * np.arange(51), {"q": np.array(q)}, {})
    rates = np.diff(q, axis=0) / eta
    mass, friction = eta * (1 + beta) / 2, 1 - beta
    balance = mass * np.diff(rates, axis=0) / eta + friction * record.arrays["q_dot"] + gradients[1:]
    assert np.abs(balance).max() < 1e-13


def test_a_record_comes_back_from_its_file_as_it_was(tmp_path):
    for lost in (1.0, np.inf):
        path = np.vstack([np.arange(8.0).reshape(4, 2), [1.0, lost]])
        record = Record.along(0.5, np.arange(5.0), {"x": path}, {"file": 0.25})
        record.save(tmp_path / "deep" / "run.npz")
        again = Record.load(tmp_path / "deep" / "run.npz")
        assert (again.step, again.diverged) == (0.5, record.diverged) == (0.5, None if lost == 1 else 4)
        assert again.arrays.keys() == record.arrays.keys() == {"x", "x_dot", "file"}
        assert all((again.arrays[name] == record.arrays[name]).all() for name in ("x", "x_dot"))
        assert (again.time == record.time).all()
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["run.npz"]


@pytest.mark.parametrize("content", [b"", b"nothing of the kind", None])
def test_what_is_no_record_is_refused_with_a_sentence(tmp_path, content):
    if content is not None:
        (tmp_path / "run.npz").write_bytes(content)
    with pytest.raises(DefinitionError, match=r"run\.npz: it is no record; write"):
        Record.load(tmp_path / "run.npz")


def test_an_array_that_would_need_pickled_code_is_refused(tmp_path):
    pickled = {"step": np.array(1.0), "time": np.array([print]), "diverged": np.array(-1)}
    np.savez(tmp_path / "run.npz", allow_pickle=True, **pickled)
    with pytest.raises(DefinitionError, match="no record"):
        Record.load(tmp_path / "run.npz")


def test_a_folder_that_cannot_be_written_is_refused_with_a_sentence(tmp_path):
    (tmp_path / "file").touch()
    record = Record.along(0.5, np.arange(4.0), {"x": np.arange(4.0)}, {})
    with pytest.raises(OutputError, match="it cannot be written"):
        record.save(tmp_path / "file" / "run.npz")


@pytest.mark.parametrize("p", [0.5, 1, 2, 4])
def test_the_order_of_a_power_is_its_exponent(p):
    steps = [0.4, 0.2, 0.1]
    assert observed_order(steps, [3 * h**p for h in steps]) == pytest.approx(p)


@pytest.mark.parametrize(
    ("gaps", "verdict"),
    [
        ([1e-2, 5e-3, 2.5e-3], Verdict.HOLDS),
        ([1e-4, 0, 0], Verdict.HOLDS),
        ([1e-12, 2e-13, 4e-12], Verdict.EXACT),
        ([0, 0, 0], Verdict.EXACT),
        ([1e-2, 6e-3, 4e-3], Verdict.BROKEN),
        ([1e-10, 1e-10, 1e-10], Verdict.BROKEN),
        ([1e-2, 2e-2, 4e-2], Verdict.BROKEN),
    ],
)
def test_a_law_is_judged_by_the_order_of_its_gaps(gaps, verdict):
    assert judge([0.4, 0.2, 0.1], gaps) is verdict


def test_a_law_holds_on_a_path_that_obeys_it():
    trial = run([ENERGY], sampled(np.cos, m=1.0, k=1.0, gamma=0.0), STEPS)
    assert trial.verdict is Verdict.HOLDS
    assert trial.verdict.holds
    assert trial.sentence == Verdict.HOLDS.value
    assert trial.findings[0].order == pytest.approx(2, abs=0.1)


def test_a_law_holds_to_round_off_where_differences_are_exact():
    trial = run([MOMENTUM], sampled(lambda time: np.exp(-2 * time), m=1.0, gamma=2.0), STEPS)
    assert trial.verdict is Verdict.EXACT
    assert trial.verdict.holds


def test_a_law_is_broken_on_a_path_that_does_not_obey_it():
    trial = run([MOMENTUM], sampled(lambda time: np.exp(-2 * time), m=1.0, gamma=2.01), STEPS)
    assert trial.verdict is Verdict.BROKEN
    assert not trial.verdict.holds


def test_where_nothing_moves_nothing_is_tried():
    assert run([MOMENTUM], sampled(np.ones_like, m=1.0, gamma=2.0), STEPS).verdict is Verdict.EMPTY


def test_a_run_that_diverges_ends_the_trial_and_its_record_is_kept(tmp_path):
    trial = run([MOMENTUM], sampled(lambda time: np.where(time < 0.47, np.exp(time), np.nan), m=1.0, gamma=2.0), STEPS)
    assert trial.verdict is Verdict.DIVERGED
    assert trial.sentence.endswith("At step size 0.04, step 12 gave no number.")
    assert len(trial.records) == 1
    assert len(trial.records[0].time) == 10
    assert np.isfinite(trial.records[0].arrays["x_dot"]).all()
    assert all(path.stat().st_size > 0 for path in picture(trial, tmp_path))


def test_a_run_that_diverges_at_once_leaves_nothing_to_judge(tmp_path):
    trial = run([MOMENTUM], sampled(lambda time: np.where(time < 0.05, 1, np.nan), m=1.0, gamma=2.0), STEPS)
    assert trial.verdict is Verdict.DIVERGED
    assert trial.findings[0].curves == ()
    assert len(picture(trial, tmp_path)) == 2


def test_the_verdict_of_a_trial_is_the_worst_of_its_laws():
    free = Lagrangian(m * (x.dot**2 + y.dot**2) / 2, damping=gamma)
    laws = [noether(free, X) for X in (translation(x), rotation(x, y))]
    holding = run(laws, orbit(laws), STEPS)
    assert holding.verdict.holds
    broken = run([MOMENTUM], sampled(np.exp, m=1.0, gamma=2.0), STEPS)
    assert Trial(holding.findings + broken.findings, holding.records).verdict is Verdict.BROKEN


def test_a_record_that_lacks_an_array_of_the_law_is_refused_with_a_sentence():
    with pytest.raises(LoweringError, match="gamma is missing"):
        run([MOMENTUM], sampled(np.exp, m=1.0), STEPS)


@pytest.mark.parametrize(
    "steps", [(), (0.1, 0.05), (0.1, 0.1, 0.1), (0.1, 0.05, 0), (0.1, 0.05, "0.025"), ("a", "b", "c")]
)
def test_fewer_than_three_step_sizes_are_refused_with_a_sentence(steps):
    with pytest.raises(DefinitionError, match="an order is observed at three step sizes; write"):
        run([MOMENTUM], sampled(np.exp, m=1.0, gamma=2.0), steps)


def test_an_orbit_is_the_solution_at_fourth_order():
    law = noether(Lagrangian(x.dot**2 / 2, k * x**2 / 2), time_translation())
    errors = []
    for step in (0.1, 0.05):
        record = orbit([law])(step)
        start, speed, omega = record.arrays["x"][0], record.arrays["x_dot"][0], np.sqrt(record.arrays["k"])
        phase = omega * record.time[:, None]
        errors.append(abs(record.arrays["x"] - start * np.cos(phase) - speed / omega * np.sin(phase)).max())
    assert np.log2(errors[0] / errors[1]) == pytest.approx(4, abs=0.2)


Q = block("Q", 2, 3)
A, w = block("A", *symbols("h n", integer=True, positive=True)), block("w")
MECHANICS = {
    "a force that depends on time": (Lagrangian(x.dot**2 / 2, x**4 + x * cos(3 * t)), time_translation()),
    "a damping that depends on time": (Lagrangian(x.dot**2 / 2, k * x**2, damping=1 / (1 + t)), scale(x)),
    "a magnetic field": (Lagrangian((x.dot**2 + y.dot**2) / 2 + k * (x * y.dot - y * x.dot)), rotation(x, y)),
    "a boost": (Lagrangian(m * x.dot**2 / 2), Generator({x: t})),
    "second derivatives": (Lagrangian(x.dot.dot**2 / 2, x**2), time_translation()),
    "a block of numbers": (Lagrangian(inner(Q.dot, Q.dot) / 2, k * inner(Q, Q) ** 2), rotation(Q)),
    "a block of any size": (Lagrangian(m * inner(A.dot, A.dot) / 2, inner(A, A)), scale(A)),
    "a vector and every direction": (Lagrangian(m * inner(w.dot, w.dot) / 2, damping=gamma), translation(w)),
}


@pytest.mark.parametrize("name", MECHANICS)
def test_any_mechanics_is_tried_on_its_own_motion(name):
    law = noether(*MECHANICS[name])
    trial = run([law], orbit([law]), STEPS)
    assert trial.verdict.holds
    assert trial.findings[0].twin_order < 0.2


def test_a_motion_that_runs_away_is_told_with_the_step_at_which_it_did(tmp_path):
    law = noether(Lagrangian(x.dot**2 / 2, -(x**4) * 1000), time_translation())
    trial = run([law], orbit([law]), STEPS)
    assert trial.verdict is Verdict.DIVERGED
    assert trial.records[-1].diverged == len(trial.records[-1].time)
    assert all(np.isfinite(array).all() for array in trial.records[-1].arrays.values())
    assert len(picture(trial, tmp_path)) == 2


def test_where_there_is_no_law_there_is_no_trial():
    record = sampled(np.exp)
    for ask in (lambda: orbit([]), lambda: run([], record, STEPS), lambda: run_exact([], record, STEPS)):
        with pytest.raises(DefinitionError, match="there is no law to try; write"):
            ask()


def test_the_motion_of_an_unknown_loss_is_refused_with_a_sentence():
    law = noether(heavy_ball().lagrangian(invariant_loss("f", scale(w)), [w]), scale(w))
    with pytest.raises(LoweringError, match="unknown function f"):
        orbit([law])


def test_the_pictures_of_a_trial_are_the_same_files_twice(tmp_path):
    trial = run([ENERGY], orbit([ENERGY]), STEPS)
    first, second = (picture(trial, tmp_path / name, "energy") for name in ("first", "second"))
    assert [path.name for path in first] == ["energy.svg", "energy.png"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert b"Matplotlib v" not in first[1].read_bytes()


def test_a_picture_that_cannot_be_written_is_refused_and_leaves_nothing(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="it cannot be written"):
        picture(run([ENERGY], orbit([ENERGY]), STEPS), tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_room_of_trials_loads_no_library_before_it_is_used():
    code = "import sys, symlag.trials; print({'numpy', 'matplotlib', 'torch', 'numba'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
