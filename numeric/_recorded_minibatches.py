"""Training on minibatches of digits, every letter of every step kept: by torch's optimizers, or by symlag's rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from numeric._digits import digits
from numeric._rule_simulation import STEPS, Play, cosine
from symlag.kernels.identifiers import argument_name
from symlag.optimizers.exact_law import DiscreteLaw
from symlag.optimizers.torch_optimizers import from_torch
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import Letter, theta

BATCH, KICKED = 64, 10
FALLING = cosine(1)

Seen = tuple[
    str, Mapping[Letter, Any], Mapping[str, float]
]  # a parameter's name, its letters, the numbers of its group
Record = dict[str, dict[Any, Any]]
Views = Mapping[Any, tuple[str, Callable[[Any], Any]]]  # where each coordinate of a law is among the parameters


def network(eps: float = 1e-30) -> nn.Sequential:
    """Filters before a normalisation, a linear pair, and a classifier; its scale symmetry as exact as eps is small."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        layers = (
            nn.Linear(64, 8, bias=False),
            nn.BatchNorm1d(8, eps=eps),
            nn.ReLU(),
            nn.Linear(8, 4, bias=False),
            nn.Linear(4, 10, bias=False),
        )
        return nn.Sequential(*layers).double()


def steps_of(
    model: nn.Module, optimizer: torch.optim.Optimizer, schedule: Callable[[int], float] = FALLING
) -> Iterator[Seen]:
    """Each step of training by torch, the learning rates those of its groups times a function of the step."""
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule)
    groups = {p: group for group in from_torch(optimizer) for p in group.parameters}
    named = {name: p for name, p in model.named_parameters() if p in groups}
    for step, dice in _batches(model):
        if step == KICKED:
            _kick(optimizer, dice)
        before = {p: groups[p].before(p) for p in named.values()}
        optimizer.step()
        for name, p in named.items():
            letters = groups[p].between(before[p], _slope(p).clone(), groups[p].before(p), step)
            yield name, {x: value.numpy() for x, value in letters.items()}, groups[p].values()
        scheduler.step()


def played_steps_of(model: nn.Module, rule: UpdateRule, hyper: Mapping[str, Any]) -> Iterator[Seen]:
    """The same by a rule of symlag's own, of the weight matrices alone."""
    played, dice = Play(rule, hyper), np.random.default_rng(3)
    named = {name: p for name, p in model.named_parameters() if p.ndim == 2}
    states = {name: played.pushed(p.detach().numpy().copy(), dice) for name, p in named.items()}
    for step, _ in _batches(model):
        numbers = {argument_name(s): value for s, value in played.numbers(step).items()}
        for name, p in named.items():
            known = played.step(states[name], _slope(p).numpy().copy(), step)
            states[name] = {x: known[x.new] for x in rule.equations}
            p.data = torch.from_numpy(known[theta.new].copy())
            yield name, {x: value for x, value in known.items() if isinstance(x, Letter)}, numbers


def record(steps: Iterable[Seen]) -> tuple[Record, Record]:
    """By parameter, the letters (steps, …), and the numbers of the hyper-parameters (steps,)."""
    letters, numbers = Record(), Record()
    for name, found, known in steps:
        for kept, values in ((letters, found), (numbers, known)):
            for key, value in values.items():
                kept.setdefault(name, {}).setdefault(key, []).append(value)
    stacked = lambda kept: {  # noqa: E731
        name: {key: np.array(values) for key, values in of.items()} for name, of in kept.items()
    }
    return stacked(letters), stacked(numbers)


def arrays(law: DiscreteLaw, views: Views, letters: Record, numbers: Record) -> dict[str, Any]:
    """What a law's kernels take: the letters of each of its coordinates, read from parameters by `views`."""
    made: dict[str, Any] = {"k": np.arange(STEPS)}
    for q, (name, view) in views.items():
        at = {x: view(value) for x, value in letters[name].items()}
        at[theta.old] = np.concatenate([at[theta][:1], at[theta][:-1]])
        made |= {str(law.frame.block(x, q)): value for x, value in at.items()}
        made |= numbers[name]
    return made


def _kick(optimizer: torch.optim.Optimizer, dice: torch.Generator) -> None:
    """Shift the first moments at random: from rest, the charges of rotations would be zero all along."""
    for parameter, state in optimizer.state.items():
        for name in {"momentum_buffer", "exp_avg"} & {*state}:
            state[name] += 0.01 * torch.randn(parameter.shape, generator=dice, dtype=parameter.dtype)


def _batches(model: nn.Module) -> Iterator[tuple[int, torch.Generator]]:
    """The gradients of each step's minibatch, one step after the other."""
    torch.set_num_threads(1)
    (pixels, classes), dice = digits(), torch.Generator().manual_seed(1)
    for step in range(STEPS):
        batch = torch.randint(len(classes), (BATCH,), generator=dice)
        model.zero_grad()
        nn.functional.cross_entropy(model(pixels[batch]), classes[batch]).backward()
        yield step, dice


def _slope(parameter: Tensor) -> Tensor:
    assert parameter.grad is not None
    return parameter.grad
