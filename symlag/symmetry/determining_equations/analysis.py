"""What is proved of the solutions of a system before any of them is known: a bound on their number, and their modes.

The bound comes from `solution_dimension`, the modes along each cyclic variable from `cyclic_modes`.

>>> from sympy import symbols
>>> from symlag.symmetry.determining_equations.equations import bessel_hagen_equation
>>> from symlag.calculus.jets import coordinates
>>> from symlag.variational.lagrangian import Lagrangian
>>> x = coordinates("x")
>>> k, m = symbols("k m", positive=True)
>>> analysis = analyse(bessel_hagen_equation(Lagrangian(m * x.dot**2 / 2, k * x**2 / 2)))
>>> analysis.bound, next(iter(analysis.modes.values()))[1].functions
(5, (cos(sqrt(k)*t/sqrt(m)), sin(sqrt(k)*t/sqrt(m))))
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, count, islice, product

from sympy import Expr, S, expand_mul

from symlag.calculus.jets import t
from symlag.errors import SymlagError
from symlag.symmetry.determining_equations.cyclic_modes import Mode, annihilated, translation_modes
from symlag.symmetry.determining_equations.cyclic_variables import CyclicVariable, cyclic_variables
from symlag.symmetry.determining_equations.equations import System, require_equations
from symlag.symmetry.determining_equations.separation import separate
from symlag.symmetry.determining_equations.solution_dimension import Certificate, stable_certificate
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


# Time, where it is no cyclic variable, but modes along it are tried.
TIME = CyclicVariable(t, t, 1, 0, [], {})


@dataclass(frozen=True, eq=False)
class JointMode:
    """A mode along each cyclic variable, and the number of solutions that are of all these modes, if it is known.

    Translations of different variables commute, so that these numbers add up to that of all solutions. Time may be
    among the variables where it is not cyclic: then its modes are a guess, and the number is not known.
    """

    modes: Mapping[CyclicVariable, Mode]
    dimension: int | None = None


@dataclass(frozen=True)
class Analysis:
    """A bound on the number of solutions, if they are finitely many, and the modes along each cyclic variable.

    `values` are the parameters at which this was found; `joint` are the modes along all cyclic variables together, in
    the order in which they are tried.
    """

    values: ParameterValues
    bound: int | None
    modes: Mapping[CyclicVariable, list[Mode]]
    joint: tuple[JointMode, ...]


def analyse(system: System, modes_in_time: Sequence[Mode] = (), alternative: System | None = None) -> Analysis:
    """Analyse a system of determining equations, at the first draw of numbers at which everything has a value.

    Where time is not cyclic, the given modes are tried first. An alternative for the same generators, without boundary
    terms, is analysed where it has more cyclic variables: those of an action to which a total derivative was added.
    """
    require_equations(system)
    if alternative is not None:
        require_equations(alternative)
    system = separate(system)
    alternative = system if alternative is None else separate(alternative)
    for attempt, prime in enumerate(islice(_primes_in_turn(), ATTEMPTS)):
        with suppress(UnluckyError):
            values = values_of_parameters(system, prime, attempt)
            at = Specialization(prime, values.numbers, system.variables, attempt)
            cyclic = cyclic_variables(system, values)
            if alternative is not system and len(others := cyclic_variables(alternative, values)) > len(cyclic):
                system, cyclic = alternative, others
            confirmed = stable_certificate(system, at)
            break
    else:
        raise no_value()
    modes: dict[CyclicVariable, list[Mode]] = {}
    for z in cyclic:
        found = confirmed and translation_modes(confirmed[1].translation(z), z.rho, values)
        if found or z.rho == z.variable:
            modes[z] = found or [POLYNOMIAL_MODE]
    for degree in (HIGHEST_DEGREE, 1):
        # Modulo few primes do all roots of polynomials of high degree exist: of these modes none is tried then.
        modes = {z: [mode for mode in group if len(mode.basis) < degree] for z, group in modes.items()}
        joint = [*_joint_modes(confirmed and confirmed[1], modes, values.prime)]
        if modes_in_time and all(z.variable != t for z in modes):
            joint = [*_joint_modes(None, {**modes, TIME: [*modes_in_time]}, values.prime), *joint]
        every_mode = [mode for both in joint for mode in both.modes.values()]
        numbers = dict.fromkeys(n for mode in every_mode for n in (*mode.roots, *mode.basis))
        if (drawn := _values_of(numbers, values, system)) is not None:
            drawn = with_numbers_of_modes(drawn, system, every_mode)
            return Analysis(drawn, confirmed[1].dimension if confirmed else None, modes, tuple(joint))
    raise AssertionError


def _joint_modes(
    certificate: Certificate | None, modes: Mapping[CyclicVariable, list[Mode]], prime: int
) -> Iterator[JointMode]:
    """Every choice of a mode along each cyclic variable that some solution may be of."""
    choices = [dict(zip(modes, choice, strict=True)) for choice in product(*modes.values())]
    if certificate is None or not all(mode.annihilator for own in modes.values() for mode in own):
        yield from map(JointMode, choices)
        return
    matrices = {z: certificate.translation(z) for z in modes}
    for choice in choices:
        dimension: int | None = certificate.dimension
        if choice:
            solutions = annihilated([(matrices[z], mode) for z, mode in choice.items()], prime)
            # A boundary term alone is no solution.
            dimension = len(solutions) - certificate.boundary_terms(solutions)
            conjugates = [mode.conjugates for mode in choice.values() if mode.conjugates > 1]
            if dimension and conjugates:
                dimension = dimension // conjugates[0] if len(conjugates) == 1 else None
        if dimension != 0:
            yield JointMode(choice, dimension)


def _values_of(numbers: Iterable[Expr], values: ParameterValues, system: System) -> ParameterValues | None:
    """The values, or others at which some irrational numbers have values, too; None where none are found."""
    for attempt, prime in enumerate(chain([values.prime], islice(_primes_in_turn(), ATTEMPTS))):
        with suppress(UnluckyError):
            if attempt:
                values = values_of_parameters(system, prime, attempt)
            at = Specialization(prime, values.numbers)
            for number in numbers:
                at.value(number)
            return values
    return None


def without_bound(system: System) -> Analysis:
    """The analysis of a system whose solutions are not counted, at the first numbers at which it has values."""
    for attempt, prime in enumerate(islice(_primes_in_turn(), ATTEMPTS)):
        with suppress(UnluckyError):
            values = values_of_parameters(system, prime, attempt)
            at = Specialization(prime, values.numbers, system.variables, attempt, attempt)
            for equation in system.equations:
                for a in equation.values():
                    at.value(a)
            return Analysis(values, None, {}, (JointMode({}),))
    raise no_value()


def no_value() -> SymlagError:
    """The error that there is no point at which everything has a value."""
    return SymlagError(
        "symmetries(L)",
        f"L has no real value at any of {ATTEMPTS} random points",
        "Give a Lagrangian that is real somewhere.",
    )


def values_of_parameters(system: System, prime: int, draw: int) -> ParameterValues:
    """Values of the parameters and of free numbers in a system, and what its algebraic numbers are made of.

    `UnluckyError` where these have no values modulo the prime, or not with their signs.
    """
    constants = system.constants
    values = ParameterValues.draw(system.free, prime, draw, basis=constants.basis, roots=constants.roots)
    # Of a free number that occurs with its root, such as π with √π, the root is the free one.
    powers = {r: r.exp.q for r in constants.roots if r.base in values.numbers}
    bases = {r.base: values.numbers[r.base] ** q for r, q in powers.items()}
    values = replace(values, numbers={**values.numbers, **bases, **{r: values.numbers[r.base] for r in powers}})
    Specialization(prime, values.numbers).require_signs(constants.sums)
    return values


def with_numbers_of_modes(values: ParameterValues, system: System, modes: Iterable[Mode]) -> ParameterValues:
    """The values, with the irrational numbers in the system and in some modes as what may be read back."""
    modes = tuple(modes)
    roots = (*system.constants.roots, *(root for mode in modes for root in mode.roots))
    larger = dict.fromkeys(
        tuple(dict.fromkeys(expand_mul(b * c) for c in (S.One, *mode.basis) for b in values.basis))
        for mode in modes
        if mode.basis
    )
    return replace(values, roots=tuple(dict.fromkeys(roots)), extensions=tuple(larger))


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
