"""What the appliance understands, and how fast. `python -m eqnegotiator.bench.understanding`

The understand stage as the appliance runs it, rules and encoder together, over hand-written lines that no model was trained or calibrated
on: precision, recall and F1 of emotions, intents and tactics; the calibration error of the emotions; recall and false alarms of the
safety signals; the share of proposals of which every field is right. Then its latency, one utterance at a time and warm.

The limit of latency: the encoder is six layers of 384, 10.6 million weights in int8, and these lines are 16 tokens long in the mean, so a
pass is 170 million multiply-adds. With AVX2 a cycle starts two multiplications, and 32 products take two: 1.8 ms on one core of 3 GHz. The
rest of a pass (embedding, attention, quantising, some 60 operators to start) and the rules come on top.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from ...edge.understand import understand
from ...models.bundle import Bundle, BundleError, bundled, load_bundle
from ...models.encoder import Encoder
from ..kernels.peers import MissingPeerError
from ..machine import machine
from .heads import heads
from .labelled import PROPOSALS, UTTERANCES, LabelledError, read_proposals, read_utterances
from .latency import latencies
from .plot import plot
from .proposals import proposal_figures
from .report import latency_table, proposal_document, proposal_table, quality_document, quality_table

__all__ = ["main", "measure"]

_TODAY: Final = datetime.date(2026, 11, 23)
"""The day on which the utterances are said: always the same, so that runs compare."""
_THREADS: Final = (1, 2)


def measure(bundle: Bundle, utterance_file: Path, proposal_file: Path, *, rounds: int, folder: Path | None) -> dict[str, Any]:
    """All figures of the stage with this encoder, printed as they come; see the names of the fields.

    Args:
        rounds: timed passes over the lines, per number of threads.
        folder: where to draw confusion matrices and reliability diagrams; None = nowhere.

    Raises:
        LabelledError: a file of lines cannot be used.
        BundleError: the bundle is no utterance encoder.
        MissingPeerError: something is to be drawn and matplotlib is not installed.
    """
    utterances, proposals = read_utterances(utterance_file), read_proposals(proposal_file)
    encoder = Encoder(bundle, _THREADS[0])
    print(f"{machine()}; {bundle.manifest.name} {bundle.manifest.version}; {len(utterances)} utterances")
    understood = [understand(one.text, _TODAY, encoder, one.context) for one in utterances]
    found = heads(utterances, understood, encoder.emotion_threshold)
    quality = quality_document(utterances, found)
    print(quality_table(quality))
    figures = proposal_figures((line.text, line.proposal, understand(line.text, line.today, encoder).proposal) for line in proposals)
    print(proposal_table(figures))
    if folder is not None:
        print("", *plot(found, folder), sep="\n")
    print(f"\n{'':14}{'threads':>8}{'median ms':>12}{'p95 ms':>10}")
    latency = {}
    for threads in _THREADS:
        latency[threads] = latencies(utterances, _TODAY, Encoder(bundle, threads), rounds)
        print(latency_table(threads, latency[threads]), flush=True)
    return {
        "machine": machine(), "bundle": bundle.manifest.name, "version": bundle.manifest.version, "utterances": len(utterances),
        **quality, "proposals": proposal_document(figures),
        "latency": [
            {"subject": subject, "threads": threads, **one._asdict()}
            for threads, subjects in latency.items() for subject, one in subjects.items()
        ],
    }  # fmt: skip


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundle", default="bundled", metavar="bundled|DIR", help="encoder to measure (default bundled)")
    parser.add_argument("--utterances", type=Path, default=UTTERANCES, metavar="FILE", help="labelled utterances (default: ours)")
    parser.add_argument("--proposals", type=Path, default=PROPOSALS, metavar="FILE", help="sentences and their proposals (default: ours)")
    parser.add_argument("--rounds", type=_count, default=3, metavar="N", help="timed passes over the utterances (default 3)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the last line here, indented")
    parser.add_argument("--plot", type=Path, metavar="DIR", help="also draw confusion matrices and reliability diagrams (PNG)")
    chosen = parser.parse_args(arguments)
    folder = bundled("encoder") if chosen.bundle == "bundled" else Path(chosen.bundle).expanduser()
    try:
        bundle = load_bundle(folder, "encoder")
        found = measure(bundle, chosen.utterances, chosen.proposals, rounds=chosen.rounds, folder=chosen.plot)
    except (BundleError, LabelledError, MissingPeerError) as error:
        print(f"understanding: {error}", file=sys.stderr)
        return 2
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
