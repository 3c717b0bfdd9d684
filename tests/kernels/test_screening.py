"""Offers whose worth depends on who accepts: against brute force in fractions, and against the plain offer policy."""

from __future__ import annotations

import os
from fractions import Fraction
from typing import Any

import naive
import numpy as np
import numpy.typing as npt
import pytest
from eqnegotiator.kernels.bargaining import STOP, offer_policy
from eqnegotiator.kernels.screening import screening_policy
from eqnegotiator.kernels.status import KernelArgumentError
from hypothesis import given, settings
from hypothesis import strategies as st

Array = npt.NDArray[np.float64]
INSTANCES = int(os.environ.get("EQNEG_AGREEMENT_INSTANCES", "50"))
seeds = st.integers(0, 2**32 - 1)


def random_talks(seed: int) -> dict[str, Any]:
    """Every number a multiple of 1/8, so that fractions are exact."""
    generator = np.random.default_rng(seed)
    types, offers, rounds = (int(generator.integers(1, 4)) for _ in range(3))
    accept = generator.integers(0, 9, (rounds, types, offers)) / 8
    accept = np.maximum.accumulate(np.sort(accept, axis=2)[:, :, ::-1], axis=0)
    cuts = np.sort(generator.integers(0, 17, types - 1))
    return {
        "belief": np.diff(np.concatenate([[0], cuts, [16]])) / 16,
        "accept": np.ascontiguousarray(accept),
        "payoff": generator.integers(-8, 17, (types, offers)) / 8,
        "hazard": generator.choice([0, 0.125, 0.5, 1], types),
        "walk_away": generator.integers(-8, 1, types) / 8,
        "handoff": generator.integers(-4, 9, types) / 8,
        "discount": float(generator.choice([0, 0.5, 0.75, 1])),
    }


def fractions(values: Any) -> Any:
    return [fractions(value) for value in values] if isinstance(values, list) else Fraction(values)


@pytest.mark.parametrize("seed", range(INSTANCES))
def test_no_plan_of_offers_beats_it_and_its_own_plan_earns_its_value(seed: int) -> None:
    talks = random_talks(seed)
    exact = {name: fractions(np.asarray(value).tolist()) for name, value in talks.items()}
    policy = screening_policy(**talks)
    best = naive.best_screening(**exact)
    assert policy.value[0, -1] == pytest.approx(float(best), abs=1e-12)
    path, last = [], len(policy.offer[0]) - 1
    for step in range(len(policy.offer)):
        last = int(policy.offer[step, last])
        if last == STOP:
            break
        path.append(last)
    assert naive.screening_value(path, **exact) == pytest.approx(float(best), abs=1e-12)


@given(seed=seeds)
@settings(max_examples=60, deadline=None)
def test_with_one_payoff_for_all_it_is_the_offer_policy(seed: int) -> None:
    talks = random_talks(seed)
    payoff = talks["payoff"][0]
    handoff, walk_away = float(talks["handoff"][0]), float(talks["walk_away"][0])
    plain = offer_policy(
        talks["belief"], talks["accept"], payoff, talks["hazard"], walk_away=walk_away, handoff=handoff, discount=talks["discount"]
    )
    alike = np.full(len(talks["belief"]), 1.0)
    ours = screening_policy(
        talks["belief"],
        talks["accept"],
        np.tile(payoff, (len(alike), 1)),
        talks["hazard"],
        walk_away=walk_away * alike,
        handoff=handoff * alike,
        discount=talks["discount"],
    )
    np.testing.assert_allclose(ours.value, plain.value, atol=1e-12)
    np.testing.assert_allclose(ours.remaining, plain.remaining, atol=1e-12)


def test_who_cannot_keep_a_promise_is_not_asked_for_it() -> None:
    # Both would say yes to the hard offer; the poor one breaks it. Alone each gets the offer that is kept.
    accept, hazard, none = np.ones((1, 1, 2)), [0.0], [0.0]
    assert screening_policy([1.0], accept, [[0.8, 0.3]], hazard, walk_away=none, handoff=none).offer[0, 2] == 0
    assert screening_policy([1.0], accept, [[0.8, 0.9]], hazard, walk_away=none, handoff=none).offer[0, 2] == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"belief": [0.5, 0.6]}, "belief: sums to"),
        ({"payoff": [[1.0]]}, "payoff"),
        ({"accept": [[[0.5, 0.25], [0.5, 0.25]], [[0.25, 0.25], [0.5, 0.25]]]}, "falls from round to round"),
        ({"accept": [[[0.25, 0.5], [0.5, 0.25]]]}, "rises with harder offers"),
        ({"hazard": [0.5, 2.0]}, "hazard"),
    ],
)
def test_bad_arguments_are_named(change: dict[str, Any], message: str) -> None:
    good = {
        "belief": [0.5, 0.5],
        "accept": [[[0.5, 0.25], [0.5, 0.25]]],
        "payoff": [[1.0, 2.0], [1.0, 0.0]],
        "hazard": [0.0, 0.0],
        "walk_away": [0.0, 0.0],
        "handoff": [0.0, 0.0],
    }
    with pytest.raises(KernelArgumentError, match=message):
        screening_policy(**(good | change))  # type: ignore[arg-type]
