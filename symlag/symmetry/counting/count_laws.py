"""How many laws there are: a number with its proof, for networks whose parameters enter through polynomials φ(θ).

>>> from symlag.symmetry.counting.factorizations import linear
>>> found = count_laws(linear(4, 4, 4))
>>> print(found)
linear(4, 4, 4), 32 parameters, gradient flow: 10 laws, for any loss ℓ(φ(θ)) and any data, around almost every θ. \
Affine symmetries give all of them. \
(brackets of up to 2 fields have rank 22 of 32, and the laws in hand leave room for no more)
>>> found.laws[0]
U0_0_0**2 + U0_1_0**2 + U0_2_0**2 + U0_3_0**2 - U1_0_0**2 - U1_0_1**2 - U1_0_2**2 - U1_0_3**2
"""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, MatrixBase, Tuple, sympify

from symlag.errors import SymlagError
from symlag.symmetry.counting.factorizations import Factorization
from symlag.symmetry.counting.flows import FLOWS, Flow
from symlag.symmetry.counting.law_count import ExactCount
from symlag.symmetry.counting.polynomials import read

# Parameters that are counted in minutes.
MOST = 2000


def count_laws(phi: Factorization | Expr | Sequence[Expr], flow: str = "gradient") -> ExactCount:
    """The number of laws of training with any loss ℓ(φ(θ)), for "gradient" or "momentum" flow, by closure of brackets.

    φ is a network such as `linear(4, 4, 4)`, or polynomials of the parameters (SymPy). `SymlagError` where φ is no
    polynomial, has no parameters or over 2000 of them, or the flow is another. Marcotte, Gribonval, Peyré: arXiv
    2307.00144, 2405.12888.

    >>> from sympy.abc import x, y
    >>> count_laws(x * y).laws, count_laws(x**3 + y**3).nonlinear        # 1/x − 1/y is a law, too
    ((x**2 - y**2,), 1)
    """
    kind, whole = flow_of(flow), phi if isinstance(phi, Factorization) else _gathered(phi)
    _require(whole)
    D, numbers = len(whole.parameters), {s: i for i, s in enumerate(whole.parameters)}
    mobility = {numbers[s]: read(f, numbers) for s, f in whole.mobility.items()}
    pushes = kind.pushes([read(f, numbers) for f in whole.components], mobility, D)
    laws, setting = kind.laws(pushes, D), f"for any loss ℓ(φ(θ)) and any data, {whole.region}"
    reach = kind.reached(pushes, laws)
    bound = kind.variables(D) - reach.rank
    return ExactCount(str(whole), flow, D, bound, setting, reach.evidence, whole.parameters, laws)


def flow_of(flow: str) -> Flow:
    """A flow by its name; `SymlagError` for another name."""
    if flow not in tuple(FLOWS):
        raise SymlagError(f"flow={flow!r}", "there is no such flow", 'flow="gradient" or flow="momentum"')
    return FLOWS[flow]


def _gathered(phi: Expr | Sequence[Expr]) -> Factorization:
    components = tuple(phi) if isinstance(phi, Sequence | MatrixBase | Tuple) else (phi,)
    for f in components:
        if not isinstance(f, Expr | int):
            raise SymlagError(str(f), "this is no polynomial", "polynomials of SymPy's symbols")
    components = tuple(map(sympify, components))
    symbols = {s for f in components for s in f.free_symbols}
    return Factorization(f"φ = {', '.join(map(str, components))}", tuple(sorted(symbols, key=str)), components)


def _require(phi: Factorization) -> None:
    """That there are parameters, and not too many."""
    if not phi.parameters:
        raise SymlagError(f"count_laws({list(phi.components)})", "φ has no parameters", "polynomials of some symbols")
    if len(phi.parameters) > MOST:
        wrong = f"it has {len(phi.parameters)} parameters, and exact counting takes up to {MOST}"
        raise SymlagError(f"count_laws({phi})", wrong, "narrower layers, the numbers of which show the rule")

