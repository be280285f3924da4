"""Every system that the bench of the finder times, held to what a symmetry and an algebra must fulfil."""

import pytest

from numeric.bench.symmetry import CASES
from symlag.noether import noether
from symlag.symmetry import symmetries
from symlag.symmetry.algebra import Algebra


@pytest.fixture(scope="module", params=CASES)
def found(request):
    return symmetries(CASES[request.param])


def test_every_generator_has_a_law_without_a_defect(found):
    laws = [noether(found.lagrangian, X) for X in found.generators]
    assert found.complete
    assert all(law.conserved and law.defect() == 0 for law in laws)


def test_the_algebra_closes_under_its_own_bracket_and_so_do_its_factors(found):
    assert found.closed
    parts = [Algebra(found.lagrangian, tuple(part), page=found.page) for part in (found.levi, found.radical) if part]
    assert all(part.closed for part in parts)
    assert sum(part.dimension for part in parts) == found.dimension
    assert len(found.variational) == found.dimension
