"""Documents: what they say, that no name acts in them, and that they appear whole or not at all."""

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sympy import (
    Function,
    Matrix,
    Piecewise,
    Rational,
    S,
    Sum,
    Symbol,
    cos,
    exp,
    expand,
    latex as sympy_latex,
    sqrt,
    symbols,
)

from symlag import (
    Generator,
    Lagrangian,
    adam,
    block,
    constant,
    coordinates,
    fields,
    general_linear,
    heavy_ball,
    inner,
    invariant_loss,
    modified_equation,
    nesterov,
    noether,
    rescale,
    rotation,
    scale,
    sgd,
    t,
    time_translation,
    translation,
)
from symlag.calculus.differential_operators import total
from symlag.calculus.matrices import Skew
from symlag.calculus.zero_test import vanishes
from symlag.document.boxes.box import Row
from symlag.document.boxes.expressions import typeset
from symlag.document.chapters.closed_form import propagator
from symlag.document.chapters.modified_equation import modified_equation_sections, tree_box
from symlag.document.chapters.prose import rate_of
from symlag.document.chapters.scale_invariant_weights import direction
from symlag.document.document import Document
from symlag.document.mathml import formula, mathml
from symlag.document.tex import latex, law_latex, tex
from symlag.errors import NameRefusedError, OutputError
from symlag.optimizers import account, across, sgdw, update_rule as updates
from symlag.optimizers.exact_law import exact
from symlag.optimizers.ordered_product import OrderedProduct
from symlag.optimizers.scale_invariant_weights import on_sphere

x, y = coordinates("x y")
m, k, gamma, G = symbols("m k gamma G", positive=True)
n, h = symbols("n h", integer=True, positive=True)
w, u, v = block("w"), block("u"), block("v")
U, W = block("U", n, h), block("W", n, h)


def _trained(title, X):
    rule = heavy_ball()
    L = rule.lagrangian(invariant_loss("f", X), X.components)
    return Document.of(title, L, [noether(L, X)], rule)


def _stepped(title, X, rule):
    L = rule.lagrangian(invariant_loss("f", X), X.components)
    return Document.of(title, L, [noether(L, X)], rule.mechanics, [exact(rule, X)])


def _moving(title, L, *symmetries):
    return Document.of(title, L, [noether(L, X) for X in symmetries])


GROUPED = across([(sgd(), [u]), (adam(), [v])], rescale(u, v))
FREE = m * (x.dot**2 + y.dot**2) / 2
DOCUMENTS = {
    "scale": cache(lambda: _trained("Scale", scale(w))),
    "translation": cache(lambda: _trained("Translation", translation(w))),
    "rescale": cache(lambda: _trained("Rescale", rescale(u, v))),
    "linear_pair": cache(lambda: _trained("A linear pair", general_linear(U, W))),
    "rotation": cache(lambda: _trained("Skew rotation", rotation(W))),
    "exact_scale": cache(lambda: _stepped("Scale, exactly", scale(w), sgd())),
    "exact_rotation": cache(lambda: _stepped("Rotation, exactly", rotation(W), sgdw())),
    "across": cache(lambda: Document.of_parameter_groups("Rescale, across groups", GROUPED)),
    "rolling": cache(lambda: Document.of_scale_invariant_weights("Rolling", nesterov())),
    "kepler": cache(
        lambda: _moving("Kepler", Lagrangian(FREE, -k / sqrt(x**2 + y**2)), rotation(x, y), time_translation())
    ),
    "damped_oscillator": cache(
        lambda: _moving(
            "Damped oscillator",
            Lagrangian(m * x.dot**2 / 2, k * x**2 / 2, damping=gamma),
            Generator({x: -gamma * x / 2}, tau=1),
        )
    ),
    "boost": cache(lambda: _moving("Galilean boost", Lagrangian(m * x.dot**2 / 2), Generator({x: t}, name="boost"))),
    "nesterov": cache(lambda: _moving("Friction that fades", Lagrangian(FREE, damping=3 / t), rotation(x, y))),
    "pushed": cache(lambda: _moving("A push", Lagrangian(FREE, forces={x: G * cos(t)}), translation(x))),
}


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize(("kind", "suffix"), [("fragment", ".tex"), ("markdown", ".md")])
def test_a_derivation_reads_as_it_did(name, kind, suffix, golden):
    golden(f"documents/{name}{suffix}", getattr(DOCUMENTS[name](), kind)())


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        (x.dot, r"\dot{x}"),
        (x.dot.dot**2, r"\ddot{x}^{2}"),
        (x.dot.dot.dot, "x^{(3)}"),
        (x.dot.dot.dot**2, "(x^{(3)})^{2}"),
        (coordinates("theta_1").dot, r"\dot{\theta}_{1}"),
        (coordinates("x1") ** 2, "x_{1}^{2}"),
        (coordinates("γ_in"), r"\gamma_{\mathrm{in}}"),
        (Symbol("width"), r"\mathrm{width}"),
        (fields("u", t, Symbol("s")).d(Symbol("s")).dot, "u_{ts}"),
        (inner(w, w), r"\lVert w\rVert^{2}"),
        (sqrt(inner(w, w)), r"\lVert w\rVert"),
        (inner(w, w) ** Rational(-3, 2), r"\frac{1}{\lVert w\rVert^{3}}"),
        (inner(w.dot, w), r"\langle w,\dot{w}\rangle"),
        (inner(w, Skew("A", w.rows, w.rows) * w.dot), r"\langle w,A\dot{w}\rangle"),
        (W.T * W, r"W^{\top}W"),
        (k * x**2 / 2 - m * x.dot**2 / 2, r"-\frac{m}{2}\dot{x}^{2}+\frac{k}{2}x^{2}"),
        (m * (x.dot**2 + y.dot**2) / 2 + x, r"\frac{m}{2}(\dot{x}^{2}+\dot{y}^{2})+x"),
        (k * x * y / (x**2 + y**2), r"\frac{kxy}{x^{2}+y^{2}}"),
        (gamma * (k - 1) * x, r"-\gamma(1-k)x"),
        (exp(-gamma * t) * x, r"e^{-\gamma t}x"),
        (cos(x) ** 2, r"\cos^{2}(x)"),
        (Function("g")(x), "g(x)"),
        (Piecewise((x, x > 0), (0, True)),
         r"\left\{\begin{matrix} x, & x>0 \\ 0, & \text{otherwise} \end{matrix}\right."),
        (invariant_loss("f", scale(w)).gradients[0], r"\nabla_{w}f"),
        (invariant_loss("f", scale(x)).gradients[0], r"\partial_{x}f"),
        (total(invariant_loss("f", scale(w)).gradients[0]), r"\nabla_{w}f[\dot{w}]"),
        (total(invariant_loss("f", rotation(x, y)).gradients[1]), r"\dot{x}\partial_{xy}f+\dot{y}\partial_{yy}f"),
        (x / 10**20 * Rational(1, 3) + 0.5e-7 * y, r"\frac{1}{300000000000000000000}x+5\cdot10^{-8}y"),
    ],
)  # fmt: skip
def test_an_expression_is_written_as_by_hand(expression, written):
    assert latex(expression) == written


@pytest.mark.parametrize("name", ["\\input{x}", "a%b", "$x$", "x}{", "x^2", "x y", "<b>", "x__y", "", "é&"])
def test_no_name_of_a_user_acts_in_tex_or_html(name):
    for expression in (Symbol(name) * x, Function(name)(x) if name else Symbol(name), constant("a", 2).T * x):
        if not expression.has(Symbol(name), Function(name or "f")):
            continue
        with pytest.raises(NameRefusedError, match="a name is letters"):
            latex(expression)


def test_letters_of_a_derivation_step_aside_for_those_of_a_user():
    C, V = coordinates("C V")
    L = Lagrangian((C.dot**2 + V.dot**2) / 2, C**2 + V**2)
    written = Document.of("", L, [noether(L, rotation(C, V))]).fragment()
    assert r"\mathcal{V} &=C^{2}+V^{2}" in written
    assert r"\frac{d}{dt}\mathcal{C}=0" in written
    assert "T &=" in written


def test_a_lagrangian_of_higher_order_has_the_momenta_of_ostrogradsky():
    L = Lagrangian(x.dot.dot**2 / 2)
    written = Document.of("", L, [noether(L, Generator({x: x}))]).fragment()
    assert r"C &=p_{x}\xi_{x}+p_{\dot{x}}\dot{\xi}_{x}" in written
    assert r"p_{x} &=-x^{(3)}" in written
    assert r"-\left(\frac{d}{dt}\right)^{2}\frac{\partial L}{\partial\ddot{q}}=0" in written


def test_a_title_is_text_in_every_format():
    title = r"50% of $\eta$ & {<script>alert(1)</script>} #_^~ |q|² η ½ é 語"
    document = Document(title, ())
    assert r"50\% of \$\textbackslash{}\$" not in document.tex()
    assert r"50\% of \$\textbackslash{}eta\$ \& \{<script>" in document.tex()
    assert r"$\eta$" in document.tex()
    assert "<script" not in document.html()
    assert "<script" not in document.markdown()


def test_a_law_shows_itself_in_a_notebook():
    law = noether(Lagrangian(inner(w.dot, w.dot) / 2), scale(w))
    assert law_latex(law) == r"$\displaystyle \frac{d}{dt}\langle w,\dot{w}\rangle=\lVert\dot{w}\rVert^{2}$"
    assert law._repr_latex_() == law_latex(law)


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        (x.dot**2, r"\dot{x}^{2}"),
        (coordinates("theta_1").dot.dot, r"\ddot{\theta_{1}}"),
        (x.dot.dot.dot**2, r"\left(x^{(3)}\right)^{2}"),
        (fields("u", t, Symbol("s")).d(Symbol("s")).dot, "{u}_{ts}"),
        (W.dot, r"\dot{W}"),
        (invariant_loss("f", scale(w)), "f(w)"),
        (invariant_loss("f", scale(w)).gradients[0], r"\nabla_{w} f"),
        (total(invariant_loss("f", scale(w)).gradients[0]), r"\nabla_{w} f\left[\dot{w}\right]"),
        (invariant_loss("f", scale(x)).gradients[0], r"\partial_{x} f"),
    ],
)
def test_sympys_own_printer_shows_symlags_nodes(expression, shown):
    assert sympy_latex(expression) == shown


ABOUT_STEPS = {
    r"\dot{\theta}=F-\frac{\eta}{2}F^{\prime}F+O(\eta^{2})": modified_equation(sgd(momentum=0), 1),
    r"\dot{Q}=-2\eta\lambda Q": modified_equation(sgd(momentum=0), 0).drift(),
    r"(1+\beta-2\eta\lambda)^{2}<4\beta": exact(sgd(), scale(w)).oscillates,
    r"2\eta\lambda\sum\langle\theta,A\theta\rangle-\eta^{2}(1+\beta)\sum\langle v^{\prime},Av^{\prime}\rangle"
    r"+(1-\beta)\Delta\langle\theta,A\theta\rangle-2\beta\eta\Delta\langle v,A\theta\rangle=0": (
        exact(sgd(), scale(w)).window()
    ),
    r"\langle\theta,b\rangle_{N}=\langle\theta,b\rangle_{0}\prod_{i=0}^{N-1}(1-\lambda\eta(i))": (
        exact(sgd(Function("eta")(updates.k), 0), translation(w)).closed_sum()
    ),
    r"\prod_{i=N-1}^{1}\left[\begin{matrix} i & 1 \\ 0 & 1 \end{matrix}\right]": (
        OrderedProduct(Matrix([[Symbol("i"), 1], [0, 1]]), Symbol("i"), 1, Symbol("N"))
    ),
    r"F^{\prime\prime\prime}(F,F,F^{\prime}F)": tree_box(((), (), ((),))),
}


@pytest.mark.parametrize("written", ABOUT_STEPS)
def test_what_many_steps_come_to_is_written_as_on_paper(written):
    formula = ABOUT_STEPS[written]
    box = formula if isinstance(formula, Row) else typeset(formula)
    assert tex(box) == written
    ElementTree.fromstring(mathml(box))


def test_a_notebook_shows_laws_and_modified_equations():
    for shown in (exact(sgd(), scale(w)), modified_equation(sgd(), 1)):
        assert shown._repr_latex_() == f"$\\displaystyle {latex(shown)}$"


def test_a_notebook_shows_what_stands_beside_an_exact_law():
    for shown in (GROUPED, on_sphere(sgd())):
        made = shown._repr_mimebundle_()
        assert made["text/latex"] == f"$\\displaystyle {latex(shown)}$"
        assert made["text/plain"] == repr(shown)
    assert Document.of_scale_invariant_weights("Rolling", sgd())._repr_html_().count("<section>") == 4


def test_the_letters_of_a_page_and_those_of_a_rule_are_not_the_same():
    letters = {rule.name: str(direction(on_sphere(rule)).text) for rule in (sgd(), nesterov())}
    assert letters == {"SGD with momentum": "u", "Nesterov momentum": "ω"}


def test_a_tree_that_does_not_occur_in_a_modified_equation_is_not_written():
    made = modified_equation(sgd(momentum=0), 3)
    assert made.coefficients[(), (), ()] == 0
    assert r"\prime\prime\prime" not in tex(typeset(made))
    assert "F'''" not in repr(made)


def test_a_rule_of_second_order_has_no_first_correction_to_write():
    old, step = updates.Letter("o"), Symbol("eta", positive=True)
    adams = {old: updates.g, updates.theta: updates.theta - step * (3 * updates.g - old) / 2}  # Adams and Bashforth's
    field, loss = modified_equation_sections(updates.UpdateRule("Adams", adams), has_drift=False)
    assert tex(field.formula.lines[1][1]).startswith(r"=F-\frac{5\eta^{2}}{12}")
    assert tex(loss.formula.lines[0][1]) == "=V"


def test_a_sum_stands_on_its_limits():
    assert mathml(typeset(Sum(Symbol("x"), (Symbol("i"), 0, 3)))).startswith("<mrow><munderover><mo>∑</mo>")


def test_a_broken_symmetry_is_told_as_one():
    loss = invariant_loss("f", scale(w))
    document = Document.of("Broken", heavy_ball().lagrangian(loss, [w]), [], None, [account(sgd(), translation(w))])
    told = document.markdown()
    assert "stays, for the loss breaks it" in told
    assert "takes the loss away" not in told


def test_only_what_rests_is_drawn_out_of_a_rate():
    assert tex(rate_of(m * x.dot)) == r"m\,\frac{d}{dt}\dot{x}"
    assert tex(rate_of(t * x.dot)) == r"\frac{d}{dt}(t\dot{x})"


@pytest.mark.parametrize(("damping", "stiffness"), [(3, 0), (0, 4), (3, 2), (2, 1), (2, 5)])
def test_the_propagator_moves_like_a_damped_oscillator(damping, stiffness):
    G = propagator(S(damping), S(stiffness)).rewrite(exp)
    assert expand(G.diff(t, 2) + damping * G.diff(t) + stiffness * G) == 0
    assert (expand(G.subs(t, 0)), expand(G.diff(t).subs(t, 0))) == (0, 1)


def test_a_charge_is_integrated_only_where_it_is_a_rate():
    titles = {name: [step.title for step in made().sections] for name, made in DOCUMENTS.items()}
    integrable = {name for name, steps in titles.items() if "Integrated once more" in steps}
    assert integrable == {"scale", "translation", "rescale", "exact_scale"}


def test_sympy_users_own_spelling_is_set_in_dots():
    q = Function("q")(t)
    law = noether(Lagrangian(m * q.diff(t) ** 2 / 2), translation(q))
    assert law_latex(law) == r"$\displaystyle m\,\frac{d}{dt}\dot{q}=0$"


def test_the_matrix_law_of_a_skew_family_is_skew():
    L = heavy_ball().lagrangian(0, [W])
    charge = noether(L, rotation(W)).momentum_map().charge
    assert vanishes(charge + charge.T)
    assert not vanishes(charge)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_formulas_are_well_formed_mathml(name):
    for step in DOCUMENTS[name]().sections:
        for box in (step.formula, *(part for part in step.reason if not isinstance(part, str))):
            ElementTree.fromstring(formula(box))


def test_mathml_escapes_what_html_would_read():
    assert "<mo>&lt;</mo>" in formula(typeset(x < y))


def test_every_run_writes_the_same():
    script = (
        "from symlag import *\nfrom symlag.document import Document\n"
        "x, y = coordinates('x y'); a, b, c, d = symbols('a b c d')\n"
        "U, W = block('U', 3, 2), block('W', 3, 2)\n"
        "for L, X in ((Lagrangian(a*x.dot**2/2 + b*y.dot**2 + x*y.dot*c, d*x*y/(x**2+y**2)), rotation(x, y)),"
        " (heavy_ball().lagrangian(invariant_loss('f', general_linear(U, W)), [U, W]), general_linear(U, W))):\n"
        "    print(Document.of('', L, [noether(L, X)]).tex())\n"
    )
    root = str(Path(__file__).parents[2])
    runs = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": root},
            capture_output=True, check=True, text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }  # fmt: skip
    assert len(runs) == 1


def test_a_document_is_written_into_a_new_folder(tmp_path):
    paths = DOCUMENTS["boost"]().write(tmp_path / "deep" / "er", ("tex", "fragment", "html", "markdown"), "boost")
    assert [path.name for path in paths] == ["boost.tex", "boost.fragment.tex", "boost.html", "boost.md"]
    assert sorted(path.name for path in (tmp_path / "deep" / "er").iterdir()) == sorted(path.name for path in paths)


def test_a_folder_that_is_a_file_gets_a_sentence(tmp_path):
    (tmp_path / "out").write_text("here already")
    with pytest.raises(OutputError, match="it cannot be written"):
        DOCUMENTS["boost"]().write(tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_nothing_is_left_half_written(tmp_path):
    (tmp_path / "law.html").mkdir()
    with pytest.raises(OutputError):
        DOCUMENTS["boost"]().write(tmp_path, ("tex", "html"))
    assert [path.name for path in tmp_path.iterdir()] == ["law.html"]


def test_an_unknown_format_gets_a_sentence(tmp_path):
    with pytest.raises(OutputError, match="write 'tex' or 'fragment' or 'html' or 'markdown'"):
        DOCUMENTS["boost"]().write(tmp_path, ("pdf",))


def test_a_page_needs_nothing_but_itself():
    page = DOCUMENTS["scale"]().html(pictures=['<?xml version="1.0"?>\n<svg viewBox="0 0 1 1"></svg>'])
    assert "<figure><svg" in page
    assert not re.search(r"<script|<link(?! rel=\"icon\" href=\"data:)|<img|url\(|@import", page)
