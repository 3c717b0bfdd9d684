"""What the arena assumes. Nothing here was measured unless it says so; the report prints the list."""

from __future__ import annotations

from typing import Final, NamedTuple

from ...kernels import promise

__all__ = [
    "ASK_FACTOR",
    "ASSUMPTIONS",
    "BETAS",
    "HAZARD",
    "INERTIA",
    "LYING_FACTOR",
    "LYING_RATE",
    "MOOD",
    "NO_MOVE_ROUNDS",
    "OVERCOMMIT",
    "PATIENCE",
    "ROUNDS",
    "SILENT_RATE",
    "STATED_NOISE",
    "STATED_RATE",
    "TEMPER",
    "TOLERANCE_DAYS",
    "VICTIM_GAIN",
    "Assumption",
]


class Assumption(NamedTuple):
    """A declared number: what it is called, its value, and where it comes from."""

    name: str
    value: str
    source: str


ROUNDS: Final = 15
"""Offers that a creditor makes at most: the paper's 30 turns are half the customer's."""
TOLERANCE_DAYS: Final = 5.0
ASK_FACTOR: Final = (0.35, 1.0)
PATIENCE: Final = (0.05, 0.45)
OVERCOMMIT: Final = (0.0, 0.06)
HAZARD: Final = (0.0, 0.01)
TEMPER: Final = 1.5
INERTIA: Final = 2.0
NO_MOVE_ROUNDS: Final = 3
BETAS: Final = (-0.5, 0.0, 0.5, 1.0)
MOOD: Final = 0.5
STATED_RATE: Final = 0.8
STATED_NOISE: Final = 0.05
LYING_RATE: Final = 0.5
LYING_FACTOR: Final = 1.4
SILENT_RATE: Final = 0.7
VICTIM_GAIN: Final = 0.15

ASSUMPTIONS: Final = (
    Assumption("offers of the creditor at most", str(ROUNDS), "the paper's limit of 30 turns"),
    Assumption("agreement when ask and offer are within", f"{TOLERANCE_DAYS:g} days", "the paper's judge"),
    Assumption(
        "what a customer can keep, as a part of the first ask",
        "uniform {:g} to {:g}".format(*ASK_FACTOR),
        "assumed: people ask for more than they need",
    ),
    Assumption(
        "takes a good enough offer in a round though hoping for more", "uniform {:g} to {:g} per person".format(*PATIENCE), "assumed"
    ),
    Assumption(
        "takes an offer that cannot be kept, per round",
        "uniform {:g} to {:g} per person, falling with the gap".format(*OVERCOMMIT),
        "assumed",
    ),
    Assumption(
        "walks away after a refused offer",
        "uniform {:g} to {:g} per person".format(*HAZARD),
        "assumed; in published dialogues of the tuned creditor 2 % end without agreement after about ten offers",
    ),
    Assumption("the same for angry and threatening personas", f"times {TEMPER:g}", "assumed"),
    Assumption(f"the same when the creditor has not moved for {NO_MOVE_ROUNDS} offers", f"times {INERTIA:g}", "assumed"),
    Assumption(
        "emotional responsiveness beta",
        ", ".join(f"{beta:g}" for beta in BETAS),
        "assumed and swept: a tone that answers the customer's emotion well (client payoff of Table 5) multiplies taking an offer by "
        "exp(beta g) and walking away by exp(-beta g), g in [-1, 1]; 4,403 published dialogues show no effect at all (beta = 0)",
    ),
    Assumption("emotion shown by a persona", f"its own with probability {MOOD:g}, else by Tables 4b and the dispositions", "assumed"),
    Assumption(
        "what can be kept is stated when finances are asked for",
        f"in {STATED_RATE:.0%} of talks, with a deviation of {STATED_NOISE:g} of the mandate",
        "assumed; of all creditors here only eq uses it",
    ),
    Assumption("cheating", f"lies in {LYING_RATE:.0%} of talks: ask and stated finances times {LYING_FACTOR:g}", "assumed"),
    Assumption("stonewalling", f"names no ask after the first in {SILENT_RATE:.0%} of rounds", "assumed"),
    Assumption(
        "what a victim wins from a language model as creditor",
        f"{VICTIM_GAIN:g} of the ask",
        "published dialogues: +0.06 to +0.33 at the fifth offer, by policy; threats and pressure have no consistent sign there",
    ),
    Assumption("promises kept by those who easily can", f"{promise.BEST:g}", "assumed"),
    Assumption(
        "events that break a promise, over the whole mandate",
        f"{promise.SHOCKS:g}",
        "assumed, of the size at which collection agencies report that what can be collected falls with age",
    ),
    Assumption("width of the fall of keeping below what can be afforded", f"{promise.WIDTH:g} of the mandate", "assumed"),
    Assumption("recovered after a broken promise", f"{promise.PARTIAL:g} of the balance", "assumed"),
    Assumption("cost of waiting the whole mandate", f"{promise.WAITING:g} of the balance", "assumed"),
    Assumption("burden of owing for the whole mandate", f"{promise.BURDEN:g} of the relief of a kept promise", "assumed"),
    Assumption("harm of a broken promise", f"{promise.HARM:g} of that relief", "assumed"),
    Assumption("handed to a person", f"recovery {promise.HANDOFF_RECOVERY:g}, welfare {promise.HANDOFF_WELFARE:g}", "assumed"),
    Assumption("walked away", f"recovery {promise.LEFT_RECOVERY:g}, welfare {promise.LEFT_WELFARE:g}", "assumed"),
)
