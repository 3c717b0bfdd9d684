"""Which emotion the appliance shows: named tone policies under an ethics mask.

A `ToneState` is all that is remembered between turns; it goes to disk with the session. `observe` takes in what the
customer's words sounded like, `choose` picks the emotion of the answer. Knows nothing of text, terms or money: a tone
never moves a price.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np

from ..kernels import hmm, payoff, tables
from .errors import EdgeError

__all__ = [
    "DISTRESS_LIMIT",
    "HISTORY_LENGTH",
    "POLICIES",
    "EvidenceError",
    "Tone",
    "ToneState",
    "UnknownPolicyError",
    "choose",
    "ethics_mask",
    "observe",
    "warm",
]

HISTORY_LENGTH: Final = 16
"""Emotions remembered per side; Eq. 4 needs five, operators see the rest."""

DISTRESS_LIMIT: Final = 0.35
"""Above this the belief in Distressed, or the sadness and fear of the last utterance, counts as distress."""

# Uniform evidence has a negative mass of 4/7; above this the utterance was clearly more negative than not.
_NEGATIVE_LIMIT: Final = 0.6
_AGENT_WEIGHT: Final = 0.5
_LOOKAHEAD_WEIGHT: Final = 0.25
_JOINT_PAYOFFS: Final = (1.0 - _AGENT_WEIGHT) * tables.CLIENT_PAYOFFS + _AGENT_WEIGHT * tables.AGENT_PAYOFFS
_SUM_TOLERANCE: Final = 1e-6
_EMISSION: Final = tables.emission_tensor()
_EMOTION_COUNT: Final = len(tables.EMOTIONS)
_STATE_COUNT: Final = len(tables.DISPOSITIONS)
_DISTRESSED: Final = tables.DISPOSITIONS.index("distressed")
_JOY, _SADNESS, _ANGER, _FEAR, _SURPRISE, _DISGUST, _NEUTRAL = range(_EMOTION_COUNT)


class UnknownPolicyError(EdgeError, ValueError):
    """A tone policy name that does not exist; the message names the nearest one that does."""

    def __init__(self, policy: str) -> None:
        nearest = difflib.get_close_matches(policy.lower(), POLICIES, n=1, cutoff=0.0)[0]
        super().__init__(f"policy: {policy!r} is unknown; did you mean {nearest!r}? Known: {', '.join(POLICIES)}")
        self.policy = policy
        self.nearest = nearest


class EvidenceError(EdgeError, ValueError):
    """Emotion likelihoods that are not a distribution over the seven emotions."""


class ToneState(msgspec.Struct, frozen=True):
    """What tone selection remembers of a dialogue. Plain numbers, so it survives JSON unchanged.

    Raises:
        ValueError: on construction, for values that no dialogue can produce; msgspec reports it as a ValidationError
            when a stored state is decoded.
    """

    belief: tuple[float, ...]
    """[4] p(S_t | H_t) over `tables.DISPOSITIONS`."""
    evidence: tuple[float, ...]
    """[7] emotion likelihoods of the last utterance; uniform before the first."""
    client_emotions: tuple[int, ...] = ()
    """Likeliest emotion of each utterance, oldest first, the last `HISTORY_LENGTH`."""
    agent_emotions: tuple[int, ...] = ()
    """Emotion chosen for each answer, oldest first, the last `HISTORY_LENGTH`."""
    turn: int = 0
    """Utterances observed."""

    def __post_init__(self) -> None:
        for name, values, length in (
            ("belief", self.belief, _STATE_COUNT),
            ("evidence", self.evidence, _EMOTION_COUNT),
        ):
            if problem := _distribution_problem(values, length):
                raise ValueError(f"{name}: {problem}")
        for name, history in (("client_emotions", self.client_emotions), ("agent_emotions", self.agent_emotions)):
            if len(history) > HISTORY_LENGTH or not all(0 <= emotion < _EMOTION_COUNT for emotion in history):
                raise ValueError(f"{name}: {history} is not up to {HISTORY_LENGTH} indices in 0..{_EMOTION_COUNT - 1}")
        if self.turn < 0:
            raise ValueError(f"turn: {self.turn} is negative")

    @classmethod
    def initial(cls) -> ToneState:
        """Before anything was heard: the published prior, uniform evidence, no history."""
        return cls(belief=tuple(tables.INITIAL_BELIEF.tolist()), evidence=(1.0 / _EMOTION_COUNT,) * _EMOTION_COUNT)


class Tone(NamedTuple):
    """The emotion to show in the next answer."""

    emotion: int
    """Index into `tables.EMOTIONS`; always allowed by `mask`."""
    name: str
    values: tuple[float, ...]
    """[7] score of each emotion under the policy: payoff, expected payoff, Eq. 5 score, or probability."""
    mask: tuple[bool, ...]
    """[7] what the ethics mask allowed."""


def observe(state: ToneState, emotion_likelihoods: Sequence[float]) -> ToneState:
    """Take in one utterance: a filter step on soft evidence, given the emotion that was last shown to the customer.

    The emotion shown before the first utterance is the neutral one of the greeting, unless `choose` picked another.

    Args:
        state: before the utterance.
        emotion_likelihoods: [7] in the order of `tables.EMOTIONS`, summing to one.

    Raises:
        EvidenceError: not seven non-negative numbers that sum to one.
    """
    if problem := _distribution_problem(emotion_likelihoods, _EMOTION_COUNT):
        raise EvidenceError(f"emotion_likelihoods: {problem}")
    evidence = tuple(float(likelihood) for likelihood in emotion_likelihoods)
    shown = state.agent_emotions[-1] if state.agent_emotions else _NEUTRAL
    step = hmm.filter_step(state.belief, tables.STATE_TRANSITION, _EMISSION[:, shown, :], evidence)
    return ToneState(
        belief=tuple(step.filtered.tolist()),
        evidence=evidence,
        client_emotions=(*state.client_emotions, evidence.index(max(evidence)))[-HISTORY_LENGTH:],
        agent_emotions=state.agent_emotions,
        turn=state.turn + 1,
    )


def choose(policy: str, state: ToneState, *, distressed: bool, vulnerable: bool, seed: int) -> tuple[ToneState, Tone]:
    """Pick the emotion of the next answer. A function of its arguments: the same ones give the same tone.

    Args:
        policy: one of `POLICIES`.
        state: after `observe`; the initial state for the greeting, where the customer counts as neutral.
        distressed: a rule or a signal elsewhere found distress.
        vulnerable: the account or the dialogue says that the person is vulnerable.
        seed: non-negative; only `random` uses it, together with the turn number.

    Returns:
        The state with the choice in its history, and the tone. Keep the old state to choose again.

    Raises:
        UnknownPolicyError: naming the nearest known policy.
        ValueError: a negative seed.
    """
    if policy not in POLICIES:
        raise UnknownPolicyError(policy)
    if seed < 0:
        raise ValueError(f"seed: {seed} is negative; pass 0 or more")
    mask = ethics_mask(policy, state, distressed=distressed, vulnerable=vulnerable)
    choice = POLICIES[policy](state, mask, seed)
    remembered = (*state.agent_emotions, choice.emotion)[-HISTORY_LENGTH:]
    tone = Tone(choice.emotion, tables.EMOTIONS[choice.emotion], tuple(choice.values.tolist()), mask)
    return msgspec.structs.replace(state, agent_emotions=remembered), tone


def ethics_mask(policy: str, state: ToneState, *, distressed: bool, vulnerable: bool) -> tuple[bool, ...]:
    """Which emotions may be shown to this person now (guard rules G10, G26). Every policy chooses within it.

    - Disgust: never. Contempt for a customer serves no lawful purpose.
    - Anger, that is firmness: never toward a person who is vulnerable or in distress. In distress means: `distressed`,
      or belief in Distressed above `DISTRESS_LIMIT`, or sadness plus fear of the last utterance above it. The doubt is
      resolved in the person's favour: one of the three is enough.
    - Joy and surprise, under `eq`: not toward a person in distress, nor when the last utterance was clearly more negative than
      not. Cheer or wonder in answer to grief or anger is cruel, and the payoff tables do not know it. The published
      policies keep both, so that they can be compared as published.

    Neutral, sadness (concern) and fear (worry) stay allowed, so the mask is never empty.

    Returns:
        [7] in the order of `tables.EMOTIONS`, True = allowed.
    """
    in_distress = (
        distressed
        or state.belief[_DISTRESSED] > DISTRESS_LIMIT
        or state.evidence[_SADNESS] + state.evidence[_FEAR] > DISTRESS_LIMIT
    )
    forbidden = {_DISGUST}
    if in_distress or vulnerable:
        forbidden.add(_ANGER)
    negative = float(np.asarray(state.evidence) @ tables.NEGATIVE)
    if policy == "eq" and (in_distress or negative > _NEGATIVE_LIMIT):
        forbidden |= {_JOY, _SURPRISE}
    return tuple(emotion not in forbidden for emotion in range(_EMOTION_COUNT))


def warm() -> None:
    """Run every kernel of a turn once, so that nothing compiles after the daemon said READY."""
    state = observe(ToneState.initial(), ToneState.initial().evidence)
    for policy in POLICIES:
        choose(policy, state, distressed=False, vulnerable=False, seed=0)


def _vanilla(state: ToneState, mask: tuple[bool, ...], seed: int) -> payoff.ToneChoice:
    """Always neutral."""
    return payoff.ToneChoice(_NEUTRAL, np.eye(_EMOTION_COUNT)[_NEUTRAL])


def _random(state: ToneState, mask: tuple[bool, ...], seed: int) -> payoff.ToneChoice:
    """Uniform over what is allowed."""
    allowed = np.flatnonzero(mask)
    generator = np.random.default_rng((seed, state.turn))
    return payoff.ToneChoice(int(generator.choice(allowed)), np.asarray(mask) / allowed.size)


def _wsls(state: ToneState, mask: tuple[bool, ...], seed: int) -> payoff.ToneChoice:
    """Algorithm 3 on the realised payoff: how the customer answered the emotion last shown, pi(D_t, C_t-1)."""
    previous = None
    if state.client_emotions and state.agent_emotions:
        previous = float(tables.AGENT_PAYOFFS[state.client_emotions[-1], state.agent_emotions[-1]])
    return payoff.wsls(_client_emotion(state), tables.AGENT_PAYOFFS, previous, mask=mask)


def _hmm(state: ToneState, mask: tuple[bool, ...], seed: int) -> payoff.ToneChoice:
    """Eq. 5-6 at every turn."""
    predicted = hmm.predict(state.belief, tables.STATE_TRANSITION)
    return payoff.paper_tone(predicted, _EMISSION, tables.STATE_EMOTION_WEIGHTS, mask=mask)


def _paper(state: ToneState, mask: tuple[bool, ...], seed: int) -> payoff.ToneChoice:
    """Eq. 4: the HMM policy under persistent negative emotion, else Algorithm 3 on Eq. 1.

    The previous payoff is, as in Algorithm 3, the one expected when the emotion was chosen, pi(D_t-1, C_t-1). No row of
    the agent's Table 5 has a maximum below 2, so after an Eq. 1 choice that the mask left alone it never shifts; after
    an Eq. 5 choice it can.

    Deviations from the reference implementation, where it departs from the equations: the emission depends on the
    client's emotion (`tables.emission_tensor`), P(D_t+1 | s, e) depends on s (`payoff.paper_tone`), evidence is soft,
    ties go to the first emotion, payoffs are not changed after a dialogue. And the ethics mask holds here too.
    """
    if payoff.switch_to_hmm(state.client_emotions):
        return _hmm(state, mask, seed)
    previous = None
    if len(state.client_emotions) >= 2 and state.agent_emotions:
        previous = float(tables.AGENT_PAYOFFS[state.client_emotions[-2], state.agent_emotions[-1]])
    return payoff.wsls(_client_emotion(state), tables.AGENT_PAYOFFS, previous, mask=mask)


def _eq(state: ToneState, mask: tuple[bool, ...], seed: int) -> payoff.ToneChoice:
    """Ours: what answers the last utterance best for both sides, plus the expected payoff of the next one (ADR 0002).

    The lookahead alone rests on the assumption that customers mirror us, and would meet grief with cheer; the payoff of
    the answer to what was just heard, weighed by the soft evidence, leads.
    """
    predicted = hmm.predict(state.belief, tables.STATE_TRANSITION)
    ahead = payoff.belief_weighted_tone(
        predicted, _EMISSION, tables.CLIENT_PAYOFFS, tables.AGENT_PAYOFFS, mask, agent_weight=_AGENT_WEIGHT
    )
    values = np.asarray(state.evidence) @ _JOINT_PAYOFFS + _LOOKAHEAD_WEIGHT * ahead.values
    return payoff.ToneChoice(int(np.argmax(np.where(mask, values, -np.inf))), values)


POLICIES: Final[dict[str, Callable[[ToneState, tuple[bool, ...], int], payoff.ToneChoice]]] = {
    "vanilla": _vanilla,
    "random": _random,
    "wsls": _wsls,
    "hmm": _hmm,
    "paper": _paper,
    "eq": _eq,
}
"""Name to policy. Each sees the state, the mask and the seed, and chooses an allowed emotion."""


def _client_emotion(state: ToneState) -> int:
    return state.client_emotions[-1] if state.client_emotions else _NEUTRAL


def _distribution_problem(values: Sequence[float], length: int) -> str:
    """Why `values` is not a distribution over `length` outcomes; empty when it is one."""
    if len(values) != length:
        return f"{len(values)} values, expected {length}"
    if not all(math.isfinite(value) and value >= 0.0 for value in values):
        return f"{tuple(values)} holds a value that is negative or not finite"
    if abs(math.fsum(values) - 1.0) > _SUM_TOLERANCE:
        return f"{tuple(values)} sums to {math.fsum(values)}, not to 1; normalise it"
    return ""
