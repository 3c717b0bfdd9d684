"""Customer types: how far each would go in each round, which offers it accepts, and what its replies say about it.

A limit is the hardest offer that a type accepts, on the scale of the offers (larger is harder on the customer). Limits
move by the time-dependent tactics of Faratin, Sierra and Jennings (Robotics and Autonomous Systems 24, 1998):
limit(t) = first + (t / (T-1))^(1/beta) (reservation - first). Does not know what the creditor will do with all this.
"""

from __future__ import annotations

from enum import IntEnum
from math import pi, sqrt
from typing import Final

import numpy as np
import numpy.typing as npt

from . import _arrays
from ._arrays import FloatArray
from .hmm import condition
from .status import KernelArgumentError

__all__ = [
    "BOULWARE",
    "CONCEDER",
    "LINEAR",
    "STUCK",
    "Reply",
    "acceptance",
    "concession_limits",
    "counter_likelihood",
    "reply_likelihood",
    "update_belief",
]

STUCK: Final = 0.0
"""beta of a customer who never moves from the first limit: the limit of ever later concessions."""
BOULWARE: Final = 0.2
"""beta of one who concedes when the end is near."""
LINEAR: Final = 1.0
"""beta of one who concedes as much in each round."""
CONCEDER: Final = 5.0
"""beta of one who concedes early."""


_ROUNDING: Final = 1e-12


class Reply(IntEnum):
    """What a customer did with an offer."""

    ACCEPT = 0
    REFUSE = 1
    """Refused and stayed; a counter-proposal is a refusal that says more (`counter_likelihood`)."""
    LEAVE = 2
    """Refused and walked away."""
    SILENCE = 3
    """Neither: nothing is learnt."""


def concession_limits(first: npt.ArrayLike, reservation: npt.ArrayLike, beta: npt.ArrayLike, rounds: int) -> FloatArray:
    """Limits of K types in T rounds.

    Args:
        first: [K] limit in round 0.
        reservation: [K] limit in the last round, at least `first`; with beta = STUCK it is never approached.
        beta: [K] non-negative: below 1 concedes late, above 1 early.
        rounds: T, at least 1. With one round every limit is `first`.

    Returns:
        [T, K], not falling along T.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, negative beta, or a reservation below the first limit.
    """
    start = _arrays.real("first", first, (None,))
    end = _arrays.real("reservation", reservation, (start.size,))
    shape = _arrays.non_negative("beta", beta, (start.size,))
    steps = _arrays.count("rounds", rounds, 1)
    if (end < start).any():
        kind = int(np.argmax(end < start))
        raise KernelArgumentError(f"reservation: {end[kind]} of type {kind} is below its first limit {start[kind]}")
    elapsed = np.arange(steps)[:, np.newaxis] / max(1, steps - 1)
    moving = shape > 0.0
    # Underflow to zero is what a steep tactic means; 1/beta may overflow to infinity, and 0 < elapsed < 1 then gives 0.
    with np.errstate(under="ignore", over="ignore"):
        conceded = np.where(moving, elapsed ** (1.0 / np.where(moving, shape, 1.0)), 0.0)
    return np.maximum.accumulate(np.minimum(start + conceded * (end - start), end), axis=0)


def acceptance(limits: npt.ArrayLike, offers: npt.ArrayLike, *, softness: float = 0.0) -> FloatArray:
    """Probability that a type accepts an offer.

    Args:
        limits: [T, K].
        offers: [M] on the same scale, rising: gentlest first.
        softness: 0 accepts exactly the offers up to the limit. Above 0 it is the scale of a logistic curve,
            1 / (1 + exp((offer - limit) / softness)): a half at the limit, 0.88 two scales below it.

    Returns:
        [T, K, M].

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, negative softness, or offers that do not rise.
    """
    table = _arrays.real("limits", limits, (None, None))
    scale = _arrays.real("offers", offers, (None,))
    if (np.diff(scale) <= 0.0).any():
        place = int(np.argmax(np.diff(scale) <= 0.0))
        raise KernelArgumentError(f"offers: {scale[place + 1]} at index {place + 1} does not exceed {scale[place]}; sort them")
    width = float(_arrays.non_negative("softness", softness, ()))
    excess = scale - table[:, :, np.newaxis]
    if width == 0.0:
        return (excess <= 0.0).astype(np.float64)
    # 0.5 (1 - tanh(x / 2)) is the logistic curve, and does not overflow for large x.
    with np.errstate(over="ignore"):
        return 0.5 * (1.0 - np.tanh(0.5 * excess / width))


def reply_likelihood(reply: Reply, accept: npt.ArrayLike, hazard: npt.ArrayLike, *, refused: npt.ArrayLike | None = None) -> FloatArray:
    """P(reply | type), for a customer who stays the same person from round to round (see `bargaining`).

    Args:
        reply: what the customer did.
        accept: [K] acceptance of this offer in this round.
        hazard: [K] probability that a refusal ends the talks.
        refused: [K] acceptance of the offer refused last, in its round; None if none was. It does not exceed `accept`.

    Returns:
        [K]. For a type that the earlier refusal excludes (refused = 1) the likelihood is 0.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, out of range, or an acceptance that retreats.
    """
    now = _arrays.probability("accept", accept, (None,))
    leaves = _arrays.probability("hazard", hazard, (now.size,))
    before = _arrays.probability("refused", np.zeros(now.size) if refused is None else refused, (now.size,))
    retreats = before > now + _ROUNDING
    if retreats.any():
        kind = int(np.argmax(retreats))
        raise KernelArgumentError(f"refused: {before[kind]} of type {kind} exceeds its acceptance {now[kind]} of this offer")
    if reply == Reply.SILENCE:
        return np.ones(now.size)
    # Of those still there, who are 1 - before: none where an earlier refusal excludes the type.
    present = np.where(before < 1.0, 1.0 - before, np.inf)
    refuses = np.minimum((1.0 - now) / present, 1.0)
    if reply == Reply.ACCEPT:
        return np.maximum(now - before, 0.0) / present
    if reply == Reply.LEAVE:
        return refuses * leaves
    if reply == Reply.REFUSE:
        return refuses * (1.0 - leaves)
    raise KernelArgumentError(f"reply: {reply!r} is not one of {', '.join(str(member) for member in Reply)}")


def counter_likelihood(limits: npt.ArrayLike, counter: float, noise: float, *, stray: float = 0.0, span: float = 1.0) -> FloatArray:
    """Density of a counter-proposal given each type.

    Assumption: a customer proposes their limit of this round, misjudged or shaded by normal noise; or, with
    probability `stray`, anything on the scale.

    Args:
        limits: [K] limits in this round.
        counter: the proposal, on the scale of offers.
        noise: standard deviation, above 0.
        stray: in [0, 1]; above 0 no proposal can exclude a type.
        span: length of the scale, above 0.

    Returns:
        [K]. Independent of refusals given the type: multiply it with theirs, in any order.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, or out of range.
    """
    centres = _arrays.real("limits", limits, (None,))
    place = _arrays.scalar("counter", counter)
    deviation, length = _arrays.scalar("noise", noise), _arrays.scalar("span", span)
    for name, number in (("noise", deviation), ("span", length)):
        if number <= 0.0:
            raise KernelArgumentError(f"{name}: {number} is not above 0")
    mixed = float(_arrays.probability("stray", stray, ()))
    with np.errstate(under="ignore", over="ignore"):
        normal = np.exp(-0.5 * ((place - centres) / deviation) ** 2) / (deviation * sqrt(2.0 * pi))
    likelihood: FloatArray = (1.0 - mixed) * normal + mixed / length
    return likelihood


def update_belief(belief: npt.ArrayLike, likelihood: npt.ArrayLike) -> FloatArray:
    """Bayes' rule over types.

    Args:
        belief: [K] distribution.
        likelihood: [K] non-negative, any scale.

    Returns:
        [K] distribution.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, negative, or not normalised.
        ImpossibleEvidenceError: no type with positive probability would have replied so.
    """
    return condition(belief, likelihood)
