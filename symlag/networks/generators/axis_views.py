"""Where generators act: an axis of a tensor, or a factor of an axis that is a product.

The axis of length heads × width is, for each head, an axis of that width; the in-axis of a linear layer after a flatten
is channels × pixels. A view picks `width` positions of an axis: start, start + stride, start + 2·stride, …

>>> View("qkv", 0, start=4, stride=1, width=2).positions
range(4, 6)
>>> [(v.start, v.stride) for v in views_of_width("w", 0, 4, 2, inner=True)]
[(0, 1), (2, 1), (0, 2), (1, 2)]
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

MOST = 64  # parts that a long axis is split into
SMALL = 16  # an axis no longer is split in every way; a longer one only into widths that are there for a reason


@dataclass(frozen=True)
class View:
    """Positions along one axis of a tensor, that indices 0 … width − 1 of a generator stand for."""

    tensor: str
    axis: int
    start: int
    stride: int
    width: int

    @property
    def positions(self) -> range:
        """The positions along the axis."""
        return range(self.start, self.start + self.stride * self.width, self.stride)

    @property
    def as_slice(self) -> slice:
        """The positions, as torch takes them along the axis without a copy."""
        return slice(self.start, self.start + self.stride * self.width, self.stride)

    def renamed(self, name: Callable[[str], str]) -> View:
        """The same positions of a tensor of another name."""
        return replace(self, tensor=name(self.tensor))

    def part(self, start: int, step: int, width: int) -> View:
        """The view of positions start, start + step, … of this one."""
        stride = self.stride * step if width > 1 else 1
        return View(self.tensor, self.axis, self.start + start * self.stride, stride, width)


def views(shapes: Mapping[str, tuple[int, ...]], hints: Collection[int] = ()) -> dict[int, list[View]]:
    """All views of all axes by width, the widest first; hints are numbers of heads or groups.

    >>> sorted(views({"qkv": (96, 32), "o": (32, 32)}, hints=(2,)))
    [16, 32, 48, 96]
    """
    axes = [(name, axis, length) for name, shape in shapes.items() for axis, length in enumerate(shape)]
    lengths = {length for _, _, length in axes}
    known = lengths | {length // n for length in lengths for n in hints if length > SMALL and length % n == 0}
    found: dict[int, list[View]] = {}
    for name, axis, length in axes:
        for width in _divisors(length):
            if (width in known and length <= MOST * width) or length <= SMALL:
                found.setdefault(width, []).extend(views_of_width(name, axis, length, width, inner=width in lengths))
    return {width: found[width] for width in sorted(found, reverse=True)}


def views_of_width(name: str, axis: int, length: int, width: int, *, inner: bool) -> list[View]:
    """The views of one width on an axis whose length is A·width·B: for each A and B; of long axes B = 1, or A = 1."""
    count = length // width
    strides = [B for B in _divisors(count) if length <= SMALL or B == 1 or (inner and count == B)]
    if width == 1:
        strides = [1]
    starts = [(B, A * width * B + b) for B in strides for A in range(count // B) for b in range(B)]
    return [View(name, axis, start, B, width) for B, start in starts]


def partitions(width: int, smaller: int) -> list[list[tuple[int, int]]]:
    """The ways to part a width into smaller ones, contiguous and interleaved: each part's start and step.

    >>> partitions(4, 2)
    [[(0, 1), (2, 1)], [(0, 2), (1, 2)]]
    """
    count = width // smaller
    contiguous = [(s * smaller, 1) for s in range(count)]
    return [contiguous] if smaller == 1 else [contiguous, [(s, count) for s in range(count)]]


def _divisors(number: int) -> list[int]:
    return [n for n in range(1, number + 1) if number % n == 0]
