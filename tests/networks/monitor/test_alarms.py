"""Alarms name the culprit: what a run does that breaks a law, and not what merely looks like it."""

import re
from copy import deepcopy
from functools import partial

import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, one_hot  # noqa: E402

from symlag.networks import Monitor, symmetries  # noqa: E402
from tests.networks.monitor.test_monitor import batch, network  # noqa: E402
from tests.support.training import train_on  # noqa: E402

SGD = partial(torch.optim.SGD, lr=0.1)
BALL = partial(SGD, momentum=0.9)
train = partial(train_on, batch)


@pytest.fixture(scope="module")
def found():
    return symmetries(network(), cross_entropy, batch())


def new_monitor(found, make=SGD, **options):
    model = network()
    return Monitor(model, make(model.parameters()), found, **options)


def alarm_sentences(monitor):
    monitor.flush()
    return [str(alarm) for alarm in monitor.alarms]


def decayed(monitor):
    squares = lambda: sum(p.square().sum() for p in monitor.model.parameters())  # noqa: E731
    train(monitor, 5, lambda z, y: cross_entropy(z, y) + 0.1 * squares())


def noisy(monitor):
    for p in monitor.model.parameters():
        p.register_hook(lambda slope: slope + 0.1 * torch.randn_like(slope))
    train(monitor, 5)


def another(monitor):
    train(monitor, 5, lambda z, y: binary_cross_entropy_with_logits(z, one_hot(y, 3).double()))


def headed(monitor):
    train(monitor, 5)
    monitor.flush()
    monitor.model[3] = nn.Linear(2, 3).double()
    train(monitor, 5)


@pytest.mark.parametrize("way", [decayed, noisy, another, headed])
def test_a_loss_or_a_model_that_was_not_given_is_thought_of(found, way):
    monitor = new_monitor(found)
    way(monitor)
    said = [sentence for sentence in alarm_sentences(monitor) if "⟨g, ξ⟩" in sentence]
    assert said
    assert all("it is 0 for the model and loss that symmetries or watch was given. If another loss" in s for s in said)


@torch.no_grad()
def scaled(monitor):
    monitor.model[2].weight.mul_(1.5)


@torch.no_grad()
def averaged(monitor):
    for p, old in zip(monitor.model.parameters(), network().parameters(), strict=True):
        p.copy_(0.9 * p + 0.1 * old)


def replaced(monitor):
    monitor.model[2].weight.data = monitor.model[2].weight.data * 1.001


@pytest.mark.parametrize("change", [scaled, averaged, replaced])
def test_weights_that_something_else_changes_between_steps_are_told(found, change):
    monitor = new_monitor(found)
    train(monitor, 4)
    change(monitor)
    train(monitor, 4)
    (sentence,) = alarm_sentences(monitor)
    assert sentence.startswith("Step 4: ")
    assert "weight was changed between two steps, by something else than the optimizer: its charges begin" in sentence


def swapped(monitor):
    kept = deepcopy(monitor.model.state_dict())
    averaged(monitor)
    monitor.model.load_state_dict(kept)


def restored(monitor):
    states = deepcopy((monitor.model.state_dict(), monitor.optimizer.state_dict()))
    train(monitor, 3)
    monitor.flush()
    for part, state in zip((monitor.model, monitor.optimizer), states, strict=True):
        part.load_state_dict(state)


@pytest.mark.parametrize(
    ("change", "make", "every"),
    [(swapped, SGD, 1), (swapped, BALL, 1), (restored, BALL, 1), (restored, torch.optim.AdamW, 1), (scaled, SGD, 3)],
)
def test_weights_that_come_back_or_bring_their_momentum_are_ordinary(found, change, make, every):
    monitor = new_monitor(found, make, every=every)
    train(monitor, 4)
    change(monitor)
    train(monitor, 4)
    assert alarm_sentences(monitor) == []


def test_an_optimizer_for_each_half_of_a_model_is_ordinary(found):
    model = network()
    halves = [Monitor(model, SGD(layer.parameters()), found) for layer in (model[:2], model[2:])]
    x, y = batch()
    for step in range(8):
        model.zero_grad()
        cross_entropy(model(x), y).backward()
        halves[step % 2].optimizer.step()
    assert [alarm_sentences(monitor) for monitor in halves] == [[], []]


def test_a_resumed_run_whose_weights_were_loaded_is_ordinary(found):
    first, second = new_monitor(found), new_monitor(found)
    train(first, 4)
    second.model.load_state_dict(first.model.state_dict())
    second.load_state_dict(first.state_dict())
    train(second, 4)
    assert alarm_sentences(second) == []


def test_weights_that_are_changed_unseen_are_thought_of_at_the_step_after(found):
    monitor = new_monitor(found)
    train(monitor, 4)
    monitor.model.get_parameter("2.weight").data.renorm_(2, 0, 0.1)
    train(monitor, 4)
    sentences = alarm_sentences(monitor)
    assert sentences
    assert all(s.startswith("Step 4: the law of ") and "changed before it through .data" in s for s in sentences)


def switch(monitor, **options):
    for group in monitor.optimizer.param_groups:
        group.update(options)


SWITCHES = [
    (SGD, {"momentum": 0.9}, "momentum was 0 and is 0.9"),
    (BALL, {"momentum": 0}, "momentum was 0.9 and is 0"),
    (BALL, {"nesterov": True}, "nesterov was False and is True"),
    (BALL, {"dampening": 0.5}, "dampening was 0 and is 0.5"),
    (partial(BALL, lr=1e-3), {"maximize": True}, "maximize was False and is True"),
    (torch.optim.AdamW, {"amsgrad": True}, "amsgrad was False and is True"),
    (torch.optim.Adagrad, {"lr_decay": 0.1}, "lr_decay was 0 and is 0.1"),
]


@pytest.mark.parametrize(("make", "options", "words"), SWITCHES)
def test_an_option_that_makes_the_step_another_rules_is_named_where_it_changes(found, make, options, words):
    monitor = new_monitor(found, make)
    train(monitor, 4)
    switch(monitor, **options)
    if "amsgrad" in options:
        for state in monitor.optimizer.state.values():
            state["max_exp_avg_sq"] = state["exp_avg_sq"].clone()
    train(monitor, 60)
    assert alarm_sentences(monitor) == [
        f"Step 4: {words}, by which the optimizer takes the steps of another rule: make the monitor anew."
    ]


def test_numbers_of_a_rule_may_change(found):
    monitor = new_monitor(found, partial(BALL, dampening=0.3))
    train(monitor, 4)
    switch(monitor, momentum=0.5, dampening=0, weight_decay=0.01, lr=0.05)
    train(monitor, 4)
    assert alarm_sentences(monitor) == []


@pytest.mark.parametrize("make", [SGD, BALL, torch.optim.AdamW])
@pytest.mark.parametrize("steps", [1, 6, 8, 30])
def test_a_loss_scale_is_told_at_its_step_and_no_law_is_blamed_where_numbers_diverge(found, make, steps):
    monitor = new_monitor(found, make)
    monitor.calibrate(cross_entropy, batch())
    train(monitor, steps, lambda z, y: 1024 * cross_entropy(z, y))
    loud, *others = [sentence for sentence in alarm_sentences(monitor) if "is no number any more" not in sentence]
    assert re.match(r"Step 0: gradients are 1\.[01]e\+03 times what they were: undo the loss scale", loud), loud
    assert others == []


def test_a_loss_scale_that_comes_later_is_told_where_it_comes(found):
    monitor = new_monitor(found)
    monitor.calibrate(cross_entropy, batch())
    train(monitor, 3)
    train(monitor, 2, lambda z, y: 1024 * cross_entropy(z, y))
    (loud,) = alarm_sentences(monitor)
    assert re.match(r"Step 3: gradients are 1\.[01]e\+03 times what they were", loud), loud


def test_numbers_that_diverge_by_their_rate_break_no_law_while_they_last(found):
    for steps in range(2, 9):
        monitor = new_monitor(found, partial(SGD, lr=200.0))
        train(monitor, steps)
        assert not [sentence for sentence in alarm_sentences(monitor) if "the law of" in sentence]
