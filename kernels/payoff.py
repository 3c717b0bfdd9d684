"""Which emotion to show: the rules of arXiv 2511.03370 (Eq. 1, 4-6, Algorithm 3) and a belief-weighted payoff.

K states, D client emotions, C agent emotions. A payoff table is [D, C]: row = what the client shows, column = what the
agent shows. Ties go to the lowest index, so that a choice is a function of its arguments. Does not know what the
indices mean, nor who may be shown what: a mask [C] arrives from outside, and no rule here chooses a masked emotion.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _arrays
from ._arrays import BoolArray, FloatArray, IntArray
from ._jit import jit
from .status import KernelArgumentError, Status, raise_for_status
from .tables import NEGATIVE

__all__ = [
    "LOSS_THRESHOLD",
    "ToneChoice",
    "belief_weighted_tone",
    "best_payoff",
    "expected_payoff",
    "paper_tone",
    "switch_to_hmm",
    "wsls",
]

LOSS_THRESHOLD: Final = 2.0
"""Algorithm 3: a previous payoff below this is a loss."""

_OK: Final = int(Status.OK)
_EMPTY_MASK: Final = int(Status.EMPTY_MASK)


class ToneChoice(NamedTuple):
    """A chosen agent emotion."""

    emotion: int
    """argmax of `values` over the allowed emotions; the lowest index among equals."""
    values: FloatArray
    """[C] value of every agent emotion, also of those the mask forbids."""


@jit
def _best(values: FloatArray, mask: BoolArray) -> tuple[int, int]:
    """Return (status, index of the largest allowed value)."""
    best = -1
    for action in range(values.shape[0]):
        if mask[action] and (best < 0 or values[action] > values[best]):
            best = action
    if best < 0:
        return _EMPTY_MASK, best
    return _OK, best


@jit
def _wsls(values: FloatArray, previous_payoff: float, threshold: float, mask: BoolArray) -> tuple[int, int]:
    """Return (status, the best, or after a loss the second best, allowed action)."""
    status, best = _best(values, mask)
    if status != _OK or previous_payoff >= threshold:
        return status, best
    second = -1
    for action in range(values.shape[0]):
        if mask[action] and action != best and (second < 0 or values[action] > values[second]):
            second = action
    if second < 0:
        return _OK, best
    return _OK, second


@jit
def _switch_to_hmm(recent: IntArray, negative: BoolArray, window: int, threshold: int) -> bool:
    """True when at least `threshold` of the last `window` entries are negative. Cannot fail, so no status."""
    count = 0
    for position in range(max(0, recent.shape[0] - window), recent.shape[0]):
        if negative[recent[position]]:
            count += 1
    return count >= threshold


@jit
def _paper_values(
    predicted: FloatArray, emission: FloatArray, weights: FloatArray, favourable: BoolArray, out: FloatArray
) -> int:
    """Write the score of Eq. 5 to `out` [C]. Always OK."""
    states, actions, replies = emission.shape
    for action in range(actions):
        score = 0.0
        for state in range(states):
            reply = 0.0
            for symbol in range(replies):
                if favourable[symbol]:
                    reply += emission[state, action, symbol]
            score += predicted[state] * reply * weights[state, action]
        out[action] = score
    return _OK


@jit
def _expected_payoff(belief: FloatArray, emission: FloatArray, payoffs: FloatArray, out: FloatArray) -> int:
    """Write the expected payoff of each agent emotion to `out` [C]. Always OK."""
    states, actions, replies = emission.shape
    for action in range(actions):
        total = 0.0
        for state in range(states):
            given_state = 0.0
            for symbol in range(replies):
                given_state += emission[state, action, symbol] * payoffs[symbol, action]
            total += belief[state] * given_state
        out[action] = total
    return _OK


def best_payoff(client_emotion: int, payoffs: npt.ArrayLike, *, mask: npt.ArrayLike | None = None) -> ToneChoice:
    """Eq. 1: the agent emotion with the highest payoff against what the client shows.

    Args:
        client_emotion: row d, 0 <= d < D.
        payoffs: [D, C]. Eq. 1 writes pi(d, e)_2, the column player, so the paper's policy passes the agent's table.
        mask: [C] bool, True = allowed; None allows all.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, or an emotion out of range.
        EmptyMaskError: the mask allows nothing.
    """
    table = _arrays.real("payoffs", payoffs, (None, None))
    row = table[_arrays.index("client_emotion", client_emotion, table.shape[0])].copy()
    status, emotion = _best(row, _mask(mask, row.size))
    raise_for_status(status, "best_payoff")
    return ToneChoice(emotion, row)


def wsls(
    client_emotion: int,
    payoffs: npt.ArrayLike,
    previous_payoff: float | None,
    *,
    threshold: float = LOSS_THRESHOLD,
    mask: npt.ArrayLike | None = None,
) -> ToneChoice:
    """Algorithm 3, win-stay lose-shift: Eq. 1, or the second best after a payoff below `threshold`.

    Args:
        client_emotion: row d, 0 <= d < D.
        payoffs: [D, C], as for `best_payoff`.
        previous_payoff: payoff of the previous round; None in the first, which cannot be a loss.
        threshold: payoffs strictly below it are losses.
        mask: [C] bool, True = allowed; best and second best are taken among these. With a single allowed emotion there
            is nothing to shift to, and it stays.

    Returns:
        The choice; after a loss `emotion` is not the argmax of `values`.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, or an emotion out of range.
        EmptyMaskError: the mask allows nothing.
    """
    table = _arrays.real("payoffs", payoffs, (None, None))
    row = table[_arrays.index("client_emotion", client_emotion, table.shape[0])].copy()
    limit = _arrays.scalar("threshold", threshold)
    previous = limit if previous_payoff is None else _arrays.scalar("previous_payoff", previous_payoff)
    status, emotion = _wsls(row, previous, limit, _mask(mask, row.size))
    raise_for_status(status, "wsls")
    return ToneChoice(emotion, row)


def switch_to_hmm(
    recent_emotions: npt.ArrayLike, window: int = 5, threshold: int = 4, *, negative: npt.ArrayLike = NEGATIVE
) -> bool:
    """Eq. 4: whether at least `threshold` of the last `window` client emotions are negative.

    Args:
        recent_emotions: client emotions, oldest first, any number; fewer than `window` are counted as they are.
        window: n of the paper, at least 1.
        threshold: k of the paper, 1 <= k <= n.
        negative: [D] bool, which emotions count.

    Raises:
        KernelArgumentError: an emotion out of range, or a threshold that could never or would always hold.
    """
    kinds = _arrays.boolean("negative", negative, (None,))
    recent = _arrays.indices("recent_emotions", recent_emotions, kinds.size)
    if not 1 <= threshold <= window:
        raise KernelArgumentError(f"threshold: {threshold} is outside 1..window ({window})")
    return _switch_to_hmm(recent, kinds, window, threshold)


def paper_tone(
    predicted: npt.ArrayLike,
    emission: npt.ArrayLike,
    weights: npt.ArrayLike,
    *,
    favourable: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
) -> ToneChoice:
    """Eq. 5: argmax_e sum_s P(S_t+1 = s | H) P(D_t+1 | s, C_t = e) w(e, D_t, s), given Eq. 6 from `hmm.predict`.

    Eq. 5 leaves D_t+1 free. We read it as "the client's next emotion is favourable": P(D_t+1 in favourable | s, e). The
    reference implementation puts the largest entry of a Table 4b row there, which does not depend on s and rewards an
    agent emotion for provoking anger reliably. The published w does not depend on D_t, and neither does it here.

    Args:
        predicted: [K] P(S_t+1 | H).
        emission: [K, C, D] P(D | S, C).
        weights: [K, C] w(e | s), non-negative.
        favourable: [D] bool; None means every emotion that Eq. 4 does not call negative (then D must be 7).
        mask: [C] bool, True = allowed; None allows all.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, negative, or not normalised.
        EmptyMaskError: the mask allows nothing.
    """
    belief, tensor = _belief_and_emission("predicted", predicted, emission)
    states, actions, replies = tensor.shape
    strengths = _arrays.non_negative("weights", weights, (states, actions))
    wanted = _arrays.boolean("favourable", ~NEGATIVE if favourable is None else favourable, (replies,))
    values = np.empty(actions)
    _paper_values(belief, tensor, strengths, wanted, values)
    status, emotion = _best(values, _mask(mask, actions))
    raise_for_status(status, "paper_tone")
    return ToneChoice(emotion, values)


def expected_payoff(belief: npt.ArrayLike, emission: npt.ArrayLike, payoffs: npt.ArrayLike) -> FloatArray:
    """Expected payoff of each agent emotion: sum_s bel(s) sum_d P(d | s, e) pi(d, e).

    Args:
        belief: [K] distribution over the state in which the client will answer.
        emission: [K, C, D] P(D | S, C).
        payoffs: [D, C] of one side.

    Returns:
        [C].

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, negative probability, or not normalised.
    """
    prior, tensor = _belief_and_emission("belief", belief, emission)
    table = _arrays.real("payoffs", payoffs, (tensor.shape[2], tensor.shape[1]))
    out = np.empty(tensor.shape[1])
    _expected_payoff(prior, tensor, table, out)
    return out


def belief_weighted_tone(
    predicted_belief: npt.ArrayLike,
    emission: npt.ArrayLike,
    client_payoffs: npt.ArrayLike,
    agent_payoffs: npt.ArrayLike,
    mask: npt.ArrayLike,
    *,
    agent_weight: float = 0.5,
) -> ToneChoice:
    """The agent emotion with the highest expected joint payoff under the whole belief.

    value(e) = sum_s bel(s) sum_d P(d | s, e) [(1 - a) pi_client(d, e) + a pi_agent(d, e)], a = `agent_weight`.

    Args:
        predicted_belief: [K] p(S_t+1 | H_t).
        emission: [K, C, D] P(D | S, C).
        client_payoffs: [D, C].
        agent_payoffs: [D, C].
        mask: [C] bool, True = allowed.
        agent_weight: share of the agent's payoff in [0, 1]; 0 serves the client alone.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, negative probability, not normalised, or weight outside [0, 1].
        EmptyMaskError: the mask allows nothing.
    """
    prior, tensor = _belief_and_emission("predicted_belief", predicted_belief, emission)
    _, actions, replies = tensor.shape
    share = _arrays.scalar("agent_weight", agent_weight)
    if not 0.0 <= share <= 1.0:
        raise KernelArgumentError(f"agent_weight: {share} is outside [0, 1]")
    client = _arrays.real("client_payoffs", client_payoffs, (replies, actions))
    agent = _arrays.real("agent_payoffs", agent_payoffs, (replies, actions))
    values = np.empty(actions)
    _expected_payoff(prior, tensor, (1.0 - share) * client + share * agent, values)
    status, emotion = _best(values, _arrays.boolean("mask", mask, (actions,)))
    raise_for_status(status, "belief_weighted_tone")
    return ToneChoice(emotion, values)


def _belief_and_emission(name: str, belief: npt.ArrayLike, emission: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    prior = _arrays.distribution(name, belief, (None,))
    return prior, _arrays.distribution("emission", emission, (prior.size, None, None))


def _mask(mask: npt.ArrayLike | None, actions: int) -> BoolArray:
    return np.ones(actions, dtype=np.bool_) if mask is None else _arrays.boolean("mask", mask, (actions,))
