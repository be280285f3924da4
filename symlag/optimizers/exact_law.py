"""The exact discrete law of an update rule: how the charges of a symmetry go from one step to the next.

Theorem. Let a loss be invariant under ξ(θ) = Aθ + b, and let an update rule train θ. The bilinear forms ⟨x, Aθ⟩ of θ
and the rule's buffers obey a linear recursion without the loss,

    c' = M c + Σ sources,     c = (⟨θ, Aθ⟩, ⟨v, Aθ⟩, …).

Proof. Write new values out by the rule's equations; ⟨g, ξ(θ)⟩ = 0 takes the loss out, and what holds θ closes upon
itself (`symlag.optimizers.bilinear_closure`). Nothing is approximated: the law holds for every schedule, batch and
noise.

What does not close is a source that can be measured: kinetic (⟨v', Av'⟩, the discrete KSB), metric (⟨u, ξ(θ)⟩ of a
preconditioned u, where ⟨g, ξ(θ)⟩ was zero), and breaking (⟨g, ξ(θ)⟩ itself, of a loss that breaks the symmetry).

>>> from symlag.variational.families import scale
>>> from symlag.calculus.jets import block
>>> from symlag.optimizers.library.momentum import sgd
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

from sympy import Expr, Matrix, S, cancel, expand, zeros

from symlag.calculus.differential_operators import add, scaled
from symlag.calculus.matrices import normal
from symlag.calculus.zero_test import vanishes
from symlag.citations import NEURAL_MECHANICS, NOETHER, NOISE, Cited, Work
from symlag.display import Displayable
from symlag.errors import SymlagError
from symlag.learning.losses import invariant_loss
from symlag.optimizers.bilinear_closure import Closure, momentum_after, with_polar_factors
from symlag.optimizers.bilinear_forms import Form, Frame, GeneratorPairing, IncrementPairing
from symlag.optimizers.factoring import factored
from symlag.optimizers.recursion import Recursion
from symlag.optimizers.update_rule import UpdateRule
from symlag.optimizers.vectors import g, theta
from symlag.variational.generator import Generator
from symlag.variational.noether import Law

if TYPE_CHECKING:
    from symlag.kernels.array_function import Kernel

# Rules of the library without momentum, and a rule to use instead for a rotation.
_WITH_MOMENTUM: Mapping[str, tuple[str, str]] = {
    "SGD": ("sgd(momentum=0)", "sgd(momentum=0.9)"),
    "RMSProp": ("rmsprop()", "rmsprop(momentum=0.9)"),
    "Adagrad": ("adagrad()", "adam()"),
    "signSGD": ("sign_sgd()", "lion()"),
}


@dataclass(frozen=True)
class DiscreteLaw(Recursion, Displayable, Cited):
    """The recursion of the charges of one generator under one rule, with its proof.

    Without a source "breaking" it is the law of a loss with the symmetry.

    Parameters
    ----------
    charges : tuple of Form
        The n charges before the step.
    propagator : Matrix, n × n
        M, in the hyper-parameters and the step k.
    sources : mapping from str to Matrix, n × 1
        What feeds the charges, by name: kinetic, metric, decay or breaking.
    rule : UpdateRule
        The rule.
    frame : Frame
        The generator in homogeneous coordinates. `frame.value` gives what a form is in coordinates: w and w_new are
        the parameters before and after the step, v_w and v_w_new their buffers, g_w the gradient.

    Examples
    --------
    >>> from symlag.calculus.jets import block
    >>> from symlag.optimizers.library.momentum import sgd
    >>> from symlag.variational.families import scale
    >>> exact(sgd(momentum=0), scale(block("w")))
    DiscreteLaw(scale, by SGD: <theta.new, A*theta.new> = eta**2*<g, A*g> + (-eta*lambda + 1)**2*<theta, A*theta>)
    """

    rule: UpdateRule
    frame: Frame

    def __repr__(self) -> str:
        equations = ", ".join(f"{after} = {expression}" for after, expression in self.equations.items())
        return f"DiscreteLaw({self.generator.name}, by {self.rule.name}: {equations})"

    @property
    def generator(self) -> Generator:
        """The generator whose charges these are."""
        return self.frame.generator

    @property
    def works(self) -> tuple[Work, ...]:
        """Noether's theorem and neural mechanics; the noise that feeds a charge where it has such a source."""
        works = (NOETHER, NEURAL_MECHANICS)
        return (*works, NOISE) if "kinetic" in self.sources else works

    @property
    def residual(self) -> dict[Form, Expr]:
        """By how much each charge after the step misses what the law says, in coordinates: zero along every run."""
        return {charge: self.frame.value(charge - expression) for charge, expression in self.equations.items()}

    @property
    def ledger(self) -> dict[str, Expr]:
        """The entries of each charge in coordinates: before and after the step, what is kept, what each source adds.

        Of a charge named Q they are called Q, Q_new, Q_kept and, for each source, as in Q_kinetic; Q_new is the sum
        of all but Q.
        """
        charges = Matrix(self.charges)
        columns = {"": charges, "_new": Matrix(self.charges_after), "_kept": self.propagator * charges}
        columns |= {f"_{name}": column for name, column in self.sources.items()}
        return {
            charge + suffix: self.frame.value(column[i])
            for i, charge in enumerate(self.names)
            for suffix, column in columns.items()
        }

    def defect(self) -> tuple[Expr, ...]:
        """The proof: each residual with the rule put in for new values and an unknown loss's gradient for g.

        Every entry is 0, or the law is wrong.
        """
        gaps = map(self.substitute_rule, self.residual.values())
        return tuple(S.Zero if vanishes(gap) else gap for gap in gaps)

    def turn(self) -> Expr:
        """1 − ⟨θ', Aθ⟩/⟨θ, Aθ⟩ of time averages in the steady state: under `scale`, 1 − cos of the angle per step."""
        closure = Closure(self.rule, self.frame, "breaking" in self.sources)
        overlap = closure.reduce(self.frame.pair(closure.written_out(theta), {theta: S.One}))
        means = self.steady_state()
        return factored(cancel(1 - self.stationary(overlap).xreplace(means) / means[self.charges[0]]))

    def substitute_rule(self, expression: Expr) -> Expr:
        """An expression in coordinates by old values alone: new ones by the rule, g that of a loss with the symmetry.

        Parameters
        ----------
        expression : Expr
            In the blocks that `frame.block` makes of letters.

        Returns
        -------
        Expr
            The same along the rule. With a source "breaking" the gradient stays as it is.
        """
        block, coordinates = self.frame.block, self.frame.generator.components
        # The last equation first: a polar factor then meets the new buffer that it is of, before that is written out.
        for x, vector in reversed([*self.rule.linear.items()]):
            new = {block(x.new, q): add((scaled(c, block(y, q)) for y, c in vector.items()), q) for q in coordinates}
            expression = with_polar_factors(self.rule, self.frame, expression.xreplace(new))
        if "breaking" in self.sources:
            return expression
        loss = invariant_loss("f", self.frame.generator)
        slopes = zip(loss.arguments, loss.gradients, strict=True)
        return normal(expression.xreplace({block(g, q): slope for q, slope in slopes}))

    def kernel(self, backend: str = "numpy") -> Kernel:
        """Compile the ledger to one function of arrays.

        Parameters
        ----------
        backend : {"numpy", "numba", "torch"}
            The library of the arrays.

        Returns
        -------
        Kernel
            A function from the blocks and hyper-parameters that its `inputs` name to the entries of the ledger.
        """
        from symlag.kernels.array_function import kernel

        return kernel(self.ledger, backend)


def exact(rule: UpdateRule, X: Generator | Law) -> DiscreteLaw:
    """The exact law of a rule, for a loss with the symmetry X.

    Where ξ is not affine, it is the law of the momenta, `momentum_law`.

    Parameters
    ----------
    rule : UpdateRule
        The rule by which all coordinates that X moves are trained.
    X : Generator or Law
        The symmetry ξ(θ) = Aθ + b of the loss, or a law in continuous time, whose generator is taken.

    Returns
    -------
    DiscreteLaw
        c' = M c + Σ sources for the charges c = (⟨θ, Aθ⟩, ⟨v, Aθ⟩, …).

    Raises
    ------
    SymlagError
        Where X moves time, or where the rule keeps no charge, as for a rotation without momentum.

    References
    ----------
    Kunin et al., *Neural Mechanics*, arXiv 2012.04728, have the law of gradient descent in continuous time;
    Tanaka and Kunin, *Noether's Learning Dynamics*, arXiv 2105.02716, Eq. 8, that of momentum.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> from symlag.optimizers.library.momentum import sgd
    >>> from symlag.variational.families import rotation
    >>> exact(sgd(), rotation(*coordinates("x y"))).equations
    {<v.new, A*theta.new>: beta*<v, A*theta>}
    """
    return _affine_law("exact", rule, X, broken=False)


def account(rule: UpdateRule, X: Generator | Law) -> DiscreteLaw:
    """The exact law of a rule for any loss: ⟨g, ξ(θ)⟩ stays in it, as the source "breaking".

    Parameters
    ----------
    rule : UpdateRule
        The rule by which all coordinates that X moves are trained.
    X : Generator or Law
        Any ξ(θ) = Aθ + b, or a law in continuous time, whose generator is taken.

    Returns
    -------
    DiscreteLaw
        c' = M c + Σ sources, one of the sources "breaking".

    Raises
    ------
    SymlagError
        Where X moves time, or where the rule keeps no charge, as for a rotation without momentum.

    Examples
    --------
    >>> from symlag.calculus.jets import block
    >>> from symlag.optimizers.library.momentum import sgd
    >>> from symlag.variational.families import scale
    >>> account(sgd(momentum=0, weight_decay=0), scale(block("w"))).sources["breaking"]
    Matrix([[-2*eta*<g, A*theta>]])
    """
    return _affine_law("account", rule, X, broken=True)


def momentum_law(rule: UpdateRule, X: Generator | Law) -> DiscreteLaw:
    """The exact law of J = ⟨m', ξ(θ)⟩ of each momentum m of a rule, for any ξ, affine or not.

    For m' = βm + (1−β)(g + λθ) it is J' = β(J + ⟨m, ξ(θ) − ξ(θ_{k−1})⟩) + (1−β)λ⟨θ, ξ(θ)⟩; the increment of ξ is the
    discrete KSB.

    Parameters
    ----------
    rule : UpdateRule
        A rule that keeps a linear combination of gradients, such as Adam's first moment.
    X : Generator or Law
        The symmetry ξ of the loss, or a law in continuous time, whose generator is taken.

    Returns
    -------
    DiscreteLaw
        J' = M J + Σ sources.

    Raises
    ------
    SymlagError
        Where X moves time, or where the rule keeps no linear combination of gradients.

    Examples
    --------
    >>> from symlag.calculus.jets import block
    >>> from symlag.optimizers.library.momentum import sgd
    >>> from symlag.variational.families import translation
    >>> momentum_law(sgd(weight_decay=0), translation(block("w"))).defect()
    (0,)
    """
    return _momentum_law("momentum_law", rule, X, broken=False)


def momentum_account(rule: UpdateRule, X: Generator | Law) -> DiscreteLaw:
    """The account of Noether's charges ⟨m, ξ(θ)⟩, for any ξ and any loss, by whatever rule ξ itself is trained.

    ⟨m', ξ(θ')⟩ = β⟨m, ξ(θ)⟩ + (1−β)⟨g, ξ(θ)⟩ + … + ⟨m', ξ(θ') − ξ(θ)⟩; the increment of ξ is the discrete KSB.

    Parameters
    ----------
    rule : UpdateRule
        A rule that keeps a linear combination of gradients, such as Adam's first moment.
    X : Generator or Law
        Any ξ, or a law in continuous time, whose generator is taken.

    Returns
    -------
    DiscreteLaw
        The recursion of the charges ⟨m, ξ(θ)⟩, one of its sources "breaking".

    Raises
    ------
    SymlagError
        Where X moves time, or where the rule keeps no linear combination of gradients.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> from symlag.optimizers.library.sign_and_polar import lion
    >>> w, b = coordinates("w b")
    >>> momentum_account(lion(), Generator({b: w, w: 0})).sources["kinetic"]
    Matrix([[<m.new, xi(theta.new) - xi(theta)>]])
    """
    frame, after = _momentum_frame("momentum_account", rule, X), {}
    for m in rule.momenta:
        increment = S.Zero if frame.constant else IncrementPairing(m.new, theta.new)
        after[GeneratorPairing(m, theta)] = momentum_after(rule, m, broken=True) + increment
    return _law_of(rule, frame, after, _momentum_source)


def _affine_law(verb: str, rule: UpdateRule, X: Generator | Law, *, broken: bool) -> DiscreteLaw:
    frame = _frame(verb, rule, X)
    if not frame.affine:
        return _momentum_law(verb, rule, X, broken=broken)
    closure = Closure(rule, frame, broken)
    if not closure.recursion:  # ⟨θ, Aθ⟩ = 0: A is skew
        called, instead = _WITH_MOMENTUM.get(rule.name, (rule.name, "sgd(momentum=0.9)"))
        raise SymlagError(
            f"{verb}({called}, {_called(frame.generator)})",
            f"{rule.name} without momentum keeps no charge for a rotation",
            f"Use a rule with momentum, for example {instead}.",
        )
    return _law_of(rule, frame, closure.recursion, closure.kind)


def _momentum_law(verb: str, rule: UpdateRule, X: Generator | Law, *, broken: bool) -> DiscreteLaw:
    frame = _momentum_frame(verb, rule, X)
    # The charge before the step is ⟨m, ξ(θ_{k−1})⟩: what is known of ⟨m, ξ(θ)⟩ is that, and the increment of ξ.
    before = {
        GeneratorPairing(m, theta): GeneratorPairing(m, theta.old) + IncrementPairing(m, theta) for m in rule.momenta
    }
    after: dict[Form, Expr] = {
        GeneratorPairing(m, theta.old): expand(momentum_after(rule, m, broken=broken).xreplace(before))
        for m in rule.momenta
    }
    return _law_of(rule, frame, after, _momentum_source)


def _frame(verb: str, rule: Any, X: Any) -> Frame:
    if not isinstance(rule, UpdateRule):
        wrong = "the first argument is not an update rule"
        raise SymlagError(f"{verb}({rule!r}, …)", wrong, f"{verb}(sgd(), scale(w))")
    generator = X.generator if isinstance(X, Law) else X
    if not isinstance(generator, Generator):
        wrong = "the second argument is neither a generator nor a law that has one"
        raise SymlagError(f"{verb}({rule.name}, {X!r})", wrong, f"{verb}(sgd(), scale(w))")
    return Frame(generator.in_jets(), rule.positions)


def _momentum_frame(verb: str, rule: UpdateRule, X: Generator | Law) -> Frame:
    frame = _frame(verb, rule, X)
    if not rule.momenta:
        raise SymlagError(
            f"{verb}({rule.name}, {_called(frame.generator)})",
            f"{rule.name} keeps no linear combination of gradients, and only such a buffer has a law for any generator",
            "Use a rule with momentum, for example sgd(momentum=0.9).",
        )
    return frame


def _called(X: Generator) -> str:
    """A generator as the call of its family."""
    return f"{X.name.replace(' ', '_')}({', '.join(map(str, X.components))})"


def _momentum_source(form: Form) -> str:
    return {g: "breaking", theta: "decay"}.get(form.args[0], "kinetic")


def _law_of(rule: UpdateRule, frame: Frame, after: Mapping[Form, Expr], kind: Callable[[Form], str]) -> DiscreteLaw:
    """The law by which each charge becomes a given combination of charges and of forms, sources of these kinds."""
    charges = tuple(after)
    propagator = Matrix([[factored(e.coeff(charge)) for charge in charges] for e in after.values()])
    sources: dict[str, Matrix] = {}
    for form in sorted({form for e in after.values() for form in e.atoms(Form)} - {*charges}, key=str):
        column = Matrix([factored(e.coeff(form)) * form for e in after.values()])
        sources[kind(form)] = sources.get(kind(form), zeros(len(charges), 1)) + column
    return DiscreteLaw(charges, propagator, sources, rule, frame)
