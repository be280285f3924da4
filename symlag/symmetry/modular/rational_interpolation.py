"""A rational function modulo a prime, from its values: Cauchy's interpolation.

Let f = n/d with deg n, deg d at most k. Newton's polynomial s through 2k + 1 values agrees with f modulo the product w
of all x − x_i, and Euclid's algorithm for w and s, stopped half-way, gives a remainder r and a cofactor d with r ≡ s d
modulo w: that is f = r/d, which is unique (von zur Gathen, Gerhard, *Modern Computer Algebra*, §5.8). Further values
test whether the degrees were high enough.

>>> numerator([(x, (x - 3) * pow(x + 1, -1, 101)) for x in range(1, 12)], 101)
[1, 98]
>>> [*roots([1, 98], 101)]
[3]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sympy import ZZ
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

# Values that do not enter the interpolation, and test it.
TESTS = 4

Polynomial = list[int]


def numerator(samples: Sequence[tuple[int, int]], prime: int) -> Polynomial | None:
    """The monic numerator of the rational function through samples (x, f(x)); None where they are too few."""
    above, below = _cauchy(samples[:-TESTS], prime)
    for x, y in samples[-TESTS:]:
        if gf_eval(above, x, prime, ZZ) != y * gf_eval(below, x, prime, ZZ) % prime:
            return None
    return gf_monic(above, prime, ZZ)[1]


def roots(polynomial: Polynomial, prime: int) -> Iterator[int]:
    """The roots of a polynomial modulo a prime."""
    _, factors = gf_factor(polynomial, prime, ZZ)
    return (-factor[1] % prime for factor, _ in factors if gf_degree(factor) == 1)


def _cauchy(samples: Sequence[tuple[int, int]], prime: int) -> tuple[Polynomial, Polynomial]:
    """Numerator and denominator, of at most half as high a degree as there are samples."""
    product, newton = [1], list[int]()
    for x, y in samples:
        gap = (y - gf_eval(newton, x, prime, ZZ)) * pow(gf_eval(product, x, prime, ZZ), -1, prime)
        newton = gf_add(newton, gf_mul_ground(product, gap % prime, prime, ZZ), prime, ZZ)
        product = gf_mul(product, [1, -x % prime], prime, ZZ)
    (r, s), (b, d) = (product, newton), ([], [1])
    while gf_degree(s) > len(samples) // 2:
        quotient, rest = gf_div(r, s, prime, ZZ)
        r, s, b, d = s, rest, d, gf_sub(b, gf_mul(quotient, d, prime, ZZ), prime, ZZ)
    return s, d
