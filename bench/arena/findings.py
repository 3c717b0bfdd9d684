"""An experiment's records as one document, ready for JSON: means, differences on the same seeds, what is assumed.

Everything that is shown, on the terminal, as a page or as text, is made from this document alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from .cell import ENDINGS, Cell
from .metrics import METRICS, Floats, metric_values
from .plan import Experiment
from .run_folder import RunFolder
from .significance import holm
from .statistics import GROUPS, RESAMPLES, Grouped, Interval, grouped, intervals, paired, pooled

__all__ = ["ALL", "HEADLINE", "LEVEL", "METHOD", "findings", "select", "tally"]

ALL: Final = "all"
"""In place of a persona or pattern: pooled over all of them."""
HEADLINE: Final = ("captured", "success", "recovery", "welfare")
"""Metrics that exist for every negotiation, so that differences mean the same for all creditors."""
LEVEL: Final = 0.05
_DIGITS: Final = 6
_BOOTSTRAP_SEED: Final = 0
METHOD: Final = (
    f"Intervals are 95 %: bias-corrected and accelerated bootstrap, {RESAMPLES:,} draws of up to {GROUPS} groups of negotiations. "
    "Differences are taken negotiation by negotiation on the same scenario, debtor and luck. p-values are of Student's t over the groups, "
    "corrected by Holm within each metric over all comparisons of this report. A metric counts the negotiations where it exists; in a "
    "difference it must exist for both."
)
_Key = tuple[str, float, str, str, str]


def findings(experiment: Experiment, folder: RunFolder, assumptions: Sequence[tuple[str, Any, str]]) -> dict[str, Any]:
    """The document, without what only the caller knows (the machine, the time taken).

    Differences are the reference creditor minus each other one; the reference is `eq`, or the first creditor where that was not played.

    Raises:
        MissingChunkError: the experiment was not run to its end.
        RecordError: a file was damaged since.
    """
    creditors = list(dict.fromkeys(cell.creditor for cell in experiment.cells))
    reference = "eq" if "eq" in creditors else creditors[0]
    rows: dict[_Key, Grouped] = {}
    differences: dict[_Key, Grouped] = {}
    endings: dict[_Key, Floats] = {}
    for debtor in dict.fromkeys(cell._replace(creditor="") for cell in experiment.cells):
        ours: Floats | None = None
        for creditor in (reference, *(name for name in creditors if name != reference)):
            cell = debtor._replace(creditor=creditor)
            records = folder.records(cell, experiment.seeds, experiment.count)
            values = metric_values(records)
            _add(rows, _keys(cell), grouped(values))
            overall = _key(cell, ALL, ALL)
            counts = np.bincount(records["ending"].astype(np.int64), minlength=len(ENDINGS)).astype(np.float64)
            endings[overall] = endings.get(overall, np.zeros(len(ENDINGS))) + counts
            if ours is None:
                ours = values
            else:
                _add(differences, _keys(cell), paired(ours, values))
    found = [intervals(one, seed=_BOOTSTRAP_SEED) for one in differences.values()]
    adjusted = np.column_stack([holm(p) for p in np.array([one.p for one in found]).T]) if found else np.empty((0, len(METRICS)))
    return {
        "reference": reference,
        "creditors": creditors,
        "personas": list(dict.fromkeys(cell.persona for cell in experiment.cells)),
        "patterns": list(dict.fromkeys(cell.pattern for cell in experiment.cells)),
        "betas": list(dict.fromkeys(cell.beta for cell in experiment.cells)),
        "scenarios": list(dict.fromkeys(cell.scenarios for cell in experiment.cells)),
        "seeds": list(experiment.seeds),
        "count": experiment.count,
        "negotiations": len(experiment.cells) * len(experiment.seeds) * experiment.count,
        "code_version": folder.version,
        "method": METHOD,
        "metrics": {name: metric._asdict() for name, metric in METRICS.items()},
        "assumptions": [{"name": name, "value": _plain(value), "source": source} for name, value, source in assumptions],
        "rows": [
            _row(row, _columns(intervals(rows[row], seed=_BOOTSTRAP_SEED)))
            | ({"endings": _parts(endings[row])} if row in endings else {})
            for row in rows
        ],
        "differences": [_row(row, _columns(one, p)) for row, one, p in zip(differences, found, adjusted, strict=True)],
    }


def select(rows: Sequence[dict[str, Any]], **wanted: object) -> list[dict[str, Any]]:
    """The rows with these values, in their order; `persona` and `pattern` are `ALL` unless named."""
    wanted = {"persona": ALL, "pattern": ALL, **wanted}
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def tally(document: Mapping[str, Any], creditor: str, metric: str) -> dict[str, int]:
    """How the reference fares against a creditor, over personas, betas and scenarios: `better`, `worse`, `undecided` after correction."""
    counts = {"better": 0, "worse": 0, "undecided": 0}
    for row in document["differences"]:
        if row["creditor"] == creditor and row["persona"] != ALL and row["pattern"] == ALL:
            one = row["metrics"][metric]
            decided = one["p_holm"] is not None and one["p_holm"] < LEVEL
            counts[("better" if one["mean"] * METRICS[metric].better > 0 else "worse") if decided else "undecided"] += 1
    return counts


def _key(cell: Cell, persona: str, pattern: str) -> _Key:
    return cell.scenarios, cell.beta, persona, pattern, cell.creditor


def _keys(cell: Cell) -> list[_Key]:
    """What a cell is pooled into."""
    return [_key(cell, cell.persona, ALL), _key(cell, ALL, cell.pattern), _key(cell, ALL, ALL)]


def _add(sums: dict[_Key, Grouped], keys: Sequence[_Key], part: Grouped) -> None:
    for key in keys:
        sums[key] = pooled([sums[key], part]) if key in sums else part


def _row(key: _Key, metrics: dict[str, Any]) -> dict[str, Any]:
    return dict(zip(("scenarios", "beta", "persona", "pattern", "creditor"), key, strict=True)) | {"metrics": metrics}


def _columns(found: Interval, p_holm: Floats | None = None) -> dict[str, dict[str, Any]]:
    columns = {}
    for place, name in enumerate(METRICS):
        column = {"mean": found.mean[place], "low": found.low[place], "high": found.high[place]}
        if p_holm is not None:
            column |= {"p": found.p[place], "p_holm": p_holm[place]}
        columns[name] = {key: _number(value) for key, value in column.items()} | {"n": int(found.number[place])}
    return columns


def _parts(counts: Floats) -> dict[str, float]:
    return {name: round(float(part), _DIGITS) for name, part in zip(ENDINGS, counts / counts.sum(), strict=True)}


def _number(value: float) -> float | None:
    """JSON has no nan. p-values keep their leading digits."""
    return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None


def _plain(value: Any) -> Any:
    """A value of any declared kind, for JSON: arrays and tuples become lists, what is unknown becomes text."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
