"""Diagnoses by gradients: a symmetry that the gradient does not have, and gradients that suddenly are much larger."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from torch import bfloat16, finfo

from symlag.networks.generators.tensor_action import Entries
from symlag.networks.monitor.account import TINY
from symlag.networks.monitor.alarm import Alarm
from symlag.networks.monitor.charges import ChargeFamily, Summand
from symlag.networks.monitor.form_reductions import ColumnSums
from symlag.networks.monitor.plan import Plan
from symlag.networks.monitor.step_window import StepWindow
from symlag.optimizers.bilinear_forms import Form
from symlag.optimizers.vectors import g

ASYMMETRIC = finfo(bfloat16).eps  # of |g||ξ|: what autocast rounds off is below, what clipping of entries makes above
GROWN = 512.0  # times the gradients before: new labels after old ones were learnt by heart make 120, GradScaler 65,536


def broken_symmetry(plan: Plan, window: StepWindow) -> Iterator[Alarm]:
    """Detect a gradient that does not have the symmetry that the finder certified of the loss.

    Statistic: |⟨g, ξ⟩| / |g||ξ| of each family, the median over the steps of a window, at which no tensor of it is
    frozen, as ⟨g, ξ⟩ then lacks a part. Threshold: `ASYMMETRIC`, and at least 4 times the precision of the tensors. Not
    asked of skew generators, of families that the finder knows to be broken or whose tensors are not all trained, nor
    of entries that had no gradient, as of words that the batch had not: other batches may have them.
    """
    for family in plan.families:
        no_gradient = any(isinstance(term, Entries) for term in family.symmetry.family.terms)
        if not family.whole or family.symmetry.broken_by or family.kind == "skew" or no_gradient:
            continue
        at = [i for i, step in enumerate(window.steps) if {*step.frozen}.isdisjoint(family.symmetry.tensors)]
        summed = sum(summand.values(window.rows[at, slot]) for summand, slot in _gradient_slots(plan, family))
        size = _gradient_magnitude(plan, family, window)
        shares = np.linalg.norm(summed, axis=1) / max(size, TINY)
        eps = max(finfo(plan.by_name[summand.tensor].parameter.dtype).eps for summand in family.summands)
        if at and size > 0 and np.median(shares) > max(ASYMMETRIC, 4 * eps):
            first = int(np.argmax(shares > ASYMMETRIC))
            sentence = (
                f"the gradient lacks the symmetry {family.name}: ⟨g, ξ⟩ is {shares[first]:.1e} of |g||ξ|, and it is 0 "
                "for the model and loss that symmetries or watch was given. If another loss or model is trained, with "
                "an L2 term or a new head for instance, give that one. If something changes entries of the gradient "
                "one by one, as clip_grad_value_ does, clip by norm instead."
            )
            yield Alarm("clipping", family.name, window.steps[at[first]].number, sentence)


def grown_gradients(plan: Plan, window: StepWindow, before: StepWindow | None) -> Iterator[Alarm]:
    """Detect a loss scale that is not undone before the step, by gradients that are suddenly much larger.

    Statistic: the magnitude of ⟨g, ξ⟩ over all families, now over before. Threshold: `GROWN`. At which step, |g|² tells
    where it is measured; otherwise the first one is named.
    """
    if before is None:
        return
    now, then = (sum(_gradient_magnitude(plan, family, w) for family in plan.families) for w in (window, before))
    if not then > 0 or now <= GROWN * then:
        return
    growth = np.sqrt(
        _gradient_squares(plan, window.rows) / max(_gradient_squares(plan, before.magnitudes[None])[0], TINY)
    )
    grown = np.flatnonzero((growth > GROWN) & np.isfinite(growth))
    if len(grown):
        at, much = grown[0], f"{growth[grown[0]]:.1e}"
    elif np.isfinite(now):
        at, much = 0, f"up to {now / then:.1e}"
    else:
        return
    sentence = (
        f"gradients are {much} times what they were: undo the loss scale before the step, "
        "by scaler.step(optimizer) or scaler.unscale_(optimizer), or lower the rate where there is none."
    )
    yield Alarm("scale", "", window.steps[at].number, sentence)


def _gradient_squares(plan: Plan, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """|g|² in each of some rows, over all families: zero where it is not measured."""
    squares = np.zeros(len(rows))
    for summand in (summand for family in plan.families for summand in family.summands):
        slot = plan.by_name[summand.measured_at].slots.get((Form(g, g), summand.reduction))
        if slot is not None and not isinstance(summand.reduction, ColumnSums):
            squares += [summand.trace(row[slot]) for row in rows]
    return squares


def _gradient_slots(plan: Plan, family: ChargeFamily) -> list[tuple[Summand, slice]]:
    """The slots of ⟨g, ξ⟩, for each summand of a family."""
    return [(s, plan.by_name[s.measured_at].slots[s.law.gradient_form, s.reduction]) for s in family.summands]


def _gradient_magnitude(plan: Plan, family: ChargeFamily, window: StepWindow) -> float:
    """The magnitude |g||ξ| of all that ⟨g, ξ⟩ of a family sums."""
    slots = _gradient_slots(plan, family)
    return float(np.linalg.norm(sum(summand.magnitudes(window.magnitudes[slot]) for summand, slot in slots)))
