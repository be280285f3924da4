"""The monitor: hooks around the steps of an optimizer, a row of numbers for each step, and accounts of many at a time.

The one object of symlag that holds state. What it keeps between steps are numbers, and of tensors whose law needs it
the previous iterate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from torch import nn
from torch.optim import Optimizer

from symlag.discrete.updates import UpdateRule
from symlag.errors import SymlagError
from symlag.networks._finder import symmetries
from symlag.networks._found import Found
from symlag.networks.monitor._account import Account, accounts
from symlag.networks.monitor._ledger import EMPTY, entered
from symlag.networks.monitor._plan import Plan, planned
from symlag.networks.monitor._recorder import Recorder
from symlag.optimizers import from_torch

Sink = Callable[[Mapping[str, float], int], Any]


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
        self._recorder = Recorder(self.plan)
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
        stretch = self._recorder.take()
        if not stretch.steps:
            return
        self.latest = tuple(accounts(self.plan, stretch))
        entries = entered(self.latest)
        self.ledger = self.ledger.joined(entries)
        for numbers, step in entries:
            for sink in self.sinks:
                sink(numbers, step)

    def _before(self, _: Optimizer, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """Before a step."""
        if any(map(callable, (*args, *kwargs.values()))):
            raise SymlagError(
                "optimizer.step(closure)", "steps that call back for the loss have no exact law", "optimizer.step()"
            )
        if self.step % self.every == 0:
            self._recorder.begin()

    def _after(self, *_: object) -> None:
        """After a step."""
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
    """The symmetries of a model found, and a monitor of their charges attached; sinks and options as of `Monitor`."""
    return Monitor(model, optimizer, symmetries(model, loss, batch), *sinks, **options)
