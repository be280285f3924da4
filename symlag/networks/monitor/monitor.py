"""The monitor: hooks around the steps of an optimizer that keep the ledger of every charge.

The path of a step: its hooks have the `Recorder` measure a row of numbers; once a window of steps is full, `accounts`
makes of it what each term of each law added; those are entered into the ledger, sent to the sinks, and diagnosed.
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

from symlag.networks.find_symmetries import symmetries
from symlag.networks.monitor.account import Account, accounts
from symlag.networks.monitor.alarm import Alarm
from symlag.networks.monitor.continuous_law import continuous_laws, predicted_columns
from symlag.networks.monitor.diagnosis import alarms
from symlag.networks.monitor.distributed import Ranks, ranks_of, searchable
from symlag.networks.monitor.ledger import EMPTY, Ledger, ledger_of_window
from symlag.networks.monitor.plan import Plan, make_plan
from symlag.networks.monitor.recorder import Recorder
from symlag.networks.monitor.sinks import Sink, as_path, flush, send
from symlag.networks.monitor.step_window import StepWindow
from symlag.networks.monitor.validate import (
    reading_state,
    require_hyperparameters,
    require_model_and_optimizer,
    require_monitorable,
    require_options,
)
from symlag.networks.problem import pose
from symlag.networks.result.found import Found
from symlag.optimizers.torch_optimizers import from_torch
from symlag.optimizers.update_rule import UpdateRule

LOG = logging.getLogger("symlag")


class Monitor:
    """The ledger of every charge of a model, kept while an optimizer trains it.

    It is attached to the optimizer until `remove`, or until the end of its `with` block; the training loop stays as it
    is. Numbers stay on the device, and go to the ledger and the sinks some steps at a time, or when `flush` asks.

    Parameters
    ----------
    model : torch.nn.Module
        The model.
    optimizer : torch.optim.Optimizer
        The optimizer that trains it.
    found : Found
        The symmetries of model and loss, from `symlag.networks.symmetries`.
    *sinks : callable
        Functions f(numbers, step), called with the numbers of each measured step by name; the `flush` of one that has
        it is called when the monitor is removed. A sink that raises is called no more: a warning names the error, and
        training goes on.
    rule : UpdateRule, optional
        The update rule, for an optimizer that symlag does not know.
    every : int, default 1
        One of so many steps is measured.

    Attributes
    ----------
    ledger : Ledger
        The numbers of the last 10,000 measured steps.
    alarms : tuple of Alarm
        What went wrong, each also a warning in the log of `symlag`.
    plan : Plan
        What is measured; `plan.skipped` are the symmetries of which no charge is followed, and why.
    without_continuous_law : mapping of str to str
        For each family of charges that has no continuous law beside the exact one the reason why.
    step : int
        How many steps were taken so far.

    Raises
    ------
    SymlagError
        If optimizer, model and symmetries do not belong together, or an argument is something else.

    Notes
    -----
    Under DistributedDataParallel, `fully_shard` or tensor parallelism, every rank makes a monitor, of symmetries that
    were found before the model was wrapped, and has the whole ledger; the first one calls the sinks and writes the
    report. What makes a monitor account for its steps, such as `flush` and `report`, all ranks do together.

    Examples
    --------
    >>> import torch
    >>> from symlag.networks import symmetries
    >>> model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1)).double()
    >>> x, y = torch.randn(8, 2).double(), torch.randn(8, 1).double()
    >>> found = symmetries(model, torch.nn.functional.mse_loss, (x, y))
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> with Monitor(model, optimizer, found) as monitor:
    ...     for _ in range(10):
    ...         optimizer.zero_grad()
    ...         torch.nn.functional.mse_loss(model(x), y).backward()
    ...         optimizer.step()
    >>> monitor
    Monitor(1 charges under SGD; 10 steps so far)
    >>> [column.rsplit("/", 1)[1] for column in monitor.ledger.columns]
    ['charge', 'decay', 'KSB', 'breaking', 'residual', 'floors', 'continuous', 'continuous rate']
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
        require_monitorable(model, optimizer, found)
        require_options(sinks, {"rule": rule, "every": every})
        self.model, self.optimizer, self.found = model, optimizer, found
        self.rule, self.every = rule, every
        self.plan: Plan = make_plan(model, require_hyperparameters(from_torch(optimizer, rule)), tuple(found))
        self._continuous_laws, self.without_continuous_law = continuous_laws(self.plan, every)
        self.step = 0
        self.ledger: Ledger = EMPTY
        self.alarms: tuple[Alarm, ...] = ()
        self._ranks = ranks_of(model, self.plan)
        self.sinks: tuple[Sink, ...] = sinks if self._ranks.first else ()
        self._unsent = deque[tuple[Mapping[str, float], int]]()
        self._recorder = Recorder(self.plan, optimizer, self._ranks)
        self._window: StepWindow | None = None  # the one accounted for last
        self._before: StepWindow | None = None  # its last step, and the largest magnitudes: what alarms compare with
        self._hooks = self._attach()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Remove; after an error ranks do nothing together any more, and no other error takes its place."""
        if kind is not None and isinstance(self._ranks, Ranks):
            self._detach()
            return
        try:
            self.remove()
        except Exception as error:
            if kind is None:
                raise
            LOG.warning("Monitor: the last steps are not accounted for (%s: %s).", type(error).__name__, error)

    def __repr__(self) -> str:
        charges = sum(len({c for s in family.summands for c in s.law.charges}) for family in self.plan.families)
        rules = ", then ".join(dict.fromkeys(group.rule.name for group in self.plan.groups))
        return f"Monitor({charges} charges under {rules}; {self.step} steps so far)"

    def __deepcopy__(self, memo: dict[int, Any]) -> Monitor:
        """A monitor of the copies of model and optimizer, with a ledger of its own and the same sinks."""
        model, optimizer = deepcopy(self.model, memo), deepcopy(self.optimizer, memo)
        copy = Monitor(model, optimizer, self.found, *self.sinks, rule=self.rule, every=self.every)
        copy.load_state_dict(self.state_dict())
        return copy

    @property
    def latest(self) -> tuple[Account, ...]:
        """The accounts of the window of steps that was accounted for last, charge by charge."""
        return () if self._window is None else tuple(accounts(self.plan, self._window.copied()))

    def remove(self) -> None:
        """Account for what is measured, and leave the optimizer alone from now on."""
        try:
            self.flush()
            self.sinks = tuple(sink for sink in self.sinks if flush(sink))
        finally:
            self._detach()

    def flush(self) -> None:
        """Account for the steps measured since the last time, call the sinks, and raise alarms."""
        window = self._recorder.take()
        if window.steps:
            self._account(window)
        while self._unsent:
            numbers, step = self._unsent.popleft()
            self.sinks = tuple(sink for sink in self.sinks if send(sink, numbers, step))

    def calibrate(self, loss: Callable[..., Any], batch: Any) -> None:
        """Measure how large gradients are, so that a wrong loss scale is noticed at the first step.

        Parameters
        ----------
        loss : callable
            The loss, as `symmetries` takes it.
        batch : Any
            A batch, as `symmetries` takes it.
        """
        problem = pose(searchable(self.model), loss, batch)
        weights = {name: problem.model.get_parameter(name).detach().double() for name in problem.names}
        in_units = problem.gradients(weights, problem.batch)  # of a typical gradient
        gradients = {name: problem.unit * g for name, g in in_units.items()}
        self._before = self._recorder.gradient_magnitudes(gradients)

    def report(self, path: str | Path) -> Path:
        """Write one page on the run so far, which needs nothing but itself.

        Parameters
        ----------
        path : str or pathlib.Path
            The HTML file.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        from symlag.networks.monitor.report import write_report

        target = as_path(path, "monitor.report", "run.html")
        self.flush()
        return write_report(target, self) if self._ranks.first else target

    def state_dict(self) -> dict[str, Any]:
        """All that a run needs to be resumed, in tensors and numbers: the ledger goes on as if it had never stopped."""
        return {
            "step": self.step,
            "ledger": self.ledger.state_dict(),
            "recorder": self._recorder.state_dict(),
            "before": None if self._before is None else self._before.state_dict(),
            "alarms": [[alarm.kind, alarm.where, alarm.step, alarm.sentence] for alarm in self.alarms],
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a checkpoint, after model and optimizer have been loaded from it.

        Parameters
        ----------
        state : mapping
            What `state_dict` of a monitor of the same model and optimizer returned.

        Raises
        ------
        SymlagError
            If it is something else.
        """
        with reading_state():
            step, ledger = state["step"], Ledger.from_state(state["ledger"])
            before = None if state["before"] is None else StepWindow.from_state(state["before"])
            raised = tuple(Alarm(*alarm) for alarm in state["alarms"])
            self._recorder.load(state["recorder"])
            self.step, self.ledger, self._before, self.alarms = step, ledger, before, raised

    def _account(self, window: StepWindow) -> None:
        """Enter some steps into the ledger, and raise alarms."""
        with np.errstate(all="ignore"):  # a run that diverges passes through infinity
            found = tuple(accounts(self.plan, window))
            predicted = predicted_columns(self._continuous_laws, found, window, self.ledger)
            entries = ledger_of_window(found, window, predicted)
            new_alarms = [*alarms(self.plan, window, self._before, found)]
        self.ledger = self.ledger.extended(entries)
        self._unsent.extend(entries if self.sinks else ())
        before = window.magnitudes if self._before is None else self._before.magnitudes
        magnitudes = np.fmax(window.magnitudes, before)
        self._before = StepWindow(window.steps[-1:], window.rows[-1:].copy(), magnitudes)
        self._window = window
        for alarm in new_alarms:
            if (alarm.kind, alarm.where) not in {(other.kind, other.where) for other in self.alarms}:
                self.alarms = (*self.alarms, alarm)
                LOG.warning("%s", alarm)

    def _attach(self) -> tuple[RemovableHandle, RemovableHandle]:
        """Register the hooks around the optimizer's step."""
        untraced: Any = disable  # torch.compile breaks off a compiled step for the hooks
        before, after = untraced(self._before_step), untraced(self._after_step)
        return self.optimizer.register_step_pre_hook(before), self.optimizer.register_step_post_hook(after)

    def _detach(self) -> None:
        for hook in self._hooks:
            hook.remove()

    def _before_step(self, _: Optimizer, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Before a step: begin it, or return other arguments, of which the closure ends with the beginning."""
        if self.step % self.every or self._to_be_skipped():
            return None
        if any(map(callable, (*args, *kwargs.values()))):
            return tuple(map(self._begin_after, args)), {key: self._begin_after(x) for key, x in kwargs.items()}
        return self._recorder.begin()

    def _after_step(self, *_: object) -> None:
        """After a step: end it, and account for the window once it is full."""
        if self._to_be_skipped():
            return
        if self.step % self.every == 0:
            self._recorder.end(self.step)
        else:
            self._recorder.skip()
        self._recorder.count()
        self.step += 1
        if self._recorder.full:
            self.flush()

    def _to_be_skipped(self) -> bool:
        """Whether a fused optimizer skips this step, as a GradScaler found its gradients to be infinite."""
        return bool(getattr(self.optimizer, "found_inf", None) or 0)

    def _begin_after(self, x: Any) -> Any:
        """A closure that begins the step at its end: optimizers that have a rule call it once, before they move."""
        if not callable(x):
            return x

        def closure() -> Any:
            loss = x()
            self._recorder.begin()
            return loss

        return closure


def watch(
    model: nn.Module, optimizer: Optimizer, loss: Callable[..., Any], batch: Any, *sinks: Sink, **options: Any
) -> Monitor:
    """Find the symmetries of a model, and attach a monitor of their charges to its optimizer.

    The batch tells, too, how large gradients are, so that a wrong loss scale is noticed at the first step.

    Parameters
    ----------
    model : torch.nn.Module
        The model.
    optimizer : torch.optim.Optimizer
        The optimizer that trains it.
    loss : callable
        The loss, loss(model(inputs), targets), as `symlag.networks.symmetries` takes it.
    batch : tuple
        Inputs and targets, as `symlag.networks.symmetries` takes them.
    *sinks : callable
        Functions f(numbers, step), as of `Monitor`.
    **options
        The options `rule` and `every` of `Monitor`.

    Returns
    -------
    Monitor
        The monitor, which is attached until the end of its `with` block.

    Raises
    ------
    SymlagError
        If an argument is something else, or ranks share the model.

    Examples
    --------
    >>> import torch
    >>> model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1)).double()
    >>> x, y = torch.randn(8, 2).double(), torch.randn(8, 1).double()
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> with watch(model, optimizer, torch.nn.functional.mse_loss, (x, y)) as monitor:
    ...     for _ in range(3):
    ...         optimizer.zero_grad()
    ...         torch.nn.functional.mse_loss(model(x), y).backward()
    ...         optimizer.step()
    >>> len(monitor.ledger), monitor.alarms
    (3, ())
    """
    require_model_and_optimizer(model, optimizer)
    require_options(sinks, options)
    monitor = Monitor(model, optimizer, symmetries(searchable(model), loss, batch), *sinks, **options)
    monitor.calibrate(loss, batch)
    return monitor
