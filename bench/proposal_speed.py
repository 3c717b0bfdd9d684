"""Seconds that the proposal parser takes for a message of 2,000 characters. Run: `python -m eqnegotiator.bench.proposal_speed`.

Real lines strung together, the densest message that is still judged, and noise that would show a superlinear step. The
last line printed is a JSON document with the median milliseconds of each.
"""

import datetime
import json
from pathlib import Path

from eqnegotiator.bench.timing import Effort, side_by_side
from eqnegotiator.edge.proposal import parse_proposal
from eqnegotiator.edge.quantities import MAX_QUANTITIES

CHARACTERS = 2000
_LINES = Path(__file__).resolve().parent / "data" / "proposals.jsonl"
_TODAY = datetime.date(2026, 11, 23)


def messages() -> dict[str, str]:
    """Name to message, each of `CHARACTERS` characters."""
    lines = [json.loads(line)["text"] for line in _LINES.read_text("utf-8").splitlines()]
    plain = [line for line in lines if not any(character.isdigit() for character in line)]
    dense = "I can't do 300 a month but 45 days is fine "
    noise = {
        "few quantities": ". ".join(plain[::9]),
        "many quantities": ". ".join(lines[::7]),
        "no punctuation": " ".join(lines[::5]),
        "densest judged": dense * ((MAX_QUANTITIES - 1) // 3) + "and we talked about it again " * 60,
        "words": "i think maybe we could look at something else " * 50,
        "numbers": "300 " * 500,
        "dates": "by the 15th or 3/12 " * 100,
        "anchors": "3 weeks and 2 days after " * 90,
        "articles": "a " * 1000,
        "commas": "," * CHARACTERS,
        "vulgar fractions": "\u00bd" * CHARACTERS,
    }
    return {name: text[:CHARACTERS] for name, text in noise.items()}


def main() -> None:
    """Measure and print."""
    texts = messages()
    timings = side_by_side(
        [lambda text=text: parse_proposal(text, _TODAY) for text in texts.values()],  # type: ignore[misc]
        Effort(sample_seconds=0.02, rounds=15, budget_seconds=3.0),
    )
    milliseconds = {name: round(timing.median * 1e3, 2) for name, timing in zip(texts, timings, strict=True)}
    for name, (text, timing) in zip(texts, zip(texts.values(), timings, strict=True), strict=True):
        print(f"{name:18} {len(text):5} characters  {timing.median * 1e3:6.2f} ms  (p90 {timing.p90 * 1e3:.2f})")
    print(json.dumps({"characters": CHARACTERS, "median_ms": milliseconds}))


if __name__ == "__main__":
    main()
