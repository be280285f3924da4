"""The continuous closed form beside the exact law: m Q̈ + μ Q̇ + κQ = S, driven by what was measured of the motion.

A rule that is linear in its gradients is mechanics in the time h of a step. There the charge of positions is twice the
quantity Q of the theorem's closed form, whose coefficients are those of the group at each step; S is m|q̇|², and
h²|q̇|² is the KSB that the step was measured to add. From the first step on Q moves by the law alone,

    (Q, Q̇) ← exp(h [[0, 1], [−κ/m, −μ/m]]) (Q, Q̇) + the part of S,

and is missed by O(η): an approximation, where the exact law leaves nothing out.

>>> from symlag.optimizers.library import sgd
>>> h, stiffness, friction, push = oscillator(sgd(), "symmetric")(0.9, 0.1, 0.01)
>>> round(stiffness, 4), round(friction, 4), round(push, 4)
(0.0211, 0.1053, 2)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from sympy import Expr, S, lambdify

from symlag.calculus.matrices import inner
from symlag.calculus.normal_form import lowest_terms, proportion
from symlag.errors import SymlagError
from symlag.learning.continuous_rules import Rule
from symlag.learning.losses import invariant_loss
from symlag.networks.monitor.account import Account
from symlag.networks.monitor.charges import Line
from symlag.networks.monitor.exact_laws import KINDS
from symlag.networks.monitor.ledger import CONTINUOUS, RATE, Ledger
from symlag.networks.monitor.plan import Plan
from symlag.networks.monitor.step_window import Step, Stretch
from symlag.optimizers.transfer_function import continuous_limit
from symlag.optimizers.update_rule import UpdateRule
from symlag.variational.closed_form import Oscillation, solve
from symlag.variational.noether import noether

Array = NDArray[np.float64]
Numbers = Callable[..., tuple[float, float, float, float]]


@dataclass(frozen=True, eq=False)
class Continuous:
    """The closed form of one charge: its `numbers` of the hyper-parameters of its group are those of `oscillator`."""

    charge: str
    group: int
    tensors: tuple[str, ...]
    numbers: Numbers

    def followed(self, account: Account, steps: Sequence[Step], start: Array | None) -> Array:
        """The charge and its rate after each step, (steps, 2), from those before, or from what the first step does."""
        told = [self._numbers(step) for step in steps]
        h, moved = np.array(told)[:, 0], account.gained["KSB"] if "KSB" in account.gained else np.zeros(len(steps))
        if start is None:
            before, after = account.before[0].sum(), account.after[0].sum()
            start = np.array([before, _quotient(after - before, h[0])])
        state, path = start, list[Array]()
        for (time, stiffness, friction, push), source in zip(told, _quotient(moved, h), strict=True):
            flow, pushed = _flow(time, stiffness, friction)
            state = flow @ state + push * source * pushed
            path.append(state)
        return np.array(path)

    def _numbers(self, step: Step) -> tuple[float, ...]:
        """Those of a step; no time goes by where none of its tensors moves."""
        told = self.numbers(*step.values[self.group])
        return told if any(tensor in step.counts for tensor in self.tensors) else (0.0,) * len(told)


def continuous(plan: Plan, every: int) -> tuple[Mapping[str, Continuous], Mapping[str, str]]:
    """The closed forms of the lines of a plan, and the reasons why others have none, both by the name of the line."""
    found, lacking = dict[str, Continuous](), dict[str, str]()
    groups = {track.name: track.group for track in plan.tracks}
    numbers = cache(lambda group, kind: oscillator(plan.groups[group].rule, kind))
    for line in plan.lines:
        try:
            found[line.name] = _closed(line, groups, every, numbers)
        except SymlagError as error:
            rules = ", ".join(dict.fromkeys(part.law.rule.name for part in line.parts))
            lacking[line.name] = f"No continuous law is followed beside that of {rules}: {error.wrong}."
    return found, lacking


def beside(
    forms: Mapping[str, Continuous], found: Sequence[Account], stretch: Stretch, ledger: Ledger
) -> dict[str, Array]:
    """The columns of all closed forms over a stretch of steps, which go on from the last row of the ledger."""
    columns = dict[str, Array]()
    for account in found:
        form = forms.get(account.line.name)
        if form and form.charge == account.name:
            names = [f"{account.name}/{column}" for column in (CONTINUOUS, RATE)]
            start = np.array([ledger[name][-1] for name in names]) if len(ledger) else None
            columns |= dict(zip(names, form.followed(account, stretch.steps, start).T, strict=True))
    return columns


def _closed(line: Line, groups: Mapping[str, int], every: int, numbers: Callable[[int, str], Numbers]) -> Continuous:
    tensors = tuple(part.tensor for part in line.parts)
    group, *others = {groups[tensor] for tensor in tensors}
    if every > 1:
        raise SymlagError(f"every={every}", "it is driven by every step, and not every one is measured", "every=1")
    if others:
        raise SymlagError(line.name, "several groups train its tensors, each in a time of its own", "one group")
    charge = line.parts[0].law.charges[0]
    return Continuous(f"{line.name}/{charge}", group, tensors, numbers(group, line.kind))


def oscillator(rule: UpdateRule, kind: str) -> Numbers:
    """The numbers h, hκ/m, hμ/m and S/(m|q̇|²) of the charge of positions, as a function of the hyper-parameters.

    `SymlagError` where the rule is not mechanics, or no function of position stands behind the charge.
    """
    made: Numbers = lambdify([*rule.hyperparameters], _oscillator(continuous_limit(rule).mechanics, kind), "math")
    return made


@cache
def _oscillator(mechanics: Rule, kind: str) -> tuple[Expr, ...]:
    """The coefficients, derived from the law of the symmetry under the mechanics."""
    (_, X), h = KINDS[kind], mechanics.step
    moving = [*X.components]
    found = solve(noether(mechanics.lagrangian(invariant_loss("f", X), moving), X))
    if not isinstance(found, Oscillation):
        raise SymlagError(f"charges that are {kind}", "they are the rate of no function of position", "symmetric ones")
    still, moved = (sum(inner(x, x) for x in made) for made in (moving, [q.dot for q in moving]))
    push = S.Zero
    if found.source != 0:
        push = proportion(found.source, moved) / found.mass / proportion(found.quantity, still)
    return (
        h,
        lowest_terms(h * found.stiffness / found.mass),
        lowest_terms(h * found.friction / found.mass),
        lowest_terms(push),
    )


@lru_cache(maxsize=1024)
def _flow(time: float, stiffness: float, friction: float) -> tuple[Array, Array]:
    """What a step makes of (Q, Q̇), and what is added by a source of one, which stays as it is."""
    rates = [[0, time, 0], [-stiffness, -friction, 1], [0, 0, 0]]
    made = torch.linalg.matrix_exp(torch.tensor(rates, dtype=torch.float64)).numpy()
    return made[:2, :2], made[:2, 2]


def _quotient(x: Array, h: Array) -> Array:
    """x/h, nothing where no time goes by."""
    return np.divide(x, h, out=np.zeros(np.shape(x)), where=np.asarray(h) > 0)
