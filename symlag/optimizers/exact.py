"""The exact discrete law of an update rule: how the charges of a symmetry go from one step to the next.

All bilinear forms ⟨x, Ay⟩ of parameters, buffers and gradient are written with the generator ξ(θ) = Aθ + b. New values
come from the rule's equations, ⟨g, ξ(θ)⟩ = 0 takes the loss out, and what holds θ closes upon itself:

    c' = M c + Σ sources,     c = (⟨θ, Aθ⟩, ⟨v, Aθ⟩, …).

Nothing is approximated: the law holds for every schedule, batch and noise. What does not close is a source that can be
measured: kinetic (⟨v', Av'⟩, the discrete KSB), metric (a preconditioned ⟨u, ξ(θ)⟩, where ⟨g, ξ(θ)⟩ was zero), and
breaking (⟨g, ξ(θ)⟩ itself, of a loss that breaks the symmetry).

>>> from symlag.variational.generator import scale
>>> from symlag.calculus.jets import block
>>> from symlag.optimizers.library import sgd
>>> law = exact(sgd(), scale(block("w")))
>>> law.charges, law.defect()
((<theta, A*theta>, <v, A*theta>), (0, 0))
>>> law.propagator
Matrix([
[-2*eta*lambda + 1, -2*beta*eta],
[           lambda,        beta]])
>>> law.sources["kinetic"]
Matrix([
[eta**2*<v.new, A*v.new>],
[  -eta*<v.new, A*v.new>]])
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sympy import Add, Expr, Matrix, S, cancel, expand, zeros

from symlag.calculus.matrices import normal
from symlag.calculus.operators import add, scaled
from symlag.calculus.zero_test import vanishes
from symlag.citations import NEURAL_MECHANICS, NOETHER, NOISE, Cited, Work
from symlag.display import Shown
from symlag.errors import SymlagError
from symlag.learning.losses import invariant_loss
from symlag.optimizers.bilinear_closure import Closure, known
from symlag.optimizers.bilinear_forms import Along, Form, Frame, Moved
from symlag.optimizers.factoring import factored
from symlag.optimizers.recursion import Recursion
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import Letter, g, theta
from symlag.variational.generator import Generator

if TYPE_CHECKING:
    from symlag.kernels.kernel import Kernel


@dataclass(frozen=True)
class DiscreteLaw(Recursion, Shown, Cited):
    """The recursion of the charges of one generator under one rule, with its proof.

    Without a source "breaking" it is that of a loss with the symmetry. `frame.value` gives what a form is in blocks: w
    and w_new are the parameters before and after the step, v_w and v_w_new their buffers, g_w the gradient.
    """

    rule: UpdateRule
    frame: Frame

    def __repr__(self) -> str:
        told = ", ".join(f"{after} = {said}" for after, said in self.equations.items())
        return f"DiscreteLaw({self.generator.name}, by {self.rule.name}: {told})"

    @property
    def generator(self) -> Generator:
        """The generator whose charges these are."""
        return self.frame.generator

    @property
    def works(self) -> tuple[Work, ...]:
        """Noether's theorem and neural mechanics; the noise that feeds a charge where it has such a source."""
        return (NOETHER, NEURAL_MECHANICS, *[NOISE] * ("kinetic" in self.sources))

    @property
    def residual(self) -> dict[Form, Expr]:
        """By how much each charge after the step misses what the law says, in blocks: zero along every run."""
        return {charge: self.frame.value(charge - said) for charge, said in self.equations.items()}

    @property
    def ledger(self) -> dict[str, Expr]:
        """Every charge before and after the step, what it keeps and what each source adds, by name and in blocks."""
        kept = self.propagator * Matrix(self.charges)
        columns = {"": Matrix(self.charges), "_new": Matrix(self.advanced), "_kept": kept}
        columns |= {f"_{name}": column for name, column in self.sources.items()}
        named = {name + end: column[i] for i, name in enumerate(self.names) for end, column in columns.items()}
        return {name: self.frame.value(entry) for name, entry in named.items()}

    def defect(self) -> tuple[Expr, ...]:
        """The residuals, new values replaced by the rule's and the gradient by an unknown loss's: zero each."""
        gaps = map(self.stepped, self.residual.values())
        return tuple(S.Zero if vanishes(gap) else gap for gap in gaps)

    def turn(self) -> Expr:
        """1 − ⟨θ', Aθ⟩/⟨θ, Aθ⟩ of time averages in the steady state: under `scale`, 1 − cos of the angle per step."""
        closure = Closure(self.rule, self.frame, "breaking" in self.sources)
        ahead = self.settled(closure.settled(self.frame.pair(closure.after(theta), {theta: S.One})))
        means = self.steady_state()
        return factored(cancel(1 - ahead.xreplace(means) / means[self.charges[0]]))

    def stepped(self, expression: Expr) -> Expr:
        """An expression in blocks with the rule put in, the last equation first, so that polar factors meet theirs."""
        coordinates = self.frame.generator.components
        for x in reversed([*self.rule.linear]):
            told = {self.frame.block(x.new, q): self._told(x, q) for q in coordinates}
            expression = known(self.rule, self.frame, expression.xreplace(told))
        if "breaking" in self.sources:
            return expression
        loss = invariant_loss("f", self.frame.generator)
        slopes = zip(loss.arguments, loss.gradients, strict=True)
        return normal(expression.xreplace({self.frame.block(g, q): slope for q, slope in slopes}))

    def kernel(self, backend: str = "numpy") -> Kernel:
        """The ledger of the charges as one function of arrays: "numpy", "numba" or "torch"."""
        from symlag.kernels.kernel import kernel

        return kernel(self.ledger, backend)

    def _told(self, x: Letter, coordinate: Any) -> Any:
        """The new value of a letter at one coordinate, by the rule."""
        terms = (scaled(c, self.frame.block(y, coordinate)) for y, c in self.rule.linear[x].items())
        return add(terms, coordinate)


def exact(rule: UpdateRule, X: Generator) -> DiscreteLaw:
    """The law of a rule on a loss with the symmetry X; of a ξ that is not affine, the law of the buffers.

    The generator moves coordinates that are all trained with this one rule. `SymlagError` where X moves time, or where
    nothing that the rule holds is a charge, as of a rotation without momentum.
    """
    return _law(rule, X, broken=False)


def account(rule: UpdateRule, X: Generator) -> DiscreteLaw:
    """The same for any loss: ⟨g, ξ(θ)⟩ stays in it as the source "breaking"."""
    return _law(rule, X, broken=True)


def buffer_law(rule: UpdateRule, X: Generator) -> DiscreteLaw:
    """The law of the first moments J = ⟨m', ξ(θ)⟩ for any ξ, of a loss with the symmetry.

    J' = β(J + ⟨m, ξ(θ) − ξ(θ_{k−1})⟩) + …: what the move of ξ makes is the discrete KSB. `SymlagError` where the rule
    keeps no linear combination of gradients.
    """
    return _buffer_law(rule, X, broken=False)


def momentum_account(rule: UpdateRule, X: Generator) -> DiscreteLaw:
    """The account of Noether's charges ⟨m, ξ(θ)⟩ for any ξ and any loss, whoever trains what ξ is made of.

    ⟨m', ξ(θ')⟩ = β⟨m, ξ(θ)⟩ + (1−β)⟨g, ξ(θ)⟩ + … + ⟨m', ξ(θ') − ξ(θ)⟩: the move of ξ is the discrete KSB. `SymlagError`
    where the rule keeps no linear combination of gradients.

    >>> from symlag.optimizers.library import lion
    >>> from symlag.calculus.jets import coordinates
    >>> w, b = coordinates("w b")
    >>> momentum_account(lion(), Generator({b: w, w: 0})).sources["kinetic"]
    Matrix([[<m.new, xi(theta.new) - xi(theta)>]])
    """
    frame, steady = _with_momentum(rule, X), {}
    for m in rule.momenta:
        drift = S.Zero if frame.constant else Moved(m.new, theta.new)
        steady[Along(m, theta)] = _written_out(rule, m, broken=True) + drift
    return _made(Closure(rule, frame, broken=True), steady, _buffer_kind)


def _law(rule: UpdateRule, X: Generator, *, broken: bool) -> DiscreteLaw:
    frame = Frame(X, rule.positions)
    if not frame.affine:
        return _buffer_law(rule, X, broken=broken)
    closure = Closure(rule, frame, broken)
    if not closure.recursion:
        raise SymlagError(f"{rule.name} and {X.name}", "the rule holds no charge of it", "a rule with momentum")
    return _made(closure, closure.recursion, closure.kind)


def _buffer_law(rule: UpdateRule, X: Generator, *, broken: bool) -> DiscreteLaw:
    frame = _with_momentum(rule, X)
    before: dict[Form, Expr] = {Along(m, theta): Along(m, theta.old) + Moved(m, theta) for m in rule.momenta}
    told = {m: _written_out(rule, m, broken=broken).xreplace(before) for m in rule.momenta}
    found: dict[Form, Expr] = {Along(m, theta.old): expand(e) for m, e in told.items()}
    return _made(Closure(rule, frame, broken), found, _buffer_kind)


def _with_momentum(rule: UpdateRule, X: Generator) -> Frame:
    """The frame of a generator under a rule that has charges of every ξ; `SymlagError` under others."""
    if not rule.momenta:
        raise SymlagError(rule.name, "it keeps no linear combination of gradients", "a rule with momentum")
    return Frame(X, rule.positions)


def _written_out(rule: UpdateRule, m: Letter, *, broken: bool) -> Expr:
    """⟨m', ξ(θ)⟩ by what is before the step."""
    terms = []
    for y, c in rule.linear[m].items():
        if y.age == 1:
            terms.append(c * _written_out(rule, y.root, broken=broken))
        elif y in rule.momenta or y == theta or broken:
            terms.append(c * Along(y, theta))
    return expand(Add(*terms))


def _buffer_kind(form: Form) -> str:
    return {g: "breaking", theta: "decay"}.get(form.args[0], "kinetic")


def _made(closure: Closure, found: Mapping[Form, Expr], kind: Callable[[Form], str]) -> DiscreteLaw:
    """The law that says what each charge becomes."""
    charges = tuple(found)
    fed = sorted({form for e in found.values() for form in e.atoms(Form)} - {*charges}, key=str)
    propagator = Matrix([[factored(e.coeff(charge)) for charge in charges] for e in found.values()])
    columns = {form: Matrix([factored(e.coeff(form)) * form for e in found.values()]) for form in fed}
    kinds = dict.fromkeys(map(kind, fed))
    sources = {name: sum((columns[f] for f in fed if kind(f) == name), zeros(len(charges), 1)) for name in kinds}
    return DiscreteLaw(charges, propagator, sources, closure.rule, closure.frame)
