"""What is shown of a run: its page, a table in the terminal, scalars; and callbacks for those who let others train."""

import logging
import re
import sys
from dataclasses import replace
from io import StringIO
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402
from torch.nn.functional import cross_entropy  # noqa: E402

from symlag.errors import OutputError, SymlagError  # noqa: E402
from symlag.networks import Monitor, symmetries  # noqa: E402
from symlag.networks.monitor import LiveTable, Scalars, lightning_callback, trainer_callback  # noqa: E402
from symlag.networks.monitor.charge_series import series_by_family  # noqa: E402
from tests.document.test_tex_and_browser import _UNDRAWN, browser  # noqa: E402
from tests.support.ranks import batch, network  # noqa: E402

__all__ = ["browser"]  # a fixture, asked for by its name


STEPS = 30


@pytest.fixture(scope="module")
def found():
    return symmetries(network(), cross_entropy, batch())


def run(found, *sinks, steps=STEPS, every=1, clip=STEPS, closure=False):
    model, (x, y) = network(), batch()
    optimizer = torch.optim.SGD(model.parameters(), 0.1, 0.9, weight_decay=0.01)
    with Monitor(model, optimizer, found, *sinks, every=every) as monitor:
        for step in range(steps):

            def again():
                optimizer.zero_grad()
                loss = cross_entropy(model(x), y)
                loss.backward()
                return loss

            if not closure:
                again()
            if step >= clip:
                nn.utils.clip_grad_value_(model.parameters(), 1e-3)
            optimizer.step(again) if closure else optimizer.step()
    return monitor


@pytest.fixture(scope="module")
def clipped(found):
    return run(replace(found, symmetries=found.symmetries[-2:]), clip=12)


@pytest.fixture(scope="module")
def page(clipped, tmp_path_factory):
    return clipped.report(tmp_path_factory.mktemp("report") / "run.html")


def test_the_page_tells_what_was_watched_and_what_alarmed(page, clipped):
    text = page.read_text(encoding="utf-8")
    assert "A model of 73 parameters, trained by SGD with momentum (β\u00a0=\u00a00.9," in text
    assert "30 of its steps, from 0 to 29, were measured." in text
    assert all(symmetry.reason in text for symmetry in clipped.found)
    assert clipped.alarms
    assert text.count('<p class="alarm">Step 12: ') == len(clipped.alarms)


def test_every_family_has_its_law_and_its_picture(page, clipped):
    text = page.read_text(encoding="utf-8")
    for line in clipped.plan.families:
        (section,) = re.findall(rf"<h2>{re.escape(line.name)}</h2>.*?</section>", text, re.DOTALL)
        assert section.count('display="block"') == 1
        assert section.count("<svg") == 1


def test_the_page_asks_for_nothing(page):
    text = page.read_text(encoding="utf-8")
    assert re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', text) == []
    assert re.findall(r"<(?:script|link|img)[^>]*>", text) == ['<link rel="icon" href="data:,">']


@pytest.mark.browser
@pytest.mark.slow
def test_the_page_opens_without_a_complaint(page, browser, clipped):
    browser.get(page.as_uri())
    assert browser.get_log("browser") == []
    assert browser.execute_script("return document.querySelectorAll('figure svg').length") == len(clipped.plan.families)
    assert browser.execute_script(_UNDRAWN) == []
    assert browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")


def test_a_run_of_some_steps_and_one_of_none_have_a_page(found, tmp_path):
    one = replace(found, symmetries=found.symmetries[-1:])
    sampled = run(one, steps=9, every=3).report(tmp_path / "sampled.html")
    assert "3 of its steps, from 0 to 6, were measured." in sampled.read_text(encoding="utf-8")
    assert "no step was measured." in run(found, steps=0).report(tmp_path / "none.html").read_text(encoding="utf-8")


def test_a_page_that_cannot_be_written_is_told_in_a_sentence(found, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="it cannot be written"):
        run(found, steps=0).report(tmp_path / "file" / "run.html")


def test_what_sources_added_is_what_the_charge_gained(clipped):
    told = series_by_family(clipped.ledger)
    assert [*told] == [line.name for line in clipped.plan.families]
    for account in clipped.latest:
        series = next(c for c in told[account.family.name] if c.charge == account.charge)
        gained = (account.after - account.before[0]).sum(1)
        np.testing.assert_allclose(series.change, gained, rtol=0, atol=1e-13)
        np.testing.assert_allclose(sum(series.added.values()), gained, rtol=0, atol=1e-13)
        assert abs(sum(series.shares.values()) - 1) < 1e-12


def test_what_only_round_off_moves_is_still(found):
    (skew,) = (c for name, (c, *_) in series_by_family(run(found).ledger).items() if "skew" in name)
    assert skew.conserved
    (bent,) = (c for name, (c, *_) in series_by_family(run(found, clip=5).ledger).items() if "skew" in name)
    assert not bent.conserved


def shown(live):
    console = Console(width=140, record=True, file=StringIO())
    console.print(live.table())
    return console.export_text()


def test_the_live_table_has_a_line_for_each_family(found):
    live = LiveTable(Console(quiet=True))
    before = [*logging.getLogger("symlag").handlers]
    with live:
        monitor = run(found, live, clip=12)
        text = shown(live)
    assert "step 29" in text
    for line in monitor.plan.families:
        charge = monitor.ledger[next(c for c in monitor.ledger.columns if c.startswith(f"{line.name}/"))][-1]
        assert re.search(rf"{re.escape(line.name)} +{re.escape(f'{charge:.4g}')} ", text)
    assert f"Step 12: {monitor.alarms[0].sentence[:30]}" in text
    assert logging.getLogger("symlag").handlers == before


def test_an_empty_live_table_is_no_error():
    assert "family" in shown(LiveTable(Console(quiet=True)))


def test_scalars_go_to_whatever_has_add_scalar(found):
    kept = []
    writer = SimpleNamespace(add_scalar=lambda *told: kept.append(told))
    monitor = run(found, Scalars(writer), steps=3)
    assert len(kept) == 3 * len(monitor.ledger.columns)
    assert kept[0] == (monitor.ledger.columns[0], float(monitor.ledger.values[0, 0]), 0)


def test_a_step_with_a_closure_begins_after_it(found):
    plain, closed = run(found).ledger, run(found, closure=True).ledger
    assert plain.columns == closed.columns
    np.testing.assert_array_equal(plain.values, closed.values)


class Base:
    """A stand-in for the callbacks of others, with a hook that nobody asked for."""

    def on_epoch_end(self, *_args, **_kwargs):
        return "as it was"


def stand_in(monkeypatch, module, name):
    made = ModuleType(module)
    setattr(made, name, Base)
    monkeypatch.setitem(sys.modules, module.partition(".")[0], ModuleType(module.partition(".")[0]))
    monkeypatch.setitem(sys.modules, module, made)


def fit(model, optimizer, begin, end):
    """A loop of someone else's, with hooks where its training begins and ends."""
    x, y = batch()
    begin()
    for _ in range(4):
        optimizer.zero_grad()
        cross_entropy(model(x), y).backward()
        optimizer.step()
    end()


def test_a_callback_for_lightning(found, monkeypatch):
    stand_in(monkeypatch, "lightning.pytorch", "Callback")
    callback, model = lightning_callback(found, every=2), network()
    optimizers = [torch.optim.AdamW(model.parameters())]
    trainer = SimpleNamespace(model=model, optimizers=optimizers, is_global_zero=True)
    fit(
        model,
        trainer.optimizers[0],
        lambda: callback.on_train_start(trainer, model),
        lambda: callback.on_train_end(trainer, model),
    )
    assert Base in type(callback).__mro__
    assert callback.on_epoch_end() == "as it was"
    assert callback.monitors[0].ledger.steps.tolist() == [0, 2]
    assert not trainer.optimizers[0]._optimizer_step_post_hooks


def test_a_callback_for_transformers(found, monkeypatch):
    stand_in(monkeypatch, "transformers", "TrainerCallback")
    kept, model = [], network()
    callback = trainer_callback(found, lambda _, step: kept.append(step))
    optimizer = torch.optim.AdamW(model.parameters())
    wrapped, state = SimpleNamespace(optimizer=optimizer), SimpleNamespace(is_world_process_zero=True)
    fit(
        model,
        optimizer,
        lambda: callback.on_train_begin(None, state, None, model=model, optimizer=wrapped, lr_scheduler=None),
        lambda: callback.on_train_end(None, None, None, model=model, optimizer=wrapped),
    )
    assert Base in type(callback).__mro__
    assert kept == [0, 1, 2, 3]
    assert not optimizer._optimizer_step_pre_hooks


@pytest.mark.parametrize("make", [lightning_callback, trainer_callback])
def test_what_is_not_installed_is_told_in_a_sentence(make, found, monkeypatch):
    for module in ("lightning", "lightning.pytorch", "pytorch_lightning", "transformers"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SymlagError, match="is not installed; write pip install"):
        make(found)
