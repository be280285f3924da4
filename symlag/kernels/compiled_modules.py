"""Emitted text as modules that outlive the process, for compilers that keep what they made.

A module lies in a folder of the user's own, named by its content. Where no such folder can be written it lives in
memory alone, and has no file.
"""

from __future__ import annotations

import hashlib
import os
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from symlag.errors import OutputError
from symlag.files import write_all


def module_of(text: str) -> ModuleType:
    """The module of a text, registered under its name: what is kept refers to it by that name in later processes."""
    name = f"symlag_kernel_{hashlib.sha256(text.encode()).hexdigest()[:24]}"
    if name not in sys.modules:
        path = _written(name, text)
        sys.modules[name] = _loaded(name, path) if path else _in_memory(name, text)
    return sys.modules[name]


def _loaded(name: str, path: Path) -> ModuleType:
    spec = spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _in_memory(name: str, text: str) -> ModuleType:
    module = ModuleType(name)
    module.__file__ = None
    exec(compile(text, f"<{name}>", "exec"), module.__dict__)
    return module


def _written(name: str, text: str) -> Path | None:
    """The file of a module, complete from the moment it is there; none where it cannot be written."""
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "symlag" / "kernels"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{name}.py"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            write_all(folder, {path.name: text})
    except (OutputError, OSError, RuntimeError, UnicodeError):
        return None
    return path
