"""The laws of all symmetries of an action.

>>> from symlag.jet import coordinates
>>> x, y = coordinates("x y")
>>> for law in laws(Lagrangian((x.dot**2 + y.dot**2) / 2, (x**2 + y**2)**2)):
...     print(law.generator.name, law.charge)
time translation -x.dot**2/2 - y.dot**2/2 - (x**2 + y**2)**2
rotation x*y.dot - x.dot*y
"""

from __future__ import annotations

from symlag.lagrangian import Lagrangian
from symlag.noether import Law, noether
from symlag.symmetry import symmetries
from symlag.symmetry.search import GROWING, Ansatz


def laws(L: Lagrangian, ansatz: Ansatz = GROWING) -> tuple[Law, ...]:
    """The conservation law of every generator that `symmetries` finds."""
    return tuple(noether(L, X) for X in symmetries(L, ansatz).generators)
