"""Which emotion the appliance shows: named tone policies under an ethics mask.

A `ToneState` is all that is remembered between turns; it goes to disk with the session. `observe` takes in what the
customer's words sounded like, `choose` picks the emotion of the answer by one of the policies of `tones/`. Knows nothing of text,
terms or money: a tone never moves a price.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

import msgspec
import numpy as np

from ..kernels.hmm import filter_step
from ..kernels.tables import DISPOSITIONS, EMOTIONS, NEGATIVE
from . import learned
from .errors import EdgeError
from .tone_state import (
    ANGER,
    DISGUST,
    EMOTION_COUNT,
    FEAR,
    HISTORY_LENGTH,
    JOY,
    LEARNT_LENGTH,
    NEUTRAL,
    SADNESS,
    SURPRISE,
    ToneState,
    distribution_problem,
)
from .tone_tables import PUBLISHED, ToneTables
from .tones import dominance, eq, hmm, minimax, mixture, nash, paper, random, vanilla, wsls
from .tones.policy import Policy

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

DISTRESS_LIMIT: Final = 0.35
"""Above this the belief in Distressed, or the sadness and fear of the last utterance, counts as distress."""

# Uniform evidence has a negative mass of 4/7; above this the utterance was clearly more negative than not.
_NEGATIVE_LIMIT: Final = 0.6
_AS_PUBLISHED: Final = frozenset({"vanilla", "random", "wsls", "hmm", "paper"})
_DISTRESSED: Final = DISPOSITIONS.index("distressed")


class UnknownPolicyError(EdgeError, ValueError):
    """A tone policy name that does not exist; the message names the nearest one that does."""

    def __init__(self, policy: str) -> None:
        nearest = difflib.get_close_matches(policy.lower(), POLICIES, n=1, cutoff=0.0)[0]
        super().__init__(f"policy: {policy!r} is unknown; did you mean {nearest!r}? Known: {', '.join(POLICIES)}")
        self.policy = policy
        self.nearest = nearest


class EvidenceError(EdgeError, ValueError):
    """Emotion likelihoods that are not a distribution over the seven emotions."""


class Tone(NamedTuple):
    """The emotion to show in the next answer."""

    emotion: int
    """Index into `tables.EMOTIONS`; always allowed by `mask`."""
    name: str
    values: tuple[float, ...]
    """[7] score of each emotion under the policy: payoff, expected payoff, Eq. 5 score, or probability."""
    mask: tuple[bool, ...]
    """[7] what the ethics mask allowed."""


def observe(state: ToneState, emotion_likelihoods: Sequence[float], tables: ToneTables = PUBLISHED) -> ToneState:
    """Take in one utterance: a filter step on soft evidence, given the emotion that was last shown to the customer.

    The emotion shown before the first utterance is the neutral one of the greeting, unless `choose` picked another.

    Args:
        state: before the utterance.
        emotion_likelihoods: [7] in the order of `tables.EMOTIONS`, summing to one.
        tables: the same ones throughout a dialogue.

    Raises:
        EvidenceError: not seven non-negative numbers that sum to one.
    """
    if problem := distribution_problem(emotion_likelihoods, EMOTION_COUNT):
        raise EvidenceError(f"emotion_likelihoods: {problem}")
    evidence = tuple(float(likelihood) for likelihood in emotion_likelihoods)
    shown = state.agent_emotions[-1] if state.agent_emotions else NEUTRAL
    published_belief: tuple[float, ...] = ()
    if tables.version != PUBLISHED.version:
        published_belief = _filtered(state.published_belief or state.belief, shown, evidence, PUBLISHED)
    kept = len(state.heard) < LEARNT_LENGTH
    return ToneState(
        belief=_filtered(state.belief, shown, evidence, tables),
        evidence=evidence,
        client_emotions=(*state.client_emotions, evidence.index(max(evidence)))[-HISTORY_LENGTH:],
        agent_emotions=state.agent_emotions,
        turn=state.turn + 1,
        published_belief=published_belief,
        heard=(*state.heard, tuple(round(likelihood, 6) for likelihood in evidence)) if kept else state.heard,
        shown=(*state.shown, shown) if kept else state.shown,
        scores=mixture.scored(state.scores, state.advice, evidence),
    )


def choose(
    policy: str, state: ToneState, *, distressed: bool, vulnerable: bool, seed: int, tables: ToneTables = PUBLISHED
) -> tuple[ToneState, Tone]:
    """Pick the emotion of the next answer. A function of its arguments: the same ones give the same tone.

    Args:
        policy: one of `POLICIES`.
        state: after `observe`; the initial state for the greeting, where the customer counts as neutral.
        distressed: a rule or a signal elsewhere found distress.
        vulnerable: the account or the dialogue says that the person is vulnerable.
        seed: non-negative; policies that draw use it, together with the turn number.
        tables: the same ones throughout a dialogue.

    Returns:
        The state with the choice in its history (and the advice behind a mixture), and the tone. Keep the old state to choose again.

    Raises:
        UnknownPolicyError: naming the nearest known policy.
        ValueError: a negative seed.
    """
    if policy not in POLICIES:
        raise UnknownPolicyError(policy)
    if seed < 0:
        raise ValueError(f"seed: {seed} is negative; pass 0 or more")
    mask = ethics_mask(policy, state, distressed=distressed, vulnerable=vulnerable)
    choice = POLICIES[policy](state, mask, seed, tables)
    advice = mixture.advise(state, mask, seed, tables) if policy == "mixture" else {}
    remembered = (*state.agent_emotions, choice.emotion)[-HISTORY_LENGTH:]
    tone = Tone(choice.emotion, EMOTIONS[choice.emotion], tuple(choice.values.tolist()), mask)
    return msgspec.structs.replace(state, agent_emotions=remembered, advice=advice), tone


def ethics_mask(policy: str, state: ToneState, *, distressed: bool, vulnerable: bool) -> tuple[bool, ...]:
    """Which emotions may be shown to this person now (guard rules G10, G26). Every policy chooses within it.

    - Disgust: never. Contempt for a customer serves no lawful purpose.
    - Anger, that is firmness: never toward a person who is vulnerable or in distress. In distress means: `distressed`,
      or belief in Distressed above `DISTRESS_LIMIT`, under the learnt tables or under the published ones (nothing that was
      learnt unlocks firmness), or sadness plus fear of the last utterance above it. The doubt is resolved in the person's
      favour: one is enough.
    - Joy and surprise: not toward a person in distress, nor when the last utterance was clearly more negative than
      not. Cheer or wonder in answer to grief or anger is cruel, and the payoff tables do not know it. The published
      policies keep both, so that they can be compared as published.

    Neutral, sadness (concern) and fear (worry) stay allowed, so the mask is never empty.

    Returns:
        [7] in the order of `tables.EMOTIONS`, True = allowed.
    """
    beliefs = (state.belief, state.published_belief) if state.published_belief else (state.belief,)
    in_distress = (
        distressed
        or any(belief[_DISTRESSED] > DISTRESS_LIMIT for belief in beliefs)
        or state.evidence[SADNESS] + state.evidence[FEAR] > DISTRESS_LIMIT
    )
    forbidden = {DISGUST}
    if in_distress or vulnerable:
        forbidden.add(ANGER)
    negative = float(np.asarray(state.evidence) @ NEGATIVE)
    if policy not in _AS_PUBLISHED and (in_distress or negative > _NEGATIVE_LIMIT):
        forbidden |= {JOY, SURPRISE}
    return tuple(emotion not in forbidden for emotion in range(EMOTION_COUNT))


def warm(policies: Iterable[str] | None = None) -> None:
    """Run every kernel of a turn, and of learning, once, so that nothing compiles after the daemon said READY.

    policies: those that will be asked; None: all. What solves games takes long to compile and is compiled for who needs it.
    """
    heard = observe(ToneState.initial(), ToneState.initial().evidence)
    for policy in POLICIES if policies is None else policies:
        heard, _ = choose(policy, heard, distressed=False, vulnerable=False, seed=0)
    heard = observe(heard, heard.evidence)
    learned.UNTAUGHT.after(heard).tables()


POLICIES: Final[Mapping[str, Policy]] = MappingProxyType(
    {
        "vanilla": vanilla.choose,
        "random": random.choose,
        "wsls": wsls.choose,
        "hmm": hmm.choose,
        "nash": nash.choose,
        "minimax": minimax.choose,
        "dominance": dominance.choose,
        "paper": paper.choose,
        "eq": eq.choose,
        "mixture": mixture.choose,
    }
)
"""Name to policy. Each sees the state, the mask, the seed and the tables, and chooses an allowed emotion."""


def _filtered(belief: tuple[float, ...], shown: int, evidence: tuple[float, ...], tables: ToneTables) -> tuple[float, ...]:
    step = filter_step(belief, tables.transition, tables.emission[:, shown, :], evidence)
    return tuple(step.filtered.tolist())
