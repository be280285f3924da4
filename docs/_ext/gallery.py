"""One page a theorem, told by symlag itself: the file, what follows from it, and the command that tries it."""

import re
from html import unescape
from importlib import import_module
from pathlib import Path
from typing import Any

from symlag import derive

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "docs" / "gallery"
STEP = re.compile(r"<section>\n<h2>(.*?)</h2>\n(.*?)\n</section>", re.DOTALL)


def page(file: Path) -> str:
    """What one theorem file says and what follows."""
    derived = derive(import_module(f"derivations.{file.stem}"))
    title, _, rest = derived.title.partition(": ")
    return "\n\n".join(
        [
            f"# {title}",
            f"{rest[:1].upper()}{rest[1:]}",
            f"`derivations/{file.name}` says no more than this:",
            f"```{{literalinclude}} ../../derivations/{file.name}\n:language: python\n```",
            f"Everything below is what `symlag derive derivations/{file.name}` writes. {trial(file)}",
            *map(step, STEP.findall(derived.document.html())),
        ]
    )


def step(told: tuple[str, str]) -> str:
    """One step under its heading, its formulas as symlag sets them."""
    heading, body = told
    return f"## {unescape(heading)}\n\n```{{raw}} html\n{body}\n```"


def trial(file: Path) -> str:
    """The command that tries a theorem: on a training run where it has one, else on its own motion."""
    folder = "numeric" if (ROOT / "numeric" / file.name).exists() else "derivations"
    on = "a real training run" if folder == "numeric" else "the motion itself, integrated"
    return f"`symlag run {folder}/{file.name}` tries it on {on}."


def write(_app: Any) -> None:
    """Write all pages, and the index of them."""
    files = sorted(file for file in (ROOT / "derivations").glob("*.py") if not file.stem.startswith("_"))
    FOLDER.mkdir(exist_ok=True)
    for file in files:
        (FOLDER / f"{file.stem}.md").write_text(page(file), encoding="utf-8")
    listed = "\n".join(file.stem for file in files)
    head = "# Gallery of theorems\n\nEach page is made from one file of `derivations/`, and by nothing else."
    index = f"{head}\n\n```{{toctree}}\n:maxdepth: 1\n\n{listed}\n```\n"
    (FOLDER / "index.md").write_text(index, encoding="utf-8")


def setup(app: Any) -> dict[str, bool]:
    """Write before Sphinx reads."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
