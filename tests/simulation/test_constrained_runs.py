"""Constraints by multipliers against reduced coordinates, given motions, and friction by a dissipation function."""

from typing import Any

import numpy as np
import pytest
from sympy import Function, Symbol, cos, sin, symbols

from symlag.calculus.jets import coordinates, t
from symlag.errors import DefinitionError, SymlagError
from symlag.simulation import simulate
from symlag.variational.families import rotation, time_translation
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether

x, y, z, X, Y, theta, phi, u = coordinates("x y z X Y theta phi u")
g, m, c, R = symbols("g m c R", positive=True)
PRECISE: Any = {"rtol": 1e-12, "atol": 1e-13}


def test_a_pendulum_by_a_multiplier_is_the_pendulum_by_its_angle():
    rod = Lagrangian((x.dot**2 + y.dot**2) / 2, g * y, constraints=x**2 + y**2 - 4)
    free = Lagrangian(2 * theta.dot**2, -2 * g * cos(theta))
    start = {x: 2 * sin(1), y: -2 * cos(1), x.dot: 0, y.dot: 0}
    run = simulate(rod, start, 10, {g: 9.81}, **PRECISE)
    right = simulate(free, {theta: 1, theta.dot: 0}, 10, {g: 9.81}, times=run.t, **PRECISE)
    assert abs(run[x] - 2 * np.sin(right[theta])).max() < 1e-9
    tension = -9.81 * np.cos(right[theta]) - 2 * right[theta.dot] ** 2  # of a unit mass, towards the pivot
    assert abs(2 * 2 * run["lambda_1"] - tension).max() < 1e-8
    assert run.constraint_drift < 1e-9
    assert "constraint drift" in str(run)
    assert run.autonomous
    assert noether(rod, time_translation()).check(run).holds


def test_a_double_pendulum_by_two_multipliers_is_that_of_two_angles():
    T = (x.dot**2 + y.dot**2 + X.dot**2 + Y.dot**2) / 2
    rods = Lagrangian(T, g * (y + Y), constraints=[x**2 + y**2 - 1, (X - x) ** 2 + (Y - y) ** 2 - 1])
    angles = Lagrangian(
        theta.dot**2 + phi.dot**2 / 2 + cos(theta - phi) * theta.dot * phi.dot, -g * (2 * cos(theta) + cos(phi))
    )
    a, b = 0.5, 0.9
    start = {x: sin(a), y: -cos(a), X: sin(a) + sin(b), Y: -cos(a) - cos(b), x.dot: 0, y.dot: 0, X.dot: 0, Y.dot: 0}
    run = simulate(rods, start, 10, {g: 9.81}, **PRECISE)
    right = simulate(angles, {theta: a, phi: b, theta.dot: 0, phi.dot: 0}, 10, {g: 9.81}, times=run.t, **PRECISE)
    assert abs(run[X] - np.sin(right[theta]) - np.sin(right[phi])).max() < 1e-9


def test_a_bead_on_a_wire_and_a_mass_on_a_moving_ramp():
    wire = Lagrangian(m * (x.dot**2 + y.dot**2) / 2, m * g * y, constraints=y - x**2)
    along = Lagrangian(m * (1 + 4 * x**2) * x.dot**2 / 2, m * g * x**2)
    run = simulate(wire, {x: 1, y: 1, x.dot: 0, y.dot: 0}, 10, {m: 2, g: 9.81}, **PRECISE)
    right = simulate(along, {x: 1, x.dot: 0}, 10, {m: 2, g: 9.81}, times=run.t, **PRECISE)
    assert abs(run[x] - right[x]).max() < 1e-9
    ramp = Lagrangian((x.dot**2 + y.dot**2) / 2, g * y, constraints=y - t**2)  # does work
    lifted = simulate(ramp, {x: 0, y: 0, x.dot: 1, y.dot: 0}, 2, {g: 9.81})
    assert lifted[y][-1] == pytest.approx(4, abs=1e-8)
    assert lifted["lambda_1"] == pytest.approx(9.81 + 2)
    assert not lifted.autonomous


def test_a_disc_that_rolls_upright_goes_in_a_circle():
    """ẋ = Rφ̇ cos θ, ẏ = Rφ̇ sin θ: the disc turns and rolls at constant rates (Goldstein, §1.3)."""
    disc = Lagrangian(
        m * (x.dot**2 + y.dot**2) / 2 + m * R**2 * phi.dot**2 / 4 + m * R**2 * theta.dot**2 / 8,
        constraints=[x.dot - R * phi.dot * cos(theta), y.dot - R * phi.dot * sin(theta)],
    )
    start = {x: 0, y: 0, phi: 0, theta: 0, phi.dot: 3, theta.dot: 0.5, x.dot: 3 * 0.2, y.dot: 0}
    run = simulate(disc, start, 10, {m: 1.5, R: 0.2}, **PRECISE)
    radius = 3 * 0.2 / 0.5
    assert abs(run[x] - radius * np.sin(0.5 * run.t)).max() < 1e-9
    assert abs(run[y] - radius * (1 - np.cos(0.5 * run.t))).max() < 1e-9
    assert run.drift < 1e-10


def test_a_multiplier_of_ones_own_is_a_constraint_like_any_other():
    pull = coordinates("lam")
    own = Lagrangian((x.dot**2 + y.dot**2) / 2 + pull * (x**2 + y**2 - 1), g * y, coordinates=(x, y, pull))
    named = Lagrangian((x.dot**2 + y.dot**2) / 2, g * y, constraints=x**2 + y**2 - 1)
    start = {x: 1, y: 0, x.dot: 0, y.dot: 0}
    run, right = (simulate(L, start, 3, {g: 9.81}, times=50) for L in (own, named))
    assert run[x] == pytest.approx(right[x], abs=1e-9)
    assert run[pull] == pytest.approx(right["lambda_1"], abs=1e-7)
    assert "constraint drift" in str(run)
    with pytest.raises(DefinitionError, match="is to be zero"):
        simulate(own, {**start, x: 2}, 3, {g: 9.81})


def test_baumgarte_draws_a_constraint_back_that_drifts():
    rod = Lagrangian((x.dot**2 + y.dot**2) / 2, y, constraints=x**2 + y**2 - 1)
    start = {x: 1, y: 0, x.dot: 0, y.dot: 0}

    def drift(end, rate):
        return simulate(rod, start, end, method="rk4", step=0.1, baumgarte=rate).constraint_drift

    assert drift(60, 0) > 3 * drift(15, 0)
    assert drift(60, 5) < 1.5 * drift(15, 5)
    assert drift(60, 5) < drift(60, 0) / 5


def test_a_driven_pivot_moves_as_it_is_told_in_both_spellings():
    l, w = 1.3, 4.0
    T = ((u.dot + l * theta.dot * cos(theta)) ** 2 + (l * theta.dot * sin(theta)) ** 2) / 2
    pivot = Lagrangian(T, -g * l * cos(theta), coordinates=theta)
    start = {theta: 0.4, theta.dot: 0}
    run = simulate(pivot, start, 5, {g: 9.81, u: sin(w * t) / 5}, **PRECISE)
    by_hand = Lagrangian(l**2 * theta.dot**2 / 2 + l * cos(theta) * theta.dot * cos(w * t) * w / 5, -g * l * cos(theta))
    right = simulate(by_hand, start, 5, {g: 9.81}, times=run.t, **PRECISE)
    assert abs(run[theta] - right[theta]).max() < 1e-10
    assert run[u] == pytest.approx(np.sin(w * run.t) / 5)
    assert run[u.dot] == pytest.approx(np.cos(w * run.t) * w / 5)

    s = Symbol("t")
    q, v = Function("q")(s), Function("v")(s)
    spelt = Lagrangian((q.diff(s) + v.diff(s)) ** 2 / 2, q**2 / 2, coordinates=[q])
    run = simulate(spelt, {q: 0, q.diff(s): 0}, 3, {v: s**2 / 2})  # q̈ = −q − 1
    assert abs(run[q] - (np.cos(run.t) - 1)).max() < 1e-8
    assert noether(spelt, time_translation()).check(run).holds


def test_rayleighs_dissipation_is_a_friction_like_any_other():
    dissipated = Lagrangian(m * x.dot**2 / 2, x**2 / 2, dissipation=c * x.dot**2 / 2)
    damped = Lagrangian(m * x.dot**2 / 2, x**2 / 2, damping=c / m)
    numbers = {m: 2, c: 0.3}
    methods: list[Any] = [{}, {"method": "variational", "step": 0.02}]
    for how in methods:
        run = simulate(dissipated, {x: 1, x.dot: 0}, 5, numbers, **how)
        right = simulate(damped, {x: 1, x.dot: 0}, 5, numbers, times=run.t)
        assert abs(run[x] - right[x]).max() < (1e-4 if how else 1e-8)
        assert not run.autonomous
    assert noether(dissipated, time_translation()).check(simulate(dissipated, {x: 1, x.dot: 0}, 5, numbers)).holds


def test_a_charge_that_survives_its_constraint_is_kept_and_another_is_not():
    sphere = Lagrangian((x.dot**2 + y.dot**2 + z.dot**2) / 2, z, constraints=x**2 + y**2 + z**2 - 1)
    start = {x: 1, y: 0, z: 0, x.dot: 0, y.dot: 1, z.dot: 0}
    run = simulate(sphere, start, 5)
    turning = run[x * y.dot - y * x.dot]
    assert turning == pytest.approx(np.ones_like(turning), abs=1e-8)
    assert noether(sphere, rotation(x, y)).check(run).holds
    false = noether(Lagrangian(sphere.kinetic, 2 * z, constraints=sphere.constraints), time_translation())
    assert not false.check(run).holds


def test_what_constraints_refuse_is_told_in_one_sentence():
    rod = Lagrangian((x.dot**2 + y.dot**2) / 2, y, constraints=x**2 + y**2 - 1)
    start = {x: 1, y: 0, x.dot: 0, y.dot: 0}
    with pytest.raises(DefinitionError, match=r"is 0\.21 there"):
        simulate(rod, {**start, x: 1.1}, 3)
    with pytest.raises(DefinitionError, match="is 2 there"):
        simulate(rod, {**start, x.dot: 1}, 3)
    with pytest.raises(SymlagError, match="it has constraints"):
        simulate(rod, start, 3, method="verlet", step=0.1)
    with pytest.raises(SymlagError, match="it has constraints"):
        simulate(rod, start, 3, method="variational", step=0.1)
    with pytest.raises(DefinitionError, match="it is no rate"):
        simulate(rod, start, 3, baumgarte=-1)
    with pytest.raises(DefinitionError, match="its motion is given"):
        simulate(Lagrangian((theta.dot + u.dot) ** 2, coordinates=theta), {theta: 0, theta.dot: 0}, 3)
