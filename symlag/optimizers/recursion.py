"""Linear recursions of charges, c' = M c + Σ sources, and what follows from them alone.

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
from symlag.optimizers.ordered_product import Carried
from symlag.optimizers.vectors import k


class At(Function):
    """The value of a form at one step."""

    is_real = True

    def _sympystr(self, printer: Any) -> str:
        return f"{printer.doprint(self.args[0])}[{printer.doprint(self.args[1])}]"

    def _latex(self, printer: Any, exp: Any = None) -> str:
        form, step = map(printer.doprint, self.args)
        return f"{form}_{{{step}}}" + ("" if exp is None else f"^{{{exp}}}")


@dataclass(frozen=True)
class Window:
    """An identity of sums over any stretch of steps: Σ_f sums[f]·Σ_k f_k + Σ_c ends[c]·(c_end − c_start) = 0."""

    sums: Mapping[Form, Expr]
    ends: Mapping[Form, Expr]


@dataclass(frozen=True)
class Recursion:
    """The recursion charges' = propagator · charges + Σ sources.

    `charges` are n forms, `propagator` is n × n in the hyper-parameters and the step k, and each source n × 1, linear
    in forms that can be measured.
    """

    charges: tuple[Form, ...]
    propagator: Matrix
    sources: Mapping[str, Matrix]

    @property
    def names(self) -> tuple[str, ...]:
        """What to call the charges in code: v_theta for ⟨v, Aθ⟩."""
        return tuple("_".join(letter.stem for letter in charge.args) for charge in self.charges)

    @property
    def source(self) -> Matrix:
        """All sources together."""
        return sum(self.sources.values(), zeros(len(self.charges), 1))

    @property
    def measured(self) -> tuple[Form, ...]:
        """The forms in the sources."""
        return tuple(sorted(self.source.atoms(Form), key=str))

    @property
    def advanced(self) -> tuple[Form, ...]:
        """The charges one step later."""
        return tuple(charge.func(*(letter.new for letter in charge.args)) for charge in self.charges)

    @property
    def equations(self) -> dict[Form, Expr]:
        """Each charge after the step, by charges and sources before it."""
        ahead = self.propagator * Matrix(self.charges) + self.source
        return dict(zip(self.advanced, ahead, strict=True))

    def steady_state(self) -> dict[Form, Expr]:
        """The time average of each charge by those of the sources, where a run is long or its ends are alike.

        `SymlagError` where hyper-parameters change with k, or where nothing holds a charge.
        """
        loss, source = self._settled()
        if vanishes(loss.det()):
            raise SymlagError(
                str(self.charges[0]), "nothing draws it back, so that it has no average", "a weight decay"
            )
        means = loss.adjugate() * source / loss.det()
        return dict(zip(self.charges, map(factored, means), strict=True))

    def window(self) -> Window:
        """The exact identity of the first charge over any stretch of steps, the other charges eliminated.

        A first step that differs from the others stays out of the stretch. `SymlagError` where hyper-parameters change.
        """
        loss, source = self._settled()
        det, *row = _primitive([loss.det(), *loss.adjugate().row(0)])
        fed = expand((Matrix([row]) * source)[0])
        sums = {self.charges[0]: factored(det)} | {form: factored(-fed.coeff(form)) for form in self.measured}
        return Window(sums, dict(zip(self.charges, map(factored, row), strict=True)))

    @property
    def oscillates(self) -> Any:
        """The condition on constant hyper-parameters under which charges swing: two eigenvalues of M are complex."""
        z = Symbol("z")
        loss, _ = self._settled()
        factors = [f for f, _ in factor_list((eye(len(self.charges)) - loss).charpoly(z).as_expr(), z)[1]]
        degrees = {f: f.as_poly(z).degree() for f in factors}
        if max(degrees.values()) > 3:
            raise SymlagError(str(self.charges), "no discriminant tells of more than three", "numbers for the symbols")
        return Or(*(_complex(f.as_poly(z)) for f in factors if degrees[f] > 1))

    def after(self, steps: int) -> tuple[Expr, ...]:
        """Each charge after some steps, by the charges at step 0 and the sources at every step, schedules put in."""
        charges = Matrix([At(charge, S.Zero) for charge in self.charges])
        for step in range(steps):
            fed = self.source.xreplace({form: At(form, S(step)) for form in self.measured})
            charges = (self.propagator * charges + fed).subs(k, step).applyfunc(expand)
        return tuple(charges)

    def closed_sum(self) -> Eq:
        """The first charge after N steps in one line: the start, and every source, carried on by the propagator.

        Of one charge it is carried by a product of numbers, of two with constant hyper-parameters by a power, and
        otherwise by the ordered product of the propagators, for any schedule.
        """
        N, j = (Symbol(name, integer=True, nonnegative=True) for name in "Nj")
        start = self._carried(S.Zero, N) * Matrix([At(charge, S.Zero) for charge in self.charges])
        source = self.source.subs(k, j).xreplace({form: At(form, j) for form in self.measured})
        fed = self._carried(j + 1, N) * source
        sums = Sum(fed[0], (j, 0, N - 1)) if fed[0] != 0 else S.Zero
        return Eq(At(self.charges[0], N), start[0] + sums, evaluate=False)

    def _carried(self, start: Expr, stop: Expr) -> Matrix:
        """The product of the propagators of the steps from start to stop."""
        i = Symbol("i", integer=True, nonnegative=True)
        if len(self.charges) == 1:
            return Matrix([Product(self.propagator[0].subs(k, i), (i, start, stop - 1))])
        if len(self.charges) == 2 and k not in self.propagator.free_symbols:
            return power(self.propagator, stop - start)
        return Matrix(Carried(self.propagator.subs(k, i), i, start, stop))

    def settled(self, expression: Any) -> Any:
        """An expression or matrix from the second step on; `SymlagError` where it changes with the step still."""
        made = expression.subs(Min(k, 1), S.One)
        if k in made.free_symbols:
            raise SymlagError(str(self.charges), "hyper-parameters change with the step", "constants, or law.after(10)")
        return made

    def _settled(self) -> tuple[Matrix, Matrix]:
        """1 − M and the source, from the second step on."""
        return self.settled(eye(len(self.charges)) - self.propagator), self.settled(self.source)


def power(matrix: Matrix, n: Any) -> Matrix:
    """The n-th power of a 2 × 2 matrix with two eigenvalues r₊ ≠ r₋: U_n M − det(M) U_{n−1}, U_n = (r₊ⁿ−r₋ⁿ)/(r₊−r₋).

    >>> power(Matrix([[1, 1], [1, 0]]), 10).applyfunc(expand)[1]
    55
    """
    trace, det = matrix.trace(), matrix.det()
    root = sqrt(_squares(trace**2 - 4 * det))
    plus, minus = (trace + root) / 2, (trace - root) / 2
    U = lambda at: (plus**at - minus**at) / root  # noqa: E731 - a sequence, not a function
    return U(n) * matrix - det * U(n - 1) * eye(2)


def _primitive(expressions: list[Expr]) -> list[Expr]:
    """Polynomials without the factor that they share."""
    common = gcd_list([together(e) for e in expressions])
    return [cancel(e / common) for e in expressions]


def _complex(eigenvalues: Poly) -> Any:
    """The condition that a polynomial of degree two or three has complex roots."""
    if eigenvalues.degree() > 2:
        return Lt(_squares(discriminant(eigenvalues)), 0)
    a, b, c = eigenvalues.all_coeffs()
    return Lt(factored(b**2), factored(4 * a * c))


def _squares(expression: Expr) -> Expr:
    """tr² − 4 det of a quadratic, the square left together where it is shorter."""
    return min((expand(expression), factored(expression)), key=lambda e: e.count_ops())
