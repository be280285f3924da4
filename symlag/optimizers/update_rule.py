"""Update rules as data: what one step makes of the parameters θ, the buffers and the gradient g.

Definition. A rule gives for each of its letters x an equation x' = e, with e an expression in θ, g, the buffers, and
new values that other equations give. It is written entry by entry, as in a paper: a letter stands for a vector, `v.new`
for the vector after the step, and k counts the steps from 0. Hyper-parameters are numbers, symbols, or functions of k.

An equation is linear if e is a linear combination of letters. What is not, such as a sign, a polar factor or a quotient
of entries, is opaque: it gets a letter of its own, u, in which the other equations are linear again.

>>> from sympy import symbols
>>> eta, beta = symbols("eta beta")
>>> v = Letter("v")
>>> rule = UpdateRule("mine", {v: beta * v + g, theta: theta - eta * v.new})
>>> rule.buffers, rule.linear[v]
((v,), {v: beta, g: 1})
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sympy import Add, Expr, Mul, S, sympify
from sympy.core.function import AppliedUndef

from symlag.errors import SymlagError
from symlag.learning.continuous_rules import Rule
from symlag.optimizers.transfer_function import continuous_limit
from symlag.optimizers.validate import evaluation_order, validated_equations
from symlag.optimizers.vectors import Letter, Vector, g, k, letters, polar, theta
from symlag.variational.lagrangian import Lagrangian

__all__ = ["Letter", "UpdateRule", "Vector", "combination", "g", "k", "letters", "polar", "theta"]


@dataclass(frozen=True)
class UpdateRule:
    """An update rule: the equations of one step, and what the buffers start from.

    A letter of which only the new value is read is an auxiliary, such as the applied update u.

    Parameters
    ----------
    name : str
        What documents call the rule.
    equations : mapping from Letter to Expr
        The new value of each letter, in θ, g, the buffers, and new values that other equations give.
    initial : mapping from Letter to Expr, optional
        What buffers start from; a buffer left out starts from 0.

    Raises
    ------
    SymlagError
        Where θ has no equation, where a letter is read that none defines, where new values wait for one another, where
        no gradient or one at another point than θ is read, or where a schedule is no function of k.

    Examples
    --------
    >>> from sympy import symbols
    >>> eta, beta = symbols("eta beta", positive=True)
    >>> v = Letter("v")
    >>> rule = UpdateRule("mine", {v: beta * v + g, theta: theta - eta * v.new})
    >>> rule.momenta, rule.hyperparameters
    ((v,), (beta, eta))
    """

    name: str
    equations: Mapping[Letter, Expr]
    initial: Mapping[Letter, Expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        equations = validated_equations(self.name, self.equations)
        if theta not in equations:
            raise SymlagError(self.name, "no equation gives the new θ", "Give one, such as {theta: theta - eta * g}.")
        if not any(e.has(g) for e in equations.values()):
            wrong = "no equation reads the gradient g"
            raise SymlagError(self.name, wrong, "Use it in one, as in {theta: theta - eta * g}.")
        object.__setattr__(self, "equations", {x: equations[x] for x in evaluation_order(equations)})
        object.__setattr__(self, "initial", {x: sympify(e) for x, e in self.initial.items()})
        for x in self.equations:
            if Letter(f"u_{x.stem}") in self.equations and self._nonlinear_remainder(x):
                raise SymlagError(
                    f"u_{x.stem} in {self.name}",
                    f"this letter is kept for what is not linear in the equation of {x}",
                    "Give your letter another name.",
                )

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
        others = (x for x in self.buffers if x not in self.positions)
        return tuple(x for x in others if self._ancestors(x) - {*self.linear} == {g})

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

    @cached_property
    def linear(self) -> Mapping[Letter, Vector]:
        """The equations that are linear combinations of letters, the opaque ones among these by name."""
        equations: dict[Letter, Vector] = {}
        for x in self.equations:
            if self._is_opaque(x):
                continue
            linear = {y: c for y, c in self._combinations[x].items() if isinstance(y, Letter)}
            remainder = self._nonlinear_remainder(x)
            equations[x] = linear | ({Letter(f"u_{x.stem}").new: remainder[1]} if remainder else {})
        return equations

    @cached_property
    def opaque(self) -> Mapping[Letter, Expr]:
        """What is no linear combination, by the letter of its value: a sign, a polar factor, a quotient of entries."""
        equations: dict[Letter, Expr] = {}
        for x, e in self.equations.items():
            if self._is_opaque(x):
                equations[x] = e
            elif remainder := self._nonlinear_remainder(x):
                equations[Letter(f"u_{x.stem}")] = remainder[0]
        return equations

    @property
    def mechanics(self) -> Rule:
        """The mass, friction and decay that the rule has in the continuous limit; an error where it is not linear."""
        return continuous_limit(self).mechanics

    def lagrangian(self, loss: Any, coordinates: Iterable[Any]) -> Lagrangian:
        """The mechanics of training on a loss.

        Parameters
        ----------
        loss : Expr or number
            The loss f, which stands in the potential beside the weight decay.
        coordinates : iterable of coordinates
            What the rule trains.

        Returns
        -------
        Lagrangian
            The Lagrangian of `mechanics`.
        """
        return self.mechanics.lagrangian(loss, coordinates)

    def at(self, values: Mapping[Any, Any]) -> UpdateRule:
        """The rule with hyper-parameters replaced.

        Parameters
        ----------
        values : mapping from Expr to number or Expr
            What replaces each hyper-parameter.

        Returns
        -------
        UpdateRule
            The rule at these values.
        """
        swap = {s: sympify(value) for s, value in values.items()}
        return UpdateRule(self.name, {x: e.xreplace(swap) for x, e in self.equations.items()}, self.initial)

    @cached_property
    def _combinations(self) -> Mapping[Letter, Mapping[Expr, Expr]]:
        return {x: combination(e) for x, e in self.equations.items()}

    def _is_opaque(self, x: Letter) -> bool:
        """Whether the equation of a letter other than θ is one term that is no letter: then x itself names it."""
        parts = [*self._combinations[x]]
        return x != theta and len(parts) == 1 and not isinstance(parts[0], Letter)

    def _nonlinear_remainder(self, x: Letter) -> tuple[Expr, Expr] | None:
        """What is not linear in an equation beside linear terms, and its coefficient; none where all is linear."""
        terms = {part: c for part, c in self._combinations[x].items() if not isinstance(part, Letter)}
        if not terms or self._is_opaque(x):
            return None
        if len(terms) == 1:
            return next(iter(terms.items()))
        return Add(*(c * part for part, c in terms.items())), S.One

    def _ancestors(self, x: Letter) -> set[Letter]:
        """The letters that enter a letter through linear equations, itself included, but for θ beside others."""
        found, waiting = set[Letter](), {x}
        while waiting:
            found |= waiting
            waiting = {y.root for z in waiting for y in self.linear.get(z, {})} - found - {theta}
        return found


def combination(expression: Expr) -> dict[Expr, Expr]:
    """An expression as a sum of coefficients, free of letters, times letters or what is no sum of letters.

    >>> from sympy import Symbol
    >>> s, c = Letter("s"), Symbol("c")
    >>> combination(c * (theta + 2 * g / s))
    {g/s: 2*c, theta: c}
    """
    if isinstance(expression, Add):
        total: dict[Expr, Expr] = {}
        for term in expression.args:
            for part, c in combination(term).items():
                total[part] = total.get(part, S.Zero) + c
        return {part: c for part, c in total.items() if c != 0}
    number, vector = expression.as_independent(*letters(expression), as_Add=False)
    sums = [factor for factor in Mul.make_args(vector) if letters(factor)]
    if len(sums) == 1 and isinstance(sums[0], Add):
        return {part: number * c for part, c in combination(sums[0]).items()}
    return {vector: number} if number != 0 else {}
