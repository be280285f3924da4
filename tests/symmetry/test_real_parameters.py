"""Parameters that are real and nothing more: charges, fields and roots of stiffnesses, of either sign."""

import numpy as np
import pytest
from sympy import Abs, Symbol, symbols

from symlag.calculus.jets import coordinates
from symlag.document.document import Document
from symlag.kernels.array_function import kernel
from symlag.symmetry.action_symmetries import symmetries
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether

x, y = coordinates("x y")
B, E, k, m, q = symbols("B E k m q", real=True)
M = symbols("M", positive=True)
free = (x.dot**2 + y.dot**2) / 2
turn = (x * y.dot - y * x.dot) / 2
VALUES = {"B": -1.5, "E": -0.7, "k": -2.0, "m": -1.2, "q": -0.8, "M": 1.3, "j": -2.0}


def magnetic(strength, mass):
    """The force (q·B ẏ, −q·B ẋ) of a field across the plane."""
    return lambda v, r: (strength * r[1] / mass, -strength * r[0] / mass)


# A Lagrangian, the number of its symmetries, and its accelerations at VALUES from positions and velocities, by hand.
SYSTEMS = {
    "charge in a field": (Lagrangian(M * free, -q * B * turn), 8, magnetic(1.2, 1.3)),
    "crossed fields": (
        Lagrangian(free, -B * x * y.dot - E * x), 8, lambda v, r: (-1.5 * r[1] - 0.7, 1.5 * r[0]),
    ),
    "square of a frequency": (Lagrangian(x.dot**2 / 2, k**2 * x**2 / 2), 5, lambda v, r: (-4 * v[0],)),
    "square of a charge": (Lagrangian(x.dot**2 / 2, q**2 * x**2), 5, lambda v, r: (-1.28 * v[0],)),
    "squares of both": (Lagrangian(m**2 * x.dot**2 / 2, B**2 * x**2 / 2), 5, lambda v, r: (-2.25 / 1.44 * v[0],)),
    "square of a growth": (Lagrangian(x.dot**2 / 2, -(k**2) * x**2 / 2), 5, lambda v, r: (4 * v[0],)),
    "no assumption": (Lagrangian(x.dot**2 / 2, Symbol("j") ** 2 * x**2 / 2), 5, lambda v, r: (-4 * v[0],)),
}  # fmt: skip


@pytest.mark.parametrize("name", SYSTEMS)
def test_real_parameters_may_have_either_sign(name):
    integrate = pytest.importorskip("scipy.integrate")
    L, dimension, forces = SYSTEMS[name]
    algebra = symmetries(L)
    assert (len(algebra), algebra.complete) == (dimension, True)
    found = [noether(L, X) for X in algebra]
    assert not any(law.charge.has(Abs) for law in found)
    assert all(law.conserved and law.defect() == 0 for law in found)
    n = len(L.coordinates)
    times = np.linspace(0, 2, 20)
    start = [0.3, 0.7][:n] + [0.4, -0.6][:n]
    run = integrate.solve_ivp(
        lambda _, z: [*z[n:], *forces(z[:n], z[n:])], (0, 2), start, t_eval=times, rtol=1e-11, atol=1e-12
    )
    names = [*(f"{c}" for c in L.coordinates), *(f"{c}_dot" for c in L.coordinates), "t"]
    along = dict(zip(names, [*run.y, times], strict=True)) | VALUES
    for law in found:
        made = kernel(law.charge)
        charge = np.broadcast_to(made(**{name: along[name] for name in made.inputs}), times.shape)
        assert np.ptp(charge) < 1e-8 * (1 + np.abs(charge).max())
    assert Document.of(name, L, found[1:2]).tex()
