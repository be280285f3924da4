"""The documentation: its helpers, its Python, and its pages in a browser where `make docs` has built them."""

import ast
import json
import re
import sys
from pathlib import Path

import pytest

from tests.document.test_tex_and_browser import browser

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SOURCES = sorted(path for path in DOCS.rglob("*.md") if not {"_build", "gallery"} & {*path.parts})
CELL = re.compile(r"```\{code-cell\}\n(?::.*\n)*(.*?)```", re.DOTALL)
PAGES = sorted(path for path in (DOCS / "_build" / "html").rglob("*.html") if "_static" not in path.parts)

sys.path.append(str(DOCS / "_ext"))
sys.path.append(str(DOCS / "theory"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(DOCS)))
def test_every_cell_is_python_and_every_link_leads_to_a_page(path):
    text = path.read_text(encoding="utf-8")
    for cell in CELL.findall(text):
        ast.parse(cell)
    for target in re.findall(r"\]\(([\w./]+\.md)\)", text):
        assert (path.parent / target).exists() or "gallery" in target, target


def test_every_page_is_in_a_table_of_contents():
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    listed = {
        line.rsplit("/")[-1] for tree in re.findall(r"```{toctree}\n(.*?)```", text, re.DOTALL) for line in tree.split()
    }
    assert {path.stem for path in SOURCES} - {"index"} <= listed


def test_a_difference_is_proved_or_told():
    from proof import difference

    import symlag as sl

    w, x = sl.block("w"), sl.symbols("x")
    assert difference((x + 1) ** 2, x**2 + 2 * x + 1) == 0
    assert difference(w + w, 2 * w) == 0
    with pytest.raises(ValueError, match=r"the sides differ by x\*\*2 - x"):
        difference(x**2, x)


def test_bars_become_a_pair_to_which_a_power_belongs():
    from offline_math import sized

    told = r"{\left|q\right|}^2"
    assert sized("|q|^2") == told
    assert sized(r"\lvert q\rvert^2").replace(" ", "") == told
    assert sized(r"a - |x|^2 - |y|^2").count(r"\left|") == 2


PAIRS = [r"\left|{x}\right|", r"\left|{x}\right| + \left|{y}\right|", r"\left. f \right|_{x=1}"]


@pytest.mark.parametrize("tex", PAIRS)
def test_bars_that_are_a_pair_stay_as_they_are(tex):
    from offline_math import sized

    assert sized(tex) == tex


def test_prose_between_doctests_is_kept_as_it_is_written():
    from markdown_docstrings import literal, marked

    lines = ["The norm |w|² of `w_1`:", "", "    d|w|²/dt", "", ">>> abs(-1)", "1"]
    told = [r"The norm \|w\|² of ``w_1``:", "", "::", "", "    d|w|²/dt", "", ">>> abs(-1)", "1"]
    assert literal(marked(lines)) == told


@pytest.mark.skipif(not PAGES, reason="make docs builds the pages")
@pytest.mark.browser
@pytest.mark.slow
def test_every_page_opens_without_a_request_and_without_a_complaint(browser):
    for page in PAGES:
        browser.get(page.as_uri())
        events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
        asked = {e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"}
        assert {url for url in asked if not url.startswith(("data:", DOCS.as_uri()))} == set(), page
        assert browser.get_log("browser") == [], page
        assert browser.execute_script(BADLY_SET) == [], page


@pytest.mark.skipif(not PAGES, reason="make docs builds the pages")
def test_every_page_of_the_sources_is_built():
    built = {path.relative_to(DOCS / "_build" / "html").with_suffix("") for path in PAGES}
    assert {path.relative_to(DOCS).with_suffix("") for path in SOURCES} <= built
    assert len([path for path in built if path.parent.name == "gallery"]) > 20


BADLY_SET = """
return [...document.querySelectorAll('math')]
  .filter(m => m.querySelector('merror, parsererror') || /\\\\\\\\[a-z]/.test(m.textContent))
  .map(m => m.textContent)
"""

__all__ = ["browser"]
