"""Rough weights and smooth charges of a VGG-like network: how long a way each goes for how far it comes."""

from __future__ import annotations

from typing import Any

import numpy as np

from derivations import smooth_norms as theorem
from numeric._charges import Course, convolutional_families, course
from numeric._images import convolutional
from numeric._noise import Descent, path
from symlag.plot_style import MEASURED, THEORY
from symlag.trials import Claim, Study

__all__ = ["study", "theorem"]

DESCENT = Descent(eta=0.1, beta=0, decay=5e-4, batch=32, steps=500)
LAYER = "2.0.weight"


def study() -> Study:
    """The roughness of the norms of filters, beside that of half filters and of weights."""
    weights = path(convolutional, DESCENT)
    w = weights[LAYER].reshape(DESCENT.steps + 1, 16, -1)
    told = course(convolutional_families(2)["scale"], weights, DESCENT.eta, DESCENT.decay)
    norms, halves = (w**2).sum(-1), (w[..., ::2] ** 2).sum(-1)
    weight, norm, half = (float(np.median(roughness(q))) for q in (w, norms, halves))
    says = "The norm of a filter goes straight (median of the way gone over the way got)."
    twins = {"half of the filter": half, "all other weights": weight}
    claims = [Claim(says, "NM Fig. 1", norm, 1, 1.5, twin=twin, without=term) for term, twin in twins.items()]
    return Study(claims, {"smooth_norms": lambda figure: _draw(figure, w, told)})


def roughness(q: Any) -> Any:
    """The total variation of q (n, …) by its net change."""
    return abs(np.diff(q, axis=0)).sum(0) / abs(q[-1] - q[0])


def _draw(figure: Any, w: Any, norms: Course) -> None:
    """The weights of a filter, and the norms of all, beside what the closed form says of them."""
    left, right = figure.subplots(1, 2)
    solid = {**MEASURED, "linestyle": "-"}
    left.plot(w[:, 0, ::4], **{**solid, "linewidth": 0.7})
    left.set(title="weights of one filter", xlabel="step $k$", ylabel="$w$")
    right.plot(norms.measured / norms.measured[0], **{**solid, "linewidth": 2.4})
    right.plot(norms.predicted / norms.measured[0], **{**THEORY, "linewidth": 0.6})
    right.set(title="norms of all filters", xlabel="step $k$", ylabel="$|w|^2 / |w_0|^2$")
