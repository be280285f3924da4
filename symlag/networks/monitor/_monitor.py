"""The monitor: hooks around the steps of an optimizer, a row of numbers for each step, and accounts of many at a time.

The one object of symlag that holds state. What it keeps between steps are numbers, and of tensors whose law needs it
the previous iterate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from symlag.discrete.updates import Letter, UpdateRule, g, theta
from symlag.errors import SymlagError
from symlag.networks._finder import symmetries
from symlag.networks._found import Found
from symlag.networks.monitor._account import Account, Step, accounts
from symlag.networks.monitor._ledger import EMPTY, entered
from symlag.networks.monitor._measure import measure
from symlag.networks.monitor._plan import Plan, Track, planned
from symlag.optimizers import from_torch, stored

Sink = Callable[[Mapping[str, float], int], Any]

MOST = 50  # steps that are accounted for at once
NUMBERS = 4_000_000  # or fewer, so that they are no more numbers than this


class Monitor:
    """The ledger of every charge of a model while an optimizer trains it.

    Attached until `remove`, or until the end of its `with` block. Of every `every` steps one is measured. Numbers go to
    the host, into the `ledger` and to the sinks some steps at a time: a sink is any f(numbers by name, step). An
    optimizer that symlag does not know is told by its `rule`.
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: Optimizer,
        found: Found,
        *sinks: Sink,
        rule: UpdateRule | None = None,
        every: int = 1,
    ) -> None:
        self.model, self.optimizer, self.found = model, optimizer, found
        self.every, self.sinks = every, sinks
        self.plan: Plan = planned(model, from_torch(optimizer, rule), tuple(found))
        self.step = 0
        self.latest: tuple[Account, ...] = ()
        self.ledger = EMPTY
        device = self.plan.tracks[0].parameter.device
        self._row = torch.zeros(self.plan.width, dtype=torch.float64, device=device)
        self._rows = torch.zeros(
            min(MOST, 1 + NUMBERS // self.plan.width), self.plan.width, dtype=torch.float64, device=device
        )
        self._steps: list[Step] = []
        self._held: dict[str, dict[Letter, Tensor]] = {}
        self._ended: dict[str, tuple[int, ...]] = {}
        self._counts: dict[str, int] = {}
        self._hooks = (
            optimizer.register_step_pre_hook(self._before),
            optimizer.register_step_post_hook(self._after),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def remove(self) -> None:
        """Account for what is measured, and leave the optimizer alone from now on."""
        self.flush()
        for hook in self._hooks:
            hook.remove()

    def flush(self) -> None:
        """Account for the steps measured since the last time, and tell the sinks."""
        if not self._steps:
            return
        rows = self._rows[: len(self._steps)].cpu().numpy()
        self.latest = tuple(accounts(self.plan, self._steps, rows))
        self._steps = []
        entries = entered(self.latest)
        self.ledger = self.ledger.joined(entries)
        for numbers, step in entries:
            for sink in self.sinks:
                sink(numbers, step)

    def _before(self, _: Optimizer, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """Before a step: the charges, and the forms of the gradient."""
        if any(callable(x) for x in (*args, *kwargs.values())):
            raise SymlagError(
                "optimizer.step(closure)", "steps that call back for the loss have no exact law", "optimizer.step()"
            )
        if self.step % self.every:
            return
        for track in self.plan.tracks:
            letters = self._letters(track)
            measure(track, (*track.charges, *(track.early if g in letters else ())), letters, self._row)
            self._held[track.name] = {x: letters[x].clone() for x in track.held}

    def _after(self, *_: object) -> None:
        """After a step: the charges again, and the forms of what the step made."""
        self.step += 1
        if (self.step - 1) % self.every:
            return
        counts: dict[str, int] = {}
        for track in self.plan.tracks:
            letters = {**{x.new: v for x, v in self._letters(track).items()}, **self._held[track.name]}
            measure(track, track.late, letters, self._row)
            if track.parameter.grad is not None:
                counts[track.name] = self._counts.get(track.name, 0)
                self._counts[track.name] = counts[track.name] + 1
        values = tuple(tuple(group.values().values()) for group in self.plan.groups)
        self._rows[len(self._steps)].copy_(self._row)
        self._row.zero_()
        self._steps.append(Step(self.step - 1, values, counts))
        if len(self._steps) == len(self._rows):
            self.flush()

    def _letters(self, track: Track) -> dict[Letter, Tensor]:
        """θ, the gradient and the buffers of a tensor as they are."""
        parameter, group = track.parameter, self.plan.groups[track.group]
        found = {x: stored(x, group.state.get(parameter, {})) for x in group.rule.buffers}
        zero = lambda: torch.zeros((), dtype=parameter.dtype, device=parameter.device).expand_as(parameter)  # noqa: E731
        buffers = {x: zero() if value is None else value for x, value in found.items()}
        slope = {} if parameter.grad is None else {g: parameter.grad}
        return {theta: parameter.detach(), **slope, **buffers}


def watch(model: nn.Module, optimizer: Optimizer, loss: Callable[..., Any], batch: Any, **options: Any) -> Monitor:
    """The symmetries of a model found, and a monitor of their charges attached; options as of `Monitor`."""
    return Monitor(model, optimizer, symmetries(model, loss, batch), **options)
