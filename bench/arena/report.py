"""The findings as plain text and as Markdown. Knows the document of `findings.py` only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from .findings import ALL, HEADLINE, LEVEL, select, tally
from .metrics import METRICS

__all__ = [
    "assumption_lines",
    "block_title",
    "blocks",
    "interval_text",
    "manipulated",
    "markdown",
    "run_line",
    "tally_text",
    "tally_title",
    "text",
    "value_text",
]

_NOTHING: Final = "none"
_Document = Mapping[str, Any]


def text(document: _Document) -> str:
    """For a terminal: every creditor per scenarios and beta, then the differences."""
    lines = [run_line(document), "", "Assumed, not measured:", *(f"  {line}" for line in assumption_lines(document))]
    lines += ["", document["method"]]
    for scenarios, beta in blocks(document):
        lines += ["", block_title(scenarios, beta), f"{'':14}" + "".join(f"{metric.title:>14}" for metric in METRICS.values())]
        for row in select(document["rows"], scenarios=scenarios, beta=beta):
            cells = "".join(f"{value_text(name, row['metrics'][name]['mean']):>14}" for name in METRICS)
            lines.append(f"{row['creditor']:14}{cells}")
        if differences := select(document["differences"], scenarios=scenarios, beta=beta):
            lines.append(f"{document['reference'] + ' minus':14}" + "".join(f"{METRICS[name].title:>26}" for name in HEADLINE))
            for row in differences:
                cells = "".join(f"{difference_text(name, row['metrics'][name]):>26}" for name in HEADLINE)
                lines.append(f"{row['creditor']:14}{cells}")
    if others := _others(document):
        lines += ["", tally_title(document), f"{'':14}" + "".join(f"{METRICS[name].title:>26}" for name in HEADLINE)]
        lines += [f"{other:14}" + "".join(f"{tally_text(document, other, name):>26}" for name in HEADLINE) for other in others]
    return "\n".join(lines)


def markdown(document: _Document) -> str:
    """A page for the repository."""
    lines = [
        "# Arena", "",
        f"Made by `eqneg arena`. {run_line(document)}", "",
        "What [docs/arena.md](../../docs/arena.md) explains: what is measured, how to read the intervals, how to add a creditor.", "",
        "## What is assumed", "",
        "The debtors are simulated. What follows was declared, not measured; a conclusion holds as far as these do.", "",
        *_table(("assumption", "value", "source"), [(one["name"], shown(one["value"]), one["source"]) for one in document["assumptions"]]),
        "## How to read it", "", document["method"], "",
        *(f"- **{metric.title}**: {metric.meaning}" for metric in METRICS.values()), "",
    ]  # fmt: skip
    if others := _others(document):
        lines += [f"## {document['reference']} against the others", ""]
        lines += [tally_title(document) + ":", ""]
        header = ("other", *(METRICS[name].title for name in HEADLINE))
        lines += _table(header, [(other, *(tally_text(document, other, name) for name in HEADLINE)) for other in others])
    for scenarios, beta in blocks(document):
        lines += [f"## {block_title(scenarios, beta)}", ""]
        lines += _table(
            ("creditor", *(metric.title for metric in METRICS.values())),
            [
                (row["creditor"], *(value_text(name, row["metrics"][name]["mean"]) for name in METRICS))
                for row in select(document["rows"], scenarios=scenarios, beta=beta)
            ],
        )
        if differences := select(document["differences"], scenarios=scenarios, beta=beta):
            lines += [f"{document['reference']} minus the other, with 95 % intervals; * where p < {LEVEL} after Holm:", ""]
            lines += _table(
                ("other", *(METRICS[name].title for name in HEADLINE)),
                [(row["creditor"], *(difference_text(name, row["metrics"][name]) for name in HEADLINE)) for row in differences],
            )
        lines += ["Captured, persona by persona:", "", *_personas(document, scenarios, beta, "captured")]
        if names := manipulated(document, scenarios, beta):
            lines += ["Share won by tactic alone:", "", *_personas(document, scenarios, beta, "manipulation", names)]
    return "\n".join(lines)


def run_line(document: _Document) -> str:
    """What was run, where, and how fast."""
    run = document["run"]
    seeds = ", ".join(map(str, document["seeds"]))
    return (
        f"{document['negotiations']:,} negotiations ({document['count']:,} a cell and seed, seeds {seeds}), "
        f"fidelity {run['fidelity']}, code {document['code_version']}, {run['date']}. {run['machine']}; "
        f"{run['negotiations_per_second']:,.0f} negotiations a second in one process; {run['computed']} chunks computed in "
        f"{run['seconds']:.1f} s ({run['where']}), {run['reused']} taken from before."
    )


def assumption_lines(document: _Document) -> list[str]:
    """One line an assumption."""
    return [f"{one['name']}: {shown(one['value'])} ({one['source']})" for one in document["assumptions"]]


def blocks(document: _Document) -> list[tuple[str, float]]:
    """(scenarios, beta) in the order of the experiment."""
    return [(scenarios, beta) for scenarios in document["scenarios"] for beta in document["betas"]]


def block_title(scenarios: str, beta: float) -> str:
    """Heading of a block."""
    return f"{scenarios} scenarios, beta {beta:g}"


def value_text(metric: str, value: float | None) -> str:
    """A mean with as many digits as say something."""
    if value is None:
        return _NOTHING
    if METRICS[metric].unit == "share":
        return f"{round(100 * value, 1) + 0.0:.1f} %"  # adding 0.0 makes -0.0 a plain zero
    return f"{value:.3f}" if METRICS[metric].unit == "" else f"{value:.2f}" if abs(value) < 100 else f"{value:.0f}"


def interval_text(metric: str, one: Mapping[str, Any], *, signed: bool = False) -> str:
    """A mean and its interval; with `signed` a difference, in percentage points where the metric is a share."""
    if one["mean"] is None:
        return _NOTHING
    scale, digits = (100.0, 1) if METRICS[metric].unit == "share" else (1.0, 3 if METRICS[metric].unit == "" else 2)
    mean, low, high = (scale * one[key] for key in ("mean", "low", "high"))
    plus = "+" if signed else ""
    return f"{mean:{plus}.{digits}f} [{low:{plus}.{digits}f}, {high:{plus}.{digits}f}]"


def difference_text(metric: str, one: Mapping[str, Any]) -> str:
    """A difference with its interval, and a star where it is decided."""
    decided = one["p_holm"] is not None and one["p_holm"] < LEVEL
    return interval_text(metric, one, signed=True) + ("*" if decided else "")


def tally_title(document: _Document) -> str:
    """What `tally_text` counts."""
    combinations = len(document["personas"]) * len(document["betas"]) * len(document["scenarios"])
    return (
        f"In how many of {combinations} combinations of persona, beta and scenarios {document['reference']} is better / worse / not told "
        f"apart from the other (p < {LEVEL} after Holm)"
    )


def tally_text(document: _Document, other: str, metric: str) -> str:
    """Where the reference is ahead of a creditor, behind, and neither."""
    return " / ".join(str(count) for count in tally(document, other, metric).values())


def manipulated(document: _Document, scenarios: str, beta: float) -> list[str]:
    """Personas for whom a share won by tactic is known."""
    return [
        persona
        for persona in document["personas"]
        if any(
            row["metrics"]["manipulation"]["n"] for row in select(document["rows"], scenarios=scenarios, beta=beta, persona=persona)
        )
    ]  # fmt: skip


def shown(value: Any) -> str:
    """A declared value for reading."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {shown(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(shown(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _others(document: _Document) -> list[str]:
    return [name for name in document["creditors"] if name != document["reference"]]


def _personas(
    document: _Document, scenarios: str, beta: float, metric: str, personas: Sequence[str] | None = None
) -> list[str]:  # fmt: skip
    names = [ALL, *document["personas"]] if personas is None else list(personas)
    rows = []
    for persona in names:
        found = {row["creditor"]: row for row in select(document["rows"], scenarios=scenarios, beta=beta, persona=persona)}
        rows.append((persona, *(value_text(metric, found[name]["metrics"][metric]["mean"]) for name in document["creditors"])))
    return _table(("persona", *document["creditors"]), rows)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return [f"| {' | '.join(row)} |" for row in (header, ["---"] * len(header), *escaped)] + [""]
