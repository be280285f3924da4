"""The map of a network's symmetries, and phase portraits: what is where in them, and the same files every time."""

import pytest
import torch
from matplotlib.figure import Figure
from sympy import symbols

from symlag.calculus.jets import coordinates
from symlag.errors import OutputError, SymlagError
from symlag.networks import Found, Symmetry
from symlag.networks.generators.axis_views import View
from symlag.networks.generators.families import Affine, Linear
from symlag.networks.generators.matrix_spaces import AllVectors, Diagonal, GeneralLinear, SkewMatrices
from symlag.networks.generators.tensor_action import Action, Entries, NullVectors
from symlag.networks.result.symmetry_map import columns, draw, picture, regions
from symlag.trials import STEPS, orbit, pictures_of, portrait, run
from symlag.trials.phase_portrait import phase_curves
from symlag.variational.families import rotation, translation
from symlag.variational.lagrangian import Lagrangian
from symlag.variational.noether import noether

SHAPES = {"embed": (6, 8), "q": (8, 8), "k": (8, 8), "bias": (8,)}


def head(i):
    terms = Action(View("q", 0, 4 * i, 1, 4), 1, 1), Action(View("k", 0, 4 * i, 1, 4), -1, 1)
    return Symmetry(Linear(terms, GeneralLinear(4)), 0.0, 0.0, "only products enter")


SOME = Diagonal(8, (0, 1, 5))
STREAM = Symmetry(Linear((Action(View("q", 1, 0, 1, 8), -1, 1),), SkewMatrices(8)), 0.0, 0.0, "inner products")
PLANTED = Symmetry(Linear((Action(View("embed", 1, 0, 1, 8), 1, 0),), SOME), 0.1, 0.1, "a norm", "eps of LayerNorm")
PIXELS = Symmetry(
    Linear(tuple(Action(View("q", 1, i, 4, 2), -1, 0) for i in range(4)), Diagonal(2, (0, 1))), 0.0, 0.0, "homogeneous"
)
CORNERS = torch.zeros(64, dtype=torch.bool).index_fill(0, torch.tensor([0, 3, 17]), True).reshape(8, 8)
ENTRIES = Symmetry(Affine((Entries("k", CORNERS, (8, 8)),), AllVectors(3)), 0.0, 0.0, "never used")
FREE = Symmetry(
    Affine((NullVectors("bias", 0, torch.ones(8, 1), (None,), (8,)),), AllVectors(1)), 0.0, 0.0, "a softmax"
)
FOUND = Found((FREE, head(0), STREAM, head(1), ENTRIES), (PLANTED,), SHAPES, 42, 42, 0)


def test_columns_stand_in_the_order_of_the_model_heads_in_one_and_what_is_broken_last():
    titles = [column.title for column in columns(FOUND)]
    assert titles == ["O 28", "2 × GL 16", "translation 3", "translation 1", "scale 3\nbut for eps of LayerNorm"]


@pytest.mark.parametrize(
    ("symmetry", "name", "expected"),
    [
        (head(1), "q", [(((0, 1), (0.5, 1)), False)]),
        (head(1), "k", [(((0, 1), (0.5, 1)), True)]),
        (STREAM, "q", [(((0, 1), (0, 1)), False)]),
        (PLANTED, "embed", [(((0, 0.25), (0, 1)), False), (((0.625, 0.75), (0, 1)), False)]),
        (PIXELS, "q", [(((0, 1), (0, 1)), True)]),
        (ENTRIES, "k", [(((0, 1), (0, 0.125)), False), (((0, 1), (0.25, 0.375)), False)]),
        (FREE, "bias", [(((0, 1), (0, 1)), False)]),
    ],
    ids=["gains", "gives back", "turns", "some columns", "every pixel", "rows of entries", "all"],
)
def test_a_cell_shows_where_in_a_tensor_a_family_acts(symmetry, name, expected):
    assert [*regions(symmetry, SHAPES[name], name)] == expected


def test_the_map_names_every_tensor_and_every_family():
    figure = Figure()
    draw(FOUND, figure)
    said = {text.get_text() for text in figure.axes[0].texts}
    assert {*SHAPES, "6 × 8", "8", "2 × GL 16", "O 28"} <= said
    patches = figure.axes[0].patches
    assert sum(patch.get_hatch() is not None for patch in patches) == 2


def test_a_model_without_symmetries_has_a_map_without_columns(tmp_path):
    assert len(picture(Found((), (), SHAPES, 0, 0, 0), tmp_path)) == 2


def test_a_map_is_the_same_files_twice(tmp_path):
    first, second = (picture(FOUND, tmp_path / name) for name in ("first", "second"))
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]
    assert [file.name for file in first] == ["symmetries.svg", "symmetries.png"]


def test_a_map_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="it cannot be written"):
        picture(FOUND, tmp_path / "file")


x, y = coordinates("x y")
k = symbols("k", positive=True)


def tried(L, *generators):
    laws = [noether(L, X) for X in generators]
    return run(laws, orbit(laws), STEPS)


SPRING = Lagrangian((x.dot**2 + y.dot**2) / 2, (x**2 + y**2) / 2, damping=symbols("gamma", positive=True))


def test_an_orbit_is_where_its_law_says(tmp_path):
    trial = tried(SPRING, translation(x), rotation(x, y))
    (found,) = phase_curves(trial)
    assert found.finding.name == "translation"
    assert abs(found.predicted - found.measured).max() < 1e-2 * abs(found.measured).max()
    assert abs(found.measured).max() > 0.1
    assert list(pictures_of(trial, "spring")) == ["spring", "spring_portrait"]
    first, second = (portrait(trial, tmp_path / name) for name in ("first", "second"))
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


def test_a_charge_that_is_no_rate_has_no_portrait(tmp_path):
    trial = tried(SPRING, rotation(x, y))
    assert list(pictures_of(trial, "spring")) == ["spring"]
    with pytest.raises(SymlagError, match="no charge is the rate of a function of position"):
        portrait(trial, tmp_path)
