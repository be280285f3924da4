"""What the README shows runs as it stands."""

import re
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def names():
    pytest.importorskip("torch")
    return {}


def test_the_python_of_the_readme_runs(names, capsys):
    for block in BLOCKS:
        exec(block, names)
    printed = capsys.readouterr().out
    assert "def kernel(" in printed
    assert "True\n" in printed
    assert "@article{noether1918," in printed


def test_every_file_the_readme_points_to_is_there():
    for target in re.findall(r"\]\(([^)#:]+)\)", README.read_text(encoding="utf-8")):
        assert (README.parent / target).exists(), target
