"""The mechanics: a kinetic energy T, a potential V, damping γ and forces F over some coordinates.

The action is ∫ e^Γ (T − V) dt with Γ̇ = γ; the factor e^Γ is divided out of everything that is ever shown.

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
from dataclasses import dataclass, field
from typing import Any

from sympy import Basic, Expr, S
from sympy.core.function import AppliedUndef

from symlag.calculus.jets import Prolonged, highest_order, jets, t
from symlag.calculus.matrices import as_sympy, normal
from symlag.calculus.operators import directional
from symlag.calculus.sympy_notation import Spelling, assigned, is_path, number
from symlag.calculus.zero_test import vanishes
from symlag.display import Displayable
from symlag.errors import CoordinateError, ShapeError, SymlagError


@dataclass(frozen=True)
class Lagrangian(Displayable):
    """A kinetic and a potential energy, damping as a function of time, and forces outside the action.

    Energies are scalars in jets (`coordinates`, `block`) or in SymPy's functions of time; a whole L may be passed as
    `kinetic`. Without `coordinates`, all that occur in the energies are taken. `forces` maps coordinates to what
    stands on the right of D_t ∂L/∂q̇ − ∂L/∂q = F. Raises `SymlagError` where an energy is no scalar, a force acts on
    an unknown coordinate or has another shape, or the damping is no function of time.
    """

    kinetic: Expr
    potential: Expr = S.Zero
    coordinates: Any = ()  # a tuple, once it is made
    damping: Expr = S.Zero
    forces: Mapping[Any, Any] = field(default_factory=dict)
    spelling: Spelling = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        spelling = Spelling.of(self.kinetic, self.potential, listed=listed(self.coordinates))
        read = spelling.read
        self._set("spelling", spelling)
        self._set("kinetic", number("the kinetic energy", read(self.kinetic)))
        self._set("potential", number("the potential energy", read(self.potential)))
        chosen = tuple(coordinate(read(q)) for q in listed(self.coordinates))
        self._set("coordinates", _distinct(chosen) or self._occurring())
        self._set("damping", _of_time(read(number("the damping", self.damping))))
        forces = assigned("forces =", self.forces)
        self._set("forces", {read(q): self._force(read(q), read(f)) for q, f in forces.items()})
        self._require_all()

    def __repr__(self) -> str:
        told = {"T": self.kinetic, "V": self.potential, "damping": self.damping}
        told |= {f"force on {q}": force for q, force in self.forces.items()}
        return f"Lagrangian({', '.join(f'{name} = {said}' for name, said in told.items() if said != 0)})"

    @property
    def density(self) -> Expr:
        """T − V."""
        return self.kinetic - self.potential

    @property
    def order(self) -> int:
        """The highest order of time derivative in the energies."""
        return highest_order(self.density)

    def require(self, coordinate: Any) -> Any:
        """The coordinate as this Lagrangian knows it; `CoordinateError` where it does not."""
        known = self.spelling.read(coordinate)
        if known not in self.coordinates:
            names = ", ".join(map(_told, self.coordinates))
            raise CoordinateError(
                _told(coordinate), f"the Lagrangian has no such coordinate, only {names}", "one of these"
            )
        return known

    def _require_all(self) -> None:
        """`CoordinateError` where something moves that is none of the coordinates."""
        for jet in jets(self.density, *self.forces.values()):
            if jet.root not in self.coordinates:
                names = ", ".join(map(str, (*self.coordinates, jet.root)))
                raise CoordinateError(
                    f"coordinates = {self.coordinates}",
                    f"{jet.root} occurs in the energies or forces and is none of them",
                    f"coordinates = ({names}), or a plain symbol for what stands still",
                )

    def _occurring(self) -> tuple[Any, ...]:
        """The coordinates in the energies, in the order of their names."""
        found = {jet.root for jet in jets(self.kinetic, self.potential)}
        if not found:
            given = sorted(filter(is_path, self.density.atoms(AppliedUndef)), key=str)
            named = f", or coordinates = {given[0]} where that is one" if given else ""
            raise CoordinateError(
                f"T = {self.kinetic}", "no coordinate occurs in it", f"T in the rates x.dot of coordinates{named}"
            )
        return tuple(sorted(found, key=str))

    def _force(self, coordinate: Any, force: Any) -> Any:
        wanted = getattr(self.require(coordinate), "shape", None)
        made = as_sympy("the force", force)
        if getattr(made, "shape", None) != wanted:
            raise ShapeError(
                f"the force {made} on {coordinate}", "the shapes differ", f"a force of the shape of {coordinate}"
            )
        return normal(made)

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)


def listed(coordinates: Any) -> tuple[Any, ...]:
    """Coordinates as a tuple: several, one by itself, or none."""
    if coordinates is None:
        return ()
    return tuple(coordinates) if isinstance(coordinates, Iterable) else (coordinates,)


def _told(coordinate: Any) -> str:
    """A coordinate by its name, and by its shape where it has one."""
    shape = getattr(coordinate, "shape", ())
    return f"{coordinate} ({'×'.join(map(str, shape))})" if shape else str(coordinate)


def coordinate(written: Any) -> Any:
    """What was written, where it is a coordinate in jets; `CoordinateError` where it is not."""
    if not isinstance(written, Prolonged):
        raise CoordinateError(str(written), "it is no coordinate", 'coordinates("x"), or block("W", h, n)')
    if written != written.root:
        raise CoordinateError(str(written), "it is a derivative, no coordinate", str(written.root))
    return written


def _distinct(coordinates: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(set(coordinates)) < len(coordinates):
        raise CoordinateError(f"coordinates = {coordinates}", "one of them occurs twice", "each coordinate once")
    return coordinates


def _of_time(damping: Basic) -> Any:
    if jets(damping) and not vanishes(directional(damping, dict.fromkeys(jets(damping), S.One))):
        raise SymlagError(
            f"damping = {damping}", "it depends on coordinates", f"a function of {t}, and the rest as a force"
        )
    return damping
