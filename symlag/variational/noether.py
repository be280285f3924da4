"""Noether's theorem with breaking: the balance law of a charge under a generator.

**Theorem.** For X = τ∂_t + ξ·∂_q with characteristic ζ = ξ − τq̇, and any function B, off the motion as well as on it,

    (D_t + γ) C + ⟨ζ, E⟩ = X T + (D_tτ + γτ) T − [X V + (D_tτ + γτ) V] + ⟨F, ζ⟩ − (D_t + γ) B,    C = ⟨p, ζ⟩ + τL − B.

The right-hand side names its sources: kinetic (the kinetic symmetry breaking, KSB), potential, force, boundary. Where
kinetic, potential and force add up to a total derivative (D_t + γ)B, this is the B that is taken, and the charge C is
conserved. A dissipation function R adds the source −⟨∂R/∂q̇, ζ⟩, called dissipation, which for ζ = q̇ is the power that
is lost; constraints add Σ λ_i A_i·ζ, the work of the forces that hold them, called constraint. It is zero, and the law
that of the motion without constraints, where ζ is admissible: each A_i·ζ is then zero, or vanishes with the constraints
and their rates. A law carries its proof: `Law.defect` computes the identity again from the charge and sources that it
states, on the constraints where there are any.

Source: E. Noether, *Invariante Variationsprobleme* (1918); Tanaka and Kunin, *Noether's Learning Dynamics*, Eq. 8.

>>> from symlag.variational.families import scale
>>> from symlag.calculus.jets import block
>>> from symlag.calculus.matrices import inner, normal
>>> w = block("w")
>>> law = noether(Lagrangian(inner(w.dot, w.dot) / 2), scale(w))
>>> law.charge, law.ksb, law.defect()
(Trace(w.T*w.dot), Trace(w.dot.T*w.dot), 0)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sympy import Add, Eq, Expr, MatrixSymbol, S

from symlag.calculus.decimals import shown
from symlag.calculus.differential_operators import damped_total, directional, euler_along, evolutionary, pairing, total
from symlag.calculus.homotopy import antiderivative
from symlag.calculus.jets import t
from symlag.calculus.matrices import normal, zero_like
from symlag.calculus.matrix_gradient import matrix_coefficient
from symlag.calculus.matrix_words import transposed
from symlag.calculus.normal_form import normal_form
from symlag.calculus.zero_test import vanishes
from symlag.citations import LEARNING_DYNAMICS, NOETHER, Cited, Work
from symlag.display import Displayable
from symlag.errors import CoordinateError, SymlagError
from symlag.variational.closed_form import Oscillation, Relaxation, potential, solve, steady_state
from symlag.variational.constraints import of_velocities, reduced_where, relations, vanishes_where, work_along
from symlag.variational.equations_of_motion import momentum_along
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian

if TYPE_CHECKING:
    from symlag.kernels.array_function import Kernel
    from symlag.simulation.run import Run
    from symlag.trials.verdict import Verdict


@dataclass(frozen=True)
class MomentumMap(Displayable):
    """A law that holds for every value of a constant matrix X, read as one law of matrices: charge = ⟨matrix, X⟩.

    Parameters
    ----------
    parameter : MatrixSymbol
        The constant matrix X.
    charge : Expr or MatrixExpr
        The matrix of the charge, in the shape of X.
    rate : Expr
        The damping γ.
    sources : mapping
        The matrix of each source, by its name.

    Examples
    --------
    >>> from symlag.calculus.jets import block
    >>> from symlag.calculus.matrices import inner
    >>> from symlag.variational.families import rotation
    >>> w = block("w", 3)
    >>> noether(Lagrangian(inner(w.dot, w.dot) / 2), rotation(w)).momentum_map().charge
    -(1/2)*w*w.dot.T + (1/2)*w.dot*w.T
    """

    parameter: MatrixSymbol
    charge: Any
    rate: Expr
    sources: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"MomentumMap(for every {self.parameter}: {_listed(self)})"


@dataclass(frozen=True)
class Law(Displayable, Cited):
    """The balance law d(charge)/dt + rate·charge = Σ sources of one generator, with its proof.

    Parameters
    ----------
    lagrangian : Lagrangian
        The mechanics that the law holds in.
    generator : Generator
        The generator that it belongs to, in the notation of the Lagrangian.
    charge : Expr
        C, a function of time, coordinates and velocities.
    rate : Expr
        The damping γ, a function of time.
    sources : mapping
        What feeds the charge: "kinetic", "potential", "force" and "boundary"; "dissipation" where the Lagrangian has
        such a function, and "constraint" where it has constraints, with their multipliers lambda_1 and so on.

    References
    ----------
    E. Noether, Invariante Variationsprobleme (1918); Tanaka and Kunin, Noether's Learning Dynamics (2021), Eq. 8.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> from symlag.variational.families import scale
    >>> x = coordinates("x")
    >>> law = noether(Lagrangian(x.dot**2 / 2, x**2 / 2, damping=2), scale(x))
    >>> law
    Law(scale: charge = x*x.dot, rate = 2, kinetic = x.dot**2, potential = -x**2)
    >>> law.conserved, law.defect()
    (False, 0)
    """

    lagrangian: Lagrangian
    generator: Generator
    charge: Expr
    rate: Expr
    sources: Mapping[str, Expr]

    def __repr__(self) -> str:
        return f"Law({self.generator.name}: {_listed(self)})"

    @property
    def generator_in_jets(self) -> Generator:
        """The generator, its coordinates as jets."""
        return self.generator.map(self.lagrangian.notation.to_jets)

    @property
    def source(self) -> Expr:
        """All sources together."""
        return Add(*self.sources.values())

    @property
    def ksb(self) -> Expr:
        """The kinetic symmetry breaking."""
        return self.sources["kinetic"]

    @property
    def breaking(self) -> dict[str, Expr]:
        """The parts of the KSB: the velocities' share ⟨∂T/∂q̇, ζ̇⟩, the metric's ⟨∂T/∂q, ζ⟩, and that of time.

        In NLD's terms the first two are the kinetic asymmetry and the non-Euclidean metric (NLD Eq. 8).
        """
        L, X = self.lagrangian, self.generator_in_jets
        moves = X.characteristics(L.coordinates)
        rates = {q.dot: total(move) for q, move in moves.items()}
        parts = {"asymmetry": directional(L.kinetic, rates), "metric": directional(L.kinetic, moves)}
        rest = self._read(self.ksb) - Add(*parts.values())
        return {name: L.notation.to_functions(normal_form(part)) for name, part in (parts | {"time": rest}).items()}

    @property
    def conserved(self) -> bool:
        """Whether nothing feeds the charge: then e^Γ times it is constant, and under no damping the charge itself.

        Under constraints, whether nothing does on a motion that obeys them.
        """
        L = self.lagrangian
        return vanishes_where(self._read(self.source), relations(L.constraints, L.coordinates))

    @property
    def works(self) -> tuple[Work, ...]:
        """Noether's theorem, and Noether's learning dynamics where something feeds the charge or friction drains it."""
        return (NOETHER,) if self.conserved and self.rate == 0 else (NOETHER, LEARNING_DYNAMICS)

    @property
    def boundary(self) -> Expr:
        """The boundary term B = ⟨p, ζ⟩ + τL − C, for which the source of that name is −(D_t + γ)B."""
        L, X = self.lagrangian, self.generator_in_jets
        current = momentum_along(L, X.characteristics(L.coordinates)) + X.tau * L.density
        return L.notation.to_functions(normal_form(current - self._read(self.charge)))

    @property
    def equation(self) -> Eq:
        """The law as an equation, the rate of the charge written out in accelerations."""
        rate = damped_total(self._read(self.charge), self._read(self.rate))
        return Eq(self.lagrangian.notation.to_functions(rate), self.source, evaluate=False)

    def defect(self) -> Expr:
        """The balance (D_t + γ)C + ⟨ζ, E⟩ − Σ sources of what this law states: zero, on and off the motion.

        Under constraints it is zero along every path that obeys them.
        """
        L = self.lagrangian
        moves = self.generator_in_jets.characteristics(L.coordinates)
        stated = damped_total(self._read(self.charge), self._read(self.rate)) - self._read(self.source)
        cost = euler_along(L.density, moves, L.damping) + pairing(moves, L.generalized_forces)
        cost += pairing(moves, L.constraint_forces)
        for multiplier, g in zip(L.multipliers, L.constraints, strict=True):
            # Zero where the constraint is obeyed, and what A·τq̇ is written with in the law.
            cost += multiplier * self.generator_in_jets.tau * of_velocities(g, L.coordinates)
        gap = normal_form(stated + cost)
        return S.Zero if vanishes_where(gap, relations(L.constraints, L.coordinates)) else gap

    def momentum_map(self) -> MomentumMap:
        """The matrix-valued law of a family that holds for every constant matrix, such as `general_linear`."""
        if len(self.generator.parameters) != 1:
            raise SymlagError(
                self.generator.name, "it holds for no one constant matrix", "general_linear(U, V), for example"
            )
        (X,) = self.generator.parameters
        sources = {name: _matrix_paired_with(X, source) for name, source in self.sources.items()}
        return MomentumMap(X, _matrix_paired_with(X, self.charge), self.rate, sources)

    @property
    def potential(self) -> Expr:
        """The function Q of position with charge = m dQ/dt; an error, "not integrable", for rotations."""
        return potential(self)

    def solve(self) -> Oscillation | Relaxation:
        """The closed form: of Q where charge = m dQ/dt and the coefficients are constant, of the charge otherwise."""
        return solve(self)

    def steady_state(self) -> Eq:
        """What the law says of averages once nothing changes any more."""
        return steady_state(self)

    def kernel(self, backend: str = "numpy") -> Kernel:
        """The charge, the rate and every source as one function of arrays.

        Parameters
        ----------
        backend : str, optional
            "numpy", "numba" or "torch".

        Returns
        -------
        Kernel
            A function of the coordinates, velocities and parameters by name.
        """
        from symlag.kernels.array_function import kernel

        return kernel(self, backend)

    def check(self, run: Run) -> Verdict:
        """The verdict on the law along a run of its mechanics.

        Parameters
        ----------
        run : Run
            What `simulate` returned.

        Returns
        -------
        Verdict
            HOLDS or EXACT where the gap between the charge and what the law says of it closes as the run is made finer;
            BROKEN where it does not; EMPTY where the law with another source would pass, too.
        """
        from symlag.trials.law_check import check_law

        return check_law(self, run).verdict

    def _read(self, expression: Expr) -> Expr:
        return self.lagrangian.notation.to_jets(expression)


def noether(L: Lagrangian, X: Generator) -> Law:
    """The balance law of the charge that belongs to a generator, symmetry or not.

    Parameters
    ----------
    L : Lagrangian
        A Lagrangian over time alone.
    X : Generator
        A generator that moves coordinates of L, or time.

    Returns
    -------
    Law
        The charge, the damping rate and the sources, with the proof that they balance.

    Raises
    ------
    SymlagError
        Where the arguments are not a Lagrangian and a generator.
    CoordinateError
        Where the generator moves what is no coordinate of L, or where the coordinates of L are fields.

    Notes
    -----
    The boundary term B is found by `antiderivative`: it is zero where the kinetic, potential, force and dissipation
    sources are no total derivative together.

    References
    ----------
    E. Noether, Invariante Variationsprobleme (1918); Tanaka and Kunin, Noether's Learning Dynamics (2021), Eq. 8.

    Examples
    --------
    >>> from sympy import symbols
    >>> from symlag.calculus.jets import coordinates
    >>> from symlag.variational.families import rotation
    >>> x, y = coordinates("x y")
    >>> g = symbols("g")
    >>> law = noether(Lagrangian((x.dot**2 + y.dot**2) / 2, g * y), rotation(x, y))
    >>> law.charge, law.source, law.defect()
    (x*y.dot - x.dot*y, -g*x, 0)
    """
    if not isinstance(L, Lagrangian):  # pyright: ignore[reportUnnecessaryIsInstance] - not every user checks types
        raise SymlagError(f"noether of {L!r}", "it is no Lagrangian", "Lagrangian(T, V)")
    if not isinstance(X, Generator):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise SymlagError(f"noether along {X!r}", "it is no Generator", "rotation(x, y), or Generator({x: y})")
    if any(q.base != (t,) for q in L.coordinates):
        raise CoordinateError(str(L.coordinates), "fields have currents, not charges", "coordinates of time alone")
    for q in X.components:
        L.require(q)
    written, X = X, X.map(L.notation.to_jets)
    moves = X.characteristics(L.coordinates)
    current = momentum_along(L, moves) + X.tau * L.density
    kinetic, potential = (evolutionary(energy, moves, X.tau) for energy in (L.kinetic, L.potential))
    if X.tau != 0:
        rate = damped_total(X.tau, L.damping)
        kinetic, potential = kinetic + rate * L.kinetic, potential + rate * L.potential
    changes = {"kinetic": kinetic, "potential": -potential, "force": pairing(moves, L.forces)}
    if L.friction:
        changes["dissipation"] = pairing(moves, L.friction)
    sources = {name: normal_form(change) for name, change in changes.items()}
    boundary = antiderivative(Add(*sources.values()), L.damping)
    sources["boundary"] = _boundary_source(boundary, Add(*sources.values()), L.damping)
    if L.constraints:
        sources["constraint"] = _work_of_constraints(L, X)
    charge = normal_form(current - boundary)
    speak = replace(L.notation, decimals=L.notation.decimals | written.decimals).to_functions
    X = X.map(speak)
    return Law(L, X, speak(charge), speak(L.damping), {name: speak(value) for name, value in sources.items()})


def _work_of_constraints(L: Lagrangian, X: Generator) -> Expr:
    """Σ λ_i A_i·ζ over the constraints along which the work does not vanish."""
    zero = relations(L.constraints, L.coordinates)
    xi = {q: X.components.get(q, zero_like(q)) for q in L.coordinates}
    works = {multiplier: work_along(g, xi, X.tau) for multiplier, g in zip(L.multipliers, L.constraints, strict=True)}
    return Add(*(multiplier * reduced_where(work, zero) for multiplier, work in works.items()))


def _boundary_source(boundary: Expr, others: Expr, rate: Expr) -> Expr:
    """−(D_t + γ)B, written as the other sources with a minus where it cancels them."""
    if boundary == 0:
        return S.Zero
    source = normal_form(-damped_total(boundary, rate))
    return -others if source + others != 0 and vanishes(source + others) else source


def _matrix_paired_with(parameter: MatrixSymbol, linear: Expr) -> Any:
    """The matrix G of ⟨G, X⟩; where X is skew or symmetric that part of it, for the product with the rest is 0."""
    matrix = matrix_coefficient(linear, parameter)
    sign, flipped = transposed(parameter)
    return normal((matrix + sign * matrix.T) / 2) if flipped == parameter else matrix


def _listed(law: Law | MomentumMap) -> str:
    """The charge, the rate and the sources, less those that are zero."""
    parts = {"charge": law.charge, "rate": law.rate, **law.sources}
    return ", ".join(f"{name} = {shown(value)}" for name, value in parts.items() if value != zero_like(value))
