"""Callbacks for those who let others train: a monitor is attached when training begins, and removed when it ends.

They are made when they are asked for, so that neither Lightning nor Transformers is needed before.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from importlib import import_module
from typing import Any

from symlag.errors import SymlagError
from symlag.networks.monitor.monitor import Monitor
from symlag.networks.monitor.validate import asked, discovered
from symlag.networks.result.found import Found


class Watching:
    """What both have in common: a monitor for each optimizer, made as `Monitor(model, optimizer, found, …)`."""

    def __init__(self, found: Found, *sinks: Any, **options: Any) -> None:
        super().__init__()
        discovered(found)
        asked(sinks, options)
        self.found, self.sinks, self.options = found, sinks, options
        self.monitors: tuple[Monitor, ...] = ()

    def attach(self, model: Any, optimizers: Iterable[Any], *, first: bool) -> None:
        """Attach a monitor to every optimizer, to that within where one is wrapped; the first process tells sinks."""
        sinks = self.sinks if first else ()
        self.monitors = tuple(Monitor(model, _bare(o), self.found, *sinks, **self.options) for o in optimizers)

    def detach(self, error: BaseException | None = None) -> None:
        """Remove the monitors, all of them where one fails, or training did; what they measured stays."""
        with ExitStack() as removed:
            for monitor in reversed(self.monitors):
                removed.callback(monitor.__exit__, error and type(error))


class _Lightning(Watching):
    """The hooks of lightning.pytorch.Callback."""

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:  # noqa: ARG002
        """Attach to the module as it is wrapped, which tells whether ranks share it."""
        self.attach(trainer.model, trainer.optimizers, first=trainer.is_global_zero)

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:  # noqa: ARG002
        """Remove."""
        self.detach()

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:  # noqa: ARG002
        """Remove, where training ends by an error."""
        self.detach(exception)


class _Transformers(Watching):
    """The hooks of transformers.TrainerCallback."""

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """Attach to the model, which is told bare: each rank then has the whole ledger of its own copy."""
        self.attach(kwargs["model"], [kwargs["optimizer"]], first=state.is_world_process_zero)

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """Remove."""
        self.detach()


def lightning_callback(found: Found, *sinks: Any, **options: Any) -> Any:
    """A callback for lightning.Trainer(callbacks=[…]), of the symmetries found of the module, with sinks and options.

    Its `monitors` are one for each optimizer. `SymlagError` where Lightning is not installed.
    """
    base = _base("Callback", "lightning.pytorch", "pytorch_lightning")
    return type("SymlagCallback", (_Lightning, base), {})(found, *sinks, **options)


def trainer_callback(found: Found, *sinks: Any, **options: Any) -> Any:
    """A callback for transformers.Trainer(callbacks=[…]), of the symmetries found of the model, with sinks and options.

    `SymlagError` where Transformers is not installed.
    """
    base = _base("TrainerCallback", "transformers")
    return type("SymlagCallback", (_Transformers, base), {})(found, *sinks, **options)


def _base(name: str, *modules: str) -> type:
    """The class to derive from, of the first of some modules that is there."""
    for module in modules:
        try:
            return getattr(import_module(module), name)
        except ImportError:
            continue
    package = modules[0].partition(".")[0]
    raise SymlagError(f"a callback for {package}", f"{package} is not installed", f"pip install {package}")


def _bare(optimizer: Any) -> Any:
    """The optimizer within its wrappers."""
    while hasattr(optimizer, "optimizer"):
        optimizer = optimizer.optimizer
    return optimizer
