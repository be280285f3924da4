"""Identifiers: every symbol that reaches a kernel gets its name in code here, and only here.

Names come from users, and kernels are text that is executed. So a name must first pass the whitelist of
`symlag.names.checked_name`; then derivatives and Python's keywords are spelled so that they are identifiers; and within
one program a name that is in use, or of which the emitted code itself speaks, gets an underscore.

>>> from sympy import Symbol
>>> from symlag.calculus.jets import coordinates
>>> argument_name(coordinates("x").dot), argument_name(Symbol("lambda"))
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

# What the emitted code itself speaks of; an input of such a name is renamed inside.
RESERVED = frozenset(
    {*dir(builtins), *keyword.kwlist, "const", "erf", "erfc", "kernel", "math", "np", "numba", "sign", "solve", "torch"}
)


def argument_name(symbol: Any) -> str:
    """The name under which a kernel takes a symbol: x.dot as x_dot, u.d(s) as u_d_s, lambda as lambda_."""
    if not isinstance(symbol, Prolonged):
        return identifier(symbol.name)
    name = symbol.stem
    for count, variable in zip(symbol.order, symbol.base, strict=True):
        written = checked_name(str(variable))
        name += ("_dot" if written == "t" else f"_d_{written}") * count
    return name


@dataclass
class Names:
    """The identifiers in use while one program is written."""

    used: set[str] = field(default_factory=set)

    def unique(self, name: str) -> str:
        """The name, with underscores appended until no other has it."""
        while name in self.used or name in RESERVED:
            name += "_"
        self.used.add(name)
        return name

    def numbered(self, prefix: str) -> Iterator[str]:
        """Unused names with a running number."""
        count = 0
        while True:
            name, count = f"{prefix}{count}", count + 1
            if name not in self.used:
                self.used.add(name)
                yield name
