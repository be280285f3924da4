"""Update rules as data: torch's own optimizers step by step, and what is refused."""

import numpy as np
import pytest
import sympy
from sympy import symbols

from numeric._rule_simulation import Play, cosine
from symlag import optimizers
from symlag.calculus.jets import block, t
from symlag.optimizers.exact_law import exact
from symlag.optimizers.library.adaptive import adagrad, adam, adamw, amsgrad, centred, nadam, nadamw, rmsprop
from symlag.optimizers.library.momentum import averaged, nesterov, sgd, sgdw
from symlag.optimizers.library.sign_and_polar import lion, muon
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import Letter, g, k, theta
from symlag.variational.families import scale
from tests.support.refusals import assert_refused, public

torch = pytest.importorskip("torch")

eta, beta = symbols("eta beta")
v, w, u = (Letter(stem) for stem in "vwu")
STEPS = 50
RATE, DECAY = cosine(0.02), 0.03
ADAPTIVE = {"beta_1": 0.9, "beta_2": 0.98, "epsilon": 1e-8}

# A rule, numbers for its hyper-parameters, torch's optimizer, and what torch calls the numbers.
TORCH = {
    "SGD": (sgd(momentum=0), {}, "SGD", {}),
    "momentum": (sgd(dampening=None), {"beta": 0.9, "d": 0.3}, "SGD", {"momentum": 0.9, "dampening": 0.3}),
    "Nesterov": (nesterov(), {"beta": 0.9}, "SGD", {"momentum": 0.9, "nesterov": True}),
    "Adam": (adam(), ADAPTIVE, "Adam", {"betas": (0.9, 0.98)}),
    "AdamW": (adamw(), ADAPTIVE, "AdamW", {"betas": (0.9, 0.98)}),
    "NAdam": (nadam(), {**ADAPTIVE, "psi": 0.004}, "NAdam", {"betas": (0.9, 0.98), "momentum_decay": 0.004}),
    "RMSProp": (rmsprop(), {"alpha": 0.9, "epsilon": 1e-8}, "RMSprop", {"alpha": 0.9}),
    "RMSProp with momentum": (
        rmsprop(momentum=None),
        {"alpha": 0.9, "beta": 0.8, "epsilon": 1e-8},
        "RMSprop",
        {"alpha": 0.9, "momentum": 0.8},
    ),
    "AMSGrad": (amsgrad(adamw()), ADAPTIVE, "AdamW", {"betas": (0.9, 0.98), "amsgrad": True}),
    "NAdamW": (
        nadamw(),
        {**ADAPTIVE, "psi": 0.004},
        "NAdam",
        {"betas": (0.9, 0.98), "momentum_decay": 0.004, "decoupled_weight_decay": True},
    ),
    "centred": (
        centred(rmsprop()),
        {"alpha": 0.9, "epsilon": 1e-8},
        "RMSprop",
        {"alpha": 0.9, "centered": True},
    ),
    "Adagrad": (
        adagrad(rate_decay=0.1, start=0.2),
        {"epsilon": 1e-10},
        "Adagrad",
        {"lr_decay": 0.1, "initial_accumulator_value": 0.2},
    ),
}
FUSED = {"SGD", "momentum", "Nesterov", "Adam", "AdamW", "AMSGrad", "Adagrad"}
MADE = (
    [(name, {}) for name in TORCH]
    + [(name, {"foreach": True}) for name in TORCH]
    + [(name, {"fused": True}) for name in sorted(FUSED)]
)


@pytest.fixture
def float64():
    """NAdam keeps its product of momenta in torch's default type."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def ours(rule, hyper, start, gradients):
    played = Play(rule, {"eta": RATE, "lambda": DECAY} | hyper)
    state = played.start(start)
    for step, gradient in enumerate(gradients):
        known = played.step(state, gradient, step)
        state = {x: known[x.new] for x in state}
        yield state[theta]


def theirs(make, start, gradients):
    weight = torch.nn.Parameter(torch.from_numpy(start.copy()))
    optimizer = make(weight)
    for step, gradient in enumerate(gradients):
        optimizer.param_groups[0]["lr"] = RATE(step)
        weight.grad = torch.from_numpy(gradient)
        optimizer.step()
        yield weight.detach().numpy().copy()


@pytest.mark.parametrize(("name", "way"), MADE, ids=str)
@pytest.mark.usefixtures("float64")
def test_rules_step_as_torch_does(name, way):
    rule, hyper, kind, options = TORCH[name]
    dice = np.random.default_rng(0)
    start, gradients = dice.normal(size=(4, 3)), list(dice.normal(size=(STEPS, 4, 3)))
    make = lambda weight: getattr(torch.optim, kind)(  # noqa: E731
        [weight], lr=RATE(0), weight_decay=DECAY, **options, **way
    )
    for ends in zip(ours(rule, hyper, start, gradients), theirs(make, start, gradients), strict=True):
        np.testing.assert_allclose(*ends, rtol=1e-12)


def test_lion_by_hand():
    rule = lion(0.1, (0.5, 0.9), 0.2)
    played = Play(rule, {})
    known = played.step(played.start(np.array([1.0, -2])), np.array([3.0, -1]), 0)
    np.testing.assert_allclose(known[theta.new], [0.98 - 0.1, -1.96 + 0.1])
    np.testing.assert_allclose(known[Letter("m").new], [0.3, -0.1])


def test_muon_moves_by_orthogonal_matrices():
    played = Play(muon(0.1, 0.9, 0), {})
    start = np.random.default_rng(0).normal(size=(4, 2))
    known = played.step(played.start(start), start**3, 0)
    step = (start - known[theta.new]) / 0.1
    np.testing.assert_allclose(step.T @ step, np.eye(2), atol=1e-14)


def test_averages_begin_at_the_weights_and_follow():
    played = Play(averaged(sgd(0.1, 0, 0), 0.5), {})
    known = played.step(played.start(np.array([1.0])), np.array([2.0]), 0)
    assert known[Letter("e").new] == pytest.approx([0.9])


def test_five_lines_make_a_rule():
    rule = UpdateRule("quasi-hyperbolic", {v: beta * v + (1 - beta) * g, theta: theta - eta * (g + v.new) / 2})
    assert rule.linear[theta] == {theta: 1, g: -eta / 2, v.new: -eta / 2}
    assert (rule.buffers, rule.momenta, rule.positions) == ((v,), (v,), (theta,))
    assert rule.hyperparameters == (beta, eta)


def test_what_is_not_linear_gets_a_letter_of_its_own():
    rule = UpdateRule("clipped", {theta: theta - eta * g / (1 + g**2)})
    assert rule.linear[theta] == {theta: 1, Letter("u_theta").new: -eta}
    assert rule.opaque == {Letter("u_theta"): g / (1 + g**2)}


def test_a_constant_push_is_a_source_like_any_other():
    rule = UpdateRule("drifting", {theta: theta - eta * g + 3})
    assert rule.linear[theta] == {theta: 1, g: -eta, Letter("u_theta").new: 3}
    assert rule.opaque == {Letter("u_theta"): 1}
    assert {*exact(rule, scale(block("w"))).sources} == {"kinetic", "metric"}


def test_second_moments_are_no_momenta():
    assert [rule().momenta for rule in (rmsprop, adagrad)] == [(), ()]
    assert adam().momenta == (Letter("m"),)
    assert nadam().momenta == (Letter("m"),)


def test_letters_are_pickled():
    from pickle import dumps, loads

    assert loads(dumps(sgdw())) == sgdw()
    assert loads(dumps(v.new)) == v.new


# What is refused, a part of the sentence that says why, and what the sentence advises, in use.
MOMENTUM = "UpdateRule('r', {v: beta * v + g, theta: theta - eta * v.new})"
REMEMBERED = "UpdateRule('r', {h: g, theta: theta - eta * (g + h)})"
SCHEDULE = "sgd(lambda k: 0.1 / (1 + k)), UpdateRule('r', {theta: theta - g / (1 + k)})"
NAMED_RATE = "UpdateRule('r', {theta: theta - Function('eta')(k) * g})"
REFUSED = {
    "no θ": (
        "UpdateRule('r', {v: g})",
        "r: no equation gives the new θ. Give one, such as {theta: theta - eta * g}.",
        "UpdateRule('r', {theta: theta - eta * g})",
    ),
    "no g": (
        "UpdateRule('r', {theta: theta / 2})",
        "r: no equation reads the gradient g. Use it in one, as in {theta: theta - eta * g}.",
        "UpdateRule('r', {theta: theta - eta * g})",
    ),
    "undefined": (
        "UpdateRule('r', {theta: theta - v.new * g})",
        "v.new in theta.new: no equation gives it. Give an equation of a buffer for it, as in {v: beta * v + g}.",
        MOMENTUM,
    ),
    "two steps old": (
        "UpdateRule('r', {theta: theta.old - g})",
        "theta.old in theta.new: no equation gives it. Keep theta in a buffer, as in {q: theta}.",
        "UpdateRule('r', {q: theta, theta: q - g})",
    ),
    "second gradient": (
        "UpdateRule('r', {theta: theta - eta * g.new})",
        (
            "g.new in theta.new: a first-order rule reads one gradient a step, at θ. Use g, and keep that of an "
            "earlier step in a buffer, as in {h: g}."
        ),
        REMEMBERED,
    ),
    "derivative": (
        "UpdateRule('r', {theta: theta - eta * Derivative(g, theta) * g})",
        (
            "a first-order rule takes no derivative of the gradient. Use g, and keep that of an earlier step in a "
            "buffer, as in {h: g}."
        ),
        REMEMBERED,
    ),
    "other k": (
        "UpdateRule('r', {theta: theta - g / (1 + Symbol('k'))})",
        (
            "k in theta.new: this is not the step k, by which a schedule changes. Use symlag.optimizers.k, or a "
            "function of it, as in sgd(lambda k: 0.1 / (1 + k))."
        ),
        SCHEDULE,
    ),
    "time": ("sgd(1 / (1 + t))", "it is no number and no function of k; write eta=lambda k: 0.1 / (1 + k).", SCHEDULE),
    "no function": ("sgd(lambda step: 1 / 0)", "it is no number and no function of k", SCHEDULE),
    "branches": ("sgd(lambda step: 0.1 if step < 9 else 0.01)", "it is no number and no function of k", SCHEDULE),
    "sets g": (
        "UpdateRule('r', {g: theta, theta: theta - g})",
        (
            "g on the left of r: a step sets no such letter. Give equations of theta and of buffers, such as "
            "v = Letter('v'), as in {v: v + g}."
        ),
        "UpdateRule('r', {Letter('v'): v + g, theta: theta - eta * v.new})",
    ),
    "sets a symbol": ("UpdateRule('r', {Symbol('v'): g, theta: theta - g})", "v on the left of r", MOMENTUM),
    "sets what is new": ("UpdateRule('r', {theta.new: theta - g})", "theta.new on the left of r", MOMENTUM),
    "list of equations": (
        "UpdateRule('r', [theta - g])",
        (
            "r: the equations are not a mapping from letters to their new values; write UpdateRule(name, {theta: theta "
            "- eta * g})."
        ),
        "UpdateRule('r', {theta: theta - eta * g})",
    ),
    "matrix": ("UpdateRule('r', {theta: Matrix([theta - g])})", "the new value is not an expression", MOMENTUM),
    "no expression": (
        "UpdateRule('r', {theta: 'theta - g'})",
        "theta: 'theta - g': the new value is not an expression. Use theta, g and buffers in it, as in beta * v + g.",
        MOMENTUM,
    ),
    "circle": (
        "UpdateRule('r', {v: u.new + g, u: v.new, theta: theta - u.new})",
        "these new values wait for one another. Use the old value",
        "UpdateRule('r', {v: u + g, u: v.new, theta: theta - u.new})",
    ),
    "schedule of t": (
        "UpdateRule('r', {theta: theta - Function('eta')(Symbol('t')) * g})",
        "eta(t) in theta.new: a schedule is a function of k alone; write eta(k).",
        NAMED_RATE,
    ),
    "lambda as Python spells it": (
        "UpdateRule('r', {theta: theta - Symbol('lambda_') * g})",
        "write 'lambda'.",
        "UpdateRule('r', {theta: theta - Symbol('lambda') * g})",
    ),
    "a schedule that cannot be written": (
        "UpdateRule('r', {theta: theta - Function(\"eta'\")(k) * g})",
        "a name is letters, then letters and digits",
        NAMED_RATE,
    ),
    "list": ("sgd([0.1, 0.2])", "eta = [0.1, 0.2]: it is no number and no function of k", SCHEDULE),
    "text": ("sgd('0.1')", "eta = '0.1': it is no number and no function of k", SCHEDULE),
    "of the weights": ("sgd(theta)", "eta = theta: it is no number and no function of k", SCHEDULE),
    "not adaptive": (
        "centred(sgd())",
        "centred(SGD with momentum): this rule has no letter s; write centred(rmsprop()).",
        "centred(rmsprop())",
    ),
    "no update": (
        "amsgrad(sgd())",
        "amsgrad(SGD with momentum): this rule has no letter u; write amsgrad(adam()).",
        "amsgrad(adam())",
    ),
    "taken": (
        "averaged(averaged(sgd()))",
        (
            "averaged(SGD with momentum, averaged): this rule has a letter e already. Use a rule without an average, "
            "such as sgd()."
        ),
        "averaged(sgd())",
    ),
    "a letter that is kept": (
        "UpdateRule('r', {Letter('u_theta'): g**3, theta: theta - eta * g**2 - Letter('u_theta').new})",
        (
            "u_theta in r: this letter is kept for what is not linear in the equation of theta. Give your letter "
            "another name."
        ),
        "UpdateRule('r', {u: g**3, theta: theta - eta * g**2 - u.new})",
    ),
}
h, q = Letter("h"), Letter("q")


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_rule_gets_one_sentence_whose_advice_runs(name):
    assert_refused(*REFUSED[name], vars(sympy) | public(optimizers) | globals() | {"t": t})


def test_schedules_are_functions_of_the_step():
    assert sgd(lambda step: 1 / (1 + step), 0, 0).linear[theta][g] == -1 / (1 + k)
