import numpy as np
import pytest
from scipy.integrate import quad
from sympy import Abs, Dummy, Integral, Symbol, cos, exp, lambdify, log, sin, sqrt, tan

from symlag.calculus.differential_operators import gradient
from symlag.calculus.integrals import integral_up_to, with_own_variables
from symlag.calculus.jets import t
from symlag.calculus.primitives import elementary_primitive, primitive
from symlag.calculus.zero_test import vanishes
from symlag.kernels.array_function import kernel
from tests.support.cases import k, omega, x, y

s = Symbol("s")

ELEMENTARY = [
    1 / x,
    exp(k * x) * x**2 * y,
    sin(omega * x) * exp(-x),
    x / sqrt(x**2 + y**2),
    1 / sqrt(x**2 + y**2),
    y / sqrt(x**2 + y**2) ** 3,
    sqrt(1 - x**2),
    x * log(x),
    log(x) / x,
    x**k,
    x * (x**2 + y**2) ** k,
    tan(x),
    cos(x) * exp(sin(x)),
    x**2 / (x**2 + y**2) ** 2,
    1 / (x * (x + y)),
]


@pytest.mark.parametrize("f", ELEMENTARY, ids=str)
def test_an_elementary_primitive_is_found(f):
    F = elementary_primitive(f, x)
    assert F is not None
    assert vanishes(gradient(F, x) - f)


OTHERS = [exp(sin(x)), exp(-(x**2)) * y, sin(x) / x, sqrt(1 + x**4)]


@pytest.mark.parametrize("f", OTHERS, ids=str)
def test_other_primitives_are_integrals_that_kernels_compute(f):
    F, ends = primitive(f, x), np.array([-2.0, 0.5, 3.0])
    (integral,) = F.atoms(Integral)
    integrand, values = lambdify((x, y), f), kernel(F, inputs=[x, y])(ends, 0.7)
    for end, value in zip(ends, values, strict=True):
        start = float(integral.limits[0][1].subs(x, end))
        assert value == pytest.approx(quad(integrand, start, end, args=(0.7,), epsabs=1e-13)[0], rel=1e-12)


@pytest.mark.parametrize("backend", ["numba", "torch"])
def test_the_backends_agree_on_an_integral(backend):
    F, points = integral_up_to(exp(sin(x)), x), np.linspace(-3, 3, 7)
    assert np.allclose(kernel(F)(x=points), np.asarray(kernel(F, backend)(x=points)), rtol=1e-13, atol=1e-14)


def test_an_integral_is_differentiated_by_the_rule_of_leibniz():
    F = integral_up_to(exp(sin(x * y)), x)
    assert gradient(F, x) == exp(sin(x * y))
    assert vanishes(gradient(F, y) - integral_up_to(x * cos(x * y) * exp(sin(x * y)), x))


def test_a_number_may_be_put_for_the_variable_of_an_integral():
    F = with_own_variables(Integral(exp(sin(x)), x) + Integral(sin(s * y), (s, 0, t)))
    assert F.xreplace({x: 2, y: 1, s: 5, t: 1}).atoms(Dummy) == F.atoms(Dummy)
    assert float(F.xreplace({x: 2, y: 1, t: 1}).evalf()) == pytest.approx(
        quad(lambda u: np.exp(np.sin(u)), 0, 2)[0] + 1 - np.cos(1)
    )


ZEROS = [
    integral_up_to(cos(x), x) - sin(x),
    integral_up_to(exp(sin(x)) * y, x) - y * integral_up_to(exp(sin(x)), x),
    integral_up_to(y * exp(x * y), x) - exp(x * y) + 1,
    integral_up_to(Abs(x), x) - x * Abs(x) / 2,
]


@pytest.mark.parametrize("zero", ZEROS, ids=str)
def test_an_integral_vanishes_with_its_derivative_and_at_one_end(zero):
    assert vanishes(zero)
    assert not vanishes(zero + 1)
    assert not vanishes(zero + x)
