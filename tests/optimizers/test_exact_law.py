"""Exact discrete laws: theory.md §4 from the rules' own equations, their proofs, and runs held to round-off."""

import numpy as np
import pytest
from sympy import Float, Function, Matrix, Rational, cancel, expand, symbols

from numeric._rule_simulation import cosine, misses, play, read
from symlag import optimizers
from symlag.calculus.jets import block, coordinates
from symlag.calculus.matrices import Skew, Symmetric, constant, inner, zero_like
from symlag.document.tex import latex
from symlag.kernels.array_function import kernel
from symlag.kernels.loop_over_steps import law_loop
from symlag.learning.continuous_rules import heavy_ball
from symlag.learning.losses import invariant_loss
from symlag.optimizers.bilinear_forms import ONE, Form, GeneratorPairing, IncrementPairing
from symlag.optimizers.exact_law import account, exact, momentum_account, momentum_law
from symlag.optimizers.library.adaptive import adagrad, adam, adamw, nadam, rmsprop
from symlag.optimizers.library.momentum import averaged, nesterov, sgd, sgdw
from symlag.optimizers.library.sign_and_polar import lion, muon, sign_sgd
from symlag.optimizers.parameter_groups import GroupedLaw, across
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import Letter, g, k, theta
from symlag.variational import families
from symlag.variational.families import general_linear, rescale, rotation, scale, translation
from symlag.variational.generator import Generator
from symlag.variational.noether import noether
from tests.support.refusals import assert_refused, public

eta, beta, lam, d = symbols("eta beta lambda d", positive=True)
v, m, u, e = (Letter(stem) for stem in "vmue")
w, U, V = block("w"), block("U", 4, 2), block("V", 3, 2)
x, y = coordinates("x y")
S, J, n = Symmetric("S", 2, 2), Skew("J", 2, 2), constant("n", *w.shape)
Q, C, K = Form(theta, theta), Form(v, theta), Form(v.new, v.new)

GENERATORS = {
    "scale": scale(w),
    "translation": translation(w),
    "centred scale": Generator({w: w - n}, parameters=(n,)),
    "plane": rotation(x, y),
    "rotation": rotation(w),
    "rescale": rescale(U, V, 2),
    "symmetric": Generator({U: U * S, V: -V * S}, name="symmetric", parameters=(S,)),
    "skew": Generator({U: U * J, V: V * J}, name="skew", parameters=(J,)),
    "general linear": general_linear(U, V),
    "conformal": Generator({w: inner(w, w) * w}, name="conformal"),
}
# Every rule with numbers for its hyper-parameters, but for those that many share: each law of it is proved, and holds
# along a run. A new rule needs a line here, and no more.
RUNS = {
    "SGD": (sgd(momentum=0), {}),
    "SGD with momentum": (sgd(dampening=None), {"d": 0.3}),
    "Nesterov": (nesterov(), {}),
    "SGDW": (sgdw(), {}),
    "averaged": (averaged(nesterov()), {"alpha": 0.95}),
    "Adam": (adam(), {}),
    "AdamW": (adamw(), {}),
    "NAdam": (nadam(), {"psi": 0.004}),
    "RMSProp": (rmsprop(momentum=None), {"alpha": 0.99}),
    "Adagrad": (adagrad(), {}),
    "Lion": (lion(), {}),
    "Muon": (muon(), {}),
}
HYPER = {"beta": 0.9, "beta_1": 0.9, "beta_2": 0.99, "lambda": 0.1, "epsilon": 1e-8, "eta": cosine(0.1)}
RULES = [*(rule for rule, _ in RUNS.values()), rmsprop(), muon(share=None), sign_sgd(), averaged(sgdw())]


# Of a skew A only buffers that θ follows have charges, and of a ξ that is not affine only linear ones of gradients.
NEEDS_BUFFERS = {"plane", "rotation", "skew"}
CHARGED = [
    (rule, X)
    for rule in RULES
    for X in GENERATORS
    if rule.momenta or (rule.accumulators if X in NEEDS_BUFFERS else X != "conformal")
]


@pytest.mark.parametrize(("rule", "X"), CHARGED, ids=lambda value: getattr(value, "name", value))
def test_every_law_is_proved(rule, X):
    assert set(exact(rule, GENERATORS[X]).defect()) == {0}


@pytest.mark.parametrize("X", ["scale", "skew", "centred scale", "conformal"])
@pytest.mark.parametrize("rule", [nesterov(), adam(), averaged(sgdw())], ids=lambda rule: rule.name)
def test_the_account_of_a_broken_symmetry_closes_too(rule, X):
    assert set(account(rule, GENERATORS[X]).defect()) == {0}


def test_descent():
    law = exact(sgd(momentum=0), scale(w))
    assert law.equations[Form(theta.new, theta.new)].expand() == (
        ((1 - eta * lam) ** 2 * Q + eta**2 * Form(g, g)).expand()
    )


def test_what_a_step_keeps_is_written_as_a_share():
    share = exact(sgd(momentum=0), scale(w)).propagator[0]
    assert share == (1 - eta * lam) ** 2
    assert latex(share) == r"(1-\eta\lambda)^{2}"
    mean = exact(sgdw(), scale(w)).steady_state()[Q]
    assert not any(f.as_base_exp()[0].as_coeff_Add()[0].is_negative for f in mean.args if f.as_base_exp()[0].is_Add)


def test_heavy_ball():
    a = symbols("a")
    rule = UpdateRule("heavy ball", {v: beta * v + a * (g + lam * theta), theta: theta - eta * v.new})
    law = exact(rule, scale(w))
    assert law.charges == (Q, C)
    assert law.propagator == Matrix([[1 - 2 * eta * a * lam, -2 * eta * beta], [a * lam, beta]])
    assert law.source == Matrix([eta**2 * K, -eta * K])
    assert law.oscillates == ((1 + beta - 2 * eta * a * lam) ** 2 < 4 * beta)


def test_nesterov():
    law = exact(nesterov(), scale(w))
    P = beta * C + lam * Q
    R = lam * Q + beta * P
    after = law.equations
    assert expand(after[Form(theta.new, theta.new)] - (Q - 2 * eta * R + eta**2 * Form(u.new, u.new))) == 0
    assert expand(after[Form(v.new, theta.new)] - (P - eta * Form(u.new, v.new))) == 0


def test_nesterov_turning():
    """J' = βJ − η⟨v', Ag̃⟩, where ⟨v', Ag̃⟩ = ⟨v', Au⟩ as u is g̃ + βv'."""
    law = exact(nesterov(), GENERATORS["skew"])
    assert law.equations == {Form(v.new, theta.new): beta * C + eta * Form(u.new, v.new)}


def test_decoupled_decay():
    law = exact(sgdw(), scale(w))
    rho, P = 1 - eta * lam, beta * C
    after = law.equations
    assert expand(after[Form(theta.new, theta.new)] - (rho**2 * Q - 2 * rho * eta * P + eta**2 * K)) == 0
    assert expand(after[Form(v.new, theta.new)] - (rho * P - eta * K)) == 0


def test_skew_charges_decay_by_themselves():
    assert exact(sgd(), rotation(x, y)).equations == {Form(v.new, theta.new): beta * C}


def test_translations_close():
    law = exact(sgd(momentum=0), translation(w))
    assert law.equations == {Form(theta.new, ONE): (1 - eta * lam) * Form(theta, ONE)}


def test_momentum_behind_a_preconditioner_has_a_charge_of_rotations():
    """b' = βb + u of RMSProp: J = ⟨b, Aθ⟩ keeps its share β, and u feeds it."""
    law = exact(rmsprop(momentum=0.9), rotation(w))
    b = Letter("b")
    assert law.charges == (Form(b, theta),)
    assert law.propagator == Matrix([[Float("0.9")]])
    assert law.sources == {"metric": Matrix([Form(u.new, theta)])}


@pytest.mark.parametrize("derive", [exact, account, momentum_law, momentum_account])
def test_a_continuous_law_stands_for_its_generator(derive):
    X = rescale(U, V)
    continuous = noether(heavy_ball().lagrangian(invariant_loss("f", X), [U, V]), X)
    assert derive(sgd(), continuous) == derive(sgd(), X)
    assert set(derive(sgd(), continuous).defect()) == {0}


def test_metric_ksb():
    law = exact(adamw(), scale(w))
    rho = 1 - eta * lam
    expected = rho**2 * Q - 2 * rho * eta * Form(u.new, theta) + eta**2 * Form(u.new, u.new)
    assert expand(law.equations[Form(theta.new, theta.new)] - expected) == 0
    assert {*law.sources} == {"kinetic", "metric"}


def test_muon_keeps_its_skew_charge():
    law = exact(muon(), GENERATORS["skew"])
    M = Form(m, theta)
    assert expand(law.equations[Form(m.new, theta.new)] - (1 - eta * lam) * beta * M) == 0
    assert exact(muon(share=None), GENERATORS["skew"]).sources  # Nesterov's mixture does not
    assert exact(lion(), GENERATORS["skew"]).sources  # nor does a sign


def test_first_moments_obey_one_law_for_any_generator():
    b = symbols("beta_1", positive=True)
    law = exact(adam(), GENERATORS["conformal"])
    kept = b * (GeneratorPairing(m, theta.old) + IncrementPairing(m, theta))
    decay = (1 - b) * lam * GeneratorPairing(theta, theta)
    assert expand(law.equations[GeneratorPairing(m.new, theta)] - kept - decay) == 0


def test_the_steady_state_turns_at_a_fixed_angle():
    assert cancel(exact(sgd(), scale(w)).turn() - eta * lam / (1 + beta)) == 0
    decoupled = eta * lam * (1 - beta) / (1 + beta - beta * eta * lam)
    assert cancel(exact(sgdw(), scale(w)).turn() - decoupled) == 0
    assert cancel(exact(sgd(dampening=None), scale(w)).turn() - eta * (1 - d) * lam / (1 + beta)) == 0


def test_the_window_identity():
    window = exact(sgd(), scale(w)).window()
    assert window.sums == {Q: 2 * eta * lam, K: -(eta**2) * (1 + beta)}
    assert window.ends == {Q: 1 - beta, C: -2 * eta * beta}


def test_the_closed_sum_is_the_recursion_unrolled():
    law = exact(sgd().at({eta: Rational(1, 10), beta: Rational(1, 2), lam: Rational(1, 3)}), scale(w))
    closed = law.closed_sum()
    N = next(s for s in closed.lhs.free_symbols if str(s) == "N")
    assert expand(closed.rhs.subs(N, 4).doit() - law.after(4)[0]).equals(0)


@pytest.mark.parametrize(
    "rule",
    [
        sgd(lambda step: 1 / (1 + step), momentum=0),
        sgd(lambda step: 1 / (1 + step), lambda step: step / (3 + step)),
        sgd(dampening=None),
        nesterov(Function("eta")(k)),
        averaged(sgdw(lambda step: 1 / (1 + step))),
    ],
    ids=lambda rule: rule.name,
)
def test_schedules_stay_in_the_closed_sum(rule):
    law = exact(rule, scale(w))
    closed = law.closed_sum()
    N = next(s for s in closed.lhs.free_symbols if str(s) == "N")
    assert {str(s) for s in closed.rhs.free_symbols} & {*"ijk"} == set()
    assert expand(closed.rhs.subs(N, 3).doit() - law.after(3)[0]) == 0


STILL = {
    "n": np.array([1.0, 2, 0, -1, 1])[:, None],
    "S": np.array([[1.0, 0.3], [0.3, -2]]),
    "J": np.array([[0.0, 1], [-1, 0]]),
}
MOVES = {
    "scale": lambda at: at,
    "translation": lambda at: {w: STILL["n"]},
    "centred scale": lambda at: {w: at[w] - STILL["n"]},
    "rescale": lambda at: {U: at[U], V: -2 * at[V]},
    "symmetric": lambda at: {U: at[U] @ STILL["S"], V: -at[V] @ STILL["S"]},
    "skew": lambda at: {U: at[U] @ STILL["J"], V: at[V] @ STILL["J"]},
    "conformal": lambda at: {w: (at[w] ** 2).sum() * at[w]},
}


def run(law, hyper, move):
    dice = np.random.default_rng(1)
    weights = {q: dice.normal(size=(5, 1) if q == w else q.shape) for q in law.frame.generator.components}
    still = {p.name: STILL[p.name] for p in law.frame.generator.parameters}
    return misses(law, kernel(law.ledger), play(law, weights, move, **HYPER | hyper) | still)


@pytest.mark.parametrize(
    ("name", "X"), [(r, X) for r in RUNS for X in MOVES if RUNS[r][0].momenta or X not in {"skew", "conformal"}]
)
def test_runs_hold_to_round_off(name, X):
    rule, hyper = RUNS[name]
    assert max(run(exact(rule, GENERATORS[X]), hyper, MOVES[X])) < 1e-12


@pytest.mark.parametrize("X", ["scale", "rescale", "skew"])
def test_the_loop_of_a_law_follows_the_charges_over_all_steps(X, backend):
    rule, hyper = RUNS["SGD with momentum"]
    law, dice = exact(rule, GENERATORS[X]), np.random.default_rng(1)
    weights = {q: dice.normal(size=(5, 1) if q == w else q.shape) for q in law.frame.generator.components}
    run = play(law, weights, MOVES[X], **HYPER | hyper)
    run |= {p.name: np.array([STILL[p.name]] * len(run["k"])) for p in law.frame.generator.parameters}
    entries, loop = kernel(law.ledger), law_loop(law, backend)
    ledger = {name: np.broadcast_to(path, 400) for name, path in entries(**read(entries, run)).items()}
    last = [*loop({name: ledger[name][0] for name in law.names}, **read(loop.step, run, loop.charges))][-1]
    for name in law.names:
        assert abs(float(last[name]) - ledger[f"{name}_new"][-1]) < 1e-12 * abs(ledger[name]).max()


@pytest.mark.parametrize("X", ["scale", "skew", "conformal"])
def test_runs_without_the_symmetry_miss_the_law_but_not_the_account(X):
    rule, hyper = RUNS["SGD with momentum"]
    assert max(run(account(rule, GENERATORS[X]), hyper, None)) < 1e-12
    assert max(run(exact(rule, GENERATORS[X]), hyper, None)) > 1e-3


def test_the_window_identity_holds_along_a_run():
    law = exact(sgd(), scale(w))
    window = law.window()
    numbers = {"eta": 0.1, "beta": 0.9, "lambda": 0.05}
    record = play(law, {w: np.random.default_rng(1).normal(size=(5, 1))}, MOVES["scale"], **numbers)
    forms = {form: kernel(law.frame.value(form)) for form in (*window.sums, *window.ends)}
    paths = {form: kernel_of_form(**read(kernel_of_form, record)) for form, kernel_of_form in forms.items()}
    values = {symbols(name, positive=True): number for name, number in numbers.items()}
    sums = [float(c.subs(values)) * paths[form][100:300].sum() for form, c in window.sums.items()]
    ends = [float(c.subs(values)) * (paths[c_form][300] - paths[c_form][100]) for c_form, c in window.ends.items()]
    assert abs(sum(sums) + sum(ends)) < 1e-13 * max(map(abs, sums))


UNLIKE = [(sgd(), sgd()), (nesterov(), adam()), (sgd(dampening=None), muon()), (adamw(), lion())]


@pytest.mark.parametrize("X", ["rescale", "symmetric", "skew", "general linear"])
@pytest.mark.parametrize("rules", UNLIKE, ids=lambda rules: " and ".join(rule.name for rule in rules))
def test_the_balance_of_groups_is_proved(rules, X):
    law = across(zip(rules, [[U], [V]], strict=True), GENERATORS[X])
    assert law.defect() == 0
    assert [{str(s)[-2:] for s in part.rule.hyperparameters} for part in law.parts] == [{"_1"}, {"_2"}]


UNMOVED = {
    "not named": (scale(U), [(sgd(), [U]), (rmsprop(), [V])]),
    "named and still": (Generator({U: U, V: 0}), [(sgd(), [U]), (rmsprop(), [V])]),
    "of its own shape": (Generator({U: U, V: zero_like(V)}), [(rmsprop(), [V]), (adam(), [U])]),
    "both in one group": (Generator({U: U, V: 0}), [(sgd(), [U, V])]),
    "in no group": (Generator({U: U, V: 0}), [(sgd(), [U])]),
}


@pytest.mark.parametrize("case", UNMOVED)
def test_a_group_that_does_not_move_has_no_part_in_the_balance(case):
    X, groups = UNMOVED[case]
    law = across(groups, X)
    (part,) = law.parts
    assert set(part.generator.components) == {U}
    assert law.defect() == 0


def test_groups_without_momentum_balance_by_the_rates_of_their_descent():
    """Σ Q'/b = Σ (1−ηλ)²Q/b + …, b = −2η(1−ηλ), each group with its own rates."""
    total_kept = across([(sgd(momentum=0), [U]), (sgd(momentum=0), [V])], GENERATORS["rescale"]).ledger["total_kept"]
    for q, shares, rates in (
        (U, 1, symbols("eta_1 lambda_1", positive=True)),
        (V, -2, symbols("eta_2 lambda_2", positive=True)),
    ):
        step, decay = rates
        assert cancel(total_kept.coeff(inner(q, q)) + shares * (1 - step * decay) / (2 * step)) == 0


def test_a_group_left_out_misses_the_balance():
    law = across([(sgd(), [U]), (sgd(), [V])], GENERATORS["rescale"])
    assert GroupedLaw(law.generator, law.parts[:1]).defect() != 0


# What is refused, a part of the sentence that says why, and what the sentence advises, in use.
REFUSED = {
    "untrained": (
        "across([(sgd(), [U])], rescale(U, V))",
        "rescale of V: no group trains it; write (sgd(), [V]) among the groups.",
        "across([(sgd(), [U]), (sgd(), [V])], rescale(U, V))",
    ),
    "mixed": (
        "across([(sgd(), [x]), (sgd(), [y])], rotation(x, y))",
        (
            "rotation of x: the generator mixes x with y, which another group trains. Train both by one rule, for "
            "example (sgd(), [x, y])."
        ),
        "across([(sgd(), [x, y])], rotation(x, y))",
    ),
    "preconditioned": (
        "across([(rmsprop(), [U]), (sgd(), [V])], rescale(U, V))",
        (
            "RMSProp across groups: the pull of its gradient passes a preconditioner, and cannot balance that of "
            "another group. Use a rule with momentum, for example adam()."
        ),
        "across([(adam(), [U]), (sgd(), [V])], rescale(U, V))",
    ),
    "time": (
        "exact(sgd(), time_translation())",
        (
            "time translation: this generator moves time or depends on it, and the steps of a rule have no continuous "
            "time. Use a generator of coordinates alone, for example scale(w)."
        ),
        "exact(sgd(), scale(w))",
    ),
    "no momentum": (
        "exact(rmsprop(), rotation(w))",
        (
            "exact(rmsprop(), rotation(w)): RMSProp without momentum keeps no charge for a rotation. Use a rule with "
            "momentum, for example rmsprop(momentum=0.9)."
        ),
        "exact(rmsprop(momentum=0.9), rotation(w))",
    ),
    "descent": (
        "exact(sgd(momentum=0), rotation(x, y))",
        (
            "exact(sgd(momentum=0), rotation(x, y)): SGD without momentum keeps no charge for a rotation. Use a rule "
            "with momentum, for example sgd(momentum=0.9)."
        ),
        "exact(sgd(momentum=0.9), rotation(x, y))",
    ),
    "sums of squares": (
        "account(adagrad(), rotation(w))",
        (
            "account(adagrad(), rotation(w)): Adagrad without momentum keeps no charge for a rotation. Use a rule with "
            "momentum, for example adam()."
        ),
        "account(adam(), rotation(w))",
    ),
    "sign": ("exact(sign_sgd(), rotation(w))", "for example lion().", "exact(lion(), rotation(w))"),
    "a rule of one's own": (
        "exact(UpdateRule('mine', {theta: theta - 2 * g}), rotation(w))",
        (
            "exact(mine, rotation(w)): mine without momentum keeps no charge for a rotation. Use a rule with momentum, "
            "for example sgd(momentum=0.9)."
        ),
        "exact(sgd(momentum=0.9), rotation(w))",
    ),
    "no buffer": (
        "momentum_law(rmsprop(), scale(w))",
        (
            "momentum_law(RMSProp, scale(w)): RMSProp keeps no linear combination of gradients, and only such a buffer "
            "has a law for any generator. Use a rule with momentum, for example sgd(momentum=0.9)."
        ),
        "momentum_law(sgd(momentum=0.9), scale(w))",
    ),
    "no rule": (
        "exact(sgd, scale(w))",
        "the first argument is not an update rule; write exact(sgd(), scale(w)).",
        "exact(sgd(), scale(w))",
    ),
    "no generator": (
        "account(sgd(), w)",
        (
            "account(SGD with momentum, w): the second argument is neither a generator nor a law that has "
            "one; "
            "write account(sgd(), scale(w))."
        ),
        "account(sgd(), scale(w))",
    ),
    "no decay": (
        "exact(sgd(weight_decay=0), scale(w)).steady_state()",
        (
            "the steady state of <theta, A*theta>: no decay draws this charge back, so that it has no time average. "
            "Use a rule with weight decay, for example sgd(weight_decay=0.01)."
        ),
        "exact(sgd(weight_decay=0.01), scale(w)).steady_state()",
    ),
    "schedule": (
        "exact(sgd(lambda step: 1 / (1 + step)), scale(w)).window()",
        (
            "its hyper-parameters change with the step, so that steps are not alike. Use constant hyper-parameters, or "
            "law.after(10) for the first ten steps."
        ),
        "exact(sgd(0.1, 0.9, 0.01), scale(w)).window(), exact(sgd(lambda step: 1 / (1 + step)), scale(w)).after(10)",
    ),
    "four charges": (
        "exact(FOUR, scale(w)).oscillates",
        (
            "no condition in symbols is known for the eigenvalues of more than three charges that belong together. Use "
            "rational numbers for the hyper-parameters, for example rule.at({eta: Rational(1, 10)})."
        ),
        "exact(FOUR.at({eta: Rational(1, 10), beta: Rational(1, 2), d: Rational(1, 3)}), scale(w)).oscillates",
    ),
}
h = Letter("h")
FOUR = UpdateRule(
    "three buffers",
    {v: beta * v + g + theta, m: d * m + v.new, h: h / 5 + m.new, theta: theta - eta * (h.new + g)},
)


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_answer_is_refused_in_a_sentence_whose_advice_runs(name):
    assert_refused(*REFUSED[name], public(optimizers) | vars(families) | globals())


def test_more_than_three_charges_oscillate_where_their_numbers_say_so():
    numbers = {eta: Rational(1, 10), beta: Rational(1, 2), d: Rational(1, 3)}
    law = exact(FOUR.at(numbers), scale(w))
    eigenvalues = np.linalg.eigvals(np.array(law.propagator, dtype=float))
    assert bool(law.oscillates) == bool(abs(eigenvalues.imag).max() > 1e-9)


def test_rules_and_laws_answer_by_themselves():
    law = exact(sgd(), scale(w))
    assert law.kernel("numpy").inputs == ("v_w", "v_w_new", "w", "w_new", "beta", "eta", "lambda_")
    assert (law._repr_latex_() or "").count(r"\langle") == 8
    assert cancel(sgd().mechanics.damping - 2 * (1 - beta) / (eta * (1 + beta))) == 0
    assert sgd().lagrangian(0, [w]).damping == sgd().mechanics.damping


@pytest.mark.parametrize("backend", ["numba", "torch"])
def test_every_backend_reads_the_same_ledger(backend):
    pytest.importorskip(backend)
    law, dice = exact(sgd(), scale(w)), np.random.default_rng(0)
    numpy_kernel = law.kernel("numpy")
    arrays = {name: dice.normal(size=(3, 4) if "w" in name else (3,)) for name in numpy_kernel.inputs}
    for name, value in numpy_kernel(**arrays).items():
        np.testing.assert_allclose(np.asarray(law.kernel(backend)(**arrays)[name]), value, rtol=1e-13, atol=1e-14)
