"""Speed, memory and fairness of the language model on this device: `python -m eqnegotiator.bench.slm [--bundle DIR] [--sessions 1,2,4,8]`

The limit of decoding: every weight is read once per Run, so tokens per second of one session are at most read bandwidth / bytes of weights
(a model that fits the processor's cache goes beyond). Sessions that share a Run share that reading. Prefilling is bound by arithmetic.
"""

from __future__ import annotations

import argparse
import gc
import json
import time
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

from ..models.bundle import Bundle, bundled, load_bundle
from ..models.dense_engine import DenseEngine
from ..models.engine import Engine, EngineOptions, TokenEngine
from ..models.engines import open_bundle
from ..models.generate import DeadEndError, DeadlineError, SentenceModel, SentenceModelOptions
from ..models.scheduler import Scheduler, SchedulerOptions
from ..models.train.corpus import samples
from .machine import EnergyMeter, cores, machine, read_bandwidth, resident_bytes
from .slm_figures import Throughput, Workload, first_token, stall, throughput

__all__ = ["main", "measure", "weight_bytes"]

# More than a conversation needs; a longer cache only takes memory.
_CONTEXT: Final = 640
_MIB: Final = 2**20
_SENTENCE_DEADLINE_SECONDS: Final = 10.0
# A model that cannot word plans (random weights) is not asked for all of them.
_MOST_FAILURES: Final = 3


def measure(
    bundle: Bundle, sessions: list[int], *, threads: int, spin: bool, repeats: int, temperature: float, plans: int
) -> dict[str, Any]:
    """All figures of one bundle; see the names of the fields.

    Args:
        bundle: verified. sessions: numbers of conversations at once. threads, spin: as in EngineOptions.
        repeats: of every measurement, medians are taken. temperature: see Workload.
        plans: replies whose first sentence is timed; 0 = none.
    """
    context = min(_CONTEXT, int(bundle.manifest.architecture["context"]))
    options = EngineOptions(slots=max(*sessions, 2), threads=threads, spin=spin, max_length=context)
    bandwidth = read_bandwidth(threads)
    before = resident_bytes()
    began = time.perf_counter()
    engine = open_bundle(bundle, options)
    opened = time.perf_counter()
    with Scheduler(engine, SchedulerOptions()):
        ready = time.perf_counter()
    loaded = resident_bytes()
    work = Workload.within(context, repeats, temperature)
    meter = EnergyMeter()
    with meter.measured() as joules:
        metered = time.perf_counter()
        alone = throughput(engine, 1, work)
        seconds = time.perf_counter() - metered
    watts = joules[0] / seconds if joules else None
    first = first_token(engine, work)
    rows = [alone if count == 1 else throughput(engine, count, work) for count in sessions]
    gaps = stall(engine, work)
    after, kept = resident_bytes(), _cache_bytes(engine)
    del engine
    gc.collect()
    # At both ends: what other programs take meanwhile is no property of the memory.
    bandwidth, weights = max(bandwidth, read_bandwidth(threads)), weight_bytes(bundle)
    return {
        "machine": machine(), "bundle": bundle.manifest.name, "version": bundle.manifest.version,
        "bits": bundle.manifest.architecture.get("bits"), "threads": threads, "spin": spin, "context": context, "slots": options.slots,
        "open_seconds": opened - began, "warm_seconds": ready - opened,
        "resident_before_bytes": before, "resident_loaded_bytes": loaded, "resident_after_bytes": after, "cache_bytes": kept,
        "weight_bytes_per_token": weights, "read_bandwidth_bytes_per_second": bandwidth,
        "workload": work._asdict(), "first_token": first._asdict(), "shared_prefix_speedup": first.cold_seconds / first.shared_seconds,
        "throughput": [row._asdict() for row in rows],
        "roofline_share": weights * alone.decode_tokens_per_second / bandwidth,
        "raw_roofline_share": weights * alone.raw_decode_tokens_per_second / bandwidth,
        "stall": gaps._asdict() | {"longest_gap_steps": gaps.longest_gap_seconds / gaps.step_seconds},
        "energy": "not reported" if watts is None else _energy(meter.source, watts, alone),
        "first_sentence": _first_sentence(bundle, options._replace(slots=1), plans) if plans else "not asked for",
    }  # fmt: skip


def weight_bytes(bundle: Bundle) -> int:
    """Bytes of weights that one step reads: the model's file without an embedding of its own, of which a step reads single rows."""
    said = bundle.manifest.architecture
    size = sum(entry.size_bytes for entry in bundle.manifest.files if entry.path.startswith("model.onnx"))
    rows, width = int(said["vocabulary"]), int(said["hidden"])
    # A bundle from before the field keeps its small embedding in float.
    table = {"float": 4 * rows * width, "own": rows * (width + 4 * width // int(said.get("block", 32))), "shared": 0}
    return size - table[str(said.get("embedding", "float"))]


def _energy(source: str, watts: float, alone: Throughput) -> dict[str, Any]:
    return {"source": source, "watts": watts, "joules_per_token": watts / alone.decode_tokens_per_second}


def _cache_bytes(engine: TokenEngine) -> int:
    assert isinstance(engine, Engine | DenseEngine)
    return engine.cache_bytes


def _first_sentence(bundle: Bundle, options: EngineOptions, plans: int) -> dict[str, Any] | str:
    """Seconds until the first sentence of real plans is there, sampling and filters included."""
    seconds: list[float] = []
    failures = 0
    with SentenceModel(bundle, SentenceModelOptions(engine=options)) as model:
        for number, sample in enumerate(islice(samples(2026, held_out=True), plans + 1)):
            deadline = time.monotonic() + _SENTENCE_DEADLINE_SECONDS
            began = time.perf_counter()
            try:
                next(model.sentences(sample.plan, conversation=f"{number}", seed=(number,), said="", deadline=deadline))
            except (DeadEndError, DeadlineError, StopIteration):
                failures += 1
                if failures == _MOST_FAILURES and not seconds:
                    return f"no sentence in {failures} replies"
                continue
            if number:  # the first one warms up
                seconds.append(time.perf_counter() - began)
    if len(seconds) < 2:
        return f"no sentence in {failures} replies"
    cuts = quantiles(seconds, n=20)
    return {"median_seconds": median(seconds), "p95_seconds": cuts[18], "replies": len(seconds), "without": failures}


def _print(found: dict[str, Any]) -> None:
    def line(name: str, text: str) -> None:
        print(f"{name:34} {text}")

    def mib(key: str) -> str:
        return "not reported" if found[key] is None else f"{found[key] / _MIB:.0f} MiB"

    work, first, gaps = found["workload"], found["first_token"], found["stall"]
    line("machine", found["machine"])
    line("bundle", f"{found['bundle']} {found['version']}, {found['bits']} bits; {found['threads']} threads, spin {found['spin']}")
    line("open / warm", f"{found['open_seconds']:.2f} / {found['warm_seconds']:.2f} s")
    line("resident before / loaded / after", " / ".join(mib(f"resident_{when}_bytes") for when in ("before", "loaded", "after")))
    line("KV cache", f"{mib('cache_bytes')} ({found['slots']} slots of {found['context']} tokens)")
    line(f"first token, cold ({work['shared'] + work['own']})", f"{1e3 * first['cold_seconds']:.1f} ms")
    line(
        f"first token, {work['shared']} of them shared", f"{1e3 * first['shared_seconds']:.1f} ms ({found['shared_prefix_speedup']:.1f} x)"
    )
    line(f"first token, next turn ({work['own']})", f"{1e3 * first['next_turn_seconds']:.1f} ms")
    print(f"{'sessions':>10}{'decode t/s':>12}{'each':>9}{'engine':>9}{'prefill t/s':>13}{'each':>9}{'engine':>9}{'unfair':>8}")
    for row in found["throughput"]:
        count, decode, prefill = row["sessions"], row["decode_tokens_per_second"], row["prefill_tokens_per_second"]
        raw_decode, raw_prefill = row["raw_decode_tokens_per_second"], row["raw_prefill_tokens_per_second"]
        print(
            f"{count:10}{decode:12.1f}{decode / count:9.1f}{raw_decode:9.1f}{prefill:13.1f}{prefill / count:9.1f}{raw_prefill:9.1f}"
            f"{row['unfairness']:8.2f}"
        )
    line(
        f"longest gap beside a prompt of {work['long']}",
        f"{1e3 * gaps['longest_gap_seconds']:.1f} ms, {gaps['longest_gap_steps']:.2f} steps (worst {1e3 * gaps['worst_gap_seconds']:.1f})",
    )
    line("weights read per token", f"{found['weight_bytes_per_token'] / 1e6:.1f} MB")
    line("memory read bandwidth", f"{found['read_bandwidth_bytes_per_second'] / 1e9:.1f} GB/s")
    line("share of the roofline", f"{found['roofline_share']:.0%} (engine alone {found['raw_roofline_share']:.0%})")
    energy, sentence = found["energy"], found["first_sentence"]
    watts = (
        energy if isinstance(energy, str) else f"{energy['watts']:.1f} W, {energy['joules_per_token']:.3f} J a token ({energy['source']})"
    )
    line("power of one session", watts)
    if isinstance(sentence, str):
        line("first sentence", sentence)
    else:
        line(
            "first sentence, median / p95",
            f"{1e3 * sentence['median_seconds']:.1f} / {1e3 * sentence['p95_seconds']:.1f} ms"
            f" ({sentence['replies']} replies, {sentence['without']} without)",
        )


def _numbers(text: str) -> list[int]:
    numbers = [int(part) if part.isascii() and part.isdigit() else 0 for part in text.split(",")]
    if not all(1 <= number <= 64 for number in numbers):
        raise argparse.ArgumentTypeError(f"{text!r}: numbers of sessions from 1 to 64 are expected, such as 1,2,4,8")
    return numbers


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", default="bundled", metavar="bundled|DIR", help="model to measure (default bundled)")
    parser.add_argument("--sessions", type=_numbers, default=[1, 2, 4, 8], metavar="N,N", help="conversations at once (default 1,2,4,8)")
    parser.add_argument("--threads", type=_count, default=cores(), metavar="N", help=f"of the model (default {cores()}: one per core)")
    parser.add_argument("--spin", action="store_true", help="threads wait busily within a step")
    parser.add_argument("--repeats", type=_count, default=5, metavar="N", help="of every measurement (default 5)")
    parser.add_argument("--temperature", type=float, default=0.6, help="of sampling (default 0.6; for a model of random weights 0.05)")
    parser.add_argument("--plans", type=int, default=60, metavar="N", help="replies whose first sentence is timed, 0 for none (default 60)")
    arguments = parser.parse_args()
    folder = bundled("slm") if arguments.bundle == "bundled" else Path(arguments.bundle).expanduser()
    found = measure(
        load_bundle(folder, "slm"), arguments.sessions, threads=arguments.threads, spin=arguments.spin, repeats=arguments.repeats,
        temperature=arguments.temperature, plans=arguments.plans,
    )  # fmt: skip
    _print(found)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
