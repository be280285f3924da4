"""Generators of one-parameter families of transformations: vector fields on time and coordinates.

**Definition.** A family t ↦ T(t, q, s), q ↦ Q(t, q, s) has the generator X = τ∂_t + Σ ξ·∂_q, its derivative at s = 0.
At fixed time it moves a path by its characteristic ζ = ξ − τ q̇.

**Theorem** (prolongation). On functions of jets X acts as pr X = Σ_J D_Jζ ∂/∂u_J + τ D_t. Source: Olver, *Applications
of Lie Groups to Differential Equations*, Eq. 2.38 and 5.89.

>>> from symlag.calculus.jets import coordinates
>>> x, y = coordinates("x y")
>>> turn, shift = Generator({x: -y, y: x}), Generator({x: 1})
>>> turn.act(x.dot**2 + y.dot**2)
0
>>> bracket(shift, turn).components
{x: 0, y: 1}
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sympy import Expr, MatrixSymbol, S

from symlag.calculus.arguments import require_instance, require_mapping, require_number, require_real
from symlag.calculus.decimals import Decimals, exact, shown
from symlag.calculus.differential_operators import add, directional, evolutionary, scaled
from symlag.calculus.jets import Prolonged, jets, t
from symlag.calculus.matrices import as_sympy, normal, zero_like
from symlag.calculus.normal_form import normal_form
from symlag.calculus.sympy_notation import Notation, is_coordinate_function
from symlag.display import Displayable
from symlag.errors import CoordinateError, ShapeError


@dataclass(frozen=True)
class Generator(Displayable):
    """A vector field on time and coordinates: each coordinate moves by ξ, time by τ.

    Parameters
    ----------
    components : mapping
        From coordinates to their ξ, a number or a matrix of the shape of the coordinate. Others stand still.
    tau : Expr, optional
        The τ that time moves by.
    name : str, optional
        What it is called where it is shown.
    parameters : tuple of MatrixSymbol, optional
        Constant matrices that the family holds for every value of.

    Raises
    ------
    ShapeError
        Where ξ has another shape than its coordinate.
    CoordinateError
        Where what is moved is no coordinate.

    References
    ----------
    Tanaka and Kunin, Noether's Learning Dynamics (2021), §3; Olver, Applications of Lie Groups to Differential
    Equations, Eq. 2.38 and 5.89.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates, t
    >>> x = coordinates("x")
    >>> boost = Generator({x: t}, name="boost")
    >>> boost, boost.act(x.dot**2)
    (Generator(boost: t ∂x), 2*x.dot)
    """

    components: Mapping[Any, Any]
    tau: Expr = S.Zero
    name: str = "symmetry"
    parameters: tuple[MatrixSymbol, ...] = ()
    decimals: Decimals = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        moves = require_mapping("Generator", self.components)
        object.__setattr__(self, "decimals", Decimals.of(*moves.values(), self.tau))
        object.__setattr__(self, "components", {require_coordinate(q): _checked_move(q, xi) for q, xi in moves.items()})
        object.__setattr__(self, "tau", exact(require_number("tau =", self.tau)))

    def __str__(self) -> str:
        moved = {f"∂{q}": xi for q, xi in self.components.items() if xi != zero_like(q)}
        written = self.decimals.written
        terms = [_term(written(part), slope) for slope, part in ({"∂t": self.tau} | moved).items() if part != 0]
        return " + ".join(terms).replace("+ -", "- ") or "0"

    def __repr__(self) -> str:
        return f"Generator({self.name}: {self})"

    def characteristic(self, coordinate: Any) -> Any:
        """The characteristic ζ = ξ − τ q̇, which is the move of a path at fixed time.

        Parameters
        ----------
        coordinate : jet or block
            The q whose move is asked for.

        Returns
        -------
        Expr or MatrixExpr
            ζ in the shape of the coordinate; zero where it stands still.
        """
        return self.characteristics([coordinate])[coordinate]

    def characteristics(self, coordinates: Iterable[Any]) -> dict[Any, Any]:
        """The characteristic of each of several coordinates.

        Parameters
        ----------
        coordinates : iterable of jets and blocks
            For example those of a Lagrangian.

        Returns
        -------
        dict
            The move ζ of each coordinate, zero for those that stand still.
        """
        asked = tuple(coordinates)
        notation = _notation(self, beside=asked)
        X = self.map(notation.to_jets) if notation.functions else self
        moves: dict[Any, Any] = {}
        for coordinate in asked:
            q = notation.to_jets(coordinate) if notation.functions else coordinate
            xi = X.components.get(q, zero_like(q))
            moves[coordinate] = xi if X.tau == 0 else add([xi, scaled(-X.tau, q.dot)], q)
        return {q: notation.to_functions(move) for q, move in moves.items()}

    def act(self, expression: Any) -> Any:
        """The prolongation of the generator, Σ D_Jζ ∂/∂u_J + τ D_t, applied to a function of jets.

        Parameters
        ----------
        expression : Expr or MatrixExpr
            A function of jets of any order.

        Returns
        -------
        Expr or MatrixExpr
            Its rate of change along the family.
        """
        notation = _notation(self, beside=[expression])
        if notation.functions:
            return notation.to_functions(self.map(notation.to_jets).act(notation.to_jets(expression)))
        return evolutionary(expression, self.characteristics({jet.root for jet in jets(expression)}), self.tau)

    def in_jets(self) -> Generator:
        """The generator in jets, where its coordinates are written as functions of time.

        Returns
        -------
        Generator
            The same vector field.

        Examples
        --------
        >>> from sympy import Function
        >>> from symlag.calculus.jets import t
        >>> Generator({Function("x")(t): t}).in_jets()
        Generator(symmetry: t ∂x)
        """
        return self.map(_notation(self).to_jets)

    def map(self, change: Callable[[Any], Any]) -> Generator:
        """The generator with a function applied to every coordinate and coefficient.

        Parameters
        ----------
        change : callable
            What is done to each coordinate, to each ξ and to τ.

        Returns
        -------
        Generator
            The changed generator, and itself where nothing changes.
        """
        components, tau = {change(q): change(xi) for q, xi in self.components.items()}, change(self.tau)
        if components == self.components and tau == self.tau:
            return self
        return Generator(components, tau, self.name, self.parameters)


def bracket(left: Generator, right: Generator) -> Generator:
    """The Lie bracket [X, Y] = X∘Y − Y∘X of two generators.

    Parameters
    ----------
    left, right : Generator
        Point generators X and Y: their ξ and τ are functions of time and coordinates.

    Returns
    -------
    Generator
        With components X(ξ_Y) − Y(ξ_X) and X(τ_Y) − Y(τ_X).

    Raises
    ------
    SymlagError
        Where one of them is no generator.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> x, y = coordinates("x y")
    >>> bracket(Generator({x: 1}), Generator({x: -y, y: x})).components
    {x: 0, y: 1}
    """
    for X in (left, right):
        require_instance("bracket of", X, Generator, "two generators, such as rotation(x, y)")

    notation = _notation(left, right)
    left, right = left.map(notation.to_jets), right.map(notation.to_jets)

    def commutator(f: Any, g: Any) -> Any:
        """X g − Y f for the coefficients f of X and g of Y."""
        there = directional(g, {**left.components, t: left.tau})
        back = directional(f, {**right.components, t: right.tau})
        return normal_form(add([there, scaled(-1, back)], f))

    components: dict[Any, Any] = {}
    for q in sorted({*left.components, *right.components}, key=str):
        still = zero_like(q)
        components[q] = commutator(left.components.get(q, still), right.components.get(q, still))
    found = Generator(components, commutator(left.tau, right.tau), f"[{left.name}, {right.name}]")
    return found.map(notation.to_functions)


def _notation(*generators: Generator, beside: Iterable[Any] = ()) -> Notation:
    """The notation of generators, and of what they are applied to."""
    parts = [part for X in generators for part in (*X.components, *X.components.values(), X.tau)]
    return Notation.reading(*parts, *beside, listed=filter(is_coordinate_function, (*parts, *beside)))


def _checked_move(coordinate: Any, written: Any) -> Any:
    """The ξ of a coordinate in normal form; `ShapeError` where it has another shape."""
    xi = require_real(f"the move of {coordinate}", exact(as_sympy(f"{coordinate}:", written)))
    if xi == 0:
        return zero_like(coordinate)
    if getattr(xi, "shape", None) != getattr(coordinate, "shape", None):
        raise ShapeError(f"{{{coordinate}: {xi}}}", "the two shapes differ", f"a move of the shape of {coordinate}")
    return normal(xi)


def require_coordinate(written: Any) -> Any:
    """A coordinate itself, in jets or as a function of time; `CoordinateError` where it is none."""
    if is_coordinate_function(written) or (isinstance(written, Prolonged) and written == written.root):
        return written
    wrong = "time is moved by tau" if written == t else "it is no coordinate"
    write = "Generator({}, tau=1), for example" if written == t else 'coordinates("x"), or block("W", h, n)'
    raise CoordinateError(f"a move of {written}", wrong, write)


def _term(part: Any, slope: str) -> str:
    """A coefficient times a derivative as it is printed, without a factor 1."""
    if part in {1, -1}:
        return slope if part == 1 else f"-{slope}"
    return f"({part}) {slope}" if part.is_Add or part.is_MatAdd else f"{shown(part)} {slope}"
