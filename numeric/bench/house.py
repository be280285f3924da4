"""The house in figures: rooms, layers, arrows against their order, circles, public names, and what is not told of them.

    python -m numeric.bench.house

Arrows and circles are those of imports as import-linter sees them, without those for types alone. A function is listed
as used once where it is private, one place calls it, and no docstring names the concept that it stands for.
`tests/root/test_house.py` holds the figures that must be zero.
"""

from __future__ import annotations

import ast
import inspect
import pkgutil
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import is_dataclass
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pathlib import Path
from typing import Any

import grimp

ROOT = Path(__file__).parents[2]
Imports = set[tuple[str, str]]


def contracts() -> dict[str, Any]:
    """The import contracts of pyproject.toml, by name."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["name"]: contract for contract in settings["tool"]["importlinter"]["contracts"]}


def layers() -> list[list[str]]:
    """The rooms from the highest layer to the lowest; rooms of one layer stand beside each other."""
    return [re.split(r"\s*[|:]\s*", layer) for layer in contracts()["Rooms"]["layers"]]


def imports() -> Imports:
    """Who imports whom in symlag, less the imports for types alone and those that the contract names."""
    graph = grimp.build_graph("symlag", exclude_type_checking_imports=True)
    named = {tuple(re.split(r"\s*->\s*", arrow)) for arrow in contracts()["Rooms"]["ignore_imports"]}
    arrows = {(one, other) for one in graph.modules for other in graph.find_modules_directly_imported_by(one)}
    return arrows - named


def upward(arrows: Imports) -> list[str]:
    """The imports from a room into one above it or beside it."""
    height = {room: -i for i, layer in enumerate(layers()) for room in layer}
    crossing = [(one, other, _room(one), _room(other)) for one, other in arrows if "." in one and "." in other]
    return sorted(f"{one} -> {other}" for one, other, a, b in crossing if a != b and height[a] <= height[b])


def circles(arrows: Imports) -> list[str]:
    """The circles of imports among the modules and packages of one package."""
    found: list[str] = []
    packages = {one.rpartition(".")[0] for one, _ in arrows} - {""}
    for package in sorted(packages):
        siblings: dict[str, set[str]] = {}
        for one, other in arrows:
            if one.startswith(f"{package}.") and other.startswith(f"{package}."):
                a, b = (name.removeprefix(f"{package}.").split(".")[0] for name in (one, other))
                if a != b:
                    siblings.setdefault(a, set()).add(b)
        try:
            TopologicalSorter(siblings).prepare()
        except CycleError as error:
            found.append(f"{package}: {' -> '.join(reversed(error.args[1]))}")
    return found


def used_once() -> list[str]:
    """The private functions that one place uses, and that say of no concept that they are it."""
    listed: list[str] = []
    for file in sorted((ROOT / "symlag").rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        uses = Counter(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
        uses += Counter(node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute))
        for node in ast.walk(tree):
            private = isinstance(node, ast.FunctionDef) and re.match(r"_[^_]", node.name) and not node.decorator_list
            if isinstance(node, ast.FunctionDef) and private and uses[node.name] == 1 and not ast.get_docstring(node):
                listed.append(f"{file.relative_to(ROOT)}:{node.lineno} {node.name}")
    return listed


def nameless() -> list[str]:
    """The functions that are called by an underscore alone."""
    return [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in sorted((ROOT / "symlag").rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name == "_"
    ]


def public() -> dict[str, Any]:
    """Every function and class that symlag, a room, or a room within it lists, by where it is listed."""
    package = import_module("symlag")
    listed = {f"symlag.{name}": getattr(package, name) for name in [*package.__all__, "Monitor", "watch"]}
    for found in pkgutil.walk_packages(package.__path__, "symlag."):
        if found.ispkg:
            room = import_module(found.name)
            listed |= {f"{found.name}.{name}": getattr(room, name) for name in getattr(room, "__all__", ())}
    return {name: thing for name, thing in listed.items() if inspect.isclass(thing) or inspect.isfunction(thing)}


def untold() -> list[str]:
    """What public docstrings lack: a section for parameters, results or examples, each as the thing asks for."""
    things = {one for one in public().values() if one.__module__.startswith("symlag.")}
    return sorted(f"{one.__module__}.{where} lacks {what}" for one in things for where, what in _lacking(one))


def _lacking(thing: Any) -> Iterator[tuple[str, str]]:
    """Where and what a function or class, with its public methods, does not tell."""
    sections, name = _sections(thing), thing.__qualname__
    if "Examples" not in sections:
        yield name, "Examples"
    if inspect.isfunction(thing):
        yield from ((name, what) for what in _asked(thing) if what not in sections)
        return
    fields = is_dataclass(thing) or "__init__" in vars(thing)
    if fields and not {"Parameters", "Attributes"} & sections:
        yield name, "Parameters"
    for key, value in vars(thing).items():
        method = value.__func__ if isinstance(value, classmethod | staticmethod) else value
        if inspect.isfunction(method) and not key.startswith("_"):
            if not inspect.getdoc(method):
                yield f"{name}.{key}", "a docstring"
            elif _parameters(method):
                yield from ((f"{name}.{key}", what) for what in _asked(method) if what not in _sections(method))


def _asked(function: Any) -> Iterator[str]:
    """The sections that a function's signature asks for."""
    if _parameters(function):
        yield "Parameters"
    if inspect.signature(function).return_annotation not in (None, "None"):
        yield "Returns"


def _parameters(function: Any) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name not in {"self", "cls"}]


def _sections(thing: Any) -> set[str]:
    """The headings of a docstring in numpy's style."""
    return set(re.findall(r"^(\w[\w ]*)\n-{3,}$", inspect.getdoc(thing) or "", re.MULTILINE))


def _room(module: str) -> str:
    return module.split(".")[1]


def main() -> None:
    """Print the figures, and what is behind those that are not zero."""
    arrows = imports()
    rooms = sorted({_room(one) for one, _ in arrows if "." in one and (ROOT / "symlag" / _room(one)).is_dir()})
    once = used_once()
    print(f"rooms                                      {len(rooms)}: {', '.join(rooms)}")
    print(f"layers                                     {len(layers())}: {' > '.join(' | '.join(x) for x in layers())}")
    for title, rows in {
        "arrows against the order": upward(arrows),
        "circles": circles(arrows),
        "functions called _": nameless(),
        "functions used once that no concept names": once,
        "docstrings without a section": untold(),
    }.items():
        print(f"{title:42} {len(rows)}")
        print(*(f"    {row}" for row in rows), sep="\n", end="\n" if rows else "")
    print(f"public names                               {len(import_module('symlag').__all__)}")


if __name__ == "__main__":
    main()
