from __future__ import annotations

import naive
import numpy as np
import numpy.typing as npt
import pytest
from eqnegotiator.kernels import payoff, tables
from eqnegotiator.kernels.status import EmptyMaskError, KernelArgumentError, Status
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

Array = npt.NDArray[np.float64]

JOY, SADNESS, ANGER, FEAR, SURPRISE, DISGUST, NEUTRAL = range(7)

# A game small enough for paper: K = C = D = 2.
BELIEF = [0.25, 0.75]
REPLIES = [[[1 / 2, 1 / 2], [1 / 4, 3 / 4]], [[1 / 3, 2 / 3], [1.0, 0.0]]]
CLIENT = [[4, 0], [1, 2]]
AGENT = [[2, 6], [0, 1]]

masks = st.lists(st.booleans(), min_size=7, max_size=7).filter(any)
emotions = st.integers(0, 6)
# Few distinct values, so that ties are common.
rows = st.lists(st.integers(0, 3).map(float), min_size=7, max_size=7)


def beliefs_and_replies(seed: int) -> tuple[Array, Array]:
    generator = np.random.default_rng(seed)
    return generator.dirichlet(np.ones(4)), generator.dirichlet(np.ones(7), size=(4, 7))


models = st.builds(beliefs_and_replies, st.integers(0, 2**32 - 1))


# --- Eq. 1 and Algorithm 3


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        (JOY, JOY),  # 4
        (SADNESS, SADNESS),  # 3, tied with neutral: the lowest index
        (ANGER, SURPRISE),  # 2, tied with neutral
        (FEAR, NEUTRAL),  # 3, alone
        (SURPRISE, SURPRISE),  # 4
        (DISGUST, JOY),  # 2, tied with disgust and neutral
        (NEUTRAL, JOY),  # 3, tied with sadness, surprise and neutral
    ],
)
def test_best_payoff_on_table_5(client: int, expected: int) -> None:
    choice = payoff.best_payoff(client, tables.AGENT_PAYOFFS)
    assert choice.emotion == expected
    assert choice.values.tolist() == tables.AGENT_PAYOFFS[client].tolist()


def test_wsls_stays_at_the_threshold_and_shifts_below_it() -> None:
    # Sadness row 2 3 2 1 2 1 3: best sadness, second best neutral.
    assert payoff.wsls(SADNESS, tables.AGENT_PAYOFFS, None).emotion == SADNESS
    assert payoff.wsls(SADNESS, tables.AGENT_PAYOFFS, 2.0).emotion == SADNESS
    assert payoff.wsls(SADNESS, tables.AGENT_PAYOFFS, 1.999).emotion == NEUTRAL
    assert payoff.wsls(SADNESS, tables.AGENT_PAYOFFS, 2.0, threshold=2.5).emotion == NEUTRAL


def test_wsls_with_one_allowed_emotion_stays() -> None:
    only_fear = [index == FEAR for index in range(7)]
    assert payoff.wsls(SADNESS, tables.AGENT_PAYOFFS, 0.0, mask=only_fear).emotion == FEAR


@settings(max_examples=80, deadline=None)
@given(rows, st.none() | st.floats(0.0, 4.0), masks)
def test_wsls_agrees_with_naive(row: list[float], previous: float | None, mask: list[bool]) -> None:
    assert payoff.wsls(0, [row], previous, mask=mask).emotion == naive.wsls(row, previous, 2.0, mask)
    assert payoff.best_payoff(0, [row], mask=mask).emotion == naive.ranked(row, mask)[0]


# --- Eq. 4


@pytest.mark.parametrize(
    ("recent", "expected"),
    [
        ([], False),
        ([SADNESS, ANGER, FEAR], False),
        ([SADNESS, ANGER, FEAR, DISGUST], True),
        ([SADNESS, ANGER, FEAR, DISGUST, JOY], True),
        ([SADNESS, ANGER, FEAR, DISGUST, JOY, NEUTRAL], False),
        ([JOY, JOY, ANGER, ANGER, SURPRISE, ANGER, ANGER], True),
    ],
)
def test_switch_counts_the_last_five(recent: list[int], expected: bool) -> None:
    assert payoff.switch_to_hmm(recent) is expected


@settings(max_examples=60, deadline=None)
@given(st.lists(emotions, max_size=16), st.integers(1, 8), st.data())
def test_switch_agrees_with_naive(recent: list[int], window: int, data: st.DataObject) -> None:
    threshold = data.draw(st.integers(1, window))
    expected = naive.switch_to_hmm(recent, window, threshold, tables.NEGATIVE.tolist())
    assert payoff.switch_to_hmm(recent, window, threshold) is expected


# --- Eq. 5 and the expected payoff


def test_expected_payoff_by_hand() -> None:
    # Client, e = 0: 1/4 (1/2*4 + 1/2*1) + 3/4 (1/3*4 + 2/3*1) = 5/8 + 3/2 = 17/8
    #         e = 1: 1/4 (1/4*0 + 3/4*2) + 3/4 (1*0)            = 3/8
    np.testing.assert_allclose(payoff.expected_payoff(BELIEF, REPLIES, CLIENT), [17 / 8, 3 / 8], rtol=1e-14)
    # Agent,  e = 0: 1/4 (1/2*2) + 3/4 (1/3*2)                  = 1/4 + 1/2 = 3/4
    #         e = 1: 1/4 (1/4*6 + 3/4*1) + 3/4 (1*6)            = 9/16 + 72/16 = 81/16
    np.testing.assert_allclose(payoff.expected_payoff(BELIEF, REPLIES, AGENT), [3 / 4, 81 / 16], rtol=1e-14)


@pytest.mark.parametrize(
    ("agent_weight", "values", "emotion"),
    [
        (0.0, [17 / 8, 3 / 8], 0),
        (0.5, [23 / 16, 87 / 32], 1),  # means of the two sides above
        (1.0, [3 / 4, 81 / 16], 1),
    ],
)
def test_belief_weighted_tone_by_hand(agent_weight: float, values: list[float], emotion: int) -> None:
    choice = payoff.belief_weighted_tone(BELIEF, REPLIES, CLIENT, AGENT, [True, True], agent_weight=agent_weight)
    np.testing.assert_allclose(choice.values, values, rtol=1e-14)
    assert choice.emotion == emotion


def test_paper_tone_by_hand() -> None:
    # Favourable = reply 0. e = 0: 1/4*1/2*1/2 + 3/4*1/3*1/5 = 1/16 + 1/20 = 9/80
    #                       e = 1: 1/4*1/4*1/4 + 3/4*1*3/5   = 1/64 + 9/20 = 149/320
    weights = [[1 / 2, 1 / 4], [1 / 5, 3 / 5]]
    choice = payoff.paper_tone(BELIEF, REPLIES, weights, favourable=[True, False])
    np.testing.assert_allclose(choice.values, [9 / 80, 149 / 320], rtol=1e-14)
    assert choice.emotion == 1


def test_masked_emotions_keep_their_value_and_lose_the_choice() -> None:
    choice = payoff.belief_weighted_tone(BELIEF, REPLIES, CLIENT, AGENT, [True, False])
    assert choice.emotion == 0
    assert choice.values[1] > choice.values[0]


def test_ties_go_to_the_lowest_index() -> None:
    same = [[1.0, 1.0], [1.0, 1.0]]
    assert payoff.belief_weighted_tone(BELIEF, REPLIES, same, same, [True, True]).emotion == 0
    assert payoff.best_payoff(0, [[1, 5, 5, 5]], mask=[True, False, True, True]).emotion == 2


@settings(max_examples=50, deadline=None)
@given(models, masks, st.floats(0.0, 1.0))
def test_scores_agree_with_naive(model: tuple[Array, Array], mask: list[bool], agent_weight: float) -> None:
    belief, replies = model
    choice = payoff.belief_weighted_tone(
        belief, replies, tables.CLIENT_PAYOFFS, tables.AGENT_PAYOFFS, mask, agent_weight=agent_weight
    )
    client = naive.expected_payoff(belief, replies, tables.CLIENT_PAYOFFS)
    agent = naive.expected_payoff(belief, replies, tables.AGENT_PAYOFFS)
    joint = [(1 - agent_weight) * c + agent_weight * a for c, a in zip(client, agent, strict=True)]
    np.testing.assert_allclose(choice.values, joint, rtol=1e-12)
    assert choice.emotion == naive.ranked(choice.values, mask)[0]

    scored = payoff.paper_tone(belief, replies, tables.STATE_EMOTION_WEIGHTS, mask=mask)
    favourable = [not negative for negative in tables.NEGATIVE]
    expected = naive.paper_values(belief, replies, tables.STATE_EMOTION_WEIGHTS, favourable)
    np.testing.assert_allclose(scored.values, expected, rtol=1e-12)
    assert scored.emotion == naive.ranked(scored.values, mask)[0]


@settings(max_examples=30, deadline=None)
@given(models, st.permutations(range(4)))
def test_renaming_states_changes_no_value(model: tuple[Array, Array], order: list[int]) -> None:
    belief, replies = model
    plain = payoff.expected_payoff(belief, replies, tables.CLIENT_PAYOFFS)
    renamed = payoff.expected_payoff(belief[order], replies[order], tables.CLIENT_PAYOFFS)
    np.testing.assert_allclose(renamed, plain, rtol=1e-12)


@settings(max_examples=30, deadline=None)
@given(models)
def test_a_larger_payoff_never_lowers_a_value(model: tuple[Array, Array]) -> None:
    plain = payoff.expected_payoff(*model, tables.CLIENT_PAYOFFS)
    raised = payoff.expected_payoff(*model, tables.CLIENT_PAYOFFS + 1.0)
    np.testing.assert_allclose(raised, plain + 1.0, rtol=1e-12)


def test_bodies_compose_inside_njit() -> None:
    value_body, best_body = payoff._expected_payoff, payoff._best

    @njit
    def choose(belief: Array, replies: Array, payoffs: Array, mask: npt.NDArray[np.bool_]) -> tuple[int, int]:
        values = np.empty(payoffs.shape[1])
        value_body(belief, replies, payoffs, values)
        return best_body(values, mask)

    arguments = (np.array(BELIEF), np.array(REPLIES), np.array(CLIENT, dtype=np.float64))
    assert choose(*arguments, np.array([True, True])) == (Status.OK, 0)
    assert choose(*arguments, np.array([False, True])) == (Status.OK, 1)
    assert choose(*arguments, np.array([False, False]))[0] == Status.EMPTY_MASK


# --- errors


def test_an_empty_mask_is_an_error() -> None:
    nothing = [False] * 7
    emission = tables.emission_tensor()
    with pytest.raises(EmptyMaskError, match="best_payoff: the mask allows no action"):
        payoff.best_payoff(JOY, tables.AGENT_PAYOFFS, mask=nothing)
    with pytest.raises(EmptyMaskError, match="wsls"):
        payoff.wsls(JOY, tables.AGENT_PAYOFFS, 0.0, mask=nothing)
    with pytest.raises(EmptyMaskError, match="paper_tone"):
        payoff.paper_tone(tables.INITIAL_BELIEF, emission, tables.STATE_EMOTION_WEIGHTS, mask=nothing)
    with pytest.raises(EmptyMaskError, match="belief_weighted_tone"):
        payoff.belief_weighted_tone(
            tables.INITIAL_BELIEF, emission, tables.CLIENT_PAYOFFS, tables.AGENT_PAYOFFS, nothing
        )


@pytest.mark.parametrize("emotion", [-1, 7, 1.0, True, "joy"])
def test_an_emotion_out_of_range_is_an_error(emotion: object) -> None:
    with pytest.raises(KernelArgumentError, match="client_emotion: "):
        payoff.best_payoff(emotion, tables.AGENT_PAYOFFS)  # type: ignore[arg-type]


def test_masks_of_numbers_are_refused() -> None:
    with pytest.raises(KernelArgumentError, match="mask: dtype int64 is not bool"):
        payoff.best_payoff(JOY, tables.AGENT_PAYOFFS, mask=[0, 1, 1, 1, 1, 1, 1])
    with pytest.raises(KernelArgumentError, match=r"mask: shape \(2,\), expected \(7\)"):
        payoff.best_payoff(JOY, tables.AGENT_PAYOFFS, mask=[True, True])


@pytest.mark.parametrize(("window", "threshold"), [(5, 6), (5, 0), (0, 1)])
def test_a_switch_that_cannot_decide_is_an_error(window: int, threshold: int) -> None:
    with pytest.raises(KernelArgumentError, match="threshold: "):
        payoff.switch_to_hmm([JOY], window, threshold)


@pytest.mark.parametrize("recent", [[7], [-1], [1.5], [[1, 2]]])
def test_bad_histories_are_named(recent: list[object]) -> None:
    with pytest.raises(KernelArgumentError, match="recent_emotions: "):
        payoff.switch_to_hmm(recent)  # type: ignore[arg-type]


@pytest.mark.parametrize("agent_weight", [-0.1, 1.1, float("nan")])
def test_agent_weight_is_a_share(agent_weight: float) -> None:
    with pytest.raises(KernelArgumentError, match="agent_weight: "):
        payoff.belief_weighted_tone(BELIEF, REPLIES, CLIENT, AGENT, [True, True], agent_weight=agent_weight)


def test_a_lost_normalisation_is_named() -> None:
    with pytest.raises(KernelArgumentError, match=r"emission: row \(1, 0\) sums to 1\.5"):
        payoff.expected_payoff(BELIEF, [[[1.0, 0.0]] * 2, [[1.0, 0.5], [1.0, 0.0]]], CLIENT)
