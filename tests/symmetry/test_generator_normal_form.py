"""Names and normal forms of generators."""

import pytest
from sympy import Rational, cos, exp, sin, symbols

from symlag.calculus.jets import coordinates, t
from symlag.symmetry.generator_normal_form import family_name, primitive_generator, primitive_part
from symlag.variational.families import rotation, scale, time_translation
from symlag.variational.generator import Generator

x, y = coordinates("x y")
k = symbols("k")

NAMED = [
    (Generator({x: 3, y: 1}), "translation"),
    (Generator({x: k}), "translation"),
    (Generator({x: 2 * t}), "boost"),
    (Generator({x: cos(k * t)}), "solution"),
    (Generator({x: y}), "shear"),
    (rotation(x, y), "rotation"),
    (scale(x, y), "scale"),
    (Generator({x: x, y: -y}), "linear"),
    (Generator({x: x**2, y: y}), "symmetry"),
    (time_translation(), "time translation"),
    (Generator({x: -k * x}, 1), "damped time translation"),
    (Generator({x: x}, 2 * t), "dilation"),
    (Generator({x: t * x}, t**2), "conformal"),
    (Generator({x: x}, cos(t)), "symmetry"),
    (Generator({x: 2 * x, y: 3 * y}, 3 * t), "dilation"),
    (Generator({x: x + 3, y: y}, 2 * t), "dilation"),
    (Generator({x: 3, y: y}, 2 * t), "symmetry"),
    (Generator({x: -k * x * sin(2 * k * t)}, cos(2 * k * t)), "conformal"),
    (Generator({x: k * (x * exp(k * t) + y), y: k * (y * exp(k * t) - x)}, exp(k * t)), "conformal"),
    (Generator({x: k * (x * exp(k * t) + y), y: k * (y * exp(k * t) + x)}, exp(k * t)), "symmetry"),
    (Generator({x: y}, t), "symmetry"),
    (Generator({x: x**2, y: x * y}, t * x), "projective"),
    (Generator({x: t * x, y: t * y}, t**2), "conformal"),
    (Generator({x: x}, exp(t)), "symmetry"),
    (Generator({x: t}, x), "boost"),
    (Generator({x: k * t}, x), "symmetry"),
    (Generator({x: 4 * t}, x), "boost"),
    (Generator({}, x), "symmetry"),
]


@pytest.mark.parametrize(("X", "name"), NAMED, ids=str)
def test_generator_is_called_by_its_family(X, name):
    assert family_name(X) == name


def test_primitive_generators_have_whole_coprime_coefficients_and_a_sign():
    assert primitive_generator(Generator({x: y / 3, y: -x / 3})).components == {x: -y, y: x}
    assert primitive_generator(Generator({x: x / 2}, -t)).tau == 2 * t
    assert primitive_part(Rational(2, 3) * x - 4 * y) == x - 6 * y
