"""Descent on weights before a normalisation layer is RMSProp on the sphere, exactly.

The loss sees the direction u of w = ru alone, so that g = ĝ/r with ĝ tangent to the sphere at u. The exact law of the
squared norm then speaks of G = r⁴ and |ĝ|² only: G is an average of squared gradients, and a step on the sphere is
∝ ĝ/√G (compare NLD §5, where it is an approximation).

>>> from symlag.optimizers.library import sgd
>>> adaptive = on_sphere(sgd(momentum=0))
>>> adaptive.rate
eta/(sqrt(G)*(-eta*lambda + 1))
>>> adaptive.accumulated
G*(-eta*lambda + 1)**4 + 2*S*eta**2*(-eta*lambda + 1)**2 + S**2*eta**4/G
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Symbol, sqrt

from symlag.calculus.jets import block
from symlag.errors import SymlagError
from symlag.optimizers.bilinear_forms import Form
from symlag.optimizers.exact import exact
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import g, theta
from symlag.variational.generator import scale

G, S = Symbol("G", positive=True), Symbol("S", nonnegative=True)


@dataclass(frozen=True)
class SphereRule:
    """u' = normalize(u − rate·ĝ), G' = accumulated, in G = r⁴ and S = |ĝ|², ĝ the gradient at u."""

    rate: Expr
    accumulated: Expr


def on_sphere(rule: UpdateRule) -> SphereRule:
    """What a rule without buffers is for the direction of weights whose scale the loss does not see.

    `SymlagError` where θ' is no combination of θ and g: a buffer has a part along the weights, for `rolling` to carry.
    """
    told = rule.linear[theta]
    if {*told} != {theta, g}:
        raise SymlagError(rule.name, "its step is no combination of θ and g alone", "rolling(rule) for a momentum")
    law = exact(rule, scale(block("w")))
    kept, fed = law.propagator[0], law.source[0].coeff(Form(g, g))  # r′² = kept·r² + fed·|g|², and |g|² = S/r²
    accumulated = kept**2 * G + 2 * kept * fed * S + fed**2 * S**2 / G
    return SphereRule(-told[g] / (told[theta] * sqrt(G)), accumulated)
