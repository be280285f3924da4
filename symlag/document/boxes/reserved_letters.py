"""The letters of a derivation step aside where the user has given them a meaning: then they are calligraphic.

>>> aside(Role("V"), {"V"}), aside(Role("V"), {"x"})
(Name(text='𝒱'), Role(text='V'))
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from sympy import Basic

from symlag.calculus.invariant_functions import Unknown
from symlag.calculus.jets import jets
from symlag.document.boxes.box import Name, Role
from symlag.variational.lagrangian import Lagrangian

CALLIGRAPHIC = dict(zip("ABCEFGKLMQSTVW", "𝒜ℬ𝒞ℰℱ𝒢𝒦ℒℳ𝒬𝒮𝒯𝒱𝒲", strict=True))


def aside(told: Any, taken: set[str]) -> Any:
    """Boxes, steps and sentences with every role that is taken in calligraphic type."""
    if isinstance(told, Role):
        return Name(CALLIGRAPHIC.get(told.text, told.text)) if told.text in taken else told
    if isinstance(told, tuple):
        return tuple(aside(part, taken) for part in told)
    if is_dataclass(told) and not isinstance(told, type):
        return type(told)(*(aside(getattr(told, field.name), taken) for field in fields(told)))
    return told


def names(L: Lagrangian, *others: Any) -> set[str]:
    """The names that a Lagrangian and further expressions give a meaning to."""
    return taken(*L.coordinates, L.kinetic, L.potential, L.damping, *L.forces.values(), *others)


def taken(*told: Any) -> set[str]:
    """The names that expressions give a meaning to."""
    expressions = [e for e in told if isinstance(e, Basic)]
    symbols = {symbol.name for e in expressions for symbol in e.free_symbols}
    functions = {function.name for e in expressions for function in e.atoms(Unknown)}
    return symbols | functions | {jet.stem for jet in jets(*expressions)}
