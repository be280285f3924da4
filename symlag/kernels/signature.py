"""Shapes at the door of a kernel: sizes are bound, the rest is batch.

Inside a kernel no side has length one: a column is a vector, a row as well, a 1×1 block a number.

>>> from symlag.kernels.interface import Slot
>>> bind((Slot("W", "W", ("h", "n")), Slot("m", "m")), [(10, 2, 3), ()])
((10,), {'h': 2, 'n': 3})
>>> inside(("h", "n")), inside(("n", 1)), inside((1, 1)), outside(("n", 1))
(('h', 'n'), ('n',), (), ('n',))
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from symlag.errors import LoweringError, ShapeError
from symlag.kernels.interface import Slot

Shape = tuple[int, ...]
Sizes = tuple[int | str, ...]


def inside(shape: Sizes) -> Sizes:
    """The sides of a block that an array has inside a kernel."""
    return tuple(size for size in shape if size != 1)


def outside(shape: Sizes) -> Sizes:
    """The sides of a block that an array has at the door: a block of one column is a vector."""
    return shape[:1] if shape[1:] == (1,) else shape


def lengths(shape: Sizes, sizes: Mapping[str, int]) -> Shape:
    """The sides as integers."""
    return tuple(size if isinstance(size, int) else sizes[size] for size in shape)


def bind(slots: Sequence[Slot], shapes: Sequence[Shape]) -> tuple[Shape, dict[str, int]]:
    """The shape of the batch, and the length behind each symbolic size; `ShapeError` where shapes do not fit."""
    sizes: dict[str, int] = {}
    batches = [_batch(slot, shape, sizes) for slot, shape in zip(slots, shapes, strict=True)]
    batch: Shape = ()
    for slot, one in zip(slots, batches, strict=True):
        batch = _broadcast(slot, batch, one)
    return batch, sizes


def arranged(slots: Sequence[Slot], positional: Sequence[Any], named: Mapping[str, Any]) -> list[Any]:
    """The arguments of a call in the order of the inputs; `LoweringError` where one is missing or too many."""
    keys = [slot.key for slot in slots]
    call = f"kernel({', '.join(keys)})"
    if len(positional) > len(keys):
        raise LoweringError(call, f"{len(positional)} arrays are given, it takes {len(keys)}", "one for each input")
    given = dict(zip(keys, positional, strict=False))
    for name in named:
        if name not in keys or name in given:
            wrong = "is given twice" if name in given else "is no input"
            raise LoweringError(call, f"{name} {wrong}", "each input once")
    if missing := [key for key in keys if key not in given | dict(named)]:
        raise LoweringError(call, f"{_enumerated(missing)} missing", "an array for each input")
    return [(given | dict(named))[key] for key in keys]


def _enumerated(names: Sequence[str]) -> str:
    return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'}"


def _batch(slot: Slot, shape: Shape, sizes: dict[str, int]) -> Shape:
    """The leading axes of an array, the others being bound to the sizes of its block."""
    sides = outside(slot.shape)
    cut = len(shape) - len(sides)
    if cut < 0:
        raise ShapeError(_shaped(slot, shape), "it has too few axes", _expected(slot))
    for size, length in zip(sides, shape[cut:], strict=True):
        known = size if isinstance(size, int) else sizes.setdefault(size, length)
        if known != length:
            raise ShapeError(_shaped(slot, shape), f"{size} is {known}, not {length}", _expected(slot))
    return shape[:cut]


def _broadcast(slot: Slot, left: Shape, right: Shape) -> Shape:
    """The common shape of two batches."""
    width = max(len(left), len(right))
    pairs = list(zip((1,) * (width - len(left)) + left, (1,) * (width - len(right)) + right, strict=True))
    if any(a != b and 1 not in (a, b) for a, b in pairs):
        raise ShapeError(f"{slot.key} in a batch {right}", f"the others have {left}", "batches that broadcast")
    return tuple(b if a == 1 else a for a, b in pairs)


def _shaped(slot: Slot, shape: Iterable[int]) -> str:
    return f"{slot.key} of shape {tuple(shape)}"


def _expected(slot: Slot) -> str:
    return f"an array of shape ({', '.join(map(str, ('...', *outside(slot.shape))))})"
