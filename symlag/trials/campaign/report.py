"""The report of a trial, and the index of all trials: one page each, without any other file.

A report says first whether the claims hold; then what was claimed and measured; then come the pictures, the law, and
how it follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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


def report(outcome: Outcome, theorem: Derivation, pictures: Iterable[str]) -> str:
    """The page of one trial; pictures are the texts of SVG files."""
    figures = "".join(f"<figure>{svg_element(picture)}</figure>\n" for picture in pictures)
    laws = "".join(f'<div class="formula">{formula(law)}</div>\n' for law in _laws(theorem))
    derived = f"<details><summary>How it follows</summary>\n{section_elements(theorem.document.sections)}\n</details>"
    summary = f"<p>{_verdict(outcome.verdict)} {_count([outcome])}</p>\n"
    law = f"<h3>The law</h3>\n{laws}"
    body = summary + _table(outcome) + figures + law + derived + f"<p>{_provenance(outcome)}</p>"
    return html_page(outcome.title, body, STYLE)


def index(outcomes: Mapping[str, Outcome]) -> str:
    """The page of all outcomes, by the names of their folders, each leading to its report."""
    parts = "".join(
        f'<h3><a href="{escape(folder)}/{escape(outcome.stem)}.html">{escape(outcome.title)}</a> '
        f"{_verdict(outcome.verdict)}</h3>\n{_table(outcome)}"
        for folder, outcome in outcomes.items()
    )
    title = "What was claimed, what was measured, and whether it holds"
    return html_page(title, f"<p>{_count([*outcomes.values()])}</p>\n{parts}", STYLE)


def _laws(theorem: Derivation) -> Iterator[Box]:
    """The laws in continuous time, and the exact ones."""
    yield from (display((NOTHING, balance_law(law))) for law in theorem.laws)
    yield from map(typeset, theorem.exact)


def _table(outcome: Outcome) -> str:
    """The claims of a trial, without the column that names the trial."""
    head = "".join(f"<th>{escape(name)}</th>" for name in COLUMNS[1:])
    body = "".join(f"<tr>{''.join(map(_cell, row[1:]))}</tr>\n" for row in rows(outcome))
    return f'<div class="formula"><table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>\n'


def _cell(text: str) -> str:
    content = _verdict(Verdict[text]) if text in Verdict.__members__ else escape(text)
    return f"<td>{content}</td>"


def _verdict(verdict: Verdict) -> str:
    """A verdict with a sign, for readers who cannot tell the colours apart."""
    kind, sign = ("good", "✓") if verdict.holds else ("bad", "✗")
    return f'<b class="{kind}">{sign} {verdict.name}</b>'


def _count(outcomes: Sequence[Outcome]) -> str:
    claims = [claim for outcome in outcomes for claim in outcome.claims]
    return f"{sum(claim.verdict.holds for claim in claims)} of {len(claims)} claims hold."


def _provenance(outcome: Outcome) -> str:
    """The seed, the data and the versions that an outcome rests on."""
    parts = [f"Seed {outcome.seed}"]
    if outcome.data:
        parts.append(outcome.data)
    parts += [f"{name} {version}" for name, version in outcome.versions.items()]
    return escape(", ".join(parts)) + "."


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
