"""How the bilinear forms of an update rule close under a step.

Definition. Forms of new values are rewritten by

    (1)  ⟨x', Âθ⟩ → Σ_y c_y ⟨y, Âθ⟩     where the rule says x' = Σ_y c_y y, a linear combination,
    (2)  ⟨g, Âθ⟩ → 0                    where the loss has the symmetry; for any loss it stays, the source "breaking",
    (3)  ⟨u', Ây⟩ → 0                   where it vanishes for every polar factor u' = polar(y) and this A,

and the same with ONE in place of the old θ. A form without the old θ is left as it is: it can be measured, and to write
it out would bring in ⟨g, Ag⟩ and the like, which nothing takes away.

Theorem. The rewriting ends, since a rule gives new values in an order in which each needs only earlier ones. Charges
are the forms of what is kept between steps (θ, its averages, the buffers) with θ in them, or of two positions. A charge
after the step, its positions written out by the rule, is then a linear combination of charges and of forms that can be
measured; adding the charges that turn up closes the system after finitely many, as there are finitely many pairs of
letters. The loss enters by ⟨g, ξ(θ)⟩ alone.

>>> from symlag.variational.families import scale
>>> from symlag.calculus.jets import block
>>> from symlag.optimizers.library.momentum import sgd
>>> closure = Closure(sgd(), Frame(scale(block("w")), (theta,)))
>>> v = Letter("v")
>>> closure.reduce(Form(v.new, theta))
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
from symlag.optimizers.bilinear_forms import ONE, Form, Frame, GeneratorPairing
from symlag.optimizers.polar_factor import PolarFactor
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import Letter, Vector, g, polar, theta


@dataclass(frozen=True)
class Closure:
    """The charges of an affine generator under a rule, and what a step makes of them.

    `broken` tells that the loss need not have the symmetry: then ⟨g, ξ(θ)⟩ stays.
    """

    rule: UpdateRule
    frame: Frame
    broken: bool = False

    @cached_property
    def recursion(self) -> dict[Form, Expr]:
        """Each charge, and what it is after a step, in charges and in forms that can be measured."""
        after: dict[Form, Expr] = {}
        waiting = list(self._first_charges())
        while waiting:
            charge = waiting.pop(0)
            if charge not in after:
                after[charge] = self.reduce(self.frame.pair(*map(self.written_out, charge.args)))
                waiting += sorted(filter(self.is_charge, after[charge].atoms(Form)), key=str)
        return after

    def reduce(self, expression: Any) -> Expr:
        """An expression in forms, rewritten by (1), (2) and (3) as long as one of them applies."""
        rewritten = {form: new for form in expression.atoms(Form) if (new := self._rewritten(form)) != form}
        return self.reduce(expand(expression.xreplace(rewritten))) if rewritten else expand(expression)

    def written_out(self, x: Letter) -> Vector:
        """A letter after the step: a position as the rule writes it, another letter by its new value."""
        if x not in self.rule.positions:
            return {x.new: S.One}
        total: dict[Letter, Expr] = {}
        for y, c in self.rule.linear[x].items():
            for z, d in self.written_out(y.root).items() if y.age == 1 else [(y, S.One)]:
                total[z] = total.get(z, S.Zero) + c * d
        return self.frame.homogeneous(total, 1)

    def is_charge(self, form: Form) -> bool:
        """Whether a form is of letters kept between steps, one of them θ (or ONE), or both of them positions."""
        letters = {*form.args}
        if not letters <= {*self.rule.positions, *self.rule.buffers, ONE}:
            return False
        return bool(letters & {theta, ONE}) or letters <= {*self.rule.positions}

    def kind(self, form: Form) -> str:
        """The name of the source that a form is: breaking, metric or kinetic."""
        if form == Form(g, self.frame.anchor):
            return "breaking"
        preconditioned = any(x.root in self.rule.opaque for x in form.args)
        return "metric" if preconditioned and {*form.args} & {theta, ONE} else "kinetic"

    def _first_charges(self) -> Iterator[Form]:
        anchor, positions = self.frame.anchor, self.rule.positions
        squares = [(p, q) for i, p in enumerate(positions) for q in positions[: i + 1]]
        pairs = [(p, ONE) for p in positions] if anchor == ONE else squares
        for x, y in [*pairs, *((m, anchor) for m in self.rule.momenta or self.rule.accumulators)]:
            yield from self.frame.form(x, y).atoms(Form)

    def _rewritten(self, form: Form) -> Expr:
        x, y = form.args
        if form == Form(g, self.frame.anchor):
            return form if self.broken else S.Zero
        if y in (theta, ONE) and x.age == 1 and x.root in self.rule.linear:
            return self.frame.pair(self._new_value(x.root), {y: S.One})
        if x in (theta, ONE) and y.age == 1 and y.root in self.rule.linear:
            return self.frame.pair({x: S.One}, self._new_value(y.root))
        polars = {u.new for u, e in self.rule.opaque.items() if e.has(polar)}
        if polars & {*form.args} and vanishes(with_polar_factors(self.rule, self.frame, self.frame.value(form))):
            return S.Zero
        return form

    def _new_value(self, x: Letter) -> Vector:
        return self.frame.homogeneous(self.rule.linear[x], int(x in self.rule.positions))


def momentum_after(rule: UpdateRule, m: Letter, *, broken: bool) -> Expr:
    """⟨m', ξ(θ)⟩ of a momentum by what is before the step, for any ξ: rules (1) and (2), which do not need Â."""
    total: Expr = S.Zero
    for y, c in rule.linear[m].items():
        if y.age == 1:
            total += c * momentum_after(rule, y.root, broken=broken)
        elif y in rule.momenta or y == theta or broken:
            total += c * GeneratorPairing(y, theta)
    return expand(total)


def with_polar_factors(rule: UpdateRule, frame: Frame, expression: Any) -> Any:
    """An expression in coordinates; u' is the polar factor of the block x in it where the rule says u' = polar(x)."""
    polars = {u: e.args[0] for u, e in rule.opaque.items() if isinstance(e, polar) and isinstance(e.args[0], Letter)}
    blocks = [q for q in frame.generator.components if isinstance(q, Block)]
    factors = {frame.block(u.new, q): PolarFactor(frame.block(x, q)) for u, x in polars.items() for q in blocks}
    return normal(expression.xreplace(factors))
