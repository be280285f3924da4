"""Bad input gets a sentence with file and line, exit code 2, never a traceback, and nothing is half-written."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import pytest
from typer.testing import CliRunner

from symlag.cli.app import app
from symlag.derivation.derive import derive
from symlag.derivation.user_file import run_user_file
from symlag.errors import DefinitionError

HEAD = """\
from sympy import Matrix, symbols
from symlag import *
x, y = coordinates("x y")
k = symbols("k", positive=True)
T = (x.dot**2 + y.dot**2) / 2
symmetry = rotation(x, y)
"""
LEARNING = """\
from symlag import *
w = block("w")
rule = heavy_ball()
V = invariant_loss("f", scale(w))
symmetry = scale(w)
"""

ADAM = LEARNING.replace("heavy_ball", "adam")

# What the file says; what the sentence says.
FILES = {
    "T missing": ("x = 1", "bad.py: T: it is missing; write T = m * x.dot**2 / 2, or rule = heavy_ball() beside V."),
    "an empty file": ("", "bad.py: T: it is missing"),
    "no symmetry to be found": (
        HEAD.replace("symmetry", "other") + "V = t * x**3 + y**5 + x * y",
        "bad.py: symmetry: it is missing, and the action has none; write symmetry =",
    ),
    "a symmetry that cannot be found": (
        "from symlag import *\nw = block('w')\nrule, V = heavy_ball(), loss('f', w)",
        "bad.py: symmetry: it is missing, and cannot be found (",
    ),
    "no symmetry named": (HEAD + "symmetry = []", "symmetry = []: it names no generator; write"),
    "a symmetry that is none": (
        HEAD + "symmetry = x",
        "symmetry = x: it is no generator; write scale(w), {",
    ),
    "an unknown coordinate": (
        HEAD + 'z = coordinates("z")\nsymmetry = {z: 1}',
        "bad.py: z: the Lagrangian has no such coordinate, only x, y; write one of these.",
    ),
    "no velocity": (HEAD + "V = z = coordinates('z')", "bad.py: z: its velocity does not occur in T"),
    "a symmetry of a symbol": (HEAD + "symmetry = {k: 1}", "bad.py: a move of k: it is no coordinate"),
    "a move of a given motion": (HEAD + "coordinates = (x,)", "y: the Lagrangian has no such coordinate, only x"),
    "a constraint that is text": (HEAD + "constraints = 'x'", "bad.py: the constraint 'x': it is no SymPy expression"),
    "a constraint of speed": (
        HEAD + "constraints = [x.dot**2 - 1]",
        "bad.py: the constraint x.dot**2 - 1 = 0: it is no",
    ),
    "a dissipation of position": (HEAD + "dissipation = x", "bad.py: dissipation = x: it is no function of velocities"),
    "constraints beside a rule": (LEARNING + "constraints = ()", "constraints: the rule gives it already"),
    "a coordinate that is none": (HEAD + "coordinates = (k,)", "bad.py: k: it is no coordinate"),
    "T is text": (HEAD + "T = 'x.dot**2'", "bad.py: the kinetic energy 'x.dot**2': it is no SymPy expression"),
    "T is None": (HEAD + "T = None", "bad.py: the kinetic energy None: it is no SymPy expression"),
    "T is a matrix": (HEAD + "T = Matrix([x.dot, y.dot])", "bad.py: the kinetic energy Matrix("),
    "T is a block": (HEAD + "T = block('w').dot", "bad.py: the kinetic energy w.dot: it is not a number"),
    "T is a list": (HEAD + "T = [x.dot**2]", "bad.py: the kinetic energy [x.dot**2]"),
    "V is text": (HEAD + "V = 'x'", "bad.py: the potential energy 'x': it is no SymPy expression"),
    "damping is text": (HEAD + "damping = 'k'", "bad.py: the damping 'k'"),
    "a parameter as Python spells it": (
        HEAD + 'V = symbols("lambda_") * x',
        "bad.py: 'lambda_': a name is letters, then letters and digits, parts joined by single underscores; write 'la",
    ),
    "damping moves": (HEAD + "damping = x", "damping = x: it depends on coordinates"),
    "forces in a row": (HEAD + "forces = [x]", "it assigns nothing to a coordinate"),
    "a rule that is none": (
        LEARNING.replace("heavy_ball()", "3"),
        "bad.py: rule = 3: it is no Rule; write rule",
    ),
    "an optimizer and T": (ADAM + "T = inner(w.dot, w.dot)", "bad.py: T: the rule gives it already; write either"),
    "an optimizer without a loss": (ADAM + "del V", "bad.py: V: it is missing beside the rule; write V = invariant_l"),
    "an optimizer and no symmetry": (ADAM + "del symmetry", "bad.py: symmetry: it is missing, and none is found with"),
    "an optimizer and a loss of others": (
        ADAM + "symmetry = scale(block('u'))",
        "bad.py: symmetry of u: the loss does not depend on it; write a move of what V depends on.",
    ),
    "an optimizer and time": (
        ADAM + "symmetry = time_translation()",
        "bad.py: time translation: this generator moves time or depends on it",
    ),
    "a schedule of time": (
        ADAM + "rule = sgd(t)",
        "bad.py, line 6: eta = t: it is no number and no function of k; write eta=lambda k: 0.1 / (1 + k).",
    ),
    "a schedule of floats": (
        ADAM + "import math\nrule = sgd(lambda k: math.cos(k))",
        "it is no number and no function of k; write eta=lambda k: 0.1 / (1 + k).",
    ),
    "a schedule of weights": (ADAM + "rule = sgd(w.dot)", "eta = w.dot: it is no number and no function of k; write"),
    "a schedule of two steps": (
        ADAM + "rule = sgd(lambda k, n: 1 / (k + n))",
        "it is no number and no function of k; write eta=lambda k: 0.1 / (1 + k).",
    ),
    "a schedule of words": (ADAM + "rule = sgd('cosine')", "eta = 'cosine': it is no number and no function of k;"),
    "a rule and T": (LEARNING + "T = inner(w.dot, w.dot)", "bad.py: T: the rule gives it already; write either"),
    "a rule and text": (
        LEARNING.replace('invariant_loss("f", scale(w))', '"f"'),
        "bad.py: V = f: no coordinate occurs in it",
    ),
    "a rule and a number": (
        LEARNING.replace('invariant_loss("f", scale(w))', "2"),
        "V = 2: no coordinate occurs in",
    ),
    "shapes that differ": (
        HEAD + "U, W = block('U', 2, 3), block('W', 3, 2)\nT = inner(U.dot, W.dot)",
        "bad.py, line 8: inner(U.dot, W.dot): the two shapes differ. Give it two matrices of one shape.",
    ),
    "not Python": (HEAD + "V = = 3", "bad.py, line 7: it is not Python (invalid syntax); write valid Python."),
    "not indented": ("  x = 1\n y = 2", "it is not Python (un"),
    "a null byte": ("x = 1\n\0", "bad.py: it is not Python (source code string cannot contain null bytes)"),
    "an encoding unknown": ("# coding: martian\nx = 1", "it is not Python (unknown encoding: martian)"),
    "raising": (HEAD + "V = 1 / 0", "bad.py, line 7: it raises ZeroDivisionError: division by zero; write"),
    "a name unknown": (HEAD + "V = q", "bad.py, line 7: it raises NameError: name 'q' is not defined"),
    "an import that fails": ("\nimport martian_mechanics", "bad.py, line 2: it raises ModuleNotFoundError"),
    "exiting": (
        "import sys\nsys.exit(0)",
        "bad.py, line 2: it raises SystemExit: 0; write a file that runs by itself.",
    ),
    "endless": ("def f(): f()\nf()", "bad.py, line 1: it raises RecursionError"),
    "exiting without a word": ("import os\nos._exit(0)", "bad.py, line 2: it raises SystemExit: 0; write a file"),
    "exiting by a name": ("from os import _exit\n_exit(3)", "bad.py, line 2: it raises SystemExit: 3; write a file"),
    "ending a generator": ("raise GeneratorExit", "bad.py, line 1: it raises GeneratorExit; write a file that runs"),
    "an exception beside all": (
        "class Odd(BaseException): ...\nraise Odd('x')",
        "bad.py, line 2: it raises Odd: x; write a file that runs by itself.",
    ),
    "an exception that cannot be told": (
        "class Odd(Exception):\n    def __str__(self): raise self\nraise Odd",
        "bad.py, line 3: it raises Odd: an object of type Odd, which cannot be printed; write a file",
    ),
    "an exception of two lines": ("raise ValueError('two\\nlines')", "bad.py, line 1: it raises ValueError: two"),
    "a symmetry that moves nothing": (HEAD + "symmetry = {}", "bad.py: symmetry = {}: it moves nothing; write symm"),
    "a symmetry by nothing": (HEAD + "symmetry = {x: 0}", "bad.py: symmetry = {x: 0}: it moves nothing; write symm"),
    "a symmetry that cannot be printed": (
        HEAD + "class Odd:\n    def __repr__(self): raise ValueError\nsymmetry = Odd()",
        "bad.py: symmetry = an object of type Odd, which cannot be printed: it is no generator; write",
    ),
    "a symmetry that raises": (
        HEAD + "class Odd(list):\n    def __iter__(self): raise ValueError('no')\nsymmetry = Odd([1])",
        "bad.py, line 8: it raises ValueError: no; write names whose values can be read.",
    ),
    "a degree in words": (HEAD + "del symmetry\ndegree = 'two'", "symmetry: it is missing, and cannot be found ("),
    "a degree below zero": (HEAD + "del symmetry\ndegree = -1", "cannot be found (it is negative); write"),
}
# What is no real number of a size that can be worked with, and the sentence about it, wherever it stands.
NO_REAL_NUMBERS = {
    "nan": "nan occurs in it, which is no real number. Write real and finite numbers, such as 2",
    "float('nan')": "nan occurs in it, which is no real number.",
    "oo": "oo occurs in it, which is no real number.",
    "-oo": "-oo occurs in it, which is no real number.",
    "float('inf')": "oo occurs in it, which is no real number.",
    "zoo": "zoo occurs in it, which is no real number.",
    "I": "I occurs in it, which is no real number.",
    "10**5000": "a number of more than 1000 digits occurs in it. Write a symbol for it.",
    "Rational(1, 10**5000)": "a number of more than 1000 digits occurs in it.",
    "Float('1e-5000')": "a number of more than 1000 digits occurs in it.",
    "k**(10**9)": "an exponent above 10000 occurs in it. Write a symbol for it.",
    "k**(-10**9)": "an exponent above 10000 occurs in it.",
    "k**(k**(10**9))": "an exponent above 10000 occurs in it.",
    "2**(10**9 * k)": "an exponent above 10000 occurs in it.",
}
PLACES = ("T = {} * x.dot**2", "V = {} * x", "damping = {}", "forces = {{x: {}}}", "symmetry = {{x: {}}}")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(*words):
    """The sentence that answers; it is one, and nothing else is said."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.endswith(".\n")
    assert done.stderr.count("\n") == 1
    return done.stderr


@pytest.mark.parametrize("verb", ["derive", "run"])
@pytest.mark.parametrize("case", FILES)
def test_a_bad_file_is_refused_with_its_place_and_nothing_is_written(folder, case, verb):
    text, sentence = FILES[case]
    Path("bad.py").write_text(text, encoding="utf-8")
    assert sentence in refused(verb, "bad.py")
    assert {path.name for path in folder.iterdir()} <= {"bad.py", "__pycache__"}


@pytest.mark.parametrize("number", NO_REAL_NUMBERS)
def test_a_number_that_is_none_is_refused_wherever_it_stands(folder, number):
    for place in PLACES:
        text = f"{HEAD}from sympy import *\n{place.format(number)}"
        Path("bad.py").write_text(text, encoding="utf-8")
        assert NO_REAL_NUMBERS[number] in refused("derive", "bad.py")


def test_infinite_limits_of_an_integral_are_no_infinite_numbers(folder):
    text = HEAD + "from sympy import *\ns = Dummy('s')\nV = k * Integral(exp(-s**2), (s, 0, oo))"
    Path("good.py").write_text(text, encoding="utf-8")
    assert derive("good.py").laws[0].defect() == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system forks no processes")
def test_a_process_that_a_file_forks_ends_as_it_is_told(folder):
    text = HEAD + "import os\nif os.fork() == 0: os._exit(7)\ncode = os.waitstatus_to_exitcode(os.wait()[1])"
    Path("good.py").write_text(text, encoding="utf-8")
    assert run_user_file(Path("good.py"))["code"] == 7


@pytest.mark.parametrize(
    "potential", ["(x + y)**9999", "x**9999 * y", "((x + y)**99 + x)**99", "exp((x + y + 1)**500)"]
)
def test_a_great_power_is_not_written_out(folder, potential):
    Path("good.py").write_text(f"{HEAD}from sympy import *\nV = {potential}", encoding="utf-8")
    assert derive("good.py").laws[0].sources["potential"] != 0


def test_a_star_import_of_sympy_chooses_no_degree(folder):
    text = HEAD.replace("from sympy import Matrix, symbols", "from sympy import *") + "del symmetry"
    Path("good.py").write_text(text, encoding="utf-8")
    assert len(derive("good.py").laws) == 8


def test_a_file_that_takes_the_streams_away_leaves_them_there(folder):
    Path("good.py").write_text(f"import sys\nsys.stdout = sys.stderr = None\n{HEAD}", encoding="utf-8")
    done = CliRunner().invoke(app, ["derive", "good.py"])
    assert (done.exit_code, done.stderr) == (0, "")
    assert "rotation" in done.stdout


def test_an_endless_file_ends_with_an_interruption_in_one_sentence(folder):
    Path("bad.py").write_text("open('begun', 'w').close()\nwhile True: pass", encoding="utf-8")
    command = [sys.executable, "-m", "symlag", "derive", "bad.py"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while not Path("begun").exists():
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        told = process.communicate(timeout=60)
    assert told == ("", "Stopped. Every file that was written so far is complete.\n")
    assert process.returncode == 130


def test_a_degenerate_mass_matrix_has_laws_but_no_run(folder):
    Path("flat.py").write_text(HEAD + "T = (x.dot + y.dot)**2 / 2", encoding="utf-8")
    assert derive("flat.py").laws[0].defect() == 0
    assert "flat.py: x.dot.dot, y.dot.dot: the mass matrix is degenerate" in refused("run", "flat.py")
    assert not Path("out").exists()


def test_a_file_that_is_no_text_is_refused(folder):
    Path("bad.py").write_bytes(b"x = '\xff\xfe'")
    assert "bad.py" in refused("derive", "bad.py")


def test_an_error_in_an_imported_file_names_that_file(folder):
    Path("broken_neighbour.py").write_text("x = = 1", encoding="utf-8")
    Path("bad.py").write_text("import broken_neighbour", encoding="utf-8")
    assert "broken_neighbour.py, line 1: it is not Python" in refused("derive", "bad.py")


def test_a_folder_and_nothing_are_no_files(folder):
    assert f"{folder}: it is a folder; write the path of a Python file" in refused("derive", folder)
    assert "nothing.py: there is no such file" in refused("run", "nothing.py")
    assert f"{'long' * 900}: there is no such file" in refused("derive", "long" * 900)


@pytest.mark.parametrize("form", [3, None, ["a.py"]], ids=str)
def test_a_form_is_a_path_or_a_module(form):
    with pytest.raises(DefinitionError, match="it is neither a file nor a module"):
        derive(form)


@pytest.mark.parametrize("verb", ["derive", "run"])
def test_a_file_in_the_place_of_the_folder_stays_as_it_is(folder, verb):
    Path("good.py").write_text(HEAD, encoding="utf-8")
    Path("taken").write_text("mine", encoding="utf-8")
    for out in ("taken", "taken/below"):
        assert f"{out}" in refused(verb, "good.py", "--out", out)
    assert Path("taken").read_text(encoding="utf-8") == "mine"
    assert {path.name for path in folder.iterdir()} <= {"good.py", "taken", "__pycache__"}


def test_an_unknown_format_writes_nothing(folder):
    Path("good.py").write_text(HEAD, encoding="utf-8")
    assert "format 'docx': no document is written in it" in refused("derive", "good.py", "--formats", "tex,docx")
    assert not Path("out").exists()


def test_a_started_file_never_replaces_another(folder):
    Path("taken").write_text("mine", encoding="utf-8")
    assert "taken: it exists already, and stays as it is" in refused("new", "taken")
    assert str(folder) in refused("new", folder)
    assert "taken" in refused("new", "taken/below.py")
    assert Path("taken").read_text(encoding="utf-8") == "mine"


def test_a_kernel_that_cannot_be_made_leaves_nothing_behind(folder):
    Path("bad.py").write_text(HEAD + "from sympy import Function\nV = Function('g')(k) * x", encoding="utf-8")
    assert "bad.py" in refused("run", "bad.py")
    assert not Path("out").exists()


TRIAL = """\
import numpy as np
import fall as theorem
from symlag.trials import Record
"""

# What a trial adds; the sentence about it.
TRIALS = {
    "too few steps": ("steps = (1,)\ndef record(h): ...", "an order is observed at three step sizes"),
    "steps of text": (
        "steps = ('a', 'b', 'c')\ndef record(h): ...",
        "an order is observed at three step sizes",
    ),
    "no record": ("", "bad.py: record: it is missing beside `theorem`; write def record(step) that returns a Record."),
    "a record that is no function": ("record = 3", "bad.py: record: it is missing"),
    "a theorem that is no module": (
        "theorem = 3\ndef record(h): ...",
        "bad.py: theorem = 3: it is no module; write",
    ),
    "a theorem by name": ("theorem = 'fall'\ndef record(h): ...", "bad.py: theorem = 'fall': it is no module"),
    "a theorem without T": ("theorem = np\ndef record(h): ...", "T: it is missing"),
    "steps that are a number": (
        "steps = 3\ndef record(h): ...",
        "bad.py: steps = 3: it is no list of step sizes",
    ),
    "a record that raises": ("def record(h):\n    return 1 / 0", "bad.py, line 5: it raises ZeroDivisionError"),
    "a record that exits": ("def record(h):\n    exit(0)", "bad.py, line 5: it raises SystemExit: 0"),
    "a record of nothing": (
        "def record(h): ...",
        "bad.py: record(0.04): it returns None; write return Rec",
    ),
    "a record without a step": ("def record(): ...", "it raises TypeError: record() takes 0 positional arguments"),
    "a record without times": ("def record(h): return Record(h, None, {})", "bad.py"),
    "a record of other names": (
        "def record(h): return Record.along(h, h * np.arange(9), {'q': np.ones(9)}, {})",
        "bad.py: ",
    ),
    "a record of other shapes": (
        "def record(h): return Record.along(h, h * np.arange(9), {'x': np.ones((9, 2, 2)), 'y': np.ones((9, 3))}, {})",
        "bad.py",
    ),
}


@pytest.mark.parametrize("case", TRIALS)
def test_a_bad_trial_is_refused_with_its_place(folder, case):
    text, sentence = TRIALS[case]
    Path("fall.py").write_text(HEAD, encoding="utf-8")
    Path("bad.py").write_text(dedent(TRIAL + text), encoding="utf-8")
    done = CliRunner().invoke(app, ["run", "bad.py"])
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert not list(folder.glob("out/fall/*.npz"))
