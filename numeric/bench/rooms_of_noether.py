"""How a reader who follows `noether` through the code is sent from module to module.

    python -m numeric.bench.rooms_of_noether [--path]

A derivation is followed as it runs, for the second time so that caches are full, and every function is read once: when
it is entered for the first time. The functions of symlag in that order make the path of the reader.

* *modules*: how many different modules the path meets;
* *stays*: how many runs of functions of one module it consists of (consecutive functions of one module are one stay);
* *climbs*: how many stays follow on a stay in a lower module. A module stands one level above the highest module that
  it imports, so that a path along the imports never climbs;
* *crossings*: how often, in the whole run and with all repetitions, a function of one module calls one of another.

Functions within functions count as their own, comprehensions and lambdas as part of the function they are written in.
The layout of forty flat modules (commit ebcf2a8) had 18 modules, 58 stays and 25 climbs for the scale law, and 38 and
15, 41 and 17, 55 and 24 stays and climbs for the other three: 192 and 81 in all.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from itertools import groupby, pairwise
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table
from sympy import symbols

from symlag import (
    Generator,
    Lagrangian,
    block,
    coordinates,
    general_linear,
    heavy_ball,
    invariant_loss,
    loss,
    noether,
    rotation,
    scale,
    time_translation,
)

PACKAGE = Path(find_spec("symlag").origin or "").parent  # pyright: ignore[reportOptionalMemberAccess]


class Followed(NamedTuple):
    """What was met on the way through one derivation."""

    functions: list[tuple[str, str]]
    crossings: int

    @property
    def stays(self) -> list[str]:
        """The modules of the path, each run of one module once."""
        return [module for module, _ in groupby(module for module, _ in self.functions)]

    @property
    def climbs(self) -> int:
        """The stays that follow on one in a lower module."""
        return sum(level(after) > level(before) for before, after in pairwise(self.stays))


def systems() -> Iterator[tuple[str, Lagrangian, Generator]]:
    """The derivations that are followed."""
    m, k = symbols("m k", positive=True)
    x, y = coordinates("x y")
    w, U, V = block("w"), block("U", 3, 2), block("V", 4, 2)
    yield "scale law", heavy_ball().lagrangian(invariant_loss("f", scale(w)), [w]), scale(w)
    yield "energy of an oscillator", Lagrangian(m * x.dot**2 / 2, k * x**2 / 2), time_translation()
    yield "rotation", Lagrangian(m * (x.dot**2 + y.dot**2) / 2, k * (x**2 + y**2) / 2), rotation(x, y)
    yield "linear pair", heavy_ball().lagrangian(loss("f", U * V.T), [U, V]), general_linear(U, V)


def follow(L: Lagrangian, X: Generator) -> Followed:
    """Derive a law and write down the functions in the order in which they are first entered."""
    met: dict[CodeType, tuple[str, str]] = {}
    calling: list[str] = []
    crossings = 0

    def watch(frame: FrameType, event: str, _: Any) -> None:
        nonlocal crossings
        code = frame.f_code
        if not code.co_filename.startswith(f"{PACKAGE}/") or event not in {"call", "return"}:
            return
        if event == "return":
            calling.pop()
            return
        module = ".".join(Path(code.co_filename).relative_to(PACKAGE).with_suffix("").parts)
        crossings += bool(calling) and calling[-1] != module
        calling.append(module)
        if not code.co_name.startswith("<"):
            met.setdefault(code, (module, code.co_qualname))

    noether(L, X)  # fills the caches, so that the path does not depend on what was derived before
    sys.setprofile(watch)
    try:
        noether(L, X)
    finally:
        sys.setprofile(None)
    return Followed([*met.values()], crossings)


@cache
def level(module: str) -> int:
    """How high a module stands: one above the highest of those that it imports when it is loaded."""
    path = PACKAGE.joinpath(*module.split("."))
    body = ast.parse((path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text()).body
    imported = (
        node.module.removeprefix("symlag.")
        for node in body
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("symlag.")
    )
    return 1 + max(map(level, imported), default=0)


def main() -> None:
    """Print the table, and with `--path` what is met, one stay a line."""
    table = Table("noether", "modules", "stays", "climbs", "crossings")
    for name, L, X in systems():
        found = follow(L, X)
        table.add_row(name, *map(str, (len(set(found.stays)), len(found.stays), found.climbs, found.crossings)))
        if "--path" in sys.argv:
            print(name)
            for module, functions in groupby(found.functions, key=lambda met: met[0]):
                print(f"  {level(module):3} {module}:", *(function for _, function in functions))
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
