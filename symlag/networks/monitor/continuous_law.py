"""The continuous law beside the exact one: m Q̈ + μ Q̇ + κQ = S, driven by the measured KSB.

A rule that is linear in its gradients is, up to O(η), mechanics in the time h of a step, such as h = η. There the
charge of positions is twice the quantity Q of the theorem's closed form, whose coefficients are those of the parameter
group at each step. Its source is S = m|q̇|², and h²|q̇|² is the KSB that the step was measured to add. From the first
step on, Q moves by this law alone,

    (Q, Q̇) ← exp(h [[0, 1], [−κ/m, −μ/m]]) (Q, Q̇) + what S adds meanwhile,

and misses the charge by O(η): it is an approximation, where the exact law leaves nothing out.

>>> from symlag.optimizers.library.momentum import sgd
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
from symlag.networks.monitor.charges import ChargeFamily
from symlag.networks.monitor.ledger import CONTINUOUS, RATE, Ledger
from symlag.networks.monitor.numeric_laws import KINDS
from symlag.networks.monitor.plan import Plan
from symlag.networks.monitor.step_window import MeasuredStep, StepWindow
from symlag.optimizers.transfer_function import continuous_limit
from symlag.optimizers.update_rule import UpdateRule
from symlag.variational.closed_form import Oscillation, solve
from symlag.variational.noether import noether

Array = NDArray[np.float64]
Coefficients = Callable[..., tuple[float, float, float, float]]  # of hyper-parameters: what `oscillator` returns


@dataclass(frozen=True, eq=False)
class ContinuousLaw:
    """The continuous law of one charge, with the coefficients that `oscillator` has for its group's rule."""

    charge: str
    group: int
    tensors: tuple[str, ...]
    coefficients: Coefficients

    def predict(self, account: Account, steps: Sequence[MeasuredStep], start: Array | None) -> Array:
        """The charge and its rate after each step, (steps, 2).

        They go on from `start`, or begin with the charge before the first step and the rate that this step gave it.
        """
        coefficients = [self._coefficients_at(step) for step in steps]
        h = np.array(coefficients)[:, 0]
        ksb = account.total_terms.get("KSB", np.zeros(len(steps)))
        if start is None:
            before, after = account.before[0].sum(), account.after[0].sum()
            start = np.array([before, _quotient(after - before, h[0])])
        state, path = start, list[Array]()
        for (time, stiffness, friction, push), source in zip(coefficients, _quotient(ksb, h), strict=True):
            flow, response = _flow(time, stiffness, friction)
            state = flow @ state + push * source * response
            path.append(state)
        return np.array(path)

    def _coefficients_at(self, step: MeasuredStep) -> tuple[float, ...]:
        """Those of a step; no time goes by where none of the tensors moves."""
        coefficients = self.coefficients(*step.hyperparameters[self.group])
        moving = any(tensor in step.counts for tensor in self.tensors)
        return coefficients if moving else (0.0,) * len(coefficients)


def continuous_laws(plan: Plan, every: int) -> tuple[Mapping[str, ContinuousLaw], Mapping[str, str]]:
    """The continuous laws of the families of a plan, and the reasons why others have none, both by name."""
    laws, reasons = dict[str, ContinuousLaw](), dict[str, str]()
    groups = {tensor.name: tensor.group for tensor in plan.tensors}
    coefficients = cache(lambda group, kind: oscillator(plan.groups[group].rule, kind))
    for family in plan.families:
        try:
            laws[family.name] = _continuous_law(family, groups, every, coefficients)
        except SymlagError as error:
            rules = ", ".join(dict.fromkeys(summand.law.rule.name for summand in family.summands))
            reasons[family.name] = f"No continuous law is followed beside that of {rules}: {error.wrong}."
    return laws, reasons


def predicted_columns(
    laws: Mapping[str, ContinuousLaw], accounts: Sequence[Account], window: StepWindow, ledger: Ledger
) -> dict[str, Array]:
    """The columns of all continuous laws over a window of steps, which go on from the last row of a ledger."""
    columns = dict[str, Array]()
    for account in accounts:
        law = laws.get(account.family.name)
        if law and law.charge == account.name:
            names = [f"{account.name}/{column}" for column in (CONTINUOUS, RATE)]
            start = np.array([ledger[name][-1] for name in names]) if len(ledger) else None
            columns |= dict(zip(names, law.predict(account, window.steps, start).T, strict=True))
    return columns


def _continuous_law(
    family: ChargeFamily, groups: Mapping[str, int], every: int, coefficients: Callable[[int, str], Coefficients]
) -> ContinuousLaw:
    """The continuous law of a family's charge of positions; `SymlagError` where it has none."""
    tensors = tuple(summand.tensor for summand in family.summands)
    group, *others = {groups[tensor] for tensor in tensors}
    if every > 1:
        raise SymlagError(f"every={every}", "it is driven by every step, and not every one is measured", "every=1")
    if others:
        wrong = "several groups train its tensors, each in a time of its own"
        raise SymlagError(family.name, wrong, "Train its tensors in one parameter group.")
    charge = family.summands[0].law.charges[0]
    return ContinuousLaw(f"{family.name}/{charge}", group, tensors, coefficients(group, family.kind))


def oscillator(rule: UpdateRule, kind: str) -> Coefficients:
    """The coefficients h, hκ/m, hμ/m and S/(m|q̇|²) of the charge of positions, as a function of hyper-parameters.

    `SymlagError` where the rule is not mechanics, or no function of position stands behind the charge.
    """
    coefficients: Coefficients = lambdify(
        [*rule.hyperparameters], _oscillator(continuous_limit(rule).mechanics, kind), "math"
    )
    return coefficients


@cache
def _oscillator(mechanics: Rule, kind: str) -> tuple[Expr, ...]:
    """The coefficients, derived from Noether's law of the symmetry under the mechanics."""
    (_, X), h = KINDS[kind], mechanics.step
    positions = [*X.components]
    form = solve(noether(mechanics.lagrangian(invariant_loss("f", X), positions), X))
    if not isinstance(form, Oscillation):
        wrong = "they are the rate of no function of position"
        raise SymlagError(f"charges that are {kind}", wrong, "Ask for charges of symmetric generators.")
    squares, rate_squares = (sum(inner(x, x) for x in xs) for xs in (positions, [q.dot for q in positions]))
    push = S.Zero
    if form.source != 0:
        push = proportion(form.source, rate_squares) / form.mass / proportion(form.quantity, squares)
    return (
        h,
        lowest_terms(h * form.stiffness / form.mass),
        lowest_terms(h * form.friction / form.mass),
        lowest_terms(push),
    )


@lru_cache(maxsize=1024)
def _flow(time: float, stiffness: float, friction: float) -> tuple[Array, Array]:
    """What a step makes of (Q, Q̇), and what a source of one adds meanwhile."""
    rates = [[0, time, 0], [-stiffness, -friction, 1], [0, 0, 0]]
    exponential = torch.linalg.matrix_exp(torch.tensor(rates, dtype=torch.float64)).numpy()
    return exponential[:2, :2], exponential[:2, 2]


def _quotient(x: Array, h: Array) -> Array:
    """x/h, and zero where no time goes by."""
    return np.divide(x, h, out=np.zeros(np.shape(x)), where=np.asarray(h) > 0)
