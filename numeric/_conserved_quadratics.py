"""The number of quadratic functions of the weights that training conserves, measured on many networks, without theory.

Of all features φ = θ_i θ_j, S_within v = λ S_total v: λ is the share of the variance of v·φ that happens along the
paths, and not between them. What gradient flow keeps, descent changes by O(η), so that its λ goes as η².
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.linalg import eigh

RATES, SPAN = (0.04, 0.02), 2.0
INSTANTS, STARTS = 8, 300  # at which the weights are recorded; networks
Layer = Callable[[Any], tuple[Any, Any]]  # outputs and slopes at what goes into a layer


def identity(z: Any) -> tuple[Any, Any]:
    """The identity."""
    return z, np.ones_like(z)


def rectified(z: Any) -> tuple[Any, Any]:
    """ReLU."""
    return np.maximum(z, 0), (z > 0).astype(float)


def count_conserved(coarse: Any, fine: Any) -> int:
    """The number of quadratics whose share falls faster than the rate when that is halved."""
    return int((fine < coarse / 2).sum())


def variance_shares(widths: tuple[int, int, int], layer: Layer, rate: float, seed: int, *, inertia: bool) -> Any:
    """λ of all quadratics, the least first; `inertia` gives the weights the mass of momentum, of unit friction."""
    paths = _paths(widths, layer, rate, seed, inertia=inertia)
    first, second = np.triu_indices(paths[0].shape[1])
    phi = np.stack([theta[:, first] * theta[:, second] for theta in paths])
    within = (phi - phi.mean(0)).reshape(-1, phi.shape[-1])
    total = (phi - phi.mean((0, 1))).reshape(within.shape)
    return eigh(within.T @ within, total.T @ total, eigvals_only=True)


def _paths(widths: tuple[int, int, int], layer: Layer, rate: float, seed: int, *, inertia: bool) -> Sequence[Any]:
    """The weights (starts, size) of many networks, trained on the same data, at some instants."""
    dice = np.random.default_rng(seed)
    n, r, m = widths
    X, Y = dice.standard_normal((20, n)), dice.standard_normal((20, m))
    U, V = dice.standard_normal((STARTS, n, r)), dice.standard_normal((STARTS, r, m))
    step, beta = (rate**0.5, 1 - rate**0.5) if inertia else (rate, 0.0)
    moments, recorded = [np.zeros_like(U), np.zeros_like(V)], [_flat(U, V)]
    steps = round(SPAN / step)
    for k in range(1, steps + 1):
        out, slope = layer(X @ U)
        error = (out @ V - Y) / len(X)
        slopes = X.T @ (error @ V.swapaxes(1, 2) * slope), out.swapaxes(1, 2) @ error
        moments = [beta * moment + g for moment, g in zip(moments, slopes, strict=True)]
        U, V = U - rate * moments[0], V - rate * moments[1]
        if k * INSTANTS // steps > (k - 1) * INSTANTS // steps:
            recorded.append(_flat(U, V))
    return recorded


def _flat(U: Any, V: Any) -> Any:
    return np.concatenate([U.reshape(len(U), -1), V.reshape(len(V), -1)], 1)
