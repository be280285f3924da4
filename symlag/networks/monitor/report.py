"""The report of a run: one page that needs nothing but itself.

It begins with what was watched, and the alarms. The symmetries with their reasons follow; then each family with the
exact law of its charges, what each term added to them, and the residual beside round-off.
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
from symlag.networks.monitor.charge_pictures import NamedSeries, draw
from symlag.networks.monitor.charge_series import ChargeSeries, series_by_family
from symlag.networks.monitor.charges import ChargeFamily
from symlag.networks.monitor.ledger import Ledger
from symlag.networks.monitor.plan import Plan
from symlag.networks.result.found import Found
from symlag.networks.result.locations import Location
from symlag.networks.symmetry import Symmetry
from symlag.optimizers.torch_optimizers import Group
from symlag.plot_style import render

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
SHOWN_SHARE = 0.005  # smaller shares are not written


class Run(Protocol):
    """What a report reads of a run: the attributes of a monitor."""

    model: nn.Module
    found: Found
    plan: Plan
    ledger: Ledger
    alarms: tuple[Alarm, ...]
    without_continuous_law: Mapping[str, str]


def write_report(path: str | Path, run: Run) -> Path:
    """Write the page of a run; `OutputError` where that cannot be done."""
    target = Path(path)
    return write_all(target.parent, {target.name: page(run)})[0]


def page(run: Run) -> str:
    """The page of a run."""
    series = series_by_family(run.ledger)
    families = "".join(
        _family(family, series[family.name], run) for family in run.plan.families if family.name in series
    )
    head = f"<p>{_summary(run)}</p>\n{_alarms(run.alarms)}"
    body = f"{head}{_symmetries(run.found)}{families}{_skipped(run)}"
    return html_page(f"The charges of a {type(run.model).__name__}", body, STYLE)


def _summary(run: Run) -> str:
    """The model, its optimizer group by group, and the steps that were measured."""
    size = sum(p.numel() for p in run.model.parameters())
    groups = "; then ".join(f"{group.rule.name} ({_hyperparameters(group)})" for group in run.plan.groups)
    steps = run.ledger.steps
    match len(steps):
        case 0:
            measured = "no step was measured"
        case 1:
            measured = f"only step {steps[0]} was measured"
        case many:
            measured = f"{many} of its steps, from {steps[0]} to {steps[-1]}, were measured"
            if steps[0]:
                measured += ", and so were earlier ones, which this page has not: only sinks keep them"
    return escape(f"A model of {size:,} parameters, trained by {groups}; {measured}.")


def _hyperparameters(group: Group) -> str:
    """The hyper-parameters of a group as they are now."""
    return ", ".join(
        f"{GREEK.get(name, name)} = {value:g}".translate(UNBROKEN) for name, value in group.values().items()
    )


def _alarms(alarms: Sequence[Alarm]) -> str:
    """The section of alarms."""
    items = "".join(f'<p class="alarm">{escape(str(alarm))}</p>\n' for alarm in alarms)
    return _section("Alarms", items or "<p>None.</p>\n")


def _symmetries(found: Found) -> str:
    """All symmetries with their reasons, and the verdict whether they are all."""
    head = "".join(f"<th>{name}</th>" for name in COLUMNS)
    rows = "".join(f"<tr>{''.join(_cells(symmetry, place))}</tr>\n" for symmetry, place in found.located)
    table = f'<div class="formula"><table><thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n'
    return _section("Symmetries", f"<p>{escape(found.verdict)}</p>\n{table if rows else ''}")


def _cells(symmetry: Symmetry, place: Location) -> Iterator[str]:
    """The cells of a symmetry's row."""
    tensors = ", ".join(f"<code>{escape(name)}</code>" for name in place)
    reason = f"{symmetry.reason}; broken by {symmetry.broken_by}" if symmetry.broken_by else symmetry.reason
    yield f"<td>{escape(symmetry.kind)}</td>"
    yield f'<td class="number">{symmetry.dimension}</td>'
    yield f"<td>{tensors}</td><td>{escape(reason)}</td>"
    yield f'<td class="number">{symmetry.certificate:.0e}</td>'


def _family(family: ChargeFamily, charges: Sequence[ChargeSeries], run: Run) -> str:
    """A family of charges: its law, by each rule that trains it, and its picture."""
    summands = sorted(family.summands, key=lambda summand: summand.law.kind == family.kind)
    laws = {summand.law.rule.name: summand.law.exact for summand in summands}
    formulas = "".join(f'<div class="formula">{formula(typeset(law))}</div>\n' for law in laws.values())
    forms = {name: form for law in laws.values() for name, form in zip(law.names, law.charges, strict=True)}
    moving = [(series, forms[series.charge]) for series in charges if not series.conserved]
    drawing = f"<figure>{_picture(family, moving, run)}</figure>\n" if moving else ""
    reason = escape(_capitalized(family.symmetry.reason))
    sentences = [*(_what_moved(series, forms[series.charge]) for series in charges), _continuous_gap(family, run)]
    return _section(family.name, f"<p>{reason}.</p>\n{formulas}<p>{' '.join(sentences)}</p>\n{drawing}")


def _what_moved(series: ChargeSeries, form: Any) -> str:
    """What moved a charge, in one sentence."""
    shares = [f"{share:.0%} {term}" for term, share in series.shares.items() if share >= SHOWN_SHARE]
    verb = "stays as it was, to round-off." if series.conserved else f"is moved by {', '.join(shares)}."
    return f"{formula(typeset(form))} {verb}"


def _continuous_gap(family: ChargeFamily, run: Run) -> str:
    """By how much the continuous law misses, or why there is none."""
    gap = run.ledger.gap(f"{family.name}/{family.summands[0].law.charges[0]}")
    if gap is None:
        return run.without_continuous_law.get(family.name, "")
    return f"Driven by the same KSB, the continuous law is {gap or 0:.2g} of the charge off at most."


def _skipped(run: Run) -> str:
    """The symmetries whose charges are not followed, and why."""
    where = {id(symmetry): ", ".join(place) for symmetry, place in run.found.located}
    sentences = [f"{symmetry.kind} of {where[id(symmetry)]}: {reason}" for symmetry, reason in run.plan.skipped]
    items = "".join(f"<p>{escape(_capitalized(sentence))}.</p>\n" for sentence in sentences)
    return _section("Not followed", items) if items else ""


def _picture(family: ChargeFamily, charges: Sequence[NamedSeries], run: Run) -> str:
    """Charges of a family as the text of an SVG file."""
    steps = [alarm.step for alarm in run.alarms if alarm.where in ("", family.name, *family.symmetry.tensors)]
    dtypes = {tensor.parameter.dtype for tensor in run.plan.tensors if tensor.name in family.symmetry.tensors}
    coarsest = str(max(dtypes, key=lambda dtype: finfo(dtype).eps)).removeprefix("torch.")
    on_figure = partial(draw, charges, steps, coarsest)
    return svg_element(render(on_figure, "run", ("svg",))["run.svg"].decode())


def _section(title: str, body: str) -> str:
    return f"<section>\n<h2>{escape(title)}</h2>\n{body}</section>\n"


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]
