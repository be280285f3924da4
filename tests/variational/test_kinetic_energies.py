"""Kinetic energies that depend on position and time: which symmetries each one breaks, and by how much."""

import pytest
from sympy import DiracDelta, Function, Heaviside, Piecewise, Symbol, cos, exp, pi, symbols, tanh

from symlag.calculus.differential_operators import directional
from symlag.calculus.jets import block, coordinates, t
from symlag.calculus.matrices import Symmetric, inner
from symlag.calculus.structured_matrices import diagonal
from symlag.calculus.zero_test import vanishes
from symlag.learning.losses import invariant_loss
from symlag.trials import Verdict, orbit, run
from symlag.variational.families import rotation, scale, time_translation, translation
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether

n = Symbol("n", integer=True, positive=True)
mu, k = symbols("mu k", positive=True)
w, G = block("w", n), Symmetric("G", n, n)
x, y = coordinates("x y")


def preconditioned(X):
    return noether(Lagrangian(inner(w.dot, G * w.dot) / 2, invariant_loss("f", X), damping=mu), X)


def test_a_constant_preconditioner_leaves_translations_alone():
    law = preconditioned(translation(w))
    assert law.conserved
    assert vanishes(law.charge - inner(translation(w).parameters[0], G * w.dot))


def test_a_constant_preconditioner_breaks_scale_by_its_own_square_of_the_velocity():
    law = preconditioned(scale(w))
    assert vanishes(law.charge - inner(w, G * w.dot))
    assert vanishes(law.breaking["asymmetry"] - inner(w.dot, G * w.dot))
    assert law.breaking["metric"] == law.sources["potential"] == 0


def test_a_constant_preconditioner_breaks_rotations_by_what_does_not_commute_with_it():
    X = rotation(w)
    (A,) = X.parameters
    law = preconditioned(X)
    assert vanishes(law.breaking["asymmetry"] - inner(w.dot, (G * A - A * G) * w.dot) / 2)
    assert law.breaking["metric"] == 0
    assert law.defect() == 0


def test_a_preconditioner_that_commutes_with_all_turns_breaks_none():
    X = rotation(w)
    law = noether(Lagrangian(k * inner(w.dot, w.dot) / 2, invariant_loss("f", X), damping=mu), X)
    assert law.conserved


@pytest.mark.parametrize("X", [translation(w), scale(w), rotation(w)], ids=lambda X: X.name)
def test_a_diagonal_metric_that_depends_on_position_adds_the_share_of_the_metric(X):
    """T = ½Σ wᵢ²ẇᵢ², of which ⟨∂T/∂w, ξ⟩ is broken by the metric and ⟨∂T/∂ẇ, ξ̇⟩ by the asymmetry."""
    spread = diagonal(w) * w.dot
    T = inner(spread, spread) / 2
    law = noether(Lagrangian(T, invariant_loss("f", X), damping=mu), X)
    xi = X.components[w]
    turned = directional(xi, {w: w.dot})
    assert vanishes(law.breaking["metric"] - inner(spread, diagonal(xi) * w.dot))
    assert vanishes(law.breaking["asymmetry"] - inner(spread, diagonal(w) * turned))
    assert law.breaking["metric"] != 0
    assert law.defect() == 0


SCHEDULES = {
    "any": Function("m")(t),
    "cosine": (2 + cos(pi * t)) / 2,
    "warm-up": (1 + tanh(t)) / 2,
    "exponential": exp(-t),
}


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_schedule_of_the_mass_breaks_time_translation_by_its_rate(schedule):
    """d(−H)/dt = −ṁ|q̇|²/2 without friction: what a growing mass does to the energy at given momenta."""
    m = SCHEDULES[schedule]
    law = noether(Lagrangian(m * (x.dot**2 + y.dot**2) / 2, k * (x * y) ** 2), time_translation())
    assert vanishes(law.source - m.diff(t) * (x.dot**2 + y.dot**2) / 2)
    assert law.defect() == 0


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("X", [rotation(x, y), Generator({x: 1, y: 2}), scale(x, y)], ids=["turn", "shift", "scale"])
def test_no_schedule_breaks_a_symmetry_of_space_more_than_a_constant_mass_does(X, schedule):
    m = SCHEDULES[schedule]
    law, plain = (noether(Lagrangian(c * (x.dot**2 + y.dot**2) / 2, damping=mu / c), X) for c in (m, k))
    assert vanishes(law.ksb / m - plain.ksb / k)
    assert law.defect() == 0


def test_a_mass_that_drops_at_once_breaks_time_translation_at_once():
    """The energy at a given velocity loses its share in one blow."""
    m = 1 - 3 * Heaviside(t - 1) / 4
    law = noether(Lagrangian(m * x.dot**2 / 2), time_translation())
    assert vanishes(law.source + 3 * DiracDelta(t - 1) * x.dot**2 / 8)


def tried(m, X):
    laws = [noether(Lagrangian((x.dot**2 + y.dot**2) / 2, k * (x**2 + y**2) / m, damping=mu / m), X)]
    return run(laws, orbit(laws), (0.04, 0.02, 0.01))


@pytest.mark.parametrize("X", [rotation(x, y), scale(x, y), time_translation()], ids=lambda X: X.name)
@pytest.mark.parametrize("m", [(2 + cos(3 * t)) / 2, (1 + tanh(t)) / 2], ids=["cosine", "warm-up"])
def test_laws_hold_along_smooth_schedules(m, X):
    trial = tried(m, X)
    assert trial.verdict is Verdict.HOLDS
    assert trial.findings[0].twin_order < 0.2


@pytest.mark.parametrize("X", [rotation(x, y), scale(x, y)], ids=lambda X: X.name)
def test_laws_of_space_hold_across_a_step_of_the_schedule(X):
    assert tried(Piecewise((1, t < 1), (k / 4, True)), X).verdict is Verdict.HOLDS


def test_a_rotation_is_broken_on_the_orbit_of_a_preconditioner_that_its_law_does_not_know():
    plain = Lagrangian((x.dot**2 + y.dot**2) / 2, (x**2 + y**2) ** 2 / 4, damping=mu)
    bent = Lagrangian(plain.kinetic + (x.dot + 2 * y.dot) ** 2 / 2, plain.potential, damping=mu)
    wrong = noether(plain, rotation(x, y))
    trial = run([wrong], orbit([noether(bent, rotation(x, y))]), (0.04, 0.02, 0.01))
    assert trial.verdict is Verdict.BROKEN
