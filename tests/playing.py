"""Update rules played with arrays, entry by entry as they are written, under gradients that respect a symmetry."""

from typing import Any

import numpy as np
from sympy import lambdify

from symlag.discrete.updates import g, k, theta

STEPS = 400


def cosine(peak):
    return lambda step: peak * (1 + np.cos(np.pi * step / STEPS)) / 2


def polar_factor(matrix):
    left, _, right = np.linalg.svd(matrix, full_matrices=False)
    return left @ right


class Play:
    """A rule with numbers, or functions of the step, for its hyper-parameters by name."""

    def __init__(self, rule, hyper):
        self.rule, self.hyper = rule, hyper
        self.entering = [*rule.equations, *(x.new for x in rule.equations), g, k, *rule.hyperparameters]
        modules = [{"polar": polar_factor}, "numpy"]
        self.told = {x: lambdify(self.entering, e, modules) for x, e in rule.equations.items()}

    def numbers(self, step):
        given = {s: self.hyper[str(s)] for s in self.rule.hyperparameters}
        return {s: value(step) if callable(value) else value for s, value in given.items()}

    def start(self, weights) -> Any:
        """What each letter starts from."""
        values = {x: self.rule.initial.get(x, 0) for x in self.rule.equations}
        return {x: weights if theta in (x, e) else np.full_like(weights, e) for x, e in values.items()}

    def pushed(self, weights, dice):
        """A start with first moments drawn at random, so that there are charges from the first step on."""
        return self.start(weights) | {x: dice.normal(size=weights.shape) for x in self.rule.momenta}

    def step(self, state, gradient, step) -> Any:
        """All letters before and after a step."""
        known = {**state, g: gradient, k: step, **self.numbers(step)}
        for x, told in self.told.items():
            known[x.new] = told(*(known.get(s) for s in self.entering))
        return known


def orthogonal(gradients, moves):
    """Gradients less what of them lies along the moves of all coordinates."""
    along = sum((gradients[q] * moves[q]).sum() for q in moves)
    square = sum((moves[q] ** 2).sum() for q in moves)
    return {q: gradients[q] - along / square * moves[q] for q in gradients}


def play(law, weights, move, **hyper):
    """The arrays of a run of the law's rule, by the names that kernels know, each with one entry a step.

    `move` makes the values of ξ of those of the coordinates; without it, gradients break every symmetry.
    """
    dice, rule, frame = np.random.default_rng(0), Play(law.rule, hyper), law.frame
    states, record = {q: rule.pushed(w, dice) for q, w in weights.items()}, {}
    before = dict(weights)
    for step in range(STEPS):
        at = {q: state[theta] for q, state in states.items()}
        gradients = {q: dice.normal(size=w.shape) for q, w in at.items()}
        gradients = orthogonal(gradients, move(at)) if move else gradients
        for q, state in states.items():
            known = rule.step(state, gradients[q], step)
            states[q] = {x: known[x.new] for x in state}
            read = {frame.block(x, q): known[x] for x in known if hasattr(x, "stem")}
            for block, value in {**read, frame.block(theta.old, q): before[q]}.items():
                record.setdefault(str(block), []).append(value)
        before = at
        for s, value in rule.numbers(step).items():
            record.setdefault({"lambda": "lambda_"}.get(str(s), str(s)), []).append(value)
        record.setdefault("k", []).append(step)
    return {name: np.array(values) for name, values in record.items()}


def misses(law, ledger, record):
    """By how much each charge misses the law, relative to the largest it ever is or is changed by.

    `ledger` is the kernel of the law's ledger.
    """
    told = ledger(**{name: fitting(record[name]) for name in ledger.inputs})
    return [_missed({key: np.asarray(value) for key, value in told.items()}, name, law.sources) for name in law.names]


def fitting(array):
    """Blocks of one column as kernels take them, without the axis of columns."""
    return array[..., 0] if array.ndim > 1 and array.shape[-1] == 1 else array


def _missed(told, name, sources):
    parts = [told[f"{name}_kept"], *(told[f"{name}_{source}"] for source in sources)]
    after = told[f"{name}_new"]
    return float(abs(after - sum(parts)).max() / max(abs(part).max() for part in [after, *parts]))
