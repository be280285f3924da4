"""The continuous closed form beside the measured charge: its gap closes with the step size, and the twin's does not."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from symlag.networks import Monitor  # noqa: E402
from symlag.networks.monitor import continuous_law  # noqa: E402
from symlag.networks.monitor.charge_series import series_by_family  # noqa: E402
from symlag.optimizers.library.momentum import nesterov, sgd  # noqa: E402
from tests.support.followed_training import charges, found, largest_miss, monitored_run, train  # noqa: E402

__all__ = ["found"]  # a fixture, asked for by its name

STEPS = (0.1, 0.05, 0.025)
SPAN = 5.0
SGD = torch.optim.SGD
RULES = {
    "SGD": partial(SGD, weight_decay=0.05),
    "heavy ball": partial(SGD, momentum=0.8, weight_decay=0.05),
}


def last(found):
    return replace(found, symmetries=found.symmetries[-1:])


def orders(runs):
    """Of every charge the order in the step size by which the continuous law is missed."""
    first, last = runs[0], runs[-1]
    return [np.log2(largest_miss(first, c) / largest_miss(last, c)) / (len(runs) - 1) for c in charges(first)]


def twisted(monkeypatch, *factors):
    """Let every closed form have its numbers h, hκ/m, hμ/m and the push times these."""
    true = continuous_law.oscillator

    def oscillator(*told):
        made = true(*told)
        return lambda *x: tuple(a * b for a, b in zip(factors, made(*x), strict=True))

    monkeypatch.setattr(continuous_law, "oscillator", oscillator)


@pytest.mark.parametrize(("rule", "made"), [("SGD", sgd(momentum=0)), ("heavy ball", sgd()), ("Nesterov", nesterov())])
def test_the_numbers_are_those_of_the_theory(rule, made):
    eta, beta, decay = 1e-3, 0.0 if rule == "SGD" else 0.9, 0.01
    told = continuous_law.oscillator(made, "symmetric")(*([] if rule == "SGD" else [beta]), eta, decay)
    m = eta * (1 - beta + 2 * beta**2) / 2 if rule == "Nesterov" else eta * (1 + beta) / 2
    assert told == pytest.approx((eta, eta * 2 * decay / m, eta * (1 - beta) / m, 2), rel=1e-4)


@pytest.mark.parametrize("rule", ["SGD", "heavy ball"])
def test_the_gap_closes_with_the_step(found, rule):
    runs = [monitored_run(found, partial(RULES[rule], lr=step), round(SPAN / step)) for step in STEPS]
    assert len(charges(runs[0])) == 4
    assert min(orders(runs)) > 0.8
    assert all(0 < (runs[-1].ledger.gap(charge) or 0) < 1e-2 for charge in charges(runs[-1]))


def test_of_half_the_stiffness_the_gap_stays(found, monkeypatch):
    twisted(monkeypatch, 1, 0.5, 1, 1)
    runs = [monitored_run(found, partial(RULES["heavy ball"], lr=step), round(SPAN / step)) for step in STEPS[:2]]
    assert min(orders(runs)) < 0.3


@pytest.mark.parametrize("push", [1, 2])
def test_without_decay_the_source_is_all_that_moves_it(found, monkeypatch, push):
    twisted(monkeypatch, 1, 1, 1, push)
    run = monitored_run(found, partial(SGD, lr=0.05, momentum=0.8), 100)
    charge = charges(run)[-1]
    series = series_by_family(run.ledger)[charge.rpartition("/")[0]][0]
    missed = largest_miss(run, charge) / abs(series.change).max()
    assert (missed < 0.1) == (push == 1)


def test_it_goes_on_over_windows_and_from_a_state(found):
    whole, half = (monitored_run(found, partial(RULES["heavy ball"], lr=0.1), steps) for steps in (70, 35))
    with Monitor(half.model, half.optimizer, found) as later:
        later.load_state_dict(half.state_dict())
        train(later, 35)
    for charge in charges(whole):
        assert later.ledger.continuous(charge) == pytest.approx(whole.ledger.continuous(charge), rel=1e-12)


@pytest.mark.parametrize(
    ("make", "options", "because"),
    [
        (torch.optim.Adam, {}, "not linear in the gradient"),
        (partial(SGD, lr=0.1), {"every": 2}, "not every one is measured"),
    ],
)
def test_where_none_is_followed_it_is_said_why(found, make, options, because, tmp_path):
    run = monitored_run(last(found), make, 4, **options)
    assert charges(run) == []
    assert run.without_continuous_law.keys() == {line.name for line in run.plan.families}
    assert all(because in reason for reason in run.without_continuous_law.values())
    name = run.plan.families[-1].name
    assert run.ledger.gap(f"{name}/{run.plan.families[-1].summands[0].law.charges[0]}") is None
    assert run.without_continuous_law[name] in run.report(tmp_path / "run.html").read_text(encoding="utf-8")


def test_the_page_draws_it_and_a_run_that_diverges_is_none_the_worse(found, tmp_path):
    run = monitored_run(last(found), partial(SGD, lr=0.1, momentum=0.8), 20)
    assert "the continuous law is" in run.report(tmp_path / "run.html").read_text(encoding="utf-8")
    lost = monitored_run(found, partial(SGD, lr=1e100, momentum=0.8), 6)
    assert len(lost.ledger) == 6
