"""Each backend's time beside that of SymPy's lambdify, on the same points in the same run.

    python -m numeric.bench.kernels [points]

Times are in milliseconds for all points, the best of three, in one thread, but for numba in parallel, which has all
processors; those of what is compiled without the time to compile, which torch takes long for. The gap
is the largest difference between backends, relative to the root mean square of the values. Of lambdify's two columns
one is its own NumPy, the other its own PyTorch, with common subexpressions named; where it fails, the reason stands.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sympy import Heaviside, Max, Piecewise, Symbol, cos, exp, lambdify, sin, sqrt, symbols

from symlag import (
    Lagrangian,
    Law,
    block,
    coordinates,
    general_linear,
    heavy_ball,
    invariant_loss,
    noether,
    rescale,
    rotation,
    scale,
    t,
    time_translation,
)  # fmt: skip
from symlag.kernels.array_function import kernel
from symlag.kernels.backends import BACKENDS
from symlag.kernels.identifiers import argument_name
from symlag.variational.generator import Generator

SIZES = {"h": 4, "n": 6, "k": 3}
OPTIONS = {"numba": "parallel", "torch": "compile"}


def cases() -> Iterator[tuple[str, Any]]:
    """What is timed: plain expressions, and the charge and source of laws."""
    x, y = coordinates("x y")
    m, k, gamma = symbols("m k gamma", positive=True)
    h, n, rank = (Symbol(name, integer=True, positive=True) for name in ("h", "n", "k"))
    w, W, V, U = block("w", n), block("W", h, n), block("V", n, rank), block("U", h, rank)
    yield "polynomial", (x + y) ** 7 - 3 * x**5 * y**3 + x / y**3
    yield "oscillator", exp(-gamma * t) * (sin(k * x) + cos(k * y)) / (1 + exp(-x))
    yield "√2, max, step", sqrt(2) * Max(x - 1, 0) + Heaviside(y - 1) * x
    yield "cases", Piecewise((x**2, x < 1), (sqrt(x) * y, y > 1), (x + y, True))
    orbit = Lagrangian(m * (x.dot**2 + y.dot**2) / 2, -k / sqrt(x**2 + y**2))
    yield "kepler, rotation", noether(orbit, rotation(x, y))
    yield "kepler, energy", noether(orbit, time_translation())
    yield "scale", _learning(scale(w))
    yield "rescale", _learning(rescale(W, block("b", h)))
    yield "linear pair", _learning(general_linear(U, V))
    yield "linear pair, 3×3", _learning(general_linear(block("P", 3, 3), block("Q", 3, 3)))


def main(points: int) -> None:
    """Time all cases and print the table."""
    own = [*BACKENDS, *(f"{backend} {option}" for backend, option in OPTIONS.items())]
    table = Table("", *own, "gap", "lambdify numpy", "lambdify torch", title=f"milliseconds for {points} points")
    for name, stated in track(list(cases()), transient=True):
        table.add_row(name, *_row(stated, points))
    Console(width=140).print(table)


def _learning(X: Generator) -> Law:
    moved = list(X.components)
    return noether(heavy_ball().lagrangian(invariant_loss("f", X), moved), X)


def _row(stated: Any, points: int) -> Iterator[str]:
    asked = [stated.charge, stated.source] if isinstance(stated, Law) else [stated]
    made = {backend: kernel(asked, backend) for backend in BACKENDS}
    given = list(_points(made["numpy"].ports, points))
    calls = {backend: _call(one, given, backend) for backend, one in made.items()}
    results = {backend: [np.asarray(value) for value in call()] for backend, call in calls.items()}
    yield from (f"{_best(call):.1f}" for call in calls.values())
    for backend, option in OPTIONS.items():
        chosen: dict[str, Any] = {option: True}
        call = _call(kernel(asked, backend, **chosen), given, backend)
        call()
        yield f"{_best(call):.1f}"
    yield f"{max(_gap(results[backend], results['numpy']) for backend in BACKENDS):.0e}"
    for library in ("numpy", "torch"):
        yield _lambdified(asked, given, library, results["numpy"])


def _points(ports: Any, points: int) -> Iterator[np.ndarray]:
    """Random arrays, parameters and constant matrices being the same at all points."""
    dice = np.random.default_rng(0)
    for port in ports:
        moving = port.key[0] in "xywWVUPQb" and port.key != "beta"
        sides = [SIZES[size] if isinstance(size, str) else size for size in port.shape if size != 1]
        yield dice.uniform(0.4, 1.6, [points, *sides] if moving else sides)


def _call(function: Callable[..., Any], given: list[np.ndarray], library: str) -> Callable[[], Any]:
    if library != "torch":
        return lambda: function(*given)
    import torch

    torch.set_num_threads(1)
    tensors = [torch.as_tensor(array) for array in given]
    return lambda: function(*tensors)


def _lambdified(asked: list[Any], given: list[np.ndarray], library: str, wanted: list[np.ndarray]) -> str:
    """The time of lambdify, or why there is none."""
    taken = _symbols(asked)
    try:
        function = lambdify(taken, asked, modules=library, cse=True)
        call = _call(function, list(map(_column, taken, given)), library)
        found = [np.asarray(value) for value in call()]
    except Exception as error:
        return type(error).__name__
    if any(np.broadcast_shapes(a.shape, b.shape) != b.shape for a, b in zip(found, wanted, strict=True)):
        return "wrong shape"
    return f"{_best(call):.1f}" if _gap(found, wanted) < 1e-9 else "wrong values"


def _symbols(asked: list[Any]) -> list[Any]:
    """The symbols of the expressions in the order in which a kernel takes them."""
    order = kernel(asked, "numpy").inputs
    free: set[Any] = set().union(*(e.free_symbols for e in asked))
    return sorted(free, key=lambda symbol: order.index(argument_name(symbol)))


def _column(symbol: Any, array: np.ndarray) -> np.ndarray:
    """A vector as SymPy thinks of it, a matrix of one column."""
    return array[..., None] if getattr(symbol, "shape", ())[1:] == (1,) else array


def _best(call: Callable[[], Any]) -> float:
    times: list[float] = []
    for _ in range(3):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return 1000 * min(times)


def _gap(left: list[np.ndarray], right: list[np.ndarray]) -> float:
    scales = [float(np.sqrt(np.mean(value**2))) or 1.0 for value in right]
    return max(float(np.max(np.abs(a - b))) / s for a, b, s in zip(left, right, scales, strict=True))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10**6)
