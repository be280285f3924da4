"""Shifts that a later bias takes back: Noether's charge of the momentum, followed to round-off across two tensors."""

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402
from torch.distributed.tensor import Replicate, Shard  # noqa: E402
from torch.nn.functional import cross_entropy  # noqa: E402

from symlag.calculus.jets import block  # noqa: E402
from symlag.calculus.matrices import constant, zero_like  # noqa: E402
from symlag.errors import SymlagError  # noqa: E402
from symlag.networks import Monitor, symmetries  # noqa: E402
from symlag.networks.generators.tensor_action import Absorption  # noqa: E402
from symlag.networks.monitor.shards import rows_aligned  # noqa: E402
from symlag.optimizers.exact_law import momentum_account  # noqa: E402
from symlag.optimizers.library.adaptive import adamw  # noqa: E402
from symlag.optimizers.library.momentum import nesterov, sgd  # noqa: E402
from symlag.optimizers.library.sign_and_polar import lion  # noqa: E402
from symlag.variational.generator import Generator  # noqa: E402

STEPS = 8


class Lion(torch.optim.Optimizer):
    """θ' = (1−ηλ)θ − η·sign(β₁m + (1−β₁)g), m' = β₂m + (1−β₂)g (Chen et al., 2302.06675)."""

    def __init__(self, params):
        super().__init__(params, {"lr": 0.003, "betas": (0.9, 0.95), "weight_decay": 0.1})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            (first, second), eta = group["betas"], group["lr"]
            for p in (p for p in group["params"] if p.grad is not None):
                m = self.state[p].setdefault("exp_avg", torch.zeros_like(p))
                p.mul_(1 - eta * group["weight_decay"]).sub_(eta * (first * m + (1 - first) * p.grad).sign())
                m.mul_(second).add_((1 - second) * p.grad)


OPTIMIZERS = {
    "heavy ball": lambda p: torch.optim.SGD(p, 0.1, 0.9, dampening=0.3, weight_decay=0.01),
    "Nesterov": lambda p: torch.optim.SGD(p, 0.1, 0.9, nesterov=True, weight_decay=0.01),
    "AdamW": lambda p: torch.optim.AdamW(p, 0.01, weight_decay=0.1),
    "Lion": Lion,
}


RULES = {"Lion": lion(0.003, (0.9, 0.95), 0.1)}


class Attention(nn.Module):
    """Two heads over five tokens, and three classes."""

    def __init__(self):
        super().__init__()
        self.norm, self.mix, self.read = nn.LayerNorm(4), nn.MultiheadAttention(4, 2, batch_first=True), nn.Linear(4, 3)

    def forward(self, x):
        x = self.norm(x)
        return self.read(torch.tanh(x + self.mix(x, x, x, need_weights=False)[0]).mean(1))


MODELS = {
    "linear": (lambda: nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 3)), (4,)),
    "convolution": (
        lambda: nn.Sequential(nn.Conv1d(2, 3, 2), nn.Conv1d(3, 4, 3), nn.Tanh(), nn.Flatten(), nn.Linear(12, 3)),
        (2, 6),
    ),
    "attention": (Attention, (5, 4)),
}


def network(name="linear"):
    torch.manual_seed(0)
    return MODELS[name][0]().double()


def batch(name="linear"):
    torch.manual_seed(1)
    return torch.randn(16, *MODELS[name][1], dtype=torch.float64), torch.randint(3, (16,))


@pytest.fixture(scope="module")
def found():
    return {name: symmetries(network(name), cross_entropy, batch(name)) for name in MODELS}


def train(model, optimizer, name="linear", between=lambda _: None, steps=range(STEPS)):
    (x, y), dice = batch(name), torch.Generator()
    for step in steps:
        at = torch.randint(16, (8,), generator=dice.manual_seed(step))
        optimizer.zero_grad()
        cross_entropy(model(x[at]), y[at]).backward()
        between(step)
        optimizer.step()


def watched(found, make, name="linear", between=lambda *_: None, **options):
    """The monitor of a run, and the accounts of shifts."""
    model = network(name)
    optimizer = make(model.parameters())
    with Monitor(model, optimizer, found, **options) as monitor:
        train(model, optimizer, name, lambda step: between(model, step))
    return monitor, [account for account in monitor.latest if account.family.kind == "absorbed"]


def most(numbers):
    return float(np.abs(numbers).max())


RUNS = [*((name, kind) for name in ("linear", "attention") for kind in OPTIMIZERS), ("convolution", "AdamW")]


@pytest.mark.parametrize(("name", "kind"), RUNS)
def test_the_charge_of_a_shift_is_accounted_for_to_round_off(found, name, kind):
    monitor, accounts = watched(found[name], OPTIMIZERS[kind], name, rule=RULES.get(kind))
    assert {account.family.symmetry for account in accounts} == {s for s in found[name] if s.kind == "shift"}
    assert monitor.plan.skipped == monitor.alarms == ()
    for account in accounts:
        assert most(account.residual) <= 1e-13
        assert most(account.terms["breaking"]) <= 1e-13
        assert most(account.terms["KSB"]) > 1e-5
        assert most(account.after[:-1] - account.before[1:]) == 0
        assert account.floors.max() < 4


def test_the_charge_is_the_same_where_no_loop_is_compiled(found, monkeypatch):
    _, compiled = watched(found["convolution"], OPTIMIZERS["AdamW"], "convolution")
    monkeypatch.setattr("symlag.kernels.reductions.NUMBA_INSTALLED", False)
    _, accounts = watched(found["convolution"], OPTIMIZERS["AdamW"], "convolution")
    for account, other in zip(accounts, compiled, strict=True):
        assert most(account.residual) <= 1e-13
        assert most(account.after - other.after) <= 1e-15


def test_a_run_that_is_resumed_has_the_ledger_of_one_that_went_on(found):
    whole, _ = watched(found["linear"], OPTIMIZERS["AdamW"], every=2)
    model = network()
    optimizer = OPTIMIZERS["AdamW"](model.parameters())
    monitor = Monitor(model, optimizer, found["linear"], every=2)
    for steps in (range(3), range(3, STEPS)):
        train(model, optimizer, steps=steps)
        kept = deepcopy([x.state_dict() for x in (model, optimizer, monitor)])
        model = network()
        optimizer = OPTIMIZERS["AdamW"](model.parameters())
        monitor = Monitor(model, optimizer, found["linear"], every=2)
        for x, state in zip((model, optimizer, monitor), kept, strict=True):
            x.load_state_dict(state)
    monitor.remove()
    assert monitor.ledger.columns == whole.ledger.columns
    assert np.array_equal(monitor.ledger.values, whole.ledger.values)


def test_the_charge_is_that_of_momentum_along_the_shift(found):
    model = network()
    optimizer = OPTIMIZERS["heavy ball"](model.parameters())
    with Monitor(model, optimizer, found["linear"]) as monitor:
        train(model, optimizer)
    (account,) = (a for a in monitor.latest if a.family.kind == "absorbed")
    assert "the rate of no function of position" in monitor.without_continuous_law[account.family.name]
    state = {p: optimizer.state[p]["momentum_buffer"] for p in map(model.get_parameter, ("0.bias", "1.bias"))}
    (symmetry,) = (s for s in found["linear"] if s.kind == "shift")
    weights = {name: p.detach() for name, p in model.named_parameters()}
    for i, x in enumerate(torch.eye(3, dtype=torch.float64)):
        xi = symmetry.xi(weights, x)
        along = sum((state[model.get_parameter(name)] * xi[name]).sum() for name in ("0.bias", "1.bias"))
        assert abs(account.after[-1, i] - along) < 1e-14


def test_a_wrong_generator_shows_as_breaking_and_a_wrong_rule_as_a_residual(found):
    (symmetry,) = (s for s in found["linear"] if s.kind == "shift")
    terms = [replace(t, coefficient=-0.9) if isinstance(t, Absorption) else t for t in symmetry.family.terms]
    wrong = replace(symmetry, family=replace(symmetry.family, terms=tuple(terms)))
    one = replace(found["linear"], symmetries=(wrong,))
    monitor, (account,) = watched(one, OPTIMIZERS["heavy ball"])
    assert most(account.residual) <= 1e-13
    assert most(account.terms["breaking"]) > 1e-3
    assert [alarm.kind for alarm in monitor.alarms] == ["clipping"]
    _, (account,) = watched(found["linear"], OPTIMIZERS["heavy ball"], rule=sgd(0.1, 0.8, 0.01, 0.3))
    assert most(account.residual) > 1e-4


def test_only_a_rule_without_momentum_leaves_it_out(found):
    monitor, accounts = watched(found["linear"], lambda p: torch.optim.SGD(p, 0.1))
    ((symmetry, why),) = monitor.plan.skipped
    assert (symmetry.kind, accounts) == ("shift", [])
    assert why.endswith("along which only momentum is a charge, and the rule has none")


def grouped(parameters):
    """Both biases and the weight between them each with rates of their own."""
    first, b, W, c, *others = parameters
    groups = [{"params": [b], "lr": 0.2}, {"params": [W], "momentum": 0}, {"params": [c], "momentum": 0.5}]
    return torch.optim.SGD([*groups, {"params": [first, *others]}], 0.1, 0.9, weight_decay=0.01)


def biases(parameters):
    """The weight between the biases stands still."""
    _, b, _, c, *_ = parameters
    return torch.optim.SGD([b, c], 0.1, 0.9, weight_decay=0.01)


def resting(model, step):
    """Some steps without a gradient for the bias that takes back."""
    if step % 3:
        model[1].bias.grad = None


@pytest.mark.parametrize("make", [grouped, biases])
def test_groups_of_their_own_and_a_weight_that_nobody_trains_are_followed(found, make):
    monitor, (account,) = watched(found["linear"], make)
    assert most(account.residual) <= 1e-13
    assert {alarm.kind for alarm in monitor.alarms} <= {"decay"}
    assert most(account.terms["decay"]) > 1e-5
    assert (most(account.terms["KSB"]) == 0) == (make is biases)


@pytest.mark.parametrize("kind", ["heavy ball", "AdamW"])
def test_a_bias_that_takes_no_step_is_moved_past_by_its_weight(found, kind):
    _, (account,) = watched(found["linear"], OPTIMIZERS[kind], between=resting)
    assert most(account.residual) <= 1e-13
    assert most(account.terms["KSB"][1]) > 1e-6


def test_weights_that_are_replaced_are_no_stale_momentum_of_the_bias(found):
    def pushed(model, step):
        if step == 4:
            with torch.no_grad():
                model[1].weight.mul_(1.5)

    monitor, (account,) = watched(found["linear"], biases, between=pushed)
    assert most(account.residual) <= 1e-13
    assert monitor.alarms == ()


@pytest.mark.parametrize("rule", [sgd(), sgd(dampening=0.3), nesterov(), adamw(), lion()], ids=lambda rule: rule.name)
def test_the_law_is_proved_for_a_bias_beside_a_weight(rule):
    W, b, x = block("W", 3, 2), block("b", 3, 1), constant("x", 2, 1)
    law = momentum_account(rule, Generator({b: W * x, W: zero_like(W)}, parameters=(x,)))
    assert law.defect() == (0,)
    without = {name: source for name, source in law.sources.items() if name != "kinetic"}
    assert replace(law, sources=without).defect() != (0,)


def test_a_rule_without_momentum_is_refused():
    with pytest.raises(SymlagError, match=r"keeps no linear combination of gradients.*a rule with momentum"):
        momentum_account(sgd(momentum=0), Generator({block("b"): block("b")}))


class Cut:
    """A tensor of some placements on a mesh."""

    def __init__(self, *placements):
        self.placements, self.device_mesh = placements, "mesh"


def test_rows_of_a_weight_lie_where_those_of_its_bias_do():
    assert rows_aligned(Cut(Shard(0)), Cut(Shard(0)))
    assert rows_aligned(Cut(Replicate(), Shard(1)), Cut(Replicate(), Replicate()))
    assert not rows_aligned(Cut(Shard(1)), Cut(Shard(0)))
    assert not rows_aligned(Cut(Shard(0)), torch.zeros(2))
    assert rows_aligned(torch.zeros(2, 2), torch.zeros(2))
