"""Minibatch noise as a source of the rescale law: E⟨g, Ag⟩ = ⟨∇L, A∇L⟩ + tr(AΣ)/S, and the balance it drives to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from derivations import law_of_balance as theorem
from numeric._noise_drift import BATCH, Balance, Drift, balance, drift
from symlag.plot_style import BLUE, MEASURED, THEORY, TWIN
from symlag.trials import Claim, Study, seed

__all__ = ["study", "theorem"]

SIZES = (2, 8, 32)
NOISE = "the noise term"


def study() -> Study:
    """The drift of all units at every batch size, and the fall of the imbalance of pairs."""
    drifts, fall = {size: drift(size, seed()) for size in SIZES}, balance(seed())
    source = "Ziyin, arXiv 2308.06671"
    claims = [
        Claim(
            f"Batches of {size}: E⟨g, Ag⟩ = ⟨∇L, A∇L⟩ + tr(AΣ)/S of all units (relative distance).",
            source,
            _apart(of.measured, of.predicted),
            most=0.1,
            twin=_apart(of.measured, of.noiseless),
            without=NOISE,
        )
        for size, of in drifts.items()
    ]
    lost, said, left = (-np.log(path[-1]) for path in fall)
    says = f"Batches of {BATCH} balance pairs at the rate η²(s̄² + var s/S) (measured over predicted)."
    claims.append(Claim(says, source, lost / said, 0.95, 1.05, twin=lost / left, without=NOISE))
    return Study(claims, {"law_of_balance": lambda figure: _draw(figure, drifts, fall)})


def _apart(measured: Any, predicted: Any) -> float:
    """The distance of what was measured from what was predicted, by the length of the former."""
    return float(np.linalg.norm(measured - predicted) / np.linalg.norm(measured))


def _draw(figure: Any, drifts: Mapping[int, Drift], fall: Balance) -> None:
    """The drift of some units by batch size, and the imbalance of pairs in time."""
    left, right = figure.subplots(1, 2)
    told = Drift(*(np.array(column) for column in zip(*drifts.values(), strict=True)))
    chosen = np.argsort(told.measured[0])[::5]
    left.plot(SIZES, told.measured[:, chosen], linestyle="none", marker="o", color=BLUE)
    left.plot(SIZES, told.predicted[:, chosen], **THEORY)
    left.plot(SIZES, told.noiseless[:, chosen], **TWIN)
    left.set(xscale="log", xlabel="batch size $S$", ylabel=r"$\mathrm{E}\langle g, Ag\rangle$ of a unit")
    left.set_xticks(SIZES, SIZES)
    left.minorticks_off()
    right.plot(fall.measured, **{**MEASURED, "linestyle": "-"}, label="measured")
    right.plot(fall.predicted, **THEORY, label="predicted")
    right.plot(fall.noiseless, **TWIN, label="without the noise")
    right.set(yscale="log", xlabel="step $k$", ylabel="$(u^2 - v^2)_k / (u^2 - v^2)_0$")
    figure.legend(*right.get_legend_handles_labels(), loc="outside upper center", ncols=3)
