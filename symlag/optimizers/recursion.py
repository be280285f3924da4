"""Linear recursions of charges, c' = M c + s with s = Σ sources, and what follows from them alone.

Over N steps, with the ordered product P(j, N) = M_{N−1} ⋯ M_j of the propagators,

    c_N = P(0, N) c_0 + Σ_j P(j+1, N) s_j                     (closed sum, for any schedule).

For constant hyper-parameters (1 − M) c̄ = s̄ relates the averages over a long run (steady state); summed over a stretch
of steps and multiplied by the adjugate of 1 − M, it is an identity of the first charge alone (window):

    det(1 − M) Σ c₁ + adj(1 − M)₁ · (c_end − c_start) = adj(1 − M)₁ · Σ s.

Charges oscillate where M has complex eigenvalues, which discriminants tell.

>>> from sympy import symbols
>>> from symlag.optimizers.bilinear_forms import Form
>>> from symlag.optimizers.vectors import g, theta
>>> rho, eta = symbols("rho eta", positive=True)
>>> Q, K = Form(theta, theta), Form(g, g)
>>> decay = Recursion((Q,), Matrix([rho**2]), {"kinetic": Matrix([eta**2 * K])})
>>> decay.steady_state()
{<theta, A*theta>: eta**2*<g, A*g>/((1 - rho)*(rho + 1))}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sympy import (
    Eq,
    Expr,
    Function,
    Lt,
    Matrix,
    Min,
    Or,
    Poly,
    Product,
    S,
    Sum,
    Symbol,
    cancel,
    discriminant,
    expand,
    eye,
    factor_list,
    gcd_list,
    sqrt,
    together,
    zeros,
)

from symlag.calculus.zero_test import vanishes
from symlag.errors import SymlagError
from symlag.optimizers.bilinear_forms import Form
from symlag.optimizers.factoring import factored
from symlag.optimizers.ordered_product import OrderedProduct
from symlag.optimizers.vectors import k


class AtStep(Function):
    """The value of a form at one step."""

    is_real = True

    def _sympystr(self, printer: Any) -> str:
        return f"{printer.doprint(self.args[0])}[{printer.doprint(self.args[1])}]"

    def _latex(self, printer: Any, exp: Any = None) -> str:
        form, step = map(printer.doprint, self.args)
        return f"{form}_{{{step}}}" + ("" if exp is None else f"^{{{exp}}}")


@dataclass(frozen=True)
class Window:
    """An identity over any stretch of steps: Σ_f sums[f]·Σ_k f_k + Σ_c ends[c]·(c_end − c_start) = 0.

    Parameters
    ----------
    sums : mapping from Form to Expr
        The coefficients of what is summed over the steps.
    ends : mapping from Form to Expr
        The coefficients of what charges have gained from the first step to the last.
    """

    sums: Mapping[Form, Expr]
    ends: Mapping[Form, Expr]


@dataclass(frozen=True)
class Recursion:
    """The recursion charges' = propagator · charges + Σ sources.

    Parameters
    ----------
    charges : tuple of Form
        The n charges before the step.
    propagator : Matrix, n × n
        M, in the hyper-parameters and the step k.
    sources : mapping from str to Matrix, n × 1
        What feeds the charges, by name, linear in forms that can be measured.
    """

    charges: tuple[Form, ...]
    propagator: Matrix
    sources: Mapping[str, Matrix]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the charges in code: v_theta for ⟨v, Aθ⟩."""
        return tuple("_".join(letter.stem for letter in charge.args) for charge in self.charges)

    @property
    def source(self) -> Matrix:
        """The sum s of all sources, n × 1."""
        return sum(self.sources.values(), zeros(len(self.charges), 1))

    @property
    def source_forms(self) -> tuple[Form, ...]:
        """The forms that the sources are linear in: what a run has to measure."""
        return tuple(sorted(self.source.atoms(Form), key=str))

    @property
    def charges_after(self) -> tuple[Form, ...]:
        """The charges after the step."""
        return tuple(charge.func(*(letter.new for letter in charge.args)) for charge in self.charges)

    @property
    def equations(self) -> dict[Form, Expr]:
        """Each charge after the step, in charges and sources before it."""
        after = self.propagator * Matrix(self.charges) + self.source
        return dict(zip(self.charges_after, after, strict=True))

    def steady_state(self) -> dict[Form, Expr]:
        """The time average of each charge over a long run, or over one whose ends are alike.

        Returns
        -------
        dict from Form to Expr
            Of each charge its average, in the averages of the forms in the sources.

        Raises
        ------
        SymlagError
            Where hyper-parameters change with the step, or where no decay draws a charge back.
        """
        decay, source = self._stationary_equation()
        if vanishes(decay.det()):
            raise SymlagError(
                f"the steady state of {self.charges[0]}",
                "no decay draws this charge back, so that it has no time average",
                "Use a rule with weight decay, for example sgd(weight_decay=0.01).",
            )
        means = decay.adjugate() * source / decay.det()
        return dict(zip(self.charges, map(factored, means), strict=True))

    def window(self) -> Window:
        """The exact identity of the first charge over any stretch of steps, the other charges eliminated.

        A first step that differs from the others, as with dampening, stays out of the stretch.

        Returns
        -------
        Window
            Σ_f sums[f]·Σ_k f_k + Σ_c ends[c]·(c_end − c_start) = 0.

        Raises
        ------
        SymlagError
            Where hyper-parameters change with the step.
        """
        decay, source = self._stationary_equation()
        entries = [together(e) for e in (decay.det(), *decay.adjugate().row(0))]
        common = gcd_list(entries)
        det, *row = (cancel(e / common) for e in entries)
        total = expand((Matrix([row]) * source)[0])
        sums = {self.charges[0]: factored(det)} | {form: factored(-total.coeff(form)) for form in self.source_forms}
        return Window(sums, dict(zip(self.charges, map(factored, row), strict=True)))

    @property
    def oscillates(self) -> Any:
        """The condition on constant hyper-parameters under which charges oscillate: complex eigenvalues of M.

        `SymlagError` where hyper-parameters change with the step, or where no condition in symbols is known: four and
        more eigenvalues that belong together are told only for numbers.
        """
        z = Symbol("z")
        decay, _ = self._stationary_equation()
        factors = factor_list((eye(len(self.charges)) - decay).charpoly(z).as_expr(), z)[1]
        return Or(*(_has_complex_roots(factor.as_poly(z)) for factor, _ in factors))

    def after(self, steps: int) -> tuple[Expr, ...]:
        """The charges after some steps, written out, with schedules put in.

        Parameters
        ----------
        steps : int
            The number of steps.

        Returns
        -------
        tuple of Expr
            Of each charge its value, in the charges at step 0 and the sources at every step.
        """
        charges = Matrix([AtStep(charge, S.Zero) for charge in self.charges])
        for step in range(steps):
            source = self.source.xreplace({form: AtStep(form, S(step)) for form in self.source_forms})
            charges = (self.propagator * charges + source).subs(k, step).applyfunc(expand)
        return tuple(charges)

    def closed_sum(self) -> Eq:
        """The first charge after N steps in one line, c_N = P(0, N) c_0 + Σ_j P(j+1, N) s_j.

        P is a product of numbers for one charge, a power of M for two with constant hyper-parameters, and otherwise an
        ordered product, for any schedule.

        Returns
        -------
        Eq
            The charge `AtStep` N, in the charges at step 0 and the sources at each step j.
        """
        N, j = (Symbol(name, integer=True, nonnegative=True) for name in "Nj")
        start = self._propagated(S.Zero, N) * Matrix([AtStep(charge, S.Zero) for charge in self.charges])
        source = self.source.subs(k, j).xreplace({form: AtStep(form, j) for form in self.source_forms})
        share = self._propagated(j + 1, N) * source
        sums = Sum(share[0], (j, 0, N - 1)) if share[0] != 0 else S.Zero
        return Eq(AtStep(self.charges[0], N), start[0] + sums, evaluate=False)

    def _propagated(self, start: Expr, stop: Expr) -> Matrix:
        """P(start, stop), the product of the propagators of the steps from start to stop − 1."""
        i = Symbol("i", integer=True, nonnegative=True)
        if len(self.charges) == 1:
            return Matrix([Product(self.propagator[0].subs(k, i), (i, start, stop - 1))])
        if len(self.charges) == 2 and k not in self.propagator.free_symbols:
            return power(self.propagator, stop - start)
        return Matrix(OrderedProduct(self.propagator.subs(k, i), i, start, stop))

    def stationary(self, expression: Any) -> Any:
        """An expression or a matrix as it is from the second step on, at constant hyper-parameters.

        Parameters
        ----------
        expression : Expr or Matrix
            In hyper-parameters and the step k.

        Returns
        -------
        Expr or Matrix
            The same without k.

        Raises
        ------
        SymlagError
            Where it still changes with the step.
        """
        constant = expression.subs(Min(k, 1), S.One)
        if k in constant.free_symbols:
            raise SymlagError(
                f"a law of {', '.join(map(str, self.charges))}",
                "its hyper-parameters change with the step, so that steps are not alike",
                "Use constant hyper-parameters, or law.after(10) for the first ten steps.",
            )
        return constant

    def _stationary_equation(self) -> tuple[Matrix, Matrix]:
        """1 − M and s: in the mean over steps that are alike, (1 − M) c̄ = s̄."""
        return self.stationary(eye(len(self.charges)) - self.propagator), self.stationary(self.source)


def power(matrix: Matrix, n: Any) -> Matrix:
    """The n-th power of a 2 × 2 matrix with two eigenvalues r₊ ≠ r₋: U_n M − det(M) U_{n−1}, U_n = (r₊ⁿ−r₋ⁿ)/(r₊−r₋).

    >>> power(Matrix([[1, 1], [1, 0]]), 10).applyfunc(expand)[1]
    55
    """
    trace, det = matrix.trace(), matrix.det()
    root = sqrt(_shorter(trace**2 - 4 * det))
    plus, minus = (trace + root) / 2, (trace - root) / 2

    def U(m: Any) -> Expr:
        return (plus**m - minus**m) / root

    return U(n) * matrix - det * U(n - 1) * eye(2)


def _has_complex_roots(factor: Poly) -> Any:
    """The condition that an irreducible polynomial has roots that are not real."""
    degree = factor.degree()
    if degree == 1:
        return S.false
    if degree == 2:
        a, b, c = factor.all_coeffs()
        return Lt(factored(b**2), factored(4 * a * c))
    if degree == 3:
        return Lt(_shorter(discriminant(factor)), 0)
    if factor.free_symbols_in_domain:
        raise SymlagError(
            f"the oscillation of {degree} charges",
            "no condition in symbols is known for the eigenvalues of more than three charges that belong together",
            "Use rational numbers for the hyper-parameters, for example rule.at({eta: Rational(1, 10)}).",
        )
    return S(bool(factor.count_roots() < degree))


def _shorter(expression: Expr) -> Expr:
    """An expression expanded or in factors, whichever is shorter."""
    return min((expand(expression), factored(expression)), key=lambda e: e.count_ops())
