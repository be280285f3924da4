"""Exact laws on digits: torch's own optimizers in all their ways, minibatches and a cosine schedule, in float64."""

from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from sympy import lambdify

from symlag.backends import kernel
from symlag.blocks import Skew, Symmetric
from symlag.discrete import account, buffer_law, exact
from symlag.discrete.library import lion, muon, sgd, sgdw
from symlag.discrete.sphere import G, on_sphere
from symlag.discrete.sphere import S as SQUARE
from symlag.discrete.updates import Letter, g
from symlag.errors import SymlagError
from symlag.generator import Generator, scale, translation
from symlag.jet import block
from tests.playing import cosine, misses

torch = pytest.importorskip("torch")
pytest.importorskip("sklearn")
from symlag.optimizers import from_torch  # noqa: E402
from tests.learning import arrays, digits, network, played_steps_of, record, steps_of  # noqa: E402

w, c = block("w", 64), block("c", 10)
U, V = block("U", 10, 4), block("V", 8, 4)
J, P = Skew("J", 4, 4), Symmetric("P", 4, 4)
PAIR = {U: ("4.weight", lambda value: value), V: ("3.weight", lambda value: value.swapaxes(-1, -2))}
FIELDS = {
    "scale": (scale(w), {w: ("0.weight", lambda value: value[:, 3])}),
    "translation": (translation(c), {c: ("4.weight", lambda value: value[:, :, 1])}),
    "skew": (Generator({U: U * J, V: V * J}, parameters=(J,)), PAIR),
    "symmetric": (Generator({U: U * P, V: -V * P}, parameters=(P,)), PAIR),
}
DICE = np.random.default_rng(2)
TURN, STRETCH = (m := DICE.normal(size=(4, 4))) - m.T, m + m.T
STILL = {"n": np.ones((10, 1)), "J": TURN, "P": STRETCH}

SIMPLE = {
    "SGD": ("SGD", {"lr": 0.05, "weight_decay": 0.01}),
    "momentum": ("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01}),
    "Nesterov": ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
}
ADAPTIVE = {
    "Adam": ("Adam", {"lr": 0.01, "weight_decay": 0.01}),
    "AdamW": ("AdamW", {"lr": 0.01, "weight_decay": 0.1}),
    "NAdam": ("NAdam", {"lr": 0.01, "weight_decay": 0.01}),
    "RMSprop": ("RMSprop", {"lr": 0.003, "momentum": 0.5, "weight_decay": 0.01}),
    "AMSGrad": ("Adam", {"lr": 0.01, "weight_decay": 0.01, "amsgrad": True}),
    "NAdamW": ("NAdam", {"lr": 0.01, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    "centred": ("RMSprop", {"lr": 0.003, "centered": True, "weight_decay": 0.01}),
    "Adagrad": ("Adagrad", {"lr": 0.03, "lr_decay": 0.01, "weight_decay": 0.01}),
}
WAYS = [{"foreach": False}, {"foreach": True}, {"fused": True}]
UNFUSED = {"NAdam", "NAdamW", "RMSprop", "centred"}


@pytest.fixture(scope="module", autouse=True)
def float64():
    """NAdam keeps its product of momenta in torch's default type."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@cache
def laws(name):
    """The laws of one optimizer and the blocks that they speak of; without momentum none of rotations."""
    kind, options = (SIMPLE | ADAPTIVE)[name]
    (group,) = from_torch(getattr(torch.optim, kind)(network().parameters(), **options))
    rule = group.rule
    charged = [field for field in FIELDS if rule.momenta or field != "skew"]
    made = [
        (derive(rule, FIELDS[field][0]), FIELDS[field][1])
        for derive in (exact, buffer_law)
        for field in charged
        if derive is exact or rule.momenta
    ]
    return [(law, kernel(law.ledger), blocks) for law, blocks in made]


def gaps(name, way):
    """By how much each law is missed along a run."""
    kind, options = (SIMPLE | ADAPTIVE)[name]
    model = network()
    optimizer = getattr(torch.optim, kind)(model.parameters(), **options, **way)
    letters, numbers = record(steps_of(model, optimizer, options["lr"]))
    for law, made, blocks in laws(name):
        still = {p.name: STILL[p.name] for p in law.frame.generator.parameters}
        yield max(misses(law, made, arrays(law, blocks, letters, numbers) | still))


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize("name", SIMPLE)
def test_sgd_obeys_its_laws(name, way):
    for gap in gaps(name, way):
        assert gap < 1e-12


@pytest.mark.parametrize(("name", "way"), [(n, way) for n in ADAPTIVE for way in WAYS[: 2 if n in UNFUSED else 3]])
def test_adaptive_methods_obey_theirs(name, way):
    for gap in gaps(name, way):
        assert gap < 1e-11


def missed(law, blocks, letters, numbers):
    still = {p.name: STILL[p.name] for p in law.frame.generator.parameters}
    return max(misses(law, kernel(law.ledger), arrays(law, blocks, letters, numbers) | still))


OWN = {
    "SGDW": (sgdw(), {"eta": cosine(0.05), "beta": 0.9, "lambda": 0.1}),
    "Lion": (lion(), {"eta": cosine(0.002), "beta_1": 0.9, "beta_2": 0.99, "lambda": 0.1}),
    "Muon": (muon(), {"eta": cosine(0.02), "beta": 0.9, "lambda": 0.1}),
}


@pytest.mark.parametrize("name", OWN)
def test_rules_that_torch_has_not_obey_theirs(name):
    rule, hyper = OWN[name]
    letters, numbers = record(played_steps_of(network(), rule, hyper))
    for (X, blocks), derive in product(FIELDS.values(), (exact, buffer_law)):
        assert missed(derive(rule, X), blocks, letters, numbers) < 1e-12


def test_muon_obeys_its_laws_in_torch_as_by_hand():
    model = network()
    pair = [model[3].weight, model[4].weight]
    options = {"lr": 0.02, "momentum": 0.9, "weight_decay": 0.1, "nesterov": False}
    letters, numbers = record(steps_of(model, torch.optim.Muon(pair, **options), options["lr"]))
    rule = from_torch(torch.optim.Muon(pair, **options))[0].rule
    for derive, field in [(exact, "skew"), (exact, "symmetric"), (buffer_law, "skew")]:
        law, blocks = derive(rule, FIELDS[field][0]), FIELDS[field][1]
        assert missed(law, blocks, letters, numbers) < 1e-11


def test_a_normalisation_with_an_epsilon_breaks_the_law_and_the_account_says_by_how_much():
    model = network(eps=1e-5)
    letters, numbers = record(steps_of(model, torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9), 0.05))
    X, blocks = FIELDS["scale"]
    told = {derive: missed(derive(sgd(), X), blocks, letters, numbers) for derive in (exact, account)}
    assert told[account] < 1e-12
    assert told[exact] > 1e-7


def test_normalised_descent_is_rmsprop_filter_by_filter_on_the_sphere():
    """Two trainings side by side, the same batches: by torch's SGD, and with directions by the rule on the sphere."""
    rate, decay = 0.1, 0.02
    plain, round_ = network(), network()
    filters: Any = round_[0].weight
    memory = (filters.detach() ** 2).sum(1, keepdim=True) ** 2
    filters.data /= memory**0.25
    made = on_sphere(sgd(rate, 0, decay))
    step, accumulated = (lambdify([G, SQUARE], told, torch) for told in (made.rate, made.accumulated))
    optimizers = [torch.optim.SGD(plain.parameters(), lr=rate, weight_decay=decay)]
    optimizers.append(torch.optim.SGD([*round_.parameters()][1:], lr=rate, weight_decay=decay))
    (pixels, classes), dice = digits(), torch.Generator().manual_seed(1)
    for _ in range(200):
        batch = torch.randint(len(classes), (64,), generator=dice)
        losses = [torch.nn.functional.cross_entropy(model(pixels[batch]), classes[batch]) for model in (plain, round_)]
        assert abs(losses[0] - losses[1]) < 1e-12
        for model, optimizer, loss in zip((plain, round_), optimizers, losses, strict=True):
            model.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            slope = filters.grad
            filters -= step(memory, 0) * slope
            filters /= filters.norm(dim=1, keepdim=True)
            memory = accumulated(memory, (slope**2).sum(1, keepdim=True))


def test_groups_are_read_live():
    model = network()
    groups = [{"params": model[0].parameters(), "lr": 0.5}, {"params": model[3].parameters(), "momentum": 0}]
    optimizer = torch.optim.SGD(groups, lr=0.1, momentum=0.9)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 10)
    first, second = from_torch(optimizer)
    assert (first.rule.name, second.rule.name) == ("SGD with momentum", "SGD")
    assert first.values() == {"beta": 0.9, "eta": 0.5, "lambda_": 0}
    optimizer.step()
    schedule.step()
    assert first.values()["eta"] == optimizer.param_groups[0]["lr"] < 0.5


def test_torch_climbs_with_its_gradient_turned_round():
    (group,) = from_torch(torch.optim.SGD([torch.zeros(2, requires_grad=True)], momentum=0.5, maximize=True))
    assert group.rule.linear[Letter("v")][g] == -1


def test_an_optimizer_without_a_rule_is_refused_in_one_sentence():
    with pytest.raises(SymlagError) as caught:
        from_torch(torch.optim.LBFGS([torch.zeros(2, requires_grad=True)]))
    assert "torch.optim.LBFGS: symlag has no rule for it; write one of SGD," in str(caught.value)
    assert "\n" not in str(caught.value)
