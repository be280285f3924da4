"""The angle by which filters before a batch normalisation turn in a step of SGD, and the identity behind it."""

from functools import partial
from typing import Any

import numpy as np

from derivations import equilibrium_angle as theorem
from numeric._evaluate import evaluate
from numeric._noise import Descent, Norms, norms
from symlag.plot_style import MEASURED, THEORY, TWIN
from symlag.trials import Claim, Study

__all__ = ["measure", "points", "study", "theorem"]

points = (0.3, 0.9, 0.97)  # momentum
SETTLED = slice(2000, None)
SOURCE = "NLD §5; Wan et al. 2006.08419"


def measure(beta: float) -> Norms:
    """The filters along 4000 steps on minibatches."""
    return norms(Descent(eta=0.05, beta=beta, decay=0.005, batch=16, steps=4000))


def study(measured: tuple[Norms, ...]) -> Study:
    """By how much sums over a run miss the identity, and the angle that the steps come to."""
    claims = [claim for run in measured for claim in (_identity(run), _equilibrium(run))]
    return Study(claims, {"equilibrium_angle": partial(_draw, measured)})


def _identity(run: Norms) -> Claim:
    """The sums over all steps but the first and the last, and what is at both ends."""
    (Q, C), (K,) = theorem.law.charges, theorem.law.source_forms
    sums = {Q: run.square[1:-1].sum(0), K: run.momentum[1:-1].sum(0)}
    ends = {Q: run.square[-1] - run.square[1], C: run.charge[-2] - run.charge[0]}
    summed, ended = (
        [evaluate(factors[form], run.descent.arrays) * value for form, value in values.items()]
        for factors, values in ((theorem.window.sums, sums), (theorem.window.ends, ends))
    )
    size = np.abs(summed).max()
    missed, twin = (float(abs(np.sum(parts, 0)).max() / size) for parts in (summed + ended, summed))
    says = f"β = {run.descent.beta}: (1+β)η²Σ|v'|² = 2ηλΣ|w|² and what the ends add, to round-off."
    return Claim(says, SOURCE, missed, most=1e-12, twin=twin, without="the ends")


def _equilibrium(run: Norms) -> Claim:
    """The root mean square of the angle at rest, by the one that the law states."""
    turned = run.chord[SETTLED].mean() ** 0.5
    says = f"β = {run.descent.beta}: the angle of a step comes to √(2ηλ/(1+β))."
    measured, twin = (turned / _angle(run, **swap) for swap in ({}, {"beta": 0.0}))
    return Claim(says, SOURCE, measured, least=0.97, most=1.03, twin=twin, without="momentum")


def _angle(run: Norms, **swap: float) -> float:
    """What the law states: 1 − cos of it is θ²/2."""
    return float((2 * evaluate(theorem.turn, {**run.descent.arrays, **swap})) ** 0.5)


def _draw(measured: tuple[Norms, ...], figure: Any) -> None:
    """The angle of all filters, averaged over forty steps, upon what the law states."""
    panels = figure.subplots(1, len(measured), sharey=True)
    for panel, run in zip(panels, measured, strict=True):
        angles = run.chord.reshape(-1, 40, run.chord.shape[1]).mean((1, 2)) ** 0.5
        panel.plot(20 + 40 * np.arange(len(angles)), angles, **MEASURED, label="measured")
        panel.axhline(_angle(run), **THEORY, label=r"$\sqrt{2\eta\lambda/(1+\beta)}$")
        panel.axhline(_angle(run, beta=0.0), **TWIN, label="without momentum")
        panel.set(title=rf"$\beta = {run.descent.beta}$", xlabel="step $k$", yscale="log", ylim=(0.012, 0.055))
        panel.margins(x=0.01)
    panels[0].set(
        ylabel="angle of a step", yticks=[0.015, 0.02, 0.03, 0.05], yticklabels=["0.015", "0.02", "0.03", "0.05"]
    )
    panels[0].minorticks_off()
    panels[-1].legend(loc="upper right")
