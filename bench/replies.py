"""How good are the bundled model's replies? `python -m eqnegotiator.bench.replies [--count 100] [--print]`

Words held-out plans (customer utterances and the previous reply from wordings that are in no training sample) through `realise`, guard
included, and counts what the model got right by itself. Fluency is for a reader to judge: `--print` shows every reply.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from itertools import islice
from statistics import median
from typing import Final, cast

from ..edge.messages import Act
from ..edge.plan import AI_STATEMENT, DEBT_STATEMENT, Plan
from ..edge.realise import Said, realise
from ..models.bundle import bundled, load_bundle
from ..models.generate import SentenceModel
from ..models.train.corpus import Sample, samples

_VALUES: Final = {
    "amount": "$1,200.00", "ask": "$50.00 every month", "balance": "$1,200.00", "count": "3", "creditor": "Northwind Energy",
    "days": "30 days", "days_overdue": "62 days", "discount": "$120.00", "due_date": "22 December 2026", "each": "$400.00",
    "every": "month",
    "first_date": "20 December 2026", "question": "What is your year of birth?", "terms": "the full $1,200.00 by 22 December 2026",
}  # fmt: skip


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
        previous=drawn.previous,
        customer=drawn.customer,
        profile="us",
        seed=(seed,),
        deadline=time.monotonic() + 30,
        emit=lambda _: None,
    )
    return said, time.perf_counter() - started


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--print", action="store_true", help="show every reply with its plan")
    arguments = parser.parse_args()
    model = SentenceModel(load_bundle(bundled("slm"), "slm"))
    model.warm()
    outcomes: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    seconds = []
    for number, sample in enumerate(islice(samples(arguments.seed, held_out=True), arguments.count)):
        said, took = word(model, sample, arguments.seed + number)
        outcomes[said.outcome] += 1
        rules.update(f"{violation.rule}: {violation.detail}" for violation in said.refused)
        seconds.append(took)
        if arguments.print:
            plan = sample.plan
            print(f"{number + 1:3} {plan.act}/{plan.kind} {plan.tone} {plan.situation} [{said.outcome}]")
            print(f"    customer: {plan.customer}\n    reply: {said.text}")
    for detail, count in rules.most_common(20):
        print(f"{count:4} refused, {detail}")
    share = {outcome: count / arguments.count for outcome, count in outcomes.most_common()}
    print(json.dumps({"replies": arguments.count, "outcomes": share, "median_seconds": round(median(seconds), 4), "held_out": True}))


if __name__ == "__main__":
    main()
