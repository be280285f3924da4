"""Explicit solutions of determining equations, until there are as many as there can be.

What the equations do not depend on enters as the modes that the count has revealed; for the other variables
polynomials of growing degree in given functions are tried. A solution is read back at one draw of the parameters and
kept where it solves the equations at another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, product
from types import MappingProxyType
from typing import Any

from sympy import Add, Expr, Mul

from symlag.errors import SymlagError
from symlag.symmetry.determining.analysis import ATTEMPTS, Survey
from symlag.symmetry.determining.ansatz import Column, independent, occurring, polynomials, solutions, solve
from symlag.symmetry.determining.candidate_functions import alphabet
from symlag.symmetry.determining.cyclic_modes import Mode
from symlag.symmetry.determining.equations import System
from symlag.symmetry.modular.linear_algebra import SHORT, UnluckyError, Vector
from symlag.symmetry.modular.reconstruction import Page
from symlag.symmetry.modular.specialization import Specialisation

# The search ends where so many functions would have to be combined.
COLUMNS = 360

Letters = tuple[Expr, ...]


@dataclass(frozen=True)
class Ansatz:
    """What the coefficients of generators are tried as: polynomials up to a degree in some functions.

    Without `functions`, in the coordinates and in the functions that occur in L. Linear fields are
    `Ansatz(degree=1, functions=())`, the coordinates themselves being always among the functions.
    """

    degree: int = 6
    functions: tuple[Expr, ...] | None = None


GROWING = Ansatz()


def search(
    system: System,
    known: Survey,
    given: Iterable[Expr],
    ansatz: Ansatz = GROWING,
    leading: Mapping[Any, Iterable[Expr]] = MappingProxyType({}),
) -> list[dict[Any, Expr]]:
    """What each unknown function is, for every solution found; the alphabet is that of the given expressions.

    An unknown for which `leading` has other expressions is made of the letters of those.
    """
    if not any(system.equations):
        raise SymlagError(
            "symmetries(L)", "every move is a symmetry, for L has no equation of motion", "an L that some motion obeys"
        )
    still = [z for z in system.variables if z not in known.modes]
    words = [leading.get(moved, given) for moved in system.moved]
    swung = [f for mode in known.swings for f in mode.functions]
    chosen = [(*alphabet(word, still), *swung) if ansatz.functions is None else ansatz.functions for word in words]
    letters = [tuple(dict.fromkeys((*still, *own))) for own in chosen]
    short = _short(system, known.page, letters)
    found: list[dict[Any, Expr]] = []
    for degree in range(1, ansatz.degree + 1):
        blocks = product(*known.modes.values())
        now = [parts for block in blocks for parts in _block(system, known, block, letters, degree, short)]
        found = max(now, found, key=len)
        if len(found) == known.bound:
            break
    return found


def _block(
    system: System,
    known: Survey,
    block: Sequence[Mode],
    letters: Sequence[Letters],
    degree: int,
    short: Specialisation,
) -> Iterator[dict[Any, Expr]]:
    """The solutions in one choice of a mode along each variable that nothing depends on."""
    at = Specialisation(known.page.prime, known.page.values, system.variables)
    tried = _tried(known, block, letters, degree, short)
    if 0 < len(tried) <= COLUMNS:
        columns = occurring(system, tried, short)
        read = (_read(system, columns, vector, known.page) for vector in solutions(system, columns, at))
        found = [functions for functions in read if functions is not None]
        for functions, true in zip(found, _checked(system, found, known.page), strict=True):
            if true:
                yield dict(zip(system.moved, functions, strict=True))


def _tried(
    known: Survey, block: Sequence[Mode], letters: Sequence[Letters], degree: int, at: Specialisation
) -> list[Column]:
    """The functions that each unknown is tried as, of high degree first; none if there are too many."""
    swept = [(z, mode.powers - 1) for z, mode in zip(known.modes, block, strict=True) if mode.powers > 1]
    waves = [Mul(*choice) for choice in product(*(mode.functions for mode in block))]
    menus = {own: polynomials([*((letter, degree) for letter in own), *swept], degree) for own in letters}
    if sum(len(menus[own]) for own in letters) * len(waves) > 2 * COLUMNS:
        return []
    menus = {own: independent(functions, at) for own, functions in menus.items()}
    return [(i, f * wave) for i, own in enumerate(letters) for f in reversed(menus[own]) for wave in waves]


def _short(system: System, known: Page, letters: Sequence[Letters]) -> Specialisation:
    """A draw modulo a short prime at which everything has a value; that of the page where there is none."""
    needed = {*known.roots, *chain(*letters), *(a for equation in system.equations for a in equation.values())}
    for draw in range(ATTEMPTS):
        page = Page.of(system.parameters, SHORT[draw % len(SHORT)], draw)
        at = Specialisation(page.prime, page.values, system.variables, draw, draw)
        with suppress(UnluckyError):
            _ = [at.value(e) for e in needed]
            return at
    return Specialisation(known.prime, known.values, system.variables)


def _read(system: System, columns: Sequence[Column], vector: Vector, page: Page) -> list[Expr] | None:
    """What each unknown function is, if all its coefficients can be read back."""
    terms = [(i, m, page.read(c)) for (i, m), c in zip(columns, vector, strict=True) if c]
    if any(c is None for *_, c in terms):
        return None
    return [Add(*(c * m for at, m, c in terms if at == i)) for i in range(len(system.moved))]


def _checked(system: System, found: Sequence[Sequence[Expr]], known: Page) -> list[bool]:
    """Which of the solutions read solve the system with other numbers for the parameters, too."""
    for draw in range(ATTEMPTS):
        page = Page.of(system.parameters, known.prime, draw)
        if page.values and page.values == known.values:
            continue
        there = Specialisation(page.prime, page.values, system.variables, draw + 1, draw + 1)
        try:
            return solve(system, found, there)
        except UnluckyError:
            continue
    return [False] * len(found)
