"""Lagrangians: a kinetic energy T, a potential V, damping γ, forces F and constraints over some coordinates.

**Definition.** The action is ∫ e^Γ (T − V) dt with Γ̇ = γ(t), and the motion obeys D_t ∂L/∂q̇ − ∂L/∂q = e^Γ F for
L = e^Γ (T − V). The factor e^Γ is divided out of everything that is shown: D_t becomes D_t + γ. Rayleigh's dissipation
function R(q, q̇) adds −∂R/∂q̇ to the forces, and constraints add those that hold them (`constraints`).

What moves without being listed among the `coordinates` is a *given motion*: a function of time like a driven pivot,
whose derivatives are known with it, and for which there is no equation.

>>> from symlag.calculus.jets import coordinates
>>> from sympy import symbols
>>> x = coordinates("x")
>>> m, k, gamma = symbols("m k gamma", positive=True)
>>> L = Lagrangian(m * x.dot**2 / 2, k * x**2 / 2, damping=gamma)
>>> L.coordinates, L.density
((x,), -k*x**2/2 + m*x.dot**2/2)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sympy import Basic, Expr, Function, S
from sympy.core.function import AppliedUndef

from symlag.calculus.arguments import require_mapping, require_number, require_real
from symlag.calculus.decimals import shown
from symlag.calculus.differential_operators import add, directional, gradients, scaled
from symlag.calculus.integrals import with_own_variables
from symlag.calculus.jets import Jet, Prolonged, highest_order, jets, t
from symlag.calculus.matrices import as_sympy, normal
from symlag.calculus.regions import with_absolute_values
from symlag.calculus.sympy_notation import Notation, functions_of_time, is_coordinate_function
from symlag.calculus.zero_test import vanishes
from symlag.display import Displayable
from symlag.errors import CoordinateError, ShapeError, SymlagError
from symlag.variational.constraints import (
    constraint_expression,
    constraint_row,
    listed_constraints,
    multiplier_names,
    require_constraint,
)


@dataclass(frozen=True)
class Lagrangian(Displayable):
    """A kinetic and a potential energy, damping as a function of time, forces outside the action, and constraints.

    Parameters
    ----------
    kinetic : Expr
        T, a scalar in jets (`coordinates`, `block`) or in SymPy's functions of time; or a whole L, without `potential`.
    potential : Expr, optional
        V, a scalar.
    coordinates : jet, block or sequence of these, optional
        What moves; without it all coordinates in the energies, by name. A tuple once the Lagrangian is made. Other
        coordinates in the energies are then `given` motions. In SymPy's spelling every function of time in the energies
        is a coordinate where none is listed, differentiated or not; where some are listed, the others are given.
    damping : Expr, optional
        γ, a function of time.
    forces : mapping, optional
        From coordinates to the F on the right of D_t ∂L/∂q̇ − ∂L/∂q = F, each in the shape of its coordinate.
    dissipation : Expr, optional
        Rayleigh's function R of coordinates and velocities, which adds −∂R/∂q̇ to the forces.
    constraints : Expr or Eq, or sequence of these, optional
        What is zero: functions of coordinates and time (holonomic), or expressions that are linear in the velocities.

    Raises
    ------
    ShapeError
        Where an energy is no scalar, or a force has another shape than its coordinate.
    CoordinateError
        Where a force acts on what is no coordinate, or where what moves in forces or constraints alone is not listed.
    SymlagError
        Where the damping depends on coordinates, or where a constraint is neither holonomic nor linear in velocities.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> x = coordinates("x")
    >>> Lagrangian(x.dot**2 / 2, x**2 / 2, damping=3, forces={x: 1})
    Lagrangian(T = x.dot**2/2, V = x**2/2, damping = 3, force on x = 1)

    A bead on a ring, and a pendulum whose pivot moves as u does:

    >>> y, theta, u = coordinates("y theta u")
    >>> Lagrangian((x.dot**2 + y.dot**2) / 2, y, constraints=x**2 + y**2 - 1)
    Lagrangian(T = x.dot**2/2 + y.dot**2/2, V = y, constraint = x**2 + y**2 - 1)
    >>> Lagrangian((u.dot + theta.dot)**2 / 2, theta**2 / 2, coordinates=theta)
    Lagrangian(T = (theta.dot + u.dot)**2/2, V = theta**2/2, given = (u,))
    """

    kinetic: Expr
    potential: Expr = S.Zero
    coordinates: Any = ()  # a tuple, once it is made
    damping: Expr = S.Zero
    forces: Mapping[Any, Any] = field(default_factory=dict)
    dissipation: Expr = S.Zero
    constraints: Any = ()  # a tuple of expressions that are zero, once it is made
    notation: Notation = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        listed = as_tuple(self.coordinates)
        constraints = listed_constraints(self.constraints)
        parts = self.kinetic, self.potential, self.dissipation, *constraints
        forces = require_mapping("forces =", self.forces)
        beside = (self.damping, *forces.values())
        coordinates = listed or functions_of_time(self.kinetic, self.potential)
        notation = Notation.of(*parts, listed=coordinates, beside=beside)
        read = notation.to_jets
        self._set("notation", notation)
        self._set("kinetic", _read_energy("the kinetic energy", read(self.kinetic)))
        self._set("potential", _read_energy("the potential energy", read(self.potential)))
        chosen = tuple(require_jet(read(q)) for q in listed)
        self._set("coordinates", _require_distinct(chosen) or self._occurring())
        damping = read(require_number("the damping", self.damping))
        self._set("damping", _require_function_of_time(damping, self.coordinates if chosen else jets(damping)))
        self._set("forces", {read(q): self._checked_force(read(q), read(f)) for q, f in forces.items()})
        self._set("dissipation", self._checked_dissipation(read(self.dissipation)))
        expressions = (constraint_expression(read(g)) for g in constraints)
        self._set("constraints", tuple(require_constraint(g, self.coordinates) for g in expressions))
        if not chosen:
            self._require_known_coordinates()
        # Who writes coordinates as functions is told of multipliers as functions, too.
        first = next((f for f, jet in notation.functions.items() if jet == self.coordinates[0]), None)
        written = {Function(each.stem)(*first.args): each for each in self.multipliers} if first is not None else {}
        self._set("notation", replace(notation, functions={**notation.functions, **written}))

    def __repr__(self) -> str:
        parts = {"T": self.kinetic, "V": self.potential, "damping": self.damping, "dissipation": self.dissipation}
        parts |= {f"force on {q}": force for q, force in self.forces.items()}
        written = self.notation.decimals.written
        parts_shown = [f"{name} = {shown(written(part))}" for name, part in parts.items() if part != 0]
        parts_shown += [f"constraint = {shown(written(g))}" for g in self.constraints]
        parts_shown += [f"given = {self.given}"] if self.given else []
        return f"Lagrangian({', '.join(parts_shown)})"

    @property
    def given(self) -> tuple[Any, ...]:
        """The given motions: what moves, and is not among the coordinates."""
        parts = self.density, self.damping, self.dissipation, *self.forces.values(), *self.constraints
        return tuple(dict.fromkeys(jet.root for jet in jets(*parts) if jet.root not in self.coordinates))

    @property
    def friction(self) -> dict[Any, Any]:
        """The forces −∂R/∂q̇ of the dissipation function."""
        velocities = [q.dot for q in self.coordinates if q.dot in jets(self.dissipation)]
        return {v.root: normal(scaled(-1, slope)) for v, slope in gradients(self.dissipation, velocities).items()}

    @property
    def generalized_forces(self) -> dict[Any, Any]:
        """All forces outside the action but those of constraints: `forces` and `friction` together."""
        total, friction = dict(self.forces), self.friction
        return total | {q: add([total[q], f], q) if q in total else f for q, f in friction.items()}

    @property
    def multipliers(self) -> tuple[Jet, ...]:
        """A multiplier λ_i for each constraint, a function of time."""
        parts = self.density, self.damping, self.dissipation, *self.forces.values(), *self.constraints
        return (
            multiplier_names(len(self.constraints), self.coordinates[0].base, *parts, *self.coordinates)
            if self.constraints
            else ()
        )

    @property
    def constraint_forces(self) -> dict[Any, Any]:
        """The forces Σ λ_i A_iq that hold the constraints."""
        pulls: dict[Any, list[Any]] = {}
        for multiplier, g in zip(self.multipliers, self.constraints, strict=True):
            for q, slope in constraint_row(g, self.coordinates).items():
                pulls.setdefault(q, []).append(scaled(multiplier, slope))
        return {q: add(parts, q) for q, parts in pulls.items()}

    @property
    def density(self) -> Expr:
        """T − V."""
        return self.kinetic - self.potential

    @property
    def order(self) -> int:
        """The highest order of time derivative in the energies."""
        return highest_order(self.density)

    def require(self, coordinate: Any) -> Any:
        """The coordinate as this Lagrangian knows it, in jets.

        Parameters
        ----------
        coordinate : jet, block or function of time
            In either notation.

        Returns
        -------
        jet or block
            One of `coordinates`; `CoordinateError` where it is none of them.
        """
        known = self.notation.to_jets(coordinate)
        if known not in self.coordinates:
            names = ", ".join(map(_with_shape, self.coordinates))
            raise CoordinateError(
                _with_shape(coordinate), f"the Lagrangian has no such coordinate, only {names}", "one of these"
            )
        return known

    def _require_known_coordinates(self) -> None:
        """`CoordinateError` where something moves that is none of the coordinates."""
        for q in self.given:
            names = ", ".join(map(str, self.coordinates))
            raise CoordinateError(
                f"coordinates = {self.coordinates}",
                f"{q} occurs in the forces or constraints and not in the energies",
                f"coordinates = ({names}, {q}), or coordinates = ({names},) where {q} is a given function of time",
            )

    def _occurring(self) -> tuple[Any, ...]:
        """The coordinates in the energies, in the order of their names."""
        roots = {jet.root for jet in jets(self.kinetic, self.potential)}
        if not roots:
            functions = sorted(filter(is_coordinate_function, self.density.atoms(AppliedUndef)), key=str)
            listed = f", or coordinates = {functions[0]} where that is one" if functions else ""
            raise CoordinateError(
                f"T = {self.kinetic}", "no coordinate occurs in it", f"T in the rates x.dot of coordinates{listed}"
            )
        return tuple(sorted(roots, key=str))

    def _checked_force(self, coordinate: Any, force: Any) -> Any:
        """A force in normal form; `ShapeError` where it has another shape than the coordinate that it acts on."""
        shape = getattr(self.require(coordinate), "shape", None)
        force = require_real(f"the force on {coordinate}", as_sympy("the force", force))
        if getattr(force, "shape", None) != shape:
            raise ShapeError(
                f"the force {force} on {coordinate}", "the shapes differ", f"a force of the shape of {coordinate}"
            )
        return normal(force)

    def _checked_dissipation(self, written: Any) -> Expr:
        """Rayleigh's function; `SymlagError` where no velocity occurs in it, or an acceleration does."""
        R = require_number("the dissipation", written)
        if R != 0 and max(highest_order(R, of=q) for q in self.coordinates) != 1:
            wrong = "it is no function of velocities"
            raise SymlagError(f"dissipation = {R}", wrong, "dissipation = c * x.dot**2 / 2, for example")
        return R

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)


def _read_energy(role: str, written: Any) -> Expr:
    """An energy as a number, with absolute values for roots of squares, and with variables of its own for integrals."""
    return with_absolute_values(with_own_variables(require_number(role, written)))


def as_tuple(coordinates: Any) -> tuple[Any, ...]:
    """Coordinates as a tuple: several, one by itself, or none."""
    if coordinates is None:
        return ()
    return tuple(coordinates) if isinstance(coordinates, Iterable) else (coordinates,)


def _with_shape(coordinate: Any) -> str:
    """A coordinate by its name, and by its shape where it has one."""
    shape = getattr(coordinate, "shape", ())
    return f"{coordinate} ({'×'.join(map(str, shape))})" if shape else str(coordinate)


def require_jet(written: Any) -> Any:
    """What was written, where it is a coordinate in jets; `CoordinateError` where it is not."""
    if not isinstance(written, Prolonged):
        raise CoordinateError(str(written), "it is no coordinate", 'coordinates("x"), or block("W", h, n)')
    if written != written.root:
        raise CoordinateError(str(written), "it is a derivative, no coordinate", str(written.root))
    return written


def _require_distinct(coordinates: tuple[Any, ...]) -> tuple[Any, ...]:
    """The coordinates themselves; `CoordinateError` where one occurs twice."""
    if len(set(coordinates)) < len(coordinates):
        raise CoordinateError(f"coordinates = {coordinates}", "one of them occurs twice", "each coordinate once")
    return coordinates


def _require_function_of_time(damping: Basic, coordinates: Iterable[Any]) -> Any:
    """The damping itself; `SymlagError` where it depends on coordinates."""
    moving = [jet for jet in jets(damping) if jet.root in {q.root for q in coordinates}]
    if moving and not vanishes(directional(damping, dict.fromkeys(moving, S.One))):
        raise SymlagError(
            f"damping = {damping}", "it depends on coordinates", f"a function of {t}, and the rest as a force"
        )
    return damping
