"""Ordinary training under the monitor: no alarm, and what is left over is a few round-offs, in every precision.

A loss scale, accumulated gradients, schedules and clipping by norm are ordinary, clipping by value is not.
"""

from functools import cache
from itertools import product

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402
from torch.nn.functional import cross_entropy  # noqa: E402
from torch.nn.utils import clip_grad_norm_, clip_grad_value_  # noqa: E402

from numeric._monitored import NETWORKS, OPTIMIZERS  # noqa: E402
from symlag.networks import Monitor, symmetries  # noqa: E402

FEW = 2.0  # times round-off
STEPS = 200
NORMS = (nn.BatchNorm2d, nn.RMSNorm)


def network(name):
    torch.manual_seed(0)
    return NETWORKS[name][0]().float()


@cache
def found(name):
    return symmetries(network(name).double(), cross_entropy, NETWORKS[name][1]())


def batches(name, dtype=torch.float32, steps=STEPS):
    x, y = NETWORKS[name][1]()
    x = x.to(dtype) if x.is_floating_point() else x
    for step in range(steps):
        at = torch.randperm(len(x), generator=torch.Generator().manual_seed(step))[:8]
        yield x[at], y[at]


def mixed(model):
    """All in bfloat16 but the norms."""
    for part in (part for part in model.to(torch.bfloat16).modules() if isinstance(part, NORMS)):
        part.float()
        part.register_forward_pre_hook(lambda _, inputs: (inputs[0].float(),))
        part.register_forward_hook(lambda *told: told[-1].bfloat16())
    return model


PRECISIONS = {
    "float32": (lambda model: model, torch.float32),
    "bfloat16": (lambda model: model.to(torch.bfloat16), torch.bfloat16),
    "mixed": (mixed, torch.bfloat16),
}
HEADS = {"ReLU MLP": "4.weight", "BatchNorm CNN": "8.weight", "transformer": "unembed.weight"}
RUNS = [(*pair, [*PRECISIONS][i % len(PRECISIONS)]) for i, pair in enumerate(product(NETWORKS, OPTIMIZERS))]


def watched(name, model, optimizer="AdamW", change=lambda _: None, dtype=torch.float32):
    """A monitor of a run on minibatches with a warm-up from a rate of zero and a cosine down to it."""
    maker = OPTIMIZERS[optimizer]
    chosen = [p for p in model.parameters() if p.ndim == 2 or not maker.matrices]
    with Monitor(model, maker.make(chosen), found(name), rule=maker.rule) as monitor:
        rise = torch.optim.lr_scheduler.LambdaLR(monitor.optimizer, lambda step: min(step / 20, np.cos(step / 127)))
        for x, y in batches(name, dtype):
            monitor.optimizer.zero_grad()
            cross_entropy(model(x), y).backward()
            change(model)
            monitor.optimizer.step()
            rise.step()
    return monitor


def worst(monitor):
    return max(monitor.ledger[column].max() for column in monitor.ledger.columns if column.endswith("/floors"))


@pytest.mark.parametrize(("name", "optimizer", "precision"), RUNS)
def test_ordinary_training_sounds_no_alarm_and_leaves_round_off(name, optimizer, precision):
    cast, dtype = PRECISIONS[precision]
    monitor = watched(name, cast(network(name)), optimizer, dtype=dtype)
    assert monitor.alarms == ()
    assert len(monitor.ledger) == STEPS
    assert 0.05 < worst(monitor) < FEW


@pytest.mark.parametrize("name", NETWORKS)
def test_what_autocast_rounds_off_is_ordinary(name):
    model = network(name)
    model.forward = torch.autocast("cpu", dtype=torch.bfloat16)(model.forward)
    monitor = watched(name, model)
    assert monitor.alarms == ()
    assert worst(monitor) < FEW


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_gradients_that_grow_from_a_small_head_are_ordinary(name, precision):
    cast, dtype = PRECISIONS[precision]
    model = network(name)
    model.get_parameter(HEADS[name]).data.mul_(1e-3)
    monitor = watched(name, cast(model), "SGD", dtype=dtype)
    assert monitor.alarms == ()
    assert worst(monitor) < FEW


def test_rates_by_layer_under_one_decay_are_ordinary():
    model = network("ReLU MLP")
    layers = map(model.get_submodule, "024")
    groups = [{"params": layer.parameters(), "lr": 10.0**-i} for i, layer in enumerate(layers)]
    with Monitor(model, torch.optim.AdamW(groups, weight_decay=0.1), found("ReLU MLP")) as monitor:
        for x, y in batches("ReLU MLP", steps=20):
            monitor.optimizer.zero_grad()
            cross_entropy(model(x), y).backward()
            monitor.optimizer.step()
    assert monitor.alarms == ()


@pytest.mark.parametrize("steps", [1000, 1050])
def test_new_data_after_the_old_is_learnt_by_heart_is_ordinary(steps):
    model, (x, y) = network("ReLU MLP"), next(batches("ReLU MLP"))
    with Monitor(model, torch.optim.SGD(model.parameters(), 0.3, 0.9), found("ReLU MLP")) as monitor:
        for targets in [y] * steps + [y.flip(0)] * 50:
            monitor.optimizer.zero_grad()
            cross_entropy(model(x), targets).backward()
            monitor.optimizer.step()
    assert monitor.alarms == ()


@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_that_are_clipped_by_norm_are_ordinary_and_by_value_are_not(name):
    normed = watched(name, network(name), change=lambda model: clip_grad_norm_(model.parameters(), 0.05))
    valued = watched(name, network(name), change=lambda model: clip_grad_value_(model.parameters(), 0.01))
    assert normed.alarms == ()
    assert {alarm.kind for alarm in valued.alarms} == {"clipping"}
    assert worst(valued) < FEW


@pytest.mark.parametrize("optimizer", ["SGD", "AdamW"])
def test_scaled_accumulated_and_clipped_gradients_are_ordinary(optimizer):
    model, scaler, skipped = network("ReLU MLP"), torch.amp.GradScaler("cpu", init_scale=2.0**40), 0
    with Monitor(model, OPTIMIZERS[optimizer].make([*model.parameters()]), found("ReLU MLP")) as monitor:
        for x, y in batches("ReLU MLP"):
            monitor.optimizer.zero_grad()
            for half in (slice(4), slice(4, 8)):
                with torch.autocast("cpu", dtype=torch.float16):
                    loss = cross_entropy(model(x[half]), y[half]) / 2
                scaler.scale(loss).backward()
            scaler.unscale_(monitor.optimizer)
            clip_grad_norm_(model.parameters(), 0.3)
            scaler.step(monitor.optimizer)
            scale = scaler.get_scale()
            scaler.update()
            skipped += scaler.get_scale() < scale
    assert skipped > 10
    assert [*monitor.ledger.steps] == [*range(STEPS - skipped)]
    assert monitor.alarms == ()
    assert worst(monitor) < FEW


def accumulated(parts, *, closed):
    """The ledger of a run in which batches come in parts, with gradients in a closure or before the step."""
    model, scaler = network("ReLU MLP").double(), torch.amp.GradScaler("cpu", enabled=False)
    with Monitor(model, OPTIMIZERS["SGD"].make([*model.parameters()]), found("ReLU MLP")) as monitor:
        for x, y in batches("ReLU MLP", torch.float64, 20):

            def slopes(x=x, y=y):
                monitor.optimizer.zero_grad()
                for some in zip(x.chunk(parts), y.chunk(parts), strict=True):
                    scaler.scale(cross_entropy(model(some[0]), some[1]) / parts).backward()

            if closed:
                scaler.step(monitor.optimizer, slopes)
            else:
                slopes()
                scaler.step(monitor.optimizer)
            scaler.update()
    return monitor.ledger


def test_parts_of_a_batch_and_closures_make_no_difference():
    whole = accumulated(1, closed=False)
    exact = [not column.endswith("/floors") for column in whole.columns]
    for parts, closed in ((4, False), (1, True), (4, True)):
        other = accumulated(parts, closed=closed)
        np.testing.assert_allclose(other.values[:, exact], whole.values[:, exact], rtol=0, atol=1e-13)


def test_a_closure_that_torch_refuses_under_a_loss_scale_is_no_step():
    model, scaler = network("ReLU MLP"), torch.amp.GradScaler("cpu")
    monitor = Monitor(model, OPTIMIZERS["SGD"].make([*model.parameters()]), found("ReLU MLP"))
    x, y = next(batches("ReLU MLP"))
    scaler.scale(cross_entropy(model(x), y)).backward()
    with pytest.raises(RuntimeError, match="Closure use is not currently supported"):
        scaler.step(monitor.optimizer, closure=lambda: None)
    scaler.step(monitor.optimizer)
    monitor.remove()
    assert [*monitor.ledger.steps] == [0]
    assert worst(monitor) < FEW
