"""Solutions of linear equations of second order in time, and the functions of time that their symmetries consist of.

**Liouville's normal form** (1837). With Ṗ = p and u = e^{−P/2} v, ü + p u̇ + r u = 0 becomes

    v̈ + κ v = 0,    κ = r − ṗ/2 − p²/4.

**Theorem.** With s = t − c, this has the solutions

    κ = const                  cos √κ t, sin √κ t, or those of √−κ t, or 1 and t
    κ = C/s²                   s^{1/2 ± √(1/4 − C)}                                      (Euler)
    κ = a + bt                 Ai(x), Bi(x),  x = −b^{1/3}(t + a/b)                      (Airy)
    κ = A s^m + C/s²           √s J_ν(x), √s Y_ν(x),  x = √A s^μ/|μ|,  ν = √(1/4 − C)/|μ|,  μ = (m + 2)/2
    κ = A e^{mt} + C           J_ν(x), Y_ν(x),  x = 2√A e^{mt/2}/|m|,  ν = 2√−C/|m|

and with −A for A the modified functions I_ν and K_ν. For with x ∝ s^μ the equation of v = √s f(x) is Bessel's,
f″ + f′/x + (1 − ν²/x²) f = 0 (DLMF 10.13, 10.25 and 9.2). Where 2ν is odd, its solutions are elementary.

**Theorem** (Lie). A coordinate with the equation of motion q̈ + p q̇ + r q = 0 has the symmetries

    u ∂_q,    e^P u_i u_j ∂_t + ½ e^P (u_i u_j)˙ q ∂_q,    e^P u q ∂_t + e^P u̇ q² ∂_q,

of which the first two kinds are variational. For in the coordinates v = e^{P/2} q and ∫dt/v₁², v/v₁ it moves freely.

>>> from sympy import symbols
>>> from symlag.calculus.jets import t
>>> omega = symbols("omega", positive=True)
>>> solutions(3 / t, omega**2)
(besselj(1, omega*t)/t, bessely(1, omega*t)/t)
>>> solutions(0, t)
(airyai(-t), airybi(-t))
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sympy import (
    Add,
    Derivative,
    Dummy,
    Expr,
    Function,
    Integral,
    Poly,
    Rational,
    S,
    Symbol,
    airyai,
    airybi,
    besseli,
    besselj,
    besselk,
    bessely,
    cancel,
    cbrt,
    cos,
    cosh,
    exp,
    expand,
    expand_log,
    factor_list,
    integrate,
    log,
    pi,
    powsimp,
    sin,
    sinh,
    sqrt,
    together,
)

from symlag.calculus.differential_operators import gradient
from symlag.calculus.jets import Jet, jets, t
from symlag.errors import SymlagError
from symlag.symmetry.determining_equations.cyclic_modes import Mode
from symlag.variational.equations_of_motion import regular_accelerations
from symlag.variational.lagrangian import Lagrangian


@dataclass(frozen=True)
class NormalFormSolutions:
    """Two solutions v of v̈ + κv = 0, and a basis of their products."""

    pair: tuple[Expr, Expr]
    products: tuple[Expr, Expr, Expr]

    @classmethod
    def of(cls, one: Expr, other: Expr) -> NormalFormSolutions:
        """Two solutions and their products as they are."""
        return cls((one, other), (powsimp(one**2), powsimp(one * other), powsimp(other**2)))


def solutions(friction: Expr, stiffness: Expr) -> tuple[Expr, Expr] | None:
    """Two independent solutions of ü + p u̇ + r u = 0 with p and r functions of time; None where none is recognized."""
    found = _solved(S(friction), S(stiffness))
    if found is None:
        return None
    envelope, normal = found
    one, other = (powsimp(envelope * v) for v in normal.pair)
    return one, other


def modes_of_linear_motion(L: Lagrangian) -> tuple[Mode, ...]:
    """The functions of time in the symmetries of each coordinate that moves by a linear equation that is recognized.

    Other terms of its equation of motion, which have neither this coordinate in them nor its velocity, do not matter.
    """
    if L.order > 1:
        return ()
    try:
        motion = list(regular_accelerations(L).values())
    except SymlagError:
        return ()
    modes = [Mode((S.One,), 1)]
    for q, a in zip(L.coordinates, motion, strict=True):
        modes += _modes_of_coordinate(q, a)
    return tuple(dict.fromkeys(modes)) if len(modes) > 1 else ()


def _modes_of_coordinate(q: Jet, acceleration: Expr) -> Iterator[Mode]:
    """Of q̈ + p q̇ + r q = …: the u, the e^P u_i u_j with what belongs to them, and the e^P u."""
    friction, stiffness = (-gradient(acceleration, jet) for jet in (q.dot, q))
    if jets(friction, stiffness) or (found := _solved(friction, stiffness)) is None:
        return
    envelope, normal = found
    growth, u = 1 / envelope**2, [powsimp(envelope * v) for v in normal.pair]
    # Wronskians of Bessel's and Airy's functions have π in them, and so have brackets.
    roots = (1 / pi, 1 / pi**2, pi, pi**2) if any(f.has(besselj, airyai) for f in u) else ()
    yield Mode(tuple(u), 1, roots)
    rates = [rate(w) - friction * w for w in normal.products]
    yield Mode(tuple(expand(f / 2) for f in rates), 1, roots, functions_of=((t, normal.products),))
    yield Mode(tuple(growth * rate(f) for f in u), 1, roots, functions_of=((t, tuple(growth * f for f in u)),))


def rate(function: Expr) -> Expr:
    """The derivative in time, with Bessel functions of two neighbouring orders alone.

    >>> rate(besselj(2, t))
    -besselj(3, t) + 2*besselj(2, t)/t
    """
    special = [*function.atoms(besselj, bessely, besseli, besselk)]
    names = {f: Function(f"f_{i}")(t) for i, f in enumerate(special)}
    written = function.xreplace(names).diff(t)
    slopes: dict[Expr, Expr] = {}
    for f, name in names.items():
        order, x = f.args
        neighbour = f.func(order + 1, x) * (1 if isinstance(f, besseli) else -1)
        slopes[Derivative(name, t)] = x.diff(t) * (neighbour + order * f / x)
    return written.xreplace(slopes).xreplace({name: f for f, name in names.items()})


def _solved(friction: Expr, stiffness: Expr) -> tuple[Expr, NormalFormSolutions] | None:
    """e^{−P/2} and the solutions of the normal form."""
    kappa = _collected(stiffness - friction.diff(t) / 2 - friction**2 / 4)
    half = integrate(_collected(friction / 2), t)
    normal = None if half.has(Integral) else _normal_form_solutions(kappa)
    return None if normal is None else (powsimp(exp(expand_log(-half, force=True))), normal)


def _collected(expression: Expr) -> Expr:
    """A function of time with what cancels left out, as a sum."""
    return expand(cancel(together(expand(expression))))


def _normal_form_solutions(kappa: Expr) -> NormalFormSolutions | None:
    """Two solutions of v̈ + κ v = 0."""
    if not kappa.has(t):
        return _of_constant(kappa)
    if kappa.has(exp):
        return _of_exponential(kappa)
    for c in _centres(kappa):
        s = Dummy("s", real=True)
        coefficients = _coefficients_of_powers(_collected(kappa.subs(t, c + s)), s)
        if coefficients is not None and (found := _of_powers(coefficients, t - c)):
            return found
    return None


def _of_constant(kappa: Expr) -> NormalFormSolutions:
    """Oscillations, exponentials or straight lines."""
    if kappa == 0:
        return NormalFormSolutions.of(S.One, t)
    oscillates = _is_taken_for_positive(kappa)
    even, odd, omega = (cos, sin, sqrt(kappa)) if oscillates else (cosh, sinh, sqrt(-kappa))
    return NormalFormSolutions((even(omega * t), odd(omega * t)), (S.One, even(2 * omega * t), odd(2 * omega * t)))


def _of_exponential(kappa: Expr) -> NormalFormSolutions | None:
    """Bessel functions of an exponential, for κ = A e^{mt} + C."""
    C, A, m, exponent = S.Zero, S.Zero, S.Zero, S.Zero
    for term in Add.make_args(kappa):
        factor, of_time = term.as_independent(t, as_Add=False)
        if of_time == 1:
            C += factor
        elif isinstance(of_time, exp) and not of_time.args[0].diff(t).has(t) and A == 0:
            A, exponent, m = factor, of_time.args[0], of_time.args[0].diff(t)
        else:
            return None
    if not (-C).is_nonnegative:
        return None
    first, second = (besselj, bessely) if _is_taken_for_positive(A) else (besseli, besselk)
    root = exp(exponent / 2)
    x = 2 * sqrt(A if _is_taken_for_positive(A) else -A) * root / abs(m)
    return _of_bessel(2 * sqrt(-C) / abs(m), x, (first, second), S.One, exp(-exponent / 4))


def _centres(kappa: Expr) -> list[Expr]:
    """The zeros and poles of κ, about which it may be a power, and 0."""
    centres = dict.fromkeys([S.Zero])
    numerator, denominator = together(kappa).as_numer_denom()
    for part in (denominator, numerator):
        if part.is_polynomial(t):
            for factor, _ in factor_list(part, t)[1]:
                if Poly(factor, t).degree() == 1:
                    slope, height = Poly(factor, t).all_coeffs()
                    centres[-height / slope] = None
    return [*centres]


def _coefficients_of_powers(kappa: Expr, s: Symbol) -> dict[Expr, Expr] | None:
    """The coefficients of powers of s, by exponent; None where there is anything else."""
    coefficients: dict[Expr, Expr] = {}
    for term in Add.make_args(kappa):
        factor, of_time = term.as_independent(s, as_Add=False)
        base, exponent = of_time.as_base_exp() if of_time != 1 else (s, S.Zero)
        if base != s or exponent.has(s):
            return None
        coefficients[exponent] = coefficients.get(exponent, S.Zero) + factor
    return coefficients


def _of_powers(coefficients: Mapping[Expr, Expr], s: Expr) -> NormalFormSolutions | None:
    """The functions of Euler, Airy and Bessel."""
    others = {e: c for e, c in coefficients.items() if e != -2}
    C = coefficients.get(S(-2), S.Zero)
    if not others:
        return _of_euler(C, s)
    if set(coefficients) <= {S.Zero, S.One} and S.One in coefficients:
        a, b = coefficients.get(S.Zero, S.Zero), coefficients[S.One]
        sign = -1 if _is_taken_for_positive(b) else 1
        x = expand(sign * cbrt(-sign * b) * (s + a / b))
        return NormalFormSolutions.of(airyai(x), airybi(x))
    if len(others) > 1 or not (1 - 4 * C).is_nonnegative:
        return None
    ((m, A),) = others.items()
    mu, positive = (m + 2) / 2, _is_taken_for_positive(A)
    x = sqrt(A if positive else -A) * s**mu / abs(mu)
    kinds = (besselj, bessely) if positive else (besseli, besselk)
    return _of_bessel(sqrt(1 - 4 * C) / abs(m + 2), x, kinds, sqrt(s), s ** ((1 - mu) / 2))


def _of_euler(C: Expr, s: Expr) -> NormalFormSolutions:
    """Powers of s, real ones or such that oscillate in its logarithm."""
    square = Rational(1, 4) - C
    if square == 0:
        return NormalFormSolutions((sqrt(s), sqrt(s) * log(s)), (s, s * log(s), s * log(s) ** 2))
    if square.is_negative or (not square.is_positive and square.could_extract_minus_sign()):
        angle = expand(sqrt(expand(-4 * square)) * log(s))
        return NormalFormSolutions(
            (sqrt(s) * cos(angle / 2), sqrt(s) * sin(angle / 2)), (s, s * cos(angle), s * sin(angle))
        )
    root = sqrt(expand(4 * square))
    return NormalFormSolutions.of(s ** ((1 + root) / 2), s ** ((1 - root) / 2))


def _of_bessel(
    order: Expr, x: Expr, kinds: tuple[Any, Any], envelope: Expr, envelope_by_root: Expr
) -> NormalFormSolutions:
    """Bessel functions of order ν times an envelope; elementary ones, times envelope/√x, where 2ν is odd."""
    first, second = kinds
    if not (2 * order).is_odd:
        return NormalFormSolutions.of(envelope * first(order, x), envelope * second(order, x))
    if first is besselj:
        pairs = [(cos(x), sin(x), -1, 1), (sin(x), -cos(x), -1, 1)]
    else:
        pairs = [(exp(x), exp(x), 1, -1), (exp(-x), exp(-x), 1, 1)]
    functions: list[Expr] = []
    for below, own, backward, forward in pairs:
        # Of orders −1/2 and 1/2, but for a factor 1/√x: then up by C_{ν+1} = ±C_{ν−1} ± (2ν/x)C_ν.
        nu, lower, upper = Rational(1, 2), below, own
        while nu != order:
            lower, upper, nu = upper, backward * lower + forward * (2 * nu / x) * upper, nu + 1
        functions.append(powsimp(expand(envelope_by_root * upper)))
    return NormalFormSolutions.of(*functions)


def _is_taken_for_positive(number: Expr) -> bool:
    """Whether a constant is positive; one of unknown sign is, unless it is written with a minus."""
    return bool(number.is_positive or (not number.is_negative and not number.could_extract_minus_sign()))
