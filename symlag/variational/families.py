"""The families of symmetries met in mechanics and in neural networks, as generators.

A one-parameter family is a flow s ↦ Q(q, s) of the coordinates; its generator is ξ(q) = ∂Q/∂s at s = 0. Where there is
a flow for every constant matrix X of some shape, they are one generator with that matrix as a *parameter*: what holds
for it holds for every value of X.

| family | flow | where a loss has it |
|---|---|---|
| `translation` | q → q + sn | softmax classifiers, biases before BatchNorm |
| `scale` | q → eˢq | weights before a normalisation layer |
| `rotation` | (x, y) → turned by s; w → e^{sA}w, A skew | central forces; losses of norms |
| `rescale`, `rescale_units` | in → eˢ in, out → e^{−ps} out | around units with σ(cz) = cᵖσ(z), such as ReLU |
| `general_linear`, `mix_units` | U → Ue^{sX}, V → Ve^{−sXᵀ} | linear pairs, heads of attention, LoRA |
| `rotate_units` | in → e^{sA} in, out → out e^{−sA}, A skew | residual streams with RMSNorm |
| `time_translation` | t → t + s | whatever does not depend on time |

Source: Kunin et al., *Neural Mechanics*, §3; Tanaka and Kunin, *Noether's Learning Dynamics*, §3.

>>> from symlag.calculus.jets import coordinates
>>> x, y = coordinates("x y")
>>> rotation(x, y).act(x.dot**2 + y.dot**2)
0
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Expr, MatrixSymbol, S
from sympy.matrices.expressions.matexpr import MatrixExpr

from symlag.calculus.arguments import require_number
from symlag.calculus.differential_operators import scaled
from symlag.calculus.jets import Block, Prolonged, jets
from symlag.calculus.matrices import Skew, constant
from symlag.calculus.structured_matrices import diagonal
from symlag.calculus.sympy_notation import is_coordinate_function
from symlag.errors import CoordinateError, ShapeError
from symlag.variational.generator import Generator, require_coordinate

# A coordinate: a jet of a number, a block, or one of SymPy's functions of time.
Coordinate = Prolonged | Expr
Coordinates = Coordinate | Sequence[Coordinate]


def translation(coordinate: Coordinate, direction: Expr | MatrixExpr | None = None) -> Generator:
    """The translation q → q + s·n of one coordinate.

    Parameters
    ----------
    coordinate : jet or block
        The q that moves, alone.
    direction : Expr or MatrixExpr, optional
        The n, in the shape of q, in which no coordinate occurs. Without it a number moves along 1, and a block along
        every constant matrix n of its shape, which is then the parameter of the family.

    Returns
    -------
    Generator
        With the component n at q.

    Raises
    ------
    CoordinateError
        Where a coordinate occurs in the direction: two coordinates that move together are written as
        ``Generator({x: 1, y: 1})``.
    ShapeError
        Where the direction has another shape than the coordinate.

    References
    ----------
    Kunin et al., Neural Mechanics (2021), §3.1.

    Examples
    --------
    >>> from symlag.calculus.jets import block, coordinates
    >>> from symlag.calculus.matrices import constant
    >>> x, w = coordinates("x"), block("w", 3)
    >>> translation(x).components, translation(w, constant("n", 3)).components
    ({x: 1}, {w: n})
    """
    if direction is None:
        moved = require_coordinate(coordinate)
        if isinstance(moved, Block):
            direction = constant("n", *moved.shape)
            return Generator({moved: direction}, name="translation", parameters=(direction,))
        direction = S.One
    if jets(direction) or is_coordinate_function(direction):
        raise CoordinateError(
            f"translation({coordinate}, {direction})",
            f"the second argument is a constant direction that {coordinate} moves along, and no coordinate",
            f"Generator({{{coordinate}: 1, {direction}: 1}}) to move both, or Generator({{{coordinate}: {direction}}})"
            if is_coordinate_function(direction) or isinstance(direction, Prolonged)
            else f"Generator({{{coordinate}: {direction}}})",
        )
    return Generator({coordinate: direction}, name="translation")


def scale(*coordinates: Coordinates) -> Generator:
    """The scaling q → eˢ q of all of the coordinates together.

    Parameters
    ----------
    *coordinates : jets or blocks
        What is scaled.

    Returns
    -------
    Generator
        With the component q at each q.

    Raises
    ------
    CoordinateError
        Where no coordinate is given, or something that is none.

    References
    ----------
    Tanaka and Kunin, Noether's Learning Dynamics (2021), §3; Kunin et al., Neural Mechanics (2021), §3.

    Examples
    --------
    >>> from symlag.calculus.jets import block
    >>> w = block("w")
    >>> scale(w).components
    {w: w}
    """
    return Generator({q: q for q in _several(coordinates)}, name="scale")


def rotation(first: Coordinate, second: Coordinate | None = None) -> Generator:
    """The rotation of a plane of two coordinates, or all rotations of the space of one block.

    Parameters
    ----------
    first, second : jet or block
        Two coordinates of one shape turn into each other. One block alone turns as w → e^{sA} w for every skew A, which
        is then the parameter of the family.

    Returns
    -------
    Generator
        With components (−y, x), or A·w.

    Raises
    ------
    CoordinateError
        Where the two coordinates are the same.
    ShapeError
        Where a number is given alone.

    References
    ----------
    Tanaka and Kunin, Noether's Learning Dynamics (2021), §3.

    Examples
    --------
    >>> from symlag.calculus.jets import block, coordinates
    >>> x, y = coordinates("x y")
    >>> rotation(x, y).components, rotation(block("w", 3)).components
    ({x: -y, y: x}, {w: A*w})
    """
    if second is not None:
        _require_distinct(f"rotation({first}, {second})", first, second)
        return Generator({first: scaled(-1, second), second: first}, name="rotation")
    rows = _require_block(f"rotation({first})", first, "rotation(x, y) for two numbers").rows
    A = Skew("A", rows, rows)
    return Generator({first: A * first}, name="rotation", parameters=(A,))


def rescale(into: Coordinates, out: Coordinates, degree: Any = 1) -> Generator:
    """The rescaling in → eˢ in, out → e^{−ps} out around a homogeneous unit, σ(cz) = cᵖσ(z).

    Parameters
    ----------
    into, out : jet or block, or a sequence of these
        The weights and biases before the unit, and the weights after it.
    degree : Expr or number, optional
        The degree p of homogeneity: 1 for ReLU.

    Returns
    -------
    Generator
        With components q before the unit and −p q after it.

    Raises
    ------
    CoordinateError
        Where a coordinate occurs twice, or a side is empty.

    References
    ----------
    Kunin et al., Neural Mechanics (2021), §3.

    Examples
    --------
    >>> from symlag.calculus.jets import block
    >>> u, b, v = block("u", 3), block("b", 3), block("v", 2, 3)
    >>> rescale([u, b], v).components
    {u: u, b: b, v: -v}
    """
    incoming, outgoing = _several(into), _several(out)
    _require_distinct(f"rescale({into}, {out})", *incoming, *outgoing)
    shrinking = {q: scaled(-require_number("degree =", degree), q) for q in outgoing}
    return Generator({q: q for q in incoming} | shrinking, name="rescale")


def rescale_units(into: Coordinates, out: Coordinates, degree: Any = 1) -> Generator:
    """The rescaling of each unit of a hidden layer by itself: in → e^{sD} in, out → out e^{−psD} for every diagonal D.

    Parameters
    ----------
    into : block or sequence of blocks
        The weights before the layer, one row a unit.
    out : block or sequence of blocks
        The weights after the layer, one column a unit.
    degree : Expr or number, optional
        The degree p of homogeneity of the units.

    Returns
    -------
    Generator
        With the vector d of the diagonal as parameter.

    Raises
    ------
    ShapeError
        Where the numbers of units differ, or a number is given for a block.

    References
    ----------
    Kunin et al., Neural Mechanics (2021), §3.

    Examples
    --------
    >>> from symlag.calculus.jets import block
    >>> rescale_units(block("U", 3, 4), block("V", 2, 3)).components
    {U: DiagMatrix(d)*U, V: -V*DiagMatrix(d)}
    """
    incoming, outgoing, units = _layer("rescale_units", into, out)
    d = constant("d", units)
    return _through_units(incoming, outgoing, diagonal(d), require_number("degree =", degree), "rescale", d)


def mix_units(into: Coordinates, out: Coordinates) -> Generator:
    """The mixing of the units of a linear layer: in → e^{sX} in, out → out e^{−sX} for every square X.

    Parameters
    ----------
    into : block or sequence of blocks
        The weights before the layer, one row a unit.
    out : block or sequence of blocks
        The weights after the layer, one column a unit.

    Returns
    -------
    Generator
        With X as parameter.

    Raises
    ------
    ShapeError
        Where the numbers of units differ, or a number is given for a block.

    Examples
    --------
    >>> from symlag.calculus.jets import block
    >>> mix_units(block("U", 3, 4), block("V", 2, 3)).components
    {U: X*U, V: -V*X}
    """
    incoming, outgoing, units = _layer("mix_units", into, out)
    X = constant("X", units, units)
    return _through_units(incoming, outgoing, X, S.One, "general linear", X)


def rotate_units(into: Coordinates, out: Coordinates = ()) -> Generator:
    """The rotation of a residual stream: in → e^{sA} in, out → out e^{−sA} for every skew A.

    Parameters
    ----------
    into : block or sequence of blocks
        What writes to the stream, one row a unit.
    out : block or sequence of blocks, optional
        What reads the stream, one column a unit.

    Returns
    -------
    Generator
        With A as parameter.

    Raises
    ------
    ShapeError
        Where the numbers of units differ, or a number is given for a block.

    Examples
    --------
    >>> from symlag.calculus.jets import block
    >>> rotate_units(block("U", 3, 4), block("V", 2, 3)).components
    {U: A*U, V: -V*A}
    """
    incoming, outgoing, units = _layer("rotate_units", into, out)
    A = Skew("A", units, units)
    return _through_units(incoming, outgoing, A, S.One, "rotation", A)


def general_linear(left: Block, right: Block) -> Generator:
    """The change of basis U → U e^{sX}, V → V e^{−sXᵀ}, which leaves UVᵀ as it is, for every square X.

    Parameters
    ----------
    left, right : block
        The factors U (a × h) and V (b × h) of a linear pair, of queries and keys, or of values and output.

    Returns
    -------
    Generator
        With X (h × h) as parameter.

    Raises
    ------
    ShapeError
        Where the widths differ, or a number is given for a block.
    CoordinateError
        Where both are the same block.

    Examples
    --------
    >>> from symlag.calculus.jets import block
    >>> general_linear(block("U", 3, 2), block("V", 4, 2)).components
    {U: U*X, V: -V*X.T}
    """
    wrote = f"general_linear({left}, {right})"
    for q in (left, right):
        _require_block(wrote, q, "two blocks, or rescale(x, y) for two numbers")
    _require_distinct(wrote, left, right)
    if left.cols != right.cols:
        raise ShapeError(wrote, f"{left.cols} columns meet {right.cols}", "blocks U, V of one width")
    X = constant("X", left.cols, left.cols)
    return Generator({left: left * X, right: -right * X.T}, name="general linear", parameters=(X,))


def time_translation() -> Generator:
    """The translation t → t + s of time, whose charge is minus the energy.

    Returns
    -------
    Generator
        ∂_t.

    Examples
    --------
    >>> time_translation()
    Generator(time translation: ∂t)
    """
    return Generator({}, S.One, name="time translation")


def _several(written: Any) -> tuple[Any, ...]:
    """One or more coordinates."""
    coordinates = tuple(map(require_coordinate, written if isinstance(written, tuple | list) else (written,)))
    if not coordinates:
        raise CoordinateError("a family", "no coordinate is moved by it", "scale(w), for example")
    return coordinates


def _layer(name: str, into: Any, out: Any) -> tuple[tuple[Any, ...], tuple[Any, ...], Any]:
    """The blocks before and after the units of a layer, and the number of units."""
    incoming, outgoing = _several(into), _several(out) if out != () else ()
    wrote = f"{name}({into}, {out})"
    for q in (*incoming, *outgoing):
        _require_block(wrote, q, "blocks, or rescale(x, y) for one unit")
    _require_distinct(wrote, *incoming, *outgoing)
    sizes = {q.rows for q in incoming} | {q.cols for q in outgoing}
    if len(sizes) != 1:
        raise ShapeError(wrote, "the numbers of units differ", "rows of `into` as many as columns of `out`")
    return incoming, outgoing, sizes.pop()


def _through_units(
    incoming: tuple[Any, ...], outgoing: tuple[Any, ...], change: Any, degree: Any, name: str, parameter: MatrixSymbol
) -> Generator:
    """The generator that changes the units of a layer, and undoes it behind them."""
    undone = {q: scaled(-degree, q * change) for q in outgoing}
    return Generator({q: change * q for q in incoming} | undone, name=name, parameters=(parameter,))


def _require_block(wrote: str, written: Any, write: str) -> Block:
    if not isinstance(require_coordinate(written), Block):
        raise ShapeError(wrote, f"{written} is a number", write)
    return written


def _require_distinct(wrote: str, *coordinates: Any) -> None:
    if len(set(coordinates)) < len(coordinates):
        raise CoordinateError(wrote, "one coordinate occurs twice", "coordinates that differ")
