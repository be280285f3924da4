"""Every system that the bench of the finder times, held to what a symmetry and an algebra must fulfil."""

from contextlib import suppress
from itertools import count

import pytest

from numeric.bench.symmetry import CASES
from symlag.symmetry.action_symmetries import symmetries
from symlag.symmetry.determining_equations.equations import bessel_hagen_equation
from symlag.symmetry.determining_equations.solution_dimension import stable_certificate
from symlag.symmetry.lie.algebra import Algebra
from symlag.symmetry.modular.linear_algebra import PRIMES, UnluckyError
from symlag.symmetry.modular.reconstruction import ParameterValues
from symlag.symmetry.modular.specialization import Specialization
from symlag.variational.noether import noether


@pytest.fixture(scope="module", params=CASES)
def found(request):
    return symmetries(CASES[request.param])


def test_every_generator_has_a_law_without_a_defect(found):
    laws = [noether(found.lagrangian, X) for X in found.generators]
    assert found.complete
    assert all(law.conserved and law.defect() == 0 for law in laws)


def test_the_algebra_closes_under_its_own_bracket_and_so_do_its_factors(found):
    assert found.closed
    parts = [
        Algebra(found.lagrangian, tuple(part), parameter_values=found.parameter_values)
        for part in (found.levi_factor, found.radical)
        if part
    ]
    assert all(part.closed for part in parts)
    assert sum(part.dimension for part in parts) == found.dimension
    assert len(found.variational) == found.dimension


def counted(system, prime):
    """The number of solutions modulo a prime, at the first draw at which everything has a value."""
    for draw in count():
        values = ParameterValues.draw(system.parameters, prime, draw)
        at = Specialization(prime, values.numbers, system.variables, draw)
        with suppress(UnluckyError):
            confirmed = stable_certificate(system, at)
            return confirmed and confirmed[1].dimension
    raise AssertionError


@pytest.mark.parametrize("name", ["damped oscillator", "inverse square", "pendulum", "Kepler in the plane"])
def test_the_count_is_the_same_modulo_every_prime(name):
    counts = [counted(bessel_hagen_equation(CASES[name]), prime) for prime in PRIMES]
    assert counts == [symmetries(CASES[name]).bound] * len(PRIMES)
