"""Names fit for code: every symbol that reaches a kernel gets an identifier here, and only here.

>>> from sympy import Symbol
>>> from symlag.calculus.jets import coordinates
>>> public(coordinates("x").dot), public(Symbol("lambda"))
('x_dot', 'lambda_')
"""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from symlag.calculus.jets import Prolonged
from symlag.names import checked_name, identifier

# What the emitted code itself speaks of; an input of that name is renamed inside.
RESERVED = frozenset(
    {*dir(builtins), *keyword.kwlist, "const", "erf", "erfc", "kernel", "math", "np", "numba", "solved", "torch"}
)


def public(symbol: Any) -> str:
    """The name under which a kernel takes a symbol: x.dot as x_dot, lambda as lambda_."""
    if isinstance(symbol, Prolonged):
        steps = zip(symbol.order, symbol.base, strict=True)
        name = symbol.stem + "".join(f"_{_step(checked_name(str(v)))}" * n for n, v in steps)
    else:
        return identifier(symbol.name)
    return name


def _step(variable: str) -> str:
    return "dot" if variable == "t" else f"d_{variable}"


@dataclass
class Names:
    """The identifiers in use while one program is written."""

    taken: set[str] = field(default_factory=set)

    def own(self, wanted: str) -> str:
        """The wanted name, with underscores appended until it is free."""
        while wanted in self.taken or wanted in RESERVED:
            wanted += "_"
        self.taken.add(wanted)
        return wanted

    def numbered(self, prefix: str) -> Iterator[str]:
        """Free names with a running number."""
        count = 0
        while True:
            name, count = f"{prefix}{count}", count + 1
            if name not in self.taken:
                self.taken.add(name)
                yield name
