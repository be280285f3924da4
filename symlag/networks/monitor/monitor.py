"""The monitor: hooks around the steps of an optimizer, a row of numbers for each step, and accounts of many at a time.

The one object of symlag that holds state. What it keeps between steps are numbers, and of tensors whose law needs it
the previous iterate.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, Self

import numpy as np
from torch import nn
from torch.compiler import disable
from torch.optim import Optimizer
from torch.utils.hooks import RemovableHandle

from symlag.networks.finder import symmetries
from symlag.networks.monitor.account import Account, accounts
from symlag.networks.monitor.alarm import Alarm
from symlag.networks.monitor.continuous_law import beside, continuous
from symlag.networks.monitor.diagnosis import alarms
from symlag.networks.monitor.distributed import Ranks, ranks, unshared
from symlag.networks.monitor.ledger import EMPTY, Ledger, entered
from symlag.networks.monitor.plan import Plan, planned
from symlag.networks.monitor.recorder import Recorder
from symlag.networks.monitor.sinks import Sink, flushed, heard, pathlike
from symlag.networks.monitor.step_window import Stretch
from symlag.networks.monitor.validate import asked, check, nouns, ruled, stated
from symlag.networks.problem import pose
from symlag.networks.result.found import Found
from symlag.optimizers.from_torch import from_torch
from symlag.optimizers.update_rule import UpdateRule

LOG = logging.getLogger("symlag")


class Monitor:
    """The ledger of every charge of a model while an optimizer trains it.

    Attached until `remove`, or until the end of its `with` block. Of every `every` steps one is measured. Numbers go to
    the host, into the `ledger` and to the sinks some steps at a time. An optimizer that symlag does not know is told by
    its `rule`. `SymlagError` where optimizer, model and symmetries do not belong together.

    A sink is any f(numbers by name, step); its `flush`, if it has one, is called when the monitor is removed. One that
    raises is told no more: a warning names the error, and training, the ledger and the other sinks go on. The ledger
    keeps the last 10,000 measured steps, the sinks are told all.

    Under DistributedDataParallel, `fully_shard` or tensor parallelism every rank makes one, of symmetries that were
    found before the model was wrapped, and has the whole ledger; the first one tells the sinks and writes the report.
    What makes a monitor account for its steps, such as `flush` and `report`, all ranks do together.

    Beside the exact law stands the continuous one, `ledger.continuous` and `ledger.gap`; `lacking` says of every line
    that has none why.
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
        check(model, optimizer, found)
        asked(sinks, {"rule": rule, "every": every})
        self.model, self.optimizer, self.found = model, optimizer, found
        self.rule, self.every = rule, every
        self.plan: Plan = planned(model, ruled(from_torch(optimizer, rule)), tuple(found))
        self._continuous, self.lacking = continuous(self.plan, every)
        self.step = 0
        self.ledger: Ledger = EMPTY
        self.alarms: tuple[Alarm, ...] = ()
        self._ranks = ranks(model, self.plan)
        self.sinks: tuple[Sink, ...] = sinks if self._ranks.first else ()
        self._untold = deque[tuple[Mapping[str, float], int]]()
        self._recorder = Recorder(self.plan, optimizer, self._ranks)
        self._former: Stretch | None = None
        self._last: Stretch | None = None
        self._hooks = self._hooked()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Remove; after an error ranks do nothing together any more, and no other error takes its place."""
        if kind is not None and isinstance(self._ranks, Ranks):
            self._unhook()
            return
        try:
            self.remove()
        except Exception as error:
            if kind is None:
                raise
            LOG.warning("Monitor: the last steps are not accounted for (%s: %s).", type(error).__name__, error)

    def __repr__(self) -> str:
        charges = sum(len({name for part in line.parts for name in part.law.charges}) for line in self.plan.lines)
        rules = ", then ".join(dict.fromkeys(group.rule.name for group in self.plan.groups))
        return f"Monitor({charges} charges under {rules}; {self.step} steps so far)"

    def __deepcopy__(self, memo: dict[int, Any]) -> Monitor:
        """A monitor of the copies of model and optimizer, with a ledger of its own and the same sinks."""
        model, optimizer = deepcopy(self.model, memo), deepcopy(self.optimizer, memo)
        made = Monitor(model, optimizer, self.found, *self.sinks, rule=self.rule, every=self.every)
        made.load_state_dict(self.state_dict())
        return made

    def remove(self) -> None:
        """Account for what is measured, and leave the optimizer alone from now on."""
        try:
            self.flush()
            self.sinks = tuple(sink for sink in self.sinks if flushed(sink))
        finally:
            self._unhook()

    def _hooked(self) -> tuple[RemovableHandle, RemovableHandle]:
        untraced: Any = disable  # a compiled step breaks off for them
        before, after = untraced(self._before), untraced(self._after)
        return self.optimizer.register_step_pre_hook(before), self.optimizer.register_step_post_hook(after)

    def _unhook(self) -> None:
        for hook in self._hooks:
            hook.remove()

    @property
    def latest(self) -> tuple[Account, ...]:
        """The accounts of the stretch of steps that was accounted for last, charge by charge."""
        return () if self._last is None else tuple(accounts(self.plan, self._last.copied()))

    def flush(self) -> None:
        """Account for the steps measured since the last time, tell the sinks, and sound alarms."""
        stretch = self._recorder.take()
        if stretch.steps:
            self._account(stretch)
        while self._untold:
            numbers, step = self._untold.popleft()
            self.sinks = tuple(sink for sink in self.sinks if heard(sink, numbers, step))

    def _account(self, stretch: Stretch) -> None:
        """Enter some steps into the ledger, and sound alarms."""
        with np.errstate(all="ignore"):  # a run that diverges passes through infinity
            found = tuple(accounts(self.plan, stretch))
            entries = entered(found, stretch, beside(self._continuous, found, stretch, self.ledger))
            sounded = [*alarms(self.plan, stretch, self._former, found)]
        self.ledger = self.ledger.joined(entries)
        self._untold.extend(entries if self.sinks else ())
        largest = stretch.sizes if self._former is None else np.fmax(stretch.sizes, self._former.sizes)
        self._former = Stretch(stretch.steps[-1:], stretch.rows[-1:].copy(), largest)
        self._last = stretch
        for alarm in sounded:
            self._sound(alarm)

    def calibrate(self, loss: Callable[..., Any], batch: Any) -> None:
        """Measure the gradient of a loss on a batch, which the first gradients of training are held against."""
        problem = pose(unshared(self.model), loss, batch)
        weights = {name: problem.model.get_parameter(name).detach().double() for name in problem.names}
        gradients = problem.gradients(weights, problem.batch)  # in units of a typical gradient
        self._former = self._recorder.gauge({name: problem.unit * g for name, g in gradients.items()})

    def report(self, path: str | Path) -> Path:
        """Write the page of the run so far, which needs nothing but itself; `OutputError` where that cannot be done."""
        from symlag.networks.monitor.report import written

        target = pathlike(path, "monitor.report", "run.html")
        self.flush()
        return written(target, self) if self._ranks.first else target

    def state_dict(self) -> dict[str, Any]:
        """All that a run is resumed with, in tensors and numbers: the ledger goes on as if it had never stopped."""
        return {
            "step": self.step,
            "ledger": self.ledger.state(),
            "recorder": self._recorder.state(),
            "former": None if self._former is None else self._former.state(),
            "alarms": [[alarm.kind, alarm.where, alarm.step, alarm.sentence] for alarm in self.alarms],
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from the state of a monitor of the same model and optimizer, after both have been loaded."""
        with stated():
            step, ledger = state["step"], Ledger.of(state["ledger"])
            former = None if state["former"] is None else Stretch.of(state["former"])
            told = tuple(Alarm(*alarm) for alarm in state["alarms"])
            self._recorder.load(state["recorder"])
            self.step, self.ledger, self._former, self.alarms = step, ledger, former, told

    def _sound(self, alarm: Alarm) -> None:
        """Tell an alarm that was not told yet."""
        if (alarm.kind, alarm.where) not in {(told.kind, told.where) for told in self.alarms}:
            self.alarms = (*self.alarms, alarm)
            LOG.warning("%s", alarm)

    def _before(self, _: Optimizer, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Before a step: what it is called with instead, where that is to be changed."""
        if self.step % self.every or self._void:
            return None
        if any(map(callable, (*args, *kwargs.values()))):
            return tuple(map(self._begun_after, args)), {key: self._begun_after(x) for key, x in kwargs.items()}
        return self._recorder.begin()

    @property
    def _void(self) -> bool:
        """Whether a fused optimizer is about to skip a step, as gradients under a GradScaler are infinite."""
        return bool(getattr(self.optimizer, "found_inf", None) or 0)

    def _begun_after(self, x: Any) -> Any:
        """A closure after which the step begins: those that have a rule call it once, before they move anything."""
        if not callable(x):
            return x

        def closure() -> Any:
            loss = x()
            self._recorder.begin()
            return loss

        return closure

    def _after(self, *_: object) -> None:
        """After a step."""
        if self._void:
            return
        if self.step % self.every == 0:
            self._recorder.end(self.step)
        else:
            self._recorder.forget()
        self._recorder.count()
        self.step += 1
        if self._recorder.full:
            self.flush()


def watch(
    model: nn.Module, optimizer: Optimizer, loss: Callable[..., Any], batch: Any, *sinks: Sink, **options: Any
) -> Monitor:
    """The symmetries of a model found, and a monitor of their charges attached; sinks and options as of `Monitor`.

    The batch tells, too, how large gradients are, so that a wrong loss scale is noticed.
    """
    nouns(model, optimizer)
    asked(sinks, options)
    monitor = Monitor(model, optimizer, symmetries(unshared(model), loss, batch), *sinks, **options)
    monitor.calibrate(loss, batch)
    return monitor
