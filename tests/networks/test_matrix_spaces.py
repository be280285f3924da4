"""What every space of matrices must fulfil that families of symmetries range over: a new one is added to the list."""

import pytest
import torch

from symlag.networks.generators.matrix_spaces import Diagonal, GeneralLinear, SkewMatrices, SymmetricMatrices

SPACES = [
    GeneralLinear(1),
    GeneralLinear(3),
    SkewMatrices(4),
    SymmetricMatrices(4),
    Diagonal(4, (0, 1, 3)),
    Diagonal(1, (0,)),
]


def basis(space):
    """The matrices with unit vectors for coordinates."""
    matrices = [space(v) for v in torch.eye(space.size, dtype=torch.float64)]
    return torch.stack([torch.diag(X) if space.diagonal else X for X in matrices])


def rank(matrices):
    return int(torch.linalg.matrix_rank(matrices.flatten(1)))


each = pytest.mark.parametrize("space", SPACES, ids=str)


@each
def test_coordinates_are_independent_and_linear(space):
    assert rank(basis(space)) == space.size
    v, w = torch.randn(2, space.size, dtype=torch.float64)
    assert torch.allclose(space(2 * v - w), 2 * space(v) - space(w), atol=1e-14)


@each
def test_parts_have_the_dimensions_of_the_symmetric_and_the_skew_matrices_of_a_space(space):
    X = basis(space)
    for part, sign in (("symmetric", 1), ("skew", -1)):
        assert space.size - rank(X - sign * X.mT) == space.parts.get(part, 0)


@each
def test_charges_are_as_many_as_the_part_has_dimensions(space):
    for part, dimension in space.parts.items():
        if space.diagonal:
            assert len(space.support) == dimension
        else:
            j, k = space.charge_entries(part)
            assert len(j) == dimension
            assert (j <= k).all()


@each
def test_rows_outside_of_the_support_are_zero(space):
    moving = basis(space).abs().sum((0, 2)) > 0
    assert {*moving.nonzero()[:, 0].tolist()} <= {*space.support}


@each
def test_a_kind_has_a_name_a_colour_and_an_explanation(space):
    for coefficients in ([1.0], [1.0, -1.0]):
        kind = space.kind(coefficients)
        assert kind.name.isidentifier()
        assert kind.colour.startswith("#")
        assert kind.explanation.format(modules="a", tensors="b") != kind.explanation


def test_a_scale_becomes_a_rescale_where_coefficients_have_both_signs():
    space = Diagonal(2, (0, 1))
    assert [space.kind(c).name for c in ([1.0, 2.0], [1.0, -2.0])] == ["scale", "rescale"]
