"""The monitor in careless hands: sinks that raise, runs that are cut short, files that are there, and wrong calls."""

import json
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch.nn.functional import cross_entropy  # noqa: E402

import symlag  # noqa: E402
from symlag.errors import OutputError, SymlagError  # noqa: E402
from symlag.networks import Monitor, symmetries, watch  # noqa: E402
from symlag.networks.monitor import JsonLines, Npz, Scalars  # noqa: E402
from symlag.networks.monitor.callbacks import LightningHooks, MonitorCallback  # noqa: E402
from symlag.networks.monitor.distributed import Ranks  # noqa: E402
from tests.support.ranks import batch, network  # noqa: E402
from tests.support.training import train_on  # noqa: E402

train = partial(train_on, batch)


@pytest.fixture(scope="module")
def found():
    return symmetries(network(), cross_entropy, batch())


def new_monitor(found, *sinks, **options):
    model = network()
    return Monitor(model, torch.optim.SGD(model.parameters(), 0.1, momentum=0.9), found, *sinks, **options)


def hooks(monitor):
    return len(monitor.optimizer._optimizer_step_pre_hooks) + len(monitor.optimizer._optimizer_step_post_hooks)


def full(limit):
    """A sink like a disk that is full after some steps."""

    def disk(_, step):
        if step >= limit:
            raise OSError(28, "No space left on device")

    return disk


def test_a_sink_that_raises_is_told_no_more_and_all_else_goes_on(found, caplog):
    told = []
    with new_monitor(found, full(3), lambda _, step: told.append(step)) as monitor:
        train(monitor, 60)
    assert told == monitor.ledger.steps.tolist() == [*range(60)]
    (warning,) = [record.getMessage() for record in caplog.records]
    assert "disk: it raised OSError at step 3 ([Errno 28] No space left on device), and is called no more" in warning
    assert not hooks(monitor)


def test_the_error_of_the_user_wins_over_that_of_a_sink(found):
    monitor = new_monitor(found, full(0))
    train(monitor, 4)
    with pytest.raises(KeyboardInterrupt), monitor:
        raise KeyboardInterrupt
    assert len(monitor.ledger) == 4
    assert not hooks(monitor)


def test_the_error_of_the_user_wins_over_one_of_the_monitor(found, monkeypatch, caplog):
    monitor = new_monitor(found)
    monkeypatch.setattr(monitor._recorder, "take", lambda: 1 / 0)
    with pytest.raises(KeyboardInterrupt), monitor:
        raise KeyboardInterrupt
    assert "not accounted for (ZeroDivisionError" in caplog.text
    assert not hooks(monitor)


def test_hooks_go_where_the_monitor_itself_fails(found, monkeypatch):
    monitor = new_monitor(found)
    monkeypatch.setattr(monitor._recorder, "take", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError), monitor:
        pass
    assert not hooks(monitor)


def test_after_an_error_on_one_rank_it_does_not_wait_for_the_others(found, monkeypatch):
    monitor = new_monitor(found)
    monitor._ranks = Ranks(monitor.plan, (), 0)
    monkeypatch.setattr(monitor, "flush", lambda: pytest.fail("the others are not there"))
    with pytest.raises(KeyboardInterrupt), monitor:
        raise KeyboardInterrupt
    assert not hooks(monitor)


def test_steps_at_which_a_sink_was_interrupted_are_told_later(found):
    told = []

    def interrupted(_, step):
        if step == 2 and 2 not in told:
            told.append(step)
            raise KeyboardInterrupt
        told.append(step)

    monitor = new_monitor(found, interrupted)
    train(monitor, 5)
    with pytest.raises(KeyboardInterrupt):
        monitor.flush()
    monitor.remove()
    assert told == [0, 1, 2, 3, 4]


def test_the_sinks_are_told_more_than_the_ledger_keeps(found, monkeypatch):
    monkeypatch.setattr("symlag.networks.monitor.ledger.MAX_STEPS", 60)
    told = []
    with new_monitor(found, lambda _, step: told.append(step)) as monitor:
        train(monitor, 120)
    assert monitor.ledger.steps.tolist() == [*range(60, 120)]
    assert told == [*range(120)]


def lines(path):
    return [json.loads(line)["step"] for line in path.read_text().splitlines()]


def test_another_run_into_the_same_file_loses_nothing(tmp_path):
    path = tmp_path / "run.jsonl"
    for run in range(3):
        sink = JsonLines(path)
        for step in range(run + 1):
            sink({"a": float(run)}, step)
    assert lines(path) == [0, 1, 2]
    assert [lines(tmp_path / f"run.{n}.jsonl") for n in (1, 2)] == [[0], [0, 1]]
    assert not [*tmp_path.glob("*.new")]


def test_a_run_that_is_resumed_writes_on_and_what_it_takes_anew_is_kept_beside(tmp_path):
    path = tmp_path / "run.jsonl"
    for steps in (range(8), range(5, 10)):
        sink = JsonLines(path)
        for step in steps:
            sink({"a": 1.0}, step)
    assert lines(path) == [*range(10)]
    assert lines(tmp_path / "run.1.jsonl") == [5, 6, 7]


@pytest.mark.parametrize("there", ['{"loss": 1.0}\n', "5\n", "step,loss\n", '{"step": null}\n', "\n"])
def test_a_file_of_something_else_is_left_alone(there, tmp_path):
    path = tmp_path / "run.jsonl"
    path.write_text(there)
    with pytest.raises(OutputError, match="the file holds something else"):
        JsonLines(path)
    assert path.read_text() == there


@pytest.mark.parametrize("sink", [JsonLines, Npz])
def test_where_no_file_can_be_is_told_at_once(sink, tmp_path):
    with pytest.raises(OutputError, match=r"there is no folder .*missing\. Give a path in a folder that exists\."):
        sink(tmp_path / "missing" / "run.npz")
    with pytest.raises(OutputError, match="it is a folder"):
        sink(tmp_path)
    with pytest.raises(SymlagError, match=rf"{sink.__name__}\(None\): it is no path; write {sink.__name__}\('run"):
        sink(None)


def test_arrays_are_written_when_the_monitor_goes_and_former_ones_are_kept(found, tmp_path):
    for steps in (2, 3):
        with new_monitor(found, Npz(tmp_path / "run")) as monitor:
            train(monitor, steps)
            monitor.flush()
    assert [len(np.load(tmp_path / f"{name}.npz")["step"]) for name in ("run", "run.1")] == [3, 2]
    assert len([*tmp_path.iterdir()]) == 2


def test_arrays_of_no_step_write_nothing_over(found, tmp_path):
    (tmp_path / "run.npz").write_bytes(b"of a former run")
    with Npz(tmp_path / "run.npz") as sink, new_monitor(found, sink):
        pass
    assert (tmp_path / "run.npz").read_bytes() == b"of a former run"


def sgd(model):
    return torch.optim.SGD(model.parameters(), 0.1)


def watched(*sinks, optimizer=None, **options):
    model = network()
    return watch(model, optimizer or sgd(model), cross_entropy, batch(), *sinks, **options)


WRONG = {
    "a path": (lambda: watched("log.jsonl"), r"sink 'log.jsonl': .*; write JsonLines\('log.jsonl'\)"),
    "a path of arrays": (lambda: watched("log.npz"), r"write Npz\('log.npz'\)"),
    "a writer": (lambda: watched(SimpleNamespace(add_scalar=print)), r"write Scalars\(writer\)"),
    "a class of sinks": (lambda: watched(JsonLines), r"JsonLines as a sink: .*such as JsonLines\('run.jsonl'\)"),
    "a sink of one argument": (lambda: watched(lambda numbers: numbers), "with the numbers by name and the step"),
    "words for steps": (lambda: watched(every="a"), "every='a': it counts steps; write every=1"),
    "no step": (lambda: watched(every=0), "every=0: it counts steps"),
    "a misspelt option": (lambda: watched(evry=2), "evry=2: a monitor has no such option; write every=…"),
    "an unknown option": (lambda: watched(near=2), "near=2: .*; write rule=… or every=…"),
    "what makes a rule": (lambda: watched(rule=symlag.sgd), "rule=sgd: it is no UpdateRule"),
    "a name for a rule": (lambda: watched(rule="sgd"), r"rule='sgd': it is no UpdateRule; write rule=symlag.sgd\(\)"),
    "a schedule": (
        lambda: watched(optimizer=torch.optim.lr_scheduler.StepLR(sgd(network()), 3)),
        "StepLR as the optimizer: .*; write the .optimizer that it has",
    ),
    "loss before optimizer": (lambda: watched(optimizer=cross_entropy), "cross_entropy as the optimizer: it is no"),
    "optimizer before model": (
        lambda: cast("Any", watch)(sgd(network()), network(), cross_entropy, batch()),
        "SGD as the model: .*; write the model first",
    ),
    "loss for symmetries": (
        lambda: Monitor(m := network(), sgd(m), cast("Any", cross_entropy)),
        r"cross_entropy as the symmetries: .*write found = symmetries\(model, loss, batch\)",
    ),
}


@pytest.mark.parametrize("call", WRONG)
def test_a_wrong_call_is_told_in_a_sentence_before_anything_is_searched(call, monkeypatch):
    monkeypatch.setattr("symlag.networks.monitor.monitor.symmetries", lambda *_: pytest.fail("searched"))
    made, sentence = WRONG[call]
    with pytest.raises(SymlagError, match=sentence):
        made()


def test_what_is_asked_of_a_monitor_wrongly_is_told_in_a_sentence(found):
    monitor: Any = new_monitor(found)
    train(monitor, 2)
    own = monitor.state_dict()
    for state in ({}, None, monitor.optimizer.state_dict(), {**own, "recorder": {}}, {**own, "step": 9, "before": 1}):
        with pytest.raises(SymlagError, match=r"it is not the state of a monitor\. Load what"):
            monitor.load_state_dict(state)
    assert monitor.step == 2
    with pytest.raises(
        SymlagError, match="rule=Adam: the groups of the optimizer have no 'betas', which the rule needs"
    ):
        new_monitor(found, rule=symlag.adam())
    with pytest.raises(SymlagError, match=r"monitor.report\(None\): it is no path; write monitor.report\('run.html'\)"):
        monitor.report(None)


@pytest.mark.parametrize("asked", [{"evry": 2}, {"rule": "sgd"}])
def test_callbacks_are_as_careful(found, asked):
    with pytest.raises(SymlagError, match=f"{next(iter(asked))}="):
        MonitorCallback(found, **asked)
    with pytest.raises(SymlagError, match="as the symmetries"):
        MonitorCallback(cast("Any", network()))


def test_of_several_monitors_all_are_removed_where_one_fails(found, monkeypatch):
    watching, model = MonitorCallback(found), network()
    watching.attach(model, [sgd(model), sgd(model)], first=True)
    monkeypatch.setattr(watching.monitors[0], "flush", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        watching.detach()
    assert not any(map(hooks, watching.monitors))


def test_a_monitor_tells_in_a_line_what_it_follows(found):
    with new_monitor(found) as monitor:
        train(monitor, 3)
    charges = len([name for name in monitor.ledger.columns if name.endswith("/charge")])
    assert repr(monitor) == f"Monitor({charges} charges under SGD with momentum; 3 steps so far)"


def test_a_name_that_the_ledger_does_not_have_is_told_with_the_nearest(found):
    with new_monitor(found) as monitor:
        with pytest.raises(SymlagError, match=r"ledger\['a'\]: .* Ask after monitor.flush\(\)"):
            monitor.ledger["a"]
        train(monitor, 1)
    ledger, right = monitor.ledger, monitor.ledger.columns[0].removesuffix("/charge")
    for asked, name in ((ledger.gap, right), (ledger.continuous, right), (ledger.__getitem__, f"{right}/charge")):
        wrote = "ledger[{!r}]" if asked == ledger.__getitem__ else f"ledger.{asked.__name__}({{!r}})"
        typo = name.replace("t", "", 1)
        with pytest.raises(SymlagError) as told:
            asked(typo)
        assert (
            str(told.value)
            == f"{wrote.format(typo)}: the ledger has no column of that name; write {wrote.format(name)}."
        )


def test_the_page_tells_that_it_is_of_the_last_steps_alone(found, monkeypatch, tmp_path):
    monkeypatch.setattr("symlag.networks.monitor.ledger.MAX_STEPS", 3)
    with new_monitor(replace(found, symmetries=found.symmetries[-1:])) as monitor:
        train(monitor, 51)
    text = monitor.report(tmp_path / "run.html").read_text(encoding="utf-8")
    assert "3 of its steps, from 48 to 50, were measured, and so were earlier ones, which this page has not" in text


def test_after_an_error_a_trainer_is_left_alone(found):
    callback, model = LightningHooks(found), network()
    optimizer = sgd(model)
    callback.on_train_start(SimpleNamespace(model=model, optimizers=[optimizer], is_global_zero=True), None)
    (monitor,) = callback.monitors
    train(monitor, 2)
    callback.on_exception(None, None, KeyboardInterrupt())
    assert len(monitor.ledger) == 2
    assert not hooks(monitor)


def test_scalars_ask_for_a_writer():
    with pytest.raises(SymlagError, match=r"Scalars\('runs'\): it has no add_scalar; write Scalars\(SummaryWriter"):
        Scalars("runs")
