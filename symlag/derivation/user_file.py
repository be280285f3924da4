"""A Python file read by the names it defines; whatever is wrong with it is one sentence that names the file.

>>> with located("my_law.py"):
...     raise FormError("T", "it is missing", "T = m * x.dot**2 / 2")
Traceback (most recent call last):
symlag.errors.FormError: my_law.py: T: it is missing; write T = m * x.dot**2 / 2.
"""

from __future__ import annotations

import re
import sys
import traceback
from collections import abc
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from runpy import run_path
from types import ModuleType
from typing import Any

from symlag.errors import FormError, SymlagError


def run_form(path: Path) -> dict[str, Any]:
    """The names that a file defines; the folders it imports from are its own and the current one."""
    require_file(path)
    before = sys.path.copy()
    sys.path[:0] = [str(Path.cwd()), str(path.resolve().parent)]
    try:
        with blamed(path):
            return run_path(str(path))
    finally:
        sys.path[:] = before


def require_file(path: Path) -> None:
    """Raise `FormError` where there is no file to read."""
    if not path.is_file():
        wrong = "it is a folder" if path.is_dir() else "there is no such file"
        raise FormError(str(path), wrong, "the path of a Python file, or `symlag new` to start one")


@contextmanager
def blamed(path: Path) -> abc.Generator[None]:
    """Whatever a file raises becomes a sentence that names the file, and the line where there is one."""
    try:
        yield
    except SymlagError as error:
        raise type(error)(f"{_site(path, error)}: {error.wrote}", error.wrong, error.write) from None
    except SyntaxError as error:
        where = f"{error.filename or path}, line {error.lineno}" if error.lineno else str(path)
        raise FormError(where, f"it is not Python ({error.msg})", "valid Python") from None
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {error}"
        raise FormError(_site(path, error), f"it raises {reason}", "a file that runs by itself") from error


@contextmanager
def located(where: str) -> abc.Generator[None]:
    """Errors inside name the file they came from, once."""
    try:
        yield
    except SymlagError as error:
        raise type(error)(f"{where}: {error.wrote}", error.wrong, error.write) from None


def place(form: Any) -> Path:
    """Where a form, a file or a module already loaded, is written."""
    if isinstance(form, ModuleType):
        return Path(getattr(form, "__file__", None) or form.__name__)
    if not isinstance(form, str | Path):
        raise FormError(repr(form), "it is neither a file nor a module", 'derive("my_law.py"), say')
    return Path(form)


def title_of(names: Mapping[str, Any], stem: str) -> str:
    """The first sentence of the docstring, or the file's name."""
    first = str(names.get("__doc__") or "").strip().split("\n\n")[0]
    return re.sub(r"\s+", " ", first) or stem.replace("_", " ")


def _site(path: Path, error: BaseException) -> str:
    """The file, and the last of its lines on the way to an error."""
    own = [f.lineno for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).name == path.name]
    return f"{path}, line {own[-1]}" if own else str(path)
