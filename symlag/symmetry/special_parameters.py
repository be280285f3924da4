"""Special values of a parameter: those at which an action has more symmetries than at others.

The count of symmetries is the corank of linear equations, whose pivots are rational functions of the parameter. They
are interpolated modulo a prime at each of two random points; a value at which the rank falls is a root at both. Roots
are read back, in terms of the other parameters, and the search is run at each of them.

>>> from sympy import symbols
>>> from symlag.calculus.jets import coordinates
>>> x = coordinates("x")
>>> c, m, gamma = symbols("c m gamma", positive=True)
>>> L = Lagrangian(m * x.dot**2 / 2, x**4 + c * x**2, damping=gamma)
>>> [(value, found.dimension) for value, found in special_values(L, c)]
[(gamma**2*m/9, 1)]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count, islice

from sympy import ZZ, Expr, Symbol
from sympy.polys.galoistools import (
    gf_add,
    gf_degree,
    gf_div,
    gf_eval,
    gf_factor,
    gf_monic,
    gf_mul,
    gf_mul_ground,
    gf_sub,
)

from symlag.errors import SymlagError
from symlag.symmetry.determining.analysis import survey
from symlag.symmetry.determining.equations import System, balance
from symlag.symmetry.determining.parametric_rank import Probe, draw, probe
from symlag.symmetry.lie.algebra import Algebra
from symlag.symmetry.modular.linear_algebra import PRIMES, UnluckyError, Vector
from symlag.symmetry.modular.reconstruction import Page
from symlag.symmetry.modular.specialization import Specialisation
from symlag.symmetry.point_symmetries import symmetries
from symlag.variational.lagrangian import Lagrangian

PRIME = PRIMES[0]
SAMPLES = (8, 16, 32, 64, 128, 256)
TRIAL = 4
Polynomial = list[int]


def special_values(L: Lagrangian, parameter: Symbol) -> tuple[tuple[Expr, Algebra], ...]:
    """The values of a parameter at which there are more symmetries, each with the algebra there, in other parameters.

    Values are found that are rational functions of the other parameters. `SymlagError` where the equations are no
    rational functions of the parameter.
    """
    system = balance(L)
    if parameter not in system.parameters:
        raise SymlagError(str(parameter), "the Lagrangian has no such parameter", f"one of {system.parameters}")
    page = Page.of([s for s in system.parameters if s != parameter], PRIME)
    one, other = map(_roots, islice(_probes(system, page, parameter), 2))
    values = map(page.read, sorted(one & other))
    generic = survey(system).bound
    found = ((value, _at(L, parameter, value)) for value in values if value is not None)
    more = [(value, algebra) for value, algebra in found if algebra and generic is not None and _more(algebra, generic)]
    return tuple(sorted(more, key=lambda pair: str(pair[0])))


def _more(algebra: Algebra, generic: int) -> bool:
    return algebra.bound is not None and algebra.bound > generic


def _at(L: Lagrangian, parameter: Symbol, value: Expr) -> Algebra | None:
    """The symmetries at one value; none where nothing is left to move."""
    there = {parameter: value}
    special = Lagrangian(L.kinetic.subs(there), L.potential.subs(there), L.coordinates, L.damping.subs(there))
    try:
        return symmetries(special)
    except SymlagError:
        return None


def _probes(system: System, page: Page, parameter: Symbol) -> Iterator[Probe]:
    """The probe at each random point that has a count."""
    for point in count():
        at = Specialisation(PRIME, {**page.values, parameter: draw(0, PRIME)}, system.variables, point)
        try:
            yield probe(system, at, parameter)
        except UnluckyError:
            continue


def _roots(tried: Probe) -> set[int]:
    """The values at which a pivot vanishes."""
    samples, known = _samples(tried), list[tuple[int, Vector]]()
    numerators, left = set[tuple[int, ...]](), set(range(sum(tried.telling)))
    for number in SAMPLES:
        known += islice(samples, number - len(known))
        found = {i: _numerator([(x, pivots[i]) for x, pivots in known]) for i in left}
        numerators |= {tuple(above) for above in found.values() if above}
        left = {i for i, above in found.items() if above is None}
        if not left:
            return {root for above in numerators for root in _zeros([*above])}
    raise SymlagError("special_values(L, parameter)", "the parameter occurs in too high a degree", "a simpler L")


def _samples(tried: Probe) -> Iterator[tuple[int, Vector]]:
    for sample in count(1):
        value = draw(sample, PRIME)
        try:
            yield value, tried.pivots(value)
        except UnluckyError:
            continue


def _numerator(samples: Sequence[tuple[int, int]]) -> Polynomial | None:
    """The numerator of the rational function through samples of it, if the last of them agree with the others."""
    above, below = _through(samples[:-TRIAL])
    agree = all(_at_point(above, x) == y * _at_point(below, x) % PRIME for x, y in samples[-TRIAL:])
    return gf_monic(above, PRIME, ZZ)[1] if agree else None


def _through(samples: Sequence[tuple[int, int]]) -> tuple[Polynomial, Polynomial]:
    """The rational function through samples by Cauchy's interpolation: Euclid's algorithm, stopped half-way."""
    whole, newton = [1], list[int]()
    for x, y in samples:
        gap = (y - _at_point(newton, x)) * pow(_at_point(whole, x), -1, PRIME)
        newton = gf_add(newton, gf_mul_ground(whole, gap % PRIME, PRIME, ZZ), PRIME, ZZ)
        whole = gf_mul(whole, [1, -x % PRIME], PRIME, ZZ)
    (r, s), (b, d) = (whole, newton), ([], [1])
    while gf_degree(s) > len(samples) // 2:
        quotient, rest = gf_div(r, s, PRIME, ZZ)
        r, s, b, d = s, rest, d, gf_sub(b, gf_mul(quotient, d, PRIME, ZZ), PRIME, ZZ)
    return s, d


def _zeros(polynomial: Polynomial) -> Iterator[int]:
    _, factors = gf_factor(polynomial, PRIME, ZZ)
    return (-factor[1] % PRIME for factor, _ in factors if gf_degree(factor) == 1)


def _at_point(polynomial: Polynomial, x: int) -> int:
    return gf_eval(polynomial, x, PRIME, ZZ)
