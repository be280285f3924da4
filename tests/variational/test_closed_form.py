"""Closed forms (theory.md §5), put back into the equations they solve."""

import pytest
from sympy import Eq, Expr, Function, Integral, N, Rational, S, Symbol, exp, symbols

from symlag.calculus.jets import block, coordinates, t
from symlag.calculus.matrices import inner
from symlag.calculus.zero_test import vanishes
from symlag.errors import SymlagError
from symlag.learning.continuous_rules import heavy_ball
from symlag.learning.flow_invariants import symmetric_and_skew_parts
from symlag.learning.losses import invariant_loss
from symlag.variational.closed_form import FIRST_CHARGE, FIRST_Q, FIRST_RATE, SOURCE, Oscillation, Relaxation, s, solve
from symlag.variational.families import general_linear, rescale, rotation, scale, translation
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether

eta, beta, decay = symbols("eta beta lambda", positive=True)
m, mu = eta * (1 + beta) / 2, 1 - beta
w, v = block("w"), block("v")


def learnt(X, *blocks):
    return noether(heavy_ball().lagrangian(invariant_loss("f", X), blocks), X)


r = Symbol("r", integer=True, positive=True)
U, V = block("U", 4, r), block("V", 5, r)
INTEGRABLE = {
    "translation": (translation(w), (w,), decay, "linear"),
    "scale": (scale(w), (w,), 2 * decay, "quadratic"),
    "rescale": (rescale(w, v), (w, v), 2 * decay, "quadratic"),
}


@pytest.mark.parametrize("name", INTEGRABLE)
def test_learning_laws_are_driven_oscillators_with_the_stiffness_of_theory(name):
    X, blocks, stiffness, _ = INTEGRABLE[name]
    found = learnt(X, *blocks).solve()
    assert isinstance(found, Oscillation)
    assert vanishes(found.mass - m)
    assert vanishes(found.friction - mu)
    assert vanishes(found.stiffness - stiffness)


def test_the_symmetric_part_of_a_linear_pair_is_an_oscillator_and_the_skew_part_decays():
    X = general_linear(U, V)
    L = heavy_ball().lagrangian(invariant_loss("f", X), [U, V])
    symmetric, skew = (noether(L, part).solve() for part in symmetric_and_skew_parts(X))
    assert isinstance(symmetric, Oscillation)
    assert vanishes(symmetric.stiffness - 2 * decay)
    assert isinstance(skew, Relaxation)
    assert vanishes(skew.expression - FIRST_CHARGE * exp(-mu * t / m))


def test_quantities_are_those_of_theory():
    assert vanishes(learnt(scale(w), w).potential - inner(w, w) / 2)
    assert vanishes(learnt(rescale(w, v, 2), w, v).potential - (inner(w, w) - 2 * inner(v, v)) / 2)
    X = translation(w)
    assert vanishes(learnt(X, w).potential - inner(X.parameters[0], w))


def test_the_charge_is_the_mass_times_the_rate_of_the_quantity():
    law = learnt(rescale(w, v), w, v)
    from symlag.calculus.differential_operators import total

    assert vanishes(law.charge - m * total(law.potential))


@pytest.mark.parametrize("X", [rotation(w), general_linear(U, V)], ids=["rotation", "general linear"])
def test_a_rotation_is_not_integrable(X):
    with pytest.raises(SymlagError, match="not integrable"):
        _ = learnt(X, *X.components).potential


def test_a_skew_charge_decays_as_theory_says():
    law = learnt(rotation(w), w)
    found = law.solve()
    assert isinstance(found, Relaxation)
    assert vanishes(found.expression - FIRST_CHARGE * exp(-mu * t / m))


FREE = Oscillation(
    Symbol("Q"), Symbol("m", positive=True), Symbol("mu", positive=True), Symbol("k", positive=True), S.One
)


@pytest.mark.parametrize("form", ["overdamped", "underdamped"])
def test_either_form_solves_the_equation_and_starts_as_told(form):
    solution = getattr(FREE, form)()
    assert_solves(solution, FREE.mass, FREE.friction, FREE.stiffness)


def test_the_critical_form_solves_the_equation_where_the_splitting_vanishes():
    stiffness = FREE.friction**2 / (4 * FREE.mass)
    critical = Oscillation(FREE.quantity, FREE.mass, FREE.friction, stiffness, S.One)
    assert critical.splitting == 0
    assert_solves(critical.critical(), FREE.mass, FREE.friction, stiffness)


def assert_solves(solution: Expr, mass, friction, stiffness):
    """m Q̈ + μQ̇ + κQ − S(t) = 0 under the integral and outside of it, and Q(0), Q̇(0)."""
    gap = mass * solution.diff(t, 2) + friction * solution.diff(t) + stiffness * solution - SOURCE(t)
    kernels = [node.function for node in gap.atoms(Integral)]
    outside = gap.replace(lambda node: isinstance(node, Integral), lambda node: S.Zero)
    inside = gap.replace(lambda node: isinstance(node, Integral), lambda node: node.function) - outside
    assert kernels
    assert numerically_zero(outside)
    assert numerically_zero(inside)
    free = solution.replace(lambda node: isinstance(node, Integral), lambda node: S.Zero)
    assert numerically_zero(free.subs(t, 0) - FIRST_Q)
    assert numerically_zero(free.diff(t).subs(t, 0) - FIRST_RATE)


def numerically_zero(expression: Expr) -> bool:
    """Zero to thirty digits at rational points in either regime, the source a number."""
    plain = expression.replace(lambda node: isinstance(node, type(SOURCE(t))), lambda _: Rational(3, 7))
    points = [(Rational(k, 3) + Rational(1, i + 2)) for i, k in enumerate(range(2, 2 + len(plain.free_symbols)))]
    point = dict(zip(sorted(plain.free_symbols, key=str), points, strict=True))
    return abs(N(plain.xreplace(point), 40)) < Rational(1, 10**30)


def test_without_mass_it_is_the_relaxation_of_neural_mechanics():
    """|θ|² = e^{−2λt}|θ(0)|² + … and θ·n = e^{−λt}…, where β = 0."""
    scaled = solve(noether(heavy_ball(momentum=0).lagrangian(invariant_loss("f", scale(w)), [w]), scale(w)))
    assert isinstance(scaled, Oscillation)
    free = scaled.massless().replace(lambda node: isinstance(node, Integral), lambda node: S.Zero)
    assert vanishes(free - FIRST_Q * exp(-2 * decay * t))
    assert vanishes(2 * scaled.source - eta * inner(w.dot, w.dot))  # |θ|² = 2Q is fed by η|g|², as q̇ = −g
    (fed,) = scaled.massless().atoms(Integral)
    assert vanishes(fed.function - SOURCE(s) * exp(-2 * decay * (t - s)))


def test_a_schedule_of_friction_is_solved_by_its_integrating_factor():
    x = coordinates("x")
    found = noether(Lagrangian(x.dot**2 / 2, damping=3 / t), Generator({x: 1})).solve()
    assert isinstance(found, Relaxation)
    assert vanishes(found.expression.diff(t) + 3 / t * found.expression)


def test_a_forced_charge_is_solved_by_its_integrating_factor():
    x, gamma = coordinates("x"), Function("gamma")(t)
    law = noether(Lagrangian(x.dot**2 / 2, x**4, damping=gamma), Generator({x: 1}))
    found = law.solve()
    assert isinstance(found, Relaxation)
    assert found.expression.has(Integral)


def test_steady_states_are_those_of_theory():
    """λ|w|² = m⟨|ẇ|²⟩ before a norm, and no mean shift."""
    balance = learnt(scale(w), w).steady_state()
    assert isinstance(balance, Eq)
    assert vanishes(balance.rhs - m * inner(w.dot, w.dot) / (2 * decay))
    assert learnt(translation(w), w).steady_state().rhs == 0


def test_what_nothing_restores_has_no_steady_state():
    x = coordinates("x")
    with pytest.raises(SymlagError, match="nothing restores it"):
        noether(Lagrangian(x.dot**2 / 2), Generator({x: 1})).steady_state()


REGIMES = {"over": 0.3, "near": 1.0 + 1e-13, "critical": 1.0, "under": 7.0}


@pytest.mark.parametrize(
    ("stiffness", "span"), [(k, 30) for k in REGIMES.values()] + [(1e-3, 4000)], ids=[*REGIMES, "long"]
)
def test_the_stable_form_agrees_with_fifty_digits(stiffness, span):
    numpy = pytest.importorskip("numpy")
    from symlag.kernels.array_function import kernel

    times = [span * i / 16 for i in range(17)]
    start = {"m": 1.0, "mu": 2.0, "k": stiffness, "Q_0": 0.7, "Qdot_0": -0.4}
    run = kernel(FREE.stable()[0], "numpy")
    got = run(**start, t=numpy.array(times))
    exact = FREE.underdamped() if stiffness > 1 else FREE.critical() if stiffness == 1 else FREE.overdamped()
    free = exact.replace(lambda node: isinstance(node, Integral), lambda node: S.Zero)
    for time, value in zip(times, got, strict=True):
        named = start | {"t": time}
        wanted = N(free.xreplace({a: Rational(named[str(a)]) for a in free.free_symbols}), 50)
        assert abs(value - wanted) <= 1e-12 * max(abs(wanted), 1e-12)
