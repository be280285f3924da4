"""The theorems of scale, rotation, translation and rescaling, at small sizes, found from the loss alone."""

import pytest
from sympy import Matrix, Symbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symlag.calculus.jets import block, coordinates
from symlag.calculus.matrices import constant, inner
from symlag.calculus.zero_test import vanishes
from symlag.errors import ShapeError
from symlag.learning.continuous_rules import heavy_ball
from symlag.learning.losses import invariant_loss, loss
from symlag.symmetry.loss_symmetries import symmetries_of_potential
from symlag.symmetry.matrix_entries import generator_in_entries, in_entries, lagrangian_in_entries
from symlag.variational.families import general_linear, rescale, rotation, scale, translation
from symlag.variational.noether import noether

w, v, W = block("w", 3), block("v", 2), block("W", 2, 3)
U, V = block("U", 2, 2), block("V", 3, 2)
n = constant("n", 3)
x, y = coordinates("x y")
rule = heavy_ball()

DECLARED = {
    "scale": ((w,), scale(w), ()),
    "rotation": ((W,), rotation(W), ()),
    "rescale": ((w, v), rescale(w, v), ()),
    "rescale of degree two": ((w, v), rescale(w, v, 2), ()),
    "translation": ((w,), translation(w, n), (n,)),
}


def entry_symbol(element):
    """The symbol of an entry of a given constant vector."""
    return Symbol(f"{element.parent.name}_{element.i + 1}", real=True)


def members(X):
    """The generators of a family, one for each free entry of its matrix, with each block in entries."""
    flat = generator_in_entries(X)
    units = [e for A in X.parameters for e in in_entries(A) if not e.is_number and not e.could_extract_minus_sign()]
    chosen = [{other: int(other == unit) for other in units} for unit in units] or [{}]
    return [flat.map(lambda e, values=values: e.xreplace(values)) for values in chosen]


def in_span(found, wanted):
    """Whether a generator is a combination of others with constant coefficients."""
    moving = sorted({q for X in (*found, wanted) for q in X.components}, key=str)
    points = [{q: (i * i + 2) ** power for i, q in enumerate(moving)} for power in (1, 2, 3)]
    rows = Matrix(
        [[X.components.get(q, 0 * q).xreplace(at) for at in points for q in moving] for X in (*found, wanted)]
    )
    return rows.rank() == rows[:-1, :].rank()


@pytest.mark.parametrize("name", DECLARED)
def test_the_declared_symmetry_is_found(name):
    _, X, given = DECLARED[name]
    found = symmetries_of_potential(invariant_loss("f", X), given)
    declared = [Y.map(lambda e: e.replace(lambda n: isinstance(n, MatrixElement), entry_symbol)) for Y in members(X)]
    assert all(in_span(found, Y) for Y in declared)


@pytest.mark.parametrize(("name", "count"), [("scale", 1), ("rotation", 1), ("rescale", 1), ("translation", 4)])
def test_no_other_affine_field_is_found(name, count):
    _, X, given = DECLARED[name]  # a translation along n may go at a speed that is affine in w
    assert len(symmetries_of_potential(invariant_loss("f", X), given)) == count


@pytest.mark.parametrize("name", ["scale", "rotation", "rescale", "rescale of degree two"])
def test_the_laws_equal_the_declared_ones(name):
    moving, X, given = DECLARED[name]
    (found,) = symmetries_of_potential(invariant_loss("f", X), given)
    declared = noether(rule.lagrangian(0, moving), X)
    law = noether(lagrangian_in_entries(rule.lagrangian(0, moving)), found)
    charge, ksb = in_entries(declared.charge), in_entries(declared.ksb)
    ratio = (charge / law.charge).cancel()
    assert not ratio.has(*law.generator.components)
    assert vanishes(ksb - ratio * law.ksb)


def test_a_linear_pair_has_the_symmetry_of_its_hidden_layer():
    found = symmetries_of_potential(loss("f", U * V.T))
    assert len(found) == 4
    assert all(in_span(found, X) for X in members(general_linear(U, V)))


def test_an_explicit_potential_is_still_along_its_symmetries():
    found = symmetries_of_potential(inner(w, w) ** 2)
    assert {X.name for X in found} == {"rotation"}
    assert {x: 2, y: 1} in [X.components for X in symmetries_of_potential((x - 2 * y) ** 3)]


def test_a_symbolic_size_is_refused():
    with pytest.raises(ShapeError, match="not of numbers"):
        symmetries_of_potential(invariant_loss("f", scale(block("u"))))
