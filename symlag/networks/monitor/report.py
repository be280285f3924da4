"""The report of a run: one page that needs nothing but itself.

On top stands what was watched and what alarmed; then the symmetries with their reasons; then each family with the exact
law of its charges, what sources added to them, and what is left over beside round-off.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import Any, Protocol

from torch import finfo, nn

from symlag.document.boxes.expressions import typeset
from symlag.document.html import html_page, svg_element
from symlag.document.mathml import formula
from symlag.files import write_all
from symlag.networks.monitor.alarm import Alarm
from symlag.networks.monitor.charge_series import Course, courses
from symlag.networks.monitor.charges import Line
from symlag.networks.monitor.ledger import Ledger
from symlag.networks.monitor.picture import Told, draw
from symlag.networks.monitor.plan import Plan
from symlag.networks.result.found import Found
from symlag.networks.result.locations import Location
from symlag.networks.symmetry import Symmetry
from symlag.optimizers.from_torch import Group
from symlag.plotting import render

STYLE = """
main > p { margin: -0.8rem 0 1.4rem; }
.alarm { color: var(--mark); }
table { border-collapse: collapse; font-size: 0.8rem; line-height: 1.35; width: 100%; }
th { font-weight: 600; text-align: left; border-bottom: 1px solid var(--rule); }
th, td { padding: 0.3rem 0.9rem 0.3rem 0; vertical-align: top; }
td { border-bottom: 1px solid var(--rule); }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code { font-size: 0.85em; }
figure { margin: 0.6rem 0 0; }
"""
GREEK = {"eta": "η", "lambda_": "λ", "beta": "β", "beta_1": "β₁", "beta_2": "β₂", "epsilon": "ε"}
UNBROKEN = str.maketrans({" ": "\u00a0", "-": "−"})  # no line is broken there
COLUMNS = ("symmetry", "of dimension", "tensors", "because", "holds to")


class Run(Protocol):
    """What is told of a run, as a monitor has it."""

    model: nn.Module
    found: Found
    plan: Plan
    ledger: Ledger
    alarms: tuple[Alarm, ...]
    lacking: Mapping[str, str]


def written(path: str | Path, run: Run) -> Path:
    """Write the page of a run; `OutputError` where that cannot be done."""
    target = Path(path)
    return write_all(target.parent, {target.name: page(run)})[0]


def page(run: Run) -> str:
    """The page of a run."""
    told = courses(run.ledger)
    families = "".join(_family(line, told[line.name], run) for line in run.plan.lines if line.name in told)
    body = f"<p>{_watched(run)}</p>\n{_alarms(run.alarms)}{_symmetries(run.found)}{families}{_skipped(run)}"
    return html_page(f"The charges of a {type(run.model).__name__}", body, STYLE)


def _watched(run: Run) -> str:
    """The model, its optimizer group by group, and the steps."""
    size = sum(p.numel() for p in run.model.parameters())
    groups = "; then ".join(f"{group.rule.name} ({_numbers(group)})" for group in run.plan.groups)
    return escape(f"A model of {size:,} parameters, trained by {groups}; {_measured(run.ledger)} measured.")


def _measured(ledger: Ledger) -> str:
    """Which steps were measured, up to that word."""
    steps = ledger.steps
    match len(steps):
        case 0:
            return "no step was"
        case 1:
            return f"only step {steps[0]} was"
        case many:
            before = ", which this page is of, and those before them, which only sinks were told" if steps[0] else ""
            return f"{many} of its steps, from {steps[0]} to {steps[-1]}{before}, were"


def _numbers(group: Group) -> str:
    """The hyper-parameters of a group as they are now."""
    return ", ".join(
        f"{GREEK.get(name, name)} = {value:g}".translate(UNBROKEN) for name, value in group.values().items()
    )


def _alarms(alarms: Sequence[Alarm]) -> str:
    items = "".join(f'<p class="alarm">{escape(str(alarm))}</p>\n' for alarm in alarms)
    return _section("Alarms", items or "<p>None.</p>\n")


def _symmetries(found: Found) -> str:
    """All symmetries with their reasons, and the verdict whether they are all."""
    head = "".join(f"<th>{name}</th>" for name in COLUMNS)
    rows = "".join(f"<tr>{''.join(_cells(symmetry, place))}</tr>\n" for symmetry, place in found.located)
    table = f'<div class="formula"><table><thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n'
    return _section("Symmetries", f"<p>{escape(found.verdict)}</p>\n{table if rows else ''}")


def _cells(symmetry: Symmetry, place: Location) -> Iterator[str]:
    tensors = ", ".join(f"<code>{escape(name)}</code>" for name in place)
    reason = f"{symmetry.reason}; broken by {symmetry.broken_by}" if symmetry.broken_by else symmetry.reason
    yield f"<td>{escape(symmetry.kind)}</td>"
    yield f'<td class="number">{symmetry.dimension}</td>'
    yield f"<td>{tensors}</td><td>{escape(reason)}</td>"
    yield f'<td class="number">{symmetry.certificate:.0e}</td>'


def _family(line: Line, told: Sequence[Course], run: Run) -> str:
    """A family of charges: its law, by each rule that trains it, and its picture."""
    parts = sorted(line.parts, key=lambda part: part.law.kind == line.kind)
    laws = {part.law.rule.name: part.law.exact for part in parts}
    stated = "".join(f'<div class="formula">{formula(typeset(law))}</div>\n' for law in laws.values())
    forms = {name: form for law in laws.values() for name, form in zip(law.names, law.charges, strict=True)}
    moved = [(course, forms[course.charge]) for course in told if not course.still]
    drawing = f"<figure>{_picture(line, moved, run)}</figure>\n" if moved else ""
    reason = escape(_capital(line.symmetry.reason))
    said = " ".join((*(_said(course, forms[course.charge]) for course in told), _beside(line, run)))
    return _section(line.name, f"<p>{reason}.</p>\n{stated}<p>{said}</p>\n{drawing}")


def _said(course: Course, form: Any) -> str:
    """What moved a charge, in one sentence."""
    shares = [f"{share:.0%} {term}" for term, share in course.shares.items() if share >= 0.005]
    told = "stays as it was, to round-off." if course.still else f"is moved by {', '.join(shares)}."
    return f"{formula(typeset(form))} {told}"


def _beside(line: Line, run: Run) -> str:
    """How far the continuous law is off, or why there is none."""
    gap = run.ledger.gap(f"{line.name}/{line.parts[0].law.charges[0]}")
    told = f"Driven by the same KSB, the continuous law is {gap or 0:.2g} of the charge off at most."
    return run.lacking.get(line.name, "") if gap is None else told


def _skipped(run: Run) -> str:
    """The symmetries whose charges are not followed, and why."""
    where = {id(symmetry): ", ".join(place) for symmetry, place in run.found.located}
    told = (f"{symmetry.kind} of {where[id(symmetry)]}: {reason}" for symmetry, reason in run.plan.skipped)
    items = "".join(f"<p>{escape(_capital(text))}.</p>\n" for text in told)
    return _section("Not followed", items) if items else ""


def _picture(line: Line, told: Sequence[Told], run: Run) -> str:
    """Charges of a family as the text of an SVG file."""
    alarmed = [alarm.step for alarm in run.alarms if alarm.where in ("", line.name, *line.symmetry.tensors)]
    dtypes = {track.parameter.dtype for track in run.plan.tracks if track.name in line.symmetry.tensors}
    coarse = str(max(dtypes, key=lambda dtype: finfo(dtype).eps)).removeprefix("torch.")
    upon = partial(draw, told, alarmed, coarse)
    return svg_element(render(upon, "run", ("svg",))["run.svg"].decode())


def _section(title: str, body: str) -> str:
    return f"<section>\n<h2>{escape(title)}</h2>\n{body}</section>\n"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
