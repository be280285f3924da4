"""Laws of random mechanics, tried along paths at coordinates of either sign, and by integration.

`python -m numeric.bench.fuzz` tries three hundred.
"""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from sympy import Abs, Max, exp, log, sign, sin, sqrt

from numeric._random_mechanics import System, generators, in_functions, random_system, refutations, t, x, y
from symlag import Lagrangian, accelerations, noether, time_translation, translation
from symlag.errors import SymlagError
from symlag.kernels.array_function import kernel


@pytest.mark.parametrize("seed", [3, 5, 8, 11, 14])
def test_no_path_refutes_a_law_of_random_mechanics(seed):
    system = random_system(seed)
    for X in generators(system.lagrangian):
        law = noether(system.lagrangian, X)
        assert law.defect() == 0
        assert not refutations(system, law)


@pytest.mark.parametrize("seed", [1, 4, 9])
def test_both_spellings_have_the_same_laws(seed):
    system = random_system(seed)
    laws = [noether(system.lagrangian, X) for X in generators(system.lagrangian)]
    others = [noether(system.lagrangian_in_functions, X) for X in generators(system.lagrangian_in_functions)]
    assert [in_functions(law.charge) for law in laws] == [law.charge for law in others]


WRONG = [
    lambda law: replace(law, charge=law.charge + x),
    lambda law: replace(law, sources={**law.sources, "potential": law.sources["potential"] + x**2}),
    lambda law: replace(law, charge=-law.charge),
    lambda law: replace(law, rate=law.rate + 1),
]


@pytest.mark.parametrize("wrong", WRONG, ids=["charge", "source", "sign", "rate"])
def test_a_wrong_law_is_refuted(wrong):
    system = System(0, (x.dot**2 / 2, Abs(x) ** 3 + sin(x)), 0 * x)
    law = noether(system.lagrangian, translation(x))
    assert not refutations(system, law)
    assert refutations(system, wrong(law))


CONSERVED = [
    (x.dot**2 / 2 + t * x.dot * Abs(x), 0, time_translation()),
    (x.dot**2 / 2, sqrt(x**2 + 2 * x + 1), time_translation()),
    (x.dot**2 / 2 + t * x.dot / x, x**2, time_translation()),
    (x.dot**2 / 2 + t * x.dot * Max(x, 0), log(x**2), time_translation()),
    (x.dot**2 / 2 + t * x.dot * x**2 * sign(x), Abs(x) ** 1.5, time_translation()),
    ((x.dot**2 + y.dot**2) / 2 + y * exp(sin(x)) * x.dot, 0, translation(y)),
]


@pytest.mark.parametrize(("T", "V", "X"), CONSERVED, ids=str)
@pytest.mark.parametrize("side", [1, -1])
def test_a_conserved_charge_keeps_its_value_on_either_side(T, V, X, side):
    L = Lagrangian(T, V)
    law = noether(L, X)
    assert law.conserved
    names = [*L.coordinates, *(q.dot for q in L.coordinates), t]
    motion, charge = kernel([*accelerations(L).values()], inputs=names), kernel(law.charge, inputs=names)
    n = len(L.coordinates)
    start = [side * 0.9, 0.4][:n] + [0.3, -0.2][:n]
    run = solve_ivp(
        lambda time, z: [*z[n:], *map(float, motion(*z, time))],
        (0, 0.4),
        start,
        rtol=1e-10,
        atol=1e-12,
        method="DOP853",
    )
    values = charge(*run.y, run.t)
    assert np.ptp(values) < 1e-8 * max(1, np.abs(values).max())


def test_what_random_mechanics_refuses_it_refuses_in_a_sentence():
    with pytest.raises(SymlagError, match="no coordinate"):
        Lagrangian(t**2)
