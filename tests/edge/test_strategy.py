from __future__ import annotations

import msgspec
import numpy as np
import pytest
from eqnegotiator.edge import learned, strategy
from eqnegotiator.edge.errors import EdgeError
from eqnegotiator.edge.strategy import EvidenceError, ToneState, UnknownPolicyError, choose, ethics_mask, observe
from eqnegotiator.edge.tone_tables import PUBLISHED
from eqnegotiator.kernels import dominance, hmm, hmm_online, hmm_statistics, payoff, tables, vertex_enumeration, zerosum
from eqnegotiator.kernels.hmm_model import HiddenMarkovModel
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import config

JOY, SADNESS, ANGER, FEAR, SURPRISE, DISGUST, NEUTRAL = range(7)
POLICIES = list(strategy.POLICIES)
AS_PUBLISHED = {"vanilla", "random", "wsls", "hmm", "paper"}


def likelihoods(emotion: int, mass: float = 0.7) -> list[float]:
    """`mass` on one emotion, the rest shared equally."""
    values = [(1.0 - mass) / 6] * 7
    values[emotion] = mass
    return values


def dialogue(policy: str, emotions: list[int], *, distressed: bool = False, mass: float = 0.7) -> ToneState:
    """State after the customer showed `emotions`, answered under `policy` after each but the last."""
    state = ToneState.initial()
    for turn, emotion in enumerate(emotions):
        if turn:
            state, _ = choose(policy, state, distressed=distressed, vulnerable=False, seed=0)
        state = observe(state, likelihoods(emotion, mass))
    return state


def normalised(weights: list[float]) -> list[float]:
    return (np.array(weights) / np.sum(weights)).tolist()  # type: ignore[no-any-return]


evidences = st.lists(st.floats(0.001, 1.0), min_size=7, max_size=7).map(normalised)
policies = st.sampled_from(POLICIES)


@st.composite
def states(draw: st.DrawFn) -> ToneState:
    state = ToneState.initial()
    for evidence in draw(st.lists(evidences, max_size=6)):
        state = observe(state, evidence)
        state, _ = choose(draw(policies), state, distressed=False, vulnerable=False, seed=0)
    return observe(state, draw(evidences)) if draw(st.booleans()) else state


# --- state


@settings(max_examples=30, deadline=None)
@given(states())
def test_state_survives_json(state: ToneState) -> None:
    assert msgspec.json.decode(msgspec.json.encode(state), type=ToneState) == state


def test_initial_state_is_the_published_prior() -> None:
    state = ToneState.initial()
    assert state.belief == (0.4, 0.2, 0.2, 0.2)
    assert (state.turn, state.client_emotions, state.agent_emotions) == (0, (), ())


def test_history_is_bounded() -> None:
    emotions = [turn % 7 for turn in range(40)]
    state = dialogue("vanilla", emotions)
    assert state.client_emotions == tuple(emotions[-strategy.HISTORY_LENGTH :])
    assert len(state.agent_emotions) == strategy.HISTORY_LENGTH
    assert state.turn == 40


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"belief": (0.5, 0.5)}, "belief: 2 values, expected 4"),
        ({"belief": (0.5, 0.5, 0.5, 0.5)}, "belief: .* sums to 2.0"),
        ({"evidence": (float("nan"),) * 7}, "evidence: .* not finite"),
        ({"client_emotions": (7,)}, "client_emotions: .* indices in 0..6"),
        ({"agent_emotions": (0,) * 17}, "agent_emotions: .* up to 16"),
        ({"published_belief": (1.0,)}, "published_belief: 1 values, expected 4"),
        ({"heard": ((0.5,) * 7,), "shown": (6,)}, "heard: .* sums to 3.5"),
        ({"shown": (6,)}, "heard: 0 utterances do not fit 1 emotions"),
        ({"advice": {"eq": 7}}, "advice: .* indices in 0..6"),
        ({"scores": {"eq": float("inf")}}, "scores: .* not finite"),
        ({"turn": -1}, "turn: -1 is negative"),
    ],
)
def test_impossible_states_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ToneState(**{**msgspec.structs.asdict(ToneState.initial()), **change})  # type: ignore[arg-type]


def test_a_damaged_stored_state_does_not_decode() -> None:
    stored = msgspec.json.encode(ToneState.initial()).replace(b'"turn":0', b'"turn":-3')
    with pytest.raises(msgspec.ValidationError, match="turn: -3 is negative"):
        msgspec.json.decode(stored, type=ToneState)


# --- observe


@settings(max_examples=30, deadline=None)
@given(states(), evidences)
def test_belief_sums_to_one(state: ToneState, evidence: list[float]) -> None:
    after = observe(state, evidence)
    assert sum(after.belief) == pytest.approx(1.0, abs=1e-12)
    assert min(after.belief) > 0.0
    assert after.turn == state.turn + 1


@settings(max_examples=30, deadline=None)
@given(st.lists(evidences, min_size=1, max_size=8), policies)
def test_observing_turn_by_turn_is_filtering_the_dialogue(heard: list[list[float]], policy: str) -> None:
    state, shown = ToneState.initial(), []
    for evidence in heard:
        shown.append(state.agent_emotions[-1] if state.agent_emotions else NEUTRAL)
        state = observe(state, evidence)
        state, _ = choose(policy, state, distressed=False, vulnerable=False, seed=3)
    first = hmm.predict(tables.INITIAL_BELIEF, tables.STATE_TRANSITION)
    model = HiddenMarkovModel(first, tables.STATE_TRANSITION, tables.emission_tensor())
    whole = model.filter(heard, inputs=shown)
    np.testing.assert_allclose(state.belief, whole.filtered[-1], rtol=1e-9)


def test_what_is_heard_moves_the_belief() -> None:
    distressed = tables.DISPOSITIONS.index("distressed")
    confrontational = tables.DISPOSITIONS.index("confrontational")
    cooperative = tables.DISPOSITIONS.index("cooperative")
    assert np.argmax(dialogue("vanilla", [SADNESS] * 3).belief) == distressed
    assert np.argmax(dialogue("vanilla", [ANGER] * 3).belief) == confrontational
    assert np.argmax(dialogue("vanilla", [JOY] * 3).belief) == cooperative


def test_evidence_that_says_nothing_only_predicts() -> None:
    # Uniform evidence has the same likelihood in every state (emission rows sum to one): the belief is the prediction.
    state = observe(ToneState.initial(), ToneState.initial().evidence)
    np.testing.assert_allclose(state.belief, [0.33, 0.21, 0.21, 0.25], rtol=1e-12)


@pytest.mark.parametrize(
    ("evidence", "message"),
    [
        ([0.5, 0.5], "emotion_likelihoods: 2 values, expected 7"),
        ([0.1] * 7, "emotion_likelihoods: .* sums to 0.7"),
        ([1.5, -0.5, 0, 0, 0, 0, 0], "emotion_likelihoods: .* negative"),
        ([float("inf"), 0, 0, 0, 0, 0, 0], "emotion_likelihoods: .* not finite"),
    ],
)
def test_bad_likelihoods_are_an_error(evidence: list[float], message: str) -> None:
    with pytest.raises(EvidenceError, match=message) as caught:
        observe(ToneState.initial(), evidence)
    assert isinstance(caught.value, EdgeError)


# --- ethics


@settings(max_examples=60, deadline=None)
@given(states(), policies, st.booleans(), st.booleans(), st.integers(0, 2**31))
def test_every_policy_respects_the_mask(state: ToneState, policy: str, distressed: bool, vulnerable: bool, seed: int) -> None:
    after, tone = choose(policy, state, distressed=distressed, vulnerable=vulnerable, seed=seed)
    assert tone.mask == ethics_mask(policy, state, distressed=distressed, vulnerable=vulnerable)
    assert tone.mask[tone.emotion]
    assert tone.name == tables.EMOTIONS[tone.emotion]
    assert after.agent_emotions[-1] == tone.emotion
    assert after.belief == state.belief
    assert tone.emotion != DISGUST
    if distressed or vulnerable:
        assert tone.emotion != ANGER


@settings(max_examples=60, deadline=None)
@given(states(), policies, st.booleans(), st.booleans())
def test_distress_and_vulnerability_only_narrow_the_mask(state: ToneState, policy: str, distressed: bool, vulnerable: bool) -> None:
    open_mask = ethics_mask(policy, state, distressed=False, vulnerable=False)
    narrowed = ethics_mask(policy, state, distressed=distressed, vulnerable=vulnerable)
    assert all(before or not now for before, now in zip(open_mask, narrowed, strict=True))
    assert all(narrowed[emotion] for emotion in (SADNESS, FEAR, NEUTRAL))


def with_distress(belief: float, sadness: float, fear: float) -> ToneState:
    rest = (1.0 - belief) / 3
    other = (1.0 - sadness - fear) / 5
    return ToneState(belief=(rest, rest, belief, rest), evidence=(other, sadness, other, fear, other, other, other))


@pytest.mark.parametrize(
    ("state", "anger_allowed"),
    [
        (with_distress(0.35, 0.0, 0.0), True),
        (with_distress(0.36, 0.0, 0.0), False),
        (with_distress(0.10, 0.2, 0.1), True),
        (with_distress(0.10, 0.2, 0.2), False),
        (with_distress(0.10, 0.36, 0.0), False),
        (with_distress(0.10, 0.0, 0.36), False),
    ],
)
def test_firmness_stops_at_signs_of_distress(state: ToneState, anger_allowed: bool) -> None:
    for policy in POLICIES:
        mask = ethics_mask(policy, state, distressed=False, vulnerable=False)
        assert mask[ANGER] is anger_allowed
        assert mask[JOY] is (anger_allowed or policy in AS_PUBLISHED)
        assert mask[DISGUST] is False


def test_nothing_that_was_learnt_unlocks_firmness() -> None:
    """The published filter runs beside the learnt one, and its doubt counts too."""
    blind = np.tile(tables.emission_tensor().mean(axis=0), (4, 1, 1))
    learnt = PUBLISHED._replace(version="learnt", emission=blind)
    state, published = ToneState.initial(), ToneState.initial()
    for _ in range(3):
        state, published = observe(state, likelihoods(SADNESS), learnt), observe(published, likelihoods(SADNESS))
    distressed = tables.DISPOSITIONS.index("distressed")
    assert state.belief[distressed] < 0.3 < strategy.DISTRESS_LIMIT < published.belief[distressed]
    assert state.published_belief == published.belief
    assert published.published_belief == ()
    calm = msgspec.structs.replace(state, evidence=ToneState.initial().evidence)
    for policy in POLICIES:
        assert not ethics_mask(policy, calm, distressed=False, vulnerable=False)[ANGER]
        assert ethics_mask(policy, msgspec.structs.replace(calm, published_belief=()), distressed=False, vulnerable=False)[ANGER]


def test_vulnerable_is_not_distressed() -> None:
    calm = with_distress(0.1, 0.0, 0.0)
    mask = ethics_mask("eq", calm, distressed=False, vulnerable=True)
    assert (mask[ANGER], mask[JOY]) == (False, True)
    mask = ethics_mask("eq", calm, distressed=True, vulnerable=False)
    assert (mask[ANGER], mask[JOY]) == (False, False)


# --- policies


def test_vanilla_is_always_neutral() -> None:
    _, tone = choose("vanilla", dialogue("vanilla", [ANGER, JOY]), distressed=False, vulnerable=False, seed=9)
    assert (tone.name, tone.values[NEUTRAL], sum(tone.values)) == ("neutral", 1.0, 1.0)


def test_random_covers_what_is_allowed_and_nothing_else() -> None:
    state = observe(ToneState.initial(), likelihoods(NEUTRAL))
    tones = [choose("random", state, distressed=False, vulnerable=True, seed=seed)[1] for seed in range(200)]
    assert {tone.emotion for tone in tones} == {JOY, SADNESS, FEAR, SURPRISE, NEUTRAL}
    assert tones[0].values == (0.2, 0.2, 0.0, 0.2, 0.2, 0.0, 0.2)


def test_random_differs_between_turns() -> None:
    state, seen = ToneState.initial(), set()
    for _ in range(20):
        state = observe(state, likelihoods(NEUTRAL))
        seen.add(choose("random", state, distressed=False, vulnerable=False, seed=1)[1].emotion)
    assert len(seen) > 1


@settings(max_examples=40, deadline=None)
@given(states(), policies, st.integers(0, 2**31))
def test_choice_is_a_function_of_its_arguments(state: ToneState, policy: str, seed: int) -> None:
    first = choose(policy, state, distressed=False, vulnerable=False, seed=seed)
    assert choose(policy, state, distressed=False, vulnerable=False, seed=seed) == first


def test_wsls_shifts_when_the_answer_to_its_emotion_was_poor() -> None:
    # Joy was shown, anger came back: pi(anger, joy) = 1 < 2. Anger row 1 1 1 0 2 1 2: surprise, then neutral.
    state = msgspec.structs.replace(dialogue("vanilla", [NEUTRAL, ANGER]), agent_emotions=(JOY,))
    assert choose("wsls", state, distressed=False, vulnerable=False, seed=0)[1].emotion == NEUTRAL
    # Surprise was shown: pi(anger, surprise) = 2 is no loss.
    state = msgspec.structs.replace(state, agent_emotions=(SURPRISE,))
    assert choose("wsls", state, distressed=False, vulnerable=False, seed=0)[1].emotion == SURPRISE


def test_paper_uses_the_expected_payoff_and_shifts_only_after_a_loss() -> None:
    # Emotion shown to a sad customer: sadness has pi(sadness, sadness) = 3; disgust has 1, a loss.
    won = msgspec.structs.replace(dialogue("vanilla", [SADNESS, NEUTRAL]), agent_emotions=(SADNESS,))
    lost = msgspec.structs.replace(won, agent_emotions=(DISGUST,))
    # Neutral row 3 3 1 2 3 2 3: joy, then sadness.
    assert choose("paper", won, distressed=False, vulnerable=False, seed=0)[1].emotion == JOY
    assert choose("paper", lost, distressed=False, vulnerable=False, seed=0)[1].emotion == SADNESS


def test_no_eq_1_choice_is_a_loss_on_table_5() -> None:
    assert tables.AGENT_PAYOFFS.max(axis=1).min() == payoff.LOSS_THRESHOLD


def test_paper_switches_after_four_negative_emotions() -> None:
    flags = {"distressed": False, "vulnerable": False, "seed": 0}
    three = dialogue("paper", [ANGER] * 3)
    four = dialogue("paper", [ANGER] * 4)
    assert choose("paper", three, **flags)[1].values == tuple(tables.AGENT_PAYOFFS[ANGER].tolist())
    assert choose("paper", four, **flags) == choose("hmm", four, **flags)


def test_eq_does_not_answer_grief_with_joy() -> None:
    state = dialogue("eq", [SADNESS] * 3)
    _, tone = choose("eq", state, distressed=False, vulnerable=False, seed=0)
    assert tone.name != "joy"
    assert tone.values[JOY] == max(tone.values)  # only the mask stands between the payoff tables and a cheerful reply


def test_the_greeting_can_be_chosen_before_anything_was_heard() -> None:
    for policy in POLICIES:
        state, tone = choose(policy, ToneState.initial(), distressed=False, vulnerable=False, seed=0)
        assert state.agent_emotions == (tone.emotion,)
        assert state.turn == 0


@pytest.mark.parametrize(("given_name", "nearest"), [("papr", "paper"), ("EQ", "eq"), ("tit_for_wsls", "wsls")])
def test_an_unknown_policy_names_the_nearest(given_name: str, nearest: str) -> None:
    with pytest.raises(UnknownPolicyError, match=f"did you mean '{nearest}'") as caught:
        choose(given_name, ToneState.initial(), distressed=False, vulnerable=False, seed=0)
    assert (caught.value.policy, caught.value.nearest) == (given_name, nearest)


def test_a_negative_seed_is_an_error() -> None:
    with pytest.raises(ValueError, match="seed: -1 is negative"):
        choose("random", ToneState.initial(), distressed=False, vulnerable=False, seed=-1)


@pytest.mark.skipif(config.DISABLE_JIT, reason="nothing compiles")
def test_nothing_compiles_after_warm() -> None:
    strategy.warm()
    bodies = [hmm._filter_step, hmm._predict, payoff._best, payoff._wsls, payoff._switch_to_hmm]
    bodies += [payoff._paper_values, payoff._expected_payoff, hmm_online._observe, hmm_statistics._maximise]
    bodies += [vertex_enumeration._all_equilibria, zerosum._zero_sum, dominance._iterated_dominance]
    before = [list(body.signatures) for body in bodies]  # type: ignore[attr-defined]
    assert all(before)
    for policy in POLICIES:
        choose(policy, dialogue(policy, [SADNESS] * 6), distressed=True, vulnerable=True, seed=5)
        learned.UNTAUGHT.after(dialogue(policy, [SADNESS] * 6)).tables()
    assert [list(body.signatures) for body in bodies] == before  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("heard", "shown"),
    [("sadness", "sadness"), ("fear", "neutral"), ("anger", "neutral"), ("disgust", "neutral"), ("joy", "joy")],
)
def test_eq_meets_grief_with_sympathy_and_anger_with_calm(heard: str, shown: str) -> None:
    evidence = [0.05] * 7
    evidence[tables.EMOTIONS.index(heard)] = 0.7
    state = ToneState.initial()
    for _ in range(4):
        state = observe(state, evidence)
        state, tone = choose("eq", state, distressed=False, vulnerable=False, seed=0)
        assert tone.name == shown
