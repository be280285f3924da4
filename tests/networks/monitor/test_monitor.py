"""The monitor: charges accounted for to round-off under every optimizer, and what it says of runs that go wrong."""

import json
import subprocess
import sys
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402
from torch.nn.functional import cross_entropy  # noqa: E402

import symlag  # noqa: E402
from symlag.errors import SymlagError  # noqa: E402
from symlag.networks import Monitor, symmetries  # noqa: E402
from symlag.networks.monitor import JsonLines, Npz  # noqa: E402

OPTIMIZERS = {
    "SGD": lambda p: torch.optim.SGD(p, 0.1, weight_decay=0.01),
    "heavy ball": lambda p: torch.optim.SGD(p, 0.1, 0.9, dampening=0.3, weight_decay=0.01),
    "Nesterov": lambda p: torch.optim.SGD(p, 0.1, 0.9, nesterov=True, weight_decay=0.01, foreach=True),
    "Adam": lambda p: torch.optim.Adam(p, 0.01, weight_decay=0.1),
    "AdamW": lambda p: torch.optim.AdamW(p, 0.01, weight_decay=0.1, fused=True),
    "NAdam": lambda p: torch.optim.NAdam(p, 0.01, weight_decay=0.1),
    "RMSprop": lambda p: torch.optim.RMSprop(p, 0.01, momentum=0.5, weight_decay=0.1),
    "Adagrad": lambda p: torch.optim.Adagrad(p, 0.01, weight_decay=0.1),
}


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2, bias=False), nn.Linear(2, 3)).double()


def batch():
    torch.manual_seed(1)
    return torch.randn(16, 4, dtype=torch.float64), torch.randint(3, (16,))


@pytest.fixture(scope="module")
def found():
    return symmetries(network(), cross_entropy, batch())


def train(model, optimizer, steps=20, first=0):
    (x, y), dice = batch(), torch.Generator()
    for step in range(first, first + steps):
        at = torch.randint(16, (8,), generator=dice.manual_seed(step))
        optimizer.zero_grad()
        cross_entropy(model(x[at]), y[at]).backward()
        optimizer.step()


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_charge_is_accounted_for_to_round_off(found, name):
    model = network()
    optimizer = OPTIMIZERS[name](model.parameters())
    with Monitor(model, optimizer, found) as monitor:
        train(model, optimizer)
    assert len(monitor.ledger) == 20
    for account in monitor.latest:
        assert np.abs(account.residual).max() <= 1e-13 * max(1, np.abs(account.before).max()), account.name
        assert np.abs(account.after[:-1] - account.before[1:]).max() == 0


def test_the_front_door_loads_it_when_it_is_asked_for():
    assert symlag.Monitor is Monitor


def test_schedules_groups_of_unlike_numbers_and_pauses_are_followed(found):
    model = network()
    groups = [{"params": model[0].parameters(), "weight_decay": 0.1}, {"params": model[2].parameters(), "lr": 0.2}]
    optimizer = torch.optim.SGD([*groups, {"params": model[3].parameters(), "momentum": 0}], lr=0.1, momentum=0.9)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 20)
    with Monitor(model, optimizer, found, every=3) as monitor:
        for step in range(10):
            model[2].requires_grad_(step % 2 == 0)
            optimizer.zero_grad(set_to_none=True)
            train(model, optimizer, 1, step)
            schedule.step()
    assert [*monitor.ledger.steps] == [0, 3, 6, 9]
    assert all(np.abs(account.residual).max() < 1e-14 for account in monitor.latest)
    assert max(np.abs(a.terms["breaking"]).max() for a in monitor.latest if a.family.symmetry.kind == "rescale") > 1e-4


class Lion(torch.optim.Optimizer):
    def __init__(self, params, lr=0.003, betas=(0.9, 0.99), weight_decay=0.1):
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                m, (b1, b2) = self.state[p].setdefault("exp_avg", torch.zeros_like(p)), group["betas"]
                update = torch.sign(b1 * m + (1 - b1) * p.grad)
                m.mul_(b2).add_(p.grad, alpha=1 - b2)
                p.mul_(1 - group["lr"] * group["weight_decay"]).sub_(group["lr"] * update)


def test_a_rule_of_ones_own_is_told(found):
    model = network()
    optimizer = Lion(model.parameters())
    with Monitor(model, optimizer, found, rule=symlag.lion()) as monitor:
        train(model, optimizer)
    assert all(np.abs(account.residual).max() < 1e-14 for account in monitor.latest)
    assert {"KSB", "metric", "decay", "memory", "breaking"} >= {t for a in monitor.latest for t in a.terms}
    assert monitor.alarms == ()


def test_a_rule_that_is_not_the_optimizers_is_noticed(found):
    model = network()
    optimizer = Lion(model.parameters())
    with Monitor(model, optimizer, found, rule=symlag.lion(betas=(None, 0.9))) as monitor:
        train(model, optimizer)
    assert "the step is not that of Lion" in str(monitor.alarms[0])


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_floor_is_that_of_the_precision(found, dtype):
    model = network().to(dtype)
    optimizer = torch.optim.SGD(model.parameters(), 0.1, 0.9, weight_decay=0.01)
    (x, y) = batch()
    with Monitor(model, optimizer, found) as monitor:
        for _ in range(20):
            optimizer.zero_grad()
            cross_entropy(model(x.to(dtype)), y).backward()
            optimizer.step()
    worst = max(monitor.ledger[column].max() for column in monitor.ledger.columns if column.endswith("floors"))
    assert 0.01 < worst < 10
    assert monitor.alarms == ()


def pair(found, make=OPTIMIZERS["AdamW"], **options):
    model = network()
    optimizer = make(model.parameters())
    return model, optimizer, Monitor(model, optimizer, found, **options)


def test_a_state_resumes_to_the_bit(found, tmp_path):
    whole, parts = pair(found), pair(found)
    train(*whole[:2], 70)
    train(*parts[:2], 63)
    torch.save([part.state_dict() for part in parts], tmp_path / "state.pt")
    resumed = pair(found)
    for part, state in zip(resumed, torch.load(tmp_path / "state.pt", weights_only=True), strict=True):
        part.load_state_dict(state)
    train(*resumed[:2], 7, first=63)
    for *_, monitor in (whole, resumed):
        monitor.remove()
    assert [*resumed[2].ledger.steps] == [*range(70)]
    assert resumed[2].ledger.values.tobytes() == whole[2].ledger.values.tobytes()
    assert resumed[2].alarms == ()


def test_a_copy_goes_on_by_itself(found):
    first = pair(found)
    train(*first[:2], 5)
    second = deepcopy(first)
    train(*second[:2], 5, first=5)
    train(*first[:2], 2, first=5)
    for *_, monitor in (first, second):
        monitor.remove()
    assert (len(first[2].ledger), len(second[2].ledger)) == (7, 10)
    exact = [not column.endswith("floors") for column in first[2].ledger.columns]  # these know of later magnitudes
    assert np.array_equal(first[2].ledger.values[:, exact], second[2].ledger.values[:7, exact], equal_nan=True)


def test_a_removed_monitor_leaves_the_optimizer_alone(found):
    model, optimizer, monitor = pair(found)
    monitor.remove()
    train(model, optimizer, 3)
    assert len(monitor.ledger) == 0
    assert not optimizer._optimizer_step_pre_hooks
    assert not optimizer._optimizer_step_post_hooks


RUN = """
import os, signal, sys, torch
from symlag.networks import Monitor
from symlag.networks.monitor import JsonLines
from tests.networks.monitor.test_monitor import OPTIMIZERS, network, train
folder, last = sys.argv[1], int(sys.argv[2])
model = network()
optimizer = OPTIMIZERS["AdamW"](model.parameters())
found = torch.load(f"{folder}/found.pt", weights_only=False)
monitor = Monitor(model, optimizer, found, JsonLines(f"{folder}/run.jsonl"))
parts = model, optimizer, monitor
if os.path.exists(f"{folder}/state.pt"):
    for part, state in zip(parts, torch.load(f"{folder}/state.pt", weights_only=True)):
        part.load_state_dict(state)
for step in range(monitor.step, 130):
    if step == last:
        os.kill(os.getpid(), signal.SIGKILL)
    train(model, optimizer, 1, first=step)
    if step == 70 and last > 0:
        torch.save([part.state_dict() for part in parts], f"{folder}/state.pt")
monitor.remove()
"""


def test_a_run_that_is_killed_and_resumed_writes_the_same_ledger(found, tmp_path):
    written = []
    for name, ends in {"whole": [-1], "killed": [117, -1]}.items():
        folder = tmp_path / name
        folder.mkdir()
        torch.save(found, folder / "found.pt")
        codes = [subprocess.run([sys.executable, "-c", RUN, folder, str(end)], check=False).returncode for end in ends]
        assert codes == [-9, 0][-len(ends) :]
        written.append((folder / "run.jsonl").read_bytes())
    assert written[0] == written[1]
    assert [json.loads(line)["step"] for line in written[0].splitlines()] == [*range(130)]


def test_a_line_that_was_cut_off_is_written_again(tmp_path):
    path = tmp_path / "run.jsonl"
    path.write_text('{"step": 0, "a": 1.0}\n{"step": 1, "a"')
    JsonLines(path)({"a": 2.0}, 1)
    assert path.read_text() == '{"step": 0, "a": 1.0}\n{"step": 1, "a": 2.0}\n'


def test_numbers_go_to_any_function_and_to_files(found, tmp_path):
    seen = []
    with Npz(tmp_path / "run.npz") as file:
        model, optimizer, monitor = pair(found, every=2)
        monitor.sinks = (lambda numbers, step: seen.append((step, numbers)), file)
        train(model, optimizer, 5)
        monitor.remove()
    kept = np.load(tmp_path / "run.npz")
    assert [*kept["step"]] == [step for step, _ in seen] == [0, 2, 4]
    assert {*kept} == {"step", *seen[0][1]}


def test_ksb_is_told_apart_into_drift_and_batch_noise(found):
    shares = {}
    for kind, size in {"drift": 16, "noise": 2}.items():
        model, optimizer, monitor = pair(found, lambda p: torch.optim.SGD(p, 0.003, 0.5))
        (x, y), dice = batch(), torch.Generator().manual_seed(4)
        for _ in range(60):
            at = torch.randint(16, (size,), generator=dice) if size < 16 else slice(None)
            optimizer.zero_grad()
            cross_entropy(model(x[at]), y[at]).backward()
            optimizer.step()
        monitor.remove()
        (told,) = (a for a in monitor.latest if a.name == "rescale 0.weight, 0.bias, 2.weight/theta_theta")
        shares[kind] = told.noise
    assert shares["drift"] < 0.05
    assert 0.2 < shares["noise"] <= 1


@pytest.mark.parametrize("name", ["SGD", "heavy ball", "AdamW"])
def test_batch_noise_is_told_where_it_can_be_known_and_absent_elsewhere(found, name):
    seen = []
    model, optimizer, monitor = pair(found, OPTIMIZERS[name])
    monitor.sinks = (lambda numbers, _: seen.append({key for key in numbers if key.endswith("noise")}),)
    train(model, optimizer, 3)
    monitor.remove()
    assert all(bool(names) == (name != "SGD") for names in seen)
    assert not np.isnan(monitor.ledger.values).any()


def test_what_is_not_followed_is_listed_with_the_reason(found):
    model = network()
    monitor = Monitor(model, torch.optim.SGD(model[3].parameters(), 0.1), found)
    left = {symmetry.kind: why for symmetry, why in monitor.plan.skipped}
    assert left["rescale"] == "the optimizer trains none of its tensors"
    assert {id(s) for s, _ in monitor.plan.skipped} == {
        id(s) for s in found if not {*s.tensors} & {"3.weight", "3.bias"}
    }


def lawful(monitor):
    monitor.remove()
    return monitor.alarms == () and all(np.abs(a.residual).max() < 1e-13 for a in monitor.latest)


@pytest.mark.parametrize("name", ["heavy ball", "Nesterov", "AdamW"])
def test_a_grad_scaler_and_the_steps_it_skips_are_followed(found, name):
    model, optimizer, monitor = pair(found, OPTIMIZERS[name])
    scaler, (x, y) = torch.amp.GradScaler("cpu", init_scale=2.0**10), batch()
    for step in range(8):
        optimizer.zero_grad()
        scaler.scale(cross_entropy(model(x), y)).backward()
        if step == 3:
            first = next(model.parameters())
            first.grad = torch.full_like(first, float("inf"))
        scaler.step(optimizer)
        scaler.update()
    assert lawful(monitor)
    assert len(monitor.ledger) == 7


@pytest.mark.filterwarnings("ignore::DeprecationWarning:torch")
def test_accumulated_gradients_closures_and_compiled_steps_are_followed(found):
    (x, y) = batch()
    for way in ("accumulated", "closure", "compiled"):
        model, optimizer, monitor = pair(found, OPTIMIZERS["heavy ball"])
        step = torch.compile(optimizer.step, backend="eager") if way == "compiled" else optimizer.step

        def slopes(model=model, optimizer=optimizer):
            optimizer.zero_grad()
            for part in (slice(8), slice(8, 16)):
                (cross_entropy(model(x[part]), y[part]) / 2).backward()
            return torch.zeros(())

        for _ in range(5):
            if way == "closure":
                step(slopes)
            else:
                slopes()
                step()
        assert lawful(monitor), way
        assert len(monitor.ledger) == 5, way


class Planted:
    """Each returns a monitor of a run that goes wrong."""

    @staticmethod
    def nan(found):
        model, optimizer, monitor = pair(found)
        train(model, optimizer, 4)
        model.get_parameter("2.weight").register_hook(lambda slope: slope * float("nan"))
        train(model, optimizer, 1, first=4)
        return monitor

    @staticmethod
    def decay(found):
        model = network()
        vectors, matrices = ([p for p in model.parameters() if (p.ndim == 1) == few] for few in (True, False))
        optimizer = torch.optim.AdamW([{"params": matrices, "weight_decay": 0.1}, {"params": vectors}], 0.01)
        monitor = Monitor(model, optimizer, found)
        train(model, optimizer, 5)
        return monitor

    @staticmethod
    def clipping(found):
        model, optimizer, monitor = pair(found, OPTIMIZERS["RMSprop"])
        optimizer.register_step_pre_hook(lambda *_: nn.utils.clip_grad_value_(model.parameters(), 1e-3))
        monitor.remove()
        monitor = Monitor(model, optimizer, found)
        train(model, optimizer, 5)
        return monitor

    @staticmethod
    def scale(found):
        model = network()
        optimizer = OPTIMIZERS["AdamW"](model.parameters())
        monitor = Monitor(model, optimizer, found)
        monitor.calibrate(cross_entropy, batch())
        for p in model.parameters():
            p.register_hook(lambda slope: slope * 2**16)
        train(model, optimizer, 5)
        return monitor

    @staticmethod
    def reload(found):
        model, optimizer, monitor = pair(found, OPTIMIZERS["heavy ball"])
        start = deepcopy(model.state_dict())
        train(model, optimizer, 5)
        model.load_state_dict(start)
        train(model, optimizer, 5, first=5)
        return monitor

    @staticmethod
    def resume(found):
        model, optimizer, monitor = pair(found, OPTIMIZERS["heavy ball"])
        train(model, optimizer, 5)
        again = pair(found, OPTIMIZERS["heavy ball"])
        again[0].load_state_dict(model.state_dict())
        again[2].load_state_dict(monitor.state_dict())
        train(*again[:2], 5, first=5)
        return again[2]


SENTENCES = {
    "nan": "Step 4: the gradient of 2.weight is no number any more: go back to a checkpoint before this step.",
    "decay": "weight decay 0.01 on 0.bias, a vector, drains ",
    "clipping": "entries of the gradient one by one, as clip_grad_value_ does, clip by norm instead.",
    "scale": "times what they were: undo the loss scale before the step",
    "reload": "was replaced before this step and its momentum was not: load the optimizer's state together",
    "resume": "weight is not what the last step left",
}


@pytest.mark.parametrize("wrong", SENTENCES)
def test_what_goes_wrong_is_told_in_one_sentence(found, wrong):
    monitor = getattr(Planted, wrong)(found)
    monitor.remove()
    said = [str(alarm) for alarm in monitor.alarms]
    assert any(SENTENCES[wrong] in sentence for sentence in said), said
    assert {alarm.kind for alarm in monitor.alarms} == {monitor.alarms[0].kind}
    assert all("\n" not in sentence for sentence in said)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_run_that_goes_right_sounds_no_alarm(found, name):
    model, optimizer, monitor = pair(found, OPTIMIZERS[name])
    monitor.calibrate(cross_entropy, batch())
    train(model, optimizer, 110)
    monitor.remove()
    assert monitor.alarms == ()


def test_bad_input_gets_one_sentence(found):
    model, other = network(), nn.Linear(4, 3).double()
    sgd, p = torch.optim.SGD, [*network().parameters()]
    backward = network()
    for q in backward.parameters():
        q.register_post_accumulate_grad_hook(lambda _: None)
    cases = {
        "trains parameters that are not the model's": lambda: Monitor(model, sgd(p), found),
        "is not in the model, or has another shape there": lambda: Monitor(other, sgd(other.parameters()), found),
        "steps are taken in the backward pass": lambda: Monitor(backward, sgd(backward.parameters()), found),
        "symlag does not know the rule of": lambda: Monitor(model, torch.optim.LBFGS(model.parameters()), found),
        "it counts steps": lambda: Monitor(model, sgd(model.parameters()), found, every=0),
        "the state is that of another model or optimizer": lambda: pair(found)[2].load_state_dict(
            pair(replace(found, symmetries=found.symmetries[:1]))[2].state_dict()
        ),
    }
    for wrong, act in cases.items():
        with pytest.raises(SymlagError) as caught:
            act()
        assert wrong in str(caught.value)
        assert "\n" not in str(caught.value)
