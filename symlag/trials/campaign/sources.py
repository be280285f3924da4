"""What a trial file is made of: itself, its theorem, and every helper that they import, found without running them.

>>> from pathlib import Path
>>> [path.name for path in sources(Path(__file__))][:1]
['_sources.py']
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from symlag.derivation.user_file import blamed, require_file


def sources(path: Path) -> tuple[Path, ...]:
    """A file and all files that it imports from its own folder, or the current one, each once and in order.

    `FormError` where one of them is not Python. symlag itself is left out: a configuration takes all of it.
    """
    found: dict[Path, None] = {}
    waiting = [path.resolve()]
    while waiting:
        if (here := waiting.pop()) not in found:
            found[here] = None
            waiting += [there for name in _imported(here) for there in _files(name, path.resolve().parent)]
    first, *others = found
    return (first, *sorted(others))


def fast(path: Path) -> bool:
    """Whether a trial file says `fast = True`."""
    said = (said for said in _parsed(path).body if isinstance(said, ast.Assign) and "fast" in _bound(said))
    return any(isinstance(one.value, ast.Constant) and one.value.value is True for one in said)


def defines(path: Path, name: str) -> bool:
    """Whether a file defines a function of that name, or imports one."""
    return any(name in _bound(said) for said in _parsed(path).body)


def _bound(said: ast.stmt) -> set[str]:
    """The names that a statement gives a meaning to."""
    match said:
        case ast.FunctionDef(name=name):
            return {name}
        case ast.ImportFrom(names=names):
            return {name.asname or name.name for name in names}
        case ast.Assign(targets=targets):
            named = (name for target in targets for name in ast.walk(target) if isinstance(name, ast.Name))
            return {name.id for name in named if isinstance(name.ctx, ast.Store)}
        case _:
            return set()


def _parsed(path: Path) -> ast.Module:
    require_file(path)
    with blamed(path):
        return ast.parse(path.read_bytes(), str(path))


def _imported(path: Path) -> Iterator[str]:
    """The names of the modules that a file may import."""
    for node in ast.walk(_parsed(path)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _files(module: str, folder: Path) -> Iterator[Path]:
    """The files of a module below one of the folders that trial files import from."""
    parts = module.split(".")
    if parts[0] == "symlag":
        return
    for root in dict.fromkeys((Path.cwd(), folder)):
        stem = root.joinpath(*parts)
        yield from (file.resolve() for file in (stem.with_suffix(".py"), stem / "__init__.py") if file.is_file())
