"""The figures as text and as JSON. Knows no file and no encoder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from ...edge.proposal import Proposal
from ...models.train.utterance_bank import Utterance
from .figures import Calibration, HeadFigures, Safety, calibration, head_figures, safety
from .heads import Heads
from .latency import Latency
from .proposals import KINDS, ProposalFigures

__all__ = ["latency_table", "proposal_document", "proposal_table", "quality_document", "quality_table"]

_DIGITS: Final = 4


def quality_document(utterances: Sequence[Utterance], heads: Heads) -> dict[str, Any]:
    """`emotion`, `intent`, `tactic` and `safety`, ready for JSON."""
    document: dict[str, Any] = {name: _head(head_figures(getattr(heads, name))) for name in ("emotion", "intent", "tactic")}
    document["emotion"] |= _calibration(calibration(heads.emotion))
    document["safety"] = _safety(utterances, heads, safety(heads.signals))
    return document


def quality_table(document: dict[str, Any]) -> str:
    """`quality_document` for reading."""
    lines = []
    for name in ("emotion", "intent", "tactic"):
        head = document[name]
        errors = head.get("expected_calibration_errors")
        lines += ["", f"{name:30}{'precision':>10}{'recall':>8}{'F1':>8}{'rows':>6}" + f"{'ECE':>8}" * (errors is not None)]
        for label, figures in head["classes"].items():
            row = f"{label:30}{figures['precision']:10.3f}{figures['recall']:8.3f}{figures['f1']:8.3f}{figures['support']:6}"
            lines.append(row + (f"{errors[label]:8.3f}" if errors is not None else ""))
        pooled = "" if errors is None else f"{'':6}{head['expected_calibration_error']:8.3f}"
        lines.append(f"{'macro':30}{'':18}{head['macro_f1']:8.3f}{pooled}")
    found = document["safety"]
    lines += ["", f"{'safety signal':30}{'recall':>8}{'missed':>8}{'rows':>6}{'false alarms':>14}"]
    for name, figures in found["signals"].items():
        missed = sum(miss["signal"] == name for miss in found["missed"])
        lines.append(f"{name:30}{figures['recall']:8.3f}{missed:8}{figures['support']:6}{figures['false_alarm_rate']:14.2%}")
    calm = f"any, of {found['calm_rows']} rows without"
    lines.append(f"{calm:30}{'':22}{found['false_alarm_rate']:14.2%}")
    lines += [f"missed {miss['signal']}: {_said(miss)}" for miss in found["missed"]]
    lines += [f"false alarm: {_said(alarm)}" for alarm in found["false_alarms"]]
    return "\n".join(lines)


def proposal_document(figures: ProposalFigures) -> dict[str, Any]:
    """Ready for JSON."""
    misses = [
        {"kind": miss.kind, "text": miss.text, "due": msgspec.to_builtins(miss.due), "heard": msgspec.to_builtins(miss.heard)}
        for miss in figures.misses
    ]
    share = round(figures.exact / figures.lines, _DIGITS)
    return {**figures._asdict(), "exact_share": share, "misses": misses}


def proposal_table(figures: ProposalFigures) -> str:
    """For reading, one line a miss."""
    share = f"{figures.exact / figures.lines:.1%}"
    lines = ["", f"proposals: {figures.exact} of {figures.lines} exact ({share}); {figures.ambiguous} lines call for a question"]
    lines += [f"{figures.kinds[kind]:6} {kind}: {text}" for kind, text in KINDS.items()]
    lines += [f"{miss.kind}: {miss.text!r}\n    due {_shown(miss.due)}\n    heard {_shown(miss.heard)}" for miss in figures.misses]
    return "\n".join(lines)


def latency_table(threads: int, found: Mapping[str, Latency]) -> str:
    """For reading, one line a subject."""
    return "\n".join(f"{name:14}{threads:8}{one.median_ms:12.3f}{one.p95_ms:10.3f}" for name, one in found.items())


def _head(figures: HeadFigures) -> dict[str, Any]:
    classes = {name: {field: round(value, _DIGITS) for field, value in one._asdict().items()} for name, one in figures.classes.items()}
    return {"macro_f1": round(figures.macro_f1, _DIGITS), "classes": classes}


def _calibration(errors: Calibration) -> dict[str, Any]:
    labels = {name: round(error, _DIGITS) for name, error in errors.labels.items()}
    return {"expected_calibration_error": round(errors.pooled, _DIGITS), "expected_calibration_errors": labels}


def _safety(utterances: Sequence[Utterance], heads: Heads, found: Safety) -> dict[str, Any]:
    names = heads.signals.names

    def line(row: int) -> dict[str, Any]:
        heard = [name for name, said in zip(names, heads.signals.said[row], strict=True) if said]
        context = [f"{turn.speaker}: {turn.text}" for turn in utterances[row].context]
        return {"text": utterances[row].text, "context": context, "heard": heard}

    return {
        "signals": {
            name: {
                "recall": round(one.recall, _DIGITS),
                "false_alarm_rate": round(one.false_alarm_rate, _DIGITS),
                "support": one.support,
            }
            for name, one in found.signals.items()
        },
        "calm_rows": found.calm_rows,
        "false_alarm_rate": round(len(found.false_alarms) / max(1, found.calm_rows), _DIGITS),
        "missed": [
            {"signal": name, "probability": round(float(heads.signals.probability[row, names.index(name)]), _DIGITS), **line(row)}
            for name, one in found.signals.items()
            for row in one.missed
        ],
        "false_alarms": [line(row) for row in found.false_alarms],
    }


def _said(line: dict[str, Any]) -> str:
    before = "".join(f"[{turn}] " for turn in line["context"])
    return f"{before}{line['text']!r}, heard {', '.join(line['heard']) or 'no signal'}"


def _shown(proposal: Proposal | None) -> str:
    if proposal is None:
        return "none"
    fields = msgspec.structs.asdict(proposal)
    return ", ".join(f"{field} {value}" for field, value in fields.items() if value not in (None, False)) or "empty"
