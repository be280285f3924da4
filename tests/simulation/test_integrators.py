"""Each method has its order, keeps what it is said to keep, and meets motions that are known in closed form."""

from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import ellipj, ellipk
from sympy import Abs, Function, Matrix, Rational, Symbol, cos, diff, lambdify, sin, sqrt, symbols

from symlag.calculus.jets import block, coordinates, t
from symlag.calculus.matrices import inner
from symlag.simulation import Event, simulate
from symlag.variational.lagrangian import Lagrangian

x, y, theta, phi = coordinates("x y theta phi")
k, m, g, l, gamma = symbols("k m g l gamma", positive=True)
ORDERS = {"rk4": 4, "verlet": 2, "yoshida4": 4, "yoshida6": 6, "suzuki4": 4, "suzuki6": 6, "variational": 2}
SYMPLECTIC = [name for name in ORDERS if name != "rk4"]

kepler = Lagrangian((x.dot**2 + y.dot**2) / 2, -1 / sqrt(x**2 + y**2))
ECCENTRIC = {x: 0.4, x.dot: 0, y: 0, y.dot: 2}  # eccentricity 0.6, half axis 1, period 2π
pendulum = Lagrangian(theta.dot**2 / 2, -cos(theta))
damped = Lagrangian(m * x.dot**2 / 2, k * x**2 / 2, damping=gamma)


def amplitude(time, start):
    """The angle of a pendulum of unit length and gravity let go at an angle: sin(θ/2) = sin(θ₀/2) cd(t)."""
    modulus = np.sin(start / 2) ** 2
    _, cn, dn, _ = ellipj(time, modulus)
    return 2 * np.arcsin(np.sin(start / 2) * cn / dn)


@pytest.mark.parametrize("name", ORDERS)
def test_each_method_has_its_order(name):
    start = 1.2
    errors: list[float] = []
    for h in (0.2, 0.1, 0.05):
        run = simulate(pendulum, {theta: start, theta.dot: 0}, 4, method=name, step=h)
        errors.append(abs(run[theta] - amplitude(run.t, start)).max())
    assert np.log2(errors[1] / errors[2]) == pytest.approx(ORDERS[name], abs=0.3)


@pytest.mark.parametrize("name", SYMPLECTIC)
def test_conformally_symplectic_methods_have_their_order_under_damping_that_depends_on_time(name):
    decaying = Lagrangian(x.dot**2 / 2, x**2 / 2, damping=2 / t)  # x = sin(t)/t
    first, last = 1.0, 5.0
    state = {x: np.sin(first), x.dot: np.cos(first) - np.sin(first)}
    errors: list[float] = []
    for h in (0.1, 0.05):
        run = simulate(decaying, state, (first, last), method=name, step=h)
        errors.append(abs(run[x] - np.sin(run.t) / run.t).max())
    assert np.log2(errors[0] / errors[1]) == pytest.approx(ORDERS[name], abs=0.4)


@pytest.mark.parametrize("name", SYMPLECTIC)
def test_the_volume_of_phase_space_shrinks_exactly_as_damping_says(name):
    """The determinant of the linear map of a step is e^{−γh}, to round-off and not to the order of the method."""
    oscillator = Lagrangian(x.dot**2 / 2, x**2 / 2, damping=Rational(1, 2))
    ends = []
    for q, v in ((1.0, 0.0), (0.0, 1.0)):
        run = simulate(oscillator, {x: q, x.dot: v}, 0.3, method=name, step=0.3)
        ends.append([run[x][-1], run[x.dot][-1]])
    assert np.linalg.det(ends) == pytest.approx(np.exp(-0.15), rel=1e-13)


@pytest.mark.parametrize("name", ["verlet", "yoshida4", "variational"])
def test_symplectic_methods_keep_the_energy_bounded_where_others_lose_it(name):
    early = simulate(kepler, ECCENTRIC, 10, method=name, step=0.05).drift
    late = simulate(kepler, ECCENTRIC, 60, method=name, step=0.05).drift
    assert late < 1.5 * early
    lossy = [simulate(kepler, ECCENTRIC, end, rtol=1e-4, atol=1e-4).drift for end in (10, 60)]
    assert lossy[1] > 4 * lossy[0]


def test_the_variational_integrator_keeps_linear_momentum_maps_to_round_off_and_verlet_too():
    for name in ("variational", "verlet"):
        run = simulate(kepler, ECCENTRIC, 20, method=name, step=0.05)
        turning = run[x * y.dot - y * x.dot]
        assert abs(turning - turning[0]).max() < 1e-12
        assert run.drift > 1e-4  # which the energy is not


def test_the_period_of_kepler_is_that_of_his_third_law():
    run = simulate(kepler, ECCENTRIC, 20, events=[Event(y, direction=1)])
    assert np.diff(run.events[0]) == pytest.approx(2 * np.pi, abs=1e-8)
    run = simulate(kepler, ECCENTRIC, 4 * np.pi)
    assert run[x][-1] == pytest.approx(0.4, abs=1e-7)


@pytest.mark.parametrize("start", [0.1, 1.0, 2.0, 3.0, 3.1])
def test_the_period_of_a_pendulum_is_an_elliptic_integral(start):
    motion = Lagrangian(m * l**2 * theta.dot**2 / 2, -m * g * l * cos(theta))
    numbers = {m: 2, l: 0.7, g: 9.81}
    period = 4 * np.sqrt(0.7 / 9.81) * ellipk(np.sin(start / 2) ** 2)
    run = simulate(motion, {theta: start, theta.dot: 0}, 2.1 * period, numbers, events=[theta], rtol=1e-12, atol=1e-13)
    assert 2 * np.diff(run.events[0]) == pytest.approx(period, rel=1e-8)


@pytest.mark.parametrize("friction", [0.2, 2.0, 5.0])  # under-, critically and over-damped
@pytest.mark.parametrize("name", ["DOP853", "Radau", "LSODA", "verlet"])
def test_the_damped_oscillator_has_its_closed_form(name, friction):
    how: Any = {"step": 0.01} if name == "verlet" else {"rtol": 1e-9, "atol": 1e-11}
    run = simulate(damped, {x: 1, x.dot: 0.5}, 6, {m: 3, k: 3, gamma: friction}, method=name, **how)
    w = np.sqrt(complex(1 - friction**2 / 4))
    part = np.sin(w * run.t) / w if w else run.t
    right = np.exp(-friction * run.t / 2) * (np.cos(w * run.t) + (0.5 + friction / 2) * part)
    assert abs(run[x] - right).max() < (1e-4 if name == "verlet" else 2e-6)


def test_a_double_pendulum_moves_as_sympys_own_equations_say():
    m1, m2, l1, l2 = symbols("m1 m2 l1 l2", positive=True)
    numbers = {m1: 1.0, m2: 0.6, l1: 0.9, l2: 1.1, g: 9.81}
    T = m1 * l1**2 * theta.dot**2 / 2 + m2 / 2 * (
        l1**2 * theta.dot**2 + l2**2 * phi.dot**2 + 2 * l1 * l2 * theta.dot * phi.dot * cos(theta - phi)
    )
    V = -(m1 + m2) * g * l1 * cos(theta) - m2 * g * l2 * cos(phi)
    run = simulate(Lagrangian(T, V), {theta: 1.0, phi: 1.4, theta.dot: 0.0, phi.dot: 0.3}, 4, numbers, rtol=1e-12)

    a, b, da, db = symbols("a b da db")  # by hand: M q̈ = ∂L/∂q − (∂p/∂q) q̇
    flat = (T - V).xreplace({theta: a, phi: b, theta.dot: da, phi.dot: db}).subs(numbers)
    q, v = Matrix([a, b]), Matrix([da, db])
    p = Matrix([diff(flat, da), diff(flat, db)])
    force = Matrix([diff(flat, a), diff(flat, b)]) - p.jacobian(q) * v
    told = lambdify([a, b, da, db], [p.jacobian(v), force])

    def rates(_, state):
        mass, pull = told(*state)
        return [*state[2:], *np.linalg.solve(mass, pull).ravel()]

    right = solve_ivp(rates, (0, 4), [1.0, 1.4, 0.0, 0.3], method="DOP853", rtol=1e-12, atol=1e-12, t_eval=run.t)
    assert abs(right.y - [run[theta], run[phi], run[theta.dot], run[phi.dot]]).max() < 1e-8


def test_both_spellings_move_alike():
    s = Symbol("t")
    q = Function("q")(s)
    functions = simulate(Lagrangian(q.diff(s) ** 2 / 2, k * q**4), {q: 1, q.diff(s): 0}, 3, {k: 2})
    jets = simulate(Lagrangian(x.dot**2 / 2, k * x**4), {"x": 1, "x.dot": 0}, 3, {"k": 2})
    assert np.array_equal(functions[q.diff(s) * q], jets[x * x.dot])
    assert np.array_equal(functions[q.diff(s, 2)], jets["x.dot.dot"])
    assert np.array_equal(functions["q"], jets["x"])


def test_matrices_of_numbers_move_as_their_entries():
    W, w = block("W", 2, 3), block("w")
    L = Lagrangian(inner(W.dot, W.dot) / 2 + m * inner(w.dot, w.dot) / 2, k * inner(W, W) / 2, damping=gamma)
    first = np.arange(6.0).reshape(2, 3)
    start = {W: first, W.dot: 0 * first, w: [1, 2, 3, 4], w.dot: [1, 1, 1, 1]}
    methods: list[Any] = [{}, {"method": "suzuki6", "step": 0.02}]
    for how in methods:
        run = simulate(L, start, 2, {k: 4, gamma: 0, m: 2}, **how)
        assert abs(run[W] - np.cos(2 * run.t)[:, None, None] * first).max() < 1e-8
        assert run["w"][-1] == pytest.approx([3, 4, 5, 6])
        assert run[W * W.T].shape == (*run.t.shape, 2, 2)


def test_higher_derivatives_and_what_is_of_first_order():
    jerk = Lagrangian(x.dot.dot**2 / 2, x**2 / 2)  # x⁗ = x
    run = simulate(jerk, {x: 1, x.dot: 0, x.dot.dot: -1, x.dot.dot.dot: 0}, 3)
    assert abs(run[x] - np.cos(run.t)).max() < 1e-8
    vortices = Lagrangian(x * y.dot, (x**2 + y**2) / 2)  # ẏ = x, ẋ = −y
    run = simulate(vortices, {x: 1, y: 0}, 3)
    assert abs(run[y] - np.sin(run.t)).max() < 1e-8
    assert abs(run[x.dot] + np.sin(run.t)).max() < 1e-8


def test_given_functions_of_time_and_forces():
    F = Function("F")(t)
    driven = Lagrangian(x.dot**2 / 2, -F * x)
    run = simulate(driven, {x: 0, x.dot: 0}, 3, {F: sin(t)})
    assert abs(run[x] - (run.t - np.sin(run.t))).max() < 1e-8
    assert abs(run[F * x] - np.sin(run.t) * run[x]).max() < 1e-12
    pushed = Lagrangian(x.dot**2 / 2, forces={x: -2 * x.dot + 1})
    run = simulate(pushed, {x: 0, x.dot: 0}, 3)
    assert abs(run[x.dot] - (1 - np.exp(-2 * run.t)) / 2).max() < 1e-9


def test_the_midpoint_rule_takes_forces_with_a_kink():
    kink = Lagrangian(x.dot**2 / 2, Abs(x) ** 3 + Abs(x))
    run = simulate(kink, {x: 1, x.dot: 0}, 5, method="variational", step=0.01)
    right = simulate(kink, {x: 1, x.dot: 0}, 5, times=run.t, rtol=1e-8)
    assert abs(run[x] - right[x]).max() < 0.05


def test_motion_goes_backwards_too():
    forth = simulate(pendulum, {theta: 1, theta.dot: 0.5}, 3)
    back = simulate(pendulum, {theta: forth[theta][-1], theta.dot: forth[theta.dot][-1]}, (3, 0), events=[theta])
    assert back[theta][-1] == pytest.approx(1, abs=1e-8)
    assert [*back.events[0]] == sorted(back.events[0], reverse=True)
    stepped = simulate(pendulum, {theta: 1, theta.dot: 0.5}, (0, -1), method="yoshida6", step=0.05)
    right = simulate(pendulum, {theta: 1, theta.dot: 0.5}, -1)
    assert stepped[theta][-1] == pytest.approx(right[theta][-1], abs=1e-6)
