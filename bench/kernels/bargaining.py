"""Cases of bargaining over repayments: K types, M offers, T rounds. Nobody else has these solvers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final, NamedTuple

import numpy as np

from ...kernels import concession
from ...kernels._arrays import FloatArray
from ...kernels.alternating_offers import alternating_offers
from ...kernels.bargaining import _offer_policy, offer_policy
from ...kernels.offer_path import offer_path, path_value
from ...kernels.settlement import kalai_smorodinsky, nash_bargaining
from ...kernels.skimming import skimming_equilibrium
from .case import Body, Case

__all__ = ["FAMILY", "OFFERS", "ROUNDS", "TYPES", "cases"]

FAMILY: Final = "bargaining"
TYPES: Final = 64
OFFERS: Final = 64
ROUNDS: Final = 12


class _Talks(NamedTuple):
    belief: FloatArray
    accept: FloatArray
    payoff: FloatArray
    hazard: FloatArray
    limits: FloatArray
    """[T, K]."""


def cases(*, quick: bool) -> Iterator[Case]:
    """All, one at a time."""
    sizes = [(TYPES, OFFERS, ROUNDS)]
    if not quick:
        sizes = [(count, count, ROUNDS) for count in (8, 16, 32, 64, 128, 256)] + [(TYPES, OFFERS, rounds) for rounds in (1, 3, 6, 24, 48)]
    for types, offers, rounds in sizes:
        yield _policy(types, offers, rounds)
    yield from _others(_talks(TYPES, OFFERS, ROUNDS))


def _talks(types: int, offers: int, rounds: int) -> _Talks:
    """Types that concede at their own pace; offers from gentle to hard on the scale 0 to 1."""
    generator = np.random.default_rng((30, types, offers, rounds))
    first = generator.uniform(0.0, 0.4, types)
    limits = concession.concession_limits(first, first + generator.uniform(0.0, 0.5, types), generator.uniform(0.3, 3.0, types), rounds)
    scale = np.linspace(0.02, 1.0, offers)
    accept = concession.acceptance(limits, scale, softness=0.05)
    return _Talks(generator.dirichlet(np.ones(types)), accept, scale, generator.uniform(0.0, 0.2, types), limits)


def _policy(types: int, offers: int, rounds: int) -> Case:
    talks = _talks(types, offers, rounds)
    arrays = talks[:4]
    result = offer_policy(*arrays, walk_away=-0.2, discount=0.97)
    work = np.empty((rounds, offers)), np.empty((rounds, offers))
    return Case(
        FAMILY,
        "offer_policy",
        {"K": types, "M": offers, "T": rounds},
        partial(offer_policy, *arrays, walk_away=-0.2, discount=0.97),
        body=Body(partial(_offer_policy, *arrays, -0.2, 0.0, 0.97, *result, *work), 1),
        unit="T K M + T M M / 2",
        units=rounds * types * offers + rounds * offers**2 // 2,
    )


def _others(talks: _Talks) -> Iterator[Case]:
    rounds, types, offers = talks.accept.shape
    size = {"K": types, "M": offers, "T": rounds}
    arrays = talks[:4]
    path = offer_path(*arrays, discount=0.97).offers
    rising = np.linspace(0.05, 1.0, types)
    pie = np.linspace(0.0, 1.0, offers)
    outcomes = np.stack([pie, 1.0 - pie**2], axis=1)
    likelihood = concession.counter_likelihood(talks.limits[0], 0.3, 0.1)
    first, last, pace = talks.limits[0], talks.limits[-1], np.ones(types)
    for name, sizes, call in (
        ("offer_path", size, partial(offer_path, *arrays, discount=0.97)),
        ("path_value", size, partial(path_value, path, *arrays, discount=0.97)),
        ("skimming_equilibrium", {"K": types, "T": rounds}, partial(skimming_equilibrium, talks.belief, rising, rounds)),
        ("alternating_offers", {"T": rounds}, partial(alternating_offers, rounds, (0.9, 0.8))),
        ("nash_bargaining", {"M": offers}, partial(nash_bargaining, outcomes, (0.1, 0.1))),
        ("kalai_smorodinsky", {"M": offers}, partial(kalai_smorodinsky, outcomes, (0.1, 0.1))),
        ("concession_limits", {"K": types, "T": rounds}, partial(concession.concession_limits, first, last, pace, rounds)),
        ("acceptance", size, partial(concession.acceptance, talks.limits, talks.payoff, softness=0.05)),
        (
            "reply_likelihood",
            {"K": types},
            partial(concession.reply_likelihood, concession.Reply.REFUSE, talks.accept[0, :, 9], talks.hazard),
        ),
        ("counter_likelihood", {"K": types}, partial(concession.counter_likelihood, first, 0.3, 0.1)),
        ("update_belief", {"K": types}, partial(concession.update_belief, talks.belief, likelihood)),
    ):
        yield Case(FAMILY, name, sizes, call)
