"""The laws of all symmetries of an action or a loss, and of charges that are known first.

Noether's theorem has a converse (Olver, *Applications of Lie Groups to Differential Equations*, theorem 5.58): a charge
C of an action of first order belongs to the symmetry that moves q by ζ = M⁻¹ ∂C/∂q̇, where M is the mass matrix, and B
= p·ζ − C is its boundary term. So charges that are polynomials in the momenta become laws whose generators depend on
velocities, as that of Laplace, Runge and Lenz does.

>>> from symlag.calculus.jets import coordinates
>>> x, y = coordinates("x y")
>>> for law in laws(Lagrangian((x.dot**2 + y.dot**2) / 2, (x**2 + y**2)**2)):
...     print(law.generator.name, law.charge)
time translation -x.dot**2/2 - y.dot**2/2 - (x**2 + y**2)**2
rotation x*y.dot - x.dot*y
"""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Add, Expr, Matrix, MatrixSymbol, S

from symlag.calculus.arguments import require_instance
from symlag.calculus.differential_operators import damped_total, gradient
from symlag.calculus.jets import t
from symlag.calculus.normal_form import normal_form
from symlag.errors import SymlagError
from symlag.symmetry.action_symmetries import symmetries
from symlag.symmetry.determining_equations.ansatz import DEFAULT_ANSATZ, Ansatz
from symlag.symmetry.determining_equations.equations import require_first_order
from symlag.symmetry.loss_symmetries import symmetries_of_potential
from symlag.symmetry.matrix_entries import lagrangian_in_entries
from symlag.variational.equations_of_motion import regular_accelerations
from symlag.variational.generator import Generator
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import Law, noether


def laws(L: Lagrangian, ansatz: Ansatz = DEFAULT_ANSATZ, degree: int = 0) -> tuple[Law, ...]:
    """The conservation law of every symmetry of an action that is found.

    Parameters
    ----------
    L : Lagrangian
        An action over coordinates that are numbers, with damping or without, and without forces.
    ansatz : Ansatz
        What the coefficients of generators are tried as; see `symmetries`.
    degree : int
        The highest degree of generators in the velocities. 0 are point symmetries. With a higher degree laws are added
        whose charges are no polynomials in the charges before them that do not depend on time explicitly.

    Returns
    -------
    tuple of Law
        A law for every generator of `symmetries(L)`, in its order, and then the hidden ones.

    Raises
    ------
    SymlagError
        Where L has forces, has no equation of motion, or has a function that the search does not know; with a `degree`
        also where L is not of first order.
    CoordinateError
        Where a coordinate is a block or a field.

    References
    ----------
    Noether 1918. Olver, *Applications of Lie Groups to Differential Equations*, theorems 4.29 and 5.58.

    Examples
    --------
    The oscillator in the plane has eight point symmetries; Fradkin's tensor adds charges whose generators depend on the
    velocities.

    >>> from symlag.calculus.jets import coordinates
    >>> x, y = coordinates("x y")
    >>> L = Lagrangian((x.dot**2 + y.dot**2) / 2, (x**2 + y**2) / 2)
    >>> len(laws(L))
    8
    >>> law = laws(L, degree=1)[-1]
    >>> law.charge, law.generator.components, law.defect()
    (x*y + x.dot*y.dot, {x: y.dot, y: x.dot}, 0)
    """
    require_instance("degree =", degree, int, "degree = 1, for charges of second degree in the velocities")
    if degree < 0:
        raise SymlagError(f"degree = {degree}", "it is negative", "degree = 0, for point symmetries alone")
    point_laws = tuple(noether(L, X) for X in symmetries(L, ansatz))
    if not degree:
        return point_laws
    from symlag.symmetry.first_integrals import integrals
    from symlag.symmetry.liouville_integrability import polynomially_independent, velocity_degree

    autonomous = [C for C in (L.notation.to_jets(law.charge) for law in point_laws) if not C.has(t)]
    charges = sorted(map(L.notation.to_jets, integrals(L, degree + 1, ansatz)), key=velocity_degree)
    hidden = polynomially_independent([*autonomous, *charges])[len(autonomous) :]
    return (*point_laws, *(converse(L, C) for C in hidden))


def laws_in_training(L: Lagrangian, V: Expr, given: Sequence[MatrixSymbol] = ()) -> tuple[Law, ...]:
    """The balance law of every affine symmetry of a loss, under the dynamics of a learning rule.

    Parameters
    ----------
    L : Lagrangian
        The action of a learning rule with the loss as its potential, for example `heavy_ball().lagrangian(V, [w])`,
        over coordinates and blocks of integer size.
    V : Expr
        The loss whose symmetries are sought, without weight decay.
    given : sequence of MatrixSymbol
        Constant matrices that stand for themselves. Any other constant matrix in an invariance of an unknown loss
        stands for every matrix of its shape.

    Returns
    -------
    tuple of Law
        A law for every generator of `symmetries_of_potential(V, given)`, entry by entry. What the symmetry costs the
        kinetic energy is the law's `ksb`, what weight decay does to it is `sources["potential"]`.

    Raises
    ------
    ShapeError
        Where a block has a symbolic size.
    SymlagError
        Where V has a function that the search does not know.

    References
    ----------
    Tanaka and Kunin, *Noether's Learning Dynamics*, §3 (arXiv 2105.02716).

    Examples
    --------
    >>> from symlag.variational.families import scale
    >>> from symlag.calculus.jets import block
    >>> from symlag.learning.losses import invariant_loss
    >>> from symlag.learning.continuous_rules import heavy_ball
    >>> V = invariant_loss("f", scale(block("w", 2)))
    >>> (law,) = laws_in_training(heavy_ball().lagrangian(V, [block("w", 2)]), V)
    >>> law.generator.components, law.sources["potential"]
    ({w_1: w_1, w_2: w_2}, -lambda*w_1**2 - lambda*w_2**2)
    """
    action = lagrangian_in_entries(L, given)
    return tuple(noether(action, X) for X in symmetries_of_potential(V, given))


def converse(L: Lagrangian, charge: Expr, name: str = "hidden symmetry") -> Law:
    """The law of a charge, with the symmetry behind it: the converse of Noether's theorem.

    Parameters
    ----------
    L : Lagrangian
        An action of first order over coordinates that are numbers, without forces.
    charge : Expr
        A function of time, coordinates and velocities.
    name : str
        The name of the generator.

    Returns
    -------
    Law
        The law of the generator ζ = M⁻¹ ∂C/∂q̇. Its sources hold on the motion. Where the charge is constant, but for
        damping, (D_t + γ)C = 0, they add up to zero; else they are the rate at which it changes.

    Raises
    ------
    SymlagError
        Where L is not of first order, or has forces.
    CoordinateError
        Where a coordinate is a block or a field.

    References
    ----------
    Olver, *Applications of Lie Groups to Differential Equations*, theorem 5.58.

    Examples
    --------
    >>> from symlag.calculus.jets import coordinates
    >>> x, y = coordinates("x y")
    >>> L = Lagrangian((x.dot**2 + y.dot**2) / 2, (x**2 + y**2) / 2)
    >>> law = converse(L, x * y + x.dot * y.dot)
    >>> law.conserved, law.generator.components
    (True, {x: y.dot, y: x.dot})
    """
    require_first_order(L)
    speak, C, q = L.notation.to_functions, L.notation.to_jets(charge), L.coordinates
    mass = Matrix([[gradient(gradient(L.density, a.dot), b.dot) for b in q] for a in q])
    zeta = mass.LUsolve(Matrix([gradient(C, a.dot) for a in q]))
    X = Generator({a: normal_form(move) for a, move in zip(q, zeta, strict=True)}, name=name)
    motion = regular_accelerations(L)
    changes = {"kinetic": X.act(L.kinetic), "potential": -X.act(L.potential), "force": S.Zero}
    sources = {part: normal_form(change.xreplace(motion)) for part, change in changes.items()}
    # What is left of (D_t + γ)C is the change of the boundary term.
    sources["boundary"] = normal_form(damped_total(C, L.damping).xreplace(motion)) - Add(*sources.values())
    return Law(L, X.map(speak), speak(C), speak(L.damping), {part: speak(value) for part, value in sources.items()})
