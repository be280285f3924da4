"""How bilinear forms of an update rule close: each new value written by the rule, until only what is old holds θ.

A form with the old θ in it is written out as far as the rule is linear, because there ⟨g, ξ(θ)⟩ = 0 takes the gradient
away. A form without it can be measured, and stays as it is.

>>> from symlag.variational.generator import scale
>>> from symlag.calculus.jets import block
>>> from symlag.optimizers.library import sgd
>>> closure = Closure(sgd(), Frame(scale(block("w")), (theta,)))
>>> v = Letter("v")
>>> closure.settled(Form(v.new, theta))
beta*<v, A*theta> + lambda*<theta, A*theta>
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sympy import Expr, S, expand

from symlag.calculus.jets import Block
from symlag.calculus.matrices import normal
from symlag.calculus.zero_test import vanishes
from symlag.optimizers.bilinear_forms import ONE, Form, Frame
from symlag.optimizers.polar_factor import PolarFactor
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import Letter, Vector, g, polar, theta


@dataclass(frozen=True)
class Closure:
    """A rule and a frame, and whether the gradient is that of a loss without the symmetry."""

    rule: UpdateRule
    frame: Frame
    broken: bool = False

    @cached_property
    def recursion(self) -> dict[Form, Expr]:
        """Each charge, and what it is after a step in charges and in forms that can be measured."""
        found: dict[Form, Expr] = {}
        ahead = list(self._seeds())
        while ahead:
            charge = ahead.pop(0)
            if charge not in found:
                found[charge] = self.advanced(charge)
                ahead += sorted(filter(self.is_charge, found[charge].atoms(Form)), key=str)
        return found

    def advanced(self, charge: Form) -> Expr:
        """A charge after the step."""
        return self.settled(self.frame.pair(*map(self.after, charge.args)))

    def settled(self, expression: Any) -> Expr:
        """An expression in forms, written out as far as that helps."""
        forms = expression.atoms(Form)
        written = {form: after for form in forms if (after := self._written(form)) != form}
        return self.settled(expand(expression.xreplace(written))) if written else expand(expression)

    def after(self, x: Letter) -> Vector:
        """A letter after the step: positions as the rule writes them, others as they are."""
        if x not in self.rule.positions:
            return {x.new: S.One}
        told: dict[Letter, Expr] = {}
        for y, c in self.rule.linear[x].items():
            for z, d in self.after(y.root).items() if y.age == 1 else [(y, S.One)]:
                told[z] = told.get(z, S.Zero) + c * d
        return self.frame.whole(told, 1)

    def is_charge(self, form: Form) -> bool:
        """Whether a form is of parameters and buffers before the step, and holds a position in its place."""
        x, y = form.args
        held = {*self.rule.positions, *self.rule.buffers, ONE}
        return {x, y} <= held and bool({x, y} & {theta, ONE} or {x, y} <= {*self.rule.positions})

    def kind(self, form: Form) -> str:
        """The name of a source: breaking, metric or kinetic."""
        if form == Form(g, self.frame.anchor):
            return "breaking"
        preconditioned = any(x.root in self.rule.opaque for x in form.args)
        return "metric" if preconditioned and {*form.args} & {theta, ONE} else "kinetic"

    def _seeds(self) -> Iterator[Form]:
        """The charges to begin with."""
        anchor, positions = self.frame.anchor, self.rule.positions
        squares = [(p, q) for i, p in enumerate(positions) for q in positions[: i + 1]]
        pairs = [(p, ONE) for p in positions] if anchor == ONE else squares
        for x, y in [*pairs, *((m, anchor) for m in self.rule.momenta)]:
            yield from self.frame.form(x, y).atoms(Form)

    def _written(self, form: Form) -> Expr:
        x, y = form.args
        if form == Form(g, self.frame.anchor):
            return form if self.broken else S.Zero
        if y in (theta, ONE) and x.age == 1 and x.root in self.rule.linear:
            return self.frame.pair(self._told(x.root), {y: S.One})
        if x in (theta, ONE) and y.age == 1 and y.root in self.rule.linear:
            return self.frame.pair({x: S.One}, self._told(y.root))
        return S.Zero if self._orthogonal(form) else form

    def _told(self, x: Letter) -> Vector:
        return self.frame.whole(self.rule.linear[x], int(x in self.rule.positions))

    def _orthogonal(self, form: Form) -> bool:
        """Whether a form vanishes by what is known of polar factors."""
        polars = {x.new for x, e in self.rule.opaque.items() if e.has(polar)}
        return bool(polars & {*form.args}) and vanishes(known(self.rule, self.frame, self.frame.value(form)))


def known(rule: UpdateRule, frame: Frame, expression: Any) -> Any:
    """An expression in blocks with polar factors put in for the letters that are those of a buffer."""
    polars = {u: e.args[0] for u, e in rule.opaque.items() if isinstance(e, polar) and isinstance(e.args[0], Letter)}
    blocks = [q for q in frame.generator.components if isinstance(q, Block)]
    factors = {frame.block(u.new, q): PolarFactor(frame.block(x, q)) for u, x in polars.items() for q in blocks}
    return normal(expression.xreplace(factors))
