"""The charge of translation as an oscillator: a softmax classifier under weight decay below, at and above critical."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

import numpy as np

from derivations import damping_regimes as theorem
from numeric import _closed_forms
from symlag.calculus.differential_operators import total
from symlag.calculus.jets import t
from symlag.kernels.array_function import kernel
from symlag.plot_style import MEASURED, THEORY, TWIN
from symlag.trials import Claim, Record, Study, observed_order
from symlag.variational.closed_form import Oscillation

__all__ = ["study", "theorem"]

SHARES = {"overdamped": 1 / 4, "critical": 1, "underdamped": 16}  # weight decay, by the critical one
STEPS = (0.1, 0.05, 0.025)

Curves = Mapping[str, Any]  # Q and C, (n, pixels)

SOLID = {**MEASURED, "linestyle": "-"}

oscillator = cast("Oscillation", theorem.oscillator)
swing, _ = oscillator.stable()
measured = kernel({"Q": oscillator.quantity, "C": theorem.law.charge, "rate": total(oscillator.quantity)})
predicted = kernel({"Q": swing, "C": oscillator.mass * swing.diff(t)})
massless = kernel({"Q": oscillator.massless()})


class Run(NamedTuple):
    """Q and C as measured, as predicted, and Q as it would be without the mass; time is that of unit friction, hk."""

    time: Any
    measured: Curves
    predicted: Curves
    massless: Curves

    def gap(self, told: Curves) -> float:
        """How far Q is from what was told, relative."""
        return float(abs(self.measured["Q"] - told["Q"]).max() / abs(self.measured["Q"]).max())

    @property
    def undershoot(self) -> float:
        """How far Q swings through zero, by where it began."""
        return float(-(self.measured["Q"] / self.measured["Q"][0]).min())


def study() -> Study:
    """The order at which each regime comes true, and how far the third one swings."""
    told = {name: [_run(_closed_forms.refined(share, step)) for step in STEPS] for name, share in SHARES.items()}
    orders = [_order(name, runs) for name, runs in told.items()]
    finest = {name: runs[-1] for name, runs in told.items()}
    return Study([*orders, _swings(finest["underdamped"])], {"damping_regimes": lambda figure: _draw(figure, finest)})


def _order(name: str, runs: Sequence[Run]) -> Claim:
    """The order at which the gap closes with the step."""
    says = f"Decay of {SHARES[name]:g} times the critical one: Q is the {name} oscillator, to second order."
    order = observed_order(STEPS, [run.gap(run.predicted) for run in runs])
    relaxed = observed_order(STEPS, [run.gap(run.massless) for run in runs])
    return Claim(says, "NM Fig. 6, 7", order, 1.8, twin=relaxed, without="the mass")


def _swings(run: Run) -> Claim:
    """e^{−πγ̄/ω}, of which a massless charge knows nothing."""
    share = SHARES["underdamped"]
    said = np.exp(-np.pi / np.sqrt(share - 1))
    relaxed = run._replace(measured=run.massless).undershoot
    says = "Underdamped, Q swings through zero by e^{−πγ̄/ω} (measured over predicted)."
    return Claim(says, "NM Fig. 6, 7", run.undershoot / said, 0.99, 1.01, twin=relaxed / said, without="the mass")


def _run(record: Record) -> Run:
    seen = _told(measured, record.arrays)
    start = {"Q_0": seen["Q"][0], "Qdot_0": seen["rate"][0], "t": (record.time - record.time[0])[:, None]}
    told = (_told(made, {**record.arrays, **start}) for made in (predicted, massless))
    return Run(record.time / record.step, seen, *told)


def _told(made: Any, given: Mapping[str, Any]) -> Curves:
    return made(**{name: given[name] for name in made.inputs})


def _draw(figure: Any, finest: Mapping[str, Run]) -> None:
    """Q in time, and the orbit of Q and C: the pixel whose charge is greatest at first."""
    course, orbit = figure.subplots(1, 2, width_ratios=(1.5, 1))
    for name, run in finest.items():
        chosen = abs(run.measured["Q"][0]).argmax()
        at = lambda of, name, chosen=chosen, run=run: of[name][:, chosen] / run.measured["Q"][0, chosen]  # noqa: E731
        course.plot(run.time, at(run.measured, "Q"), **SOLID)
        course.plot(run.time, at(run.predicted, "Q"), **THEORY)
        course.plot(run.time, at(run.massless, "Q"), **TWIN)
        orbit.plot(at(run.measured, "Q"), at(run.measured, "C") / STEPS[-1], **SOLID)
        orbit.plot(at(run.predicted, "Q"), at(run.predicted, "C") / STEPS[-1], **THEORY)
        low = at(run.measured, "Q").argmin() if name == "underdamped" else len(run.time) // 8
        course.annotate(name, (run.time[low], at(run.measured, "Q")[low]), (9, 3), textcoords="offset points")
    course.set(xlabel="time $hk$", ylabel="$Q/Q_0$", xlim=(0, 12))
    orbit.set(xlabel="$Q/Q_0$", ylabel="$C/hQ_0$")
    for label, line in zip(("measured", "predicted", "without the mass"), course.lines, strict=False):
        line.set_label(label)
    figure.legend(*course.get_legend_handles_labels(), loc="outside upper center", ncols=3)
