from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from eqnegotiator.bench.arena import __main__ as arena
from eqnegotiator.bench.arena.cell import ENDINGS, UnknownNameError, known
from eqnegotiator.bench.arena.charts import Estimate, Point, forest, mark, scatter
from eqnegotiator.bench.arena.findings import ALL, HEADLINE, findings, select, tally
from eqnegotiator.bench.arena.metrics import METRICS, metric_values
from eqnegotiator.bench.arena.page import page
from eqnegotiator.bench.arena.plan import Experiment, cells
from eqnegotiator.bench.arena.report import interval_text, markdown, run_line, text, value_text
from eqnegotiator.bench.arena.run import run, simulator_version
from eqnegotiator.bench.arena.run_folder import RunFolder
from eqnegotiator.edge.__main__ import main as eqneg

CREDITORS = ("paper", "eq", "published")
EXPERIMENT = Experiment(
    cells(CREDITORS, ("sad", "cheating"), ("stuck", "random"), (-0.5, 0.0), ("crad", "generated")), (0, 1), 120
)  # fmt: skip
ASSUMPTIONS = [("patience | of <people>", 0.25, "a & b"), ("betas", (-0.5, 0.0), "declared")]
RUN = {
    "date": "2026-11-23", "machine": "a machine", "fidelity": "numeric", "where": "one process", "negotiations_per_second": 1234.5,
    "computed": 3, "reused": 1, "damaged": 0, "seconds": 2.5,
}  # fmt: skip
VOID = {"meta", "link", "br", "img", "input", "hr"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    found = RunFolder(tmp_path_factory.mktemp("run"), simulator_version("arena_fake"))
    run(EXPERIMENT, "arena_fake", found, None, 1, lambda negotiations: None)
    return found


@pytest.fixture(scope="module")
def document(folder: RunFolder) -> dict[str, Any]:
    return findings(EXPERIMENT, folder, ASSUMPTIONS) | {"run": RUN}


# --- findings


def test_the_document_is_json_without_nan(document: dict[str, Any]) -> None:
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["negotiations"] == 48 * 2 * 120
    assert document["reference"] == "eq"
    assert document["assumptions"][1] == {"name": "betas", "value": [-0.5, 0.0], "source": "declared"}


def test_means_and_differences_are_those_of_the_records(document: dict[str, Any], folder: RunFolder) -> None:
    def captured(creditor: str, persona: str) -> np.ndarray[Any, Any]:
        values = [
            metric_values(folder.records(cell, EXPERIMENT.seeds, EXPERIMENT.count))[:, list(METRICS).index("captured")]
            for cell in EXPERIMENT.cells
            if (cell.creditor, cell.persona, cell.beta, cell.scenarios) == (creditor, persona, 0.0, "crad")
        ]
        return np.concatenate(values)

    (row,) = select(document["rows"], creditor="paper", persona="sad", beta=0.0, scenarios="crad")
    assert row["metrics"]["captured"]["mean"] == pytest.approx(captured("paper", "sad").mean(), rel=1e-5)
    assert row["metrics"]["captured"]["n"] == 2 * 2 * 120
    (row,) = select(document["differences"], creditor="paper", persona="sad", beta=0.0, scenarios="crad")
    one = row["metrics"]["captured"]
    assert one["mean"] == pytest.approx((captured("eq", "sad") - captured("paper", "sad")).mean(), rel=1e-5)
    assert one["low"] < one["mean"] < one["high"]
    assert one["p"] <= one["p_holm"]


def test_everything_is_pooled_once(document: dict[str, Any]) -> None:
    blocks = 2 * 2
    assert len(document["rows"]) == len(CREDITORS) * blocks * (2 + 2 + 1)
    assert len(document["differences"]) == (len(CREDITORS) - 1) * blocks * (2 + 2 + 1)
    (everyone,) = select(document["rows"], creditor="eq", beta=0.0, scenarios="crad")
    assert everyone["metrics"]["success"]["n"] == 2 * 2 * 2 * 120
    assert math.fsum(everyone["endings"].values()) == pytest.approx(1.0, abs=1e-5)
    assert everyone["endings"]["agreed"] == pytest.approx(everyone["metrics"]["success"]["mean"], abs=1e-5)


def test_holm_is_over_all_comparisons_of_a_metric(document: dict[str, Any]) -> None:
    found = sorted((row["metrics"]["captured"]["p"], row["metrics"]["captured"]["p_holm"]) for row in document["differences"])
    expected, highest = [], 0.0
    for rank, (p, _) in enumerate(found):
        highest = max(highest, min(1.0, p * (len(found) - rank)))
        expected.append(highest)
    assert [p_holm for _, p_holm in found] == pytest.approx(expected, rel=1e-4, abs=1e-12)


def test_a_tally_counts_each_comparison_once_and_knows_what_is_better(document: dict[str, Any]) -> None:
    assert sum(tally(document, "published", "captured").values()) == 2 * 2 * 2
    one = {"mean": 2.0, "p_holm": 0.01}
    row = {"creditor": "x", "persona": "sad", "pattern": ALL, "metrics": {"captured": one, "days": one, "welfare": one | {"p_holm": None}}}
    small = {"differences": [row, row | {"persona": ALL}]}
    assert tally(small, "x", "captured") == {"better": 1, "worse": 0, "undecided": 0}
    assert tally(small, "x", "days") == {"better": 0, "worse": 1, "undecided": 0}
    assert tally(small, "x", "welfare") == {"better": 0, "worse": 0, "undecided": 1}


def test_the_reference_is_the_first_where_eq_did_not_play(folder: RunFolder) -> None:
    alone = Experiment(tuple(cell for cell in EXPERIMENT.cells if cell.creditor == "published"), (0,), 120)
    found = findings(alone, folder, [])
    assert (found["reference"], found["differences"]) == ("published", [])
    rendered = page(found | {"run": RUN})
    assert "against the others" not in rendered
    assert "In how many" not in markdown(found | {"run": RUN})
    assert text(found | {"run": RUN}).count("published") >= 4


# --- text


def test_values_and_intervals_have_as_many_digits_as_say_something() -> None:
    assert [value_text("success", 0.8766), value_text("days", 12.34), value_text("days", 123.4), value_text("welfare", 0.1234)] == [
        "87.7 %", "12.34", "123", "0.123",
    ]  # fmt: skip
    assert value_text("days", None) == "none"
    assert value_text("manipulation", -0.0004) == "0.0 %"
    one = {"mean": 0.0123, "low": -0.004, "high": 0.03}
    assert interval_text("captured", one, signed=True) == "+1.2 [-0.4, +3.0]"
    assert interval_text("welfare", one) == "0.012 [-0.004, 0.030]"
    assert interval_text("captured", dict.fromkeys(one)) == "none"


def test_the_table_names_every_creditor_assumption_and_metric(document: dict[str, Any]) -> None:
    found = text(document)
    assert "patience | of <people>: 0.25 (a & b)" in found
    assert found.index("Assumed, not measured") < found.index("crad scenarios, beta -0.5")
    for metric in METRICS.values():
        assert metric.title in found
    assert all(len(re.findall(rf"^{creditor} ", found, re.MULTILINE)) >= 4 for creditor in CREDITORS)
    assert "In how many of 8 combinations of persona, beta and scenarios eq is better / worse" in found
    counts = tally(document, "paper", "captured").values()
    assert re.search(rf"^paper +{' / '.join(map(str, counts))} ", found.split("In how many")[1], re.MULTILINE)
    assert "1,234 negotiations a second" in run_line(document) or "1,235 negotiations a second" in run_line(document)


def test_markdown_tables_are_whole(document: dict[str, Any]) -> None:
    found = markdown(document)
    assert "patience \\| of <people>" in found
    tables = re.findall(r"(?:^\|.*\|\n)+", found, re.MULTILINE)
    assert len(tables) == 2 + 4 * 4
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1, table
    assert found.index("## What is assumed") < found.index("## crad scenarios")


# --- the page


class Checker(HTMLParser):
    """Every element closed in order; the links and sources seen."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.references: list[str] = []
        self.tags: set[str] = set()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.references += [value or "" for name, value in attrs if name in ("href", "src", "srcset", "action", "xlink:href", "data")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, (tag, self.open)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_is_well_formed_and_needs_nothing_from_outside(document: dict[str, Any]) -> None:
    rendered = page(document)
    checker = Checker()
    checker.feed(rendered)
    checker.close()
    assert checker.open == []
    assert checker.references == []
    assert not checker.tags & {"script", "link", "img", "iframe", "object", "embed"}
    assert not re.search(r"https?:|//[a-z]|url\(|@import", rendered)
    said = " ".join(checker.words)
    assert "patience | of <people>" in said
    assert "prefers-color-scheme:dark" in rendered
    assert "@media print" in rendered
    assert "width=device-width" in rendered


def test_the_page_shows_assumptions_first_and_every_persona_at_every_beta(document: dict[str, Any]) -> None:
    rendered = page(document)
    places = [rendered.index(title) for title in (
        "What is assumed", "eq against the others", "How to read it", "Range share against success", "Differences on the same seeds",
        "<h2>crad scenarios, beta -0.5</h2>", "<h2>generated scenarios, beta 0</h2>",
    )]  # fmt: skip
    assert places == sorted(places)
    sections = rendered.split("<section class='block'>")[1:]
    assert len(sections) == 4
    for section in sections:
        assert section.count("<th scope='row'>sad</th>") == 5
        assert section.count("<th scope='row'>cheating</th>") == 6, "manipulation is known for the cheating only"
        assert "share won by tactic alone" in section
        assert all(name in section for name in ENDINGS)
    assert rendered.count("<svg viewBox='0 0 12 12'") + rendered.count("<svg class='swatch'") == 2
    assert len(re.findall(r"<figure>", rendered)) == 4 + 2 * len(HEADLINE) + 2 * 2


def test_the_best_of_a_row_is_bold_and_deepest(document: dict[str, Any]) -> None:
    section = page(document).split("captured, persona by persona")[1].split("</table>")[0]
    for row in re.findall(r"<tr><th scope='row'>.*?</tr>", section):
        found = re.findall(r"<td class='n heat( best)?' style='--depth:([\d.]+)' title='[^']*'>([\d.]+)</td>", row)
        assert len(found) == len(CREDITORS)
        best = max(found, key=lambda cell: float(cell[2]))
        assert best[0] == " best"
        assert float(best[1]) == max(float(cell[1]) for cell in found)


# --- pictures


def elements(drawing: str, kind: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(drawing).iter(kind))


def test_a_forest_keeps_the_order_of_its_values() -> None:
    rows = [
        ("one & only", [Estimate(0, 0.02, 0.01, 0.04, True, "a"), Estimate(1, -0.01, -0.03, 0.01, False, "b")]),
        ("two", [Estimate(0, 0.0, 0.0, 0.0, False, "c")]),
    ]
    drawing = forest("title <1>", "axis", rows, percent=True)
    bars = [line for line in elements(drawing, "line") if line.get("class") is None]
    assert [float(bar.get("x1", "")) < float(bar.get("x2", "")) for bar in bars] == [True, True, False]
    (zero,) = (line for line in elements(drawing, "line") if line.get("class") == "zero")
    centres = [float(circle.get("cx", "")) for circle in elements(drawing, "circle")]
    assert centres[0] > float(zero.get("x1", "")) == pytest.approx(centres[1])
    assert [circle.get("class") for circle in elements(drawing, "circle")] == ["m0", "m0 open"]
    words = [one.text for one in elements(drawing, "text")]
    assert {"one & only", "two", "0"} <= set(words)
    assert all(0 <= float(bar.get(end, "")) <= 340 for bar in bars for end in ("x1", "x2"))


def test_dots_lie_on_one_another_and_their_numbers_do_not() -> None:
    points = [Point(number, 0.8, 0.3, number == 1, "x") for number in range(1, 6)] + [Point(6, 0.9, 0.2, False, "y")]
    drawing = scatter("title", "x", "y", points, points)
    plates = [circle for circle in elements(drawing, "circle") if circle.get("class") == "plate"]
    places = [(float(plate.get("cx", "")), float(plate.get("cy", ""))) for plate in plates]
    assert len(places) == 6
    assert min(math.dist(one, other) for place, one in enumerate(places) for other in places[:place]) > 14
    assert all(0 < x < 340 and 0 < y < 260 for x, y in places)
    dots = [circle for circle in elements(drawing, "circle") if circle.get("class") is None]
    assert float(dots[5].get("cx", "")) > float(dots[0].get("cx", ""))
    assert float(dots[5].get("cy", "")) > float(dots[0].get("cy", ""))


def test_nothing_to_draw_is_an_empty_picture_and_marks_tell_sixteen_series_apart() -> None:
    assert elements(scatter("title", "x", "y", [], []), "circle") == []
    assert elements(forest("title", "x", [("a", [])], percent=False), "circle") == []
    assert len({mark(series, 0, 0) for series in range(16)}) == 16


# --- the command


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arena, "_SIMULATORS", {"numeric": "arena_fake"})


SMALL = ["--creditors", "eq,paper", "--personas", "sad", "--patterns", "stuck", "--betas=-0.5,0", "--scenarios", "crad", "--count", "20"]


@pytest.mark.usefixtures("fake")
def test_a_small_run_writes_everything_and_ends_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {name: tmp_path / f"report.{name}" for name in ("html", "report")}
    arguments = [*SMALL, "--jobs", "1", "--run", str(tmp_path / "run"), *(f"--{name}={path}" for name, path in files.items()), "--json"]
    assert arena.main(arguments) == 0
    printed = capsys.readouterr().out.splitlines()
    found = json.loads(printed[-1])
    assert (found["run"]["computed"], found["run"]["reused"], found["run"]["fidelity"]) == (4, 0, "arena_fake")
    assert found["betas"] == [-0.5, 0.0]
    assert "crad scenarios, beta -0.5" in printed
    assert files["html"].read_text().startswith("<!DOCTYPE html>")
    assert files["report"].read_text().startswith("# Arena\n")
    assert arena.main([*arguments, "--seed", "0,1"]) == 0
    again = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (again["run"]["computed"], again["run"]["reused"]) == (4, 4)


@pytest.mark.usefixtures("fake")
def test_without_a_folder_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(arena.tempfile, "tempdir", str(tmp_path))
    assert arena.main([*SMALL, "--jobs", "1"]) == 0
    assert list(tmp_path.iterdir()) == []
    assert "In how many of 2 combinations" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--creditors", "eq,bulware"], "--creditors: 'bulware' is unknown; did you mean 'boulware'?"),
        (["--personas", "angy"], "did you mean 'angry'?"),
        (["--patterns", "stack"], "did you mean 'stuck'?"),
        (["--scenarios", "cred"], "did you mean 'crad'?"),
        (["--betas", "much"], "--betas: 'much' is not a number"),
        (["--betas", "nan"], "--betas: 'nan' is not a number"),
        (["--seed=-1"], "--seed: -1 is negative"),
        (["--count", "0"], "'0' is not a number from 1 on"),
        (["--jobs", "2", "--cluster", "2"], "--jobs and --cluster: choose one"),
        (["--creditors", "model"], "'model' is unknown"),
        (["--html", "/nowhere/page.html"], "there is no folder /nowhere"),
    ],
)
def test_usage_errors_name_the_way_out(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        arena.main(arguments)
    assert caught.value.code == 2
    assert said in " ".join(capsys.readouterr().err.split())


@pytest.mark.usefixtures("fake")
def test_a_stop_says_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stopped(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(arena, "run", stopped)
    assert arena.main([*SMALL, "--jobs", "1", "--run", str(tmp_path)]) == 1
    assert f"what is done lies in {tmp_path}; the same command goes on" in capsys.readouterr().err


@pytest.mark.usefixtures("fake")
def test_a_missing_library_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    assert arena.main([*SMALL, "--cluster", "2"]) == 1
    assert "distributed: not installed; pip install 'eqnegotiator[bench]'" in capsys.readouterr().err


def test_eqneg_arena_starts_the_program(capfd: pytest.CaptureFixture[str]) -> None:
    assert eqneg(["arena", "--creditors", "eqq", "--count", "5", "--json"]) == 2
    assert "--creditors: 'eqq' is unknown; did you mean 'eq'?" in capfd.readouterr().err


def test_a_known_name_is_itself() -> None:
    assert known("tone", "eq", ["eq", "wsls"]) == "eq"
    with pytest.raises(UnknownNameError) as caught:
        known("tone", "WSLZ", ["eq", "wsls"])
    assert caught.value.nearest == "wsls"
