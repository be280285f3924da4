"""The report of a trial, and the index of all: one page each that needs nothing but itself.

On top stands whether it holds; then what was claimed and measured; then the pictures, the law, and how it follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from symlag.derivation.derive import Derivation
from symlag.document.boxes.box import NOTHING, Box, display
from symlag.document.boxes.expressions import typeset
from symlag.document.chapters.balance import balance_law
from symlag.document.html import html_page, section_elements, svg_element
from symlag.document.mathml import formula
from symlag.trials.campaign.outcome import Outcome
from symlag.trials.campaign.table import COLUMNS, rows
from symlag.trials.verdict import Verdict

Made = Sequence[tuple[str, Outcome]]  # the name of the folder, and what it holds


def report(outcome: Outcome, theorem: Derivation, pictures: Iterable[str]) -> str:
    """The page of one trial; pictures are the texts of SVG files."""
    drawn = "".join(f"<figure>{svg_element(picture)}</figure>\n" for picture in pictures)
    laws = "".join(f'<div class="formula">{formula(law)}</div>\n' for law in _laws(theorem))
    derived = f"<details><summary>How it follows</summary>\n{section_elements(theorem.document.sections)}\n</details>"
    held = f"<p>{_word(outcome.verdict)} {_counted([outcome])}</p>\n"
    rest = f"<p>{_rests_on(outcome)}</p>"
    body = held + _table(rows(outcome), COLUMNS[1:]) + drawn + f"<h3>The law</h3>\n{laws}" + derived + rest
    return html_page(outcome.title, body, STYLE)


def index(made: Made) -> str:
    """The page of all trials, each leading to its report."""
    outcomes = [outcome for _, outcome in made]
    told = "".join(
        f'<h3><a href="{escape(name)}/{escape(outcome.stem)}.html">{escape(outcome.title)}</a> '
        f"{_word(outcome.verdict)}</h3>\n{_table(rows(outcome), COLUMNS[1:])}"
        for name, outcome in made
    )
    return html_page(
        "What was claimed, what was measured, and whether it holds", f"<p>{_counted(outcomes)}</p>\n{told}", STYLE
    )


def _laws(theorem: Derivation) -> Iterator[Box]:
    """The laws in continuous time, and the exact ones."""
    yield from (display((NOTHING, balance_law(law))) for law in theorem.laws)
    yield from map(typeset, theorem.exact)


def _table(lines: Iterable[tuple[str, ...]], columns: Sequence[str]) -> str:
    """A table of rows as they come, without the trial they are of."""
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    body = "".join(f"<tr>{''.join(map(_cell, line[1:]))}</tr>\n" for line in lines)
    return f'<div class="formula"><table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>\n'


def _cell(text: str) -> str:
    shown = _word(Verdict[text]) if text in Verdict.__members__ else escape(text)
    return f"<td>{shown}</td>"


def _word(verdict: Verdict) -> str:
    """A verdict with a sign, for the colour alone would not tell."""
    kind, sign = ("good", "✓") if verdict.holds else ("bad", "✗")
    return f'<b class="{kind}">{sign} {verdict.name}</b>'


def _counted(outcomes: Sequence[Outcome]) -> str:
    claims = [claim for outcome in outcomes for claim in outcome.claims]
    return f"{sum(claim.verdict.holds for claim in claims)} of {len(claims)} claims hold."


def _rests_on(outcome: Outcome) -> str:
    """The seed, the data and the versions."""
    told = [f"{name} {version}" for name, version in outcome.versions.items()]
    return escape(", ".join([f"Seed {outcome.seed}", *([outcome.data] if outcome.data else []), *told])) + "."


STYLE = """
main { max-width: 60rem; }
h3 { font-size: 1.05rem; font-weight: 600; margin: 2.2rem 0 0.4rem; }
a { color: inherit; }
table { border-collapse: collapse; font-size: 0.85rem; line-height: 1.4; width: 100%; }
th, td { border-bottom: 1px solid var(--rule); padding: 0.45rem 0.9rem 0.45rem 0; }
th, td { text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 500; }
b, td:nth-child(3), td:nth-child(4) { white-space: nowrap; }
.good { color: #00795a; }
.bad { color: #c04a00; }
@media (prefers-color-scheme: dark) {
  .good { color: #3fc79f; }
  .bad { color: #f08a4b; }
  figure svg { background: #fff; }
}
details { margin: 2rem 0; }
summary { cursor: pointer; font-weight: 600; }
"""
