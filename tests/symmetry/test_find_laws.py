"""Laws without a declared symmetry: of actions, of losses, and of charges that are known first."""

from pathlib import Path

import pytest
from sympy import Symbol, cos, sin, sqrt, symbols
from sympy.matrices.expressions.matexpr import MatrixElement

from symlag.calculus.jets import coordinates
from symlag.calculus.zero_test import vanishes
from symlag.derivation.derive import derive
from symlag.errors import DefinitionError
from symlag.symmetry.find_laws import converse, laws
from symlag.symmetry.matrix_entries import in_entries
from symlag.variational.lagrangian import Lagrangian
from tests.support.mechanics import henon_heiles, kinetic, toda

ROOT = Path(__file__).parents[2]
SIZES = {'"w"': '"w", 3', '"u"': '"u", 2', '"v"': '"v", 2', '"W", h, n': '"W", 2, 3'}
x, y, z = coordinates("x y z")
k, m, gamma = symbols("k m gamma", positive=True)


def small(name, folder):
    """A theorem of the repository at small whole sizes, and the same without its symmetry."""
    text = (ROOT / f"derivations/{name}.py").read_text(encoding="utf-8")
    for symbolic, whole in SIZES.items():
        text = text.replace(f"block({symbolic})", f"block({whole})")
    left = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("symmetry"))
    paths = folder / f"{name}.py", folder / f"{name}_left.py"
    for path, content in zip(paths, (text, left), strict=True):
        path.write_text(content, encoding="utf-8")
    return map(derive, paths)


def written_out(expression):
    """An expression in entries, those of constants as symbols."""
    flat = in_entries(expression)
    return flat.xreplace({e: Symbol(f"{e.parent.name}_{e.i + 1}", real=True) for e in flat.atoms(MatrixElement)})


@pytest.mark.parametrize("name", ["scale", "rotation", "rescale", "translation"])
def test_a_theorem_of_small_size_finds_its_own_symmetry_and_the_laws_equal_the_declared_ones(name, tmp_path):
    declared, found = small(name, tmp_path)
    (stated,), law = declared.laws, found.laws[0]
    ratio = (written_out(stated.charge) / law.charge).cancel()
    assert not ratio.has(*law.lagrangian.coordinates)
    assert vanishes(written_out(stated.rate) - law.rate)
    for source in ("kinetic", "potential", "boundary"):
        assert vanishes(written_out(stated.sources[source]) - ratio * law.sources[source])
    assert [law.defect() for law in found.laws] == [0] * len(found.laws)


def test_a_size_that_is_a_symbol_is_no_size_to_search_at(tmp_path):
    text = (ROOT / "derivations/scale.py").read_text(encoding="utf-8").replace("symmetry = scale(w)", "")
    (tmp_path / "left.py").write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"left.py: symmetry: it is missing, and cannot be found \(its shape"):
        derive(tmp_path / "left.py")


HIDDEN = {
    "Kepler": (Lagrangian(m * kinetic(x, y, z), -k / sqrt(x**2 + y**2 + z**2)), 1, 4, 3),
    "Toda": (toda, 2, 3, 1),
    "Fradkin": (Lagrangian(m * kinetic(x, y), k * (x**2 + y**2) / 2), 1, 8, 2),
    "Hénon and Heiles": (henon_heiles(1, 1, 1, 1), 1, 1, 1),
    "chaos": (henon_heiles(1, 1, 1, -1), 1, 1, 0),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_symmetries_of_a_degree_in_the_velocities_add_the_charges_that_are_new(name):
    L, degree, seen, hidden = HIDDEN[name]
    found = laws(L, degree=degree)
    assert [law.generator.name == "hidden symmetry" for law in found] == [False] * seen + [True] * hidden
    assert all(law.conserved for law in found)
    assert [law.defect() for law in found] == [0] * len(found)


def test_the_symmetry_behind_a_charge_is_that_of_noether_s_theorem_read_backwards():
    L = Lagrangian(m * kinetic(x, y) + x * y.dot, k * x**2 / 2, damping=gamma)
    for law in laws(L):
        back = converse(L, law.charge)
        assert all(vanishes(back.generator.components[q] - law.generator.characteristic(q)) for q in (x, y))
        assert back.conserved
        assert back.defect() == 0


def test_what_is_no_charge_leaves_a_source():
    L = Lagrangian((x.dot**2 + sin(x) ** 2 * y.dot**2) / 2)
    assert not converse(L, x.dot).conserved
    assert converse(L, sin(x) ** 2 * y.dot).conserved
    assert converse(L, cos(y) * x.dot - sin(x) * cos(x) * sin(y) * y.dot).conserved
