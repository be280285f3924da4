"""Lagrangians: a kinetic energy T, a potential V, damping γ and forces F over some coordinates.

**Definition.** The action is ∫ e^Γ (T − V) dt with Γ̇ = γ(t), and the motion obeys D_t ∂L/∂q̇ − ∂L/∂q = e^Γ F for
L = e^Γ (T − V). The factor e^Γ is divided out of everything that is shown: D_t becomes D_t + γ.

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

from symlag.calculus.arguments import require_mapping, require_number
from symlag.calculus.differential_operators import directional
from symlag.calculus.jets import Prolonged, highest_order, jets, t
from symlag.calculus.matrices import as_sympy, normal
from symlag.calculus.sympy_notation import Notation, is_coordinate_function
from symlag.calculus.zero_test import vanishes
from symlag.display import Displayable
from symlag.errors import CoordinateError, ShapeError, SymlagError


@dataclass(frozen=True)
class Lagrangian(Displayable):
    """A kinetic and a potential energy, damping as a function of time, and forces outside the action.

    Parameters
    ----------
    kinetic : Expr
        T, a scalar in jets (`coordinates`, `block`) or in SymPy's functions of time; or a whole L, without `potential`.
    potential : Expr, optional
        V, a scalar.
    coordinates : jet, block or sequence of these, optional
        What moves; without it all coordinates in the energies, by name. A tuple once the Lagrangian is made.
    damping : Expr, optional
        γ, a function of time.
    forces : mapping, optional
        From coordinates to the F on the right of D_t ∂L/∂q̇ − ∂L/∂q = F, each in the shape of its coordinate.

    Raises
    ------
    ShapeError
        Where an energy is no scalar, or a force has another shape than its coordinate.
    CoordinateError
        Where something moves that is none of the coordinates, or a force acts on what is none.
    SymlagError
        Where the damping depends on coordinates.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> x = coordinates("x")
    >>> Lagrangian(x.dot**2 / 2, x**2 / 2, damping=3, forces={x: 1})
    Lagrangian(T = x.dot**2/2, V = x**2/2, damping = 3, force on x = 1)
    """

    kinetic: Expr
    potential: Expr = S.Zero
    coordinates: Any = ()  # a tuple, once it is made
    damping: Expr = S.Zero
    forces: Mapping[Any, Any] = field(default_factory=dict)
    notation: Notation = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        notation = Notation.of(self.kinetic, self.potential, listed=as_tuple(self.coordinates))
        read = notation.to_jets
        self._set("notation", notation)
        self._set("kinetic", require_number("the kinetic energy", read(self.kinetic)))
        self._set("potential", require_number("the potential energy", read(self.potential)))
        chosen = tuple(require_jet(read(q)) for q in as_tuple(self.coordinates))
        self._set("coordinates", _require_distinct(chosen) or self._occurring())
        self._set("damping", _require_function_of_time(read(require_number("the damping", self.damping))))
        forces = require_mapping("forces =", self.forces)
        self._set("forces", {read(q): self._checked_force(read(q), read(f)) for q, f in forces.items()})
        self._require_known_coordinates()

    def __repr__(self) -> str:
        parts = {"T": self.kinetic, "V": self.potential, "damping": self.damping}
        parts |= {f"force on {q}": force for q, force in self.forces.items()}
        return f"Lagrangian({', '.join(f'{name} = {part}' for name, part in parts.items() if part != 0)})"

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
        force = as_sympy("the force", force)
        if getattr(force, "shape", None) != shape:
            raise ShapeError(
                f"the force {force} on {coordinate}", "the shapes differ", f"a force of the shape of {coordinate}"
            )
        return normal(force)

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)


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


def _require_function_of_time(damping: Basic) -> Any:
    """The damping itself; `SymlagError` where it depends on coordinates."""
    if jets(damping) and not vanishes(directional(damping, dict.fromkeys(jets(damping), S.One))):
        raise SymlagError(
            f"damping = {damping}", "it depends on coordinates", f"a function of {t}, and the rest as a force"
        )
    return damping
