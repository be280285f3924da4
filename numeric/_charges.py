"""What symmetries keep of a convolutional network and of a transformer, along SGD without momentum, by closed forms.

A family is a law of `derivations.charges_in_training`, and what that calls the weights of a network. The integral in
its closed form is that of the measured gradients, ẇ = (w′ − w)/η from step to step.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

import numpy as np

from derivations.charges_in_training import closed
from numeric._weight_arrays import View, Weights
from symlag.kernels.array_function import kernel
from symlag.trials import integrate_law
from symlag.variational.closed_form import Oscillation

TRANSLATION, SCALE, RESCALE, MIXING = (cast("Oscillation", form) for form in closed)


class Family(NamedTuple):
    """The closed form of a charge, and the arrays of its coordinates (n, units, …)."""

    form: Oscillation
    view: View


class Course(NamedTuple):
    """Q of all units along a run (n, units): as measured, by the closed form, and by that without one of its terms."""

    measured: Any
    predicted: Any
    twin: Any

    def gap(self, told: Any) -> float:
        """How far the measured Q is from what was told, by the greatest Q."""
        return float(abs(self.measured - told).max() / abs(self.measured).max())


def course(family: Family, weights: Weights, eta: float, decay: float) -> Course:
    """The charges of a family along a run; where gradients feed them the twin lacks that, else weight decay."""
    Q, rate, source = _told(family, weights, eta, decay)
    lacking = (rate, 0 * source) if family.form.source != 0 else (0 * rate, source)
    return Course(Q, _followed(eta, Q, rate, source), _followed(eta, Q, *lacking))


def _followed(eta: float, Q: Any, rate: Any, source: Any) -> Any:
    """The closed form from the first Q on, its source a constant from each step to the next."""
    ends = eta * np.repeat(np.arange(len(Q) + 1), 2)[1:-1]  # every instant but the first and last ends one, begins one
    return integrate_law(ends, *(np.repeat(np.broadcast_to(a, Q.shape), 2, axis=0) for a in (Q, rate, source)))[::2]


def _told(family: Family, weights: Weights, eta: float, decay: float) -> tuple[Any, Any, Any]:
    """Q (n, units), the rate κ/μ and the source S/μ along a run."""
    form = family.form
    rates = {"rate": form.stiffness / form.friction, "source": form.source / form.friction}
    made = kernel({"Q": form.quantity, **rates})
    given: dict[str, Any] = {"eta": eta, "lambda_": decay}
    for name, way in family.view(weights).items():
        given |= {name: way} if name in STILL else {name: way[:-1], f"{name}_dot": np.diff(way, axis=0) / eta}
    told = made(**{name: given[name] for name in made.inputs})
    return told["Q"], told["rate"], told["source"]


STILL = {"n", "P"}


def _classes(name: str) -> View:
    return View((name,), lambda w: {"p": w.swapaxes(1, 2), "n": np.ones(w.shape[1])})


def _filters(name: str) -> View:
    return View((name,), lambda w: {"q": w.reshape(*w.shape[:2], -1)})


def _units(into: str, out: str) -> View:
    names = f"{into}.weight", f"{into}.bias", f"{out}.weight"
    return View(names, lambda w, b, v: {"u": np.concatenate([w, b[..., None]], -1), "v": v.swapaxes(1, 2)})


def _mixed(queries: Any, bias: Any, keys: Any) -> Weights:
    """Queries with their bias and keys, mixed by eight random symmetric matrices."""
    U, W = np.concatenate([queries, bias[..., None]], -1).swapaxes(1, 2), keys.swapaxes(1, 2)
    P = np.random.default_rng(0).standard_normal((8, U.shape[-1], U.shape[-1]))
    return {"U": U[:, None], "W": W[:, None], "P": P + P.swapaxes(1, 2)}


def convolutional_families(blocks: int) -> Mapping[str, Family]:
    """The families of a VGG-like network of some blocks of filters."""
    hidden, classes = str(blocks + 2), str(blocks + 4)
    return {
        "translation": Family(TRANSLATION, _classes(f"{classes}.weight")),
        "scale": Family(SCALE, _filters(f"{blocks}.0.weight")),
        "rescale": Family(RESCALE, _units(hidden, classes)),
    }


TRANSFORMER: Mapping[str, Family] = {
    "translation": Family(TRANSLATION, _classes("classes.weight")),
    "general linear": Family(MIXING, View(("queries.weight", "queries.bias", "keys.weight"), _mixed)),
}
