"""A law file in TOML defines what a Python file does, and is read; nothing of it is run."""

from pathlib import Path
from textwrap import dedent

import pytest
from typer.testing import CliRunner

import symlag as sl
from symlag.cli.app import app
from symlag.derivation.derive import derive

# Law files, each with the Python file that says the same.
FILES = {
    "numbers": (
        """
        title = "A particle in a valley"
        coordinates = "x y"
        symbols = {m = "positive", k = "positive", gamma = "positive"}
        T = "m*(x.dot**2 + y.dot**2)/2"
        V = "k*x*y/(x**2 + y**2)"
        damping = "gamma"
        symmetry = {x = "x", y = "y"}
        """,
        """
        "A particle in a valley"
        from symlag import *
        x, y = coordinates("x y")
        m, k, gamma = symbols("m k gamma", positive=True)
        T, V, damping, symmetry = m*(x.dot**2 + y.dot**2)/2, k*x*y/(x**2 + y**2), gamma, {x: x, y: y}
        """,
    ),
    "families and forces": (
        """
        coordinates = ["x", "y"]
        T = "(x.dot**2 + y.dot**2)/2"
        V = "0.5*(x**2 + y**2)"
        damping = 0.2
        symmetry = ["rotation(x, y)", {x = "1", tau = "t", name = "mine"}]
        [forces]
        x = "-y.dot"
        y = "x.dot"
        """,
        """
        from symlag import *
        x, y = coordinates("x y")
        T, V, damping = (x.dot**2 + y.dot**2)/2, 0.5*(x**2 + y**2), 0.2
        symmetry, forces = [rotation(x, y), Generator({x: 1}, t, "mine")], {x: -y.dot, y: x.dot}
        """,
    ),
    "matrices": (
        """
        symbols = {h = "integer, positive", n = "integer, positive"}
        blocks = {W = ["h", "n"]}
        T = "inner(W.dot, W.dot)/2"
        V = "inner(W, W)**2"
        symmetry = "rotation(W)"
        """,
        """
        from symlag import *
        h, n = symbols("h n", integer=True, positive=True)
        W = block("W", h, n)
        T, V, symmetry = inner(W.dot, W.dot)/2, inner(W, W)**2, rotation(W)
        """,
    ),
    "a rule and a loss": (
        """
        symbols = {n_w = "integer, positive"}
        blocks = {w = "n_w"}
        unknowns = {f = {arguments = ["w"], invariances = [["w"]]}}
        rule = "sgd()"
        V = "f"
        symmetry = "scale(w)"
        """,
        """
        from symlag import *
        w = block("w")
        rule, V, symmetry = sgd(), invariant_loss("f", scale(w)), scale(w)
        """,
    ),
    "a symmetry that is found": (
        """
        coordinates = "q"
        T = "q.dot**2/2"
        V = "cos(q)"
        """,
        """
        from symlag import *
        from sympy import cos
        q = coordinates("q")
        T, V = q.dot**2/2, cos(q)
        """,
    ),
    "friction, a ring and a driven pivot": (
        """
        coordinates = "x y"
        given = "u"
        symbols = {c = "positive"}
        T = "((x.dot + u.dot)**2 + y.dot**2)/2"
        V = "y"
        dissipation = "c*x.dot**2/2"
        constraints = "x**2 + y**2 - 1"
        symmetry = "time_translation()"
        """,
        """
        from symlag import *
        x, y, u = coordinates("x y u")
        c = symbols("c", positive=True)
        T, V, dissipation = ((x.dot + u.dot)**2 + y.dot**2)/2, y, c*x.dot**2/2
        constraints, coordinates, symmetry = x**2 + y**2 - 1, (x, y), time_translation()
        """,
    ),
}

HEAD = """
coordinates = "x y"
T = "(x.dot**2 + y.dot**2)/2"
"""

# What a law file adds; what the sentence says.
BAD_FILES = {
    "an entry unknown": ('import = "os"', "bad.toml, line 4: 'import': there is no such entry in a law file; write"),
    "no TOML": ('V = "x', "bad.toml: the text: it is no TOML (illegal character"),
    "an entry twice": ('T = "x"', "it is no TOML (cannot overwrite a value"),
    "an attribute": ('V = "x.__class__"', "bad.toml, line 4: V: 'x.__class__': at letter 2 there stands '.__class__'"),
    "a call": ('V = "open(x)"', "bad.toml, line 4: V: 'open(x)': at letter 1 there is no function open; write"),
    "a name unknown": (
        'V = "k*x"',
        "bad.toml, line 4: V: 'k*x': at letter 1 there is no k declared; write symbols = {k",
    ),
    "a tower": ('V = "9**9**9"', "bad.toml, line 4: V: '9**9**9': at letter 2 the exponent is above 10000"),
    "not a number": ("V = nan", "there is no nan declared"),
    "infinity": ('V = "oo"', "bad.toml: the potential energy: oo occurs in it, which is no real number."),
    "an imaginary number": ('V = "I*x"', "bad.toml: the potential energy: I occurs in it, which is no real number."),
    "a truth": ("V = true", "bad.toml, line 4: V = True: it is no expression in a text"),
    "a date": ("V = 1979-05-27", "it is no expression in a text; write V ="),
    "a matrix": ("blocks = {W = 3}\nV = 'W'", "the potential energy W: it is not a number"),
    "a family unknown": ('symmetry = "exec(x)"', "bad.toml, line 4: symmetry: 'exec(x)': it is none of the functions"),
    "a family of others": (
        'symmetry = "rotation(x, y, x, y)"',
        "bad.toml, line 4: symmetry: 'rotation(x, y, x, y)': it has",
    ),
    "a symmetry of nothing": ("symmetry = []", "bad.toml: symmetry = []: it names no generator"),
    "a symmetry that stands still": ("symmetry = {}", "it moves nothing"),
    "a symmetry of a symbol": ('symmetry = {t = "1"}', "a move of t: time is moved by tau"),
    "a rule unknown": ('rule = "system()"', "bad.toml, line 4: rule: 'system()': it is none of the functions"),
    "a degree in words": ('degree = "two"', "bad.toml, line 4: degree = 'two': it is no whole number"),
    "a force that is none": ("forces = 3", "bad.toml, line 4: forces = 3: it is no table"),
    "lists within each other": ("V = " + "[" * 5000, "bad.toml: the text: it is too deep"),
    "many digits": ("V = " + "9" * 5000, "a number that is too long"),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("case", FILES)
def test_a_law_file_says_what_a_python_file_does(folder, case):
    for name, text in zip(("law.toml", "law.py"), FILES[case], strict=True):
        Path(name).write_text(dedent(text), encoding="utf-8")
    read, run = derive("law.toml"), derive("law.py")
    assert read.laws == run.laws
    assert (read.title, len(read.exact)) == (run.title, len(run.exact))
    assert all(law.defect() == 0 for law in read.laws)


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_law_file_is_refused_with_its_line_and_nothing_is_written(folder, case):
    text, sentence = BAD_FILES[case]
    Path("bad.toml").write_text(f"{HEAD}{text}\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["derive", "bad.toml"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert [path.name for path in folder.iterdir()] == ["bad.toml"]


def test_a_law_file_that_is_no_text_is_refused(folder):
    Path("bad.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(sl.SymlagError, match=r"bad.toml: it is no text that can be read"):
        derive("bad.toml")


def test_a_started_law_file_derives(folder):
    assert CliRunner().invoke(app, ["new", "mine.toml"]).exit_code == 0
    law = derive("mine.toml").laws[0]
    assert (str(law.charge), law.defect()) == ("m*x*x.dot + m*y*y.dot", 0)


def test_laws_are_printed_as_json_and_nothing_else_is(folder):
    Path("law.toml").write_text(dedent(FILES["numbers"][0]), encoding="utf-8")
    done = CliRunner().invoke(app, ["derive", "law.toml", "--json"])
    assert done.exit_code == 0
    assert sl.from_json(done.stdout) == derive("law.toml").laws
    assert "deriving" in done.stderr
    assert [path.name for path in folder.iterdir()] == ["law.toml"]
    CliRunner().invoke(app, ["derive", "law.toml", "--json", "--out", "there"])
    assert sorted(path.name for path in Path("there").iterdir()) == ["law.html", "law.tex"]


def test_exact_laws_have_no_form_in_json(folder):
    text = FILES["a rule and a loss"][0]
    Path("law.toml").write_text(dedent(text), encoding="utf-8")
    done = CliRunner().invoke(app, ["derive", "law.toml", "--json"])
    assert sl.from_json(done.stdout) == derive("law.toml").laws
    assert "The exact laws are not part of it" in done.stderr
    Path("law.toml").write_text(dedent(text.replace("sgd", "adam")), encoding="utf-8")
    done = CliRunner().invoke(app, ["derive", "law.toml", "--json"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "no law in continuous time follows from it, and exact laws have no form in JSON" in done.stderr
