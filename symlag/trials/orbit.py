"""The trial of pure mechanics: its own equations of motion, integrated by the classical Runge–Kutta method.

Eight samples start together from random positions, rates and parameters, the same for the same mechanics.

>>> from sympy import symbols
>>> from symlag.variational.families import time_translation
>>> from symlag.calculus.jets import coordinates
>>> from symlag.variational.lagrangian import Lagrangian
>>> from symlag.variational.noether import noether
>>> x = coordinates("x")
>>> law = noether(Lagrangian(x.dot**2 / 2, symbols("k") * x**2 / 2), time_translation())
>>> run = orbit([law])(0.5)
>>> {name: array.shape for name, array in sorted(run.arrays.items())}
{'k': (8,), 't': (5, 1), 'x': (5, 8), 'x_dot': (5, 8)}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sympy import MatrixSymbol

from symlag.calculus.jets import jets, t
from symlag.calculus.matrices import Skew, Symmetric
from symlag.errors import FormError
from symlag.kernels.kernel import Kernel, kernel
from symlag.kernels.lower import lower
from symlag.trials.record import Record, admitted
from symlag.variational.equations_of_motion import accelerations
from symlag.variational.noether import Law

STEPS = (0.04, 0.02, 0.01)
SPAN, SAMPLES, SIZE = 2.0, 8, 3  # a size that is a symbol is three

State = Mapping[str, Any]


def orbit(laws: Sequence[Law]) -> Callable[[float], Record]:
    """What records the motion that the laws of one mechanics speak of, for a step size in its own time.

    `FormError` where there is no law; `LoweringError` where the accelerations have no value, as of an unknown loss.
    """
    if not laws:
        raise FormError("orbit([])", "there is no law to try", "symmetry = time_translation(), say")
    L = laws[0].lagrangian
    top = {L.spelling.read(jet): acceleration for jet, acceleration in accelerations(L).items()}
    start = [jet.root.at((k,)) for jet in top for k in range(sum(jet.order))]
    return Orbit(kernel(top, "numpy"), _drawn(start, 0), _drawn(_parameters(laws), 1)).record


@dataclass(frozen=True)
class Orbit:
    """Accelerations, a state to start from, and the parameters that stand still."""

    accelerations: Kernel
    start: State
    still: State

    def record(self, step: float) -> Record:
        """The motion over the time `SPAN`, or until a coordinate is no number any more."""
        import numpy as np

        path, time = [self.start], step * np.arange(round(SPAN / step) + 1)
        with np.errstate(all="ignore"):  # a motion that diverges passes through infinity
            for now in time[:-1]:
                path.append(self._next(path[-1], now, step))
        moving = {name: np.stack([state[name] for state in path]) for name in self.start}
        return Record.of(step, time, {**moving, "t": time[:, None]}, self.still)

    def _rate(self, state: State, time: float) -> State:
        """The rate of each coordinate and derivative: the next derivative, and at the top the acceleration."""
        known = {**state, **self.still, "t": time}
        known |= self.accelerations(**admitted(self.accelerations, known))
        return {name: known[f"{name}_dot"] for name in state}

    def _next(self, state: State, time: float, step: float) -> State:
        """One step of the classical Runge–Kutta method."""
        k1 = self._rate(state, time)
        k2 = self._rate(_ahead(state, step / 2, k1), time + step / 2)
        k3 = self._rate(_ahead(state, step / 2, k2), time + step / 2)
        k4 = self._rate(_ahead(state, step, k3), time + step)
        return _ahead(state, step / 6, {name: k1[name] + 2 * k2[name] + 2 * k3[name] + k4[name] for name in state})


def _ahead(state: State, step: float, rate: State) -> State:
    return {name: value + step * rate[name] for name, value in state.items()}


def _parameters(laws: Sequence[Law]) -> list[Any]:
    """What occurs in a mechanics and its laws, and neither moves nor is time or a size."""
    L = laws[0].lagrangian
    energies = [L.kinetic, L.potential, L.damping, *L.forces.values()]
    charges = [part for law in laws for part in (law.charge, *law.sources.values())]
    free: set[Any] = set().union(*(e.free_symbols for e in map(L.spelling.read, energies + charges)))
    sizes = set().union(*(n.free_symbols for s in free if isinstance(s, MatrixSymbol) for n in s.shape))
    return sorted(free - sizes - {t, *jets(*free)}, key=str)


def _drawn(symbols: Sequence[Any], seed: int) -> State:
    """A random value of each symbol for every sample, between one half and three halves; whole where it must be."""
    import numpy as np

    dice, slots = np.random.default_rng(seed), lower(symbols, symbols).inputs if symbols else ()
    values = [_fit(symbol, dice.uniform(0.5, 1.5, (SAMPLES, *_lengths(symbol)))) for symbol in symbols]
    return {slot.key: value for slot, value in zip(slots, values, strict=True)}


def _fit(symbol: Any, values: Any) -> Any:
    """The values with the symmetry of the symbol."""
    if isinstance(symbol, Skew | Symmetric):
        return values + (1 if isinstance(symbol, Symmetric) else -1) * values.swapaxes(-1, -2)
    return values.round() + 1 if symbol.is_integer else values


def _lengths(symbol: Any) -> tuple[int, ...]:
    """The sides of the array that stands for a symbol: none for a number, one for a column."""
    shape = symbol.shape if isinstance(symbol, MatrixSymbol) else ()
    sides = tuple(int(n) if n.is_Integer else SIZE for n in shape)
    return sides[:1] if sides[1:] == (1,) else sides
