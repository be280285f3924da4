"""Documents in the hands of TeX and of a browser: each test is skipped where its tool is missing.

With SYMLAG_REQUIRE_TOOLS=1 a missing tool is a failure.
"""

import json
import os
import re
import shutil
import subprocess

import pytest
from selenium import webdriver
from sympy import Symbol

from symlag.document.boxes.box import display
from symlag.document.boxes.names import GREEK, name_box
from symlag.document.chapters.prose import Section, equation
from symlag.document.document import Document
from tests.document.test_document import DOCUMENTS

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 4"><path d="M0 4L10 0" stroke="#8a2f2a"/></svg>'


def _tool(*names):
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None and not os.environ.get("SYMLAG_REQUIRE_TOOLS"):
        pytest.skip(f"{names[0]} is not installed")
    assert found, f"{names[0]} is not installed"
    return found


@pytest.fixture(scope="module")
def everything():
    """All documents as one, titles with what TeX and HTML could trip over."""
    steps = tuple(step for made in DOCUMENTS.values() for step in made().sections)
    alphabet = Section("Letters", (), display(*(equation(name_box(word), Symbol(f"{word}_1") ** 2) for word in GREEK)))
    steps = (*steps, alphabet)
    return Document(r"50% of \eta & <b>β²</b> {#1} ~ |q|² ½ “é” – 語", steps)


@pytest.mark.latex
@pytest.mark.slow
def test_the_tex_compiles_alone_and_nothing_juts_out(everything, tmp_path):
    everything.write(tmp_path, ("tex",), "all")
    command = [_tool("latexmk"), "-pdf", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert run.returncode == 0, run.stdout[-2000:]
    log = (tmp_path / "all.log").read_text(encoding="utf-8", errors="replace")
    assert [float(width) for width in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log) if float(width) > 5] == []
    assert set(re.findall(r"Package: (\w+)", log)) <= {"amsmath", "amstext", "amsgen", "amsbsy", "amsopn"}


@pytest.fixture(scope="module")
def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = _tool("chromium", "chromium-browser", "google-chrome")
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=900,1200"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(_tool("chromedriver")))
    yield driver
    driver.quit()


@pytest.mark.browser
@pytest.mark.slow
def test_the_page_opens_by_itself_without_a_complaint(everything, tmp_path, browser):
    (tmp_path / "all.html").write_text(everything.html([PICTURE]), encoding="utf-8")
    address = (tmp_path / "all.html").as_uri()
    browser.get(address)
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = {e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"}
    assert {url for url in asked if not url.startswith("data:")} == {address}
    assert browser.get_log("browser") == []
    assert browser.execute_script("return document.querySelectorAll('math').length") > 50
    assert browser.execute_script("return document.querySelectorAll('svg path').length") == 1
    assert browser.execute_script(_UNDRAWN) == []


_UNDRAWN = """
return [...document.querySelectorAll('math')]
  .filter(m => m.getBoundingClientRect().width < 2 || m.querySelector('merror, parsererror'))
  .map(m => m.outerHTML)
"""
