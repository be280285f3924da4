"""The loss of a small network on digits, with its derivatives: two tanh units that see the ink of two halves."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from sympy import diff, lambdify, symbols, tanh

from numeric._digits import digits
from numeric._orders_of_modified_flow import NUMBERS, Landscape, decay
from symlag.optimizers.backward_error.rooted_trees import Tree, differential

SEEN = 100
START = (0.9, -0.6, 0.5, 1.1, 0.8, -0.7)

weights = symbols("a b c d u v", real=True)
x, y, z = symbols("x y z", real=True)


@cache
def valley() -> Landscape:
    """The mean of (u tanh(ax + by) + v tanh(cx + dy) − z)²/2 over some digits, z whether a digit is odd."""
    a, b, c, d, u, v = weights
    loss = (u * tanh(a * x + b * y) + v * tanh(c * x + d * y) - z) ** 2 / 2
    first, second, third = (_mean(loss, order) for order in (1, 2, 3))
    lost = NUMBERS[decay]

    def at(point: Any) -> Callable[[Tree], Any]:
        tensors = -first(point) - lost * point, -second(point) - lost * np.eye(len(point)), -third(point)

        def derived(vectors: tuple[Any, ...]) -> Any:
            tensor = tensors[len(vectors)]
            for vector in reversed(vectors):
                tensor = tensor @ vector
            return tensor

        return lambda tree: differential(tree, derived)

    return Landscape(first, at, START)


def _mean(loss: Any, order: int) -> Callable[[Any], Any]:
    """The tensor of all derivatives of an order, as a function of the weights."""
    size = len(weights)
    slots = np.stack(np.meshgrid(*[np.arange(size)] * order, indexing="ij"), -1).reshape(-1, order)
    asked = sorted({tuple(sorted(slot)) for slot in slots.tolist()})
    told = lambdify([*weights, x, y, z], [diff(loss, *(weights[i] for i in slot)) for slot in asked], "numpy", cse=True)
    place = [asked.index(tuple(sorted(slot))) for slot in slots.tolist()]
    data = _data()
    return lambda point: np.array([np.mean(entry) for entry in told(*point, *data)])[place].reshape((size,) * order)


@cache
def _data() -> tuple[Any, Any, Any]:
    """The ink of the upper and the lower half of some digits, standardized, and whether each is odd."""
    pixels, classes = (tensor[:SEEN].numpy() for tensor in digits())
    halves = (half.sum(1) for half in np.split(pixels, 2, axis=1))
    upper, lower = ((ink - ink.mean()) / ink.std() for ink in halves)
    return upper, lower, classes % 2.0
