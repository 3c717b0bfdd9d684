"""The same model and bits in our engine, llama.cpp and onnxruntime-genai: `python -m eqnegotiator.bench.slm_peers --work DIR`

Needs the extras `export` and `bench`. Builds everything into the work folder first (random weights, 4 GB and some minutes for the 0.5B
shape), then measures the engines in turn, each time in a process of its own, so that a slow spell of the machine hits all of them.
The limit of decoding is memory: bytes of weights per token over read bandwidth; of prefilling, integer arithmetic.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any, Final

import msgspec
import numpy as np

from .machine import machine, read_bandwidth
from .peer_models import ENGINES, BuildError, build, clean_environment
from .peer_run import Job, Times
from .peer_shapes import SHAPES, Shape

__all__ = ["main"]

_PACKAGES: Final = {"ours": "onnxruntime", "llama.cpp": "llama-cpp-python", "genai": "onnxruntime-genai"}
_COLUMNS: Final = ("load_seconds", "prefill_tokens_per_second", "decode_tokens_per_second")


def measure(shape: Shape, work: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Figures of every engine for one shape, ratios of ours to each peer, and how alike their logits are."""
    models, skipped = {}, {}
    engines = _engines(arguments.blocks)
    ours = [engine for engine in engines if engine not in ENGINES[1:]]
    for engine in engines:
        try:
            models[engine] = build(shape, engine, work, _tell)
        except BuildError as error:
            skipped[engine] = str(error)
    times: dict[str, list[Times]] = {}
    with tempfile.TemporaryDirectory() as name:
        logits = {engine: str(Path(name) / f"{number}.npy") for number, engine in enumerate(models)}
        for repeat in range(arguments.repeats):
            order = [*models, "ours scheduled"]
            for engine in order[repeat % len(order) :] + order[: repeat % len(order)]:
                path = models[engine.removesuffix(" scheduled")]
                times.setdefault(engine, []).append(_run(shape, engine, path, logits.get(engine), arguments))
        alike = {engine: _correlation(logits["ours"], logits[engine]) for engine in models if engine not in ours}
    medians = {engine: _medians(runs) for engine, runs in times.items()}
    return {
        "shape": shape.name, "bits": shape.bits, "parameters": shape.parameters, "skipped": skipped, "engines": medians,
        "ours_to_peer": {
            f"{own} / {peer}": {key: _ratio(times[own], times[peer], key) for key in _COLUMNS} for own in ours for peer in alike
        },
        "logits_correlation_with_ours": alike,
    }  # fmt: skip


def _engines(blocks: Sequence[int]) -> list[str]:
    return ["ours", *(f"ours/{block}" for block in blocks), *ENGINES[1:]]


def _run(shape: Shape, engine: str, path: Path, logits: str | None, arguments: argparse.Namespace) -> Times:
    job = Job(
        engine=engine.partition("/")[0], path=str(path), threads=arguments.threads, spin=not arguments.no_spin, context=shape.context,
        vocabulary=shape.vocabulary, prompt_tokens=arguments.prompt, reply_tokens=arguments.reply, rounds=arguments.rounds, logits=logits,
    )  # fmt: skip
    command = [sys.executable, "-P", "-m", "eqnegotiator.bench.peer_run"]
    done = subprocess.run(command, input=msgspec.json.encode(job), stdout=subprocess.PIPE, env=clean_environment(), check=True)
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Times)


def _medians(runs: list[Times]) -> dict[str, float | None]:
    resident = [run.resident_bytes for run in runs if run.resident_bytes is not None]
    return {key: median(getattr(run, key) for run in runs) for key in _COLUMNS} | {"resident_bytes": median(resident) if resident else None}


def _ratio(ours: list[Times], peer: list[Times], key: str) -> float:
    """Median of the ratios of runs that were made one after the other."""
    ratios: list[float] = [getattr(own, key) / getattr(theirs, key) for own, theirs in zip(ours, peer, strict=True)]
    return median(ratios)


def _correlation(ours: str, theirs: str) -> float:
    return float(np.corrcoef(np.load(ours), np.load(theirs))[0, 1])


def _print(result: dict[str, Any]) -> None:
    print(f"\n{result['shape']}: {result['parameters'] / 1e6:.1f} M parameters, {result['bits']} bits")
    print(f"{'':16}{'load s':>10}{'prefill t/s':>13}{'decode t/s':>12}{'MiB':>8}")
    for engine, figures in result["engines"].items():
        resident = "" if figures["resident_bytes"] is None else f"{figures['resident_bytes'] / 2**20:.0f}"
        cells = (figures[key] for key in _COLUMNS)
        print(f"{engine:16}{next(cells):10.2f}{next(cells):13.1f}{next(cells):12.1f}{resident:>8}")
    for pair, ratios in result["ours_to_peer"].items():
        print(f"{pair}: prefill {ratios['prefill_tokens_per_second']:.2f}, decode {ratios['decode_tokens_per_second']:.2f}")
    for peer, alike in result["logits_correlation_with_ours"].items():
        print(f"correlation of the logits, ours and {peer}: {alike:.4f}")
    for engine, why in result["skipped"].items():
        print(f"{engine}: not measured: {why}")


def _versions() -> dict[str, str]:
    found = {}
    for engine, package in _PACKAGES.items():
        try:
            found[engine] = f"{package} {version(package)}"
        except PackageNotFoundError:
            found[engine] = f"{package} is not installed; pip install 'eqnegotiator[bench]'"
    return found


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, metavar="DIR", help="folder for the models; what is there is not built again")
    parser.add_argument("--shapes", default=",".join(SHAPES), metavar="NAMES", help=f"default {','.join(SHAPES)}")
    parser.add_argument("--threads", type=int, default=2, help="of every engine (default 2)")
    parser.add_argument("--no-spin", action="store_true", help="our threads sleep between operators, as the appliance's do by default")
    parser.add_argument("--prompt", type=int, default=128, metavar="TOKENS", help="default 128")
    parser.add_argument("--reply", type=int, default=64, metavar="TOKENS", help="default 64")
    parser.add_argument("--rounds", type=int, default=3, help="measured in each process (default 3)")
    parser.add_argument("--repeats", type=int, default=3, help="processes of each engine, alternating (default 3)")
    parser.add_argument("--blocks", type=int, nargs="*", default=[], metavar="SIZE", help="more blocks of ours, such as 64 128")
    parser.add_argument("--build-only", action="store_true", help="build the models and stop")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.shapes.split(",")) - set(SHAPES))
    if unknown:
        parser.error(f"--shapes {', '.join(unknown)}: known are {', '.join(SHAPES)}")
    work = arguments.work.resolve()
    shapes = [SHAPES[name] for name in arguments.shapes.split(",")]
    if arguments.build_only:
        for shape in shapes:
            for engine in _engines(arguments.blocks):
                try:
                    print(build(shape, engine, work, _tell))
                except BuildError as error:
                    print(f"{shape.name}, {engine}: {error}")
        return
    results = []
    for shape in shapes:
        results.append(measure(shape, work, arguments))
        _print(results[-1])
    document = {
        "machine": machine(), "read_bandwidth_bytes_per_second": round(read_bandwidth(arguments.threads)), "threads": arguments.threads,
        "spin": not arguments.no_spin, "prompt_tokens": arguments.prompt, "reply_tokens": arguments.reply, "versions": _versions(),
        "results": results,
    }  # fmt: skip
    print(json.dumps(document))


if __name__ == "__main__":
    main()
