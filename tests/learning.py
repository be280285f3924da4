"""Training on digits by torch's own optimizers, every letter of every step kept."""

from functools import cache

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn

from symlag.optimizers import from_torch
from symlag.updates import theta
from tests.playing import STEPS, cosine

BATCH, KICKED = 64, 10


@cache
def digits():
    pixels, classes = load_digits(return_X_y=True)
    return torch.from_numpy(pixels / 16), torch.from_numpy(classes)


def network(eps=1e-30):
    """Filters before a normalisation, a linear pair, and a classifier; its scale symmetry as exact as eps is small."""
    torch.manual_seed(0)
    layers = (
        nn.Linear(64, 8, bias=False),
        nn.BatchNorm1d(8, eps=eps),
        nn.ReLU(),
        nn.Linear(8, 4, bias=False),
        nn.Linear(4, 10, bias=False),
    )
    return nn.Sequential(*layers).double()


def kick(optimizer, dice):
    """Shift the first moments at random: from rest, the charges of rotations would be zero all along."""
    for parameter, state in optimizer.state.items():
        for name in {"momentum_buffer", "exp_avg"} & {*state}:
            state[name] += 0.01 * torch.randn(parameter.shape, generator=dice, dtype=parameter.dtype)


def steps_of(model, optimizer, peak):
    """Each step of training: the group and the parameter by name, and its letters."""
    torch.set_num_threads(1)
    (pixels, classes), dice = digits(), torch.Generator().manual_seed(1)
    groups = {p: group for group in from_torch(optimizer) for p in group.parameters}
    named = {name: p for name, p in model.named_parameters() if p in groups}
    for step in range(STEPS):
        for live in optimizer.param_groups:
            live["lr"] = cosine(peak)(step)
        batch = torch.randint(len(classes), (BATCH,), generator=dice)
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(pixels[batch]), classes[batch]).backward()
        if step == KICKED:
            kick(optimizer, dice)
        before = {p: groups[p].before(p) for p in named.values()}
        optimizer.step()
        for name, p in named.items():
            letters = groups[p].between(before[p], p.grad.clone(), groups[p].before(p), step)
            yield name, groups[p], letters


def record(model, optimizer, peak):
    """By parameter, the letters (steps, …), and the numbers of the hyper-parameters (steps,)."""
    letters, numbers = {}, {}
    for name, group, found in steps_of(model, optimizer, peak):
        for x, value in found.items():
            letters.setdefault(name, {}).setdefault(x, []).append(value.numpy())
        for symbol, number in group.values().items():
            numbers.setdefault(name, {}).setdefault(symbol, []).append(number)
    return (
        {name: {x: np.array(values) for x, values in of.items()} for name, of in letters.items()},
        {name: {s: np.array(values) for s, values in of.items()} for name, of in numbers.items()},
    )


def arrays(law, blocks, letters, numbers):
    """What a law's kernels take: the letters of each of its coordinates, read from parameters by `blocks`."""
    frame, made = law.frame, {}
    for q, (name, view) in blocks.items():
        at = {x: view(value) for x, value in letters[name].items()}
        at[theta.old] = np.concatenate([at[theta][:1], at[theta][:-1]])
        made |= {str(frame.block(x, q)): value for x, value in at.items()}
        made |= numbers[name]
    return {**made, "k": np.arange(STEPS)}
