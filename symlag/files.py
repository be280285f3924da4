"""Atomic writing: the files appear complete and together, or none of them does.

Every writer of symlag works on *drafts*, in a hidden folder beside the place where the files belong. Only when all
drafts are complete are they renamed to their targets, and a rename within one file system is atomic (POSIX,
`rename`). So a process that is killed, a full disk or an exception leaves whatever was there before.

>>> with tempfile.TemporaryDirectory() as folder:
...     paths = write_all(Path(folder) / "new", {"law.tex": "x", "law.html": "y"})
...     [path.name for path in paths], paths[0].read_text()
(['law.tex', 'law.html'], 'x')
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from symlag.errors import OutputError


def write_all(folder: Path, contents: Mapping[str, str | bytes]) -> tuple[Path, ...]:
    r"""Write files into a folder by their names, all of them or none.

    Text is written as UTF-8 with `\n` line ends, whatever the system. `OutputError` if the folder cannot be written.
    """
    encoded = {name: text.encode() if isinstance(text, str) else text for name, text in contents.items()}
    with _drafts(folder, str(folder)) as drafts:
        for name, content in encoded.items():
            (drafts / name).write_bytes(content)
    return tuple(folder / name for name in encoded)


@contextmanager
def atomic_file(target: Path) -> Generator[Path]:
    """A path to write to, renamed to the target at the end; `OutputError` if the target cannot be written."""
    with _drafts(target.parent, str(target)) as drafts:
        yield drafts / target.name


@contextmanager
def atomic_folder(target: Path) -> Generator[Path]:
    """An empty folder to write to, which takes the place of the target at the end.

    `OutputError` if the target cannot be written; what was there before stays until the new folder is complete.
    """
    with _named_failure(str(target)), _hidden_folder(target.parent) as place:
        draft, replaced = place / "draft", place / "replaced"
        draft.mkdir()
        yield draft
        if target.exists():  # a folder that is not empty cannot be replaced in one move
            shutil.move(target, replaced)
        draft.replace(target)


_HIDDEN = ".symlag-"


@contextmanager
def _drafts(folder: Path, wrote: str) -> Generator[Path]:
    """A hidden folder whose files are moved up into `folder` once all of them are written."""
    with _named_failure(wrote), _hidden_folder(folder) as place:
        yield place
        moves = {draft: folder / draft.name for draft in place.iterdir()}
        for target in moves.values():  # checked before the first move, so that the moves fail all or none
            if target.is_dir():
                raise IsADirectoryError(f"{target.name} is a folder there")
        for draft, target in moves.items():
            draft.replace(target)


@contextmanager
def _hidden_folder(folder: Path) -> Generator[Path]:
    """A hidden folder in one that is made if it is not there, and is not left behind where what is done fails."""
    new = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=_HIDDEN) as place:
            yield Path(place)
    except BaseException:
        with suppress(OSError):  # something else may have been put there meanwhile
            for made in new:
                made.rmdir()
        raise


@contextmanager
def _named_failure(wrote: str) -> Generator[None]:
    """Turn an error of the operating system into an `OutputError` that names the place."""
    try:
        yield
    except OSError as error:
        wrong = f"it cannot be written ({(error.strerror or str(error)).lower()})"
        raise OutputError(wrote, wrong, "Choose a place that you may write to.") from None
