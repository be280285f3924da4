"""The number of symmetries does not depend on coordinates, on the unit of the action, or on total derivatives.

`python -m numeric.bench.point_transformations` prints the whole table, of which some pairs are held here.
"""

import pytest

from numeric.bench.point_transformations import CHANGES, LINE, SYSTEMS, count, ways

PAIRS = [
    ("free particle", "polar or exponential"),
    ("free particle", "curved"),
    ("oscillator", "moving"),
    ("repeller", "total derivative"),
    ("falling body", "sheared"),
    ("damped free particle", "e^γt written out"),
    ("damped oscillator", "polar or exponential"),
    ("inverse square", "curved"),
    ("quartic", "scaled"),
    ("integrable Duffing", "e^γt written out"),
    ("Kepler", "polar or exponential"),
    ("oscillators of different stiffness", "rotated"),
    ("magnetic field", "other unit"),
    ("free in the plane", "polar or exponential"),
]


@pytest.mark.parametrize(("name", "way"), PAIRS)
def test_symmetries_are_as_many_in_any_coordinates(name, way):
    found, bound, expected = count(name, way)
    assert (found, bound) == (expected, expected)


def test_the_table_has_ten_ways_for_each_of_fifteen_systems():
    assert len(SYSTEMS) == 15
    assert len(ways(LINE)) == len(CHANGES) + 3 == 10
