"""The motion of a mechanics, from its own equations of motion by the classical Runge–Kutta method of fourth order.

Eight samples start together from random positions, velocities and parameters, the same for the same mechanics. A law
of the mechanics must then hold along the motion up to the error of the method.

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
from symlag.errors import CoordinateError, DefinitionError
from symlag.kernels.identifiers import argument_name
from symlag.kernels.lowering import lower
from symlag.simulation.dynamics import Dynamics
from symlag.simulation.runge_kutta import runge_kutta_step
from symlag.trials.record import Record
from symlag.variational.explicit_motion import DEGENERATE
from symlag.variational.noether import Law

STEPS = (0.04, 0.02, 0.01)
SPAN = 2.0  # the time of a run
SAMPLES = 8  # motions from different states, side by side
SIZE = 3  # what is put for a size that is a symbol


def orbit(laws: Sequence[Law]) -> Callable[[float], Record]:
    """A recorder of the motion of a mechanics, for `run`.

    Parameters
    ----------
    laws : sequence of Law
        Laws of one mechanics.

    Returns
    -------
    callable
        Maps a step size, in the time of the mechanics, to the `Record` of eight samples over two units of time.

    Raises
    ------
    DefinitionError
        If there is no law, or the mechanics has constraints or given motions.
    LoweringError
        If the accelerations have no values, as those of an unknown loss.

    Examples
    --------
    >>> from symlag import Lagrangian, coordinates, noether, time_translation
    >>> x = coordinates("x")
    >>> energy = noether(Lagrangian(x.dot**2 / 2, x**4), time_translation())
    >>> orbit([energy])(0.5).time
    array([0. , 0.5, 1. , 1.5, 2. ])
    """
    if not laws:
        raise DefinitionError("orbit([])", "there is no law to try", "symmetry = time_translation(), for example")
    L = laws[0].lagrangian
    if L.constraints or L.given:
        wrong = "a trial starts from random states, which obey no constraint, and knows no given motion"
        raise DefinitionError(
            f"orbit of {L!r}", wrong, "coordinates that are free, and functions of t for what is given"
        )
    parameters = _random_values(_parameters(laws), 1)
    dynamics = Dynamics.of(L, {q: _array_shape(q) for q in L.coordinates}, parameters)
    lower_jets = [u.root.at((k,)) for u in dynamics.unknowns.shapes for k in range(sum(u.order))]
    start = dict(zip(lower_jets, _random_values(lower_jets, 0).values(), strict=True))
    tried = Orbit(dynamics, start, parameters)
    tried.require_regular()
    return tried.record


@dataclass(frozen=True, eq=False)
class Orbit:
    """A system of ordinary differential equations, and the state that its motions start from, by jet."""

    dynamics: Dynamics
    start: Mapping[Any, Any]
    parameters: Mapping[str, Any]

    def require_regular(self) -> None:
        """`CoordinateError` where the state at the start leaves the highest derivatives free."""
        import numpy as np

        try:
            self.dynamics.rates(np.float64(0), self.dynamics.layout.join(self.start))
        except np.linalg.LinAlgError:
            raise CoordinateError(", ".join(map(str, self.dynamics.unknowns.shapes)), *DEGENERATE) from None

    def record(self, step: float) -> Record:
        """The motion over the time `SPAN`, or until a coordinate is infinite or nan."""
        import numpy as np

        layout = self.dynamics.layout
        path, time = [layout.join(self.start)], step * np.arange(round(SPAN / step) + 1)
        with np.errstate(all="ignore"):  # a motion that diverges passes through infinity
            for now in time[:-1]:
                path.append(runge_kutta_step(self.dynamics.rates, now, path[-1], step))
        moving = {argument_name(jet): values for jet, values in layout.split(np.stack(path)).items()}
        return Record.of(step, time, {**moving, "t": time[:, None]}, self.parameters)


def _parameters(laws: Sequence[Law]) -> list[Any]:
    """The symbols of a mechanics and its laws that are neither a jet nor time nor a size."""
    L = laws[0].lagrangian
    energies = [L.kinetic, L.potential, L.damping, L.dissipation, *L.forces.values()]
    charges = [part for law in laws for part in (law.charge, *law.sources.values())]
    free: set[Any] = set().union(*(e.free_symbols for e in map(L.notation.to_jets, energies + charges)))
    sizes = set().union(*(n.free_symbols for s in free if isinstance(s, MatrixSymbol) for n in s.shape))
    return sorted(free - sizes - {t, *jets(*free)}, key=str)


def _random_values(symbols: Sequence[Any], seed: int) -> dict[str, Any]:
    """A random value of each symbol for every sample, between one half and three halves, as its assumptions ask."""
    import numpy as np

    if not symbols:
        return {}
    generator, values = np.random.default_rng(seed), {}
    for symbol, slot in zip(symbols, lower(symbols, symbols).inputs, strict=True):
        array = generator.uniform(0.5, 1.5, (SAMPLES, *_array_shape(symbol)))
        if isinstance(symbol, Symmetric):
            array = array + array.swapaxes(-1, -2)
        elif isinstance(symbol, Skew):
            array = array - array.swapaxes(-1, -2)
        elif symbol.is_integer:
            array = array.round() + 1
        values[slot.key] = array
    return values


def _array_shape(symbol: Any) -> tuple[int, ...]:
    """The shape of the array that stands for a symbol: () for a number, one side for a column."""
    shape = symbol.shape if isinstance(symbol, MatrixSymbol) else ()
    sides = tuple(int(n) if n.is_Integer else SIZE for n in shape)
    return sides[:1] if sides[1:] == (1,) else sides
