"""Letters that a derivation reserves for itself: L, T, V, Q, … become calligraphic where the user has a use for them.

A derivation calls the potential V. If the user's Lagrangian has a symbol V, the reader could not tell the two apart, so
the derivation's own letter (a `Role`) is replaced by 𝒱 throughout the document.

>>> replace_roles(Role("V"), {"V"}), replace_roles(Role("V"), {"x"})
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

CALLIGRAPHIC = dict(zip("ABCEFGKLMQRSTVW", "𝒜ℬ𝒞ℰℱ𝒢𝒦ℒℳ𝒬ℛ𝒮𝒯𝒱𝒲", strict=True))


def replace_roles(content: Any, names: set[str]) -> Any:
    """Boxes, sections and sentences, with every role that has one of the names in calligraphic type."""
    if isinstance(content, Role):
        return Name(CALLIGRAPHIC.get(content.text, content.text)) if content.text in names else content
    if isinstance(content, tuple):
        return tuple(replace_roles(part, names) for part in content)
    if is_dataclass(content) and not isinstance(content, type):
        return type(content)(*(replace_roles(getattr(content, field.name), names) for field in fields(content)))
    return content


def names_in_lagrangian(L: Lagrangian, *others: Any) -> set[str]:
    """The names that a Lagrangian and further expressions give a meaning to."""
    parts = L.kinetic, L.potential, L.damping, L.dissipation, *L.forces.values(), *L.constraints, *L.multipliers
    return names_in(*L.coordinates, *parts, *others)


def names_in(*expressions: Any) -> set[str]:
    """The names that expressions give a meaning to."""
    nodes = [e for e in expressions if isinstance(e, Basic)]
    symbols = {symbol.name for e in nodes for symbol in e.free_symbols}
    functions = {function.name for e in nodes for function in e.atoms(Unknown)}
    return symbols | functions | {jet.stem for jet in jets(*nodes)}
