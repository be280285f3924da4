"""Generators X = τ∂_t + Σ ξ·∂_q of one-parameter families, and the families met in mechanics and in networks.

>>> from symlag.calculus.jets import coordinates
>>> x, y = coordinates("x y")
>>> rotation(x, y).act(x.dot**2 + y.dot**2)
0
>>> bracket(translation(x), rotation(x, y)).components
{x: 0, y: 1}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Expr, MatrixSymbol, S

from symlag.calculus.jets import Block, Prolonged, jets, t
from symlag.calculus.matrices import Skew, constant, normal, taken, zero_like
from symlag.calculus.operators import add, directional, scaled, total
from symlag.calculus.structured_matrices import diagonal
from symlag.calculus.sympy_notation import assigned, instance, is_path, number
from symlag.calculus.zero_test import tidy
from symlag.display import Shown
from symlag.errors import CoordinateError, ShapeError


@dataclass(frozen=True)
class Generator(Shown):
    """A vector field on time and coordinates: each coordinate moves by ξ, time by τ.

    `components` maps a coordinate to its ξ, a number or a matrix of the coordinate's shape; a coordinate left out
    stands still. `parameters` are constant matrices that the family holds for every value of. `ShapeError` where ξ has
    another shape than its coordinate. Source: NLD §3; Olver, *Applications of Lie Groups*, Eq. 2.38 and 5.89.
    """

    components: Mapping[Any, Any]
    tau: Expr = S.Zero
    name: str = "symmetry"
    parameters: tuple[MatrixSymbol, ...] = ()

    def __post_init__(self) -> None:
        moves = assigned("Generator", self.components)
        object.__setattr__(self, "components", {_movable(q): _fitting(q, xi) for q, xi in moves.items()})
        object.__setattr__(self, "tau", number("tau =", self.tau))

    def __str__(self) -> str:
        moved = {f"∂{q}": xi for q, xi in self.components.items() if xi != zero_like(q)}
        terms = [_term(part, slope) for slope, part in ({"∂t": self.tau} | moved).items() if part != 0]
        return " + ".join(terms).replace("+ -", "- ") or "0"

    def __repr__(self) -> str:
        return f"Generator({self.name}: {self})"

    def characteristic(self, coordinate: Any) -> Any:
        """ζ = ξ − τ q̇, the move of a path at fixed time."""
        xi = self.components.get(coordinate, zero_like(coordinate))
        return add([xi, scaled(-self.tau, coordinate.dot)], coordinate) if self.tau != 0 else xi

    def act(self, expression: Any) -> Any:
        """The prolongation applied to a function of jets: Σ D_Jζ ∂/∂u_J + τ D_t."""
        moved = {jet: self._prolonged(jet) for jet in jets(expression)}
        drift = scaled(self.tau, total(expression)) if self.tau != 0 else zero_like(expression)
        return add([directional(expression, moved), drift], expression)

    def map(self, change: Any) -> Generator:
        """The generator with a function applied to every coordinate and coefficient."""
        moved = {change(q): change(xi) for q, xi in self.components.items()}
        return Generator(moved, change(self.tau), self.name, self.parameters)

    def _prolonged(self, jet: Any) -> Any:
        moved = self.characteristic(jet.root)
        for variable, count in zip(jet.base, jet.order, strict=True):
            for _ in range(count):
                moved = total(moved, variable)
        return moved


def bracket(left: Generator, right: Generator) -> Generator:
    """The Lie bracket [X, Y] = X∘Y − Y∘X of two point generators."""
    for X in (left, right):
        instance("bracket of", X, Generator, "two generators, such as rotation(x, y)")
    moved = sorted({*left.components, *right.components}, key=str)
    components = {q: tidy(_commutator(left, right, q)) for q in moved}
    tau = tidy(_flow(left, right.tau) - _flow(right, left.tau))
    return Generator(components, tau, f"[{left.name}, {right.name}]")


def translation(coordinate: Any, direction: Any = None) -> Generator:
    """q → q + s·n, for every n unless a direction is given: softmax classifiers, biases before BatchNorm (NM §3)."""
    if direction is None and isinstance(_movable(coordinate), Block):
        direction = constant("n", *coordinate.shape)
        return Generator({coordinate: direction}, name="translation", parameters=(direction,))
    return Generator({coordinate: 1 if direction is None else direction}, name="translation")


def scale(*coordinates: Any) -> Generator:
    """q → eˢ q: the weights before a normalisation layer (NLD §3, NM §3)."""
    return Generator({q: q for q in _several(coordinates)}, name="scale")


def rescale(into: Any, out: Any, degree: Any = 1) -> Generator:
    """in → eˢ in, out → e^{−ps} out: around units with σ(cz) = cᵖσ(z), such as ReLU; several blocks a side (NM §3)."""
    incoming, outgoing = _several(into), _several(out)
    _apart(f"rescale({into}, {out})", *incoming, *outgoing)
    shrinking = {q: scaled(-number("degree =", degree), q) for q in outgoing}
    return Generator({q: q for q in incoming} | shrinking, name="rescale")


def rescale_units(into: Any, out: Any, degree: Any = 1) -> Generator:
    """in → e^{sD} in, out → out e^{−psD} for every diagonal D: each unit of a hidden layer by itself (NM §3).

    `into` are blocks with one row a unit, `out` blocks with one column a unit, here and in the two families below.
    """
    incoming, outgoing, size = _layer("rescale_units", into, out)
    rates = constant("d", size)
    return _through(incoming, outgoing, diagonal(rates), number("degree =", degree), "rescale", rates)


def mix_units(into: Any, out: Any) -> Generator:
    """in → e^{sX} in, out → out e^{−sX} for every matrix X: the units of a linear layer, of a head, of LoRA."""
    incoming, outgoing, size = _layer("mix_units", into, out)
    mixing = constant("X", size, size)
    return _through(incoming, outgoing, mixing, S.One, "general linear", mixing)


def turn_units(into: Any, out: Any = ()) -> Generator:
    """in → e^{sA} in, out → out e^{−sA} for every skew A: a residual stream whose norm is all that is normalised."""
    incoming, outgoing, size = _layer("turn_units", into, out)
    turn = Skew("A", size, size)
    return _through(incoming, outgoing, turn, S.One, "rotation", turn)


def rotation(first: Any, second: Any = None) -> Generator:
    """(x, y) → a turn of the plane; of one block, w → e^{sA} w for every skew A (NLD §3)."""
    if second is not None:
        _apart(f"rotation({first}, {second})", first, second)
        return Generator({first: scaled(-1, second), second: first}, name="rotation")
    rows = _block(f"rotation({first})", first, "rotation(x, y) for two numbers").rows
    turn = Skew("A", rows, rows)
    return Generator({first: turn * first}, name="rotation", parameters=(turn,))


def general_linear(left: Any, right: Any) -> Generator:
    """U → U e^{sX}, V → V e^{−sXᵀ}, which keeps UVᵀ for every X: linear pairs, Q/K and V/O of attention, LoRA."""
    wrote = f"general_linear({left}, {right})"
    _apart(wrote, *(_block(wrote, q, "two blocks, or rescale(x, y) for two numbers") for q in (left, right)))
    if left.cols != right.cols:
        raise ShapeError(wrote, f"{left.cols} columns meet {right.cols}", "blocks U, V of one width")
    mixing = constant("X", left.cols, left.cols)
    moved = {left: left * mixing, right: -right * mixing.T}
    return Generator(moved, name="general linear", parameters=(mixing,))


def time_translation() -> Generator:
    """t → t + s; its charge is minus the energy."""
    return Generator({}, S.One, name="time translation")


def _fitting(coordinate: Any, written: Any) -> Any:
    xi = taken(f"{coordinate}:", written)
    if xi == 0:
        return zero_like(coordinate)
    if getattr(xi, "shape", None) != getattr(coordinate, "shape", None):
        raise ShapeError(f"{{{coordinate}: {xi}}}", "the two shapes differ", f"a move of the shape of {coordinate}")
    return normal(xi)


def _movable(written: Any) -> Any:
    """What was written, where it is a coordinate, in either spelling; `CoordinateError` where it is not."""
    if is_path(written) or (isinstance(written, Prolonged) and written == written.root):
        return written
    wrong = "time is moved by tau" if written == t else "it is no coordinate"
    write = "Generator({}, tau=1), say" if written == t else 'coordinates("x"), or block("W", h, n)'
    raise CoordinateError(f"a move of {written}", wrong, write)


def _layer(name: str, into: Any, out: Any) -> tuple[tuple[Any, ...], tuple[Any, ...], Any]:
    """The blocks before and after the units of a layer, and the number of units."""
    incoming, outgoing = _several(into), _several(out)
    wrote = f"{name}({into}, {out})"
    _apart(wrote, *(_block(wrote, q, "blocks, or rescale(x, y) for one unit") for q in (*incoming, *outgoing)))
    sizes = {q.rows for q in incoming} | {q.cols for q in outgoing}
    if len(sizes) != 1:
        raise ShapeError(wrote, "the numbers of units differ", "rows of `into` as many as columns of `out`")
    return incoming, outgoing, sizes.pop()


def _through(incoming: Any, outgoing: Any, change: Any, degree: Any, name: str, parameter: Any) -> Generator:
    """What changes the units before, undone after them."""
    undone = {q: scaled(-degree, q * change) for q in outgoing}
    return Generator({q: change * q for q in incoming} | undone, name=name, parameters=(parameter,))


def _several(written: Any) -> tuple[Any, ...]:
    """One or more coordinates."""
    found = tuple(map(_movable, written if isinstance(written, tuple | list) else (written,)))
    if not found:
        raise CoordinateError("a family", "no coordinate is moved by it", "scale(w), say")
    return found


def _block(wrote: str, written: Any, write: str) -> Block:
    if not isinstance(_movable(written), Block):
        raise ShapeError(wrote, f"{written} is a number", write)
    return written


def _apart(wrote: str, *coordinates: Any) -> None:
    if len(set(coordinates)) < len(coordinates):
        raise CoordinateError(wrote, "one coordinate occurs twice", "coordinates that differ")


def _term(part: Any, slope: str) -> str:
    if part in {1, -1}:
        return slope if part == 1 else f"-{slope}"
    return f"({part}) {slope}" if part.is_Add or part.is_MatAdd else f"{part} {slope}"


def _flow(generator: Generator, expression: Any) -> Any:
    """X applied to a function of time and coordinates alone."""
    return directional(expression, {**generator.components, t: generator.tau})


def _commutator(left: Generator, right: Generator, coordinate: Any) -> Any:
    still = zero_like(coordinate)
    forth = _flow(left, right.components.get(coordinate, still))
    back = _flow(right, left.components.get(coordinate, still))
    return add([forth, scaled(-1, back)], coordinate)
