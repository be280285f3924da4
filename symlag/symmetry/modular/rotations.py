"""Rotations modulo a prime: pairs (c, s) with c² + s² = 1, and the fractions of a full turn among them.

For a prime p ≡ 3 modulo 4 these are a cyclic group of order p + 1, so that the n-th part of a turn exists where n
divides p + 1. The parts are chosen such that they agree with the square roots that cos and sin of them are: the eighth
part is (√2/2, √2/2), the third (−1/2, √3/2), the fifth ((√5 − 1)/4, √(10 + 2√5)/4), with roots that are squares.

>>> from symlag.symmetry.modular.linear_algebra import PRIMES
>>> prime = PRIMES[0]
>>> c, s = fraction_of_a_turn(Fraction(1, 6), prime)
>>> 2 * c % prime, 4 * s * s % prime
(1, 3)
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import count
from math import gcd

from symlag.symmetry.modular.linear_algebra import UnluckyError, power

Rotation = tuple[int, int]

HALF = Fraction(1, 2)


def rotation_of_half_tangent(h: int, prime: int) -> Rotation:
    """The rotation of which h is the tangent of half the angle."""
    if (1 + h * h) % prime == 0:
        raise UnluckyError
    scale = pow(1 + h * h, -1, prime)
    return (1 - h * h) * scale % prime, 2 * h * scale % prime


def rotation_power(rotation: Rotation, times: int, prime: int) -> Rotation:
    """A power of c + is with c² + s² = 1, by repeated squaring."""
    (a, b), (c, s) = (rotation if times >= 0 else (rotation[0], -rotation[1])), (1, 0)
    for bit in f"{abs(times):b}":
        c, s = (c * c - s * s) % prime, 2 * c * s % prime
        if bit == "1":
            c, s = (c * a - s * b) % prime, (s * a + c * b) % prime
    return c, s


def fraction_of_a_turn(fraction: Fraction, prime: int) -> Rotation:
    """The rotation by a fraction of a full turn; `UnluckyError` where there is none modulo the prime."""
    c, s = 1, 0
    for q in _prime_powers(fraction.denominator):
        # By the Chinese remainder theorem a/n = Σ a_i/q_i up to whole turns.
        others = fraction.denominator // q
        times = fraction.numerator * pow(others, -1, q) % q
        a, b = rotation_power(_part_of_a_turn(q, prime), times, prime)
        c, s = (c * a - s * b) % prime, (s * a + c * b) % prime
    return c, s


def _prime_powers(number: int) -> list[int]:
    """The powers of different primes of which a number is the product."""
    powers: list[int] = []
    for q in count(2):
        if number == 1:
            return powers
        power_of_q = 1
        while number % q == 0:
            number, power_of_q = number // q, power_of_q * q
        if power_of_q > 1:
            powers.append(power_of_q)
    raise AssertionError


@cache
def _part_of_a_turn(q: int, prime: int) -> Rotation:
    """The q-th part of a turn, for a power q of a prime."""
    half = pow(2, -1, prime)
    match q:
        case 2:
            return prime - 1, 0
        case 4:
            return 0, 1
        case 3:
            return -half % prime, power(3, HALF, prime) * half % prime
        case 5:
            root, quarter = power(5, HALF, prime), half * half
            return (root - 1) * quarter % prime, power((10 + 2 * root) % prime, HALF, prime) * quarter % prime
        case _ if q % 2 == 0:
            # cos(u/2) = √((1 + cos u)/2)
            c, s = _part_of_a_turn(q // 2, prime)
            c_half = power((1 + c) * half % prime, HALF, prime)
            return c_half, s * pow(2 * c_half, -1, prime) % prime
        case _:
            return _odd_part_of_a_turn(q, prime)


def _odd_part_of_a_turn(q: int, prime: int) -> Rotation:
    """A q-th part of a turn whose multiples are the parts that were chosen before."""
    if (prime + 1) % q:
        raise UnluckyError
    smallest = next(d for d in range(2, q + 1) if q % d == 0)
    for h in range(2, q + 20):
        part = rotation_power(rotation_of_half_tangent(h, prime), (prime + 1) // q, prime)
        if rotation_power(part, q // smallest, prime) == (1, 0):
            continue
        if smallest == q:
            return part
        for times in range(1, q):
            candidate = rotation_power(part, times, prime)
            fits = rotation_power(candidate, smallest, prime) == _part_of_a_turn(q // smallest, prime)
            if gcd(times, q) == 1 and fits:
                return candidate
    raise UnluckyError
