"""From one symmetry to its balance law, in steps: the move, what it changes, the charge, the law, and its proof."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import Add, Expr, MatAdd

from symlag.blocks import Skew, Symmetric, normal, zero_like
from symlag.boundary import antiderivative
from symlag.calculus import scaled
from symlag.document.closed import closed_form
from symlag.document.layout import NOTHING, Box, Name, Sign, display, fenced, row
from symlag.document.matrices import paired
from symlag.document.prose import EQUALS, MINUS, PLUS, RATE, ZERO, Prose, Step, at, boxed, equal, joined, say, slope
from symlag.document.typeset import as_factor, typeset
from symlag.exact import tidy
from symlag.jet import Block, t
from symlag.noether import Law, characteristics

LAGRANGE, KINETIC, POTENTIAL, DAMPING, CHARGE, END = map(Name, "LTVγCB")
EPSILON, XI, ZETA, TAU = map(Name, "εξζτ")
CHANGED_T, CHANGED_V, WORK = row(Sign("δ"), KINETIC), row(Sign("δ"), POTENTIAL), row(Sign("δ"), Name("W"))


def of_law(law: Law) -> Iterator[Step]:
    """The steps from a generator to its law and what the law comes to."""
    yield family(law)
    yield check(law)
    if boundary(law) != 0:
        yield shift(law)
    yield charge(law)
    yield balance(law)
    if len(law.generator.parameters) == 1:
        yield of_matrices(law)
    yield proof(law)
    yield closed_form(law)


def family(law: Law) -> Step:
    """The family of moves."""
    X = law.generator
    moved = {**X.components, **({t: X.tau} if X.tau != 0 else {})}
    lines = [(boxed(q), row(Sign("↦"), joined(q, row(EPSILON, as_factor(move))))) for q, move in moved.items()]
    every = tuple(piece for p in X.parameters for piece in say(f", for every {_kind(p)} {{p}}", p=p))
    reason = (*say("To first order in {eps} the family moves", eps=EPSILON), *every, ":")
    return Step(f"The symmetry: {X.name}", reason, display(*lines))


def check(law: Law) -> Step:
    """What the family changes."""
    lines = [equal(CHANGED_T, read(law, law.ksb)), equal(CHANGED_V, scaled(-1, read(law, law.sources["potential"])))]
    lines += [equal(WORK, read(law, law.sources["force"]))] if law.lagrangian.forces else []
    return Step("Its check", _found(law), display(*lines))


def shift(law: Law) -> Step:
    """The boundary term."""
    names = ("kinetic", "potential", "force")
    change = row(_rate(law), END)
    total = tidy(Add(*(read(law, law.sources[name]) for name in names)))
    reason = say(
        "What the move adds to {L} is a rate of change, felt by the action at its two ends only: {B} joins the charge.",
        L=LAGRANGE, B=END,
    )  # fmt: skip
    return Step("The boundary term", reason, display(equal(change, total), equal(END, boundary(law))))


def charge(law: Law) -> Step:
    """The charge."""
    L, X = law.lagrangian, law.generator
    zeta = ZETA if X.tau != 0 else XI
    moving = [q for q, move in characteristics(L, X).items() if move != 0]
    pieces = [_pair(slope(LAGRANGE, boxed(q.dot)), at(zeta, q), q) for q in moving]
    pieces += [row(TAU, LAGRANGE)] if X.tau != 0 else []
    pieces += [row(MINUS, END)] if boundary(law) != 0 else []
    path = ", at fixed time {zeta}" if X.tau != 0 else ""
    fixed = row(ZETA, EQUALS, XI, MINUS, TAU, boxed(moving[0].dot))
    reason = say(f"Each momentum is paired with the move of its coordinate{path}.", zeta=fixed)
    return Step(
        "The charge",
        reason,
        display(equal(CHARGE, joined(*pieces)), (NOTHING, equal(NOTHING, read(law, law.charge))[1])),
    )


def balance(law: Law) -> Step:
    """The law."""
    right = [box for name, box in _SOURCES.items() if law.sources[name] != 0]
    left = row(RATE, CHARGE, *((PLUS, DAMPING, CHARGE) if law.rate != 0 else ()))
    if law.sources["boundary"] != 0:
        right = [ZERO]
    return Step("The law", _meaning(law), display((NOTHING, row(left, EQUALS, joined(*right))), (NOTHING, stated(law))))


def stated(law: Law) -> Box:
    """The law with everything written out."""
    moving = read(law, law.charge)
    fading = [tidy(read(law, law.rate) * moving)] if law.rate != 0 else []
    return row(joined(row(RATE, as_factor(moving)), *fading), EQUALS, typeset(tidy(read(law, law.source))))


def of_matrices(law: Law) -> Step:
    """The law as a law of matrices, for a family that holds for every constant matrix."""
    whole = law.momentum_map()
    moving = as_factor(whole.charge)
    fading = [scaled(whole.rate, whole.charge)] if whole.rate != 0 else []
    source = normal(MatAdd(zero_like(whole.charge), *(part for part in whole.sources.values())))
    line = row(joined(row(RATE, moving), *fading), EQUALS, typeset(source))
    reason = say(
        f"Both sides are linear in {{X}}, and it is any {_kind(whole.parameter)}: the law holds entry by entry.",
        X=whole.parameter,
    )
    return Step("All of them at once", reason, display((NOTHING, line)))


def proof(law: Law) -> Step:
    """The proof: the balance, recomputed from what the law states."""
    zeta = ZETA if law.generator.tau != 0 else XI
    pieces = [row(MINUS, _pair(at(Name("E"), q), at(zeta, q), q)) for q in law.lagrangian.coordinates]
    line = row(joined(row(_rate(law), CHARGE), *pieces), MINUS, Name("S"), EQUALS, typeset(law.defect()))
    reason = say(
        "Computed again from this charge and these sources {S}, with {E} the left side of the equation of motion, the "
        "balance closes for every path, whether it obeys the equations of motion or not.",
        S=Name("S"), E=at(Name("E"), Name("q")),
    )  # fmt: skip
    return Step("The proof", reason, display((NOTHING, line)))


def boundary(law: Law) -> Expr:
    """The boundary term B, for which the source of that name is −(D_t + γ)B."""
    source = read(law, law.sources["boundary"])
    return antiderivative(-source, read(law, law.rate)) if source != 0 else source


def read(law: Law, expression: Any) -> Any:
    """An expression of a law in coordinates and their rates."""
    return law.lagrangian.spelling.read(expression)


_SOURCES = {"kinetic": CHANGED_T, "potential": row(MINUS, CHANGED_V), "force": WORK}
_FEEDS = {"kinetic": "kinetic symmetry breaking", "potential": "the potential", "force": "the forces"}


def _rate(law: Law) -> Box:
    return RATE if law.rate == 0 else fenced(row(RATE, PLUS, DAMPING))


def _pair(left: Box, right: Box, coordinate: Any) -> Box:
    return paired(left, right) if isinstance(coordinate, Block) else row(left, right)


def _kind(parameter: Any) -> str:
    symmetry = "skew " if isinstance(parameter, Skew) else "symmetric " if isinstance(parameter, Symmetric) else ""
    return f"{symmetry}{'vector' if parameter.shape[1] == 1 else 'matrix'}"


def _found(law: Law) -> Prose:
    """What the check found."""
    stretch = ", each with its share of the stretched time" if law.generator.tau != 0 else ""
    kept = (law.ksb == 0, law.sources["potential"] == 0)
    found = {
        (True, True): "Neither {T} nor {V} changes",
        (True, False): "{T} is kept, {V} is not",
        (False, True): "{V} is kept, {T} is not: this is kinetic symmetry breaking",
        (False, False): "Both energies change; the change of {T} is kinetic symmetry breaking",
    }[kept]
    return say(f"{found}{stretch}.", T=KINETIC, V=POTENTIAL)


def _meaning(law: Law) -> Prose:
    """What the law says in words."""
    if law.conserved:
        return say(
            "Nothing feeds {C}: it is conserved."
            if law.rate == 0
            else "Nothing feeds {C}: it decays by friction alone.",
            C=CHARGE,
        )
    feeds = [words for name, words in _FEEDS.items() if law.sources[name] != 0]
    decays = ", and decays by friction" if law.rate != 0 else ""
    return say(f"{{C}} is fed by {' and '.join(feeds)}{decays}.", C=CHARGE)
