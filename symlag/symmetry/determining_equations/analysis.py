"""What is proved of the solutions of a system before any of them is known: a bound on their number, and their modes.

The bound comes from `solution_dimension`, the modes along each cyclic variable from `cyclic_modes`.

>>> from sympy import symbols
>>> from symlag.symmetry.determining_equations.equations import bessel_hagen_equation
>>> from symlag.calculus.jets import coordinates, t
>>> from symlag.variational.lagrangian import Lagrangian
>>> x = coordinates("x")
>>> k, m = symbols("k m", positive=True)
>>> analysis = analyse(bessel_hagen_equation(Lagrangian(m * x.dot**2 / 2, k * x**2 / 2)))
>>> analysis.bound, analysis.modes[t][1].functions
(5, (cos(sqrt(k)*t/sqrt(m)), sin(sqrt(k)*t/sqrt(m))))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sympy import S, Symbol

from symlag.errors import SymlagError
from symlag.symmetry.determining_equations.cyclic_modes import Mode, translation_modes
from symlag.symmetry.determining_equations.equations import System
from symlag.symmetry.determining_equations.solution_dimension import stable_certificate
from symlag.symmetry.modular.linear_algebra import PRIMES, UnluckyError
from symlag.symmetry.modular.reconstruction import ParameterValues
from symlag.symmetry.modular.specialization import Specialization

ATTEMPTS = 300

# What is tried along a cyclic variable of unknown modes: polynomials up to the square of it.
POLYNOMIAL_MODE = Mode((S.One,), 3)


@dataclass(frozen=True)
class Analysis:
    """A bound on the number of solutions, if they are finitely many, and the modes along each cyclic variable.

    `values` are the parameters at which this was found. The functions of `further_modes` are tried beside those that
    occur in L.
    """

    values: ParameterValues
    bound: int | None
    modes: Mapping[Symbol, list[Mode]]
    further_modes: tuple[Mode, ...] = ()


def analyse(system: System, further_modes: tuple[Mode, ...] = ()) -> Analysis:
    """Analyse a system of determining equations, at the first draw of numbers at which everything has a value."""
    for attempt in range(ATTEMPTS):
        values = ParameterValues.draw(system.parameters, PRIMES[attempt % len(PRIMES)], attempt)
        at = Specialization(values.prime, values.numbers, system.variables, attempt)
        try:
            confirmed = stable_certificate(system, at)
            modes = {z: [POLYNOMIAL_MODE] for z in system.cyclic}
            if confirmed:
                for z in system.cyclic:
                    modes[z] = translation_modes(confirmed[1].translation(z), z, values) or modes[z]
            every_mode = (mode for group in (*modes.values(), further_modes) for mode in group)
            roots = tuple(dict.fromkeys(root for mode in every_mode for root in mode.roots))
            for root in roots:
                at.value(root)  # modulo this prime the root may not exist: then another draw
        except UnluckyError:
            continue
        bound = confirmed[1].dimension if confirmed else None
        return Analysis(replace(values, roots=roots), bound, modes, further_modes)
    raise SymlagError(
        "symmetries(L)",
        f"L has no real value at any of {ATTEMPTS} random points",
        "Give a Lagrangian that is real somewhere.",
    )


def verdict(count: int, bound: int | None) -> str:
    """What is known of the number of solutions, in words."""
    if bound is None:
        return f"at least {count}, no upper bound known"
    if count > bound:
        raise AssertionError(f"{count} symmetries found, but at most {bound} proved to exist: please report this error")
    if count == bound:
        return f"{count}, complete, proved"
    return f"at least {count} and at most {bound}: {bound - count} without closed form"
