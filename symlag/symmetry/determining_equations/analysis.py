"""What is proved of the solutions of a system before any of them is known: a bound on their number, and their modes.

The bound comes from `solution_dimension`, the modes along each cyclic variable from `cyclic_modes`.

>>> from sympy import symbols
>>> from symlag.symmetry.determining_equations.equations import bessel_hagen_equation
>>> from symlag.calculus.jets import coordinates, t
>>> from symlag.variational.lagrangian import Lagrangian
>>> x = coordinates("x")
>>> k, m = symbols("k m", positive=True)
>>> analysis = analyse(bessel_hagen_equation(Lagrangian(m * x.dot**2 / 2, k * x**2 / 2)))
>>> analysis.bound, analysis.modes[t][1].functions
(5, (cos(sqrt(k)*t/sqrt(m)), sin(sqrt(k)*t/sqrt(m))))
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, count, islice

from sympy import Expr, S, Symbol

from symlag.errors import SymlagError
from symlag.symmetry.determining_equations.cyclic_modes import Mode, translation_modes
from symlag.symmetry.determining_equations.equations import System
from symlag.symmetry.determining_equations.separation import separate
from symlag.symmetry.determining_equations.solution_dimension import stable_certificate
from symlag.symmetry.modular.linear_algebra import PRIMES, UnluckyError, primes
from symlag.symmetry.modular.reconstruction import ParameterValues
from symlag.symmetry.modular.specialization import Specialization

ATTEMPTS = 300

# The modes of polynomials of this degree and above, in squares of frequencies, are not tried.
HIGHEST_DEGREE = 4

# A draw is repeated so many times modulo the first primes, before others are tried.
ROUNDS = 5

# What is tried along a cyclic variable of unknown modes: polynomials up to the square of it.
POLYNOMIAL_MODE = Mode((S.One,), 3)


@dataclass(frozen=True)
class Analysis:
    """A bound on the number of solutions, if they are finitely many, and the modes along each cyclic variable.

    `values` are the parameters at which this was found. The functions of `further_modes` are tried beside those that
    occur in L.
    """

    values: ParameterValues
    bound: int | None
    modes: Mapping[Symbol, list[Mode]]
    further_modes: tuple[Mode, ...] = ()


def analyse(system: System, further_modes: tuple[Mode, ...] = ()) -> Analysis:
    """Analyse a system of determining equations, at the first draw of numbers at which everything has a value."""
    system = separate(system)
    for attempt, prime in enumerate(islice(_primes_in_turn(), ATTEMPTS)):
        values = ParameterValues.draw(system.parameters, prime, attempt)
        at = Specialization(prime, values.numbers, system.variables, attempt)
        with suppress(UnluckyError):
            confirmed = stable_certificate(system, at)
            break
    else:
        raise SymlagError(
            "symmetries(L)",
            f"L has no real value at any of {ATTEMPTS} random points",
            "Give a Lagrangian that is real somewhere.",
        )
    modes = {z: [POLYNOMIAL_MODE] for z in system.cyclic}
    if confirmed:
        for z in system.cyclic:
            modes[z] = translation_modes(confirmed[1].translation(z), z, values) or modes[z]
    for degree in (HIGHEST_DEGREE, 1):
        # Modulo few primes do all roots of polynomials of high degree exist: of these modes none is tried then.
        modes = {z: [mode for mode in group if len(mode.basis) < degree] for z, group in modes.items()}
        every_mode = [mode for group in (*modes.values(), further_modes) for mode in group]
        numbers = dict.fromkeys(n for mode in every_mode for n in (*mode.roots, *mode.basis))
        if (found := _values_of(numbers, values, system)) is not None:
            found = replace(found, roots=tuple(dict.fromkeys(root for mode in every_mode for root in mode.roots)))
            return Analysis(found, confirmed[1].dimension if confirmed else None, modes, further_modes)
    raise AssertionError


def _values_of(numbers: Iterable[Expr], values: ParameterValues, system: System) -> ParameterValues | None:
    """The values, or others at which some irrational numbers have values, too; None where none are found."""
    for attempt, prime in enumerate(chain([values.prime], islice(_primes_in_turn(), ATTEMPTS))):
        if attempt:
            values = ParameterValues.draw(system.parameters, prime, attempt)
        at = Specialization(prime, values.numbers)
        with suppress(UnluckyError):
            for number in numbers:
                at.value(number)
            return values
    return None


def _primes_in_turn() -> Iterator[int]:
    """`PRIMES` again and again, with ever more others in between."""
    others = primes()
    for round_ in count():
        yield from PRIMES if round_ < ROUNDS else islice(others, ROUNDS)


def verdict(count: int, bound: int | None) -> str:
    """What is known of the number of solutions, in words."""
    if bound is None:
        return f"at least {count}, no upper bound known"
    if count > bound:
        raise AssertionError(f"{count} symmetries found, but at most {bound} proved to exist: please report this error")
    if count == bound:
        return f"{count}, complete, proved"
    return f"at least {count} and at most {bound}: {bound - count} not found"
