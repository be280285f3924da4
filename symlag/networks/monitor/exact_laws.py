"""The exact law of a rule as numbers: what each form that can be measured adds to each charge in one step.

    c' − c = decay + memory + KSB + metric + breaking,

each a linear combination of bilinear forms, with coefficients in the hyper-parameters and the step. All follow from the
symbolic law; a new value that no buffer keeps, such as the applied update u, is told by the move θ' − θ.

Of a shift that a bias takes back, ξ(θ) = (x, Wx), the charge is Noether's, ⟨m, ξ(θ)⟩: one part of it of the biases that
are shifted, and one of those that take back, which has a discrete KSB as W moves.

>>> from symlag.optimizers.adaptive_rules import adamw
>>> law = stepwise(adamw(), "symmetric")
>>> law.charges, [str(form) for form in law.forms[:3]]
(('theta_theta', 'm_theta'), ['<theta, A*theta>', '<m, A*theta>', '<theta.new, A*theta.new>'])
>>> law.terms
('decay', 'memory', 'breaking', 'KSB', 'metric')
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Matrix, S, eye, lambdify, zeros

from symlag.calculus.jets import block
from symlag.calculus.matrices import Skew, constant, zero_like
from symlag.errors import SymlagError
from symlag.optimizers.bilinear_forms import ONE, Form, GeneratorPairing, IncrementPairing
from symlag.optimizers.exact import DiscreteLaw, account, momentum_account
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import Letter, Vector, g, k, theta
from symlag.variational.families import scale, translation
from symlag.variational.generator import Generator

move = Letter("move")  # θ' − θ
TERMS = ("decay", "memory", "KSB", "metric", "breaking")
_NAMES = {"kinetic": "KSB"}

_U, _J = block("U", 2, 2), Skew("J", 2, 2)
_W, _b, _x = block("W", 2, 2), block("b", 2, 1), constant("x", 2, 1)
KINDS: Mapping[str, tuple[Callable[[UpdateRule, Generator], DiscreteLaw], Generator]] = {
    "symmetric": (account, scale(block("w"))),
    "skew": (account, Generator({_U: _U * _J}, parameters=(_J,))),
    "constant": (account, translation(block("c"))),
    "shift": (momentum_account, translation(block("c"))),
    "absorbed": (momentum_account, Generator({_b: _W * _x, _W: zero_like(_W)}, parameters=(_x,))),
}


@dataclass(frozen=True)
class Past:
    """Of a rule with momentum m = Σ aβʲ g_{k−j} the forms ⟨g, Ag⟩ and ⟨g, Am⟩, which tell drift from batch noise.

    Gradients of other batches share the drift alone, so that ⟨g, Am⟩ is what drift is of ⟨g, Ag⟩, Σ aβʲ times;
    `gains(*numbers, step)` are that sum and Σ (aβʲ)², by which noise grows in |m|².
    """

    square: Form
    cross: Form
    gains: Callable[..., tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Stepwise:
    """One rule's law for generators of one kind.

    `forms` begin with the charges before and after the step; ⟨g, ξ⟩, the `slope`, is there in any case.
    `coefficients(*numbers, step)` are those of terms × charges × forms, `still` those where a tensor takes no step and
    only what it is paired with may move.
    """

    exact: DiscreteLaw
    kind: str
    forms: tuple[Form, ...]
    slope: Form
    past: Past | None
    terms: tuple[str, ...]
    coefficients: Callable[..., NDArray[np.float64]]
    still: NDArray[np.float64]

    @property
    def rule(self) -> UpdateRule:
        """The rule."""
        return self.exact.rule

    @cached_property
    def charges(self) -> tuple[str, ...]:
        """The names of the charges."""
        return self.exact.names

    @property
    def measured(self) -> tuple[Form, ...]:
        """The forms, and those that tell drift from noise."""
        return self.forms if self.past is None else (*self.forms, self.past.square, self.past.cross)


def stepwise(rule: UpdateRule, kind: str) -> Stepwise | None:
    """The law of generators of one kind; none where the rule holds no charge of them."""
    derive, X = KINDS[kind]
    try:
        law = derive(rule, X)
    except SymlagError:
        return None
    told = _told(rule)
    columns = {
        name: column.applyfunc(lambda e: _measured(law, _bilinear(law, e), told))
        for name, column in _columns(law).items()
    }
    held = [_bilinear(law, charge) for charge in (*law.charges, *law.charges_after)]
    fed = {form for column in columns.values() for form in column.atoms(Form)}
    (slope,) = law.frame.pair({g: S.One}, {law.frame.anchor: S.One}).atoms(Form)
    forms = (*held, *sorted((fed | {slope}) - {*held}, key=str))
    table = [[[entry.expand().coeff(form) for form in forms] for entry in column] for column in columns.values()]
    others = {_bilinear(law, form) for form in law.source.atoms(IncrementPairing)}
    still = [[[c if form in others else 0 for c, form in zip(row, forms, strict=True)] for row in m] for m in table]
    made = np.array(still, dtype=np.float64)
    return Stepwise(law, kind, forms, slope, _past(law), tuple(columns), _evaluated(rule, table), made)


def _bilinear(law: DiscreteLaw, expression: Expr) -> Expr:
    """⟨x, ξ(y)⟩ of a constant or linear ξ as a form, and of what the step makes of ξ as one of the move."""
    swap: dict[Form, Expr] = {}
    for form in expression.atoms(GeneratorPairing):
        x, at = form.args
        y = ONE if law.frame.constant else move if isinstance(form, IncrementPairing) else at
        swap[form] = law.frame.pair({x: S.One}, {y: S.One})
    return expression.xreplace(swap)


def _past(law: DiscreteLaw) -> Past | None:
    """How drift is told from noise; not where a rule keeps no gradients, or charges are no squares."""
    if not law.rule.momenta or law.frame.parity != 1 or law.frame.constant:
        return None
    m = law.rule.momenta[0]
    beta, a = (law.rule.linear[m].get(x, S.Zero) for x in (m, g))
    sums = [a * (1 - beta**k) / (1 - beta), a**2 * (1 - beta ** (2 * k)) / (1 - beta**2)]
    made = lambdify([*law.rule.hyperparameters, k], sums, "math")
    return Past(Form(g, g), law.frame.form(g, m), made)


def _columns(law: DiscreteLaw) -> Mapping[str, Matrix]:
    """What each term adds to each charge: decay by charges of positions, memory by those of buffers."""
    gained, positions = law.propagator - eye(len(law.charges)), {*law.rule.positions, ONE}
    still = Matrix([c if {*c.args} <= positions else S.Zero for c in law.charges])
    named = {_NAMES.get(name, name): column for name, column in law.sources.items()}
    found = {"decay": gained * still, "memory": gained * (Matrix(law.charges) - still), **named}
    return {name: column for name, column in found.items() if column != zeros(*column.shape)}


def _told(rule: UpdateRule) -> Mapping[Letter, Vector]:
    """New values that nothing keeps, by what is measured: auxiliary letters, solved for from the rule's equations."""
    kept, told = {theta, g, *rule.buffers}, dict[Letter, Vector]()
    for x in reversed([*rule.linear]):
        for u in [y for y in rule.linear[x] if y.root not in kept and y not in told]:
            start = {move: S.One, theta: S.One} if x == theta else {x.new: S.One}
            share = rule.linear[x][u]
            others = {y: -c for y, c in rule.linear[x].items() if y != u}
            told[u] = {y: (start.get(y, S.Zero) + others.get(y, S.Zero)) / share for y in {**start, **others}}
    return told


def _measured(law: DiscreteLaw, expression: Expr, told: Mapping[Letter, Vector]) -> Expr:
    """An expression in forms of letters that are kept: beside new ones the old θ is the new one less the move."""
    frame, momenta = law.frame, {m.new: law.rule.linear[m] for m in law.rule.momenta}
    swap: dict[Form, Expr] = {}
    for form in expression.atoms(Form):
        x, y = form.args
        if y in (theta, ONE) and x in momenta:
            swap[form] = frame.pair(momenta[x], {y: S.One})
        elif y == theta and (x == move or x.age == 1) and x not in told:
            swap[form] = frame.pair({x: S.One}, {theta.new: S.One, move: S.NegativeOne})
        else:
            swap[form] = frame.pair(told.get(x, {x: S.One}), told.get(y, {y: S.One}))
    made = expression.xreplace(swap)
    return made if made == expression else _measured(law, made, told)


def _evaluated(rule: UpdateRule, table: Any) -> Callable[..., NDArray[np.float64]]:
    """The table as a function of hyper-parameters and step."""
    made = lambdify([*rule.hyperparameters, k], table, "math")
    return lambda *numbers: np.array(made(*numbers), dtype=np.float64)
