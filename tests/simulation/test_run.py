"""What is asked of a run, events, charges along it, the verdict on laws, and what is refused in a sentence."""

from typing import Any

import numpy as np
import pytest
from sympy import Abs, Function, Rational, Symbol, cos, log, pi, sign, sin, sqrt, symbols

from symlag.calculus.jets import block, coordinates, fields, t
from symlag.calculus.matrices import constant, inner
from symlag.errors import SymlagError
from symlag.simulation import Event, simulate
from symlag.trials import Verdict
from symlag.variational.families import rotation, scale, time_translation, translation
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether

x, y, theta, r = coordinates("x y theta r")
k, m, gamma = symbols("k m gamma", positive=True)
spring = Lagrangian(m * x.dot**2 / 2, k * x**2 / 2)
MOVED = {x: 1, x.dot: 0}
NUMBERS = {m: 1, k: 4}


def test_a_run_shows_its_steps_or_the_times_asked_for():
    run = simulate(spring, MOVED, 3, NUMBERS)
    assert [run.t[0], run.t[-1]] == [0, 3]
    assert run.steps == len(run.t) - 1
    times = [0, 0.5, 3]
    assert simulate(spring, MOVED, 3, NUMBERS, times=times).t.tolist() == times
    assert simulate(spring, MOVED, 3, NUMBERS, times=7).t == pytest.approx(np.linspace(0, 3, 7))
    assert run(times)[x] == pytest.approx(np.cos(2 * np.array(times)), abs=1e-8)
    assert run(1.5)[x].shape == ()
    assert run([[0, 1], [2, 3]])[x.dot].shape == (2, 2)


def test_everything_is_evaluated_along_the_run():
    run = simulate(spring, MOVED, 3, NUMBERS)
    assert run.energy == pytest.approx(2 * np.ones_like(run.t), rel=1e-9)
    assert run[m * x.dot**2 / 2 + k * x**2 / 2] == pytest.approx(run.energy)
    assert run[x.dot.dot] == pytest.approx(-4 * run[x])
    assert np.array_equal(run["t"], run.t)
    assert np.array_equal(run[t], run.t)
    assert run[3].shape == run.t.shape
    assert set(run.arrays) == {"t", "x", "x_dot", "x_dot_dot", "m", "k"}


def test_numbers_may_be_written_as_sympys_and_in_parameters():
    run = simulate(spring, {x: pi / m, x.dot: sqrt(2)}, (Rational(1, 2), pi), {m: Rational(1, 2), "k": 4})
    assert run.t[[0, -1]] == pytest.approx([0.5, np.pi])
    assert run[x][0] == pytest.approx(2 * np.pi)


def test_ends_and_events_may_be_arrays_and_alone():
    run = simulate(spring, MOVED, np.array([1.0, 3.0]), NUMBERS, events=x)
    assert run.span == (1, 3)
    assert len(run.events) == 1


def test_events_are_found_to_round_off_and_end_a_run():
    run = simulate(spring, MOVED, 10, NUMBERS, events=[x, Event(x, direction=1), x.dot, t - 2], rtol=1e-12, atol=1e-14)
    zeros, rising, turns, two = run.events
    assert zeros == pytest.approx((np.arange(6) + 0.5) * np.pi / 2, abs=1e-9)
    assert rising == pytest.approx(zeros[1::2])
    assert turns == pytest.approx((np.arange(6) + 1) * np.pi / 2, abs=1e-9)
    assert two == pytest.approx([2])
    fall = Lagrangian(x.dot**2 / 2, 2 * x)
    methods: list[Any] = [{}, {"method": "verlet", "step": 0.07}, {"method": "variational", "step": 0.07}]
    for how in methods:
        landed = simulate(fall, MOVED, 10, events=[Event(x, ends=True), x - Rational(1, 2), x + 1], **how)
        assert landed.t[-1] == pytest.approx(1, abs=1e-9)
        assert landed[x][-1] == pytest.approx(0, abs=1e-9)
        assert landed.events[1] == pytest.approx([np.sqrt(0.5)], abs=1e-9)
        assert landed.events[2].size == 0
        assert landed.ending == "an event ends it at t = 1"


def test_a_motion_that_cannot_go_on_ends_there_and_says_why():
    collision = Lagrangian(x.dot**2 / 2, -1 / Abs(x))
    run = simulate(collision, MOVED, 5)
    assert run.t[-1] == pytest.approx(np.pi / 2 / np.sqrt(2), abs=1e-3)
    assert str(run).endswith("; " + run.ending + ")")
    assert noether(collision, time_translation()).check(run) is Verdict.DIVERGED
    massless = simulate(Lagrangian(x * x.dot**2 / 2), {x: 1, x.dot: -1}, 3)  # x = (1 − 3t/2)^(2/3)
    assert massless.t[-1] == pytest.approx(2 / 3, abs=1e-3)
    assert massless.ending.startswith("at t = 0.6666")


# The mechanics, a right law of it, its start, and a generator whose law in other mechanics is wrong here.
TRIED = {
    "energy": (Lagrangian(x.dot**2 / 2, x**4 / 4), time_translation(), MOVED),
    "fed by friction": (Lagrangian(x.dot**2 / 2, x**4 / 4, damping=Rational(1, 5)), scale(x), MOVED),
    "damping in time": (Lagrangian(x.dot**2 / 2, x**2 / 2, damping=1 / (1 + t)), translation(x), MOVED),
    "pushed": (Lagrangian(x.dot**2 / 2, x**2, forces={x: sin(t) - x.dot}), time_translation(), MOVED),
    "turning": (
        Lagrangian((x.dot**2 + y.dot**2) / 2, log(x**2 + y**2)),
        rotation(x, y),
        {x: 1, y: 0, x.dot: 0.2, y.dot: 1},
    ),
    "oblate": (
        Lagrangian((x.dot**2 + y.dot**2) / 2, x**2 + 2 * y**2 + x * y**3),
        rotation(x, y),
        {x: 0.3, y: 0, x.dot: 0.2, y.dot: 0.5},
    ),
    "metric": (
        Lagrangian(r.dot**2 / 2 + r**2 * theta.dot**2 / 2, r**2 / 2 + r**4),
        Generator({theta: r**2, r: theta}),
        {r: 1, theta: 0.2, r.dot: 0.1, theta.dot: 1},
    ),
}


@pytest.mark.parametrize("name", TRIED)
def test_right_laws_hold_along_a_run_and_wrong_ones_are_refuted(name):
    L, X, start = TRIED[name]
    run = simulate(L, start, 3)
    law = noether(L, X)
    assert law.check(run).holds
    assert run.charge(law).gap < 1e-8
    stiffer = noether(Lagrangian(L.kinetic, L.potential + L.coordinates[0] ** 2 * t / 50), X)
    assert stiffer.check(run) is Verdict.BROKEN


@pytest.mark.parametrize("name", ["verlet", "yoshida4", "rk4", "variational"])
def test_laws_are_judged_along_runs_of_every_method(name):
    L, X, start = TRIED["fed by friction"]
    run = simulate(L, start, 3, method=name, step=0.1)
    assert noether(L, X).check(run) is Verdict.HOLDS
    assert noether(Lagrangian(L.kinetic, L.potential, damping=Rational(21, 100)), X).check(run) is Verdict.BROKEN


def test_what_is_zero_all_along_is_no_evidence():
    run = simulate(Lagrangian(x.dot**2 / 2, x**2 / 2), {x: 0, x.dot: 0}, 3)
    assert noether(Lagrangian(x.dot**2 / 2, x**2 / 2), scale(x)).check(run) is Verdict.EMPTY


def test_laws_in_the_spelling_of_sympy_and_of_matrices_are_checked_too():
    s = Symbol("t")
    q = Function("q")(s)
    L = Lagrangian(m * q.diff(s) ** 2 / 2, k * q**4)
    run = simulate(L, {q: 1, q.diff(s): 0}, 3, NUMBERS)
    assert noether(L, time_translation()).check(run).holds
    W = block("W", 2, 2)
    L = Lagrangian(inner(W.dot, W.dot) / 2, inner(W, W) ** 2)
    A = constant("A", 2, 2)
    run = simulate(L, {W: [[1, 0], [0.5, 2]], W.dot: [[0, 1], [0, 0]]}, 2, {A: [[0.0, 1], [-1, 0]]})
    assert noether(L, Generator({W: (A - A.T) * W})).check(run).holds
    assert noether(L, Generator({W: A * A * A * W + W})).check(run).holds  # broken, and fed as its law says


def test_all_charges_of_a_mechanics_are_found_and_followed():
    run = simulate(Lagrangian(x.dot**2 / 2, x**2 / 2), MOVED, 3)
    curves = run.charges()
    assert len(curves) == 5
    assert max(curve.gap for curve in curves.values()) < 1e-8


kepler = Lagrangian((x.dot**2 + y.dot**2) / 2, -k / sqrt(x**2 + y**2))
LISTED: Any = [1, 0]
FILE: Any = "recorded.csv"
u = fields("u", t, Symbol("s"))
w = block("w", 3)
f = Function("f")
PLANE = {x: 1, y: 0, x.dot: 0, y.dot: 1}
REFUSED = {
    "no parameters": (lambda: simulate(spring, MOVED, 3), "k, m have no value"),
    "one parameter": (lambda: simulate(spring, MOVED, 3, {"k": 1}), "m has no value"),
    "misspelt": (lambda: simulate(spring, MOVED, 3, {"k": 1, "mas": 2}), "the parameters are k, m"),
    "no velocity": (lambda: simulate(spring, {x: 1}, 3, NUMBERS), "x.dot has no value"),
    "nothing": (lambda: simulate(kepler, {}, 3, {k: 1}), "x, y, x.dot, y.dot have no value"),
    "another coordinate": (lambda: simulate(spring, {**MOVED, y: 1}, 3, NUMBERS), "the coordinates are x"),
    "another name": (lambda: simulate(spring, {**MOVED, "z": 1}, 3, NUMBERS), "the coordinates are x"),
    "no mapping": (lambda: simulate(spring, LISTED, 3, NUMBERS), "it assigns nothing"),
    "no number": (lambda: simulate(spring, {x: "one", x.dot: 0}, 3, NUMBERS), "it is no real number"),
    "complex": (lambda: simulate(spring, {x: 1j, x.dot: 0}, 3, NUMBERS), "it is no real number"),
    "nan": (lambda: simulate(spring, {x: np.nan, x.dot: 0}, 3, NUMBERS), "it is not finite"),
    "infinite mass": (lambda: simulate(spring, MOVED, 3, {m: np.inf, k: 1}), "it is not finite"),
    "a batch": (lambda: simulate(spring, {x: [1, 2], x.dot: 0}, 3, NUMBERS), "it has the shape (2,)"),
    "a wrong block": (
        lambda: simulate(Lagrangian(inner(w.dot, w.dot)), {w: [1, 2], w.dot: [1, 2]}, 3),
        "w of shape (2,)",
    ),
    "no end": (lambda: simulate(spring, MOVED, "soon", NUMBERS), "it is no real number"),
    "no time": (lambda: simulate(spring, MOVED, 0, NUMBERS), "nothing moves in no time"),
    "three times": (lambda: simulate(spring, MOVED, (0, 1, 2), NUMBERS), "no pair of times"),
    "no method": (lambda: simulate(spring, MOVED, 3, NUMBERS, method="euler"), "the methods are 'DOP853'"),
    "no step": (lambda: simulate(spring, MOVED, 3, NUMBERS, method="verlet"), "steps of one length"),
    "a negative step": (lambda: simulate(spring, MOVED, 3, NUMBERS, method="rk4", step=-1), "steps of one length"),
    "a step too many": (lambda: simulate(spring, MOVED, 3, NUMBERS, step=0.1), "chooses its steps itself"),
    "no tolerance": (lambda: simulate(spring, MOVED, 3, NUMBERS, rtol=1e-20), "no number of at least"),
    "a moving mass": (
        lambda: simulate(Lagrangian(x**2 * x.dot**2), MOVED, 3, method="verlet", step=0.1),
        "the mass that x moves with does not stand still",
    ),
    "a magnetic field": (
        lambda: simulate(Lagrangian(x.dot**2 + y.dot**2 + x * y.dot), PLANE, 3, method="verlet", step=0.1),
        "the momentum of y does not vanish at rest",
    ),
    "a force": (
        lambda: simulate(Lagrangian(x.dot**2, forces={x: 1}), MOVED, 3, method="yoshida4", step=0.1),
        "its forces stand outside the action",
    ),
    "a matrix": (
        lambda: simulate(
            Lagrangian(inner(w.dot, w.dot)), {w: [1, 2, 3], w.dot: [0, 0, 0]}, 3, method="variational", step=0.1
        ),
        "a matrix among its coordinates",
    ),
    "an unknown function": (lambda: simulate(Lagrangian(x.dot**2, f(x)), MOVED, 3), "its formula is unknown"),
    "an unknown drive": (lambda: simulate(Lagrangian(x.dot**2, f(t) * x), MOVED, 3), "parameters={f(t): sin(t)}"),
    "a field": (lambda: simulate(Lagrangian(u.dot**2), {}, 3), "fields have no state"),
    "no Lagrangian": (lambda: simulate(x.dot**2, MOVED, 3), "it is no Lagrangian"),
    "degenerate": (lambda: simulate(Lagrangian((x.dot + y.dot) ** 2, x**2), PLANE, 3), "singular"),
    "no event": (lambda: simulate(spring, MOVED, 3, NUMBERS, events=["x"]), "it is no expression"),
    "no direction": (lambda: Event(x, direction=2), "it is no sign"),
    "beyond the end": (lambda: simulate(spring, MOVED, 3, NUMBERS)(4), "the run goes from t = 0 to 3"),
    "no such name": (lambda: simulate(spring, MOVED, 3, NUMBERS)["z"], "the run has x, x.dot, x.dot.dot, t"),
    "no such symbol": (lambda: simulate(spring, MOVED, 3, NUMBERS)[gamma * x], "it has no value along the run"),
    "no times": (lambda: simulate(spring, MOVED, 3, NUMBERS, times="all"), "it is no real number"),
    "no number of times": (lambda: simulate(spring, MOVED, 3, NUMBERS, times=0), "it is no number of times"),
    "no time to show": (lambda: simulate(spring, MOVED, 3, NUMBERS)("now"), "it is no real number"),
    "no run": (lambda: noether(spring, scale(x)).check(FILE), "it is no Run"),
    "at a pole": (lambda: simulate(Lagrangian(x.dot**2, 1 / x), {x: 0, x.dot: 0}, 3), "the motion cannot begin"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_input_is_told_in_one_sentence(name):
    call, sentence = REFUSED[name]
    with pytest.raises(SymlagError) as caught:
        call()
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_angle_of_a_rotating_frame_has_a_value_for_every_time():
    """A Lagrangian that depends on time: its energy is no constant, and the run says from where to where it goes."""
    run = simulate(Lagrangian(x.dot**2 / 2, -cos(t) * x), {x: 0, x.dot: 0}, 3)
    assert abs(run[x] - (1 - np.cos(run.t))).max() < 1e-9
    assert "energy 0 …" in str(run)


def test_dry_friction_that_sticks_ends_the_run_with_the_reason():
    run = simulate(Lagrangian(x.dot**2 / 2, forces={x: -sign(x.dot)}), {x: 0, x.dot: 1}, 2)
    assert run.t[-1] == pytest.approx(1, abs=1e-3)
    assert "jump to and fro" in run.ending


def test_parameters_by_name_and_functions_in_a_time_of_another_name():
    run = simulate(Lagrangian(x.dot**2 / 2, Symbol("lambda") * x**2 / 2), MOVED, 3, {"lambda": 4})
    assert abs(run[x] - np.cos(2 * run.t)).max() < 1e-8
    s = Symbol("s")
    q, G = Function("q")(s), Function("G")(s)
    run = simulate(Lagrangian(q.diff(s) ** 2 / 2, q * G, coordinates=[q]), {q: 0, q.diff(s): 0}, 3, {G: s})
    assert abs(run[q] + run.t**3 / 6).max() < 1e-9


def test_a_long_run_shows_how_far_it_is(monkeypatch, capsys):
    monkeypatch.setattr("symlag.simulation.progress.PATIENCE", 0.0)
    monkeypatch.setenv("FORCE_COLOR", "1")
    simulate(spring, MOVED, 3, NUMBERS, method="rk4", step=0.01)
    assert "simulating" in capsys.readouterr().err


def test_decimals_are_numbers_like_any_other():
    run = simulate(Lagrangian(0.5 * x.dot**2, 0.5 * abs(x) ** 2.5, damping=0.2), MOVED, 5)
    right = simulate(Lagrangian(x.dot**2 / 2, Abs(x) ** Rational(5, 2) / 2, damping=Rational(1, 5)), MOVED, 5)
    assert np.array_equal(run[x], right[x])
    assert noether(Lagrangian(0.5 * x.dot**2, 0.5 * abs(x) ** 2.5, damping=0.2), time_translation()).check(run).holds
