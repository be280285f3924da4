"""The monitor at its edges: runs of no step and of one, models without a symmetry or within wrappers, what it holds."""

import gc
import re
from dataclasses import replace
from functools import partial
from io import StringIO
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402
from torch.distributed.algorithms._checkpoint.checkpoint_wrapper import checkpoint_wrapper  # noqa: E402
from torch.nn.functional import cross_entropy, mse_loss  # noqa: E402

from numeric._monitored import Lion  # noqa: E402
from symlag.errors import SymlagError  # noqa: E402
from symlag.networks import Monitor, symmetries, watch  # noqa: E402
from symlag.networks.monitor import JsonLines, LiveTable, Npz, Scalars  # noqa: E402
from symlag.networks.monitor.callbacks import LightningHooks, TransformersHooks  # noqa: E402
from symlag.networks.monitor.plan import parameters_by_name  # noqa: E402
from symlag.optimizers.library.sign_and_polar import lion  # noqa: E402
from tests.support.ranks import batch, network  # noqa: E402

SGD = partial(torch.optim.SGD, lr=0.1, momentum=0.9, weight_decay=0.01)
OPTIMIZERS = {
    "SGD": SGD,
    "plain": partial(torch.optim.SGD, lr=0.1),
    "Nesterov": partial(SGD, nesterov=True),
    "AdamW": torch.optim.AdamW,
    "RMSprop": partial(torch.optim.RMSprop, momentum=0.5, centered=True),
}


@pytest.fixture(scope="module")
def found():
    return symmetries(network(), cross_entropy, batch())


def train(monitor, steps, data=None, loss=cross_entropy):
    x, y = data or batch()
    for _ in range(steps):
        monitor.optimizer.zero_grad()
        loss(monitor.model(x), y).backward()
        monitor.optimizer.step()


def new_monitor(found, *sinks, make=SGD, model=None):
    model = model or network()
    return Monitor(model, make(model.parameters()), found, *sinks)


def shown(live):
    console = Console(width=150, record=True, file=StringIO())
    console.print(live.table())
    return console.export_text()


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_after_one_step_all_is_known_but_the_noise(found, kind, tmp_path):
    scalars, live = [], LiveTable(Console(quiet=True))
    writer = SimpleNamespace(add_scalar=lambda tag, scalar_value, global_step: scalars.append(scalar_value))
    lines, arrays = JsonLines(tmp_path / "run.jsonl"), Npz(tmp_path / "run.npz")
    monitor = new_monitor(found, Scalars(writer), live, lines, arrays, make=OPTIMIZERS[kind])
    train(monitor, 1)
    monitor.remove()
    arrays.flush()
    lost = {name.rpartition("/")[2] for name in monitor.ledger.columns if not np.isfinite(monitor.ledger[name]).all()}
    assert lost <= {"KSB by noise"}
    assert np.isfinite(scalars).all()
    assert len(scalars) == sum("noise" not in name for name in monitor.ledger.columns)
    assert "null" not in (tmp_path / "run.jsonl").read_text()
    assert all(np.isfinite(values).all() for values in np.load(tmp_path / "run.npz").values())
    assert "nan" not in shown(live)


def test_a_run_of_one_step_has_a_page(found, tmp_path):
    monitor = new_monitor(replace(found, symmetries=found.symmetries[-1:]))
    train(monitor, 1)
    text = monitor.report(tmp_path / "run.html").read_text(encoding="utf-8")
    assert "; only step 0 was measured." in text
    assert not re.search(r"\bnan\b", text, re.IGNORECASE)


def test_the_live_table_follows_a_run_that_was_accounted_for_after_one_step(found):
    live = LiveTable(Console(quiet=True))
    monitor = new_monitor(found, live)
    for steps in (1, 4):
        train(monitor, steps)
        monitor.flush()
    assert "step 4" in shown(live)


def test_the_live_table_has_the_families_of_several_monitors(found):
    live = LiveTable(Console(quiet=True))
    model = network()
    for layers in (model[:2], model[2:]):
        train(Monitor(model, SGD(layers.parameters()), found, live), 50)
    text = shown(live)
    assert "translation 3.weight" in text
    assert text.count("rescale 0.weight") == 2


def test_the_live_table_makes_nothing_of_round_off(found):
    live = LiveTable(Console(quiet=True))
    monitor = new_monitor(found, live, make=partial(SGD, weight_decay=0))
    train(monitor, 50)
    assert shown(live).count("nothing but round-off") == 3


def bare():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 2), nn.SiLU(), nn.Linear(2, 1)).double()


@pytest.mark.parametrize("steps", [0, 1, 60])
def test_a_model_without_a_symmetry_has_an_empty_ledger(steps, tmp_path):
    data = torch.randn(8, 3).double(), torch.randn(8, 1).double()
    live, told = LiveTable(Console(quiet=True)), []
    none = symmetries(bare(), mse_loss, data)
    monitor = new_monitor(none, live, lambda *numbers: told.append(numbers), model=bare())
    monitor.calibrate(mse_loss, data)
    train(monitor, steps, data, mse_loss)
    monitor.remove()
    assert [*none] == []
    assert told == [({}, step) for step in range(steps)]
    assert monitor.ledger.values.shape == (steps, 0)
    assert monitor.alarms == ()
    assert "family" in shown(live)
    assert "None." in monitor.report(tmp_path / "run.html").read_text(encoding="utf-8")
    again = new_monitor(none, model=bare())
    again.load_state_dict(monitor.state_dict())
    assert len(again.ledger) == steps


def within(wrap, at):
    """A network one layer of which is wrapped."""
    model = network()
    model[at] = wrap(model[at])
    return model


compiled = partial(torch.compile, backend="eager")
WRAPPED = {
    "compiled": lambda: compiled(network()),
    "compiled, then parallel": lambda: nn.DataParallel(compiled(network())),
    "parallel, then compiled": lambda: compiled(nn.DataParallel(network())),
    "a compiled layer": lambda: within(compiled, 2),
    "a checkpointed layer": lambda: within(checkpoint_wrapper, 0),
}


@pytest.mark.parametrize("way", WRAPPED)
def test_wrappers_do_not_change_names(way):
    assert [*parameters_by_name(WRAPPED[way]())] == [name for name, _ in network().named_parameters()]


def test_a_compiled_model_is_watched(found):
    model = compiled(network())
    monitor = watch(model, SGD(model.parameters()), cross_entropy, batch())
    assert [line.name for line in monitor.plan.families] == [line.name for line in new_monitor(found).plan.families]


def test_a_module_that_is_called_module_keeps_its_name():
    model = nn.ModuleDict({"module": network()})
    assert [*parameters_by_name(model)] == [name for name, _ in model.named_parameters()]


def test_sparse_gradients_are_refused_in_a_sentence(found):
    model = nn.ModuleDict({"words": nn.Embedding(5, 2, sparse=True)})
    with pytest.raises(SymlagError, match=r"gradient of words is sparse.*write Embedding\(…, sparse=False\)"):
        Monitor(model, SGD(model.parameters()), found)


@pytest.mark.parametrize("first", [True, False])
def test_of_all_processes_the_first_tells_the_sinks(found, first):
    model = network()
    optimizer = SGD(model.parameters())
    callback = LightningHooks(found, print)
    callback.on_train_start(SimpleNamespace(model=model, optimizers=[optimizer], is_global_zero=first), None)
    other = TransformersHooks(found, print)
    state = SimpleNamespace(is_world_process_zero=first)
    other.on_train_begin(None, state, None, model=model, optimizer=optimizer)
    assert [made.monitors[0].sinks for made in (callback, other)] == [(print,) if first else ()] * 2


def held(root, but):
    """How many bytes of tensors there are in whatever hangs on an object, beside those of some others."""
    known, waiting, bytes_ = {id(x) for x in but} | {id(root.model), id(root.optimizer)}, [root], {}
    while waiting:
        x = waiting.pop()
        if id(x) in known or isinstance(x, type | type(gc)):
            continue
        known.add(id(x))
        if isinstance(x, torch.Tensor):
            storage = x.untyped_storage()
            bytes_[storage.data_ptr()] = storage.nbytes()
        waiting += gc.get_referents(x) if not callable(x) or x is root else []
    return sum(bytes_.values())


def wide():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(300, 300), nn.ReLU(), nn.Linear(300, 300), nn.ReLU(), nn.Linear(300, 3)).double()


@pytest.mark.parametrize("kind", ["plain", "SGD", "AdamW"])
def test_of_the_size_of_the_parameters_only_the_previous_iterate_is_held(kind):
    data = torch.randn(8, 300, dtype=torch.float64), torch.arange(8) % 3
    model = wide()
    found = symmetries(wide(), cross_entropy, data)
    monitor = new_monitor(found, make=OPTIMIZERS[kind], model=model)
    train(monitor, 3, data)
    theirs = [*model.parameters(), *(p.grad for p in model.parameters())]
    theirs += [x for state in monitor.optimizer.state.values() for x in state.values()]
    rows, size = monitor._recorder._rows, sum(p.nbytes for p in model.parameters())
    beside = held(monitor, theirs) - 2 * (len(rows) + 1) * rows[0].nbytes  # of two windows, of magnitudes and places
    assert beside <= size
    assert 2 * rows[0].nbytes < size / 2


def test_a_closure_that_the_optimizer_does_not_call_is_told_in_a_sentence(found):
    model, (x, y) = network(), batch()
    optimizer = Lion(model.parameters())
    cross_entropy(model(x), y).backward()
    with Monitor(model, optimizer, found, rule=lion()), pytest.raises(SymlagError, match="did not call the closure"):
        optimizer.step(lambda: None)
