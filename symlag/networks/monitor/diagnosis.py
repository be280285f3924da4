"""The diagnosis of a run by its charges: one function for each kind of alarm, and the order in which they are asked.

The kinds are listed in `alarm`; those that read gradients are in `gradient_diagnosis`. Thresholds stand apart from what
sound runs show by orders of magnitude, on both sides (tests/networks/monitor/test_no_false_alarm.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from symlag.networks.monitor.account import TINY, Account
from symlag.networks.monitor.alarm import Alarm
from symlag.networks.monitor.form_reductions import ColumnSums
from symlag.networks.monitor.gradient_diagnosis import broken_symmetry, grown_gradients
from symlag.networks.monitor.plan import Plan
from symlag.networks.monitor.step_window import StepWindow
from symlag.networks.monitor.tensor_plan import TensorPlan
from symlag.optimizers.bilinear_forms import ONE
from symlag.optimizers.vectors import g, theta

SEEN_CHANGE = 1e-5  # of a charge of a tensor that is known to have been written to
UNSEEN_CHANGE = 1e-3  # of a charge: no round-off between two steps makes as much
BROKEN = 1e4  # times the round-off floor


def alarms(plan: Plan, window: StepWindow, before: StepWindow | None, accounts: Sequence[Account]) -> Iterator[Alarm]:
    """All alarms of a window of steps, of which `before` has the last step and the magnitudes of the one before it.

    Once a number is not finite, the alarms that compare numbers say nothing.
    """
    yield from switched_option(window)
    not_finite = [*not_finite_number(plan, window)]
    yield from not_finite
    yield from unequal_copies(window)
    yield from grown_gradients(plan, window, before)
    if not not_finite:
        yield from decay_on_vectors(plan, window, accounts)
        yield from broken_symmetry(plan, window)
        yield from change_between_steps(plan, window, before)
        yield from broken_law(window, accounts)


def switched_option(window: StepWindow) -> Iterator[Alarm]:
    """Detect an option by which the step became that of another rule than when the monitor was made.

    Statistic: the options that chose the rule, then and now. There is no threshold.
    """
    for step in [step for step in window.steps if step.switched][:1]:
        sentence = f"{step.switched[0]}, by which the optimizer takes the steps of another rule: make the monitor anew."
        yield Alarm("option", "", step.number, sentence)


def not_finite_number(plan: Plan, window: StepWindow) -> Iterator[Alarm]:
    """Detect the first step, and the tensor, at which a number is infinite or none.

    Statistic: whether all numbers of a step are finite. If the first tensor that has others has them in a form of the
    gradient, it is the gradient: forms of the gradient are measured before the step can spoil the tensor.
    """
    if np.isfinite(window.rows.sum()):
        return
    for at in np.flatnonzero(~np.isfinite(window.rows).all(1))[:1]:
        row = window.rows[at]
        spoiled = [
            (tensor.name, form)
            for tensor in plan.tensors
            for form, slot in ((form, slot) for (form, _), slot in tensor.slots.items())
            if not np.isfinite(row[slot]).all()
        ]
        name = spoiled[0][0]
        of_gradient = any(g in form.args for other, form in spoiled if other == name)
        what = "the gradient" if of_gradient else "the tensor, or a buffer of it,"
        sentence = f"{what} of {name} is no number any more: go back to a checkpoint before this step."
        yield Alarm("NaN", "", window.steps[at].number, sentence)


def unequal_copies(window: StepWindow) -> Iterator[Alarm]:
    """Detect copies of a tensor on several ranks that are not equal.

    Statistic and threshold: in `distributed`, a signed sum over ranks beside `COPY_TOLERANCE` times round-off.
    """
    for step, name in window.unequal_copies[:1]:
        sentence = (
            f"ranks are out of step: {name}, its gradient or its momentum is not the same on all of them: "
            "load one checkpoint on every rank, and step only after gradients were averaged."
        )
        yield Alarm("ranks", "", step, sentence)


def decay_on_vectors(plan: Plan, window: StepWindow, accounts: Sequence[Account]) -> Iterator[Alarm]:
    """Detect weight decay on a bias or a gain, in an optimizer whose groups are there to keep vectors out of it.

    Statistic: the decay of the group. There is no threshold, but a condition: the vector stands in a group of vectors
    alone, or another group of vectors alone has no decay, so that the decay is likely to be a slip. The alarm names
    the share of the vector's charges that it drains.
    """
    if len(plan.groups) < 2:
        return
    decays = list[float]()
    for group, values in zip(plan.groups, window.steps[0].hyperparameters, strict=True):
        names = [symbol.name for symbol in group.rule.hyperparameters]
        decays.append(dict(zip(names, values, strict=True)).get("lambda", 0.0))
    of_vectors = [all(p.ndim < 2 for p in group.parameters) for group in plan.groups]
    spared = any(vectors and not decay for vectors, decay in zip(of_vectors, decays, strict=True))
    for tensor in plan.tensors:
        decay = decays[tensor.group]
        if tensor.parameter.ndim > 1 or not decay or not (spared or of_vectors[tensor.group]):
            continue
        moving = [a for a in accounts if tensor.name in a.family.symmetry.tensors and a.family.kind != "absorbed"]
        for account in [a for a in moving if "decay" in a.total_terms][:1]:
            share = np.abs(account.total_terms["decay"].sum()) / max(np.abs(account.before).sum(), TINY)
            sentence = (
                f"weight decay {decay:g} on {tensor.name}, a vector, drains {share:.1e} of its charge a step: "
                f"write weight_decay=0 in parameter group {tensor.group}."
            )
            yield Alarm("decay", tensor.name, window.steps[0].number, sentence)


def change_between_steps(plan: Plan, window: StepWindow, before: StepWindow | None) -> Iterator[Alarm]:
    """Detect tensors that something else than the optimizer changed between two steps, or a momentum that was.

    Statistic: the largest jump of a tensor's charges from the end of one step to the beginning of the next, over the
    magnitude of the charge. Threshold: where torch counted a write to the tensor and none to its buffers,
    `SEEN_CHANGE`; otherwise, as after a checkpoint was loaded, `UNSEEN_CHANGE`, and only if charges of momenta jump
    while those of positions do not.
    """
    former = [] if before is None or not before.steps else [(before.steps[-1], before.rows[-1])]
    steps = [*former, *zip(window.steps, window.rows, strict=True)]
    begins, ends = plan.carried_places
    for (last, last_row), (step, row) in pairwise(steps):
        if step.carried or step.number != last.number + 1:
            continue
        jumps, now = np.zeros(plan.width), row[begins]
        magnitude = np.maximum(np.maximum(window.magnitudes[begins], np.abs(now)), TINY)
        jumps[begins] = np.abs(now - last_row[ends]) / magnitude
        for tensor in plan.tensors:
            own = {f: jumps[slot].max() for (f, sums), slot in tensor.slots.items() if not isinstance(sums, ColumnSums)}
            jumped = {form for form, jump in own.items() if jump > UNSEEN_CHANGE}
            if tensor.name in step.changed and max(own.values(), default=0) > SEEN_CHANGE:
                yield _changed_tensor(tensor, step.number)
            elif jumped and not any({*form.args} <= {theta, ONE} for form in jumped):
                sentence = (
                    f"the momentum of {tensor.name} is not what the last step left and {tensor.name} is: "
                    "load the optimizer's state together with the model's."
                )
                yield Alarm("reload", "tensor", step.number, sentence)


def _changed_tensor(tensor: TensorPlan, step: int) -> Alarm:
    """The alarm for a tensor that was changed while its buffers were not."""
    if not tensor.buffers:
        sentence = (
            f"{tensor.name} was changed between two steps, by something else than the optimizer: "
            "its charges begin anew, and the terms do not add up to what they are across this step."
        )
        return Alarm("change", "", step, sentence)
    sentence = (
        f"{tensor.name} was replaced before this step and its momentum was not: load the optimizer's state together "
        "with the model's; where it was changed on purpose, its charges begin anew."
    )
    return Alarm("reload", "momentum", step, sentence)


def broken_law(window: StepWindow, accounts: Sequence[Account]) -> Iterator[Alarm]:
    """Detect a step that is not that of the rule.

    Statistic: the largest residual of a family in a step, over the largest floor of all charges of that name, as the
    charges of a tensor at rest have almost no floor of their own. Threshold: `BROKEN`. Sound runs show a few;
    another rule misses by terms as large as those that move the charge.
    """
    floors: dict[str, float] = {}
    for account in accounts:
        floors[account.charge] = max(floors.get(account.charge, TINY), account.floor.max())
    broken = [(account, account.largest_residual / floors[account.charge]) for account in accounts]
    broken = [(account, multiples) for account, multiples in broken if (multiples > BROKEN).any()]
    judged = _steps_judged(window) if broken else 0
    for account, multiples in broken:
        at = int(np.flatnonzero(multiples > BROKEN)[0])
        if at < judged:
            sentence = (
                f"the law of the {account.name} is missed by {multiples[at]:.0e} times round-off: the step is not "
                f"that of {account.family.summands[0].law.rule.name}, or weights were changed before it through .data, "
                "unseen; write the rule that it is, rule=…, or change weights under torch.no_grad()."
            )
            yield Alarm("law", account.family.name, account.steps[at], sentence)


def _steps_judged(window: StepWindow) -> int:
    """How many steps come before one of another rule, or one whose numbers outgrew all magnitudes and so floors."""
    known = window.magnitudes > 0
    largest = BROKEN * window.magnitudes[known].max(initial=0)
    outgrown = np.abs(window.rows[:, known]).max(1, initial=0) > largest
    ends = [i for i, step in enumerate(window.steps) if step.switched or outgrown[i]]
    return min([*ends, len(window.steps)])
