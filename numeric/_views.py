"""What a law calls its coordinates, as arrays of the weights of a network (n, …), samples beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np

Weights = Mapping[str, Any]


def filters(weights: Weights) -> Weights:
    """The filters w, (n, filters, pixels), of a network with a norm behind them."""
    return {"w": weights["0.weight"]}


def pixels(weights: Weights) -> Weights:
    """The weights w of each pixel, (n, pixels, classes), of a softmax classifier."""
    return {"w": weights["0.weight"].swapaxes(1, 2)}


def units(weights: Weights) -> Weights:
    """What goes into each unit, u (n, units, pixels + 1) with its bias, and what comes out, v (n, units, classes)."""
    row, bias, column = (weights[name] for name in ("0.weight", "0.bias", "2.weight"))
    return {"u": np.concatenate([row, bias[..., None]], axis=-1), "v": column.swapaxes(1, 2)}


def pair(weights: Weights) -> Weights:
    """The matrices U (n, 1, classes, width) and W (n, 1, pixels, width) of a linear network."""
    return {"U": weights["1.weight"][:, None], "W": weights["0.weight"].swapaxes(1, 2)[:, None]}


def plane(weights: Weights) -> Weights:
    """The map W (n, 1, dimensions, pixels) of a learned metric."""
    return {"W": weights["W.weight"][:, None]}


def turns(size: int) -> Any:
    """The turn A (planes, size, size) of every plane of two axes."""
    return np.stack([np.outer(x, y) - np.outer(y, x) for x, y in combinations(np.eye(size), 2)])
