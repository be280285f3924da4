"""Update rules as data: what one step makes of the parameters θ, the buffers and the gradient g.

A rule is written entry by entry, as in a paper: letters stand for vectors, `v.new` for the vector after the step, and
k counts the steps from 0. Hyper-parameters are numbers, symbols, or functions of k.

>>> from sympy import symbols
>>> eta, beta = symbols("eta beta")
>>> v = Letter("v")
>>> rule = UpdateRule("mine", {v: beta * v + g, theta: theta - eta * v.new})
>>> rule.buffers, rule.linear[v]
((v,), {v: beta, g: 1})
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sympy import Add, Expr, Mul, S, sympify
from sympy.core.function import AppliedUndef

from symlag.errors import SymlagError
from symlag.learning.continuous_rules import Rule
from symlag.optimizers.transfer_function import continuous_limit
from symlag.optimizers.validate import checked, in_order
from symlag.optimizers.vectors import Letter, Vector, g, k, letters, polar, theta
from symlag.variational.lagrangian import Lagrangian

__all__ = ["Letter", "UpdateRule", "Vector", "combination", "g", "k", "letters", "polar", "theta"]


@dataclass(frozen=True)
class UpdateRule:
    """The equations of one step, each giving the new value of a letter, and what the buffers start from.

    Equations are in θ, g, the buffers, and new values that other equations give; a buffer not named in `initial` starts
    from zero. A letter of which only the new value is read is an auxiliary, such as the applied update u. Raises
    `SymlagError` where θ has no equation, where a letter is read that none defines, where new values wait for one
    another, where no gradient or one at another point than θ is read, or where a schedule is no function of k.
    """

    name: str
    equations: Mapping[Letter, Expr]
    initial: Mapping[Letter, Expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        made = checked(self.name, self.equations)
        if theta not in made:
            raise SymlagError(self.name, "no equation gives the new θ", "theta: theta - eta * g, say")
        if not any(e.has(g) for e in made.values()):
            raise SymlagError(self.name, "no equation reads the gradient g", "theta: theta - eta * g, say")
        object.__setattr__(self, "equations", {x: made[x] for x in in_order(made)})
        object.__setattr__(self, "initial", {x: sympify(e) for x, e in self.initial.items()})

    @cached_property
    def buffers(self) -> tuple[Letter, ...]:
        """The letters other than θ that the next step reads."""
        read = set().union(*(letters(e) for e in self.equations.values()))
        return tuple(x for x in self.equations if x in read and x != theta)

    @cached_property
    def positions(self) -> tuple[Letter, ...]:
        """θ, and the buffers that start from it: averages of the weights."""
        return (theta, *(x for x in self.buffers if self.initial.get(x) == theta))

    @cached_property
    def momenta(self) -> tuple[Letter, ...]:
        """The buffers that are linear combinations of gradients, and of θ."""
        return tuple(x for x in self.buffers if x not in self.positions and self._sources(x) == {g})

    @cached_property
    def accumulators(self) -> tuple[Letter, ...]:
        """The buffers between a preconditioner and θ, linear combinations of its updates: RMSProp's momentum."""
        others = (x for x in self.buffers if x not in (*self.positions, *self.momenta))
        return tuple(x for x in others if x in self.linear and x in self._ancestors(theta))

    @cached_property
    def hyperparameters(self) -> tuple[Expr, ...]:
        """The symbols, and the schedules by their functions of k, that occur beside letters."""
        whole = Add(*self.equations.values())
        symbols = {s for s in whole.free_symbols if not isinstance(s, Letter)} - {k}
        return tuple(sorted({*symbols, *whole.atoms(AppliedUndef)}, key=str))

    @property
    def linear(self) -> Mapping[Letter, Vector]:
        """The equations that are linear combinations of letters, the opaque ones among these included by name."""
        return self._split[0]

    @property
    def opaque(self) -> Mapping[Letter, Expr]:
        """What is no linear combination, by the letter of its value: a sign, a polar factor, a quotient of entries."""
        return self._split[1]

    @property
    def mechanics(self) -> Rule:
        """The mass, friction and decay that the rule has in the continuous limit; an error where it is not linear."""
        return continuous_limit(self).mechanics

    def lagrangian(self, loss: Any, coordinates: Iterable[Any]) -> Lagrangian:
        """The mechanics of training these coordinates on a loss."""
        return self.mechanics.lagrangian(loss, coordinates)

    def at(self, values: Mapping[Any, Any]) -> UpdateRule:
        """The rule with hyper-parameters replaced."""
        swap = {s: sympify(value) for s, value in values.items()}
        return UpdateRule(self.name, {x: e.xreplace(swap) for x, e in self.equations.items()}, self.initial)

    @cached_property
    def _split(self) -> tuple[dict[Letter, Vector], dict[Letter, Expr]]:
        linear: dict[Letter, Vector] = {}
        opaque: dict[Letter, Expr] = {}
        for x, e in self.equations.items():
            combined = combination(e)
            foreign = {part: c for part, c in combined.items() if not isinstance(part, Letter)}
            if foreign and len(combined) == 1 and x != theta:
                opaque[x] = e
                continue
            plain = {part: c for part, c in combined.items() if part not in foreign}
            linear[x] = plain | {u.new: c for u, part, c in _named(x, foreign) if opaque.setdefault(u, part) is part}
        return linear, opaque

    def _ancestors(self, x: Letter) -> set[Letter]:
        """The letters that enter a letter through linear equations, itself included, but for θ beside others."""
        found, ahead = set[Letter](), {x}
        while ahead:
            found |= ahead
            ahead = {y.root for z in ahead for y in self.linear.get(z, {})} - found - {theta}
        return found

    def _sources(self, x: Letter) -> set[Letter]:
        """The letters that a letter is a linear combination of, when the buffers in it are written out."""
        return self._ancestors(x) - {*self.linear}


def combination(expression: Expr) -> dict[Expr, Expr]:
    """An expression as a sum of coefficients, free of letters, times letters or what is no sum of letters.

    >>> from sympy import Symbol
    >>> s, c = Letter("s"), Symbol("c")
    >>> combination(c * (theta + 2 * g / s))
    {g/s: 2*c, theta: c}
    """
    if isinstance(expression, Add):
        return _collected(combination(term) for term in expression.args)
    number, vector = expression.as_independent(*letters(expression), as_Add=False)
    sums = [factor for factor in Mul.make_args(vector) if letters(factor)]
    if len(sums) == 1 and isinstance(sums[0], Add):
        return {part: number * c for part, c in combination(sums[0]).items()}
    return {vector: number} if number != 0 else {}


def _collected(parts: Any) -> dict[Expr, Expr]:
    total: dict[Expr, Expr] = {}
    for part in parts:
        for vector, c in part.items():
            total[vector] = total.get(vector, S.Zero) + c
    return {vector: c for vector, c in total.items() if c != 0}


def _named(x: Letter, foreign: Mapping[Expr, Expr]) -> Iterator[tuple[Letter, Expr, Expr]]:
    """A letter, a value and a coefficient for what is no linear combination in the equation of x."""
    if len(foreign) == 1:
        ((part, c),) = foreign.items()
        yield Letter(f"u_{x.stem}"), part, c
    elif foreign:
        yield Letter(f"u_{x.stem}"), Add(*(c * part for part, c in foreign.items())), S.One
