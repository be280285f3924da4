"""Mechanics as a system of ordinary differential equations of first order, in numbers.

**Method.** The equations of motion E = 0 are linear in the highest derivative u of each coordinate, E = b − M u. The
state y holds all lower derivatives, and the rate of y is the next derivatives, u last. M and b are kernels, and M u = b
is solved at every state by numbers: a mass matrix is never inverted symbolically, which for a chain of pendulums would
take longer than the motion. Equations without accelerations, such as constraints, enter by the first rate that has
some, and multipliers λ are unknowns beside the accelerations: the augmented system

    M q̈ − Aᵀλ = b,    A q̈ = c.

Blocks have their accelerations solved once, as matrix expressions of any size.

>>> import numpy as np
>>> from symlag.calculus.jets import coordinates
>>> from symlag.variational.lagrangian import Lagrangian
>>> x = coordinates("x")
>>> spring = Dynamics.of(Lagrangian(x.dot**2, 3 * x**2), {x: ()}, {})
>>> spring.layout.shapes, spring.rates(0.0, np.array([1.0, 0.5]))
({x: (), x.dot: ()}, array([ 0.5, -3. ]))
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from sympy import Expr, Float, S

from symlag.calculus.differential_operators import damped_total, gradient, total
from symlag.calculus.jets import Block, highest_order, jets
from symlag.errors import CoordinateError
from symlag.simulation.evaluator import Evaluator
from symlag.simulation.layout import Layout, Shape
from symlag.variational.equations_of_motion import accelerations, euler_lagrange
from symlag.variational.lagrangian import Lagrangian

Highest = Callable[[Any, Any], Any]  # from time and state to u, a vector for each state


@dataclass(frozen=True, eq=False)
class Dynamics:
    """The state of a motion, the highest derivatives that its equations determine, and how these are computed.

    `held` has what is zero all along a motion on which it is zero at first: constraints, and rates of these.
    """

    layout: Layout
    unknowns: Layout
    highest: Highest
    held: tuple[Expr, ...] = ()

    @classmethod
    def of(cls, L: Lagrangian, shapes: Mapping[Any, Shape], parameters: Mapping[str, Any], pull: float = 0.0) -> Self:
        """The dynamics of a Lagrangian over time, given the shape of each coordinate and all parameters by name.

        `pull` is the rate at which a violated constraint is drawn back, 0 for none.
        """
        read = L.notation.to_jets
        if any(isinstance(q, Block) for q in L.coordinates):
            return cls.of_highest({read(u): read(a) for u, a in accelerations(L).items()}, shapes, parameters)
        equations = {read(q): read(e) for q, e in euler_lagrange(L).items()}
        unknowns = [q.at((max(highest_order(e, of=q) for e in equations.values()),)) for q in equations]
        held: list[Expr] = []
        for q, equation in equations.items():
            equations[q], zero = _with_unknowns(equation, unknowns, pull)
            held += zero
        layout = _lower_derivatives(unknowns, {**shapes, **dict.fromkeys(L.multipliers, ())})
        solve = LinearSolve.of([*equations.values()], unknowns, layout, parameters)
        return cls(layout, Layout.of(dict.fromkeys(unknowns, ())), solve, tuple(held))

    @classmethod
    def of_highest(cls, solved: Mapping[Any, Any], shapes: Mapping[Any, Shape], parameters: Mapping[str, Any]) -> Self:
        """The dynamics in which each highest derivative is given by an expression in the lower ones."""
        layout = _lower_derivatives([*solved], shapes)
        unknowns = Layout.of({u: shapes[u.root] for u in solved})
        evaluate = Evaluator.of([*solved.values()], layout, parameters)

        def highest(time: Any, state: Any) -> Any:
            values = zip(unknowns.shapes, evaluate(time, state), strict=True)
            return unknowns.join({u: _shaped(value, unknowns.shapes[u], state) for u, value in values})

        return cls(layout, unknowns, highest)

    def rates(self, time: Any, state: Any) -> Any:
        """The rate of a state of shape (n,), or of many, of shape (…, n)."""
        import numpy as np

        return np.concatenate((state, self.highest(time, state)), axis=-1)[..., self._following]

    @cached_property
    def _following(self) -> Any:
        """For each number of the state the place of its derivative, in the state or behind it among the unknowns."""
        import numpy as np

        n, places = self.layout.size, dict(self.layout.places)
        places |= {u: slice(n + place.start, n + place.stop) for u, place in self.unknowns.places.items()}
        followed = [np.arange(places[jet.dot].start, places[jet.dot].stop) for jet in self.layout.shapes]
        return np.concatenate(followed) if followed else np.arange(0)


@dataclass(frozen=True, eq=False)
class LinearSolve:
    """The solution u of M u = b at a state, where M is the matrix −∂E/∂u and b is E at u = 0.

    `entries` has the flat places of those entries of M that are not identically zero; a diagonal M is divided by.
    """

    evaluate: Evaluator
    entries: Sequence[int]
    size: int

    @classmethod
    def of(
        cls, equations: Sequence[Expr], unknowns: Sequence[Any], layout: Layout, parameters: Mapping[str, Any]
    ) -> Self:
        """The solution for the unknowns; `CoordinateError` where they do not enter linearly."""
        at_rest = dict.fromkeys(unknowns, S.Zero)
        mass = [-gradient(e, u) for e in equations for u in unknowns]
        names = ", ".join(map(str, unknowns))
        if any(entry.has(*unknowns) for entry in mass):
            raise CoordinateError(names, "they do not enter the equations of motion linearly", "T quadratic in them")
        entries = [i for i, entry in enumerate(mass) if entry != 0]
        asked = [*(e.xreplace(at_rest) for e in equations), *(mass[i] for i in entries)]
        return cls(Evaluator.of(asked, layout, parameters), entries, len(unknowns))

    def __call__(self, time: Any, state: Any) -> Any:
        import numpy as np

        n, values = self.size, self.evaluate(time, state)
        batch = state.shape[:-1]
        flat = np.stack(np.broadcast_arrays(*values, np.zeros(batch))[:-1], axis=-1) if batch else np.array(values)
        forces, entries = flat[..., :n], flat[..., n:]
        if self._diagonal:
            return forces / entries
        mass = np.zeros((*batch, n * n))
        mass[..., self.entries] = entries
        return _solved(mass.reshape((*batch, n, n)), forces)

    @cached_property
    def _diagonal(self) -> bool:
        return [*self.entries] == [i * (self.size + 1) for i in range(self.size)]


def _with_unknowns(equation: Expr, unknowns: Sequence[Any], pull: float) -> tuple[Expr, list[Expr]]:
    """(D_t + α)ᵏE, the first rate of an equation that has highest derivatives in it, and what is zero on the way there.

    A constraint is such an equation: it stays zero where it and its rates are zero, and decays by α where it is not.

    Source: Baumgarte, *Stabilization of constraints and integrals of motion in dynamical systems*, Comput. Methods
    Appl. Mech. Eng. 1 (1972).
    """
    rate, held = equation, []
    while jets(rate) and not set(jets(rate)) & {*unknowns}:
        held.append(rate if not held else total(held[-1]))
        rate = damped_total(rate, Float(pull) if pull else S.Zero)
    return rate, held


def _lower_derivatives(unknowns: Sequence[Any], shapes: Mapping[Any, Shape]) -> Layout:
    """The layout of all derivatives below those given: first the coordinates, then their velocities, and so on."""
    orders = range(max((sum(u.order) for u in unknowns), default=0))
    lower = [u.root.at((k,)) for k in orders for u in unknowns if k < sum(u.order)]
    return Layout.of({jet: shapes[jet.root] for jet in lower})


def _solved(mass: Any, forces: Any) -> Any:
    """The u of M u = b, by Gauss with pivots; `LinAlgError` where M is singular."""
    import numpy as np

    if forces.ndim > 1:
        return np.linalg.solve(mass, forces[..., None])[..., 0]
    from scipy.linalg.lapack import dgesv  # of one small system NumPy's takes four times as long

    *_, solved, info = dgesv(mass, forces)
    if info:
        raise np.linalg.LinAlgError("singular")
    return solved


def _shaped(value: Any, shape: Shape, state: Any) -> Any:
    """A value of a kernel's text in the shape that a user knows, at one state or many; a text may leave 0 as it is."""
    import numpy as np

    whole = (*state.shape[:-1], *shape)
    return np.reshape(value, whole) if np.size(value) == math.prod(whole) else np.broadcast_to(value, whole)
