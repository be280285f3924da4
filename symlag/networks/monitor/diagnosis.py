"""What goes wrong in a run and shows in its charges, each in one sentence that says what to do.

An alarm is told once for each kind and place: `monitor.alarms` keeps them, and they go to the log of `symlag`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from symlag.networks.monitor.account import TINY, Account
from symlag.networks.monitor.alarm import Alarm
from symlag.networks.monitor.gradient_diagnosis import clipped, loud
from symlag.networks.monitor.plan import Plan
from symlag.networks.monitor.reductions import Across
from symlag.networks.monitor.step_window import Stretch
from symlag.networks.monitor.tensor_plan import Track
from symlag.optimizers.bilinear_forms import ONE
from symlag.optimizers.from_torch import Group
from symlag.optimizers.vectors import g, theta

JUMP = 1e-3  # of a charge: no round-off between two steps
SLIP = 1e-5  # of a charge of a tensor that something wrote to
BROKEN = 1e4  # as many times the round-off floor


def alarms(plan: Plan, stretch: Stretch, before: Stretch | None, found: Sequence[Account]) -> Iterator[Alarm]:
    """What a stretch of steps shows, with the one before it."""
    yield from switched(stretch)
    gone = [*lost(plan, stretch)]
    yield from gone
    yield from parted(stretch)
    yield from loud(plan, stretch, before)
    if not gone:
        yield from decaying(plan, stretch, found)
        yield from clipped(plan, stretch)
        yield from stale(plan, stretch, before)
        yield from unlawful(stretch, found)


def lost(plan: Plan, stretch: Stretch) -> Iterator[Alarm]:
    """The first step and tensor in which something is no number."""
    if np.isfinite(stretch.rows.sum()):
        return
    for at in np.flatnonzero(~np.isfinite(stretch.rows).all(1))[:1]:
        row = stretch.rows[at]
        bad = [
            (track.name, form)
            for track in plan.tracks
            for form, place in track.slots.items()
            if not np.isfinite(row[place]).all()
        ]
        name = bad[0][0]
        forms = [form for (other, (form, _)) in bad if other == name]
        what = "the gradient" if any(g in form.args for form in forms) else "the tensor, or a buffer of it,"
        sentence = f"{what} of {name} is no number any more: go back to a checkpoint before this step."
        yield Alarm("NaN", "", stretch.steps[at].number, sentence)


def parted(stretch: Stretch) -> Iterator[Alarm]:
    """Copies of a tensor on several ranks that are not equal."""
    for step, name in stretch.apart[:1]:
        sentence = (
            f"ranks are out of step: {name}, its gradient or its momentum is not the same on all of them: "
            "load one checkpoint on every rank, and step only after gradients were averaged."
        )
        yield Alarm("ranks", "", step, sentence)


def switched(stretch: Stretch) -> Iterator[Alarm]:
    """An option that makes the step another rule's than when the monitor was made."""
    for step in [step for step in stretch.steps if step.switched][:1]:
        sentence = f"{step.switched[0]}, by which the optimizer takes the steps of another rule: make the monitor anew."
        yield Alarm("option", "", step.number, sentence)


def decaying(plan: Plan, stretch: Stretch, found: Sequence[Account]) -> Iterator[Alarm]:
    """Weight decay on vectors that stand in a group of their own, or in one that others are kept out of."""
    if len(plan.groups) < 2:
        return
    decays = [_decay(group, values) for group, values in zip(plan.groups, stretch.steps[0].values, strict=True)]
    vectors = [all(p.ndim < 2 for p in group.parameters) for group in plan.groups]
    spared = any(few and not decay for few, decay in zip(vectors, decays, strict=True))
    for track in plan.tracks:
        decay = decays[track.group]
        held = [a for a in found if track.name in a.line.symmetry.tensors and a.line.kind != "absorbed"]
        drained = [a for a in held if "decay" in a.gained]
        if track.parameter.ndim > 1 or not decay or not drained or not (spared or vectors[track.group]):
            continue
        a = drained[0]
        share = np.abs(a.gained["decay"].sum()) / max(np.abs(a.before).sum(), TINY)
        sentence = (
            f"weight decay {decay:g} on {track.name}, a vector, drains {share:.1e} of its charge a step: "
            f"write weight_decay=0 in parameter group {track.group}."
        )
        yield Alarm("decay", track.name, stretch.steps[0].number, sentence)


def _decay(group: Group, values: Sequence[float]) -> float:
    return dict(zip((s.name for s in group.rule.hyperparameters), values, strict=True)).get("lambda", 0.0)


def stale(plan: Plan, stretch: Stretch, before: Stretch | None) -> Iterator[Alarm]:
    """Parameters that were changed between two steps, or buffers that were and parameters were not."""
    ends = [*(before.rows[-1:] if before is not None else ()), *stretch.rows]
    steps = [*([before.steps[-1]] if before is not None and before.steps else []), *stretch.steps]
    begins, ended = plan.carried
    usual = stretch.sizes[begins]
    for i in range(1, len(steps)):
        if steps[i].carried or steps[i].number != steps[i - 1].number + 1:
            continue
        slips, now = np.zeros(plan.width), ends[i][begins]
        slips[begins] = np.abs(now - ends[i - 1][ended]) / np.maximum(np.maximum(usual, np.abs(now)), TINY)
        for track in plan.tracks:
            yield from _stale(track, slips, steps[i].moved, steps[i].number)


def _stale(track: Track, slips: NDArray[np.float64], moved: Sequence[str], step: int) -> Iterator[Alarm]:
    """What is wrong with one tensor some of whose charges are not what they were, by that share of them."""
    own = {form: slips[place].max() for (form, piece), place in track.slots.items() if not isinstance(piece, Across)}
    jumped = {form for form, slip in own.items() if slip > JUMP}
    if track.name in moved and max(own.values(), default=0) > SLIP:
        yield _changed(track, step)
    elif jumped and not any({*form.args} <= {theta, ONE} for form in jumped):
        sentence = (
            f"the momentum of {track.name} is not what the last step left and {track.name} is: "
            "load the optimizer's state together with the model's."
        )
        yield Alarm("reload", "tensor", step, sentence)


def _changed(track: Track, step: int) -> Alarm:
    """One tensor that something else than the optimizer changed."""
    if not track.buffers:
        sentence = (
            f"{track.name} was changed between two steps, by something else than the optimizer: "
            "its charges begin anew, and the terms do not add up to what they are across this step."
        )
        return Alarm("change", "", step, sentence)
    sentence = (
        f"{track.name} was replaced before this step and its momentum was not: load the optimizer's state together "
        "with the model's; where it was changed on purpose, its charges begin anew."
    )
    return Alarm("reload", "momentum", step, sentence)


def unlawful(stretch: Stretch, found: Sequence[Account]) -> Iterator[Alarm]:
    """A residual far above the round-off of all charges of its name, one at rest has little, while it can be told."""
    largest: dict[str, float] = {}
    for account in found:
        largest[account.charge] = max(largest.get(account.charge, TINY), account.floor.max())
    followed = cache(_followed)
    for account in found:
        floors = account.missed / largest[account.charge]
        broken = np.flatnonzero(floors > BROKEN)
        if len(broken) and (at := int(broken[0])) < followed(stretch):
            sentence = (
                f"the law of the {account.name} is missed by {floors[at]:.0e} times round-off: the step is not "
                f"that of {account.line.parts[0].law.rule.name}, or weights were changed before it through .data, "
                "unseen; write the rule that it is, rule=…, or change weights under torch.no_grad()."
            )
            yield Alarm("law", account.line.name, account.steps[at], sentence)


def _followed(stretch: Stretch) -> int:
    """How many steps are before any of another rule, or of numbers that outgrew all magnitudes: it has no floor."""
    known = stretch.sizes > 0
    wild = np.abs(stretch.rows[:, known]).max(1, initial=0) > BROKEN * stretch.sizes[known].max(initial=0)
    others = [i for i, step in enumerate(stretch.steps) if step.switched or wild[i]]
    return min([*others, len(stretch.steps)])
