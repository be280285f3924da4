"""Emitted text as modules on disk, for compilers that cache their machine code.

Numba caches the machine code of a function beside the file of its module, and finds it again by the module's name. So
the text of a kernel becomes a file in the user's cache folder, named by a hash of its content: the same kernel in a
later process needs no compilation. Where no such folder can be written, the module lives in memory alone.
"""

from __future__ import annotations

import hashlib
import os
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from symlag.errors import OutputError
from symlag.files import write_all


def compiled_kernel(text: str, *signature: Any, **options: Any) -> Any:
    """The machine code of the function `kernel` of a text, by numba; kept from one process to the next where it can be.

    Signature and options are those of `numba.njit`.
    """
    import numba

    module = module_of(text)
    return numba.njit(*signature, cache=module.__file__ is not None, **options)(module.kernel)


def module_of(text: str) -> ModuleType:
    """The module of a text, registered under its name, by which cached machine code refers to it in later processes."""
    name = f"symlag_kernel_{hashlib.sha256(text.encode()).hexdigest()[:24]}"
    if name not in sys.modules:
        path = _write(name, text)
        sys.modules[name] = _load(name, path) if path else _in_memory(name, text)
    return sys.modules[name]


def _load(name: str, path: Path) -> ModuleType:
    """Import the module from its file."""
    spec = spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _in_memory(name: str, text: str) -> ModuleType:
    """The module without a file, for which nothing is cached."""
    module = ModuleType(name)
    module.__file__ = None
    exec(compile(text, f"<{name}>", "exec"), module.__dict__)
    return module


def _write(name: str, text: str) -> Path | None:
    """Write the file of a module, all at once; None where it cannot be written.

    A file whose text is another one has been tampered with, and is written again.
    """
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "symlag" / "kernels"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{name}.py"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            write_all(folder, {path.name: text})
    except (OutputError, OSError, RuntimeError, UnicodeError):
        return None
    return path
