"""What an optimizer is for the direction of scale-invariant weights: an optimizer on the sphere, exactly.

Definition. Before a normalisation layer the loss sees the direction u of the weights w = ru alone. Then g = ĝ/r, with ĝ
the gradient at u, tangent to the sphere. Let G = r⁴, and n = rv for each buffer v that gradients feed.

Theorem. Under a rule that is linear in gradients u, ĝ, the n and G alone determine the next u, n and G: with the linear
combinations y = w'/r and n̂ = rv' of u, ĝ and the n,

    u' = y/|y|,    n' = |y| n̂,    G' = G |y|⁴.

Proof. Each step adds to w multiples of w, g and v, and to v multiples of v, g and w. Divided by r, resp. multiplied by
it, these are multiples of u, ĝ and n whose coefficients know r by r² = √G alone.

For the heavy ball, n̂ = βn + ĝ + λ√G u and y = u − (η/√G) n̂: a decay puts a radial part into n̂, as does every turn
of u, since a buffer remembers where the weights were. Without buffers y = au + bĝ with u ⟂ ĝ, and |y|² = a² + b²|ĝ|²:
then G is an average of squared gradients and the step is ∝ ĝ/√G, which is RMSProp on the sphere (compare Tanaka and
Kunin, *Noether's Learning Dynamics*, arXiv 2105.02716, §5, where it is an approximation in continuous time).

>>> from symlag.optimizers.library.momentum import sgd, v
>>> on_sphere(sgd()).buffers[v][theta]
sqrt(G)*lambda
>>> on_sphere(sgd()).update[v]
-beta*eta/sqrt(G)
>>> on_sphere(sgd(momentum=0)).rmsprop().rate
eta/(sqrt(G)*(-eta*lambda + 1))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Add, Expr, Rational, S, Symbol, expand, sqrt

from symlag.calculus.zero_test import vanishes
from symlag.display import Displayable
from symlag.errors import SymlagError
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import Letter, Vector, g, theta

G = Symbol("G", positive=True)  # r⁴, the fourth power of the length of the weights
SQUARED_GRADIENT = Symbol("S", nonnegative=True)  # |ĝ|², the squared gradient at the direction


@dataclass(frozen=True)
class SphericalRMSProp:
    """RMSProp on the sphere: u' = normalize(u − rate·ĝ), G' = accumulator, in G and S = |ĝ|²."""

    rate: Expr
    accumulator: Expr


@dataclass(frozen=True)
class SphereRule(Displayable):
    """The update rule of the direction u of scale-invariant weights: u' = y/|y|, n' = |y| n̂, G' = G|y|⁴.

    In both sums `theta` stands for u, `g` for the gradient ĝ at u, and a buffer v for n = rv.

    Parameters
    ----------
    update : mapping from Letter to Expr
        The coefficients of y.
    buffers : mapping from Letter to such mappings
        Of each buffer that gradients feed the coefficients of n̂.
    rule : UpdateRule
        The rule of the weights.

    Examples
    --------
    >>> from symlag.optimizers.library.momentum import sgd
    >>> on_sphere(sgd(weight_decay=0)).defect()
    (0, 0)
    """

    update: Vector
    buffers: Mapping[Letter, Vector]
    rule: UpdateRule

    def defect(self) -> tuple[Expr, ...]:
        """The proof: θ' − ry, and v' − n̂/r of each buffer, with the rule put in at θ = ru, g = ĝ/r and v = n/r.

        Every entry is 0, or this rule is wrong.
        """
        r = G ** Rational(1, 4)
        values = {x: x * r if _degree(self.rule, x) == 0 else x / r for x in (g, theta, *self.rule.buffers)}
        for x, equation in self.rule.equations.items():
            values[x.new] = equation.xreplace(values)
        stated = {theta: r * _total(self.update)} | {x: _total(vector) / r for x, vector in self.buffers.items()}
        gaps = {x: values[x.new] - expression for x, expression in stated.items()}
        return tuple(S.Zero if vanishes(gap) else gap for gap in gaps.values())

    def rmsprop(self) -> SphericalRMSProp:
        """The same as RMSProp on the sphere, where the rule has no buffer.

        `SymlagError` where it has one: n has a part along u, and there is no |y|² without it.
        """
        if {*self.update} - {theta, g}:
            raise SymlagError(
                f"on_sphere({self.rule.name}).rmsprop()",
                "this rule has a buffer, and a buffer has a part along the weights",
                "Use a rule without momentum, for example sgd(momentum=0).",
            )
        a, b = self.update[theta], self.update[g]
        S = SQUARED_GRADIENT  # |y|² = a² + b²S, as u ⟂ ĝ
        return SphericalRMSProp(-b / a, a**4 * G + 2 * a**2 * b**2 * G * S + b**4 * G * S**2)


def on_sphere(rule: UpdateRule) -> SphereRule:
    """The rule by which the direction of scale-invariant weights moves, for weights trained by a linear rule.

    Parameters
    ----------
    rule : UpdateRule
        A rule that is linear in gradients, such as `sgd`, `nesterov` or `sgdw`.

    Returns
    -------
    SphereRule
        The update of u = w/|w|, of n = |w|v for each buffer, and of G = |w|⁴.

    Raises
    ------
    SymlagError
        Where the rule is not linear: the signs and roots of a preconditioner do not scale with the weights.

    References
    ----------
    Wan, Zhu, Zhang, Sun, *Spherical Motion Dynamics*, arXiv 2006.08419; Roburin et al., *Spherical Perspective on
    Learning with Normalization Layers*, arXiv 2006.13382.

    Examples
    --------
    >>> from symlag.optimizers.library.momentum import sgd
    >>> on_sphere(sgd(momentum=0, weight_decay=0)).update
    {g: -eta/sqrt(G), theta: 1}
    """
    for x in rule.opaque:
        raise SymlagError(
            f"on_sphere({rule.name})",
            f"{x} is not linear in gradients, and does not scale with the weights",
            "Use a linear rule, for example sgd(), nesterov() or sgdw().",
        )
    buffers = {x: _rescaled(rule, x) for x in rule.buffers if x not in rule.positions}
    return SphereRule(_rescaled(rule, theta), buffers, rule)


def _rescaled(rule: UpdateRule, x: Letter) -> Vector:
    """y or n̂: the new value of a letter in old ones, positions divided by r and all else multiplied by it."""
    coefficients = _in_old_values(rule, x)
    return {y: expand(c * sqrt(G) ** (_degree(rule, x) - _degree(rule, y))) for y, c in coefficients.items() if c != 0}


def _in_old_values(rule: UpdateRule, x: Letter) -> dict[Letter, Expr]:
    total: dict[Letter, Expr] = {}
    for y, c in rule.linear[x].items():
        for z, d in _in_old_values(rule, y.root).items() if y.age == 1 else [(y, S.One)]:
            total[z] = total.get(z, S.Zero) + c * d
    return total


def _degree(rule: UpdateRule, x: Letter) -> int:
    """How a letter counts: 0 for positions, which are divided by r, and 1 for what is multiplied by it."""
    return 0 if x in rule.positions else 1


def _total(vector: Vector) -> Expr:
    return Add(*(c * x for x, c in vector.items()))
