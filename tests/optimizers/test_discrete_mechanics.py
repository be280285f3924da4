"""Discrete mechanics: the heavy ball as a variational integrator, Noether's theorem for steps, and the sphere."""

import numpy as np
import pytest
from sympy import S, cancel, expand, lambdify, symbols

from numeric._play import Play
from symlag.calculus.jets import block, coordinates
from symlag.calculus.matrices import inner, normal
from symlag.calculus.operators import scaled
from symlag.calculus.zero_test import vanishes
from symlag.errors import SymlagError
from symlag.learning.losses import invariant_loss
from symlag.optimizers.bilinear_forms import Form
from symlag.optimizers.descent_on_sphere import G, S as SQUARE, on_sphere
from symlag.optimizers.discrete_mechanics import after, before, discrete_euler_lagrange, discrete_noether, integrator
from symlag.optimizers.exact import exact
from symlag.optimizers.library import averaged, nesterov, sgd, sgdw, sign_sgd
from symlag.optimizers.momentum_on_sphere import Rolling, rolling
from symlag.optimizers.vectors import Letter, k, theta
from symlag.variational.generator import Generator, general_linear, rescale, rotation, scale, translation

eta, beta, lam, d = symbols("eta beta lambda d", positive=True)
w, U, V = block("w"), block("U", 4, 2), block("V", 3, 2)
x, y = coordinates("x y")

GENERATORS = {
    "scale": scale(w),
    "translation": translation(w),
    "rotation": rotation(w),
    "plane": rotation(x, y),
    "rescale": rescale(U, V, 2),
    "general linear": general_linear(U, V),
    "conformal": Generator({w: inner(w, w) * w}),
}
RULES = [sgd(), sgd(dampening=d), sgdw()]


def mechanics(rule, X):
    return integrator(rule, invariant_loss("f", X), X.components)


@pytest.mark.parametrize("X", GENERATORS.values(), ids=GENERATORS)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_balance_is_proved_off_the_motion(rule, X):
    law = discrete_noether(mechanics(rule, X), X)
    assert law.defect() == 0
    assert set(law.sources) == {"kinetic", "potential"}


def test_a_symmetry_that_the_loss_breaks_is_accounted_for():
    f = invariant_loss("f", scale(w))
    law = discrete_noether(integrator(sgd(), f, [w]), translation(w))
    assert law.defect() == 0
    assert law.sources["potential"].has(f)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_equation_of_motion_is_the_update(rule):
    """E of two updates in a row, whatever the loss: the buffer written as the step that it made."""
    L = mechanics(rule, scale(w))
    slope = L.potential.args[-1].gradients[0]
    (E,) = discrete_euler_lagrange(L).values()
    v, keep = Letter("v"), rule.linear[theta][theta]
    push, gain = rule.linear[theta][v.new], rule.linear[v][Letter("g")].subs(k, 1)
    buffer = scaled(1 / push, w - scaled(keep, before(w)))
    told = scaled(beta, buffer) + scaled(gain, slope) + scaled(rule.linear[v].get(theta, S.Zero).subs(k, 1), w)
    moved = normal(E.xreplace({after(w): normal(scaled(keep, w) + scaled(push, told))}))
    assert vanishes(moved)


def test_the_discrete_lagrangian_of_the_heavy_ball():
    f = invariant_loss("f", scale(w))
    L = integrator(sgd(), f, [w])
    step = after(w) - w
    assert vanishes(L.density - (inner(step, step) / (2 * eta) - f - lam * inner(w, w) / 2))
    assert L.growth == 1 / beta


def test_noether_and_elimination_say_the_same():
    """J = −⟨v, ξ⟩, and J⁺ = βJ + … is the recursion of C."""
    X = scale(w)
    law = discrete_noether(mechanics(sgd(), X), X)
    closed = exact(sgd(), X)
    C = next(charge for charge in closed.charges if charge == Form(Letter("v"), theta))
    frame, v = closed.frame, Letter("v")
    step = {after(w): w - scaled(eta, frame.block(v.new, w)), before(w): w + scaled(eta, frame.block(v, w))}
    assert vanishes(normal(law.charge.xreplace(step)) + frame.value(C))
    told = law.keep * law.charge + sum(law.sources.values())
    other = closed.equations[Form(v.new, theta.new)]
    assert vanishes(normal(told.xreplace(step)) + frame.value(other))


@pytest.mark.parametrize("rule", [nesterov(), sgd(momentum=0)], ids=lambda rule: rule.name)
def test_without_one_gradient_and_a_momentum_there_is_no_lagrangian(rule):
    with pytest.raises(SymlagError, match="no discrete Lagrangian of two positions moves like it"):
        integrator(rule, 0, [w])


def test_descent_on_the_sphere_is_rmsprop():
    made, c = on_sphere(sgd(momentum=0)), 1 - eta * lam
    told = c**4 * G + 2 * c**2 * eta**2 * SQUARE + eta**4 * SQUARE**2 / G
    assert cancel(expand(made.accumulated - told)) == 0
    assert cancel(made.rate - eta / (c * G**S.Half)) == 0
    with pytest.raises(SymlagError, match="its step is no combination of θ and g alone"):
        on_sphere(sgd())


ROLLED = [sgd(), nesterov(), sgdw(), sgd(momentum=0), averaged(sgd())]


@pytest.mark.parametrize("rule", ROLLED, ids=lambda r: r.name)
def test_directions_under_momentum_roll_as_the_weights_do(rule):
    """200 steps on f(w) = uᵀMu + sin(⟨c, u⟩), of the weights by the rule and of u by what `rolling` makes of it."""
    dice = np.random.default_rng(0)
    M, c, w_ = dice.normal(size=(6, 6)), dice.normal(size=6), dice.normal(size=6)
    made = rolling(rule)
    numbers = {eta: 0.02, beta: 0.9, lam: 0.05, symbols("alpha", positive=True): 0.8}
    played = Play(rule, {str(s): value for s, value in numbers.items()})

    def slope(u):
        plain = (M + M.T) @ u + np.cos(c @ u) * c
        return plain - (plain @ u) * u

    state = played.start(w_)
    radius = np.linalg.norm(w_)
    rolled, square = {theta: w_ / radius} | dict.fromkeys(made.carried, np.zeros(6)), radius**4
    for step in range(200):
        at = state[theta]
        known = played.step(state, slope(at / np.linalg.norm(at)) / np.linalg.norm(at), step)
        state = {x: known[x.new] for x in state}
        before = {**rolled, Letter("g"): slope(rolled[theta])}
        total = lambda told: sum(float(e.subs({**numbers, G: square})) * before[x] for x, e in told.items())  # noqa: B023, E731
        y = total(made.pushed)
        stretch = np.linalg.norm(y)
        rolled = {x: stretch * total(told) for x, told in made.carried.items()} | {theta: y / stretch}
        square *= stretch**4
    np.testing.assert_allclose(rolled[theta], state[theta] / np.linalg.norm(state[theta]), rtol=0, atol=1e-12)
    np.testing.assert_allclose(square, np.linalg.norm(state[theta]) ** 4, rtol=1e-11)


@pytest.mark.parametrize("rule", ROLLED, ids=lambda r: r.name)
def test_the_motion_of_the_direction_is_the_update_itself(rule):
    made = rolling(rule)
    assert made.defect() == (0,) * (1 + len(made.carried))
    wrong = Rolling({**made.pushed, Letter("g"): eta}, made.carried, rule)
    assert wrong.defect()[0] != 0


def test_a_sign_does_not_roll():
    with pytest.raises(SymlagError, match="u is not linear, and does not grow or shrink with the weights"):
        rolling(sign_sgd())


def test_side_by_side_on_the_sphere():
    """200 steps on f(w) = uᵀMu + sin(⟨c, u⟩), u = w/|w|: the same loss on either side."""
    dice = np.random.default_rng(0)
    M, c, weight = dice.normal(size=(6, 6)), dice.normal(size=6), dice.normal(size=6)
    loss = lambda u: u @ M @ u + np.sin(c @ u)  # noqa: E731

    def slope(u):
        plain = (M + M.T) @ u + np.cos(c @ u) * c
        return plain - (plain @ u) * u

    made = on_sphere(sgd(0.1, 0, 0.05))
    rate, accumulated = (lambdify([G, SQUARE], e) for e in (made.rate, made.accumulated))
    u, memory = weight / np.linalg.norm(weight), np.linalg.norm(weight) ** 4
    for _ in range(200):
        radius = np.linalg.norm(weight)
        weight = weight - 0.1 * (slope(weight / radius) / radius + 0.05 * weight)
        pushed = u - rate(memory, 0) * slope(u)
        u, memory = pushed / np.linalg.norm(pushed), accumulated(memory, slope(u) @ slope(u))
        assert abs(loss(u) - loss(weight / np.linalg.norm(weight))) < 1e-12
