"""Which optional libraries are installed: asked here, and nowhere else.

symlag itself needs SymPy and NumPy. Numba, torch, matplotlib and others come with its extras, and whatever makes use of
them asks first, without importing them, whether they are there.

>>> is_installed("sympy"), is_installed("no_such_library")
(True, False)
"""

from __future__ import annotations

from importlib.util import find_spec


def is_installed(library: str) -> bool:
    """Whether a library can be imported; it is looked for, and not imported."""
    return find_spec(library) is not None


def pip_install(extra: str) -> str:
    """The command that installs symlag with one of its extras, such as "torch".

    >>> pip_install("torch")
    "pip install 'symlag[torch]'"
    """
    return f"pip install 'symlag[{extra}]'"
