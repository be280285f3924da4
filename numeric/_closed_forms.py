"""The closed forms of learning laws against training: Q(t) in one formula, with nothing integrated step by step.

Q is that of `law.solve()`, evaluated through the kernels of `Oscillation.stable`: what is left of the beginning, and
the sum of all kicks by the source, which is measured along the run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from sympy import solve

from derivations import rescale, scale, translation
from numeric._networks import CLASSES, normalised, rectified, softmax
from numeric._noise import Descent, path
from symlag.calculus.differential_operators import total
from symlag.derivation.derive import derive
from symlag.kernels.array_function import Kernel, kernel
from symlag.learning.continuous_rules import heavy_ball
from symlag.trials import Record
from symlag.variational.closed_form import Oscillation


@dataclass(frozen=True, eq=False)
class Forecast:
    """Q along a run (n, …), as measured, by the closed form, and by its failing twin."""

    measured: Any
    predicted: Any
    twin: Any

    @property
    def error(self) -> float:
        """The greatest distance of the closed form from the measured Q, by the greatest Q."""
        return self._off(self.predicted)

    @property
    def twin_error(self) -> float:
        """The same of the twin."""
        return self._off(self.twin)

    def _off(self, predicted: Any) -> float:
        return float(abs(predicted - self.measured).max() / abs(self.measured).max())


def solved(name: str) -> Oscillation:
    """The closed form of a theorem's law."""
    (law,) = derive({"scale": scale, "translation": translation, "rescale": rescale}[name]).laws
    return cast("Oscillation", law.solve())


def forecast(found: Oscillation, run: Record) -> Forecast:
    """What a closed form says from the first instant of a record on; its twin has twice the stiffness."""
    told = _told({"Q": found.quantity, "rate": total(found.quantity), "source": found.source}, run.arrays)
    Q, source = told["Q"], np.broadcast_to(told["source"], told["Q"].shape)
    start = {"Q_0": Q[0], "Qdot_0": told["rate"][0], "t": (run.time - run.time[0])[:, None]}
    forms = (found, Oscillation(found.quantity, found.mass, found.friction, 2 * found.stiffness, found.source))
    return Forecast(Q, *(_driven(form, source, {**run.arrays, **start}) for form in forms))


def _driven(form: Oscillation, source: Any, given: Mapping[str, Any]) -> Any:
    """What is left of the beginning, and the convolution of the kicks with the source by the trapezoidal rule."""
    told = _told(dict(zip(("free", "kick"), form.stable(), strict=True)), given)
    n, kick = len(source), told["kick"].reshape(len(source), -1)[:, 0]
    lag = np.subtract.outer(np.arange(n), np.arange(n))
    weights = np.where(lag >= 0, kick[lag], 0.0)
    weights[:, 0] /= 2
    weights[lag == 0] /= 2
    return told["free"] + given["eta"] * np.tensordot(weights, source, 1)


def _told(asked: Mapping[str, Any], given: Mapping[str, Any]) -> Mapping[str, Any]:
    made: Kernel = kernel(asked)
    return made(**{name: given[name] for name in made.inputs})


def noisy(name: str, descent: Descent) -> Record:
    """A run on minibatches drawn afresh, with the velocities of the steps to come."""
    make, moving, still = RUNS[name]
    paths = moving(path(make, descent))
    rates = {f"{q}_dot": np.diff(way, axis=0) / descent.eta for q, way in paths.items()}
    places = {q: way[:-1] for q, way in paths.items()}
    return Record.of(descent.eta, descent.time[:-1], {**places, **rates}, {**descent.arrays, **still})


def refined(share: Any, step: float) -> Record:
    """A softmax classifier of unit friction, its weight decay a share of the one at which its charge stops to swing."""
    known = {"eta": step**2, "beta": 1 - step}
    critical = float(CRITICAL.subs({symbol: known[symbol.name] for symbol in CRITICAL.free_symbols}))
    descent = Descent.refined(step, float(share) * critical, batch=64, span=20)
    make, moving, still = RUNS["translation"]
    return Record.along(step, descent.time, moving(path(make, descent)), {**descent.arrays, **still})


def _units(weights: Mapping[str, Any]) -> dict[str, Any]:
    row, bias, column = (weights[name] for name in ("0.weight", "0.bias", "2.weight"))
    return {"u": np.concatenate([row, bias[..., None]], axis=-1), "v": column.swapaxes(1, 2)}


RUNS: Mapping[str, tuple[Callable[[], Any], Callable[[Mapping[str, Any]], dict[str, Any]], dict[str, Any]]] = {
    "scale": (normalised, lambda weights: {"w": weights["0.weight"]}, {}),
    "translation": (softmax, lambda weights: {"w": weights["0.weight"].swapaxes(1, 2)}, {"n": np.ones(CLASSES)}),
    "rescale": (rectified, _units, {}),
}
(CRITICAL,) = solve(solved("translation").splitting, heavy_ball().decay)
