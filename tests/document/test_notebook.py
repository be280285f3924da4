"""What a notebook shows of what symlag derives: text, Markdown, HTML with MathML, TeX; and a notebook that runs."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

import symlag as sl
from symlag.symmetry.counting.factorizations import linear
from symlag.symmetry.lie.algebra import Algebra
from symlag.trials import Claim, Study, Trial, Verdict, orbit, run

x, y, z = sl.coordinates("x y z")
w = sl.block("w")
L = sl.heavy_ball().lagrangian(sl.invariant_loss("f", sl.scale(w)), [w])
W = sl.block("W", *sl.symbols("h n", integer=True, positive=True))
ROWS = sl.noether(sl.Lagrangian(sl.inner(W.dot, W.dot) / 2), sl.rotation(W))
SO3 = Algebra(None, (sl.rotation(y, z), sl.rotation(z, x), sl.rotation(x, y)))
FORMULAS = {
    "Lagrangian": (L, r"T &=\frac{\eta(1+\beta)}{4}\lVert\dot{w}\rVert^{2}"),
    "Generator": (sl.rotation(x, y), r"X=-y\,\partial_{x}+x\,\partial_{y}"),
    "Generator of blocks": (sl.scale(w), r"X=\left\langle w,\partial_{w}\right\rangle"),
    "Generator of time": (sl.time_translation(), r"X=\partial_{t}"),
    "Generator of a sum": (sl.Generator({x: x + y}), r"X=(x+y)\,\partial_{x}"),
    "Law": (sl.noether(L, sl.scale(w)), r"\frac{d}{dt}\langle w,\dot{w}\rangle"),
    "DiscreteLaw": (sl.exact(sl.sgd(), sl.scale(w)), r"\langle\theta^{\prime},A\theta^{\prime}\rangle &="),
    "MomentumMap": (ROWS.momentum_map(), r"\frac{d}{dt}(\dot{W}W^{\top}-W\dot{W}^{\top})"),
    "ModifiedEquation": (sl.modified_equation(sl.sgd(momentum=0), 1), r"\dot{\theta}=F-\frac{\eta}{2}F^{\prime}F"),
    "Algebra": (SO3, r"[X_{1},X_{2}] &=-X_{3}"),
}
CLAIM = Claim("It rests.", "NLD Eq. 18", 1, least=0.9, twin=0, without="the KSB")
SENTENCES = {"Verdict": (Verdict.HOLDS, Verdict.HOLDS.value), "Claim": (CLAIM, CLAIM.sentence)}


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_is_shown_in_every_kind_of_text(name):
    shown, line = FORMULAS[name]
    made = shown._repr_mimebundle_(include=None, exclude=None)
    assert set(made) == {"text/plain", "text/markdown", "text/html", "text/latex"}
    assert made["text/plain"] == str(shown)
    assert line in made["text/markdown"]
    assert line in made["text/latex"]
    page = ElementTree.fromstring(f"<body>{made['text/html']}</body>")
    assert page.find(".//{http://www.w3.org/1998/Math/MathML}math") is not None


@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_is_shown_without_a_formula(name):
    shown, sentence = SENTENCES[name]
    made = shown._repr_mimebundle_()
    assert set(made) == {"text/plain", "text/markdown", "text/html"}
    assert ElementTree.fromstring(made["text/html"]).text == sentence


def test_what_has_no_formula_is_told_as_it_is_printed():
    counted = sl.count_laws(linear(2, 2, 2))
    assert counted._repr_mimebundle_()["text/plain"] == str(counted)
    made = Study([CLAIM, CLAIM])._repr_mimebundle_()
    assert made["text/html"].startswith("<p>2 of 2 claims hold.<br>HOLDS: It rests.")


def test_an_algebra_is_printed_as_a_table():
    found = sl.symmetries(sl.Lagrangian((x.dot**2 + y.dot**2) / 2, (x**2 + y**2) ** 2))
    assert str(found).splitlines() == [
        "ℝ²: 2, complete, proved",
        "  X1   time translation  ∂t",
        "  X2   rotation          -y ∂x + x ∂y",
    ]
    assert str(Algebra(None, (), None)) == "0: at least 0, no upper bound known"


REPRS = {
    "Lagrangian(T = m*x.dot**2/2, V = k*x**2/2, force on x = -x)": lambda: sl.Lagrangian(
        sl.symbols("m") * x.dot**2 / 2, sl.symbols("k") * x**2 / 2, forces={x: -x}
    ),
    "Generator(shear: 2*t ∂t + (x + y) ∂x - ∂y)": lambda: sl.Generator({x: x + y, y: -1, z: 0}, 2 * sl.t, "shear"),
    "Generator(scale: w ∂w)": lambda: sl.scale(w),
    "Generator(symmetry: 0)": lambda: sl.Generator({x: 0}),
    "Algebra(at least 3, no upper bound known)": lambda: SO3,
    "MomentumMap(for every A: charge = -(1/2)*W*W.dot.T + (1/2)*W.dot*W.T)": ROWS.momentum_map,
    "ModifiedEquation(x' = F + (-eta/2) F'F + O(eta**2))": lambda: sl.modified_equation(sl.sgd(momentum=0), 1),
    "ExactCount(linear(2, 2, 2), gradient flow: 3 laws)": lambda: sl.count_laws(linear(2, 2, 2)),
    "Claim(HOLDS: It rests. 1, required ≥ 0.9; 0 without the KSB)": lambda: CLAIM,
    "Study(Claim(HOLDS: It rests. 1, required ≥ 0.9; 0 without the KSB))": lambda: Study([CLAIM]),
}


@pytest.mark.parametrize("said", REPRS)
def test_a_noun_is_one_short_line(said):
    assert repr(REPRS[said]()) == said


def test_an_algebra_is_called_by_its_name():
    assert SO3._repr_mimebundle_()["text/html"].startswith("<p>so(3): at least 3")


def test_an_algebra_that_is_not_closed_shows_its_generators_alone():
    made = Algebra(None, (sl.rotation(y, z), sl.rotation(z, x)))._repr_mimebundle_()
    assert "X_{2}" in made["text/latex"]
    assert "[" not in made["text/latex"]


def test_a_trial_shows_its_sentence():
    law = sl.noether(sl.Lagrangian(x.dot**2 / 2, x**2 / 2), sl.time_translation())
    trial = run([law], orbit([law]), (0.04, 0.02, 0.01))
    assert isinstance(trial, Trial)
    assert trial._repr_mimebundle_()["text/html"] == f"<p>{trial.sentence}</p>"


def test_a_law_reads_as_one_line():
    law = sl.noether(sl.Lagrangian(x.dot**2 / 2, x**2 / 2), sl.Generator({x: x}, name="stretch"))
    assert repr(law) == "Law(stretch: charge = x*x.dot, kinetic = x.dot**2, potential = -x**2)"
    assert repr(sl.exact(sl.sgd(momentum=0), sl.scale(w))).startswith("DiscreteLaw(scale, by SGD: <theta.new, A*theta")


@pytest.mark.slow
def test_a_notebook_runs_from_its_first_cell_to_its_last():
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    notebook = nbformat.read(Path(__file__).parents[0] / "first_law.ipynb", as_version=4)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any("%run" in cell.source for cell in code)
    shown = [output["data"] for cell in code for output in cell.outputs]
    assert len(shown) == len(code) - 1
    assert all("<math" in data["text/html"] for data in shown[:-1])
    assert shown[-1]["text/html"] == f"<p>{Verdict.HOLDS.value}</p>"
