"""Files that appear whole or not at all.

All text is made before anything is written; it is written under other names, and only then moved to its own.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from symlag.errors import OutputError


def write_all(folder: Path, texts: Mapping[str, str]) -> tuple[Path, ...]:
    """Write texts into a folder by their names; `OutputError` where that cannot be done, and then nothing is there."""
    staged: dict[Path, Path] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            staged[folder / name] = _staged(folder, text)
        for path, temporary in _free(staged).items():
            temporary.replace(path)
    except OSError as error:
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)
        reason = (error.strerror or str(error)).lower()
        raise OutputError(str(folder), f"nothing can be written there ({reason})", "a folder that is yours") from None
    return tuple(staged)


def _free(staged: dict[Path, Path]) -> dict[Path, Path]:
    """The files to be, none of them in the place of a folder: the moves that follow fail all or none."""
    for path in staged:
        if path.is_dir():
            raise IsADirectoryError(f"{path.name} is a folder there")
    return staged


def _staged(folder: Path, text: str) -> Path:
    """A new file with the text under a name of no one's."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=".symlag-")
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    Path(name).chmod(0o644)
    return Path(name)


@contextmanager
def whole(target: Path) -> Generator[Path]:
    """A place to write to, moved to the target at the end; `OutputError` where the target cannot be written."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            draft = Path(folder) / target.name
            yield draft
            draft.replace(target)
    except OSError as error:
        raise OutputError(str(target), f"it cannot be written ({error.strerror})", "a path you may write to") from None
