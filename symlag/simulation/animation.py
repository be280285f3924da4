"""Animations of a run: points that move, with the rods that hold them and the trails that they leave.

An animation shows itself in a notebook, and is saved as a GIF by Pillow, which comes with matplotlib, as a page with
buttons (.html), or by ffmpeg, where that is installed, as a film (.mp4).

>>> from symlag.calculus.jets import coordinates
>>> from symlag.simulation.motion import simulate
>>> from symlag.variational.lagrangian import Lagrangian
>>> x, y = coordinates("x y")
>>> run = simulate(Lagrangian((x.dot**2 + y.dot**2) / 2, y), {x: 0, y: 0, x.dot: 1, y.dot: 1}, 2)
>>> animate(run)
Animation(1 point, 2 s)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symlag.calculus.jets import Block
from symlag.errors import OutputError, SymlagError
from symlag.files import atomic_file
from symlag.plot_style import COLOURS, STYLE
from symlag.simulation.bodies import hanging, recognised
from symlag.simulation.progress import progress

if TYPE_CHECKING:
    from symlag.simulation.run import Run

RATE = 25  # frames a second
DOTS = 90  # an inch
LONGEST, USUAL = 12.0, 8.0  # seconds: what takes longer, or less than a second, is shown in the usual time
TRAIL = 0.25  # of the whole time, that a trail lasts


@dataclass(frozen=True, eq=False)
class Animation:
    """Points that move.

    Parameters
    ----------
    times : numpy.ndarray, shape (frames,)
        The time of each frame.
    places : numpy.ndarray, shape (frames, points, 2 or 3)
        Where each point is.
    pivot : numpy.ndarray or None, shape (frames, 2 or 3)
        Where the rods begin that hold the points, each the next; None where there are none.

    Examples
    --------
    >>> import numpy as np
    >>> Animation(np.linspace(0, 1, 25), np.zeros((25, 3, 2)), None)
    Animation(3 points, 1 s)
    """

    times: Any
    places: Any
    pivot: Any

    def __repr__(self) -> str:
        points = self.places.shape[1]
        return f"Animation({points} point{'s' * (points != 1)}, {len(self.times) / RATE:.3g} s)"

    def save(self, path: str | Path) -> Path:
        """Write the animation into a file.

        Parameters
        ----------
        path : str or Path
            Ending in .gif, .html or, where ffmpeg is installed, .mp4.

        Returns
        -------
        Path
            The file; `OutputError` for another ending, or where it cannot be written.
        """
        from matplotlib import rc_context
        from matplotlib.animation import FFMpegWriter, HTMLWriter

        target = Path(path)
        instead = repr(str(target.with_suffix(".gif")))
        if target.suffix not in {".gif", ".html", ".mp4"}:
            raise OutputError(str(path), "it ends in none of .gif, .html and .mp4", instead)
        if target.suffix == ".mp4" and not FFMpegWriter.isAvailable():
            raise OutputError(str(path), "ffmpeg is not installed", instead)
        # Numbers at the axes as plain text: as formulas they would be parsed at every frame.
        style: dict[Any, Any] = {**STYLE, "axes.formatter.use_mathtext": False, "savefig.dpi": DOTS, "figure.dpi": DOTS}
        with rc_context(style), atomic_file(target) as draft, progress("drawing", 0, len(self.times)) as update:
            if target.suffix == ".gif":
                self._save_gif(draft, update)
                return target
            film = target.suffix == ".mp4"
            writer = FFMpegWriter(RATE) if film else HTMLWriter(RATE, embed_frames=True, default_mode="loop")
            figure, show = self._stage()
            with writer.saving(figure, str(draft), DOTS):
                for frame in range(len(self.times)):
                    show(frame)
                    writer.grab_frame()
                    update(frame)
        return target

    def _save_gif(self, path: Path, update: Callable[[float], None]) -> None:
        """Write the frames, of which only what moves is drawn, upon axes that are drawn once."""
        import numpy as np
        from PIL import Image

        figure, show = self._stage()
        moving = show(0)
        for artist in moving:
            artist.set_animated(True)
        figure.canvas.draw()
        empty, frames = figure.canvas.copy_from_bbox(figure.bbox), []
        for frame in range(len(self.times)):
            figure.canvas.restore_region(empty)
            for artist in show(frame):
                artist.axes.draw_artist(artist)
            picture = Image.fromarray(np.asarray(figure.canvas.buffer_rgba())[..., :3])
            frames.append(picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=64))
            update(frame)
        frames[0].save(path, save_all=True, append_images=frames[1:], duration=1000 // RATE, loop=0)

    def _repr_html_(self) -> str:
        """The animation as an image that moves."""
        from base64 import b64encode
        from tempfile import TemporaryDirectory

        with TemporaryDirectory() as folder:
            image = self.save(Path(folder) / "run.gif").read_bytes()
        return f'<img alt="{self!r}" src="data:image/gif;base64,{b64encode(image).decode()}"/>'

    def _stage(self) -> tuple[Any, Callable[[int], list[Any]]]:
        """A figure, and the function that puts a frame upon it and returns what moves."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(3.6, 3.6))  # of a fixed layout: another would be sought anew at every frame
        FigureCanvasAgg(figure)
        axis = self._axis(figure)
        rod = axis.plot(*self._chain(0).T, color="0.4", linewidth=1.4)[0] if self.pivot is not None else None
        colours = [COLOURS[i % len(COLOURS)] for i in range(self.places.shape[1])]
        trails = [axis.plot(*self.places[:1, i].T, color=c, linewidth=0.8, alpha=0.6)[0] for i, c in enumerate(colours)]
        points = [axis.plot(*self.places[:1, i].T, "o", color=c, markersize=7)[0] for i, c in enumerate(colours)]
        title = axis.set_title("t")
        length = max(1, round(TRAIL * len(self.times)))

        def show(frame: int) -> list[Any]:
            if rod is not None:
                _move(rod, self._chain(frame))
            for i, (point, trail) in enumerate(zip(points, trails, strict=True)):
                _move(point, self.places[frame : frame + 1, i])
                _move(trail, self.places[max(0, frame - length) : frame + 1, i])
            title.set_text(f"t = {self.times[frame]:.2f}")
            return [*([] if rod is None else [rod]), *trails, *points, title]

        return figure, show

    def _chain(self, frame: int) -> Any:
        """The pivot, and the points behind it, which rods join."""
        import numpy as np

        return np.concatenate((self.pivot[frame][None], self.places[frame]))

    def _axis(self, figure: Any) -> Any:
        """Axes of equal scale, wide enough for all that ever happens."""
        import numpy as np

        all_places = self.places.reshape(-1, self.places.shape[2])
        if self.pivot is not None:
            all_places = np.concatenate((all_places, self.pivot))
        low, high = all_places.min(axis=0), all_places.max(axis=0)
        middle, half = (low + high) / 2, 0.55 * (float((high - low).max()) or 1.0)
        axis = figure.add_subplot(projection="3d" if len(low) == 3 else None)
        for direction, centre in zip("xyz", middle, strict=False):
            getattr(axis, f"set_{direction}lim")(centre - half, centre + half)
        axis.set_aspect("equal")
        return axis


def animate(run: Run, bodies: Sequence[Any] | None = None, pivot: Sequence[Any] | None = None) -> Animation:
    """The animation of a run; see `Run.animate`."""
    import numpy as np

    first, last = run.span
    shown = abs(last - first) if 1 <= abs(last - first) <= LONGEST else USUAL
    fine = run(np.linspace(first, last, round(RATE * shown)))
    L = run.problem.lagrangian
    if bodies is None:
        found = recognised(L.coordinates)
        parts = [_row(fine, point) for point in found] + [part for q in L.coordinates for part in _rows(fine, q)]
        if len(L.coordinates) == 1 and found == [hanging(L.coordinates[0])] and pivot is None:
            pivot = (0, 0)
    else:
        parts = [_row(fine, point) for point in bodies]
    sides = {part.shape[-1] for part in parts}
    if not parts or len(sides) != 1 or not sides <= {2, 3}:
        wrong = "no points of the plane or of space are known" if not parts else "its points have unlike dimensions"
        raise SymlagError("animate()", wrong, "animate(bodies=[(l*sin(theta), -l*cos(theta))], pivot=(0, 0))")
    return Animation(fine.t, np.stack(parts, axis=1), None if pivot is None else _row(fine, pivot))


def _row(run: Run, point: Iterable[Any]) -> Any:
    """The place of a point at every time, shape (times, dimensions)."""
    import numpy as np

    return np.stack([run[part] for part in point], axis=-1)


def _rows(run: Run, q: Any) -> list[Any]:
    """The places of the points that a block stands for."""
    values = run[q]
    if not isinstance(q, Block) or values.shape[-1] not in {2, 3}:
        return []
    return [values] if values.ndim == 2 else [values[:, i] for i in range(values.shape[1])]


def _move(line: Any, places: Any) -> None:
    """Put a line of matplotlib through other places."""
    line.set_data(*places.T[:2])
    if places.shape[1] == 3:
        line.set_3d_properties(places[:, 2])
