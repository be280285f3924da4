"""From a Lagrangian, a state at the start and numbers for its parameters to a run.

>>> from symlag.calculus.jets import coordinates
>>> x = coordinates("x")
>>> run = simulate(Lagrangian(x.dot**2 / 2, x**2 / 2), {x: 1, x.dot: 0}, end=10)
>>> run
Run(DOP853, rtol = 1e-10, atol = 1e-12: 33 steps, t = 0 … 10, energy drift 2e-11)
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from sympy import Add, SympifyError, expand_mul, sympify

from symlag.calculus.arguments import require_instance
from symlag.calculus.jets import Block, t
from symlag.errors import CoordinateError, DefinitionError, SymlagError
from symlag.optional_packages import is_installed, pip_install
from symlag.simulation.dynamics import Dynamics
from symlag.simulation.evaluator import Evaluator
from symlag.simulation.events import Event
from symlag.simulation.methods import ADAPTIVE, Adaptive, FixedStep
from symlag.simulation.problem import Problem
from symlag.simulation.run import Run
from symlag.simulation.symplectic import COMPOSITIONS, not_separable
from symlag.simulation.values import (
    Parameters,
    coordinate_shapes,
    read_parameters,
    read_span,
    read_start,
    require_start,
)
from symlag.simulation.variational_integrator import not_regular
from symlag.variational.lagrangian import Lagrangian

FIXED = (*COMPOSITIONS, "variational", "rk4")
ROUND_OFF = 1e-9  # of the terms of a constraint, for starts that are written in nine digits and more
LEAST_RTOL = 2.3e-14  # SciPy takes no less than a hundred times the precision of the machine


def simulate(  # noqa: PLR0913 — a motion has a start, an end and parameters; the rest is by keyword, and left out
    L: Lagrangian,
    start: Mapping[Any, Any],
    end: Any,
    parameters: Mapping[Any, Any] | None = None,
    *,
    method: str = "DOP853",
    step: float | None = None,
    rtol: float = 1e-10,
    atol: float = 1e-12,
    times: Any = None,
    events: Any = (),
    baumgarte: float = 0.0,
) -> Run:
    """Follow the motion of a mechanics from a start to an end.

    Parameters
    ----------
    L : Lagrangian
        Mechanics over time, with damping, forces and constraints as it has them.
    start : mapping
        The value of each coordinate and velocity: a number, or an array of the shape of a block. Keys are jets, SymPy's
        functions and derivatives of time, or names such as "x" and "x.dot".
    end : float or pair of float
        The time at the end of a motion that starts at 0; or the times of both.
    parameters : mapping, optional
        The value of each symbol, by the symbol or its name, and of each given function of time, an expression in `t`.
    method : str, optional
        "DOP853", "RK45", "RK23", "Radau", "BDF" or "LSODA" of SciPy, to a tolerance; or with a fixed step "rk4",
        "verlet", "yoshida4", "yoshida6", "suzuki4", "suzuki6" or "variational".
    step : float, optional
        The step of a method of fixed step, in units of time.
    rtol, atol : float, optional
        The tolerances of SciPy's methods: the error of a step is kept below rtol·|state| + atol.
    times : array_like, optional
        The times that the run shows, or how many, evenly spaced. Without them those of the steps.
    events : Expr or Event, or list of these, optional
        Expressions whose zeros are looked for, and whether the motion ends there.
    baumgarte : float, optional
        The rate, in inverse units of time, at which a violated constraint is drawn back; without it constraints hold up
        to the drift that the run tells.

    Returns
    -------
    Run
        Its arrays by name, energy, charges and pictures.

    Raises
    ------
    DefinitionError
        If a parameter or a number is missing or no number, or if there is no such method.
    CoordinateError
        If a coordinate or a velocity at the start is missing or unknown, or if the mass matrix is degenerate.
    ShapeError
        If an array has another shape than its block.
    SymlagError
        If the method does not suit the mechanics; the sentence says why, and which does.

    Notes
    -----
    The mass matrix is never inverted symbolically: at every state a system of linear equations is solved by numbers.
    Symplectic and variational methods keep the energy of a motion without friction bounded for times exponentially long
    in 1/step, which SciPy's do not; these follow the path itself more closely.

    References
    ----------
    Hairer, Lubich and Wanner, *Geometric Numerical Integration* (2006). Marsden and West, *Discrete mechanics and
    variational integrators*, Acta Numerica 10 (2001).

    Examples
    --------
    >>> from sympy import cos, symbols
    >>> from symlag import Lagrangian, coordinates
    >>> theta, l, g = coordinates("theta"), *symbols("l g", positive=True)
    >>> pendulum = Lagrangian(l**2 * theta.dot**2 / 2, -g * l * cos(theta))
    >>> run = simulate(pendulum, {theta: 0.1, theta.dot: 0}, 10, {l: 1, g: 9.81}, events=[theta])
    >>> run.events[0][:3].round(3)  # a quarter of the period 2π√(l/g), and then half of it
    array([0.502, 1.505, 2.509])
    """
    require_instance("simulate of", L, Lagrangian, "simulate(Lagrangian(T, V), …)")
    if any(q.base != (t,) for q in L.coordinates):
        raise CoordinateError(
            str(L.coordinates), "fields have no state of finitely many numbers", "coordinates of time"
        )
    span = read_span(end)
    read = read_parameters(L, parameters)
    given = read_start(L, start, read.arrays)
    shapes = coordinate_shapes(L, given, read.arrays)
    concrete = replace(L, **{one.name: read.put(getattr(L, one.name)) for one in fields(L) if one.init})
    require_start([q for q in L.coordinates if isinstance(q, Block)], given, L)
    dynamics = Dynamics.of(concrete, shapes, read.arrays, _rate("baumgarte", baumgarte))
    require_start(dynamics.layout.shapes, given, L)
    state = dynamics.layout.join(given)
    _require_constraints(L, dynamics, read.arrays, span[0], state)
    chosen = _method(concrete, method, step, rtol, atol)
    listed = tuple(_event(one, L, read) for one in (events if isinstance(events, list | tuple) else [events]))
    problem = Problem(concrete, L.notation, read, dynamics, state, span, chosen, listed)
    return Run.of(problem, times)


def _method(L: Lagrangian, name: str, step: float | None, rtol: float, atol: float) -> Adaptive | FixedStep:
    """The method of a name; `DefinitionError` if there is none, `SymlagError` if it does not suit the mechanics."""
    if name not in (*ADAPTIVE, *FIXED):
        known = ", ".join(map(repr, (*ADAPTIVE, *FIXED)))
        raise DefinitionError(f"method={name!r}", f"the methods are {known}", "method='DOP853', for example")
    if not is_installed("scipy"):
        raise DefinitionError("simulate(…)", "SciPy is not installed", f"Install it by {pip_install('trials')}.")
    if name in ADAPTIVE:
        if step is not None:
            raise DefinitionError(f"step={step}", f"{name} chooses its steps itself", "rtol=1e-8, or method='rk4'")
        return Adaptive(name, _tolerance("rtol", rtol), _tolerance("atol", atol))
    length: Any = step
    if not isinstance(length, int | float) or not 0 < length < math.inf:
        raise DefinitionError(
            f"step={step}", f"the method {name!r} takes steps of one length", "step=0.01, for example"
        )
    if name in COMPOSITIONS and (reason := not_separable(L)):
        write = "method='variational', or 'DOP853', which suit any mechanics"
        raise SymlagError(f"method={name!r}", f"it needs T = ½⟨q̇, M q̇⟩ with a constant M, and V; here {reason}", write)
    if name == "variational" and (reason := not_regular(L)):
        raise SymlagError(f"method={name!r}", f"there is no midpoint rule here, for {reason}", "method='DOP853'")
    return FixedStep(name, float(length))


def _require_constraints(L: Lagrangian, dynamics: Dynamics, parameters: Any, time: float, state: Any) -> None:
    """`DefinitionError` where the state at the start violates a constraint, or the rate of a holonomic one."""
    for g in dynamics.held:
        terms = Evaluator.of([*Add.make_args(expand_mul(g))], dynamics.layout, parameters)(time, state)
        value, size = float(sum(terms)), float(sum(map(abs, terms)))
        if abs(value) > ROUND_OFF * size:
            wrong = f"{L.notation.to_functions(g)} is {value:.3g} there, and is to be zero"
            raise DefinitionError("start", wrong, "Begin where the constraints and their rates hold.")


def _rate(role: str, value: Any) -> float:
    """A rate that is not negative; `DefinitionError` where there is none."""
    if not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise DefinitionError(f"{role}={value!r}", "it is no rate", f"{role}=10.0")
    return float(value)


def _tolerance(role: str, value: Any) -> float:
    """A tolerance that SciPy takes as it is; `DefinitionError` where there is none."""
    least = LEAST_RTOL if role == "rtol" else 0.0
    given: Any = value
    if not isinstance(given, int | float) or not least <= given < math.inf:
        raise DefinitionError(f"{role}={value!r}", f"it is no number of at least {least:g}", f"{role}=1e-10")
    return float(value)


def _event(event: Any, L: Lagrangian, parameters: Parameters) -> Event:
    """An event with its expression in jets, which an expression alone may stand for."""
    given = event if isinstance(event, Event) else Event(event)
    try:
        expression = sympify(given.expression, strict=True)
    except SympifyError:
        write = "events=[x], or [Event(x, ends=True)]"
        raise DefinitionError(f"events = [{event!r}]", "it is no expression", write) from None
    return replace(given, expression=parameters.put(L.notation.to_jets(expression)))
