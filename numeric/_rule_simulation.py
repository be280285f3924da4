"""Update rules played with arrays, entry by entry as they are written, under gradients that respect a symmetry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from sympy import lambdify

from symlag.kernels.identifiers import argument_name
from symlag.optimizers.exact_law import DiscreteLaw
from symlag.optimizers.parameter_groups import GroupedLaw
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import Letter, g, k, theta

STEPS = 400

Known = dict[Any, Any]  # arrays by letter, numbers by symbol
Move = Callable[[Mapping[Any, Any]], Mapping[Any, Any]]  # ξ at the weights


def cosine(peak: float) -> Callable[[int], float]:
    """A learning rate that falls from its peak to nothing in `STEPS` steps."""
    return lambda step: peak * (1 + np.cos(np.pi * step / STEPS)) / 2


def polar_factor(matrix: Any) -> Any:
    """U Vᵀ of a matrix U Σ Vᵀ."""
    left, _, right = np.linalg.svd(matrix, full_matrices=False)
    return left @ right


class Play:
    """A rule with numbers, or functions of the step, for its hyper-parameters by name."""

    def __init__(self, rule: UpdateRule, hyper: Mapping[str, Any]) -> None:
        self.rule, self.hyper = rule, hyper
        self.entering = [*rule.equations, *(x.new for x in rule.equations), g, k, *rule.hyperparameters]
        modules = [{"polar": polar_factor}, "numpy"]
        self.told = {x: lambdify(self.entering, e, modules) for x, e in rule.equations.items()}

    def numbers(self, step: int) -> dict[Any, Any]:
        """The hyper-parameters at a step."""
        given = {s: self.hyper[str(s)] for s in self.rule.hyperparameters}
        return {s: value(step) if callable(value) else value for s, value in given.items()}

    def start(self, weights: Any) -> Known:
        """What each letter starts from."""
        values = {x: self.rule.initial.get(x, 0) for x in self.rule.equations}
        return {x: weights if theta in (x, e) else np.full_like(weights, e) for x, e in values.items()}

    def pushed(self, weights: Any, dice: np.random.Generator) -> Known:
        """A start with first moments drawn at random, so that there are charges from the first step on."""
        return self.start(weights) | {x: dice.normal(size=weights.shape) for x in self.rule.momenta}

    def step(self, state: Mapping[Any, Any], gradient: Any, step: int) -> Known:
        """All letters before and after a step."""
        known: Known = {**state, g: gradient, k: step, **self.numbers(step)}
        for x, told in self.told.items():
            known[x.new] = told(*(known.get(s) for s in self.entering))
        return known


def orthogonal(gradients: Mapping[Any, Any], moves: Mapping[Any, Any]) -> dict[Any, Any]:
    """Gradients less what of them lies along the moves of all coordinates."""
    along = sum((gradients[q] * moves[q]).sum() for q in moves)
    square = sum((moves[q] ** 2).sum() for q in moves)
    return {q: gradients[q] - along / square * moves[q] for q in gradients}


def play(law: DiscreteLaw, weights: Mapping[Any, Any], move: Move | None, **hyper: Any) -> dict[str, Any]:
    """The arrays of a run of the law's rule, by the names that kernels know, each with one entry a step.

    `move` makes the values of ξ of those of the coordinates; without it, gradients break every symmetry.
    """
    dice, rule = np.random.default_rng(0), Play(law.rule, hyper)
    states = {q: rule.pushed(w, dice) for q, w in weights.items()}
    before, record = dict(weights), dict[str, list[Any]]()
    for step in range(STEPS):
        at = {q: state[theta] for q, state in states.items()}
        gradients: Mapping[Any, Any] = {q: dice.normal(size=w.shape) for q, w in at.items()}
        gradients = orthogonal(gradients, move(at)) if move else gradients
        for q, state in states.items():
            known = rule.step(state, gradients[q], step) | {theta.old: before[q]}
            states[q] = {x: known[x.new] for x in state}
            _noted(record, {str(law.frame.block(x, q)): known[x] for x in known if isinstance(x, Letter)})
        before = at
        _noted(record, {argument_name(s): value for s, value in rule.numbers(step).items()} | {"k": step})
    return {name: np.array(values) for name, values in record.items()}


def misses(
    law: DiscreteLaw | GroupedLaw, ledger: Callable[..., Mapping[str, Any]], record: Mapping[str, Any]
) -> list[float]:
    """By how much each charge misses the law, relative to the largest it ever is or is changed by.

    `ledger` is the kernel of the law's ledger.
    """
    told = ledger(**read(ledger, record))
    return [_missed({key: np.asarray(value) for key, value in told.items()}, name, law.sources) for name in law.names]


def read(kernel: Any, record: Mapping[str, Any], known: Iterable[str] = ()) -> dict[str, Any]:
    """What a kernel takes of a record but for what is known, blocks of one column without the axis of columns."""
    return {name: _fitting(record[name]) for name in kernel.inputs if name not in known}


def _fitting(array: Any) -> Any:
    return array[..., 0] if array.ndim > 1 and array.shape[-1] == 1 else array


def _noted(record: dict[str, list[Any]], values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        record.setdefault(name, []).append(value)


def _missed(told: Mapping[str, Any], name: str, sources: Iterable[str]) -> float:
    parts = [told[f"{name}_kept"], *(told[f"{name}_{source}"] for source in sources)]
    after = told[f"{name}_new"]
    return float(abs(after - sum(parts)).max() / max(abs(part).max() for part in [after, *parts]))
