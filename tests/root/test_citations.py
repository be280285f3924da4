"""BibTeX of the works behind results."""

import re
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import symlag as sl
from derivations import scale
from symlag import citations
from symlag.citations import ACCELERATION, LEARNING_DYNAMICS, NOETHER, Work, cite
from symlag.errors import SymlagError
from symlag.learning.scale_invariant import equivalent_rmsprop
from symlag.networks import Found
from symlag.symmetry.counting.factorizations import linear
from tests.document.test_tex_and_browser import _tool

ROOT = Path(__file__).parents[2]
WORKS = [work for work in vars(citations).values() if isinstance(work, Work)]
w = sl.block("w")
x, y = sl.coordinates("x y")
LEARNT = sl.noether(sl.heavy_ball().lagrangian(sl.invariant_loss("f", sl.scale(w)), [w]), sl.scale(w))
RESTING: dict[str, tuple[Any, set[str]]] = {
    "a broken law": (LEARNT, {"noether1918", "tanaka2021"}),
    "a conserved law": (sl.noether(sl.Lagrangian(x.dot**2), sl.Generator({x: 1})), {"noether1918"}),
    "a charge with friction": (sl.noether(sl.Lagrangian(x.dot**2, damping=1), sl.Generator({x: 1})), {"tanaka2021"}),
    "an exact law": (sl.exact(sl.sgd(), sl.scale(w)), {"noether1918", "kunin2021", "ziyin2023"}),
    "a modified equation": (sl.modified_equation(sl.sgd(), 1), {"hairer2006", "kunin2021"}),
    "an algebra": (sl.symmetries(sl.Lagrangian(x.dot**2)), {"noether1918", "olver1993"}),
    "symmetries of a model": (Found((), (), {}, None, None, None), {"kunin2021", "marcotte2023"}),
    "a count": (sl.count_laws(linear(1, 1, 1)), {"marcotte2023", "marcotte2024", "marcotte2025"}),
    "a count with momentum": (sl.count_laws(linear(1, 1, 1), flow="momentum"), {"marcotte2024", "lewis1997"}),
    "what survives": (sl.learning.invariants(sl.scale(w)), {"marcotte2023", "marcotte2024"}),
    "an RMSProp": (equivalent_rmsprop(LEARNT, LEARNT.rate), {"tanaka2021"}),
    "a verb": (sl.bregman, {"wibisono2016", "tanaka2021"}),
    "a derivation": (sl.derive(scale), {"noether1918", "tanaka2021"}),
}


def keys(text):
    return re.findall(r"^@\w+{(\w+),$", text, re.MULTILINE)


@pytest.mark.parametrize("name", RESTING)
def test_each_noun_names_the_works_behind_it(name):
    result, told = RESTING[name]
    assert told <= {*keys(cite(result))}


@pytest.mark.parametrize("name", sorted(RESTING.keys() - {"a verb"}))
def test_what_is_asked_says_the_same(name):
    result, _ = RESTING[name]
    assert result.cite() == cite(result)


def test_a_conserved_charge_needs_no_learning_dynamics():
    assert keys(cite(RESTING["a conserved law"][0])) == ["noether1918", "symlag"]


def test_a_count_without_momentum_does_not_start_from_rest():
    assert "lewis1997" not in keys(cite(RESTING["a count"][0]))


def test_every_work_comes_once_and_symlag_last():
    assert keys(cite(LEARNT, LEARNT, sl.bregman)) == ["noether1918", "tanaka2021", "wibisono2016", "symlag"]
    assert LEARNING_DYNAMICS.bibtex in cite(LEARNT)
    assert ACCELERATION.bibtex not in cite(LEARNT)


def test_of_symlag_it_says_what_the_citation_file_says():
    told = dict(re.findall(r'^(title|version): "?(.*?)"?$', (ROOT / "CITATION.cff").read_text("utf-8"), re.MULTILINE))
    fields = citations.symlag().fields
    assert fields["title"].startswith(f"{told['title']}:")
    assert fields["note"] == f"Version {told['version']}" == f"Version {version('symlag')}"


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.key)
def test_entries_are_ascii_with_balanced_braces(work):
    text = work.bibtex
    assert text.isascii()
    assert text.count("{") == text.count("}")
    assert {"author", "title", "year"} <= {*work.fields}
    assert [other.key for other in WORKS].count(work.key) == 1


def test_what_rests_on_nothing_known_is_told_so():
    with pytest.raises(
        SymlagError, match=r"cite\(int\): no work is known to stand behind it; write cite\(law\), for example"
    ):
        cite(3)
    assert NOETHER.key in keys(cite(LEARNT))


@pytest.mark.latex
@pytest.mark.slow
def test_bibtex_reads_all_of_it_without_a_warning(tmp_path):
    entries = "\n\n".join(work.bibtex for work in (*WORKS, citations.symlag()))
    (tmp_path / "works.bib").write_text(entries, encoding="utf-8")
    page = "\\documentclass{article}\\begin{document}\\nocite{*}\\bibliographystyle{plain}\\bibliography{works}"
    (tmp_path / "page.tex").write_text(page + "\\end{document}", encoding="utf-8")
    command = [_tool("latexmk"), "-pdf", "-bibtex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert run.returncode == 0, run.stdout[-2000:]
    told = (tmp_path / "page.blg").read_text(encoding="utf-8", errors="replace")
    assert "Warning--" not in told, told
    assert shutil.which("bibtex")
    assert (tmp_path / "page.bbl").read_text(encoding="utf-8").count("\\bibitem") == len(WORKS) + 1
