"""How good are the bundled model's replies? `python -m eqnegotiator.bench.replies [--count 300] [--print] [--json FILE]`

Words held-out plans (customer utterances and the previous reply from wordings that are in no training sample). First the model alone, one
try: does it state the plan's slots, all and no others? Then through `realise`, guard included: how often is a retry or a template
needed, and how many different replies come out? Fluency and contradictions are for a reader to judge: `--print` shows every reply.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import Counter
from itertools import islice
from pathlib import Path
from statistics import mean, median
from typing import Any, Final, cast

from ..edge.messages import Act
from ..edge.plan import AI_STATEMENT, DEBT_STATEMENT, Plan
from ..edge.realise import Said, realise
from ..models.bundle import bundled, load_bundle
from ..models.generate import DeadEndError, SentenceModel, SentenceModelOptions
from ..models.prompt import PlanPrompt, slots_in
from ..models.train.corpus import Sample, samples
from ..models.wording import sentences_of

_VALUES: Final = {
    "amount": "$1,200.00", "ask": "$50.00 every month", "balance": "$1,200.00", "count": "3", "creditor": "Northwind Energy",
    "days": "30 days", "days_overdue": "62 days", "discount": "$120.00", "due_date": "22 December 2026", "each": "$400.00",
    "every": "month",
    "first_date": "20 December 2026", "question": "What is your year of birth?", "terms": "the full $1,200.00 by 22 December 2026",
}  # fmt: skip
_SECONDS: Final = 30.0


def first_try(model: SentenceModel, plan: PlanPrompt, seed: int) -> str | None:
    """What the model says by itself, delexicalised; None when it reached a dead end."""
    try:
        return " ".join(model.sentences(plan, conversation="alone", seed=[seed, 0], said="", deadline=time.monotonic() + _SECONDS))
    except DeadEndError:
        return None


def word(model: SentenceModel, sample: Sample, seed: int) -> tuple[Said, float]:
    """The reply to a sample's plan and the seconds it took."""
    drawn = sample.plan
    plan = Plan(
        act=cast(Act, drawn.act),
        kind=drawn.kind,
        situation=drawn.situation,
        tone=drawn.tone,
        slots={slot: _VALUES[slot] for slot in drawn.slots},
        legal={"greet": (AI_STATEMENT,), "disclose": (DEBT_STATEMENT,)}.get(drawn.act, ()),
        verified=drawn.act not in ("greet", "verify"),
    )
    started = time.perf_counter()
    said = realise(
        plan,
        model,
        conversation="bench",
        previous=drawn.previous,
        customer=drawn.customer,
        profile="us",
        seed=(seed,),
        deadline=time.monotonic() + _SECONDS,
        emit=lambda _: None,
    )
    return said, time.perf_counter() - started


def measure(model: SentenceModel, count: int, seed: int, *, shown: bool) -> dict[str, Any]:
    """Figures over `count` held-out plans."""
    outcomes: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    wordings, seconds, stated = [], [], []
    for number, sample in enumerate(islice(samples(seed, held_out=True), count)):
        alone = first_try(model, sample.plan, seed + number)
        stated.append(alone is not None and sorted(re.findall(r"\{(\w+)\}", alone)) == sorted(sample.plan.slots))
        said, took = word(model, sample, seed + number)
        outcomes[said.outcome] += 1
        rules.update(f"{violation.rule}: {violation.detail}" for violation in said.refused)
        wordings.append(said.wording)
        seconds.append(took)
        if shown:
            plan = sample.plan
            print(f"{number + 1:3} {plan.act}/{plan.kind} {plan.tone} {plan.situation} [{said.outcome}]")
            print(f"    customer: {plan.customer}\n    reply: {said.text}")
    for detail, refused in rules.most_common(20):
        print(f"{refused:4} refused, {detail}")
    sentences = [sentence for wording in wordings for sentence in sentences_of(wording)]
    return {
        "replies": count,
        "held_out": True,
        "seed": seed,
        "slot_accuracy_first_try": round(mean(stated), 4),
        "outcomes": {outcome: round(number / count, 4) for outcome, number in outcomes.most_common()},
        "all_slots_in_the_reply": round(mean(slots_in(w) >= set(s.plan.slots) for w, s in _pairs(wordings, seed)), 4),
        "distinct_replies": round(len(set(wordings)) / count, 4),
        "distinct_sentences": round(len(set(sentences)) / len(sentences), 4),
        "median_seconds": round(median(seconds), 4),
    }


def _pairs(wordings: list[str], seed: int) -> zip[tuple[str, Sample]]:
    return zip(wordings, samples(seed, held_out=True), strict=False)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--print", action="store_true", help="show every reply with its plan")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    arguments = parser.parse_args()
    with SentenceModel(load_bundle(bundled("slm"), "slm"), SentenceModelOptions()) as model:
        figures = measure(model, arguments.count, arguments.seed, shown=arguments.print)
    text = json.dumps(figures)
    if arguments.json is not None:
        arguments.json.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
