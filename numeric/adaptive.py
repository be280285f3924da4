"""The implicit RMSProp on a network trained by minibatches: its law as steps are refined, and the norms it comes to."""

from collections.abc import Callable
from functools import partial
from math import log
from typing import Any

import numpy as np

from derivations import adaptive as theorem
from numeric._networks import normalised
from numeric._noise import Descent, Norms, norms, path
from numeric._scale_law_under_noise import PRINTED, memory, radius, remembered, unrest, whiteness
from symlag.plot_style import MEASURED, THEORY, TWIN
from symlag.trials import Claim, Record, Study

__all__ = ["measure", "points", "record", "steps", "study", "theorem"]

steps = (0.1, 0.05, 0.025)
points = (4, 8, 16)  # images in a minibatch
SETTLED = slice(3000, None)  # of 9000 steps, with a memory of 625
BATCHES = "at batches of 4, 8 and 16 the worst is told."

Runs = tuple[Norms, ...]
Law = Callable[[Norms], Any]  # |w|² of every filter at every step


def record(step: float) -> Record:
    """The filters w, (n, filters, pixels), a new minibatch every tenth of the time hk."""
    descent = Descent.refined(step, decay=0.01, batch=16, span=20, held=0.1)
    weights = path(normalised, descent)
    return Record.along(step, descent.time, {"w": weights["0.weight"]}, descent.arrays)


def measure(batch: int) -> Norms:
    """The filters along steps on minibatches drawn afresh."""
    return norms(Descent(eta=0.02, beta=0.9, decay=0.002, batch=batch, steps=9000))


def study(measured: Runs) -> Study:
    """By how much the laws overstate r², as printed and with χ, and the steps that G remembers."""
    lacking = 1 / whiteness(measured[0]) ** 0.5
    claims = (
        _worst(
            measured, "Without χ, Eq. 17 overstates r² by √((1+β)/(1−β))", as_printed, lacking, by_white, "the error"
        ),
        _worst(measured, "With χ as measured along the run, Eq. 17 gives r²", by_measured, 1, as_printed, "χ"),
        _worst(measured, "With χ = (1−β)/(1+β) of white noise, Eq. 17 gives r²", by_white, 1, as_printed, "χ"),
        _worst(measured, "RMSProp gives r², for r⁴ is its G (Eq. 18)", by_rmsprop, 1, by_printed_rmsprop, "χ"),
    )
    return Study([*claims, _memory(measured[-1]), _rest()], {"norms": partial(_draw, measured)})


def as_printed(run: Norms) -> Any:
    """The law of r⁴ with χ = 1."""
    return radius(run, PRINTED)


def by_measured(run: Norms) -> Any:
    """The same with χ as it is at every step."""
    return radius(run, run.persistence)


def by_white(run: Norms) -> Any:
    """The same with the χ of gradients that know nothing of each other."""
    return radius(run, whiteness(run))


def by_rmsprop(run: Norms) -> Any:
    """The equivalent RMSProp under white noise."""
    return remembered(run, whiteness(run))


def by_printed_rmsprop(run: Norms) -> Any:
    """The same with χ = 1."""
    return remembered(run, PRINTED)


def _worst(runs: Runs, says: str, law: Law, stated: float, twin: Law, without: str) -> Claim:
    """By how much a law overstates r², of all batches where that is farthest from what is stated."""
    ratios = [(_overstated(run, law), _overstated(run, twin)) for run in runs]
    measured, other = max(ratios, key=lambda ratio: abs(log(ratio[0] / stated)))
    least, most = (share * stated for share in (0.96, 1.04))
    sentence = f"{says}; the worst at batches of 4, 8 and 16."
    return Claim(sentence, "NLD Eq. 16–18, corrected", measured, least, most, twin=other, without=without)


def _overstated(run: Norms, law: Law) -> float:
    return float(law(run)[SETTLED].mean() / run.square[SETTLED].mean())


def _memory(run: Norms) -> Claim:
    """A regression on noise, so that a tenth is what it can tell."""
    (found, stated), (twin, _) = (memory(run, chi, window=200) for chi in (whiteness(run), PRINTED))
    says = "G remembers (1−β)/(4ηλ) steps."
    return Claim(says, "NLD Eq. 18 and χ", found / stated, 0.9, 1.1, twin=twin / stated, without="χ")


def _rest() -> Claim:
    """Extrapolated from two steps to none; the twin's mass is η/2, without the share β that momentum adds to it."""
    coarse, fine = ((1 + unrest(h)) * np.array([1, 1 / (2 - h)]) for h in (0.2, 0.1))
    measured, twin = 2 * fine - coarse
    says = "The averages of m|ẇ|² and λr² come to a ratio of 1 as the step is refined."
    return Claim(says, "NLD §5", measured, 0.97, 1.03, twin=twin, without="the mass of momentum")


def _draw(runs: Runs, figure: Any) -> None:
    """r² averaged over filters, upon what the laws say."""
    panels = figure.subplots(1, len(runs), sharey=True)
    for panel, run in zip(panels, runs, strict=True):
        time = np.arange(len(run.square)) / 1000
        curves = ((run.square, MEASURED, "measured"), (by_white(run), THEORY, "with $\\chi$"))
        for squares, style, label in (*curves, (as_printed(run), TWIN, "as printed")):
            panel.plot(time, squares.mean(1), **style, label=label)
        panel.set(title=f"batch {run.descent.batch}", xlabel="thousand steps", yscale="log")
        panel.margins(x=0.01)
    panels[0].set(ylabel="$r^2$, the mean of 16 filters")
    panels[0].legend(loc="lower right")
