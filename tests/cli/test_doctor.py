"""The doctor: what is there, what is missing for what, and what installs it."""

import shutil
from importlib import import_module
from importlib.metadata import version

import pytest
from typer.testing import CliRunner

from symlag.cli import installation
from symlag.cli.app import app


def found():
    return {check.name: check for check in installation.checks()}


def test_versions_are_those_that_are_installed():
    checks = found()
    for name in ("sympy", "numpy", "symlag"):
        assert checks[name].found == version(name)
    assert checks["python"].found
    assert checks["cores"].found[0].isdigit()


def test_every_check_serves_something_and_what_can_be_missing_can_be_installed():
    for name, check in found().items():
        assert check.serves
        assert check.advice or name in {"python", "cores"}


def test_what_is_missing_is_named_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(installation, "LIBRARIES", (("no_such_thing", "nothing", "cluster"),))
    told = CliRunner().invoke(app, ["doctor"])
    assert told.exit_code == 0
    lines = told.output.splitlines()
    at = lines.index("Missing, and what for:")
    assert "no_such_thing  nothing: pip install 'symlag[cluster]'" in lines[at:]
    assert any(line.startswith("LaTeX ") and line.endswith("latexmk texlive-latex-extra") for line in lines[at:])
    assert any(line.startswith("python ") for line in lines[:at])


def test_where_all_is_there_it_says_so(monkeypatch):
    found_python = installation.Check("python", "3.11", "everything")
    monkeypatch.setattr(import_module("symlag.cli.commands.doctor"), "checks", lambda: [found_python])
    assert CliRunner().invoke(app, ["doctor"]).output == "python  3.11  everything\n\nNothing is missing.\n"


def test_threads_are_told_as_they_are_set(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert "OMP_NUM_THREADS=3" in found()["cores"].found
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert "OMP_NUM_THREADS not set" in found()["cores"].found


def test_a_gpu_is_what_torch_sees(monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda i: f"GPU {i}")
    assert found()["GPU"].found == "GPU 0"


def test_without_torch_no_gpu_is_looked_for(monkeypatch):
    monkeypatch.setattr(installation, "is_installed", lambda _: False)
    assert not found()["GPU"].found
    assert "symlag[torch]" in found()["GPU"].advice


def test_a_gpu_that_torch_does_not_see_is_told_from_none(monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(shutil, "which", lambda name: name if name == "nvidia-smi" else None)
    assert "builds with CUDA" in found()["GPU"].advice
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert "runs without" in found()["GPU"].advice
