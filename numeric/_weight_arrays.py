"""What a law calls its coordinates, as arrays of the weights of a network (n, …), samples beside each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

Weights = Mapping[str, Any]


@dataclass(frozen=True)
class View:
    """The names of some weights, and what is made of them."""

    names: tuple[str, ...]
    made: Callable[..., Weights]

    def __call__(self, weights: Weights) -> Weights:
        """The coordinates by name."""
        return self.made(*(weights[name] for name in self.names))


def of(*names: str) -> Callable[[Callable[..., Weights]], View]:
    """The view that a function of these weights is."""
    return lambda made: View(names, made)


@of("0.weight")
def filters(rows: Any) -> Weights:
    """The filters w, (n, filters, pixels), of a network with a norm behind them."""
    return {"w": rows}


@of("0.weight")
def pixels(rows: Any) -> Weights:
    """The weights w of each pixel, (n, pixels, classes), of a softmax classifier."""
    return {"w": rows.swapaxes(1, 2)}


@of("0.weight", "0.bias", "2.weight")
def units(rows: Any, bias: Any, columns: Any) -> Weights:
    """What goes into each unit, u (n, units, pixels + 1) with its bias, and what comes out, v (n, units, classes)."""
    return {"u": np.concatenate([rows, bias[..., None]], axis=-1), "v": columns.swapaxes(1, 2)}


@of("1.weight", "0.weight")
def pair(out: Any, into: Any) -> Weights:
    """The matrices U (n, 1, classes, width) and W (n, 1, pixels, width) of a linear network."""
    return {"U": out[:, None], "W": into.swapaxes(1, 2)[:, None]}


@of("W.weight")
def plane(rows: Any) -> Weights:
    """The map W (n, 1, dimensions, pixels) of a learned metric."""
    return {"W": rows[:, None]}


def turns(size: int) -> Any:
    """The turn A (planes, size, size) of every plane of two axes."""
    return np.stack([np.outer(x, y) - np.outer(y, x) for x, y in combinations(np.eye(size), 2)])
