"""The map of a network's symmetries: a row for each of its tensors, a column for each family that moves some of them.

A cell is the tensor itself, its first axis downwards and its second to the right. It is filled where generators act:
in full colour where they make entries grow, pale where entries shrink in return. Families that differ only in the
positions on which they act, such as those of the heads of a layer, share a column. Broken ones are hatched, and stand
apart on the right.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import groupby
from math import cos, radians, sin
from pathlib import Path
from textwrap import fill
from typing import Any

from symlag.networks.generators.matrix_spaces import Space
from symlag.networks.generators.tensor_action import Absorption, Action, NullVectors, Shift, Term
from symlag.networks.result.found import Found
from symlag.networks.result.locations import acted_on, runs
from symlag.networks.symmetry import Symmetry
from symlag.plot_style import save

ROW, COLUMN, TALL, WIDE = 0.2, 0.46, 0.15, 0.36  # inches: between rows and columns, and of a cell
LETTER, MARGIN, SHAPES, LINE = 0.057, 0.12, 0.85, 0.15
TILT = 50  # degrees: of a column's title
KEY = "Full: entries grow. Pale: they shrink in return. Hatched: broken."

Span = tuple[float, float]
Rectangle = tuple[Span, Span]  # to the right and downwards, as parts of a cell


@dataclass(frozen=True)
class Column:
    """Families of one kind and dimension on the same tensors."""

    members: tuple[Symmetry, ...]

    @property
    def tensors(self) -> tuple[str, ...]:
        """What they move."""
        return self.members[0].tensors

    @property
    def title(self) -> str:
        """How many families of what kind and dimension, and what breaks them."""
        first, count = self.members[0], len(self.members)
        broken = f"\nbut for {first.broken_by}" if first.broken_by else ""
        return f"{f'{count} × ' if count > 1 else ''}{first.kind} {first.dimension}{broken}"

    @property
    def reach(self) -> float:
        """How far to the right the title goes, in inches."""
        return WIDE + self._length * cos(radians(TILT))

    @property
    def rise(self) -> float:
        """How high the title goes, in inches."""
        return MARGIN + self._length * sin(radians(TILT))

    @property
    def _length(self) -> float:
        return LETTER * max(map(len, self.title.splitlines()))

    @cached_property
    def style(self) -> dict[str, Any]:
        """The colour of the kind; hatching where it is broken."""
        first = self.members[0]
        colour = first.family.kind.colour
        return (
            {"facecolor": "none", "edgecolor": colour, "hatch": "/////"}
            if first.broken_by
            else {"facecolor": colour, "edgecolor": "white"}
        )


def picture(found: Found, folder: str | Path, stem: str = "symmetries") -> tuple[Path, ...]:
    """Draw the map of a network's symmetries into a folder.

    Parameters
    ----------
    found : Found
        The symmetries of a model.
    folder : str or Path
        The folder, which is made if it is not there.
    stem : str
        The name of the files without their endings.

    Returns
    -------
    tuple of Path
        The files stem.svg and stem.png.

    Raises
    ------
    OutputError
        If the files cannot be written.

    Examples
    --------
    >>> import tempfile, torch
    >>> from symlag.networks import symmetries
    >>> model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1))
    >>> found = symmetries(model, torch.nn.functional.mse_loss, (torch.randn(8, 2), torch.randn(8, 1)))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print([file.name for file in picture(found, folder)])
    ['symmetries.svg', 'symmetries.png']
    """
    return save(partial(draw, found), folder, stem)


def draw(found: Found, figure: Any) -> None:
    """Draw the map of a model's symmetries upon a figure of matplotlib's."""
    names, drawn = list(found.shapes), columns(found)
    edges = list(_left_edges(drawn, LETTER * max(map(len, names)) + 2 * MARGIN))
    right = edges[-1]
    width = max(right + SHAPES, 4.5, *(left + column.reach for column, left in zip(drawn, edges, strict=False)))
    above = MARGIN + max((column.rise - ROW * min(map(names.index, column.tensors)) for column in drawn), default=0)
    foot = fill(f"{found.verdict} {KEY}", int(width / LETTER))
    below = ROW * len(names) + LINE * (foot.count("\n") + 1) + 2 * MARGIN
    figure.set_layout_engine("none")
    figure.set_size_inches(width, above + below)
    panel = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(below, -above))
    panel.set_axis_off()
    _label_rows(panel, found, drawn, edges[0], right)
    for column, left in zip(drawn, edges, strict=False):
        _draw_column(panel, column, found, left)
    panel.text(MARGIN, below - MARGIN, foot, fontsize=8, va="bottom", color="0.3")


def _left_edges(drawn: Sequence[Column], first: float) -> Iterator[float]:
    """Where columns begin, and where the last one ends: broken ones after a gap."""
    left, apart = first, False
    for column in drawn:
        if column.members[0].broken_by and not apart:
            left, apart = left + COLUMN, True
        yield left
        left += COLUMN
    yield left


def columns(found: Found) -> list[Column]:
    """The columns in the order of what they move first; what is broken stands last."""
    order = {name: i for i, name in enumerate(found.shapes)}
    key = partial(_sort_key, order)
    families = [*sorted(found.symmetries, key=key), *sorted(found.broken, key=key)]
    return [Column(tuple(members)) for _, members in groupby(families, key)]


def _sort_key(order: dict[str, int], symmetry: Symmetry) -> tuple[Any, ...]:
    at = sorted(order[name] for name in symmetry.tensors)
    return at, symmetry.kind, symmetry.dimension, symmetry.broken_by


def regions(symmetry: Symmetry, shape: Sequence[int], name: str) -> Iterator[tuple[Rectangle, bool]]:
    """Where in a tensor a family acts, and whether its coefficient there is negative."""
    together: dict[tuple[int, bool], set[int]] = {}
    for term in (term for term in symmetry.family.terms if term.tensor == name):
        axis, positions = _acted_on(term, symmetry.family.space, shape)
        together.setdefault((axis, _gives_back(term, symmetry.family.parts)), set()).update(positions)
    for (axis, pale), positions in together.items():
        for start, stop in runs(positions):
            span = start / shape[axis], stop / shape[axis]
            yield (((0, 1), span) if axis == 0 else (span, (0, 1))), pale


def _acted_on(term: Term, space: Space, shape: Sequence[int]) -> tuple[int, Iterable[int]]:
    """An axis and positions along it; a third axis is shown as the second."""
    match term:
        case Absorption() | NullVectors():
            return 0, range(shape[0])
        case _:
            return acted_on(term, space)


def _gives_back(term: Term, parts: Collection[str]) -> bool:
    """Whether a term has a negative coefficient: on the symmetric part of matrices, if the family has one."""
    match term:
        case Action():
            return term.coefficient("symmetric" if "symmetric" in parts else "skew") < 0
        case Shift() | Absorption():
            return term.coefficient < 0
        case _:
            return False


def _label_rows(panel: Any, found: Found, drawn: Sequence[Column], left: float, right: float) -> None:
    """The names and shapes of tensors, and a band behind every other module."""
    moved = {name for column in drawn for name in column.tensors}
    modules = list(dict.fromkeys(name.rpartition(".")[0] for name in found.shapes))
    for i, (name, shape) in enumerate(found.shapes.items()):
        if modules.index(name.rpartition(".")[0]) % 2 == 0:
            panel.axhspan(ROW * i, ROW * (i + 1), color="0.955", linewidth=0, zorder=0)
        colour = "black" if name in moved else "0.55"
        panel.text(left - MARGIN, ROW * (i + 0.5), name, ha="right", va="center", fontsize=8, color=colour)
        size = " × ".join(map(str, shape))
        panel.text(right + MARGIN / 2, ROW * (i + 0.5), size, va="center", fontsize=7, color="0.45")


def _draw_column(panel: Any, column: Column, found: Found, left: float) -> None:
    """The cells of a column, the line that ties them together, and the title above the first."""
    from matplotlib.patches import Rectangle as Patch

    at = {name: ROW * i + (ROW - TALL) / 2 for i, name in enumerate(found.shapes) if name in column.tensors}
    middle, first, last = left + WIDE / 2, min(at.values()), max(at.values())
    panel.plot([middle] * 2, [first, last], "-", color=column.members[0].family.kind.colour, linewidth=0.8, zorder=1)
    panel.text(middle, first - 0.05, column.title, rotation=TILT, fontsize=8, rotation_mode="anchor", va="bottom")
    for name, top in at.items():
        panel.add_patch(Patch((left, top), WIDE, TALL, facecolor="white", zorder=2))
        panel.add_patch(Patch((left, top), WIDE, TALL, facecolor="none", edgecolor="0.35", linewidth=0.5, zorder=4))
        for member in column.members:
            for ((x, right), (y, bottom)), pale in regions(member, found.shapes[name], name):
                corner = left + WIDE * x, top + TALL * y
                size = WIDE * (right - x), TALL * (bottom - y)
                panel.add_patch(Patch(corner, *size, alpha=0.4 if pale else 1, linewidth=0.4, zorder=3, **column.style))
