from __future__ import annotations

import os

import naive
import numpy as np
import numpy.typing as npt
import pytest
from eqnegotiator.kernels import bayesian, payoff
from eqnegotiator.kernels.bayesian import bayesian_best_response
from eqnegotiator.kernels.status import EmptyMaskError, KernelArgumentError, Status
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import config, njit

Array = npt.NDArray[np.float64]

AGREEMENT_INSTANCES = int(os.environ.get("EQNEG_AGREEMENT_INSTANCES", "50"))
INTERPRETED = bool(config.DISABLE_JIT)  # type: ignore[attr-defined]
EXAMPLES = 10 if INTERPRETED else 40

# Wait or sue, against a debtor who can pay or cannot; replies: pays, does not.
PAYOFFS = [[[10, 0], [10, 0]], [[6, 4], [6, -4]]]
REPLIES = [[0.8, 0.2], [0.1, 0.9]]


def random_problem(seed: int, actions: int, types: int, replies: int) -> tuple[Array, Array, Array]:
    """(payoffs [A, K, R], replies [A, K, R], belief [K])."""
    generator = np.random.default_rng(seed)
    return (
        generator.uniform(-5, 5, size=(actions, types, replies)),
        generator.dirichlet(np.ones(replies), size=(actions, types)),
        generator.dirichlet(np.ones(types)),
    )


problems = st.builds(random_problem, st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))

# --- hand-worked


def test_values_and_information_by_hand() -> None:
    # Wait: 8 from a payer, 1 from the other. Sue: 5.6 and -3. Half and half: 4.5 and 1.3; waiting is best either way.
    response = bayesian_best_response(PAYOFFS, REPLIES, [0.5, 0.5])
    np.testing.assert_allclose(response.type_values, [[8, 1], [5.6, -3]], rtol=1e-14)
    np.testing.assert_allclose(response.values, [4.5, 1.3], rtol=1e-14)
    assert response.action == 0
    assert response.type_actions.tolist() == [0, 0]
    assert response.information_value == 0.0


def test_information_that_would_change_the_action() -> None:
    # One action for each type: 1 if it fits, else 0. At 3/4 the best earns 3/4; knowing the type earns 1.
    response = bayesian_best_response(np.eye(2)[:, :, np.newaxis], np.ones((2, 1)), [0.75, 0.25])
    assert response.action == 0
    assert response.type_actions.tolist() == [0, 1]
    assert response.information_value == pytest.approx(0.25, rel=1e-14)


def test_a_mask_binds_with_and_without_information() -> None:
    response = bayesian_best_response(PAYOFFS, REPLIES, [0.5, 0.5], mask=[False, True])
    assert response.action == 1
    assert response.type_actions.tolist() == [1, 1]
    assert response.information_value == 0.0
    with pytest.raises(EmptyMaskError, match="bayesian_best_response: the mask allows no action"):
        bayesian_best_response(PAYOFFS, REPLIES, [0.5, 0.5], mask=[False, False])


def test_ties_go_to_the_lowest_index() -> None:
    assert bayesian_best_response(np.zeros((3, 1, 1)), [[1.0]], [1.0]).action == 0


# --- laws


@settings(max_examples=EXAMPLES, deadline=None)
@given(problems)
def test_values_agree_with_enumeration(problem: tuple[Array, Array, Array]) -> None:
    payoffs, replies, belief = problem
    response = bayesian_best_response(payoffs, replies, belief)
    expected = naive.bayesian_values(payoffs.tolist(), replies.tolist(), belief.tolist())
    np.testing.assert_allclose(response.values, expected, rtol=1e-9, atol=1e-12)
    assert response.values[response.action] == response.values.max()


@settings(max_examples=EXAMPLES, deadline=None)
@given(problems)
def test_information_never_hurts_and_certainty_needs_none(problem: tuple[Array, Array, Array]) -> None:
    payoffs, replies, belief = problem
    response = bayesian_best_response(payoffs, replies, belief)
    informed = float(belief @ response.type_values.max(axis=0))
    assert response.information_value >= 0.0
    assert response.information_value == pytest.approx(informed - response.values.max(), abs=1e-9)
    certain = bayesian_best_response(payoffs, replies, np.eye(belief.size)[0])
    assert certain.information_value == 0.0
    assert certain.action == certain.type_actions[0]


@settings(max_examples=EXAMPLES, deadline=None)
@given(problems)
def test_replies_that_ignore_the_action_may_be_given_once(problem: tuple[Array, Array, Array]) -> None:
    payoffs, replies, belief = problem
    once = bayesian_best_response(payoffs, replies[0], belief)
    repeated = bayesian_best_response(payoffs, np.repeat(replies[:1], len(payoffs), axis=0), belief)
    assert once.values.tolist() == repeated.values.tolist()


# --- peers


def agrees_bayesian(seed: int) -> None:
    """With a sum over everything at once, and with `payoff.expected_payoff` where payoffs ignore the type."""
    generator = np.random.default_rng(seed)
    payoffs, replies, belief = random_problem(seed, *(int(size) for size in generator.integers(1, 6, size=3)))
    if seed % 2:
        payoffs = np.round(payoffs / 3)
    payoffs *= 10.0 ** generator.integers(-6, 7)
    scale = float(np.abs(payoffs).max()) + 1e-300
    response = bayesian_best_response(payoffs, replies, belief)
    np.testing.assert_allclose(response.values / scale, np.einsum("akr,akr,k->a", payoffs, replies, belief) / scale, atol=1e-12)
    table = payoffs[:, 0, :]
    common = bayesian_best_response(np.repeat(table[:, np.newaxis], belief.size, axis=1), replies, belief)
    expected = payoff.expected_payoff(belief, np.swapaxes(replies, 0, 1), table.T)
    np.testing.assert_allclose(common.values / scale, expected / scale, atol=1e-12)


@pytest.mark.timeout(1200)
def test_agrees_with_peers() -> None:
    for seed in range(AGREEMENT_INSTANCES):
        agrees_bayesian(seed)


# --- inside compiled code


def test_body_inside_njit() -> None:
    body = bayesian._bayesian_best_response

    @njit
    def respond(payoffs: Array, replies: Array, belief: Array, allowed: bool) -> tuple[int, int, float]:
        mask = np.array([allowed, allowed])
        return body(payoffs, replies, belief, mask, np.empty((2, 2)), np.empty(2), np.empty(2, dtype=np.int64))

    arguments = (np.array(PAYOFFS, dtype=np.float64), np.array([REPLIES]), np.array([0.5, 0.5]))
    assert respond(*arguments, True) == (Status.OK, 0, 0.0)
    assert respond(*arguments, False)[0] == Status.EMPTY_MASK


# --- errors


@pytest.mark.parametrize(
    ("payoffs", "replies", "belief", "message"),
    [
        (PAYOFFS, REPLIES, [0.5, 0.6], r"belief: sums to 1\.1"),
        (PAYOFFS, REPLIES, [], r"belief: shape \(0,\)"),
        (PAYOFFS, REPLIES, [1.0], r"payoffs: shape \(2, 2, 2\), expected \(n, 1, n\)"),
        (PAYOFFS, [[0.5, 0.5]], [0.5, 0.5], r"replies: shape \(1, 2\), expected \(2, 2\)"),
        (PAYOFFS, [REPLIES], [0.5, 0.5], r"replies: shape \(1, 2, 2\), expected \(2, 2, 2\)"),
        (PAYOFFS, [[0.5, 0.4], [1, 0]], [0.5, 0.5], r"replies: row \(0,\) sums to 0\.9"),
        (PAYOFFS, [[1.5, -0.5], [1, 0]], [0.5, 0.5], r"replies: -0\.5 at index \(0, 1\) is negative"),
        ([[[np.nan]]], [[1.0]], [1.0], "payoffs: contains NaN"),
        ([[[np.inf]]], [[1.0]], [1.0], "payoffs: contains NaN or infinity"),
        ([[["a"]]], [[1.0]], [1.0], "payoffs: dtype .* is not real"),
        ([[[1.0], [1.0, 2.0]]], REPLIES, [0.5, 0.5], "payoffs: rows of different lengths"),
    ],
)
def test_bad_arguments_are_named(payoffs: object, replies: object, belief: object, message: str) -> None:
    with pytest.raises(KernelArgumentError, match=message):
        bayesian_best_response(payoffs, replies, belief)  # type: ignore[arg-type]


def test_a_mask_must_be_boolean() -> None:
    with pytest.raises(KernelArgumentError, match="mask: dtype int64 is not bool"):
        bayesian_best_response(PAYOFFS, REPLIES, [0.5, 0.5], mask=[0, 1])
