"""Each tone policy against its definition; what holds for all of them is in test_strategy.py."""

from __future__ import annotations

import itertools
import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import naive
import numpy as np
import pytest
from eqnegotiator.edge.strategy import POLICIES, ToneState, choose, ethics_mask, observe
from eqnegotiator.edge.tone_tables import JOINT_PAYOFFS, PUBLISHED, ToneTables
from eqnegotiator.edge.tones import dominance, minimax, mixture, nash
from eqnegotiator.edge.tones.policy import Mask
from eqnegotiator.kernels import tables
from eqnegotiator.kernels.bimatrix import is_equilibrium
from hypothesis import given, settings
from hypothesis import strategies as st

JOY, SADNESS, ANGER, FEAR, SURPRISE, DISGUST, NEUTRAL = range(7)
# Choices of the policies as they were before they had files of their own.
RECORDED: list[dict[str, Any]] = json.loads((Path(__file__).parent / "data" / "tones.json").read_text(encoding="utf-8"))
DRAWING = ("random", "nash", "minimax")
# What the ethics mask can leave: all but disgust, without firmness, without joy and surprise, without either.
MASKS: list[Mask] = [
    tuple(emotion not in forbidden for emotion in range(7))
    for forbidden in ({DISGUST}, {DISGUST, ANGER}, {DISGUST, JOY, SURPRISE}, {DISGUST, ANGER, JOY, SURPRISE})
]

distributions = st.lists(st.floats(0.001, 1.0), min_size=7, max_size=7).map(
    lambda weights: tuple((np.array(weights) / sum(weights)).tolist())
)
emotions = st.lists(st.integers(0, 6), max_size=6).map(tuple)
masks = st.lists(st.booleans(), min_size=7, max_size=7).map(lambda kept: (*kept[:6], True))


@st.composite
def tone_tables(draw: st.DrawFn) -> ToneTables:
    generator = np.random.default_rng(draw(st.integers(0, 2**16)))
    weights = dict(zip(mixture.EXPERTS, generator.dirichlet(np.ones(len(mixture.EXPERTS))).tolist(), strict=True))
    return ToneTables("learnt", generator.dirichlet(np.ones(4), 4), generator.dirichlet(np.ones(7), (4, 7)), weights)


@st.composite
def states(draw: st.DrawFn) -> ToneState:
    belief = np.array(draw(st.lists(st.floats(0.001, 1.0), min_size=4, max_size=4)))
    scores = dict.fromkeys(mixture.EXPERTS, 0.0) | draw(st.dictionaries(st.sampled_from(sorted(mixture.EXPERTS)), st.floats(0.0, 200.0)))
    return ToneState(
        belief=tuple((belief / belief.sum()).tolist()),
        evidence=draw(distributions),
        client_emotions=draw(emotions),
        agent_emotions=draw(emotions),
        turn=draw(st.integers(0, 40)),
        scores=scores,
    )


def likelihoods(emotion: int, mass: float = 0.7) -> list[float]:
    values = [(1.0 - mass) / 6] * 7
    values[emotion] = mass
    return values


# --- what holds for all


@pytest.mark.parametrize("row", RECORDED, ids=range(len(RECORDED)))
def test_the_recorded_choices_are_unchanged(row: dict[str, Any]) -> None:
    state = msgspec.convert(row["state"], ToneState)
    for policy, (emotion, values) in row["tones"].items():
        _, tone = choose(policy, state, distressed=row["distressed"], vulnerable=row["vulnerable"], seed=row["seed"])
        assert (tone.emotion, list(tone.values)) == (emotion, values), policy
    assert list(observe(state, [0.05, 0.1, 0.4, 0.05, 0.1, 0.1, 0.2]).belief) == row["next_belief"]


@settings(max_examples=80, deadline=None)
@given(states(), masks, st.integers(0, 2**31), tone_tables(), st.sampled_from(sorted(POLICIES)))
def test_a_policy_is_a_function_that_respects_any_mask_under_any_tables(
    state: ToneState, mask: Mask, seed: int, learnt: ToneTables, policy: str
) -> None:
    choice = POLICIES[policy](state, mask, seed, learnt)
    again = POLICIES[policy](state, mask, seed, learnt)
    assert mask[choice.emotion]
    assert choice.values.shape == (7,)
    assert (choice.emotion, choice.values.tolist()) == (again.emotion, again.values.tolist())
    if policy in (*DRAWING, "mixture", "vanilla"):
        assert math.fsum(choice.values) == pytest.approx(1.0)
        assert choice.values[~np.array(mask)].tolist() == [0.0] * (7 - sum(mask))


@pytest.mark.parametrize("policy", sorted(set(POLICIES) - set(DRAWING)))
def test_only_policies_that_draw_read_the_seed(policy: str) -> None:
    state = observe(ToneState.initial(), likelihoods(ANGER))
    assert len({choose(policy, state, distressed=False, vulnerable=False, seed=seed)[1] for seed in range(20)}) == 1


# --- nash


@pytest.mark.parametrize("mask", MASKS[1:])
def test_nash_plays_the_equilibrium_that_is_best_for_both_together(mask: Mask) -> None:
    game, found = nash.allowed_game(mask), nash.equilibrium(mask)
    client = found.row_strategy @ game.row_payoffs @ found.column_strategy
    agent = found.row_strategy @ game.column_payoffs @ found.column_strategy
    best = naive.best_equilibrium(game.row_payoffs.tolist(), game.column_payoffs.tolist())
    assert (client + agent, client) == pytest.approx(tuple(map(float, best)), abs=1e-9)


def test_nash_has_an_equilibrium_for_every_mask() -> None:
    for mask in itertools.product((False, True), repeat=7):
        if any(mask):
            assert is_equilibrium(nash.allowed_game(mask), *nash.equilibrium(mask))


def test_nash_draws_a_mixed_equilibrium_by_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    mask = MASKS[0]
    mixed = nash.equilibrium(mask)._replace(column_strategy=np.array([0.25, 0.0, 0.0, 0.75, 0.0, 0.0]))
    monkeypatch.setattr(nash, "equilibrium", lambda _: mixed)
    state = ToneState.initial()
    drawn = [nash.choose(state, mask, seed, PUBLISHED).emotion for seed in range(400)]
    assert set(drawn) == {JOY, FEAR}
    assert drawn.count(FEAR) / 400 == pytest.approx(0.75, abs=0.08)


# --- minimax


@pytest.mark.parametrize("mask", MASKS[1:])
def test_minimax_secures_the_value_of_the_game(mask: Mask) -> None:
    own = [[Fraction(payoff) for payoff in row] for row in tables.AGENT_PAYOFFS[:, mask].T.tolist()]
    values = minimax.choose(ToneState.initial(), mask, 0, PUBLISHED).values
    assert (tables.AGENT_PAYOFFS @ values).min() == pytest.approx(float(naive.zero_sum_value(own)), abs=1e-9)


# --- dominance


@pytest.mark.parametrize("mask", MASKS[1:])
def test_dominance_keeps_what_no_mixture_dominates(mask: Mask) -> None:
    client, agent = tables.CLIENT_PAYOFFS[:, mask].tolist(), tables.AGENT_PAYOFFS[:, mask].tolist()
    _, columns, _ = naive.undominated(client, agent, "mixed")
    assert [emotion for emotion in range(7) if dominance.undominated(mask)[emotion]] == np.flatnonzero(mask)[columns].tolist()


def test_dominance_takes_the_best_of_what_is_left() -> None:
    mask = MASKS[0]
    choice = dominance.choose(observe(ToneState.initial(), likelihoods(SADNESS)), mask, 0, PUBLISHED)
    left = [emotion for emotion in range(7) if dominance.undominated(mask)[emotion]]
    assert len(left) < sum(mask)
    assert choice.emotion == max(left, key=lambda emotion: choice.values[emotion])


# --- eq under learnt tables


def test_eq_looks_ahead_under_the_learnt_emission() -> None:
    # After neutral everybody is overjoyed, after anything else furious: the lookahead alone decides, the state is the same.
    emission = np.tile(np.eye(7)[ANGER], (4, 7, 1))
    emission[:, NEUTRAL] = np.eye(7)[JOY]
    state = observe(ToneState.initial(), likelihoods(SADNESS))
    before = choose("eq", state, distressed=False, vulnerable=False, seed=0)[1]
    after = choose("eq", state, distressed=False, vulnerable=False, seed=0, tables=PUBLISHED._replace(emission=emission))[1]
    assert (before.name, after.name) == ("sadness", "neutral")


# --- mixture


def talk(policy: str, heard: list[int], seed: int, learnt: ToneTables = PUBLISHED) -> ToneState:
    state = ToneState.initial()
    for emotion in heard:
        state = observe(state, likelihoods(emotion, 0.9), learnt)
        state, _ = choose(policy, state, distressed=False, vulnerable=False, seed=seed, tables=learnt)
    return state


def test_mixture_converges_to_the_policy_that_is_right_and_follows_when_another_is() -> None:
    def after(state: ToneState, right: str, rounds: int) -> ToneState:
        for _ in range(rounds):
            advice = {name: SADNESS if name == right else FEAR for name in mixture.EXPERTS}
            scores = mixture.scored(state.scores, advice, likelihoods(SADNESS, 0.9))
            state = msgspec.structs.replace(state, scores=scores)
        return state

    first = after(ToneState.initial(), "wsls", 60)
    assert mixture.weights(first, PUBLISHED)["wsls"] > 0.95
    second = after(first, "minimax", 200)
    assert mixture.weights(second, PUBLISHED)["minimax"] > 0.95


def test_mixture_earns_what_the_best_policy_earns_on_a_stream() -> None:
    heard = np.random.default_rng(5).choice(7, size=200, p=[0.0, 0.8, 0.1, 0.1, 0.0, 0.0, 0.0]).tolist()
    state, own, earned = ToneState.initial(), 0.0, dict.fromkeys(mixture.EXPERTS, 0.0)
    for emotion in heard:
        payoffs = np.asarray(likelihoods(emotion, 0.9)) @ JOINT_PAYOFFS
        for name, advised in state.advice.items():
            earned[name] += payoffs[advised]
            own += payoffs[state.agent_emotions[-1]] / len(mixture.EXPERTS)
        state = observe(state, likelihoods(emotion, 0.9))
        state, _ = choose("mixture", state, distressed=False, vulnerable=False, seed=1)
    best = max(earned, key=lambda name: earned[name])
    assert (best, mixture.EXPERTS[best] is POLICIES[best]) == ("wsls", True)
    assert max(mixture.weights(state, PUBLISHED).items(), key=lambda item: item[1])[0] == best
    assert state.agent_emotions[-1] == state.advice[best]
    assert own > 0.95 * earned[best]
    assert earned[best] > 1.05 * earned["vanilla"]


def test_mixture_weights_are_those_of_hedge() -> None:
    state, rounds = ToneState.initial(), []
    for emotion in (SADNESS, NEUTRAL, ANGER, JOY, SADNESS):
        evidence = likelihoods(emotion)
        if state.advice:
            span = JOINT_PAYOFFS.max() - JOINT_PAYOFFS.min()
            payoffs = (np.asarray(evidence) @ JOINT_PAYOFFS - JOINT_PAYOFFS.min()) / span
            rounds.append({name: float(payoffs[advised]) for name, advised in state.advice.items()})
        state = observe(state, evidence)
        state, _ = choose("mixture", state, distressed=False, vulnerable=False, seed=0)
    count = len(mixture.EXPERTS)
    rate = math.sqrt(8.0 * math.log(count) * (1.0 - mixture.DECAY))
    assert mixture.weights(state, PUBLISHED) == pytest.approx(naive.hedge(rounds, rate, mixture.DECAY))


def test_mixture_begins_with_what_earlier_dialogues_left() -> None:
    leaning = {name: 0.93 if name == "eq" else 0.01 for name in mixture.EXPERTS}
    state = observe(ToneState.initial(), likelihoods(SADNESS))
    assert mixture.weights(state, PUBLISHED) == pytest.approx(dict.fromkeys(mixture.EXPERTS, 1 / len(mixture.EXPERTS)))
    for learnt, shown in ((PUBLISHED, "neutral"), (PUBLISHED._replace(reliability=leaning), "sadness")):
        assert choose("mixture", state, distressed=False, vulnerable=False, seed=0, tables=learnt)[1].name == shown


def test_the_other_policies_carry_no_advice() -> None:
    assert (talk("eq", [ANGER, JOY], 0).advice, talk("eq", [ANGER, JOY], 0).scores) == ({}, {})
    assert set(talk("mixture", [ANGER, JOY], 0).scores) == set(mixture.EXPERTS)


def test_policies_of_ours_never_cheer_at_grief() -> None:
    state = observe(ToneState.initial(), likelihoods(SADNESS))
    for policy in ("eq", "nash", "minimax", "dominance", "mixture"):
        mask = ethics_mask(policy, state, distressed=False, vulnerable=False)
        assert (mask[JOY], mask[SURPRISE]) == (False, False)
