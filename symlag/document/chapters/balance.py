"""The chapter of one symmetry: the family, what it changes, the charge, the balance law, and its proof.

By Noether's theorem a generator X = τ∂_t + Σ ξ_q ∂_q gives the charge C = Σ p_q ζ_q + τL − B, with ζ = ξ − τq̇ and a
boundary term B. Under a damping γ the charge obeys (d/dt + γ)C = δT − δV + δW, where δT, δV and δW are what the family
changes of the kinetic energy (kinetic symmetry breaking), of the potential, and by the work of forces; δW_R is the work
of dissipation and δW_λ that of the forces of constraints.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import Add, Expr, MatAdd, S, Symbol

from symlag.calculus.differential_operators import scaled
from symlag.calculus.jets import Block, t
from symlag.calculus.matrices import Skew, Symmetric, normal, zero_like
from symlag.calculus.normal_form import normal_form
from symlag.document.boxes.box import EQUALS, MINUS, NOTHING, PLUS, Box, Dotted, Role, Sign, display, parenthesized, row
from symlag.document.boxes.expressions import dotted_letter, typeset
from symlag.document.boxes.matrices import inner_product_box
from symlag.document.boxes.term_sorting import is_negative, sorted_terms
from symlag.document.chapters.closed_form import closed_form, integrated_charge
from symlag.document.chapters.prose import (
    RATE,
    Prose,
    Section,
    as_box,
    damping_symbol,
    equation,
    friction_terms,
    partial_derivative,
    rate_of,
    sentence,
    signed_sum,
    with_subscript,
)
from symlag.variational.equations_of_motion import ostrogradsky_momenta
from symlag.variational.noether import Law, MomentumMap

LAGRANGE, KINETIC, POTENTIAL, CHARGE, END = map(Role, "LTVCB")
EPSILON = Symbol("epsilon")
XI, ZETA, TAU, MOMENTUM, Q = map(Role, "ξζτpq")
CHANGED_T, CHANGED_V, WORK = row(Sign("δ"), KINETIC), row(Sign("δ"), POTENTIAL), row(Sign("δ"), Role("W"))


def law_sections(law: Law) -> Iterator[Section]:
    """The sections from a generator to its law, and to what the law comes to in time."""
    yield family(law)
    yield check(law)
    if boundary_value(law) != 0:
        yield boundary_term(law)
    yield charge(law)
    yield balance(law)
    if len(law.generator.parameters) == 1:
        yield matrix_law(law)
    yield proof(law)
    yield closed_form(law)
    yield from integrated_charge(law)


def family(law: Law) -> Section:
    """The family of transformations, to first order."""
    X = law.generator_in_jets
    components = dict(X.components)
    if X.tau != 0:
        components[t] = X.tau
    lines = [(as_box(q), row(Sign("↦"), signed_sum(q, scaled(EPSILON, xi)))) for q, xi in components.items()]
    quantifiers = tuple(piece for p in X.parameters for piece in sentence(f", for every {_kind(p)} {{p}}", p=p))
    reason = (*sentence("To first order in {eps} the family moves", eps=EPSILON), *quantifiers, ":")
    return Section("The symmetry" if X.name == "symmetry" else f"The symmetry: {X.name}", reason, display(*lines))


def check(law: Law) -> Section:
    """What the family changes of the energies."""
    lines = [
        equation(CHANGED_T, in_coordinates(law, law.ksb)),
        equation(CHANGED_V, scaled(-1, in_coordinates(law, law.sources["potential"]))),
    ]
    works = {"force": law.lagrangian.forces, "dissipation": law.lagrangian.friction}
    works["constraint"] = law.lagrangian.constraints
    for name, occurring in works.items():
        if occurring:
            lines.append(equation(_SOURCES[name], in_coordinates(law, law.sources[name])))
    return Section("Its check", _outcome_of_check(law), display(*lines))


def boundary_term(law: Law) -> Section:
    """The boundary term, of which the family's change of the action is a rate."""
    change = row(_rate(law), END)
    changed = [part for name, part in law.sources.items() if name not in ("boundary", "constraint")]
    total = normal_form(Add(*(in_coordinates(law, part) for part in changed)))
    reason = sentence(
        "What the move adds is a rate of change, felt by the action at its two ends only: {B} joins the charge.",
        B=END,
    )  # fmt: skip
    return Section("The boundary term", reason, display(equation(change, total), equation(END, boundary_value(law))))


def charge(law: Law) -> Section:
    """The charge, in momenta and components of the generator, and written out."""
    moves_time, has_higher_momenta = law.generator.tau != 0, law.lagrangian.order > 1
    terms = [pairing for q in _moved_coordinates(law) for pairing in _pairings(law, q)]
    if moves_time:
        terms.append(row(TAU, LAGRANGE))
    if boundary_value(law) != 0:
        terms.append(row(MINUS, END))
    path = ": {zeta}, the move of the path at one time" if moves_time else ""
    zeta = row(with_subscript(ZETA, Q), EQUALS, with_subscript(XI, Q), MINUS, TAU, Dotted(Q, 1))
    kind = ", and those of Ostrogradsky {p} with the rates of it" if has_higher_momenta else ""
    reason = sentence(f"Each momentum is paired with the move of its coordinate{path}{kind}.", zeta=zeta, p=MOMENTUM)
    lines = [equation(CHARGE, signed_sum(*terms)), (NOTHING, row(EQUALS, typeset(in_coordinates(law, law.charge))))]
    if has_higher_momenta:
        towers = (ostrogradsky_momenta(law.lagrangian, q) for q in _moved_coordinates(law))
        lines += [equation(with_subscript(MOMENTUM, jet), p) for momenta in towers for jet, p in momenta.items()]
    return Section("The charge", reason, display(*lines))


def _pairings(law: Law, coordinate: Any) -> list[Box]:
    """The momenta of a coordinate, each paired with a derivative of the coordinate's move."""
    if law.lagrangian.order == 1:
        return [_pair(partial_derivative(LAGRANGE, as_box(coordinate.dot)), _move(law, coordinate), coordinate)]
    letter = ZETA if law.generator.tau != 0 else XI
    levels = enumerate(ostrogradsky_momenta(law.lagrangian, coordinate))
    return [
        _pair(with_subscript(MOMENTUM, jet), dotted_letter(letter, as_box(coordinate), k), coordinate)
        for k, jet in levels
    ]


def balance(law: Law) -> Section:
    """The law, in short and written out."""
    left = [row(RATE, CHARGE)]
    if law.rate != 0:
        left.append(row(as_box(damping_symbol(law.lagrangian)), CHARGE))
    sources = [_SOURCES[name] for name in _feeding(law)]
    in_short = row(signed_sum(*left), EQUALS, signed_sum(*sources))
    return Section("The law", _meaning(law), display((NOTHING, in_short), (NOTHING, balance_law(law))))


def balance_law(law: Law) -> Box:
    """A balance law written out: the rate of the charge and its friction, and the sources."""
    charge, rate, source = (in_coordinates(law, part) for part in (law.charge, law.rate, law.source))
    source = S.Zero if law.conserved else source  # which a constraint may make it, as it stands
    if law.conserved and is_negative(sorted_terms(Add.make_args(charge))[0]):
        charge = Add(*(-term for term in Add.make_args(charge)))
    return row(signed_sum(rate_of(charge), *friction_terms(rate, charge)), EQUALS, typeset(normal_form(source)))


def matrix_balance_law(law: MomentumMap) -> Box:
    """The balance law of a matrix of charges written out."""
    source = normal(MatAdd(zero_like(law.charge), *law.sources.values()))
    return row(signed_sum(rate_of(law.charge), *friction_terms(law.rate, law.charge)), EQUALS, typeset(source))


def matrix_law(law: Law) -> Section:
    """The law as a law of matrices, for a family that holds for every constant matrix."""
    momentum_map = law.momentum_map()
    kind = _kind(momentum_map.parameter)
    reason = sentence(
        f"Both sides are linear in {{X}}, which is any {kind}, so that the law holds entry by entry.",
        X=momentum_map.parameter,
    )
    return Section("All of them at once", reason, display((NOTHING, matrix_balance_law(momentum_map))))


def proof(law: Law) -> Section:
    """The proof: the balance, recomputed from what the law states."""
    pieces = [row(MINUS, _pair(with_subscript(Role("E"), q), _move(law, q), q)) for q in _moved_coordinates(law)]
    line = row(signed_sum(row(_rate(law), CHARGE), *pieces), MINUS, Role("S"), EQUALS, typeset(law.defect()))
    within = " within the constraints" if law.lagrangian.constraints else ""
    reason = sentence(
        "Computed again from the charge and the sources {S} that the law states, with {E} the left side of the "
        f"equation of motion, the balance closes on every path{within}, whether it obeys the equation of motion or "
        "not.",
        S=Role("S"), E=with_subscript(Role("E"), Q),
    )  # fmt: skip
    return Section("The proof", reason, display((NOTHING, line)))


def boundary_value(law: Law) -> Expr:
    """The boundary term B, for which the source of that name is −(D_t + γ)B."""
    return in_coordinates(law, law.boundary) if law.sources["boundary"] != 0 else S.Zero


def in_coordinates(law: Law, expression: Any) -> Any:
    """An expression of a law in coordinates and their rates."""
    return law.lagrangian.notation.in_jets(expression)


_SOURCES = {
    "kinetic": CHANGED_T,
    "potential": row(MINUS, CHANGED_V),
    "force": WORK,
    "dissipation": row(Sign("δ"), with_subscript(Role("W"), Role("R"))),
    "constraint": row(Sign("δ"), with_subscript(Role("W"), Role("λ"))),
}
_FEEDS = {
    "kinetic": "kinetic symmetry breaking",
    "potential": "the potential",
    "force": "the forces",
    "dissipation": "dissipation",
    "constraint": "the forces of the constraints",
}


def _feeding(law: Law) -> list[str]:
    """The names of the sources that feed the charge; with a boundary term the others have become a part of it."""
    if law.conserved:
        return []
    named = ["constraint"] if law.sources["boundary"] != 0 else list(_SOURCES)
    return [name for name in named if law.sources.get(name, 0) != 0]


def _rate(law: Law) -> Box:
    """The operator of the law: d/dt, or d/dt + γ."""
    return RATE if law.rate == 0 else parenthesized(row(RATE, PLUS, as_box(damping_symbol(law.lagrangian))))


def _moved_coordinates(law: Law) -> list[Any]:
    """The coordinates that the generator moves."""
    return [
        q
        for q, move in law.generator_in_jets.characteristics(law.lagrangian.coordinates).items()
        if move != zero_like(q)
    ]


def _move(law: Law, coordinate: Any) -> Box:
    return with_subscript(ZETA if law.generator.tau != 0 else XI, coordinate)


def _pair(left: Box, right: Box, coordinate: Any) -> Box:
    return inner_product_box(left, right) if isinstance(coordinate, Block) else row(left, right)


def _kind(parameter: Any) -> str:
    symmetry = "skew " if isinstance(parameter, Skew) else "symmetric " if isinstance(parameter, Symmetric) else ""
    return f"{symmetry}{'vector' if parameter.shape[1] == 1 else 'matrix'}"


def _outcome_of_check(law: Law) -> Prose:
    """What the check found."""
    stretch = "; each change counts the stretching of time" if law.generator.tau != 0 else ""
    unchanged = (law.ksb == 0, law.sources["potential"] == 0)
    outcome = {
        (True, True): "Neither {T} nor {V} changes",
        (True, False): "{T} is kept, {V} is not",
        (False, True): "{V} is kept, {T} is not: this is kinetic symmetry breaking",
        (False, False): "Both energies change; the change of {T} is kinetic symmetry breaking",
    }[unchanged]
    return sentence(f"{outcome}{stretch}.", T=KINETIC, V=POTENTIAL)


def _meaning(law: Law) -> Prose:
    """What the law says in words."""
    if law.conserved:
        fate = "it is conserved" if law.rate == 0 else "it decays by friction alone"
        return sentence(f"Nothing feeds {{C}}: {fate}.", C=CHARGE)
    feeds = [_FEEDS[name] for name in _feeding(law)]
    decays = ", and decays by friction" if law.rate != 0 else ""
    return sentence(f"{{C}} is fed by {' and '.join(feeds)}{decays}.", C=CHARGE)
