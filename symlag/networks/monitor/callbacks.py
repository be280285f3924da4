"""Callbacks for trainers: a monitor is attached when training begins, and removed when it ends.

The class of a callback is made when one is asked for, so that neither Lightning nor Transformers is needed before.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from importlib import import_module
from typing import Any

from symlag.errors import SymlagError
from symlag.networks.monitor.monitor import Monitor
from symlag.networks.monitor.sinks import Sink
from symlag.networks.monitor.validate import require_found, require_options
from symlag.networks.result.found import Found


class MonitorCallback:
    """What callbacks of all trainers do: a monitor for each optimizer, `Monitor(model, optimizer, found, …)`."""

    def __init__(self, found: Found, *sinks: Sink, **options: Any) -> None:
        super().__init__()
        require_found(found)
        require_options(sinks, options)
        self.found, self.sinks, self.options = found, sinks, options
        self.monitors: tuple[Monitor, ...] = ()

    def attach(self, model: Any, optimizers: Iterable[Any], *, first: bool) -> None:
        """Attach a monitor to every optimizer, or to the one within a wrapper; the first process calls the sinks."""
        sinks = self.sinks if first else ()
        self.monitors = tuple(Monitor(model, _unwrapped(o), self.found, *sinks, **self.options) for o in optimizers)

    def detach(self, error: BaseException | None = None) -> None:
        """Remove the monitors, all of them where one fails, or where training did; what they measured stays."""
        with ExitStack() as removals:
            for monitor in reversed(self.monitors):
                removals.callback(monitor.__exit__, None if error is None else type(error))


class LightningHooks(MonitorCallback):
    """The hooks of lightning.pytorch.Callback."""

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:  # noqa: ARG002
        """Attach to the module as it is wrapped, which shows whether ranks share it."""
        self.attach(trainer.model, trainer.optimizers, first=trainer.is_global_zero)

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:  # noqa: ARG002
        """Remove the monitors."""
        self.detach()

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:  # noqa: ARG002
        """Remove the monitors where training ends by an error."""
        self.detach(exception)


class TransformersHooks(MonitorCallback):
    """The hooks of transformers.TrainerCallback."""

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """Attach to the model without wrapper, as it is given: each rank has the whole ledger of its own copy."""
        self.attach(kwargs["model"], [kwargs["optimizer"]], first=state.is_world_process_zero)

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """Remove the monitors."""
        self.detach()


def lightning_callback(found: Found, *sinks: Sink, **options: Any) -> Any:
    """A callback for Lightning that monitors the charges of the module in training.

    Parameters
    ----------
    found : Found
        The symmetries of the module, from `symlag.networks.symmetries`.
    *sinks : callable
        Functions f(numbers, step), called by the first process.
    **options
        The options `rule` and `every` of `Monitor`.

    Returns
    -------
    lightning.pytorch.Callback
        The callback; its `monitors` are one for each optimizer.

    Raises
    ------
    SymlagError
        If Lightning is not installed, or an argument is something else.

    Examples
    --------
    >>> import torch
    >>> from symlag.networks import symmetries
    >>> model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1)).double()
    >>> batch = torch.randn(8, 2).double(), torch.randn(8, 1).double()
    >>> found = symmetries(model, torch.nn.functional.mse_loss, batch)
    >>> callback = lightning_callback(found, every=10)          # doctest: +SKIP
    >>> lightning.Trainer(callbacks=[callback]).fit(module)     # doctest: +SKIP
    >>> callback.monitors[0].ledger                             # doctest: +SKIP
    """
    base = _installed_class("Callback", "lightning.pytorch", "pytorch_lightning")
    return type("SymlagCallback", (LightningHooks, base), {})(found, *sinks, **options)


def trainer_callback(found: Found, *sinks: Sink, **options: Any) -> Any:
    """A callback for the Trainer of Transformers that monitors the charges of the model in training.

    Parameters
    ----------
    found : Found
        What `symlag.networks.symmetries` found in the model.
    *sinks, **options
        As those of `lightning_callback`.

    Returns
    -------
    transformers.TrainerCallback
        The callback; its `monitors` has the monitor.

    Raises
    ------
    SymlagError
        If Transformers is not installed, or an argument is something else.

    Examples
    --------
    With `model` and `found` as in the example of `lightning_callback`:

    >>> callback = trainer_callback(found, every=10)                          # doctest: +SKIP
    >>> transformers.Trainer(model, args, callbacks=[callback]).train()       # doctest: +SKIP
    >>> callback.monitors[0].ledger                                           # doctest: +SKIP
    """
    base = _installed_class("TrainerCallback", "transformers")
    return type("SymlagCallback", (TransformersHooks, base), {})(found, *sinks, **options)


def _installed_class(name: str, *modules: str) -> type:
    """The class of that name in the first of some modules that is installed."""
    for module in modules:
        try:
            return getattr(import_module(module), name)
        except ImportError:
            continue
    package = modules[0].partition(".")[0]
    raise SymlagError(f"a callback for {package}", f"{package} is not installed", f"pip install {package}")


def _unwrapped(optimizer: Any) -> Any:
    """The optimizer within its wrappers."""
    while hasattr(optimizer, "optimizer"):
        optimizer = optimizer.optimizer
    return optimizer
