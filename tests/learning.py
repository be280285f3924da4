"""Training on digits by torch's own optimizers, every letter of every step kept."""

from functools import cache

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn

from symlag.discrete.updates import Letter, theta
from symlag.optimizers import from_torch
from symlag.program._names import public
from tests.playing import STEPS, Play, cosine

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


def batches(model):
    """The gradients of each step's minibatch, one step after the other."""
    torch.set_num_threads(1)
    (pixels, classes), dice = digits(), torch.Generator().manual_seed(1)
    for step in range(STEPS):
        batch = torch.randint(len(classes), (BATCH,), generator=dice)
        model.zero_grad()
        nn.functional.cross_entropy(model(pixels[batch]), classes[batch]).backward()
        yield step, dice


def steps_of(model, optimizer, peak):
    """Each step of training by torch: the name of a parameter, its letters, and the numbers of its group."""
    groups = {p: group for group in from_torch(optimizer) for p in group.parameters}
    named = {name: p for name, p in model.named_parameters() if p in groups}
    for step, dice in batches(model):
        for live in optimizer.param_groups:
            live["lr"] = cosine(peak)(step)
        if step == KICKED:
            kick(optimizer, dice)
        before = {p: groups[p].before(p) for p in named.values()}
        optimizer.step()
        for name, p in named.items():
            letters = groups[p].between(before[p], p.grad.clone(), groups[p].before(p), step)
            yield name, {x: value.numpy() for x, value in letters.items()}, groups[p].values()


def played_steps_of(model, rule, hyper):
    """The same by a rule of symlag's own, of the weight matrices alone."""
    played = Play(rule, hyper)
    named = {name: p for name, p in model.named_parameters() if p.ndim == 2}
    states = {name: played.pushed(p.detach().numpy().copy(), np.random.default_rng(3)) for name, p in named.items()}
    for step, _ in batches(model):
        numbers = {public(s): value for s, value in played.numbers(step).items()}
        for name, p in named.items():
            known = played.step(states[name], p.grad.numpy().copy(), step)
            states[name] = {x: known[x.new] for x in rule.equations}
            p.data = torch.from_numpy(known[theta.new].copy())
            yield name, {x: value for x, value in known.items() if isinstance(x, Letter)}, numbers


def record(steps):
    """By parameter, the letters (steps, …), and the numbers of the hyper-parameters (steps,)."""
    letters, numbers = {}, {}
    for name, found, known in steps:
        for kept, values in ((letters, found), (numbers, known)):
            for key, value in values.items():
                kept.setdefault(name, {}).setdefault(key, []).append(value)
    return tuple(
        {name: {key: np.array(values) for key, values in of.items()} for name, of in kept.items()}
        for kept in (letters, numbers)
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
