"""The command line: what is printed, what is written, and how it ends."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
from typer.testing import CliRunner

from symlag.cli.app import app, main
from symlag.derivation.derive import derive
from symlag.trials import Record

ROOT = Path(__file__).parents[2]
SWING = """
    from symlag import coordinates, time_translation
    x = coordinates("x")
    T = x.dot**2 / 2
    V = x**2 / 2
    symmetry = time_translation()
"""
TRIAL = """
    import numpy as np
    import swing as theorem
    from symlag.trials import Record
    steps = (0.1, 0.05, 0.025)

    def record(step):
        time = step * np.arange(round(2 / step))
        path = {path}
        return Record.along(step, time, {{"x": path}}, {{}})
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    return tmp_path


def write(path, text):
    path.write_text(dedent(text), encoding="utf-8")
    return path.name


def ask(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def process(*words, **options):
    command = [sys.executable, "-m", "symlag", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def trial(folder, path):
    write(folder / "swing.py", SWING)
    return write(folder / "trial.py", TRIAL.format(path=path))


def test_a_started_file_derives_and_runs_and_holds(folder):
    assert ask("new", "mine.py").exit_code == 0
    derived = ask("derive", "mine.py")
    assert derived.exit_code == 0
    assert "charge    m*x*x.dot + m*y*y.dot" in derived.output
    ran = ask("run", "mine.py")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert "symmetry: order 2.0" in ran.output
    assert ran.output.count("The law holds") == 1
    assert {path.name for path in (folder / "out/mine").iterdir()} == {
        *("mine.tex", "mine.html", "mine.svg", "mine.png", "mine_portrait.svg", "mine_portrait.png", "kernels"),
        *("record_0.04.npz", "record_0.02.npz", "record_0.01.npz"),
    }
    assert derive(folder / "mine.py").laws[0].defect() == 0


HEADERS = {
    "exact_adam": [
        "  scale, by Adam, exactly, for <theta, A*theta> and <m, A*theta>:",
        "  scale, by Adam, exactly, for <m, xi(theta.old)>:",
    ],
    "exact_muon": ["  turn, by Muon, exactly, for <m, A*theta>:", "  turn, by Muon, exactly, for <m, xi(theta.old)>:"],
    "exact_rotation": ["  rotation, by SGD with momentum, exactly, for <v, A*theta>:"],
}


@pytest.mark.parametrize("name", HEADERS)
def test_each_exact_law_is_told_by_its_charges(folder, name):
    printed = ask("derive", ROOT / f"derivations/{name}.py").output.splitlines()
    assert [line for line in printed if ", exactly" in line] == HEADERS[name]


def test_several_laws_are_judged_one_by_one_and_counted(folder):
    write(folder / "swing.py", SWING.replace("time_translation()", "[time_translation(), {x: x}]"))
    ran = ask("run", "swing.py")
    assert ran.exit_code == 0
    assert ran.output.endswith("2 of 2 laws hold.\n")


def test_a_law_that_fails_its_run_is_broken(folder):
    ran = ask("run", trial(folder, "time**2"))
    assert ran.exit_code == 1
    assert "The law is broken" in ran.output
    assert "-0.00" not in ran.output


def test_a_law_that_stands_its_run_holds(folder):
    ran = ask("run", trial(folder, "np.cos(time)"), "--out", "there")
    assert (ran.exit_code, (folder / "out").exists()) == (0, False)
    assert (folder / "there/record_0.025.npz").is_file()


def test_a_charge_that_is_zero_all_along_is_not_tried(folder):
    ran = ask("run", trial(folder, "0 * time"))
    assert ran.exit_code == 1
    assert "time translation: Nothing was tried" in ran.output
    assert "order" not in ran.output


@pytest.mark.parametrize(("lost", "kept"), [(7, 5), (0, 0), (1, 0)])
def test_a_run_that_diverges_says_where_and_keeps_its_record(folder, lost, kept):
    ran = ask("run", trial(folder, f"np.where(np.arange(len(time)) < {lost}, np.cos(time), np.nan)"))
    assert ran.exit_code == 1
    assert ran.output.endswith(f"judged. At step size 0.1, step {lost} gave no number.\n")
    assert "nan" not in ran.output
    record = Record.load(folder / "out/swing/record_0.1.npz")
    assert (record.diverged, len(record.time)) == (lost, kept)
    assert np.isfinite(record.arrays["x"]).all()
    assert not (folder / "out/swing/record_0.05.npz").exists()


def test_a_theorem_of_an_unknown_loss_names_its_trial(folder):
    ran = ask("run", ROOT / "derivations/scale.py")
    assert ran.exit_code == 2
    assert f"write symlag run {ROOT / 'numeric/scale.py'}." in ran.stderr
    write(folder / "mine.py", (ROOT / "derivations/scale.py").read_text(encoding="utf-8"))
    assert "write a trial file with `import NAME as theorem` and `def record(step)`" in ask("run", "mine.py").stderr
    assert not (folder / "out").exists()


def test_formats_are_chosen_by_name(folder):
    write(folder / "swing.py", SWING)
    assert ask("derive", "swing.py", "--formats", "fragment,markdown").exit_code == 0
    assert {path.name for path in (folder / "out/swing").iterdir()} == {"swing.fragment.tex", "swing.md"}


def test_the_version_and_the_way_to_begin_are_told(folder):
    assert ask("--version").output.startswith("symlag 0.")
    assert "symlag new my_law.py" in ask("--help").output


def test_a_process_prints_plainly_and_ends_as_it_should(folder):
    write(folder / "swing.py", SWING)
    done = process("derive", "swing.py")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    refused = process("derive", "nothing.py")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == (
        "nothing.py: there is no such file; "
        "write the path of a Python file or a law file, or `symlag new` to start one.\n"
    )


def test_a_terminal_of_another_encoding_is_no_obstacle(folder):
    write(folder / "swing.py", SWING)
    done = process("derive", "swing.py", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_shows_progress(folder):
    import pty

    write(folder / "swing.py", SWING)
    said: list[bytes] = []

    def keep(descriptor):
        said.append(os.read(descriptor, 4096))
        return said[-1]

    pty.spawn([sys.executable, "-m", "symlag", "derive", "swing.py"], keep)
    assert b"\x1b[" in b"".join(said)
    assert b"deriving" in b"".join(said)


def test_deriving_loads_no_backend(folder):
    write(folder / "swing.py", SWING)
    program = """if True:
        import sys
        from typer.testing import CliRunner
        from symlag.cli.app import app
        assert CliRunner().invoke(app, ["derive", "swing.py"]).exit_code == 0
        print(*(name for name in ("numpy", "numba", "torch", "matplotlib") if name in sys.modules))
    """
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_output_that_cannot_be_written_is_told_in_one_sentence(folder):
    write(folder / "swing.py", SWING)
    command = [sys.executable, "-m", "symlag", "derive", "swing.py"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    sentence = "what it prints cannot be written (no space left on device). Choose another place for it."
    assert (done.returncode, done.stderr) == (2, f"symlag derive swing.py: {sentence}\n")


def test_a_fault_of_symlag_itself_is_one_sentence_and_ends_with_three(monkeypatch, capsys):
    monkeypatch.setattr("symlag.cli.app.derive", lambda _: 1 / 0)
    monkeypatch.setattr(sys, "argv", ["symlag", "derive", "law.py"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 3
    assert capsys.readouterr().err == (
        "symlag derive law.py: symlag itself failed with ZeroDivisionError: division by zero. "
        "Please report this together with your file.\n"
    )
