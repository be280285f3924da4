"""What gradients show: entries that were clipped, another loss, a scale of the loss that is not undone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from torch import bfloat16, finfo

from symlag.networks.generators.tensor_action import Entries
from symlag.networks.monitor.account import TINY
from symlag.networks.monitor.alarm import Alarm
from symlag.networks.monitor.charges import Line, Part
from symlag.networks.monitor.plan import Plan
from symlag.networks.monitor.reductions import Across
from symlag.networks.monitor.step_window import Stretch
from symlag.optimizers.bilinear_forms import Form
from symlag.optimizers.vectors import g

BENT = finfo(bfloat16).eps  # of |g||ξ|: what autocast rounds off is below, clipping entries above
LOUD = 512.0  # as many times the gradients before: new labels after old ones are learnt by heart make 120


def clipped(plan: Plan, stretch: Stretch) -> Iterator[Alarm]:
    """⟨g, ξ⟩ that is not zero where the finder certified that it is: of tensors that are frozen it lacks a part."""
    for line in plan.lines:
        if not line.whole or line.symmetry.broken_by or line.kind == "skew" or _silent(line):
            continue
        there = [i for i, step in enumerate(stretch.steps) if not {*step.frozen} & {*line.symmetry.tensors}]
        summed = sum(part.values(stretch.rows[there, place]) for part, place in _slopes(plan, line))
        along, size = np.linalg.norm(summed, axis=1), _size(plan, line, stretch)
        share = along / max(size, TINY)
        eps = max(finfo(plan.named[part.tensor].parameter.dtype).eps for part in line.parts)
        if there and size > 0 and np.median(share) > max(BENT, 4 * eps):
            at = int(np.argmax(share > BENT))
            sentence = (
                f"⟨g, ξ⟩ of the {line.name} is {share[at]:.1e} of |g||ξ|, and 0 in the model and loss that symmetries "
                "or watch was given: either others are trained, with an L2 term or a new head for instance, and those "
                "are to be given, or something changes entries of the gradient one by one, as clip_grad_value_ does; "
                "clip by norm."
            )
            yield Alarm("clipping", line.name, stretch.steps[there[at]].number, sentence)


def loud(plan: Plan, stretch: Stretch, before: Stretch | None) -> Iterator[Alarm]:
    """Gradients many times larger than those before: at which step, where their squares are measured."""
    if before is None:
        return
    now, then = (sum(_size(plan, line, s) for line in plan.lines) for s in (stretch, before))
    if not then > 0 or now <= LOUD * then:
        return
    grown = np.sqrt(_powers(plan, stretch.rows) / max(_powers(plan, before.sizes[None])[0], TINY))
    there = np.flatnonzero((grown > LOUD) & np.isfinite(grown))
    if len(there) or np.isfinite(now):
        at, much = (there[0], f"{grown[there[0]]:.1e}") if len(there) else (0, f"up to {now / then:.1e}")
        sentence = (
            f"gradients are {much} times what they were: undo the loss scale before the step, "
            "by scaler.step(optimizer) or scaler.unscale_(optimizer), or lower the rate where there is none."
        )
        yield Alarm("scale", "", stretch.steps[at].number, sentence)


def _powers(plan: Plan, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """|g|² in each of some rows, of all charges together: zero where it is not measured."""
    parts = [part for line in plan.lines for part in line.parts if not isinstance(part.piece, Across)]
    found = [(part, plan.named[part.at].slots.get((Form(g, g), part.piece))) for part in parts]
    return np.array([sum(part.total(row[place]) for part, place in found if place) for row in rows])


def _slopes(plan: Plan, line: Line) -> list[tuple[Part, slice]]:
    """Where ⟨g, ξ⟩ is in a row of numbers, part by part."""
    return [(part, plan.named[part.at].slots[part.law.slope, part.piece]) for part in line.parts]


def _size(plan: Plan, line: Line, stretch: Stretch) -> float:
    """The magnitude of what ⟨g, ξ⟩ sums."""
    return float(np.linalg.norm(sum(part.sizes(stretch.sizes[place]) for part, place in _slopes(plan, line))))


def _silent(line: Line) -> bool:
    """Whether there was no gradient at all, as of words that the batch had not: others may have them."""
    return any(isinstance(term, Entries) for term in line.symmetry.family.terms)
