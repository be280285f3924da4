"""The file is the form: its names become a Lagrangian, generators, laws."""

import sys
from textwrap import dedent
from types import ModuleType
from typing import Any

import pytest
from sympy import Function, Symbol, sqrt, symbols

from derivations import scale
from symlag import adam, exact, scale as scaling, sgd
from symlag.calculus.jets import block, coordinates
from symlag.calculus.matrices import inner
from symlag.calculus.zero_test import vanishes
from symlag.derivation.derive import derive
from symlag.errors import SymlagError
from symlag.optimizers import account
from symlag.optimizers.exact_law import momentum_law

x, y = coordinates("x y")
m, k, gamma = symbols("m k gamma", positive=True)

VALLEY = """
    from symlag import coordinates, symbols
    x, y = coordinates("x y")
    m, k, gamma = symbols("m k gamma", positive=True)
    T = m * (x.dot**2 + y.dot**2) / 2
    V = k * x * y / (x**2 + y**2)
    damping = gamma
    symmetry = {x: x, y: y}
"""
LEARNING = '''
    """Scale symmetry: the norm of the weights before a normalisation layer obeys a balance law."""

    from symlag import block, heavy_ball, invariant_loss, scale

    w = block("w")                                    # a weight vector of any length; w.dot is its velocity
    rule = heavy_ball()                               # η, β, λ as symbols: gives T, damping and weight decay
    V = invariant_loss("f", scale(w))                 # an unknown loss of which only the symmetry is known
    symmetry = scale(w)
'''
OSCILLATOR = """
    from symlag import coordinates, time_translation
    x = coordinates("x")
    T = x.dot**2 / 2
    V = x**2 / 2
    symmetry = time_translation()
"""


def follows(form) -> Any:
    """What follows from a form, of either kind."""
    return derive(form)


@pytest.fixture
def written(tmp_path):
    """Write a file, and give its path."""

    def write(text, name="law.py"):
        path = tmp_path / name
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return write


def test_a_file_of_energies_has_the_law_of_theory(written):
    derived = follows(written(VALLEY))
    (law,) = derived.laws
    assert law.charge.equals(m * (x * x.dot + y * y.dot))
    assert law.ksb.equals(m * (x.dot**2 + y.dot**2))
    assert (law.rate, law.sources["potential"], law.defect()) == (gamma, 0, 0)
    assert (derived.title, derived.stem, derived.rule) == ("law", "law", None)


def test_a_file_of_a_rule_and_a_loss_has_the_law_of_theory(written):
    derived = follows(written(LEARNING))
    (law,) = derived.laws
    w, (eta, beta, decay) = block("w"), symbols("eta beta lambda", positive=True)
    mass = eta * (1 + beta) / 2
    assert vanishes(law.charge - mass * inner(w, w.dot))
    assert vanishes(law.ksb - mass * inner(w.dot, w.dot))
    assert vanishes(law.sources["potential"] + decay * inner(w, w))
    assert vanishes(law.rate - (1 - beta) / mass)
    assert law.defect() == 0
    assert derived.title == "Scale symmetry: the norm of the weights before a normalisation layer obeys a balance law."


def test_an_optimizer_for_a_rule_adds_the_exact_law_beside_the_continuous_one(written):
    by_mechanics, by_steps = derive(written(LEARNING)), derive(written(LEARNING.replace("heavy_ball", "sgd")))
    assert by_steps.laws == by_mechanics.laws
    assert by_mechanics.exact == ()
    (law,) = by_steps.exact
    assert law == exact(sgd(), scaling(block("w")))
    assert law.defect() == (0, 0)
    titles = [step.title for step in by_steps.document.sections]
    assert "The exact law of the optimizer: scale" in titles
    assert titles[: len(by_mechanics.document.sections)] == [step.title for step in by_mechanics.document.sections]


@pytest.mark.parametrize("rule", ["adam", "adamw", "lion", "muon", "rmsprop", "nadam", "sign_sgd"])
def test_an_optimizer_without_mechanics_has_its_exact_laws_alone(written, tmp_path, rule):
    form = LEARNING.replace("heavy_ball,", "optimizers,").replace("heavy_ball()", f"optimizers.{rule}()")
    derived = follows(written(form))
    assert derived.laws == ()
    assert derived.exact[0] == exact(derived.rule, scaling(block("w")))
    assert "metric" in derived.exact[0].sources
    buffered = [momentum_law(derived.rule, scaling(block("w")))] if derived.rule.momenta else []
    assert list(derived.exact[1:]) == buffered
    titles = {step.title for step in derived.document.sections}
    assert "The exact law of the optimizer: scale" in titles
    assert ("The exact law of the optimizer's momentum: scale" in titles) == bool(buffered)
    assert all(gap == 0 for law in derived.exact for gap in law.defect())
    tex, page = (path.read_text(encoding="utf-8") for path in derived.write(tmp_path / "out"))
    for text in (tex, page):
        assert "No mechanics in continuous time stands behind it, for it is not linear in the gradient" in text
    names = {path.name for path in derived.write_kernels(tmp_path / "out")}
    assert {f"law_{i}_exact_numpy.py" for i, _ in enumerate(derived.exact, start=1)} <= names


@pytest.mark.parametrize("rate", ["lambda k: (1 + cos(pi * k / 400)) / 20", "1 / (10 + symbols('k'))", "1 / (10 + k)"])
def test_a_schedule_has_its_exact_law_alone_and_its_kernels_take_the_step(written, rate):
    loaded = "from sympy import cos, pi, symbols\n    from symlag.optimizers import k\n    from symlag import"
    text = (
        LEARNING.replace("heavy_ball()", f"sgd({rate})")
        .replace("heavy_ball", "sgd")
        .replace("from symlag import", loaded)
    )
    derived = follows(written(text.replace("from symlag import", loaded)))
    (law,) = derived.exact
    assert (derived.laws, law.defect()) == ((), (0, 0))
    assert "k" in law.kernel("numpy").inputs
    assert "for its hyper-parameters change with the step" in derived.document.markdown().replace("\\", "")


def test_a_loss_without_the_symmetry_feeds_the_exact_law(written):
    text = LEARNING.replace("heavy_ball", "adam").replace('invariant_loss("f", scale(w))', 'loss("f", w)')
    (law,) = derive(written(text.replace("invariant_loss", "loss"))).exact
    assert law == account(adam(), scaling(block("w")))
    assert "breaking" in law.sources


def test_an_optimizer_that_holds_no_charge_gets_a_sentence_that_names_the_file(written):
    text = """
        from symlag import block, invariant_loss, rotation, sgd
        W = block("W", 2, 3)
        rule = sgd(momentum=0)
        V = invariant_loss("f", rotation(W))
        symmetry = rotation(W)
    """
    sentence = r"law\.py: exact\(sgd\(momentum=0\), rotation\(W\)\): .*Use a rule with momentum"
    with pytest.raises(SymlagError, match=sentence):
        derive(written(text))


def test_a_module_is_a_form_like_its_file():
    assert follows(scale).lagrangian == follows(scale.__file__).lagrangian


def test_a_module_made_by_hand_is_a_form():
    made = ModuleType("by_hand")
    vars(made).update(T=x.dot**2 / 2, symmetry={x: 1})
    assert derive(made).laws[0].charge == x.dot


def test_a_generator_that_is_no_symmetry_has_a_law_with_its_potential_source(written):
    text = VALLEY.replace("x * y / (x**2 + y**2)", "x**2 * y")
    (law,) = derive(written(text)).laws
    assert law.sources["potential"].equals(-3 * k * x**2 * y)
    assert not law.conserved
    assert law.defect() == 0


def test_a_whole_lagrangian_counts_a_potential_beside_it_once(written):
    text = OSCILLATOR.replace("T = x.dot**2 / 2", "").replace("V = x**2 / 2", "V = x**2 / 2; L = x.dot**2 / 2 - V")
    derived = follows(written(text))
    assert derived.lagrangian.density == follows(written(OSCILLATOR)).lagrangian.density
    assert derived.laws[0].conserved


def test_coordinates_may_be_imported_as_a_verb_or_listed(written):
    listed = OSCILLATOR + "    coordinates = (x,)\n"
    assert follows(written(listed)).lagrangian == follows(written(OSCILLATOR)).lagrangian


def test_sympys_own_spelling_is_a_form(written):
    text = """
        from sympy import Function, Symbol
        from symlag import time_translation
        t = Symbol("t")
        f = Function("f")(t)
        T = f.diff(t)**2 / 2
        V = f**4
        symmetry = time_translation()
    """
    (law,) = derive(written(text)).laws
    t = Symbol("t")
    f = Function("f")(t)
    assert law.charge.equals(-(f.diff(t) ** 2) / 2 - f**4)


def test_several_symmetries_have_a_law_each(written):
    laws = derive(written(OSCILLATOR.replace("time_translation()", "[time_translation(), {x: 1}]"))).laws
    assert [law.conserved for law in laws] == [True, False]


def test_a_file_imports_its_neighbours_and_leaves_no_path_behind(written):
    written("stiffness = 3", "constants_of_mine.py")
    before = sys.path.copy()
    text = OSCILLATOR.replace("V = x**2", "from constants_of_mine import stiffness\n    V = stiffness * x**2")
    assert follows(written(text)).lagrangian.potential == 3 * x**2 / 2
    assert sys.path == before


def test_accelerations_and_document_are_there_when_asked_for(written, tmp_path):
    derived = follows(written(VALLEY))
    assert derived.motion[x.dot.dot].subs({k: 0}).equals(-gamma * x.dot)
    paths = derived.write(tmp_path / "out", ("tex", "markdown"))
    assert [path.name for path in paths] == ["law.tex", "law.md"]
    assert {path.name for path in derived.write_kernels(tmp_path / "out")} >= {"law_1_numpy.py"}


def test_roots_in_a_file_are_read(written):
    text = VALLEY.replace("k * x * y / (x**2 + y**2)", "-k / (x**2 + y**2)**0.5")
    (law,) = derive(written(text)).laws
    assert abs((law.sources["potential"] + k / sqrt(x**2 + y**2)).subs({x: 3, y: 4, k: 2}).evalf()) < 1e-12


def test_an_optimizer_adds_the_kernels_of_its_exact_laws(written, tmp_path):
    pytest.importorskip("numpy")
    text = "from symlag import *\nw = block('w')\nrule, V, symmetry = sgd(), invariant_loss('f', scale(w)), scale(w)"
    derived = follows(written(text))
    assert derived.exact[0].defect() == (0, 0)
    paths = {path.name: path for path in derived.write_kernels(tmp_path)}
    assert {"law_1_numpy.py", "law_1_exact_numpy.py"} <= set(paths)
    assert "w_new" in paths["law_1_exact_numpy.py"].read_text(encoding="utf-8")
