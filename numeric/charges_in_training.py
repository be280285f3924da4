"""Closed forms of charges without momentum: a VGG-like network and a transformer, at weight decays from 0 to 1e−3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from derivations import charges_in_training as theorem
from numeric._charges import TRANSFORMER, Course, convolutional_families, course
from numeric._images import convolutional, transformer
from numeric._noise import Descent, path
from symlag.plot_style import MEASURED, THEORY, TWIN
from symlag.trials import Claim, Study

__all__ = ["measure", "points", "study", "theorem"]

ETA, BATCH, STEPS = 0.1, 64, 500
DECAYS = (0, 1e-4, 5e-4, 1e-3)
NETWORKS = {"CNN": (convolutional, convolutional_families(2)), "transformer": (transformer, TRANSFORMER)}
points = tuple(product(NETWORKS, DECAYS))

Courses = Mapping[str, Course]


def measure(point: tuple[str, float]) -> Courses:
    """The courses of all families of a network at a weight decay."""
    name, decay = point
    make, families = NETWORKS[name]
    weights = path(make, Descent(ETA, 0, decay, BATCH, STEPS))
    return {kind: course(family, weights, ETA, decay) for kind, family in families.items()}


def study(measured: Sequence[Courses]) -> Study:
    """A claim for each family of each network, over all weight decays."""
    told = dict(zip(points, measured, strict=True))
    rows = {
        (name, kind): [told[name, decay][kind] for decay in DECAYS]
        for name, (_, families) in NETWORKS.items()
        for kind in families
    }
    return Study([*_claims(rows)], {"charges_in_training": lambda figure: _draw(figure, rows)})


def _claims(rows: Mapping[tuple[str, str], Sequence[Course]]) -> Iterator[Claim]:
    for (name, kind), courses in rows.items():
        says = f"{name}, {kind}: Q is its closed form at decays of 0 … 1e−3 (greatest gap, relative)."
        gap, twin = (max(c.gap(told) for c, told in pairs) for pairs in _pairs(courses))
        without = "weight decay" if kind == "translation" else "squared gradients"
        yield Claim(says, "NM Fig. 5", gap, most=2e-3, twin=twin, without=without)


def _pairs(courses: Sequence[Course]) -> tuple[list[tuple[Course, Any]], list[tuple[Course, Any]]]:
    return [(c, c.predicted) for c in courses], [(c, c.twin) for c in courses]


def _draw(figure: Any, rows: Mapping[tuple[str, str], Sequence[Course]]) -> None:
    """For each family one unit, at every weight decay."""
    figure.set_size_inches(6.6, 4.2)
    panels = figure.subplots(2, 3).flat
    for panel, ((name, kind), courses) in zip(panels, rows.items(), strict=False):
        unit = abs(courses[0].measured[0]).argmax()
        for c in courses:
            for values, style in zip(c, ({**MEASURED, "linestyle": "-"}, THEORY, TWIN), strict=True):
                panel.plot(values[:, unit] / c.measured[0, unit], **style)
        panel.set(title=f"{name}, {kind}", xlabel="step $k$", ylabel="$Q/Q_0$")
    last = figure.axes[-1]
    last.set_axis_off()
    labels = ("measured", "closed form", "without weight decay,\nor squared gradients")
    last.legend(figure.axes[0].lines[:3], labels, loc="center", title="λ = 0, 1e−4, 5e−4, 1e−3")
