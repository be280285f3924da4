r"""Python text that the code generators of this room print: blocks, loops, and the function that a text defines.

>>> print("\n".join(for_range("i", "n", for_range("j", "n", ["total += W[i, j]"]))))
for i in range(n):
    for j in range(n):
        total += W[i, j]
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any


def indented(lines: Sequence[str], depth: int = 1) -> list[str]:
    """The lines as a block so many levels deeper."""
    return ["    " * depth + line for line in lines]


def for_range(index: str, bounds: str | int, body: Sequence[str]) -> list[str]:
    """The loop `for index in range(bounds)` over a body."""
    return [f"for {index} in range({bounds}):", *indented(body)]


@cache
def passes(text: str) -> int:
    """How often a kernel of whole arrays goes through them: once for every operation."""
    return sum(isinstance(node, ast.BinOp | ast.UnaryOp | ast.Compare | ast.Call) for node in ast.walk(ast.parse(text)))


@cache
def function_of(text: str) -> Callable[..., tuple[Any, ...]]:
    """The function `kernel` that a text defines, without the checks of a call: for who settles shapes once."""
    namespace: dict[str, Any] = {}
    exec(compile(text, "<symlag kernel>", "exec"), namespace)
    return namespace["kernel"]
