from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

import naive
import numpy as np
import numpy.typing as npt
import pytest
from eqnegotiator.kernels import alternating_offers as alternating
from eqnegotiator.kernels import bargaining, concession, offer_path, settlement, skimming
from eqnegotiator.kernels.bargaining import STOP, OfferPolicy, offer_policy
from eqnegotiator.kernels.concession import Reply
from eqnegotiator.kernels.status import ImpossibleEvidenceError, KernelArgumentError, NoAgreementError, Status
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import config, njit

Array = npt.NDArray[np.float64]

INTERPRETED = bool(config.DISABLE_JIT)  # type: ignore[attr-defined]
EXAMPLES = 15 if INTERPRETED else 60
INSTANCES = int(os.environ.get("EQNEG_AGREEMENT_INSTANCES", "50"))
seeds = st.integers(0, 2**32 - 1)


class Talks(NamedTuple):
    """Arguments of `offer_policy` and `offer_path`; every number is a multiple of 1/8, so that Fractions are exact."""

    belief: Array
    accept: Array
    payoff: Array
    hazard: Array
    walk_away: float
    handoff: float
    discount: float

    def policy(self) -> OfferPolicy:
        return offer_policy(*self[:4], walk_away=self.walk_away, handoff=self.handoff, discount=self.discount)

    def path(self) -> offer_path.OfferPath:
        return offer_path.offer_path(*self[:4], walk_away=self.walk_away, handoff=self.handoff, discount=self.discount)


def exact(values: Any) -> Any:
    """Nested lists of Fractions."""
    return exact_list(np.asarray(values, dtype=np.float64).tolist())


def exact_list(values: Any) -> Any:
    return [exact_list(value) for value in values] if isinstance(values, list) else Fraction(values)


def simplex(generator: np.random.Generator, size: int) -> Array:
    """A distribution in sixteenths; some elements may be zero."""
    cuts = np.sort(generator.integers(0, 17, size - 1))
    return np.diff(np.concatenate([[0], cuts, [16]])) / 16


def random_talks(seed: int, *, orderly: bool) -> Talks:
    """Orderly: nobody retreats. Some seeds are hard thresholds, one type, one offer, no patience, certain departure."""
    generator = np.random.default_rng(seed)
    types, offers, rounds = (int(generator.integers(1, 4)) for _ in range(3))
    levels = generator.choice([1, 8])
    accept = generator.integers(0, levels + 1, (rounds, types, offers)) / levels
    if orderly:
        accept = np.maximum.accumulate(np.sort(accept, axis=2)[:, :, ::-1], axis=0)
    return Talks(
        simplex(generator, types),
        np.ascontiguousarray(accept),
        generator.integers(-4, 9, offers) / 4,
        generator.choice([0, 0.125, 0.5, 1], types),
        float(generator.integers(-4, 5)) / 4,
        float(generator.integers(-4, 5)) / 4,
        float(generator.choice([0, 0.5, 0.75, 1])),
    )


def lawful_talks(seed: int) -> Talks:
    """walk_away <= 0 <= handoff <= payoffs, which rise; types in order: the last accepts most and leaves least."""
    generator = np.random.default_rng(seed)
    types, offers, rounds = (int(generator.integers(1, 6)) for _ in range(3))
    accept = generator.uniform(size=(rounds, types, offers))
    if seed % 2:
        accept = np.round(accept)
    accept = np.maximum.accumulate(np.sort(np.sort(accept, axis=2)[:, :, ::-1], axis=1), axis=0)
    payoff = np.sort(generator.uniform(0.2, 1.0, offers))
    return Talks(
        generator.dirichlet(np.ones(types)),
        accept,
        payoff,
        np.sort(generator.uniform(0.0, 1.0, types))[::-1],
        -float(generator.choice([0.0, 0.5])),
        float(generator.uniform(0.0, payoff[0])),
        float(generator.uniform(0.0, 1.0)),
    )


def follow(policy: OfferPolicy, step: int, last: int) -> tuple[int, ...]:
    """The offers made from a state on."""
    path = []
    for now in range(step, len(policy.offer)):
        last = int(policy.offer[now, last])
        if last == STOP:
            break
        path.append(last)
    return tuple(path)


# --- alternating offers: by hand


def test_an_ultimatum_takes_the_pie() -> None:
    game = alternating.alternating_offers(1, [0.5, 0.5], first=1)
    assert game.proposer.tolist() == [1]
    assert game.values.tolist() == [[0.0, 1.0]]
    assert game.offer.tolist() == game.threshold.tolist() == [0.0]


def test_three_rounds_by_hand() -> None:
    # Round 2: player 0 takes 1. Round 1: player 0 would wait for 1/2, so player 1 keeps 1/2.
    # Round 0: player 1 would wait for 3/4 * 1/2 = 3/8, so player 0 keeps 5/8.
    game = alternating.alternating_offers(3, [0.5, 0.75])
    assert game.proposer.tolist() == [0, 1, 0]
    assert game.threshold.tolist() == [3 / 8, 1 / 2, 0.0]
    assert game.values.tolist() == [[5 / 8, 3 / 8], [1 / 2, 1 / 2], [1.0, 0.0]]
    assert game.agreed.all()


@pytest.mark.parametrize("rounds", [1, 2, 3, 4, 7, 20])
def test_stahl(rounds: int) -> None:
    delta = Fraction(3, 4)
    expected = (1 - (-delta) ** rounds) / (1 + delta)
    assert alternating.alternating_offers(rounds, [0.75, 0.75]).values[0, 0] == pytest.approx(float(expected), rel=1e-14)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.floats(0.0, 0.95), st.floats(0.0, 0.95))
def test_long_horizons_approach_rubinstein(mine: float, theirs: float) -> None:
    game = alternating.alternating_offers(600, [mine, theirs])
    assert game.values[0, 0] == pytest.approx((1 - theirs) / (1 - mine * theirs), abs=1e-9)


def test_risk_of_breakdown_is_impatience() -> None:
    waiting = alternating.alternating_offers(9, [0.9, 0.9])
    risking = alternating.alternating_offers(9, [1.0, 1.0], breakdown=0.1)
    np.testing.assert_allclose(risking.values, waiting.values, rtol=1e-12)


def test_small_risk_splits_the_difference() -> None:
    # Binmore, Rubinstein, Wolinsky: the Nash solution with the breakdown point as disagreement, 1/5 + (1 - 3/10) / 2.
    game = alternating.alternating_offers(40000, [1.0, 1.0], breakdown=1e-3, disagreement=[0.2, 0.1])
    assert game.values[0, 0] == pytest.approx(0.55, abs=1e-3)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.floats(0.0, 1.0))
def test_an_outside_option_counts_only_when_it_beats_the_bargain(option: float) -> None:
    # Without it the responder gets 9/10 * 10/19 = 9/19 of an endless game.
    game = alternating.alternating_offers(801, [0.9, 0.9], outside=[0.0, option])
    assert game.values[0, 1] == pytest.approx(max(9 / 19, option), abs=1e-9)


def test_no_agreement_when_both_gain_from_leaving() -> None:
    game = alternating.alternating_offers(2, [0.5, 0.5], outside=[0.75, 0.5])
    assert not game.agreed.any()
    assert game.values.tolist() == [[0.75, 0.5]] * 2
    assert game.offer.tolist() == [0.0, 0.0]


def test_factors_may_change_from_round_to_round() -> None:
    # Round 1: player 1 takes 1. Round 0: 1/4 of it after breakdown with probability 1/2: 1/8.
    game = alternating.alternating_offers(2, [[1.0, 0.25], [1.0, 1.0]], breakdown=[0.5, 0.0])
    assert game.values[0].tolist() == [7 / 8, 1 / 8]


def agrees_alternating_offers(seed: int) -> None:
    generator = np.random.default_rng(seed)
    rounds, first = int(generator.integers(1, 6)), int(generator.integers(2))
    discount = generator.integers(0, 9, (rounds, 2)) / 8
    breakdown = generator.integers(0, 5, rounds) / 4
    disagreement, outside = generator.integers(0, 6, (2, 2)) / 8 * generator.integers(0, 2, (2, 1))
    game = alternating.alternating_offers(rounds, discount, first=first, breakdown=breakdown, disagreement=disagreement, outside=outside)
    for step in range(rounds):
        values = naive.alternating_values(exact(discount), first, exact(breakdown), exact(disagreement), exact(outside), step)
        np.testing.assert_allclose(game.values[step], np.array(values, dtype=float), rtol=1e-11, atol=1e-11)
        giver, taker = int(game.proposer[step]), 1 - int(game.proposer[step])
        if game.agreed[step]:
            assert game.offer[step] == game.threshold[step] == game.values[step, taker]
            assert game.values[step].sum() == pytest.approx(1.0, abs=1e-12)
        else:
            assert game.values[step, giver] > 1 - game.threshold[step]


# --- concession


def test_tactics_by_hand() -> None:
    limits = concession.concession_limits([0.2, 0, 0, 0], [1, 1, 1, 1], [0.0, 0.5, 1.0, 2.0], 5)
    assert limits[:, 0].tolist() == [0.2] * 5
    np.testing.assert_allclose(limits[:, 1], np.array([0, 1, 4, 9, 16]) / 16, rtol=1e-14)
    np.testing.assert_allclose(limits[:, 2], np.array([0, 1, 2, 3, 4]) / 4, rtol=1e-14)
    np.testing.assert_allclose(limits[:, 3], np.sqrt([0, 1, 2, 3, 4]) / 2, rtol=1e-14)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.floats(0.0, 50.0), min_size=1, max_size=5), st.integers(1, 12), st.floats(1e-3, 5.0))
def test_concessions_rise_from_first_to_reservation(betas: list[float], rounds: int, softness: float) -> None:
    limits = concession.concession_limits([0.25] * len(betas), [0.75] * len(betas), betas, rounds)
    assert (limits[0] == 0.25).all()
    if rounds > 1:
        assert limits[-1].tolist() == [0.75 if beta > 0.0 else 0.25 for beta in betas]
    assert (np.diff(limits, axis=0) >= 0.0).all()
    offers = np.linspace(0.0, 1.0, 9)
    soft = concession.acceptance(limits, offers, softness=softness)
    assert ((soft >= 0.0) & (soft <= 1.0)).all()
    offer_policy(np.ones(len(betas)) / len(betas), soft, offers, np.zeros(len(betas)))


def test_soft_acceptance_is_logistic_and_hardens() -> None:
    soft = concession.acceptance([[0.5]], [0.25, 0.5, 0.75], softness=0.125)
    np.testing.assert_allclose(soft[0, 0], [1 / (1 + np.exp(-2)), 0.5, 1 / (1 + np.exp(2))], rtol=1e-14)
    assert concession.acceptance([[0.5]], [0.25, 0.5, 0.75]).tolist() == [[[1.0, 1.0, 0.0]]]
    np.testing.assert_allclose(concession.acceptance([[0.5]], [0.25, 0.75], softness=1e-320)[0, 0], [1.0, 0.0])


def test_replies_by_hand() -> None:
    # Refused at 1/4 before, accept 5/8 now: of the remaining 3/4, 3/8 accept; 3/8 refuse, of whom 1/4 leave.
    arguments = ([0.625], [0.25])
    for reply, expected in ((Reply.ACCEPT, 1 / 2), (Reply.REFUSE, 3 / 8), (Reply.LEAVE, 1 / 8), (Reply.SILENCE, 1.0)):
        assert concession.reply_likelihood(reply, *arguments, refused=[0.25]).tolist() == [expected]
    assert concession.reply_likelihood(Reply.REFUSE, [1.0], [0.0], refused=[1.0]).tolist() == [0.0]


def test_a_counter_speaks_for_the_type_whose_limit_it_is() -> None:
    likelihood = concession.counter_likelihood([0.2, 0.4, 0.6], 0.4, 0.1)
    np.testing.assert_allclose(likelihood / likelihood[1], [np.exp(-2), 1.0, np.exp(-2)], rtol=1e-12)
    belief = concession.update_belief([0.25, 0.5, 0.25], likelihood)
    assert belief.argmax() == 1
    stray = concession.counter_likelihood([0.0], 1e9, 1e-9, stray=0.5, span=2.0)
    assert stray.tolist() == [0.25]


def agrees_update_belief(seed: int) -> None:
    """Refusals one by one lead to the belief of the policy's state; the replies' probabilities sum to one."""
    talks = random_talks(seed, orderly=True)
    policy = talks.policy()
    generator = np.random.default_rng(seed)
    belief, chance, last = talks.belief, 1.0, talks.payoff.size
    refused = np.zeros(belief.size)
    for step, accept in enumerate(talks.accept):
        last = int(generator.integers(0, min(last + 1, talks.payoff.size)))
        now = accept[:, last]
        replies = [
            concession.reply_likelihood(reply, now, talks.hazard, refused=refused) for reply in (Reply.ACCEPT, Reply.REFUSE, Reply.LEAVE)
        ]
        assert np.sum(replies, axis=0)[refused < 1.0] == pytest.approx(1.0)
        weights = [
            p * (1 - h) ** (step + 1) * (1 - a) for p, h, a in zip(exact(talks.belief), exact(talks.hazard), exact(now), strict=True)
        ]
        chance *= float(belief @ replies[1])
        assert chance == pytest.approx(float(sum(weights)), abs=1e-12)
        assert policy.remaining[step + 1, last] == pytest.approx(float(sum(weights)), abs=1e-12)
        if sum(weights) == 0:
            with pytest.raises(ImpossibleEvidenceError):
                concession.update_belief(belief, replies[1])
            return
        belief = concession.update_belief(belief, replies[1])
        np.testing.assert_allclose(belief, [float(weight / sum(weights)) for weight in weights], rtol=1e-11, atol=1e-11)
        refused = now


# --- offer policy: by hand


def test_two_types_are_skimmed_by_hand() -> None:
    # Limits 1 and 2, half each, discount 3/4: pooling pays 1; skimming 1/2 * 2 + 3/4 * 1/2 * 1 = 11/8.
    accept = concession.acceptance([[1, 2]] * 2, [1, 2])
    policy = offer_policy([0.5, 0.5], accept, [1, 2], [0, 0], discount=0.75)
    assert policy.value[0].tolist() == [1.0, 11 / 8, 11 / 8]
    assert policy.offer[0].tolist() == [0, 1, 1]
    assert policy.remaining[1].tolist() == [0.0, 0.5, 1.0]
    assert (policy.value[1, 1], policy.offer[1, 1]) == (1.0, 0)
    assert policy.threshold[0, 2] == 1
    assert policy.threshold[1, 1] == 0


def test_impatience_and_hazard_pool() -> None:
    accept = concession.acceptance([[1, 2]] * 2, [1, 2])
    # 1 + discount / 2 against 1.25 for certain: skimming needs a discount above 1/2; half the customers leaving halves it.
    payoff = [1.25, 2.0]
    assert offer_policy([0.5, 0.5], accept, payoff, [0, 0], discount=0.25).offer[0, 2] == 0
    assert offer_policy([0.5, 0.5], accept, payoff, [0, 0], discount=0.75).offer[0, 2] == 1
    assert offer_policy([0.5, 0.5], accept, payoff, [0.75, 0.75], discount=0.75).offer[0, 2] == 0


def test_one_known_type_is_asked_for_its_limit() -> None:
    accept = concession.acceptance([[2.5]] * 3, [1, 2, 3])
    policy = offer_policy([1.0], accept, [1, 2, 3], [0.5], discount=0.5)
    assert policy.value[0, 3] == 2.0
    assert policy.offer[0].tolist() == [0, 1, 1, 1]


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.floats(0.05, 5.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.integers(1, 8))
def test_one_conceding_type_is_met_where_waiting_stops_paying(beta: float, hazard: float, discount: float, rounds: int) -> None:
    limits = concession.concession_limits([0.25], [1.0], [beta], rounds)
    offers = np.linspace(0.0, 1.0, 17)
    policy = offer_policy([1.0], concession.acceptance(limits, offers), offers, [hazard], discount=discount)
    keep = discount * (1.0 - hazard)
    expected = max(keep**t * offers[offers <= limits[t, 0]].max() for t in range(rounds))
    # Waiting needs an offer that is refused; where even the hardest is accepted, it is taken at once.
    assert policy.value[0, 17] == pytest.approx(expected, abs=1e-12)


def test_a_hopeless_customer_is_handed_off_at_once() -> None:
    policy = offer_policy([1.0], np.zeros((3, 1, 2)), [1, 2], [0.5], walk_away=-1.0, handoff=0.25)
    assert (policy.offer == STOP).all()
    assert (policy.value == 0.25).all()


def test_states_that_cannot_be_reached_are_handed_off() -> None:
    policy = offer_policy([1.0], np.ones((2, 1, 2)), [1, 2], [0.0], handoff=0.5)
    assert policy.remaining[1].tolist() == [0.0, 0.0, 1.0]
    assert policy.offer[1].tolist() == [STOP, STOP, 1]
    assert policy.value[1].tolist() == [0.5, 0.5, 2.0]


def test_ties_are_gentle() -> None:
    # Everybody accepts everything, and the creditor does not mind.
    assert (offer_policy([1.0], np.ones((2, 1, 3)), [1, 1, 1], [0.0]).offer[0] == 0).all()
    # Nobody accepts anything, and talking on costs nothing.
    assert (offer_policy([1.0], np.zeros((2, 1, 3)), [1, 1, 1], [0.0]).offer == 0).all()


def agrees_offer_policy(seed: int) -> None:
    talks = random_talks(seed, orderly=True)
    policy = talks.policy()
    rounds, types, offers = talks.accept.shape
    generator = np.random.default_rng(seed)
    accept, payoff, hazard = exact(talks.accept), exact(talks.payoff), exact(talks.hazard)
    ends = (Fraction(talks.walk_away), Fraction(talks.handoff), Fraction(talks.discount))
    for step, last in ((0, offers), (int(generator.integers(rounds)), int(generator.integers(offers)))):
        refused = [accept[step - 1][k][last] if step and last < offers else Fraction(0) for k in range(types)]
        weights = [p * (1 - h) ** step for p, h in zip(exact(talks.belief), hazard, strict=True)]
        there = sum(weight * (1 - before) for weight, before in zip(weights, refused, strict=True))
        assert policy.remaining[step, last] == pytest.approx(float(there), abs=1e-12)
        if there == 0:
            assert (policy.value[step, last], policy.offer[step, last]) == (talks.handoff, STOP)
            continue
        paths = naive.concessions(rounds - step, min(last, offers - 1))
        payoffs = naive.concession_payoffs(weights, refused, accept[step:], payoff, hazard, ends, paths)
        best = float(max(payoffs.values()) / there)
        assert policy.value[step, last] == pytest.approx(best, rel=1e-11, abs=1e-11)
        assert float(payoffs[follow(policy, step, last)] / there) == pytest.approx(best, rel=1e-11, abs=1e-11)
        worth = [offer for offer in range(offers) if talks.payoff[offer] >= best - 1e-11]
        assert policy.threshold[step, last] == min(worth, default=offers)


# --- offer policy: laws


@settings(max_examples=EXAMPLES, deadline=None)
@given(seeds)
def test_values_are_bounded(seed: int) -> None:
    talks = random_talks(seed, orderly=True)
    value = talks.policy().value
    assert (value >= talks.handoff - 1e-12).all()
    assert (value <= max(talks.payoff.max(), talks.handoff, talks.walk_away, 0.0) + 1e-12).all()


@settings(max_examples=EXAMPLES, deadline=None)
@given(seeds)
def test_value_does_not_fall_with_the_cutoff(seed: int) -> None:
    policy = lawful_talks(seed).policy()
    for value, there in zip(policy.value, policy.remaining, strict=True):
        # States that rounding alone keeps from probability zero say nothing.
        assert (np.diff(value[there > 1e-9]) >= -1e-9).all()


@settings(max_examples=EXAMPLES, deadline=None)
@given(seeds, st.floats(0.0, 1.0), st.integers(0, 4), st.integers(0, 4))
def test_value_does_not_fall_with_a_better_belief(seed: int, share: float, low: int, high: int) -> None:
    talks = lawful_talks(seed)
    low, high = sorted((low % talks.belief.size, high % talks.belief.size))
    better = talks.belief.copy()
    moved = share * better[low]
    better[low] -= moved
    better[high] += moved
    assert talks._replace(belief=better).policy().value[0, -1] >= talks.policy().value[0, -1] - 1e-12


@settings(max_examples=EXAMPLES, deadline=None)
@given(seeds, st.floats(0.0, 1.0))
def test_value_does_not_rise_with_hazard_nor_with_impatience(seed: int, share: float) -> None:
    talks = lawful_talks(seed)
    value = talks.policy().value[0, -1]
    assert talks._replace(hazard=talks.hazard + share * (1.0 - talks.hazard)).policy().value[0, -1] <= value + 1e-12
    # Impatience would help to forget what is lost by departures.
    talks = talks._replace(walk_away=0.0)
    value = talks.policy().value[0, -1]
    assert talks._replace(discount=share * talks.discount).policy().value[0, -1] <= value + 1e-12


@settings(max_examples=EXAMPLES, deadline=None)
@given(seeds)
def test_knowing_the_type_is_worth_something(seed: int) -> None:
    talks = random_talks(seed, orderly=True)
    known = [talks._replace(belief=one).policy().value[0, -1] for one in np.eye(talks.belief.size)]
    assert talks.policy().value[0, -1] <= float(talks.belief @ known) + 1e-12


@settings(max_examples=EXAMPLES, deadline=None)
@given(seeds)
def test_a_soft_type_is_a_mixture_of_hard_ones(seed: int) -> None:
    # Of eight ranks, those below 8 accept: the rank is a type like any other.
    talks = random_talks(seed, orderly=True)
    ranks = (np.arange(8) + 0.5) / 8
    hard = (talks.accept[:, :, np.newaxis, :] > ranks[:, np.newaxis]).astype(float)
    rounds, types, offers = talks.accept.shape
    mixture = talks._replace(
        belief=np.repeat(talks.belief / 8, 8),
        accept=hard.reshape(rounds, 8 * types, offers),
        hazard=np.repeat(talks.hazard, 8),
    )
    np.testing.assert_allclose(mixture.policy().value, talks.policy().value, rtol=1e-9, atol=1e-9)


@settings(max_examples=EXAMPLES, deadline=None)
@given(seeds)
def test_with_fixed_limits_giving_up_harder_offers_costs_nothing(seed: int) -> None:
    talks = random_talks(seed, orderly=True)
    rounds, types, offers = talks.accept.shape
    talks = talks._replace(accept=np.repeat(np.round(talks.accept[:1]), rounds, axis=0))
    paths = [path for length in range(rounds + 1) for path in itertools.product(range(offers), repeat=length)]
    payoffs = naive.concession_payoffs(
        exact(talks.belief),
        [Fraction(0)] * types,
        exact(talks.accept),
        exact(talks.payoff),
        exact(talks.hazard),
        (Fraction(talks.walk_away), Fraction(talks.handoff), Fraction(talks.discount)),
        paths,
    )
    assert talks.policy().value[0, -1] == pytest.approx(float(max(payoffs.values())), abs=1e-12)


@settings(max_examples=EXAMPLES, deadline=None)
@given(seeds)
def test_offers_fall_along_every_path(seed: int) -> None:
    talks = lawful_talks(seed)
    policy = talks.policy()
    path = follow(policy, 0, talks.payoff.size)
    assert list(path) == sorted(path, reverse=True)
    assert (policy.offer <= np.arange(talks.payoff.size + 1)).all()


# --- offer path


def agrees_offer_path(seed: int) -> None:
    talks = random_talks(seed, orderly=False)
    found = talks.path()
    rounds, types, offers = talks.accept.shape
    belief, accept, payoff, hazard = (exact(values) for values in talks[:4])
    ends = (Fraction(talks.walk_away), Fraction(talks.handoff), Fraction(talks.discount))
    payoffs = {
        path: float(naive.coin_payoff(path, belief, accept, payoff, hazard, ends))
        for path in itertools.product(range(STOP, offers), repeat=rounds)
    }
    best = max(payoffs.values())
    held = tuple(found.offers.tolist())
    assert found.value == pytest.approx(payoffs[held], rel=1e-11, abs=1e-11)
    assert found.value <= best + 1e-11
    assert found.upper_bound >= best - 1e-11
    known = sum(
        chance * max(naive.coin_payoff(path, one, accept, payoff, hazard, ends) for path in payoffs)
        for chance, one in zip(belief, exact(np.eye(types)), strict=True)
    )
    assert found.upper_bound == pytest.approx(float(known), rel=1e-11, abs=1e-11)
    for step, other in itertools.product(range(rounds), range(STOP, offers)):
        assert payoffs[(*held[:step], other, *held[step + 1 :])] <= found.value + 1e-11
    if types == 1:
        assert found.value == pytest.approx(best, abs=1e-11)
        assert found.upper_bound == pytest.approx(best, abs=1e-11)
    value = offer_path.path_value(held, *talks[:4], walk_away=talks.walk_away, handoff=talks.handoff, discount=talks.discount)
    assert value == found.value


@settings(max_examples=EXAMPLES, deadline=None)
@given(seeds)
def test_hard_thresholds_leave_no_coin_to_toss(seed: int) -> None:
    talks = random_talks(seed, orderly=True)
    talks = talks._replace(accept=np.round(talks.accept))
    policy, found = talks.policy(), talks.path()
    path = list(follow(policy, 0, talks.payoff.size))
    path += [STOP] * (len(talks.accept) - len(path))
    value = offer_path.path_value(path, *talks[:4], walk_away=talks.walk_away, handoff=talks.handoff, discount=talks.discount)
    assert policy.value[0, -1] == pytest.approx(value, abs=1e-12)
    assert policy.value[0, -1] <= found.upper_bound + 1e-12


@settings(max_examples=EXAMPLES, deadline=None)
@given(seeds)
def test_no_other_offer_in_one_round_improves_a_path(seed: int) -> None:
    generator = np.random.default_rng(seed)
    rounds, types, offers = 4, 4, 5
    talks = Talks(
        generator.dirichlet(np.ones(types)),
        generator.uniform(size=(rounds, types, offers)) ** 3,
        generator.uniform(size=offers),
        generator.choice([0.0, 0.1, 0.6], types),
        -0.5,
        0.25,
        0.95,
    )
    found = talks.path()
    for step, other in itertools.product(range(rounds), range(STOP, offers)):
        changed = found.offers.copy()
        changed[step] = other
        value = offer_path.path_value(changed, *talks[:4], walk_away=-0.5, handoff=0.25, discount=0.95)
        assert value <= found.value + 1e-11


# --- skimming


def test_a_patient_customer_by_hand() -> None:
    # Last round: against both types the price 1 pays 1, and 2 as much. Before it the high type gives up
    # 1/2 * (2 - 1) by accepting 2, so accepts 3/2: 1/2 * 3/2 + 3/4 * 1/2 * 1 = 9/8 against 1 for selling to both.
    game = skimming.skimming_equilibrium([0.5, 0.5], [1, 2], 2, discount_creditor=0.75, discount_customer=0.5)
    assert game.threshold.tolist() == [[1.0, 1.5], [1.0, 2.0]]
    assert game.value[0].tolist() == [0.0, 1.0, 9 / 8]
    assert (game.cutoff[0, 2], game.price[0, 2]) == (1, 1.5)
    assert (game.cutoff[1, 2], game.price[1, 2]) == (0, 1.0)


def test_waiting_for_a_creditor_who_waits_by_hand() -> None:
    # Types 0 and 1 alone, 1/8 and 3/8, are asked for 6 in the last round: 6 * 3/8 > 3 * 1/2. Earlier type 1 accepts
    # 6 - (6 - 3) / 2 = 9/2 at most, and 9/2 * 3/8 + 3 * 1/8 is less: the creditor waits. So type 2, left among them, would
    # wait one, two, three rounds for the price 6: it accepts 9 - 3/2, 9 - 3/4, 9 - 3/8.
    game = skimming.skimming_equilibrium([0.125, 0.375, 0.5], [3, 6, 9], 4, discount_customer=0.5)
    assert game.cutoff[:, 2].tolist() == [2, 2, 2, 1]
    assert game.threshold[:, 2].tolist() == [8.625, 8.25, 7.5, 9.0]
    assert game.value[0, 3] == 8.625 / 2 + 6 * 3 / 8


def test_a_creditor_who_can_wait_for_the_deadline_has_commitment() -> None:
    # Nobody discounts: any price before the last round must match its price. Monopoly: 2 * 3/4.
    game = skimming.skimming_equilibrium([0.25, 0.75], [1, 2], 4, discount_customer=1.0)
    assert game.value[0, 2] == 1.5


@pytest.mark.parametrize(("rounds", "creditor", "customer"), [(1, 0.9, 0.9), (2, 0.9, 0.9), (3, 0.75, 0.9), (6, 0.95, 0.5)])
def test_uniform_reservations_approach_sobel_and_takahashi(rounds: int, creditor: float, customer: float) -> None:
    # With n rounds left and reservations uniform on [0, c]: value a c^2, price s c, sale to those above l c.
    types = 60 if INTERPRETED else 400
    worth, share, slope = 0.0, 0.0, 1.0
    for _ in range(rounds):
        slope = 1.0 - customer + customer * share if share else 1.0
        lowest = slope / (2.0 * (slope - creditor * worth))
        worth = slope * lowest * (1.0 - lowest) + creditor * worth * lowest**2
        share = slope * lowest
    game = skimming.skimming_equilibrium(
        np.full(types, 1 / types),
        (np.arange(types) + 0.5) / types,
        rounds,
        discount_creditor=creditor,
        discount_customer=customer,
    )
    assert game.value[0, types] == pytest.approx(worth, abs=3 / types)
    assert game.price[0, types] == pytest.approx(share, abs=8 / types)


def random_market(seed: int) -> tuple[Array, Array, int, dict[str, float]]:
    generator = np.random.default_rng(seed)
    types, rounds = int(generator.integers(1, 7)), int(generator.integers(1, 6))
    reservations = np.cumsum(generator.choice([0.125, 0.5, 1.0], types))
    return (
        simplex(generator, types) if seed % 2 else generator.dirichlet(np.ones(types)),
        reservations,
        rounds,
        {
            "discount_creditor": float(generator.choice([0.0, 0.5, 0.9, 1.0])),
            "discount_customer": float(generator.choice([0.0, 0.5, 0.9, 1.0])),
            "hazard": float(generator.choice([0.0, 0.0, 0.25, 1.0])),
            "walk_away": float(generator.choice([-1.0, 0.0, reservations[0]])),
        },
    )


def agrees_skimming_equilibrium(seed: int) -> None:
    """Nobody gains by deviating once, in any round and state; values are what the strategies pay."""
    belief, reservations, rounds, terms = random_market(seed)
    game = skimming.skimming_equilibrium(belief, reservations, rounds, **terms)
    factor = terms["discount_customer"] * (1.0 - terms["hazard"])
    keep = terms["discount_creditor"] * (1.0 - terms["hazard"])
    cutoff, price, threshold = game.cutoff.tolist(), game.price.tolist(), game.threshold.tolist()
    mass = np.concatenate([[0.0], np.cumsum(belief)])
    assert (np.diff(game.threshold, axis=1) >= -1e-12).all()
    for step, state in itertools.product(range(rounds), range(1, belief.size + 1)):

        def worth(lowest: int, step: int = step, state: int = state) -> float:
            sold = mass[state] - mass[lowest]
            ahead = mass[lowest] * (terms["hazard"] * terms["walk_away"] + keep * game.value[step + 1, lowest])
            return float((threshold[step][lowest] * sold if lowest < state else 0.0) + ahead)

        chosen = cutoff[step][state]
        if mass[state] > 0.0:
            assert game.value[step, state] * mass[state] == pytest.approx(worth(chosen), abs=1e-11)
        assert worth(chosen) >= max(worth(lowest) for lowest in range(state + 1)) - 1e-11
        asked = price[step][state]
        assert asked == (threshold[step][chosen] if chosen < state else reservations[-1])
        for kind in range(state):
            waiting = factor * naive.waiting_payoff(reservations[kind], step + 1, chosen, cutoff, price, factor)
            if kind >= chosen:
                assert reservations[kind] - asked >= waiting - 1e-11
            else:
                assert reservations[kind] - asked <= waiting + 1e-11


@settings(max_examples=EXAMPLES, deadline=None)
@given(seeds)
def test_patience_of_the_customer_costs_the_creditor(seed: int) -> None:
    belief, reservations, rounds, terms = random_market(seed)
    value = skimming.skimming_equilibrium(belief, reservations, rounds, **terms).value[0, -1]
    naive_customers = skimming.skimming_equilibrium(belief, reservations, rounds, **{**terms, "discount_customer": 0.0})
    assert reservations[0] - 1e-12 <= value <= naive_customers.value[0, -1] + 1e-12
    # Equal patience: no scheme beats one final price (Riley and Zeckhauser 1983).
    terms = {**terms, "discount_customer": terms["discount_creditor"], "walk_away": 0.0}
    value = skimming.skimming_equilibrium(belief, reservations, rounds, **terms).value[0, -1]
    monopoly = max(r * belief[k:].sum() for k, r in enumerate(reservations))
    assert value <= monopoly + 1e-12


@settings(max_examples=EXAMPLES, deadline=None)
@given(seeds)
def test_customers_who_do_not_wait_climb_down_the_ladder(seed: int) -> None:
    belief, reservations, rounds, terms = random_market(seed)
    terms |= {"discount_customer": 0.0, "walk_away": 0.0}
    game = skimming.skimming_equilibrium(belief, reservations, rounds, **terms)
    assert game.threshold.tolist() == [reservations.tolist()] * rounds
    policy = offer_policy(
        belief,
        concession.acceptance([reservations] * rounds, reservations),
        reservations,
        np.full(belief.size, terms["hazard"]),
        discount=terms["discount_creditor"],
    )
    assert game.value[0, -1] == pytest.approx(policy.value[0, -1], abs=1e-12)


# --- settlement


def test_solutions_on_a_curve() -> None:
    # u2 = 1 - u1^2: Nash maximises u1 - u1^3, at 1/sqrt(3); Kalai-Smorodinsky has u1 = u2, at (sqrt(5) - 1) / 2.
    mine = np.linspace(0.0, 1.0, 2001)
    curve = np.column_stack([mine, 1.0 - mine**2])
    assert settlement.nash_bargaining(curve, [0, 0]).gains[0] == pytest.approx(3**-0.5, abs=5e-4)
    assert settlement.kalai_smorodinsky(curve, [0, 0]).gains[0] == pytest.approx((5**0.5 - 1) / 2, abs=5e-4)


def test_solutions_differ_where_one_side_can_gain_more() -> None:
    # Products 0, 8, 9, 0; relative to the ideal (4, 8): least shares 0, 1/2 (2/4, 4/8), 3/8, 0.
    outcomes = [[0, 8], [2, 4], [3, 3], [4, 0]]
    assert settlement.nash_bargaining(outcomes, [0, 0]).outcome == 2
    fair = settlement.kalai_smorodinsky(outcomes, [0, 0])
    assert (fair.outcome, fair.score, fair.gains.tolist()) == (1, 0.5, [2.0, 4.0])


def test_ties_are_efficient_then_first() -> None:
    assert settlement.nash_bargaining([[0, 0], [0, 2], [0, 2]], [0, 0]).outcome == 1
    assert settlement.kalai_smorodinsky([[0, 0], [0, 2], [0, 2]], [0, 0]).outcome == 1
    assert settlement.kalai_smorodinsky([[1, 2], [2, 2]], [1, 1]).outcome == 1


def test_no_settlement_below_disagreement() -> None:
    for solve in (settlement.nash_bargaining, settlement.kalai_smorodinsky):
        with pytest.raises(NoAgreementError, match="disagreement point"):
            solve([[0, 5], [5, 0]], [1, 1])


def agrees_settlement(seed: int) -> None:
    generator = np.random.default_rng(seed)
    outcomes = generator.integers(-3, 6, (int(generator.integers(1, 9)), 2)) / 4
    point = generator.integers(-3, 3, 2) / 4
    gains = [[u - d for u, d in zip(row, exact(point), strict=True)] for row in exact(outcomes)]
    rational = [row for row, pair in enumerate(gains) if min(pair) >= 0]
    if not rational:
        for solve in (settlement.nash_bargaining, settlement.kalai_smorodinsky):
            with pytest.raises(NoAgreementError):
                solve(outcomes, point)
        return
    nash = max(rational, key=lambda row: (gains[row][0] * gains[row][1], sum(gains[row])))
    ideal = [max(gains[row][side] for row in rational) for side in range(2)]
    shares = {row: sorted(g / i if i else Fraction(1) for g, i in zip(gains[row], ideal, strict=True)) for row in rational}
    fair = max(rational, key=lambda row: shares[row])
    found = settlement.nash_bargaining(outcomes, point)
    assert (found.outcome, found.score) == (nash, float(gains[nash][0] * gains[nash][1]))
    assert found.gains.tolist() == [float(gain) for gain in gains[nash]]
    found = settlement.kalai_smorodinsky(outcomes, point)
    assert shares[found.outcome] == shares[fair]
    assert found.score == pytest.approx(float(shares[fair][0]), abs=1e-15)
    for solution in (nash, found.outcome):
        assert not any(
            all(a >= b for a, b in zip(gains[row], gains[solution], strict=True)) and gains[row] != gains[solution] for row in rational
        )


@settings(max_examples=EXAMPLES, deadline=None)
@given(seeds, st.floats(0.1, 10.0), st.floats(-5.0, 5.0))
def test_solutions_do_not_depend_on_units(seed: int, scale: float, shift: float) -> None:
    outcomes = np.random.default_rng(seed).uniform(0.0, 1.0, (9, 2))
    moved = outcomes * [scale, 1.0] + [shift, 0.0]
    for solve in (settlement.nash_bargaining, settlement.kalai_smorodinsky):
        assert solve(moved, [shift - 1e-6, 0.0]).outcome == solve(outcomes, [-1e-6 / scale, 0.0]).outcome


# --- agreement with the references


@pytest.mark.parametrize(
    "agrees",
    [
        agrees_alternating_offers,
        agrees_offer_path,
        agrees_offer_policy,
        agrees_settlement,
        agrees_skimming_equilibrium,
        agrees_update_belief,
    ],
)
def test_agreement(agrees: Callable[[int], None]) -> None:
    for seed in range(INSTANCES):
        agrees(seed)


# --- the compiled bodies, from inside compiled code


def test_bodies_compose_inside_njit() -> None:
    policy_body, nash_body = bargaining._offer_policy, settlement._nash_bargaining

    def body(belief: Array, accept: Array, payoff: Array, hazard: Array) -> tuple[float, int, int]:
        rounds, _, offers = accept.shape
        value, remaining = np.empty((rounds + 1, offers + 1)), np.empty((rounds + 1, offers + 1))
        offer = np.empty((rounds, offers + 1), dtype=np.int64)
        threshold = np.empty((rounds, offers + 1), dtype=np.int64)
        work = np.empty((2, rounds, offers))
        policy_body(belief, accept, payoff, hazard, 0.0, 0.0, 0.75, value, offer, threshold, remaining, work[0], work[1])
        status, outcome, _ = nash_body(np.array([[0.0, 2.0], [1.0, 1.0]]), np.zeros(2))
        return value[0, offers], status, outcome

    plan: Any = njit(body)
    accept = concession.acceptance([[1, 2]] * 2, [1, 2])
    value, status, outcome = plan(np.array([0.5, 0.5]), accept, np.array([1.0, 2.0]), np.zeros(2))
    assert (value, status, outcome) == (11 / 8, Status.OK, 1)


# --- errors

ACCEPT = [[[1.0, 0.5]], [[1.0, 0.75]]]


@pytest.mark.parametrize("solve", [offer_policy, offer_path.offer_path])
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"belief": [0.5]}, r"belief: sums to 0\.5"),
        ({"belief": []}, r"belief: shape \(0,\)"),
        ({"belief": [np.nan]}, "belief: contains NaN"),
        ({"accept": [[[1.0, 1.5]]]}, r"accept: 1\.5 at index \(0, 0, 1\) is above 1"),
        ({"accept": [[[1.0, -0.5]]]}, r"accept: -0\.5 at index \(0, 0, 1\) is negative"),
        ({"accept": [[1.0, 0.5]]}, r"accept: shape \(1, 2\), expected \(n, 1, n\)"),
        ({"accept": np.zeros((0, 1, 2))}, r"accept: shape \(0, 1, 2\)"),
        ({"accept": [[[1.0, 0.5], [1.0]]]}, "accept: rows of different lengths"),
        ({"payoff": [1.0]}, r"payoff: shape \(1,\), expected \(2\)"),
        ({"payoff": ["1", "2"]}, "payoff: dtype .* is not real numbers"),
        ({"hazard": [2.0]}, r"hazard: 2\.0 at index \(0,\) is above 1"),
        ({"hazard": [0.1, 0.2]}, r"hazard: shape \(2,\), expected \(1\)"),
        ({"walk_away": np.inf}, "walk_away: contains NaN or infinity"),
        ({"handoff": np.nan}, "handoff: contains NaN or infinity"),
        ({"discount": 1.5}, r"discount: 1\.5 at index \(\) is above 1"),
        ({"discount": -0.5}, r"discount: -0\.5 at index \(\) is negative"),
    ],
)
def test_bad_arguments_are_named(solve: Callable[..., object], changes: dict[str, object], message: str) -> None:
    arguments: dict[str, object] = {"belief": [1.0], "accept": ACCEPT, "payoff": [1.0, 2.0], "hazard": [0.0]}
    with pytest.raises(KernelArgumentError, match=message):
        solve(**{**arguments, **changes})


def test_retreats_are_refused() -> None:
    with pytest.raises(KernelArgumentError, match="type 0 accepts offer 1 less often in round 1 than in round 0"):
        offer_policy([1.0], ACCEPT[::-1], [1.0, 2.0], [0.0])
    with pytest.raises(KernelArgumentError, match="type 0 accepts offer 1 more often than offer 0 in round 0"):
        offer_policy([1.0], [[[0.5, 1.0]]], [1.0, 2.0], [0.0])
    assert offer_path.offer_path([1.0], [[[0.5, 1.0]]], [1.0, 2.0], [0.0]).offers.tolist() == [1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: alternating.alternating_offers(0, [0.5, 0.5]), "rounds: 0 is not an integer of at least 1"),
        (lambda: alternating.alternating_offers(2, [0.5]), r"discount: shape \(1,\), expected \(2\)"),
        (lambda: alternating.alternating_offers(2, [[0.5, 0.5]]), r"discount: shape \(1, 2\), expected \(2, 2\)"),
        (lambda: alternating.alternating_offers(2, [0.5, 1.5]), r"discount: 1\.5 at index \(1,\) is above 1"),
        (lambda: alternating.alternating_offers(2, [0.5, np.nan]), "discount: contains NaN"),
        (lambda: alternating.alternating_offers(2, [0.5, 0.5], first=2), r"first: 2 is not an integer in 0\.\.1"),
        (lambda: alternating.alternating_offers(2, [0.5, 0.5], breakdown=[0.5]), r"breakdown: shape \(1,\)"),
        (lambda: alternating.alternating_offers(2, [0.5, 0.5], breakdown=-1.0), "breakdown: -1.0 .* is negative"),
        (lambda: alternating.alternating_offers(2, [0.5, 0.5], outside=[-1, 0]), "outside: -1.0 .* is negative"),
        (lambda: alternating.alternating_offers(2, [0.5, 0.5], disagreement=[0]), r"disagreement: shape \(1,\)"),
        (lambda: concession.concession_limits([1.0], [0.5], [1.0], 3), r"reservation: 0\.5 of type 0 is below"),
        (lambda: concession.concession_limits([0.0], [0.5], [-1.0], 3), "beta: -1.0 .* is negative"),
        (lambda: concession.concession_limits([0.0], [0.5], [1.0], True), "rounds: True is not an integer"),
        (lambda: concession.acceptance([[1.0]], [2.0, 1.0]), r"offers: 1\.0 at index 1 does not exceed 2\.0"),
        (lambda: concession.acceptance([[1.0]], [1.0], softness=-1.0), "softness: -1.0 .* is negative"),
        (lambda: concession.reply_likelihood(Reply.REFUSE, [0.5], [0.0], refused=[0.75]), "refused: 0.75 of type 0 exceeds"),
        (lambda: concession.reply_likelihood(9, [0.5], [0.0]), "reply: 9 is not one of"),  # type: ignore[arg-type]
        (lambda: concession.counter_likelihood([0.5], 0.5, 0.0), r"noise: 0\.0 is not above 0"),
        (lambda: concession.counter_likelihood([0.5], 0.5, 1.0, span=-1.0), r"span: -1\.0 is not above 0"),
        (lambda: concession.counter_likelihood([0.5], np.nan, 1.0), "counter: contains NaN"),
        (lambda: concession.counter_likelihood([0.5], 0.5, 1.0, stray=2.0), "stray: 2.0 .* is above 1"),
        (lambda: skimming.skimming_equilibrium([1.0], [1.0], 0), "rounds: 0 is not an integer"),
        (lambda: skimming.skimming_equilibrium([0.5, 0.5], [1.0, 1.0], 2), r"reservations: 1\.0 at index 1 does not exceed"),
        (lambda: skimming.skimming_equilibrium([1.0], [1.0], 2, walk_away=2.0), r"walk_away: 2\.0 exceeds"),
        (lambda: skimming.skimming_equilibrium([1.0], [1.0], 2, hazard=2.0), "hazard: 2.0 .* is above 1"),
        (lambda: skimming.skimming_equilibrium([1.0], [1.0], 2, discount_customer=-1.0), "discount_customer: -1.0"),
        (lambda: settlement.nash_bargaining([[1.0]], [0, 0]), r"outcomes: shape \(1, 1\), expected \(n, 2\)"),
        (lambda: settlement.kalai_smorodinsky([[1.0, np.inf]], [0, 0]), "outcomes: contains NaN"),
        (lambda: offer_path.path_value([0], [1.0], ACCEPT, [1, 2], [0]), r"offers: shape \(1,\), dtype int64; pass 2 integers"),
        (lambda: offer_path.path_value([0, 2], [1.0], ACCEPT, [1, 2], [0]), r"offers: \[0, 2\] has an index outside 0..1"),
    ],
)
def test_bad_calls_are_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(KernelArgumentError, match=message):
        call()


def test_arguments_are_not_changed() -> None:
    talks = random_talks(1, orderly=True)
    copies = [values.copy() for values in talks[:4]]
    talks.policy()
    talks.path()
    for values, copy in zip(talks[:4], copies, strict=True):
        assert values.tolist() == copy.tolist()
