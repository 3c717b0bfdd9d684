"""The language model's benchmark on a tiny run: every figure is there and possible. How fast it is, is not a test's business."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from eqnegotiator.bench.machine import EnergyMeter, read_bandwidth, resident_bytes
from eqnegotiator.bench.peer_shapes import SHAPES
from eqnegotiator.bench.slm import weight_bytes
from eqnegotiator.bench.slm_figures import Workload
from eqnegotiator.models.bundle import Bundle, BundleFile, bundled, load_bundle
from eqnegotiator.models.engine import Engine, EngineOptions
from msgspec.structs import replace

RUN_SECONDS = 60.0


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The last line of one small run."""
    command = [
        sys.executable,
        "-P",
        "-m",
        "eqnegotiator.bench.slm",
        "--sessions",
        "1,3",
        "--threads",
        "1",
        "--repeats",
        "1",
        "--plans",
        "3",
    ]
    done = subprocess.run(command, capture_output=True, timeout=RUN_SECONDS, check=True)
    lines = done.stdout.decode().splitlines()
    assert len(lines) > 12, "a table stands before the JSON document"
    found: dict[str, Any] = json.loads(lines[-1])
    return found


def numbers(value: Any) -> list[float]:
    """Every number in a document, however deep; truth values are none."""
    if isinstance(value, dict):
        return [number for part in value.values() for number in numbers(part)]
    if isinstance(value, list):
        return [number for part in value for number in numbers(part)]
    return [float(value)] if isinstance(value, int | float) and not isinstance(value, bool) else []


def test_every_figure_is_a_positive_number(document: dict[str, Any]) -> None:
    document["first_sentence"].pop("without")
    found = numbers(document)
    assert len(found) > 30
    assert all(math.isfinite(number) and number > 0 for number in found)


def test_the_run_is_the_one_that_was_asked_for(document: dict[str, Any]) -> None:
    assert [row["sessions"] for row in document["throughput"]] == [1, 3]
    assert (document["threads"], document["spin"], document["slots"], document["first_sentence"]["replies"]) == (1, False, 3, 3)
    assert document["bundle"] == load_bundle(bundled("slm"), "slm").manifest.name


def test_figures_agree_with_each_other(document: dict[str, Any]) -> None:
    share = document["weight_bytes_per_token"] * document["throughput"][0]["decode_tokens_per_second"]
    assert document["roofline_share"] == pytest.approx(share / document["read_bandwidth_bytes_per_second"])
    assert all(row["unfairness"] >= 1 for row in document["throughput"])
    assert document["stall"]["worst_gap_seconds"] >= document["stall"]["longest_gap_seconds"]
    assert document["resident_loaded_bytes"] - document["resident_before_bytes"] > document["weight_bytes_per_token"]


@pytest.mark.parametrize("arguments", [["--sessions", "0"], ["--sessions", "1,x"], ["--threads", "0"], ["--fast"]])
def test_arguments_that_cannot_be_are_usage_errors(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "eqnegotiator.bench.slm", *arguments], capture_output=True, timeout=RUN_SECONDS, check=False
    )
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_weights_per_token_are_those_of_the_matrices() -> None:
    bundle = load_bundle(bundled("slm"), "slm")
    shape = SHAPES["bundled"]
    # int8 and one float per block of 32; the graph, the norms and the position table come on top.
    assert shape.parameters * 1.125 < weight_bytes(bundle) < shape.parameters * 1.125 * 1.05


@pytest.mark.parametrize(("embedding", "own"), [("shared", 0), ("own", 1000 * 64 + 1000 * 2 * 4), ("float", 1000 * 64 * 4)])
def test_an_embedding_of_its_own_is_not_read_in_a_step(embedding: str, own: int) -> None:
    bundle = load_bundle(bundled("slm"), "slm")
    said = {"vocabulary": 1000, "hidden": 64, "block": 32, "embedding": embedding}
    files = [BundleFile("model.onnx", "", 9000), BundleFile("model.onnx.data", "", 10**6), BundleFile("tokenizer.json", "", 77)]
    other = Bundle(bundle.folder, replace(bundle.manifest, architecture=said, files=files))
    assert weight_bytes(other) == 1_009_000 - own


@pytest.mark.parametrize("context", [256, 640, 4096])
def test_a_workload_fits_its_context(context: int) -> None:
    work = Workload.within(context, 1, 0.6)
    assert work.shared + 4 * work.own <= context, "prompt, reply and the next turn"
    assert work.prompt + work.reply <= context
    assert work.long < context


def test_bandwidth_and_memory_are_measured() -> None:
    # Slower than a megabyte per second no memory is; faster than 10 TB/s none.
    assert 1e6 < read_bandwidth(2, megabytes=8, passes=2) < 1e13
    before = resident_bytes()
    held = np.ones(32 * 2**20, dtype=np.uint8)
    after = resident_bytes()
    assert before is not None
    assert after is not None
    assert after - before > held.nbytes // 2


def sensor(root: Path, path: str, value: int) -> Path:
    file = root / "sys/class" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{value}\n")
    return file


def test_energy_is_the_difference_of_the_package_counters(tmp_path: Path) -> None:
    package = sensor(tmp_path, "powercap/intel-rapl:0/energy_uj", 5_000_000)
    part = sensor(tmp_path, "powercap/intel-rapl:0:0/energy_uj", 1_000_000)
    meter = EnergyMeter(tmp_path)
    with meter.measured() as joules:
        package.write_text("7500000")
        part.write_text("2000000")
    assert joules == [pytest.approx(2.5)]


def test_a_counter_that_started_again_is_followed(tmp_path: Path) -> None:
    package = sensor(tmp_path, "powercap/intel-rapl:0/energy_uj", 9_000_000)
    sensor(tmp_path, "powercap/intel-rapl:0/max_energy_range_uj", 10_000_000)
    with EnergyMeter(tmp_path).measured() as joules:
        package.write_text("500000")
    assert joules == [pytest.approx(1.5)]


def test_power_sensors_are_added_up_over_time(tmp_path: Path) -> None:
    sensor(tmp_path, "hwmon/hwmon0/power1_input", 3_000_000)
    sensor(tmp_path, "hwmon/hwmon1/power1_input", 2_000_000)
    meter = EnergyMeter(tmp_path)
    with meter.measured() as joules:
        np.ones(2**20).sum()
    assert len(joules) == 1
    assert joules[0] > 0
    assert meter.source.count("power1_input") == 2


def test_a_device_without_sensors_reports_nothing(tmp_path: Path) -> None:
    meter = EnergyMeter(tmp_path)
    with meter.measured() as joules:
        pass
    assert (joules, meter.source) == ([], "")


def test_the_bundled_shape_is_the_bundled_model() -> None:
    said = load_bundle(bundled("slm"), "slm").manifest.architecture
    shape = SHAPES["bundled"]
    ours = {key: said[key] for key in ("type", "layers", "hidden", "heads", "kv_heads", "vocabulary", "context", "bits")}
    assert {key: getattr(shape, key) for key in ours} == ours
    engine = Engine.from_file(bundled("slm") / "model.onnx", EngineOptions())
    assert (engine.vocabulary, engine.max_length) == (shape.vocabulary, shape.context)
