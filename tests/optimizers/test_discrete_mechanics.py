"""Discrete mechanics: the heavy ball as a variational integrator, Noether's theorem for steps, and the sphere."""

import numpy as np
import pytest
from sympy import S, cancel, expand, lambdify, symbols

from numeric._rule_simulation import Play
from symlag import optimizers
from symlag.calculus.differential_operators import scaled
from symlag.calculus.jets import block, coordinates
from symlag.calculus.matrices import inner, normal
from symlag.calculus.zero_test import vanishes
from symlag.learning.losses import invariant_loss
from symlag.optimizers.bilinear_forms import Form
from symlag.optimizers.discrete_mechanics import (
    after,
    before,
    discrete_euler_lagrange,
    discrete_lagrangian,
    discrete_noether,
)
from symlag.optimizers.exact_law import exact
from symlag.optimizers.library.momentum import averaged, nesterov, sgd, sgdw
from symlag.optimizers.scale_invariant_weights import SQUARED_GRADIENT, G, SphereRule, on_sphere
from symlag.optimizers.vectors import Letter, k, theta
from symlag.variational.families import general_linear, rescale, rotation, scale, translation
from symlag.variational.generator import Generator
from tests.support.refusals import assert_refused, public

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
    return discrete_lagrangian(rule, invariant_loss("f", X), X.components)


@pytest.mark.parametrize("X", GENERATORS.values(), ids=GENERATORS)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_balance_is_proved_off_the_motion(rule, X):
    law = discrete_noether(mechanics(rule, X), X)
    assert law.defect() == 0
    assert set(law.sources) == {"kinetic", "potential"}


def test_a_symmetry_that_the_loss_breaks_is_accounted_for():
    f = invariant_loss("f", scale(w))
    law = discrete_noether(discrete_lagrangian(sgd(), f, [w]), translation(w))
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
    after_buffer = scaled(beta, buffer) + scaled(gain, slope) + scaled(rule.linear[v].get(theta, S.Zero).subs(k, 1), w)
    residual = normal(E.xreplace({after(w): normal(scaled(keep, w) + scaled(push, after_buffer))}))
    assert vanishes(residual)


def test_the_discrete_lagrangian_of_the_heavy_ball():
    f = invariant_loss("f", scale(w))
    L = discrete_lagrangian(sgd(), f, [w])
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
    balance = law.propagator * law.charge + sum(law.sources.values())
    other = closed.equations[Form(v.new, theta.new)]
    assert vanishes(normal(balance.xreplace(step)) + frame.value(other))


def test_descent_on_the_sphere_is_rmsprop():
    adaptive, c = on_sphere(sgd(momentum=0)).rmsprop(), 1 - eta * lam
    expected = c**4 * G + 2 * c**2 * eta**2 * SQUARED_GRADIENT + eta**4 * SQUARED_GRADIENT**2 / G
    assert cancel(expand(adaptive.accumulator - expected)) == 0
    assert cancel(adaptive.rate - eta / (c * G**S.Half)) == 0


def test_the_accumulator_is_the_square_of_the_exact_law_of_the_norm():
    """r′² = kept·r² + gain·|g|² with |g|² = |ĝ|²/r², where the length is taken from the law and not from the sphere."""
    law, accumulator = exact(sgd(momentum=0), scale(w)), on_sphere(sgd(momentum=0)).rmsprop().accumulator
    kept, gain = law.propagator[0], law.source[0].coeff(Form(Letter("g"), Letter("g")))
    square = kept * G**S.Half + gain * SQUARED_GRADIENT / G**S.Half
    assert cancel(expand(square**2 - accumulator)) == 0


ROLLED = [sgd(), nesterov(), sgdw(), sgd(momentum=0), averaged(sgd())]


@pytest.mark.parametrize("rule", ROLLED, ids=lambda r: r.name)
def test_directions_under_momentum_move_as_those_of_the_weights(rule):
    """200 steps on f(w) = uᵀMu + sin(⟨c, u⟩), of the weights by the rule and of u by `on_sphere`."""
    dice = np.random.default_rng(0)
    M, c, w_ = dice.normal(size=(6, 6)), dice.normal(size=6), dice.normal(size=6)
    sphere = on_sphere(rule)
    numbers = {eta: 0.02, beta: 0.9, lam: 0.05, symbols("alpha", positive=True): 0.8}
    played = Play(rule, {str(s): value for s, value in numbers.items()})

    def slope(u):
        plain = (M + M.T) @ u + np.cos(c @ u) * c
        return plain - (plain @ u) * u

    state = played.start(w_)
    radius = np.linalg.norm(w_)
    on_unit_sphere, square = {theta: w_ / radius} | dict.fromkeys(sphere.buffers, np.zeros(6)), radius**4
    for step in range(200):
        at = state[theta]
        known = played.step(state, slope(at / np.linalg.norm(at)) / np.linalg.norm(at), step)
        state = {x: known[x.new] for x in state}
        before = {**on_unit_sphere, Letter("g"): slope(on_unit_sphere[theta])}
        total = lambda vector: sum(float(e.subs({**numbers, G: square})) * before[x] for x, e in vector.items())  # noqa: B023, E731
        y = total(sphere.update)
        stretch = np.linalg.norm(y)
        on_unit_sphere = {x: stretch * total(vector) for x, vector in sphere.buffers.items()} | {theta: y / stretch}
        square *= stretch**4
    np.testing.assert_allclose(on_unit_sphere[theta], state[theta] / np.linalg.norm(state[theta]), rtol=0, atol=1e-12)
    np.testing.assert_allclose(square, np.linalg.norm(state[theta]) ** 4, rtol=1e-11)


@pytest.mark.parametrize("rule", ROLLED, ids=lambda r: r.name)
def test_the_motion_of_the_direction_is_the_update_itself(rule):
    sphere = on_sphere(rule)
    assert sphere.defect() == (0,) * (1 + len(sphere.buffers))
    wrong = SphereRule({**sphere.update, Letter("g"): eta}, sphere.buffers, rule)
    assert wrong.defect()[0] != 0


REFUSED = {
    "a sign": (
        "on_sphere(sign_sgd())",
        (
            "on_sphere(signSGD): u is not linear in gradients, and does not scale with the weights. Use a linear rule, "
            "for example sgd(), nesterov() or sgdw()."
        ),
        "on_sphere(sgd()), on_sphere(nesterov()), on_sphere(sgdw())",
    ),
    "a buffer": (
        "on_sphere(sgd()).rmsprop()",
        (
            "on_sphere(SGD with momentum).rmsprop(): this rule has a buffer, and a buffer has a part along the "
            "weights. Use a rule without momentum, for example sgd(momentum=0)."
        ),
        "on_sphere(sgd(momentum=0)).rmsprop()",
    ),
    "two gradients": (
        "discrete_lagrangian(nesterov(), 0, [w])",
        (
            "discrete_lagrangian(Nesterov momentum, …): its updates are not the motion of a discrete Lagrangian of two "
            "positions, which takes one gradient and a momentum. Use sgd() or sgdw()."
        ),
        "discrete_lagrangian(sgd(), 0, [w]), discrete_lagrangian(sgdw(), 0, [w])",
    ),
    "no momentum": (
        "discrete_lagrangian(sgd(momentum=0), 0, [w])",
        "its updates are not the motion of a discrete Lagrangian",
        "discrete_lagrangian(sgd(), 0, [w])",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_answer_is_refused_in_a_sentence_whose_advice_runs(name):
    assert_refused(*REFUSED[name], public(optimizers) | globals())


def test_side_by_side_on_the_sphere():
    """200 steps on f(w) = uᵀMu + sin(⟨c, u⟩), u = w/|w|: the same loss on either side."""
    dice = np.random.default_rng(0)
    M, c, weight = dice.normal(size=(6, 6)), dice.normal(size=6), dice.normal(size=6)
    loss = lambda u: u @ M @ u + np.sin(c @ u)  # noqa: E731

    def slope(u):
        plain = (M + M.T) @ u + np.cos(c @ u) * c
        return plain - (plain @ u) * u

    rmsprop = on_sphere(sgd(0.1, 0, 0.05)).rmsprop()
    rate, accumulator = (lambdify([G, SQUARED_GRADIENT], e) for e in (rmsprop.rate, rmsprop.accumulator))
    u, memory = weight / np.linalg.norm(weight), np.linalg.norm(weight) ** 4
    for _ in range(200):
        radius = np.linalg.norm(weight)
        weight = weight - 0.1 * (slope(weight / radius) / radius + 0.05 * weight)
        pushed = u - rate(memory, 0) * slope(u)
        u, memory = pushed / np.linalg.norm(pushed), accumulator(memory, slope(u) @ slope(u))
        assert abs(loss(u) - loss(weight / np.linalg.norm(weight))) < 1e-12
