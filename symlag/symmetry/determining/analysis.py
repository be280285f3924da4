"""What is known of a system's solutions before any of them is: how many there are, and how they depend on what.

>>> from sympy import symbols
>>> from symlag.symmetry.determining.equations import balance
>>> from symlag.calculus.jets import coordinates, t
>>> from symlag.variational.lagrangian import Lagrangian
>>> x = coordinates("x")
>>> k, m = symbols("k m", positive=True)
>>> known = survey(balance(Lagrangian(m * x.dot**2 / 2, k * x**2 / 2)))
>>> known.bound, known.modes[t][1].functions
(5, (cos(sqrt(k)*t/sqrt(m)), sin(sqrt(k)*t/sqrt(m))))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from sympy import S, Symbol

from symlag.errors import SymlagError
from symlag.symmetry.determining.cyclic_modes import Mode, modes
from symlag.symmetry.determining.equations import System
from symlag.symmetry.determining.solution_dimension import Certificate, certify
from symlag.symmetry.modular.linear_algebra import PRIMES, UnluckyError
from symlag.symmetry.modular.reconstruction import Page
from symlag.symmetry.modular.specialization import Specialisation

ATTEMPTS = 300

# What to try along a variable whose spectrum is not known: up to the square of it.
PLAIN = Mode((S.One,), 3)


@dataclass(frozen=True)
class Survey:
    """The number of solutions, if they are finitely many, and the modes along each variable that nothing depends on.

    The functions of `swings` are tried beside those that occur in L.
    """

    page: Page
    bound: int | None
    modes: Mapping[Symbol, list[Mode]]
    swings: tuple[Mode, ...] = ()


def survey(system: System, swings: tuple[Mode, ...] = ()) -> Survey:
    """The survey at the first draw at which everything has a value."""
    for attempt in range(ATTEMPTS):
        page = Page.of(system.parameters, PRIMES[attempt % len(PRIMES)], attempt)
        try:
            return _survey(system, Specialisation(page.prime, page.values, system.variables, attempt), page, swings)
        except UnluckyError:
            continue
    raise SymlagError("symmetries(L)", f"no value of L was found in {ATTEMPTS} draws", "an L that is real somewhere")


def verdict(found: int, bound: int | None) -> str:
    """What is known of the number of solutions, in words."""
    if bound is None:
        return f"at least {found}, no upper bound known"
    if found == bound:
        return f"{found}, complete, proved"
    return f"at least {found} and at most {bound}: {bound - found} without closed form"


def _survey(system: System, at: Specialisation, page: Page, swings: tuple[Mode, ...]) -> Survey:
    sharp = next((b for a, b in pairwise(certify(system, at)) if a.dimension == b.dimension), None)
    known = {z: _along(z, sharp, page) for z in system.cyclic}
    roots = dict.fromkeys(root for found in (*known.values(), swings) for mode in found for root in mode.roots)
    for root in roots:
        at.value(root)  # it may have none: then another draw
    return Survey(replace(page, roots=tuple(roots)), sharp.dimension if sharp else None, known, swings)


def _along(variable: Symbol, sharp: Certificate | None, page: Page) -> list[Mode]:
    found = modes(sharp.shift(variable), variable, page) if sharp else None
    return found or [PLAIN]
