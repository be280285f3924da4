"""A file that appears whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from symlag.errors import OutputError


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
