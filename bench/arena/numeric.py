"""The numeric fidelity: shares and emotions without words, compiled. The debtor hears the offer and the emotion of each message.

The people and their luck are those of `people`; what is here is the creditor and the order of events.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...kernels import tables
from ...kernels._arrays import FloatArray, IntArray
from ...kernels._jit import jit
from ...kernels.hmm import _filter_step, _predict
from ...kernels.offers import MEMORY, NAMES, next_share
from ...kernels.payoff import _best, _expected_payoff, _paper_values, _switch_to_hmm, _wsls
from ...kernels.promise import HANDOFF_RECOVERY, HANDOFF_WELFARE, LEFT_RECOVERY, LEFT_WELFARE, recovery, welfare
from .assumptions import ROUNDS, TOLERANCE_DAYS, VICTIM_GAIN
from .cell import CREDITORS, PATTERNS, PERSONAS, Cell, UnsupportedCreditorError
from .people import first_state, is_silent, leaving, luck, next_ask, next_feeling, next_state, taking, traits, warmth
from .scenarios import draw_scenarios

__all__ = ["TONES", "run_cell"]

TONES: Final = ("vanilla", "paper", "eq")
"""Tone policies that have a compiled form; the others play in the `text` fidelity."""

_AGREED, _LEFT, _HANDED_OVER = 0, 1, 3
_THREATENING, _VICTIM = PERSONAS.index("threatening"), PERSONAS.index("victim")
_PUBLISHED: Final = NAMES.index("published")
_NEUTRAL: Final = tables.EMOTIONS.index("neutral")
_JOY, _SADNESS, _ANGER, _FEAR, _SURPRISE, _DISGUST = range(6)
_EMISSION: Final = np.array(tables.emission_tensor())
_TRANSITION: Final = np.array(tables.STATE_TRANSITION)
_AGENT: Final = np.array(tables.AGENT_PAYOFFS)
_CLIENT: Final = np.array(tables.CLIENT_PAYOFFS)
_WEIGHTS: Final = np.array(tables.STATE_EMOTION_WEIGHTS)
_NEGATIVE: Final = np.array(tables.NEGATIVE)
_INITIAL: Final = np.array(tables.INITIAL_BELIEF)
_JOINT: Final = 0.5 * _AGENT + 0.5 * _CLIENT
_DISTRESSED: Final = tables.DISPOSITIONS.index("distressed")
_DISTRESS_LIMIT: Final = 0.35
_LOOKAHEAD: Final = 0.25


@jit
def _tone(
    policy: int, belief: FloatArray, heard: IntArray, count: int, shown: int, predicted: FloatArray, values: FloatArray, more: FloatArray
) -> int:
    """The creditor's emotion (`edge.strategy`, with hard evidence): 0 vanilla, 1 paper, 2 eq. `heard` [count] are the client's emotions."""
    if policy == 0:
        return _NEUTRAL
    client = heard[count - 1] if count > 0 else _NEUTRAL
    mask = np.ones(7, dtype=np.bool_)
    mask[_DISGUST] = False
    distress = count > 0 and (belief[_DISTRESSED] > _DISTRESS_LIMIT or client in (_SADNESS, _FEAR))
    if distress:
        mask[_ANGER] = False
    _predict(belief, _TRANSITION, predicted)
    if policy == 1:
        if _switch_to_hmm(heard[:count], _NEGATIVE, 5, 4):
            _paper_values(predicted, _EMISSION, _WEIGHTS, ~_NEGATIVE, values)
            return _best(values, mask)[1]
        previous = np.inf
        if count >= 2:
            previous = _AGENT[heard[count - 2], shown]
        return _wsls(_AGENT[client], previous, 2.0, mask)[1]
    if distress or (count > 0 and _NEGATIVE[client]):
        mask[_JOY] = False
        mask[_SURPRISE] = False
    _expected_payoff(predicted, _EMISSION, _JOINT, more)
    for emotion in range(7):
        now = 0.0
        if count > 0:
            now = _JOINT[client, emotion]
        else:
            for other in range(7):
                now += _JOINT[other, emotion] / 7.0
        values[emotion] = now + _LOOKAHEAD * more[emotion]
    return _best(values, mask)[1]


@jit
def _negotiate(
    tone: int,
    offers: int,
    persona: int,
    tactic: bool,
    pattern: int,
    beta: float,
    seed: int,
    index: int,
    first_ask: float,
    reservation: float,
    stated: float,
    tolerance: float,
    memory: FloatArray,
    asks: FloatArray,
    said: FloatArray,
    heard: IntArray,
    work: FloatArray,
) -> tuple[int, float, int, int]:
    """One negotiation: (ending, agreed share or NaN, offers made, breaches). `tactic` False: the persona's tactic is left out."""
    patience, overcommit, hazard, factor = traits(persona, tactic, seed, index)
    first_ask *= factor
    stated *= factor
    memory[:] = 0.0
    asks[:] = np.nan
    said[:] = np.nan
    belief, predicted, filtered, likelihood = work[0, :4], work[1, :4], work[2, :4], work[3, :4]
    values, more, evidence = work[4], work[5], work[6]
    belief[:] = _INITIAL
    state = first_state(seed, index)
    shown, warm, still, breaches = _NEUTRAL, 0.0, 0, 0
    ask = first_ask
    for round_ in range(ROUNDS):
        if round_ > 0:
            state = next_state(state, seed, index, round_)
            ask = next_ask(pattern, round_, first_ask, reservation, ask, said, warm, seed, index)
        silent = is_silent(persona, tactic, seed, index, round_)
        asks[round_] = np.nan if silent else ask
        feeling = next_feeling(persona, state, shown, seed, index, round_)
        heard[round_] = feeling
        evidence[:] = 0.0
        evidence[feeling] = 1.0
        _filter_step(belief, _TRANSITION, _EMISSION[:, shown, :], evidence, predicted, filtered, likelihood)
        belief[:] = filtered
        shown = _tone(tone, belief, heard, round_ + 1, shown, predicted, values, more)
        warm = warmth(beta, feeling, shown)

        share = next_share(offers, memory, round_, ROUNDS, asks, said, stated)
        if offers >= _PUBLISHED and persona == _VICTIM and tactic:
            share = min(1.0, share + VICTIM_GAIN * first_ask)
        if not 0.0 <= share <= 1.0 or (round_ > 0 and share < said[round_ - 1]):
            breaches += 1
        if not silent and ask <= min(1.0, share + tolerance):
            return _AGREED, min(ask, 1.0), round_ + 1, breaches
        still = still + 1 if round_ > 0 and share <= said[round_ - 1] else 0
        said[round_] = share

        following = ask
        if round_ + 1 < ROUNDS:
            following = next_ask(pattern, round_ + 1, first_ask, reservation, ask, said, warm, seed, index)
        if luck(seed, index, 12, round_) < taking(share, following, reservation, tolerance, patience, overcommit, warm):
            return _AGREED, share, round_ + 1, breaches
        if luck(seed, index, 13, round_) < leaving(hazard, still, warm):
            return _LEFT, np.nan, round_ + 1, breaches
    return _HANDED_OVER, np.nan, ROUNDS, breaches


@jit
def _run(
    tone: int,
    offers: int,
    persona: int,
    pattern: int,
    beta: float,
    seed: int,
    first: int,
    first_ask: FloatArray,
    reservation: FloatArray,
    stated: FloatArray,
    tolerance: FloatArray,
    share: FloatArray,
    rounds: IntArray,
    ending: IntArray,
    recovered: FloatArray,
    well: FloatArray,
    violations: IntArray,
    manipulation: FloatArray,
) -> None:
    memory, asks, said = np.empty(MEMORY), np.empty(ROUNDS), np.empty(ROUNDS)
    heard, work = np.empty(ROUNDS, dtype=np.int64), np.empty((7, 7))
    for row in range(first_ask.size):
        ended, agreed, made, breaches = _negotiate(
            tone, offers, persona, True, pattern, beta, seed, first + row, first_ask[row], reservation[row], stated[row],
            tolerance[row], memory, asks, said, heard, work,
        )  # fmt: skip
        share[row], rounds[row], ending[row], violations[row] = agreed, made, ended, breaches
        if ended == _AGREED:
            recovered[row], well[row] = recovery(agreed, reservation[row]), welfare(agreed, reservation[row])
        elif ended == _LEFT:
            recovered[row], well[row] = LEFT_RECOVERY, LEFT_WELFARE
        else:
            recovered[row], well[row] = HANDOFF_RECOVERY, HANDOFF_WELFARE
        manipulation[row] = np.nan
        if persona >= _THREATENING:
            _, honest, _, _ = _negotiate(
                tone, offers, persona, False, pattern, beta, seed, first + row, first_ask[row], reservation[row], stated[row],
                tolerance[row], memory, asks, said, heard, work,
            )  # fmt: skip
            manipulation[row] = agreed - honest


def run_cell(cell: Cell, seed: int, first: int, count: int) -> dict[str, NDArray[np.generic]]:
    """Records [count] of the negotiations from number `first` on: a seed and a number give every creditor the same debtor and luck.

    Raises:
        UnsupportedCreditorError: the creditor's tone has no compiled form.
    """
    tone, offers = CREDITORS[cell.creditor]
    if tone not in TONES:
        known_tones = ", ".join(TONES)
        raise UnsupportedCreditorError(
            f"creditor {cell.creditor!r}: tone {tone!r} has no numeric form; use {known_tones}, or fidelity text"
        )
    world = draw_scenarios(cell.scenarios, seed, first, count)
    share, recovered, well, manipulation = (np.empty(count) for _ in range(4))
    rounds, ending, violations = (np.empty(count, dtype=np.int64) for _ in range(3))
    _run(
        TONES.index(tone), NAMES.index(offers), PERSONAS.index(cell.persona), PATTERNS.index(cell.pattern), cell.beta, seed, first,
        world.first_ask, world.reservation, world.stated, TOLERANCE_DAYS / (world.latest_days - world.target_days),
        share, rounds, ending, recovered, well, violations, manipulation,
    )  # fmt: skip
    return {
        "agreed": ending == _AGREED,
        "share": share,
        "ask": world.first_ask,
        "reservation": world.reservation,
        "rounds": rounds,
        "days": world.target_days + share * (world.latest_days - world.target_days),
        "ending": ending,
        "recovery": recovered,
        "welfare": well,
        "violations": violations,
        "manipulation": manipulation,
        "target": world.target_days,
    }
