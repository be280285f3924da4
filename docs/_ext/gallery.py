"""One page a theorem, told by symlag itself: the file, what follows from it, and what its trial measured.

What a trial measured is shown where `symlag trials` has left it, made of these very sources; elsewhere stands the
command.
"""

import ast
import re
import shutil
from html import unescape
from importlib import import_module
from pathlib import Path
from typing import Any

from symlag import derive
from symlag.document.markdown import escape_markdown
from symlag.trials import Setting
from symlag.trials.campaign.campaign import stored_outcome
from symlag.trials.campaign.configuration import Configuration
from symlag.trials.campaign.outcome import Outcome
from symlag.trials.campaign.table import COLUMNS, rows

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "docs" / "gallery"
MADE = ROOT / "out" / "trials"
HEAD = """# Gallery of trials

Each theorem about learning is tried on training runs. A claim is a sentence of a paper, with the figure it stands or
falls with: what was *measured* must lie where it is *required*, and its *twin*, the same figure with one term of the
law removed, must not. `symlag trials` runs them all and prints this table. What is shown here is what it has left in
`out/trials`."""
STEP = re.compile(r"<section>\n<h2>(.*?)</h2>\n(.*?)\n</section>", re.DOTALL)


def page(file: Path) -> str:
    """What one theorem file says, what follows, and its trial."""
    derived = derive(import_module(f"derivations.{file.stem}"))
    title, _, rest = derived.title.partition(": ")
    return "\n\n".join(
        [
            f"# {title}",
            f"{rest[:1].upper()}{rest[1:]}",
            f"`derivations/{file.name}` says no more than this:",
            f"```{{literalinclude}} ../../derivations/{file.name}\n:language: python\n```",
            f"Everything below is what `symlag derive derivations/{file.name}` writes.",
            *map(step, STEP.findall(derived.document.html())),
            "## The trial",
            trial(file.stem),
        ]
    )


def step(told: tuple[str, str]) -> str:
    """One step under its heading, its formulas as symlag sets them."""
    heading, body = told
    return f"## {unescape(heading)}\n\n```{{raw}} html\n{body}\n```"


def trial(stem: str) -> str:
    """What was measured, or the command that does; a theorem without a trial is tried on its own motion."""
    if not (ROOT / "numeric" / f"{stem}.py").exists():
        return f"`symlag run derivations/{stem}.py` integrates the motion and judges each law by it."
    told = f"{said(stem)} `symlag run numeric/{stem}.py` derives, measures, judges and draws."
    outcome = measured(stem)
    if outcome is None:
        return told
    pictures = "\n\n".join(f"![{name}](pictures/{name}.svg)" for name in outcome.pictures)
    return f"{told} This is what `symlag trials --only {stem}` found:\n\n{table([outcome])}\n\n{pictures}"


def said(stem: str) -> str:
    """The first line of a trial file."""
    text = (ROOT / "numeric" / f"{stem}.py").read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(text)) or "").splitlines()[0]


def measured(stem: str) -> Outcome | None:
    """The outcome that `symlag trials` left of this very file, its pictures copied beside the page."""
    made = Configuration(ROOT / "numeric" / f"{stem}.py", Setting())
    if (outcome := stored_outcome(made, MADE)) is not None:
        for name in outcome.pictures:
            shutil.copy(MADE / made.name / f"{name}.svg", FOLDER / "pictures")
    return outcome


def table(outcomes: list[Outcome]) -> str:
    """The claims, without the trial that they are of."""
    lines = [COLUMNS[1:], ("---",) * (len(COLUMNS) - 1)]
    lines += [tuple(map(escape_markdown, row[1:])) for outcome in outcomes for row in rows(outcome)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def trials(stems: list[str]) -> str:
    """The page of all trials: what each claims, and what became of it where it was run."""
    return "\n\n".join([HEAD, *map(entry, stems)])


def entry(stem: str) -> str:
    """One trial in the list."""
    outcome = measured(stem)
    told = f"## {stem}\n\n{said(stem)} [Its theorem]({stem}.md).\n\n"
    return told + (table([outcome]) if outcome else f"`symlag trials --only {stem}` measures it.")


def write(_app: Any) -> None:
    """Write all pages, and the index of them."""
    files = sorted(file for file in (ROOT / "derivations").glob("*.py") if not file.stem.startswith("_"))
    tried = [file.stem for file in files if (ROOT / "numeric" / file.name).exists()]
    (FOLDER / "pictures").mkdir(parents=True, exist_ok=True)
    for file in files:
        (FOLDER / f"{file.stem}.md").write_text(page(file), encoding="utf-8")
    (FOLDER / "trials.md").write_text(f"{trials(tried)}\n", encoding="utf-8")
    listed = "\n".join(file.stem for file in files)
    head = "# Gallery of theorems\n\nEach page is made from one file of `derivations/`, and by nothing else."
    index = f"{head}\n\n```{{toctree}}\n:maxdepth: 1\n\n{listed}\n```\n"
    (FOLDER / "index.md").write_text(index, encoding="utf-8")


def setup(app: Any) -> dict[str, bool]:
    """Write before Sphinx reads."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
