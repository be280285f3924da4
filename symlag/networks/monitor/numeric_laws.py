"""The exact law of an update rule as numbers: what each measured form adds to each charge in one step.

A step of a rule changes each charge c by a sum of terms,

    c' − c = decay + memory + KSB + metric + breaking,

    decay      (M − 1) c of charges of positions: weight decay shrinks the charge
    memory     (M − 1) c of charges of buffers: a momentum forgets, and feeds the charge of positions
    KSB        kinetic symmetry breaking: squares of moves, or of gradients, of second order in the step
    metric     what an adaptive rule adds, whose metric, as Adam's second moments, does not have the symmetry
    breaking   what the loss adds where it does not have the symmetry: ⟨g, ξ⟩, which is zero where it has

each a linear combination of bilinear forms with coefficients in the hyper-parameters and the step count. All of them
follow from the symbolic law of `symlag.optimizers.exact_law`, whose propagator is M. A new value that no buffer keeps,
such as the update u that Adam applies, is found from the move θ' − θ.

For a shift that a bias takes back, ξ(θ) = (x, Wx), the charge is Noether's, ⟨m, ξ(θ)⟩. It has two summands: that of the
biases that are shifted, and that of the ones that take back, which has a discrete KSB as W moves.

>>> from symlag.optimizers.library.adaptive import adamw
>>> law = step_law(adamw(), "symmetric")
>>> law.charges, [str(form) for form in law.forms[:3]]
(('theta_theta', 'm_theta'), ['<theta, A*theta>', '<m, A*theta>', '<theta.new, A*theta.new>'])
>>> law.terms
('decay', 'memory', 'breaking', 'KSB', 'metric')
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Matrix, S, eye, lambdify, zeros

from symlag.calculus.jets import block
from symlag.calculus.matrices import Skew, constant, zero_like
from symlag.errors import SymlagError
from symlag.optimizers.bilinear_forms import ONE, Form, GeneratorPairing, IncrementPairing
from symlag.optimizers.exact_law import DiscreteLaw, account, momentum_account
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
class NoiseEstimator:
    """How drift is told from batch noise under a rule with momentum m = Σ aβʲ g_{k−j}.

    Gradients of other batches share the drift alone: of ⟨g, Ag⟩, the `square`, the drift is ⟨g, Am⟩, the `cross` form,
    over Σ aβʲ. `gains(*hyperparameters, count)` are that sum and Σ (aβʲ)², by which noise grows in |m|².
    """

    square: Form
    cross: Form
    gains: Callable[..., tuple[float, float]]


@dataclass(frozen=True, eq=False)
class StepLaw:
    """The law of one rule for generators of one kind, as numbers.

    Attributes
    ----------
    exact : DiscreteLaw
        The symbolic law.
    kind : str
        The kind of generators, a key of `KINDS`.
    forms : tuple of Form
        All forms: first the charges before the step, then those after it, then what the terms are made of.
    gradient_form : Form
        ⟨g, ξ⟩, the derivative of the loss along the generator, which is among the forms in any case.
    noise_estimator : NoiseEstimator or None
        How drift is told from batch noise, where the rule has what that takes.
    terms : tuple of str
        The terms that are not zero.
    coefficients : callable
        `coefficients(*hyperparameters, count)` is an array (terms, charges, forms).
    at_rest : array, (terms, charges, forms)
        The coefficients where the tensor takes no step, and only a tensor that it is paired with may move.
    """

    exact: DiscreteLaw
    kind: str
    forms: tuple[Form, ...]
    gradient_form: Form
    noise_estimator: NoiseEstimator | None
    terms: tuple[str, ...]
    coefficients: Callable[..., NDArray[np.float64]]
    at_rest: NDArray[np.float64]

    @property
    def rule(self) -> UpdateRule:
        """The update rule."""
        return self.exact.rule

    @cached_property
    def charges(self) -> tuple[str, ...]:
        """The names of the charges."""
        return self.exact.names

    @property
    def measured(self) -> tuple[Form, ...]:
        """The forms, and those that tell drift from noise."""
        estimator = self.noise_estimator
        return self.forms if estimator is None else (*self.forms, estimator.square, estimator.cross)


def step_law(rule: UpdateRule, kind: str) -> StepLaw | None:
    """The law of a rule for generators of one kind; none where the rule keeps no charge for them."""
    derive, X = KINDS[kind]
    try:
        law = derive(rule, X)
    except SymlagError:
        return None
    auxiliary = _auxiliary_letters(rule)
    terms = {
        name: column.applyfunc(lambda e: _in_measured_forms(law, _as_forms(law, e), auxiliary))
        for name, column in _terms(law).items()
    }
    ends = [_as_forms(law, charge) for charge in (*law.charges, *law.charges_after)]
    in_terms = {form for column in terms.values() for form in column.atoms(Form)}
    (gradient_form,) = law.frame.pair({g: S.One}, {law.frame.anchor: S.One}).atoms(Form)
    forms = (*ends, *sorted((in_terms | {gradient_form}) - {*ends}, key=str))
    table = [[[entry.expand().coeff(form) for form in forms] for entry in column] for column in terms.values()]
    of_others = {_as_forms(law, form) for form in law.source.atoms(IncrementPairing)}
    at_rest = [
        [[c if form in of_others else 0 for c, form in zip(row, forms, strict=True)] for row in term] for term in table
    ]
    evaluate = lambdify([*rule.hyperparameters, k], table, "math")
    return StepLaw(
        law,
        kind,
        forms,
        gradient_form,
        _noise_estimator(law),
        tuple(terms),
        lambda *numbers: np.array(evaluate(*numbers), dtype=np.float64),
        np.array(at_rest, dtype=np.float64),
    )


def _as_forms(law: DiscreteLaw, expression: Expr) -> Expr:
    """The expression with ⟨x, ξ(y)⟩ of a constant or linear ξ as a form; ξ(θ') − ξ(θ) makes it a form of the move."""
    replaced: dict[Form, Expr] = {}
    for form in expression.atoms(GeneratorPairing):
        x, at = form.args
        y = ONE if law.frame.constant else move if isinstance(form, IncrementPairing) else at
        replaced[form] = law.frame.pair({x: S.One}, {y: S.One})
    return expression.xreplace(replaced)


def _noise_estimator(law: DiscreteLaw) -> NoiseEstimator | None:
    """The estimator of drift and noise; none where a rule stores no gradients, or charges are no squares."""
    if not law.rule.momenta or law.frame.parity != 1 or law.frame.constant:
        return None
    m = law.rule.momenta[0]
    beta, a = (law.rule.linear[m].get(x, S.Zero) for x in (m, g))
    sums = [a * (1 - beta**k) / (1 - beta), a**2 * (1 - beta ** (2 * k)) / (1 - beta**2)]
    return NoiseEstimator(Form(g, g), law.frame.form(g, m), lambdify([*law.rule.hyperparameters, k], sums, "math"))


def _terms(law: DiscreteLaw) -> Mapping[str, Matrix]:
    """What each term adds to each charge, a column each; those that are zero are left out."""
    gain, of_positions = law.propagator - eye(len(law.charges)), {*law.rule.positions, ONE}
    positions = Matrix([c if {*c.args} <= of_positions else S.Zero for c in law.charges])
    sources = {_NAMES.get(name, name): column for name, column in law.sources.items()}
    terms = {"decay": gain * positions, "memory": gain * (Matrix(law.charges) - positions), **sources}
    return {name: column for name, column in terms.items() if column != zeros(*column.shape)}


def _auxiliary_letters(rule: UpdateRule) -> Mapping[Letter, Vector]:
    """Letters that nothing stores, such as the applied update, as combinations of letters that are measured.

    In x' = Σ cᵤu the one letter u that is not stored is solved for; θ' is written as θ + move.
    """
    stored, solved = {theta, g, *rule.buffers}, dict[Letter, Vector]()
    for x in reversed([*rule.linear]):
        for u in [y for y in rule.linear[x] if y.root not in stored and y not in solved]:
            left = {move: S.One, theta: S.One} if x == theta else {x.new: S.One}
            others = {y: -c for y, c in rule.linear[x].items() if y != u}
            solved[u] = {
                y: (left.get(y, S.Zero) + others.get(y, S.Zero)) / rule.linear[x][u] for y in {**left, **others}
            }
    return solved


def _in_measured_forms(law: DiscreteLaw, expression: Expr, auxiliary: Mapping[Letter, Vector]) -> Expr:
    """The expression in forms whose two letters are at hand at one moment, before the step or after it.

    A letter that nothing stores is replaced by those that it is a combination of. A new momentum beside the old θ is
    replaced by its rule, βm + ag: all of that is at hand before the step. The old θ beside other new letters, or beside
    the move, is θ' − move: all of that is at hand after it. No replacement makes a pair that an earlier one removed, so
    this ends.
    """
    frame, momenta = law.frame, {m.new: law.rule.linear[m] for m in law.rule.momenta}
    replaced: dict[Form, Expr] = {}
    for form in expression.atoms(Form):
        x, y = form.args
        if y in (theta, ONE) and x in momenta:
            replaced[form] = frame.pair(momenta[x], {y: S.One})
        elif y == theta and (x == move or x.age == 1) and x not in auxiliary:
            replaced[form] = frame.pair({x: S.One}, {theta.new: S.One, move: S.NegativeOne})
        else:
            replaced[form] = frame.pair(auxiliary.get(x, {x: S.One}), auxiliary.get(y, {y: S.One}))
    result = expression.xreplace(replaced)
    return result if result == expression else _in_measured_forms(law, result, auxiliary)
