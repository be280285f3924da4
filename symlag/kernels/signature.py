"""Shapes of the arguments of a call: the last axes are those of a block, the axes before them are the batch.

This is checked whenever a kernel is called, before its text runs. Three shapes of a block are told apart: the shape in
SymPy, where a vector has one column; the shape of the array that is passed, where a vector has one axis
(`array_shape`); and the shape inside a kernel, where no side has length one, so that a row is a vector too and a 1×1
block is a number (`kernel_shape`).

>>> from symlag.kernels.inputs_and_outputs import Port
>>> bind((Port("W", "W", ("h", "n")), Port("m", "m")), [(10, 2, 3), ()])
((10,), {'h': 2, 'n': 3})
>>> array_shape(("n", 1)), array_shape((1, "n"))
(('n',), (1, 'n'))
>>> kernel_shape(("h", "n")), kernel_shape(("n", 1)), kernel_shape((1, "n")), kernel_shape((1, 1))
(('h', 'n'), ('n',), ('n',), ())
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from symlag.errors import LoweringError, ShapeError
from symlag.kernels.inputs_and_outputs import Port

Shape = tuple[int, ...]
Sizes = tuple[int | str, ...]


def kernel_shape(shape: Sizes) -> Sizes:
    """The shape of a block inside a kernel, without sides of length one."""
    return tuple(size for size in shape if size != 1)


def array_shape(shape: Sizes) -> Sizes:
    """The shape of the array that is passed for a block: one axis where the block has one column."""
    return shape[:1] if shape[1:] == (1,) else shape


def numeric_shape(shape: Sizes, sizes: Mapping[str, int]) -> Shape:
    """A shape with integers for the names of sizes."""
    return tuple(size if isinstance(size, int) else sizes[size] for size in shape)


def bind(ports: Sequence[Port], shapes: Sequence[Shape]) -> tuple[Shape, dict[str, int]]:
    """The shape of the batch, and the length of each symbolic size; `ShapeError` where shapes do not fit."""
    sizes: dict[str, int] = {}
    batches = [_bind_block(port, shape, sizes) for port, shape in zip(ports, shapes, strict=True)]
    common: Shape = ()
    for port, batch in zip(ports, batches, strict=True):
        common = _broadcast(port, common, batch)
    return common, sizes


def collect_arguments(ports: Sequence[Port], positional: Sequence[Any], by_name: Mapping[str, Any]) -> list[Any]:
    """The arguments of a call in the order of the inputs; `LoweringError` where one is missing or too many."""
    keys = [port.key for port in ports]
    call = f"kernel({', '.join(keys)})"
    if len(positional) > len(keys):
        wrong = f"{len(positional)} arrays are given, it takes {len(keys)}"
        raise LoweringError(call, wrong, "Pass one array for each input.")
    arguments = dict(zip(keys, positional, strict=False))
    for name in by_name:
        if name not in keys or name in arguments:
            wrong = f"{name} is given twice" if name in arguments else f"{name} is no input"
            raise LoweringError(call, wrong, "Pass each input once.")
    arguments |= by_name
    if missing := [key for key in keys if key not in arguments]:
        wrong = f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
        raise LoweringError(call, wrong, "Pass an array for each input.")
    return [arguments[key] for key in keys]


def _bind_block(port: Port, shape: Shape, sizes: dict[str, int]) -> Shape:
    """The leading axes of an array, after the others have been bound to the sizes of its block."""
    sides = array_shape(port.shape)
    wrote, cure = f"{port.key} of shape {shape}", f"Pass an array of shape ({', '.join(map(str, ('...', *sides)))})."
    batch_axes = len(shape) - len(sides)
    if batch_axes < 0:
        raise ShapeError(wrote, "it has too few axes", cure)
    for size, length in zip(sides, shape[batch_axes:], strict=True):
        expected = size if isinstance(size, int) else sizes.setdefault(size, length)
        if expected != length:
            raise ShapeError(wrote, f"{size} is {expected}, not {length}", cure)
    return shape[:batch_axes]


def _broadcast(port: Port, left: Shape, right: Shape) -> Shape:
    """The common shape of two batches."""
    width = max(len(left), len(right))
    pairs = list(zip((1,) * (width - len(left)) + left, (1,) * (width - len(right)) + right, strict=True))
    if any(a != b and 1 not in (a, b) for a, b in pairs):
        wrong = f"the other arrays have the batch {left}"
        raise ShapeError(f"{port.key} in a batch {right}", wrong, "Pass arrays with batches that broadcast.")
    return tuple(b if a == 1 else a for a, b in pairs)
