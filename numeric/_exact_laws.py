"""Every optimizer on one small network, the symmetries of that network, and by how much each exact law is missed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import torch

from numeric._recorded_minibatches import Record, Views, arrays, network, played_steps_of, record, steps_of
from numeric._rule_simulation import cosine, misses, read
from symlag.calculus.jets import block
from symlag.calculus.matrices import Skew, Symmetric
from symlag.kernels.array_function import Kernel, kernel
from symlag.optimizers.exact_law import DiscreteLaw, exact, momentum_law
from symlag.optimizers.library.momentum import sgdw
from symlag.optimizers.library.sign_and_polar import lion, muon
from symlag.optimizers.parameter_groups import across
from symlag.optimizers.torch_optimizers import from_torch
from symlag.optimizers.update_rule import UpdateRule
from symlag.variational.families import scale, translation
from symlag.variational.generator import Generator

w, c = block("w", 64), block("c", 10)
U, V = block("U", 10, 4), block("V", 8, 4)
J, P = Skew("J", 4, 4), Symmetric("P", 4, 4)
PAIR: Views = {U: ("4.weight", lambda value: value), V: ("3.weight", lambda value: value.swapaxes(-1, -2))}


class Field(NamedTuple):
    """A symmetry of the network, and where its coordinates are among the parameters."""

    generator: Generator
    views: Views


FIELDS = {
    "scale": Field(scale(w), {w: ("0.weight", lambda value: value[:, 3])}),
    "translation": Field(translation(c), {c: ("4.weight", lambda value: value[:, :, 1])}),
    "skew": Field(Generator({U: U * J, V: V * J}, parameters=(J,)), PAIR),
    "symmetric": Field(Generator({U: U * P, V: -V * P}, parameters=(P,)), PAIR),
}
_DICE = np.random.default_rng(2)
_TURN, _STRETCH = (m := _DICE.normal(size=(4, 4))) - m.T, m + m.T
STILL = {"n": np.ones((10, 1)), "J": _TURN, "P": _STRETCH}

SIMPLE: dict[str, tuple[str, dict[str, Any]]] = {
    "SGD": ("SGD", {"lr": 0.05, "weight_decay": 0.01}),
    "heavy ball with dampening": ("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01}),
    "Nesterov": ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
}
ADAPTIVE: dict[str, tuple[str, dict[str, Any]]] = {
    "Adam": ("Adam", {"lr": 0.01, "weight_decay": 0.01}),
    "AMSGrad": ("Adam", {"lr": 0.01, "weight_decay": 0.01, "amsgrad": True}),
    "AdamW": ("AdamW", {"lr": 0.01, "weight_decay": 0.1}),
    "NAdam": ("NAdam", {"lr": 0.01, "weight_decay": 0.01}),
    "NAdamW": ("NAdam", {"lr": 0.01, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    "RMSprop": ("RMSprop", {"lr": 0.003, "momentum": 0.5, "weight_decay": 0.01}),
    "RMSprop, centred": ("RMSprop", {"lr": 0.003, "centered": True, "weight_decay": 0.01}),
    "Adagrad": ("Adagrad", {"lr": 0.03, "lr_decay": 0.01, "weight_decay": 0.01}),
}
OWN: Mapping[str, tuple[UpdateRule, dict[str, Any]]] = {
    "SGDW": (sgdw(), {"eta": cosine(0.05), "beta": 0.9, "lambda": 0.1}),
    "Lion": (lion(), {"eta": cosine(0.002), "beta_1": 0.9, "beta_2": 0.99, "lambda": 0.1}),
    "Muon": (muon(), {"eta": cosine(0.02), "beta": 0.9, "lambda": 0.1}),
}
UNFUSED = {"NAdam", "NAdamW", "RMSprop", "RMSprop, centred"}  # torch has no kernel of its own for these
GROUPS: list[dict[str, Any]] = [
    {"lr": 0.05, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01},
    {"lr": 0.02, "momentum": 0.6, "nesterov": True, "weight_decay": 0.03},
]
MUON: dict[str, Any] = {"lr": 0.02, "momentum": 0.9, "weight_decay": 0.1, "nesterov": False}


def ways(name: str) -> dict[str, dict[str, bool]]:
    """How torch can take a step."""
    made = {"for loop": {"foreach": False}, "foreach": {"foreach": True}}
    return made if name in UNFUSED else {**made, "fused": {"fused": True}}


def gaps(name: str, way: Mapping[str, bool]) -> dict[str, float]:
    """By how much each law is missed along 400 steps of one of torch's optimizers."""
    kind, options = (SIMPLE | ADAPTIVE)[name]
    model = network()
    run = record(steps_of(model, getattr(torch.optim, kind)(model.parameters(), **options, **way)))
    return {told: missed(law, made, views, run) for told, law, made, views in _laws(name)}


def own_gaps(name: str) -> dict[str, float]:
    """The same of a rule that torch has not, or not in float64, played by symlag."""
    rule, hyper = OWN[name]
    run = record(played_steps_of(network(), rule, hyper))
    return {told: missed(law, made, views, run) for told, law, made, views in _of(rule)}


def muon_gaps() -> dict[str, float]:
    """The same of torch's Muon, of the matrices behind the normalisation; its polar factor is rounded to bfloat16."""
    model = network()
    optimizer = torch.optim.Muon([model.get_parameter(name) for name, _ in PAIR.values()], **MUON)
    (rule,), told = (group.rule for group in from_torch(optimizer)), ("skew", "symmetric", "skew buffers")
    made = [entry for entry in _of(rule) if entry[0] in told]
    run = record(steps_of(model, optimizer))
    return {name: missed(law, ledger, views, run) for name, law, ledger, views in made}


def group_gaps() -> dict[str, float]:
    """By how much the balance of two parameter groups with unlike rates is missed, and the account of either."""
    model, found = network(), dict[str, float]()
    weights = [model.get_parameter(name) for name, _ in PAIR.values()]
    optimizer = torch.optim.SGD([{"params": [p], **rates} for p, rates in zip(weights, GROUPS, strict=True)])
    rules = [(group.rule, [q]) for group, q in zip(from_torch(optimizer), PAIR, strict=True)]
    letters, numbers = record(steps_of(model, optimizer))
    for field in ("skew", "symmetric"):
        law, run = across(rules, FIELDS[field].generator), dict[str, Any]()
        for i, (part, (q, view)) in enumerate(zip(law.parts, PAIR.items(), strict=True), start=1):
            own = {f"{name.rstrip('_')}_{i}": values for name, values in numbers[view[0]].items()}
            run |= arrays(part, {q: view}, letters, {view[0]: own}) | _still(part)
            found[f"{field}, account of group {i}"] = max(misses(part, kernel(part.ledger), run))
        found[field] = max(misses(law, kernel(law.ledger), run))
    return found


def missed(law: DiscreteLaw, ledger: Kernel, views: Views, run: tuple[Record, Record]) -> float:
    """By how much a law is missed along a run, the charge that misses it most."""
    return max(misses(law, ledger, arrays(law, views, *run) | _still(law)))


def window_gap() -> float:
    """By how much the window identity of SGD with momentum is missed from step 100 to 300, at a constant rate."""
    model, (X, views) = network(), FIELDS["scale"]
    optimizer = torch.optim.SGD(model.parameters(), 0.05, 0.9, weight_decay=0.01)
    (group,) = from_torch(optimizer)
    law = exact(group.rule, X)
    run = arrays(law, views, *record(steps_of(model, optimizer, lambda _: 1.0)))
    window, numbers = (
        law.window(),
        {s: run[name][0] for s, name in zip(law.rule.hyperparameters, group.values(), strict=True)},
    )
    path = {form: (made := kernel(law.frame.value(form)))(**read(made, run)) for form in {**window.sums, **window.ends}}
    sums = [float(c.subs(numbers)) * path[form][100:300].sum() for form, c in window.sums.items()]
    ends = [float(c.subs(numbers)) * (path[form][300] - path[form][100]) for form, c in window.ends.items()]
    return abs(sum(sums) + sum(ends)) / max(map(abs, sums))


@cache
def _laws(name: str) -> list[tuple[str, DiscreteLaw, Kernel, Views]]:
    kind, options = (SIMPLE | ADAPTIVE)[name]
    (group,) = from_torch(getattr(torch.optim, kind)(network().parameters(), **options))
    return [*_of(group.rule)]


def _of(rule: UpdateRule) -> Iterator[tuple[str, DiscreteLaw, Kernel, Views]]:
    """The laws of one rule with their kernels; without momentum none of rotations, and none of buffers."""
    for name, (X, views) in FIELDS.items():
        if rule.momenta:
            law = momentum_law(rule, X)
            yield f"{name} buffers", law, kernel(law.ledger), views
        if rule.momenta or name != "skew":
            law = exact(rule, X)
            yield name, law, kernel(law.ledger), views


def _still(law: DiscreteLaw) -> dict[str, Any]:
    return {p.name: STILL[p.name] for p in law.frame.generator.parameters}
