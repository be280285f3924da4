"""How many conservation laws training has: a number with its proof, for parameters that enter through polynomials φ(θ).

Theorem (Frobenius; Marcotte, Gribonval, Peyré for training). Let the closure under brackets of the control fields of a
flow, on N variables, have rank r at a generic point. Around such a point just N − r independent functions are conserved
for every loss ℓ(φ(θ)).

`flows` has the control fields, `bracket_closure` the rank, `explicit_laws` those laws that are known in closed form.

>>> from symlag.symmetry.counting.factorizations import linear
>>> count = count_laws(linear(4, 4, 4))
>>> print(count)
linear(4, 4, 4), 32 parameters, gradient flow: 10 laws, for any loss ℓ(φ(θ)) and any data, around almost every θ. \
Affine symmetries give all of them. \
(brackets of up to 2 fields have rank 22 of 32, and the laws in hand leave room for no more)
>>> count.laws[0]
U0_0_0**2 + U0_1_0**2 + U0_2_0**2 + U0_3_0**2 - U1_0_0**2 - U1_0_1**2 - U1_0_2**2 - U1_0_3**2
"""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, MatrixBase, Tuple, sympify

from symlag.errors import SymlagError
from symlag.symmetry.counting.factorizations import Factorization
from symlag.symmetry.counting.flows import FLOWS, Flow
from symlag.symmetry.counting.law_count import ExactCount
from symlag.symmetry.counting.polynomials import polynomial_of

# Parameters that are counted in minutes.
MOST = 2000


def count_laws(phi: Factorization | Expr | Sequence[Expr], flow: str = "gradient") -> ExactCount:
    """The number of conservation laws of training with any loss ℓ(φ(θ)), with its proof.

    Parameters
    ----------
    phi : Factorization, Expr, or sequence of Expr
        A network such as `linear(4, 4, 4)`, or polynomials φ of the parameters θ, with rational coefficients. Every
        symbol in them is a parameter.
    flow : {"gradient", "momentum"}
        Gradient flow, or gradient flow with momentum.

    Returns
    -------
    ExactCount
        `bound` is the number of laws, `laws` are those of affine symmetries, `complete` says whether these are all.

    Raises
    ------
    SymlagError
        Where φ is no polynomial, has no parameters or over 2000 of them, or where there is no such flow.

    References
    ----------
    Marcotte, Gribonval, Peyré, arXiv 2307.00144 (gradient flow) and 2405.12888 (momentum).

    Examples
    --------
    >>> from sympy.abc import x, y
    >>> count_laws(x * y).laws
    (x**2 - y**2,)
    >>> count_laws(x**3 + y**3).nonlinear                                # 1/x − 1/y is conserved, too
    1
    """
    kind, factorization = flow_of(flow), phi if isinstance(phi, Factorization) else _factorization(phi)
    D, numbers = len(factorization.parameters), {s: i for i, s in enumerate(factorization.parameters)}
    if not D:
        raise SymlagError(
            f"count_laws({list(factorization.components)})",
            "φ has no parameters",
            "Give polynomials that have symbols in them.",
        )
    if D > MOST:
        raise SymlagError(
            f"count_laws({factorization})",
            f"the network has {D} parameters, and exact counting takes up to {MOST}",
            "Count narrower layers: the numbers for some widths show the formula.",
        )
    mobility = {numbers[s]: polynomial_of(f, numbers) for s, f in factorization.mobility.items()}
    controls = kind.controls([polynomial_of(f, numbers) for f in factorization.components], mobility, D)
    laws = kind.laws(controls, D)
    closure = kind.rank(controls, laws)
    return ExactCount(
        subject=str(factorization),
        flow=flow,
        parameters=D,
        bound=kind.variables(D) - closure.rank,
        setting=f"for any loss ℓ(φ(θ)) and any data, {factorization.region}",
        evidence=closure.evidence,
        symbols=factorization.parameters,
        affine_laws=laws,
    )


def flow_of(flow: str) -> Flow:
    """A flow by its name; `SymlagError` for another name."""
    if flow not in tuple(FLOWS):
        raise SymlagError(f"flow={flow!r}", "there is no such flow", 'flow="gradient" or flow="momentum"')
    return FLOWS[flow]


def _factorization(phi: Expr | Sequence[Expr]) -> Factorization:
    """Polynomials as a network whose parameters are their symbols."""
    components = tuple(phi) if isinstance(phi, Sequence | MatrixBase | Tuple) else (phi,)
    for f in components:
        if not isinstance(f, Expr | int):
            raise SymlagError(
                f"count_laws(φ) with {f} in φ",
                "this is no polynomial",
                "Give polynomials of SymPy's symbols, a model of torch, or a network such as linear(4, 4, 4).",
            )
    components = tuple(map(sympify, components))
    symbols = {s for f in components for s in f.free_symbols}
    return Factorization(f"φ = {', '.join(map(str, components))}", tuple(sorted(symbols, key=str)), components)
