"""The source files of a trial: itself, its theorem, and every helper that they import, found without running them.

>>> from pathlib import Path
>>> [path.name for path in source_files(Path(__file__))][:1]
['sources.py']
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from symlag.derivation.user_file import naming_line, require_file


def source_files(path: Path) -> tuple[Path, ...]:
    """A file and all files that it imports from its own folder or the current one; the file first, the others sorted.

    `DefinitionError` if one of them is not Python. symlag itself is left out: a configuration takes all of it.
    """
    found: set[Path] = set()
    waiting = [path.resolve()]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += (imported for module in _imports(file) for imported in _files_of(module, path.resolve().parent))
    return (path.resolve(), *sorted(found - {path.resolve()}))


def is_fast(path: Path) -> bool:
    """Whether a trial file says `fast = True`."""
    return any(
        isinstance(statement, ast.Assign)
        and "fast" in _bound_names(statement)
        and isinstance(statement.value, ast.Constant)
        and statement.value.value is True
        for statement in _syntax_tree(path).body
    )


def defines(path: Path, name: str) -> bool:
    """Whether a file defines a function of that name, or imports one."""
    return any(name in _bound_names(statement) for statement in _syntax_tree(path).body)


def _bound_names(statement: ast.stmt) -> set[str]:
    """The names that a statement binds."""
    match statement:
        case ast.FunctionDef(name=name):
            return {name}
        case ast.ImportFrom(names=names):
            return {name.asname or name.name for name in names}
        case ast.Assign(targets=targets):
            names = (name for target in targets for name in ast.walk(target) if isinstance(name, ast.Name))
            return {name.id for name in names if isinstance(name.ctx, ast.Store)}
        case _:
            return set()


def _syntax_tree(path: Path) -> ast.Module:
    require_file(path)
    with naming_line(path):
        return ast.parse(path.read_bytes(), str(path))


def _imports(path: Path) -> Iterator[str]:
    """The names of the modules that a file may import."""
    for node in ast.walk(_syntax_tree(path)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _files_of(module: str, folder: Path) -> Iterator[Path]:
    """The files of a module below one of the folders that trial files import from."""
    parts = module.split(".")
    if parts[0] == "symlag":
        return
    for root in dict.fromkeys((Path.cwd(), folder)):
        stem = root.joinpath(*parts)
        yield from (file.resolve() for file in (stem.with_suffix(".py"), stem / "__init__.py") if file.is_file())
