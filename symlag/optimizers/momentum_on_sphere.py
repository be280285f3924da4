"""Momentum on weights before a normalisation layer: what a linear rule with buffers is for their direction, exactly.

The loss sees the direction u of w = ru alone, so that g = ĝ/r. Weights grow like r, gradients shrink like 1/r, and
n = r·v makes all that a step adds to w depend on u, ĝ, the n and G = r⁴ only. With y for w'/r, u' = y/|y|, G' = G|y|⁴:

    n̂ = βn + ĝ + λ√G u,    y = u − (η/√G) n̂,    n' = |y| n̂        (heavy ball).

A decay puts a radial part into n̂, and so does every turn of u: a buffer remembers where the weights were.

>>> from symlag.optimizers.library import sgd, v
>>> rolling(sgd()).carried[v][theta]
sqrt(G)*lambda
>>> rolling(sgd()).pushed[v]
-beta*eta/sqrt(G)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Add, Expr, Rational, S, expand, sqrt

from symlag.calculus.zero_test import vanishes
from symlag.display import Shown
from symlag.errors import SymlagError
from symlag.optimizers.descent_on_sphere import G
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import Letter, Vector, g, theta


@dataclass(frozen=True)
class Rolling(Shown):
    """y = Σ pushed, u' = y/|y|, G' = G|y|⁴, and for each buffer fed by gradients n' = |y| Σ carried.

    In both sums theta stands for u, g for the gradient ĝ at u, and a buffer v for n = r·v.
    """

    pushed: Vector
    carried: Mapping[Letter, Vector]
    rule: UpdateRule

    def defect(self) -> tuple[Expr, ...]:
        """By how much r·y misses θ', and Σ carried/r each buffer, the rule put in at θ = ru, g = ĝ/r, v = n/r."""
        r = G ** Rational(1, 4)
        known = {x: x * r ** (1 - 2 * _degree(self.rule, x)) for x in (g, theta, *self.rule.buffers)}
        for x, equation in self.rule.equations.items():
            known[x.new] = equation.xreplace(known)
        told = {theta: r * _sum(self.pushed)} | {x: _sum(vector) / r for x, vector in self.carried.items()}
        return tuple(S.Zero if vanishes(gap := known[x.new] - said) else gap for x, said in told.items())


def rolling(rule: UpdateRule) -> Rolling:
    """The motion of the direction of weights whose scale the loss does not see, under a rule linear in gradients.

    `SymlagError` where the rule is not: the signs and roots of a preconditioner do not go with the weights' length.
    """
    if rule.opaque:
        wrong = f"{next(iter(rule.opaque))} is not linear, and does not grow or shrink with the weights"
        raise SymlagError(rule.name, wrong, "sgd(), nesterov() or sgdw()")
    return Rolling(_turned(rule, theta), {x: _turned(rule, x) for x in rule.buffers if x not in rule.positions}, rule)


def _turned(rule: UpdateRule, x: Letter) -> Vector:
    """The new value of a letter by the old ones, positions over r and all else times r."""
    told = _written_out(rule, x)
    return {y: expand(c * sqrt(G) ** (_degree(rule, x) - _degree(rule, y))) for y, c in told.items() if c != 0}


def _sum(vector: Vector) -> Expr:
    return Add(*(c * x for x, c in vector.items()))


def _degree(rule: UpdateRule, x: Letter) -> int:
    """How a letter counts in r²: nothing for positions, one for what the gradient feeds."""
    return 0 if x in rule.positions else 1


def _written_out(rule: UpdateRule, x: Letter) -> dict[Letter, Expr]:
    """The new value of a letter by the old ones."""
    total: dict[Letter, Expr] = {}
    for y, c in rule.linear[x].items():
        for z, d in _written_out(rule, y.root).items() if y.age == 1 else [(y, S.One)]:
            total[z] = total.get(z, S.Zero) + c * d
    return total
