"""Tables of forms: what is called by a name and reads its arguments itself.

>>> table: Forms = {}
>>> @form_of(table)("first", 1)
... def first(reader, node):
...     return node.parts[0]
>>> [*table]
['first']
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from symlag.exchange.grammar import Node
from symlag.exchange.vocabulary import MANY

if TYPE_CHECKING:
    from symlag.exchange.reader import Reader

Form = Callable[["Reader", Node], Any]
Forms = dict[str, Form]


def form_of(table: Forms) -> Callable[..., Callable[[Form], Form]]:
    """The decorator that enters a form in a table, by the name that it is called by and the number of its arguments."""

    def form(name: str, least: int, most: int = MANY) -> Callable[[Form], Form]:
        def register(build: Form) -> Form:
            def checked(reader: Reader, node: Node) -> Any:
                if not least <= len(node.parts) <= most:
                    count = str(least) if least == most else f"{least} to {most}"
                    reader.refuse(node, f"{name} has {len(node.parts)} arguments", f"{name} of {count}")
                return build(reader, node)

            table[name] = checked
            return build

        return register

    return form
