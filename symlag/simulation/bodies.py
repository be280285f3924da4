"""What moves in an animation: points whose places are expressions, recognised from the names of coordinates.

x and y, or x_1 and y_1, are a point in the plane, x, y and z one in space; x alone is a point on a line, and r with an
angle one in polar coordinates. A vector of two or three entries is a point, and a matrix with two or three columns has
one in each row. An angle alone is a rod of unit length that hangs down where the angle is zero.

>>> from symlag.calculus.jets import coordinates
>>> recognised(coordinates("x_1 y_1 x_2 y_2"))
[(x_1, y_1), (x_2, y_2)]
>>> recognised(coordinates("r theta"))
[(r*cos(theta), r*sin(theta))]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import S, cos, sin

from symlag.calculus.jets import Block

ANGLES = ("theta", "phi", "varphi", "alpha", "psi", "θ", "φ", "α")

Point = tuple[Any, ...]


def recognised(coordinates: Sequence[Any]) -> list[Point]:
    """The places of the points that coordinates which are numbers stand for; none where that is not known."""
    by_name = {q.stem: q for q in coordinates if not isinstance(q, Block)}
    points: list[Point] = []
    for name, x in by_name.items():
        if not name.startswith("x"):
            continue
        others = [by_name[letter + name[1:]] for letter in "yz" if letter + name[1:] in by_name]
        points.append((x, *others) if others else (x, S.Zero))
    angles = [q for name, q in by_name.items() if name in ANGLES]
    if points or len(angles) != 1:
        return points
    (angle,) = angles
    if "r" in by_name:
        return [(by_name["r"] * cos(angle), by_name["r"] * sin(angle))]
    return [hanging(angle)] if len(by_name) == 1 else []


def hanging(angle: Any) -> Point:
    """The end of a rod of unit length that hangs from the origin."""
    return sin(angle), -cos(angle)
