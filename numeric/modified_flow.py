"""Modified flows of descent, momentum and Nesterov's method on a small network: how fast runs close in on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from derivations import modified_flow as theorem
from numeric import _orders_of_modified_flow
from numeric._orders_of_modified_flow import STEPS, TIME, flow, gap
from numeric._two_weight_loss import valley
from symlag.plot_style import BLACK, BLUE, SKY, THEORY, TWIN, VERMILION
from symlag.trials import Claim, Study, observed_order

__all__ = ["fast", "study", "theorem"]

fast = True

COARSE = 0.1
MARKS = (("no correction", VERMILION, "x"), ("one", BLUE, "o"), ("two", BLACK, "s"))
Gaps = Mapping[str, Mapping[int, list[float]]]  # of each method, by the number of corrections, at every step size


def study() -> Study:
    """The orders of all methods with one correction and with two."""
    gaps = {
        name: {n: [gap(rule, n, step, valley()) for step in STEPS] for n in range(3)}
        for name, rule in theorem.rules.items()
    }
    return Study([*_claims(gaps)], {"modified_flow": lambda figure: _draw(figure, gaps)})


def _claims(gaps: Gaps) -> Iterator[Claim]:
    for name, of in gaps.items():
        for n in (1, 2):
            says = f"{name}: runs leave the flow with {n} correction{'s' * (n > 1)} at order {n + 1}."
            order, twin = observed_order(STEPS, of[n]), observed_order(STEPS, of[n - 1])
            without = "the η² term" if n > 1 else "the η term"
            yield Claim(says, "NM Fig. 4", order, n + 0.8, n + 1.2, twin=twin, without=without)


def _draw(figure: Any, gaps: Gaps) -> None:
    """A run of momentum and its flows, and the gaps of all methods."""
    course, *panels = figure.subplots(1, 4, width_ratios=(1.3, 1, 1, 1))
    _draw_course(course)
    for panel, (name, of) in zip(panels, gaps.items(), strict=True):
        for n, (label, color, marker) in enumerate(MARKS):
            panel.plot(STEPS, of[n], linestyle="none", color=color, marker=marker, label=label)
            panel.plot(STEPS, [of[n][0] * (step / STEPS[0]) ** (n + 1) for step in STEPS], **THEORY)
        panel.set(title=name, xscale="log", yscale="log", xlabel=r"$\eta$", ylim=(1e-9, 2e-2))
        panel.set_xticks(STEPS, [f"{step:g}" for step in STEPS])
        panel.minorticks_off()
    for panel in panels[1:]:
        panel.set_yticklabels([])
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper right", ncols=3)


def _draw_course(panel: Any) -> None:
    """Two weights along a run with momentum at a coarse step, and along its flow with no correction and with two."""
    rule, steps = theorem.rules["momentum"], range(round(TIME / COARSE) + 1)
    points = _orders_of_modified_flow.run(rule, 2, COARSE, valley())
    panel.plot(*points[:, :2].T, linestyle="none", marker="o", markersize=5, color=SKY)
    for n, style in ((0, TWIN), (2, THEORY)):
        panel.plot(*np.array([flow(rule, n, COARSE, valley(), k) for k in steps])[:, :2].T, **style)
    panel.set(title="momentum, η = 0.1", xlabel="$a$", ylabel="$b$")
