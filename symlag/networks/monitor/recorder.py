"""The recorder: what is measured around each step, as a state machine.

It is idle between steps, and a step is open from `begin` to `end`:

        idle ── begin() ──▶ open ── end(number) ──▶ idle
        idle ── skip() ──▶ idle           the step is taken and not measured
        idle ── count() ──▶ idle          after every step, measured or not
        idle ── take() ──▶ idle           hands over the window of steps measured so far
        open ── begin() ──▶ open          the step raised, and is taken anew

What holds in these states:

1. Idle: the first `len(_steps)` rows of `_rows` hold the numbers of the measured steps that were not taken yet; the
   other rows hold nothing that is read. `full` means that a step more has no row.
2. Open: `_open` is what `begin` found, and the row after those is being filled. Idle: `_open` is nothing.
3. `_last` is what the latest step ended with, if that step was measured, and otherwise nothing. `_copies` then hold, of
   every tensor, the letters with which that step ended, which the next step needs after it has overwritten them. Of a
   run that was resumed neither versions nor `_copies` are known, and the next step is not carried.
4. A step is *carried* where all versions of tensors and buffers are those of `_last`: then nothing has changed in
   between, its charges are those that the last step ended with, to the bit, and `_copies` are up to date. Otherwise
   its charges are measured, and `_copies` made anew.
5. `counts` are the steps that each tensor has taken. `magnitudes` are those of all measured steps.

Numbers stay on the device of the tensors until a window is taken: no step waits for the device.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer

from symlag.errors import SymlagError
from symlag.networks.monitor.distributed import OneProcess, RowCopies, local_part
from symlag.networks.monitor.magnitudes import Magnitudes
from symlag.networks.monitor.measure import Work, measure, measure_magnitudes
from symlag.networks.monitor.measured_forms import LetterValues
from symlag.networks.monitor.plan import Plan
from symlag.networks.monitor.step_window import MeasuredStep, StepWindow
from symlag.networks.monitor.tensor_plan import TensorPlan, in_batches
from symlag.networks.monitor.tensor_state import (
    Version,
    changed_without_buffers,
    gradient_letter,
    lasting_letters,
    steps_taken,
    version,
)

WINDOW_STEPS = 50  # at most
WINDOW_NUMBERS = 2_000_000  # about: a window of wide rows has fewer steps
SAME_SUM = 64.0  # times the precision of a tensor: by how much a sum in another order differs at most


@dataclass(frozen=True)
class OpenStep:
    """What was found at the beginning of a step; the fields `changed` and `carried` are those of a `MeasuredStep`."""

    row: Tensor
    changed: tuple[str, ...]
    carried: bool


@dataclass(frozen=True)
class LastStep:
    """The charges that the latest step ended with, and the versions of its tensors; none are known after a resume."""

    charges: Tensor
    versions: Mapping[str, Version] | None


class Recorder:
    """The numbers of steps as they are taken, on the device of the tensors until a window of them is taken."""

    def __init__(self, plan: Plan, optimizer: Optimizer, ranks: OneProcess) -> None:
        # what does not change
        self._ranks, self._optimizer = ranks, optimizer
        self._plan = ranks.local_plan(plan)
        self._batches = tuple(in_batches(self._plan.tensors, ranks.numbers_at_once))
        self._shapes = {t.name: local_part(t.parameter, t.parameter).shape for t in plan.tensors}
        device = plan.tensors[0].parameter.device if plan.tensors else torch.device("cpu")
        self._begins, self._ends = (torch.tensor(at, dtype=torch.long, device=device) for at in plan.carried_places)
        # what does
        self._groups = plan.groups
        steps = min(WINDOW_STEPS, 1 + WINDOW_NUMBERS // max(1, plan.width))
        self._rows, self._spare_rows = (
            torch.zeros(steps, plan.width, dtype=torch.float64, device=device) for _ in range(2)
        )
        self._steps: list[MeasuredStep] = []
        self._open: OpenStep | None = None
        self._last: LastStep | None = None
        self._copies: dict[str, dict[str, Tensor]] = {}
        self.counts = {t.name: steps_taken(self._groups[t.group], t.parameter) for t in plan.tensors}
        self.magnitudes = Magnitudes(plan.width, device)

    @property
    def full(self) -> bool:
        """Whether there is no row for another step."""
        return len(self._steps) == len(self._rows)

    def begin(self) -> None:
        """Open a step: measure its charges, unless they are carried, and the forms of the gradient."""
        self._renew_groups()
        letters, loss_scale = self._lasting_letters(), getattr(self._optimizer, "grad_scale", None)
        versions = {name: version(lasting) for name, lasting in letters.items()}
        for tensor in self._plan.tensors:
            letters[tensor.name].update(gradient_letter(tensor.parameter, loss_scale))
        self._require_shapes(letters)
        before = None if self._last is None else self._last.versions
        changed = () if before is None else tuple(changed_without_buffers(before, versions))
        step = self._open = OpenStep(self._rows[len(self._steps)].zero_(), changed, before == versions)
        self.magnitudes.begin({name for name, found in letters.items() if "g" in found})
        for tensors in self._batches:
            found = [(t, self._ranks.letters_to_sum(t.name, t.with_columns(letters))) for t in tensors]
            if not step.carried:
                measure([(tensor.charge_pass, own) for tensor, own in found], step.row)
                for tensor, own in found:
                    self._copy(tensor, own)
            measure([(tensor.noise_pass, own) for tensor, own in found if self._noise_is_due(tensor)], step.row)
            self._measure([(tensor.gradient_pass, own) for tensor, own in found], step.row)
        self._carry_charges(step, letters)

    def end(self, number: int) -> None:
        """Close a step, of that number: measure what it ends with."""
        step, self._open = self._open, None
        if step is None:
            raise SymlagError(
                "optimizer.step(closure)",
                "the optimizer did not call the closure, so that the monitor saw no gradients",
                "Call loss.backward() before optimizer.step(), and give it no closure.",
            )
        letters = self._lasting_letters()
        for tensors in self._batches:
            self._measure([(tensor.after_pass, self._letters_after(tensor, letters)) for tensor in tensors], step.row)
        versions = {name: version(lasting) for name, lasting in letters.items()}
        self._last = LastStep(step.row.index_select(0, self._ends), versions)
        self.magnitudes.end(self._begins, self._ends)
        hyperparameters = tuple(tuple(group.values().values()) for group in self._groups)
        counts = {t.name: self.counts[t.name] for t in self._plan.tensors if t.parameter.grad is not None}
        switched = tuple(option for group in self._groups for option in group.changed_options())
        frozen = tuple(t.name for t in self._plan.tensors if not t.parameter.requires_grad)
        self._steps.append(MeasuredStep(number, hyperparameters, counts, step.changed, step.carried, switched, frozen))

    def skip(self) -> None:
        """Note that a step was taken that is not measured."""
        self._last = None

    def count(self) -> None:
        """Count a step for every tensor that has a gradient."""
        for tensor in self._plan.tensors:
            self.counts[tensor.name] += tensor.parameter.grad is not None

    def take(self) -> StepWindow:
        """Hand over the steps measured since the last time, on the host, summed over all ranks.

        The rows may be written over when the next window is taken.
        """
        steps = tuple(self._steps)
        rows, magnitudes = self._filled()
        unequal: RowCopies = ()
        if steps:
            rows, magnitudes, unequal = self._ranks.summed(rows, magnitudes, steps[0].number)
        self._steps, self._rows, self._spare_rows = [], self._spare_rows, self._rows
        copies = tuple((steps[i].number, name) for i, name in unequal)
        return StepWindow(steps, rows.cpu().numpy(), magnitudes.cpu().numpy().copy(), copies)

    def gradient_magnitudes(self, gradients: Mapping[str, Tensor]) -> StepWindow:
        """A window of no steps, with the magnitudes of the forms of some gradients, by the names of tensors."""
        magnitudes = torch.zeros_like(self.magnitudes.values)
        thetas = {t.name: local_part(t.parameter, t.parameter) for t in self._plan.tensors}
        letters = {name: {"theta": x, "g": gradients[name].to(x).reshape_as(x)} for name, x in thetas.items()}
        for tensor in self._plan.tensors:
            own = tensor.with_columns(letters)
            measure_magnitudes([(forms, own) for forms in (tensor.gradient_pass, tensor.noise_pass)], magnitudes)
        return StepWindow((), np.zeros((0, self._plan.width)), magnitudes.cpu().numpy())

    def state_dict(self) -> dict[str, Any]:
        """What is measured and not accounted for yet, and what the next step needs, for a checkpoint."""
        rows, magnitudes = self._filled()
        pending = StepWindow(tuple(self._steps), rows.cpu().numpy(), magnitudes.cpu().numpy())
        return {
            "counts": dict(self.counts),
            "magnitudes": self.magnitudes.state_dict(),
            "ended": None if self._last is None else self._last.charges,
            "pending": pending.state_dict(),
        }

    def load(self, state: Mapping[str, Any]) -> None:
        """Go on from a checkpoint; `SymlagError` where it is that of another model."""
        pending = StepWindow.from_state(state["pending"])
        if {*state["counts"]} != {*self.counts} or len(pending.magnitudes) != self._plan.width:
            raise SymlagError(
                "monitor.load_state_dict(…)",
                "the state is that of another model or optimizer",
                "Load what state_dict() of a monitor of this model and optimizer returned.",
            )
        self._renew_groups()
        begun = {t.name: steps_taken(self._groups[t.group], t.parameter) > 0 for t in self._plan.tensors}
        self.counts = {name: count * begun[name] for name, count in state["counts"].items()}
        self._steps, self._open = [*pending.steps], None
        self._rows[: len(pending.rows)] = torch.from_numpy(pending.rows).to(self._rows)
        self._last = None if state["ended"] is None else LastStep(state["ended"].to(self._rows), None)
        self.magnitudes.load(state["magnitudes"], torch.from_numpy(pending.magnitudes))

    def _renew_groups(self) -> None:
        """Read the optimizer's groups anew after its load_state_dict, which puts other objects in their place."""
        state, live = self._optimizer.state, self._optimizer.param_groups
        if self._groups and self._groups[0].state is not state:
            self._groups = tuple(replace(g, live=now, state=state) for g, now in zip(self._groups, live, strict=True))

    def _filled(self) -> tuple[Tensor, Tensor]:
        """The rows of the steps that were not taken yet, and magnitudes."""
        return self._rows[: len(self._steps)], self.magnitudes.values

    def _measure(self, works: Sequence[Work], row: Tensor) -> None:
        """Measure forms, and their magnitudes at a step at which they are measured.

        Magnitudes come first, as `measure` writes over copies of letters.
        """
        if self.magnitudes.new is not None:
            measure_magnitudes(works, self.magnitudes.new)
        measure(works, row)

    def _noise_is_due(self, tensor: TensorPlan) -> bool:
        """Whether drift is told from noise at this step: the first of a window at which the tensor has a momentum."""
        return not self._steps or (len(self._steps) == 1 and not self._steps[0].counts.get(tensor.name))

    def _carry_charges(self, step: OpenStep, letters: Mapping[str, LetterValues]) -> None:
        """Let a step begin with the very charges that the last one ended with, where nothing was changed in between.

        When a run is resumed, no versions tell whether something was changed. Charges that agree up to a sum in another
        order are taken to be the same, so that a resumed ledger goes on as if it had never stopped.
        """
        if self._last is None:
            return
        if step.carried:
            step.row.scatter_(0, self._begins, self._last.charges)
        elif self._last.versions is None:
            magnitudes, tolerance = torch.zeros_like(step.row), torch.zeros_like(step.row)
            for tensor in self._plan.tensors:
                own = self._ranks.letters_to_sum(tensor.name, tensor.with_columns(letters))
                measure_magnitudes([(tensor.charge_pass, own)], magnitudes)
                for slot in tensor.slots.values():
                    tolerance[slot] = SAME_SUM * torch.finfo(tensor.parameter.dtype).eps
            charges = step.row[self._begins]
            same = (self._last.charges - charges).abs() <= (tolerance * magnitudes)[self._begins]
            step.row[self._begins] = torch.where(same, self._last.charges, charges)

    def _copy(self, tensor: TensorPlan, letters: LetterValues) -> None:
        """Copy the letters that are needed after the step, which will write over them."""
        if tensor.name not in self._copies:
            self._copies[tensor.name] = {x: torch.empty_like(letters["theta"]) for x in tensor.copied_letters}
        for x, copy in self._copies[tensor.name].items():
            copy.copy_(letters[x])

    def _letters_after(self, tensor: TensorPlan, letters: Mapping[str, LetterValues]) -> LetterValues:
        """The copies of a tensor's letters before the step, and its letters after it."""
        after = self._ranks.letters_to_sum(tensor.name, tensor.with_columns(letters))
        return {**self._copies[tensor.name], **{f"{x}.new": value for x, value in after.items()}}

    def _lasting_letters(self) -> dict[str, dict[str, Tensor]]:
        return {t.name: lasting_letters(t, self._groups[t.group]) for t in self._plan.tensors}

    def _require_shapes(self, letters: Mapping[str, LetterValues]) -> None:
        """`SymlagError` where a letter has another shape than when the recorder was made."""
        for name, own in letters.items():
            shape = self._shapes[name]
            if any(x.shape != shape for x in own.values()):
                wrong = "it, or its state in the optimizer, has another shape than when the monitor was made"
                raise SymlagError(
                    name, wrong, "Make a new Monitor(model, optimizer, found) for the model as it is now."
                )
