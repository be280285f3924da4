"""A file read by the names it defines, Python or TOML; whatever is wrong with it is one sentence that names the file.

>>> with naming_file(Path("my_law.py")):
...     raise DefinitionError("T", "it is missing", "T = m * x.dot**2 / 2")
Traceback (most recent call last):
symlag.errors.DefinitionError: my_law.py: T: it is missing; write T = m * x.dot**2 / 2.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from runpy import run_path
from types import ModuleType
from typing import Any, NoReturn

from symlag.errors import DefinitionError, SymlagError, message, shown


def read_user_file(path: Path) -> dict[str, Any]:
    """The names that a file defines: a Python file is run, and a law file in TOML is read."""
    if path.suffix != ".toml":
        return run_user_file(path)
    from symlag.exchange.law_file import read_law_file  # loaded when there is such a file

    require_file(path)
    return read_law_file(path)


def run_user_file(path: Path) -> dict[str, Any]:
    """Run a file for the names it defines; it may import from its own folder and from the current one."""
    require_file(path)
    before, streams = sys.path.copy(), (sys.stdout, sys.stderr)
    sys.path[:0] = [str(Path.cwd()), str(path.resolve().parent)]
    try:
        with naming_line(path), _exit_raises():
            return run_path(str(path))
    finally:
        sys.path[:] = before
        sys.stdout, sys.stderr = streams


def require_file(path: Path) -> None:
    """Raise `DefinitionError` if there is no file to read."""
    try:
        found, folder = path.is_file(), path.is_dir()
    except (OSError, ValueError):  # a path that no file can have
        found = folder = False
    if not found:
        wrong = "it is a folder" if folder else "there is no such file"
        raise DefinitionError(str(path), wrong, "the path of a Python file or a law file, or `symlag new` to start one")


@contextmanager
def naming_line(path: Path) -> Generator[None]:
    """While a file's own code runs: whatever it raises becomes a sentence with the file, and the line if known."""
    try:
        yield
    except SymlagError as error:
        raise type(error)(f"{_place_in(path, error)}: {error.wrote}", error.wrong, error.write) from None
    except SyntaxError as error:
        where = f"{error.filename or path}, line {error.lineno}" if error.lineno else str(path)
        raise DefinitionError(where, f"it is not Python ({error.msg})", "valid Python") from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # GeneratorExit, SystemExit and a user's own, too
        write = "a file that runs by itself"
        raise DefinitionError(_place_in(path, error), f"it raises {message(error)}", write) from error


@contextmanager
def _exit_raises() -> Generator[None]:
    """While a file's own code runs: `os._exit`, which would end everything without a word, raises `SystemExit`.

    A process that the file has forked ends as it is told. What ends a process from C, such as `os.abort`, or a signal
    that kills, is reported by the system.
    """
    end, own = os._exit, os.getpid()

    def raising(code: int = 0) -> NoReturn:
        if os.getpid() != own:
            end(code)
        raise SystemExit(code)

    places = [os, sys.modules["nt" if os.name == "nt" else "posix"]]
    for place in places:
        vars(place)["_exit"] = raising
    try:
        yield
    finally:
        for place in places:
            vars(place)["_exit"] = end


@contextmanager
def naming_file(path: Path) -> Generator[None]:
    """While the names of a file are read: errors begin with the file that they come from.

    An error that is none of symlag's is the file's where an object of the file raises it, and symlag's own otherwise.
    """
    try:
        yield
    except SymlagError as error:
        raise type(error)(f"{path}: {error.wrote}", error.wrong, error.write) from None
    except Exception as error:
        if not _lines_in(path, error):
            raise
        write = "names whose values can be read"
        raise DefinitionError(_place_in(path, error), f"it raises {message(error)}", write) from error


def path_of(file: str | Path | ModuleType) -> Path:
    """The path of a file, or of a module that is already loaded; `DefinitionError` if it is neither."""
    if isinstance(file, ModuleType):
        return Path(getattr(file, "__file__", None) or file.__name__)
    given: Any = file
    if not isinstance(given, str | Path):
        write = 'derive("my_law.py"), for example'
        raise DefinitionError(shown(given), "it is neither a file nor a module", write)
    return Path(given)


def title_of(names: Mapping[str, Any], stem: str) -> str:
    """The first paragraph of the docstring on one line; the file's name if there is none."""
    first = str(names.get("__doc__") or "").strip().split("\n\n")[0]
    return " ".join(first.split()) or stem.replace("_", " ")


def _place_in(path: Path, error: BaseException) -> str:
    """The file, and the last of its lines on the way to an error."""
    lines = _lines_in(path, error)
    return f"{path}, line {lines[-1]}" if lines else str(path)


def _lines_in(path: Path, error: BaseException) -> list[int | None]:
    """The lines of a file on the way to an error."""
    frames = traceback.extract_tb(error.__traceback__)
    return [frame.lineno for frame in frames if Path(frame.filename).name == path.name]
