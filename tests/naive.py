"""Slow, obvious references: each does what the definition says, in plain Python, sharing no code with the product."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

Vector = Sequence[float]
Matrix = Sequence[Vector]

# --- hmm


def hmm_joint(
    initial: Vector, transition: Matrix, emission: Sequence[Matrix], evidence: Matrix
) -> dict[tuple[int, ...], float]:
    """Weight of every path s_0..s_T: P(s_0) prod_t P(s_t | s_t-1) sum_e p(x_t | e) P(e | s_t). Emission [T][K][E]."""
    weights = {}
    for path in itertools.product(range(len(initial)), repeat=len(evidence) + 1):
        weight = initial[path[0]]
        for step, likelihoods in enumerate(evidence):
            before, now = path[step], path[step + 1]
            weight *= transition[before][now]
            weight *= sum(likelihoods[e] * emission[step][now][e] for e in range(len(likelihoods)))
        weights[path] = weight
    return weights


def hmm_filter(
    initial: Vector, transition: Matrix, emission: Sequence[Matrix], evidence: Matrix
) -> tuple[list[list[float]], list[list[float]], float]:
    """(filtered [T][K], predicted [T][K], log-likelihood), each row from its own enumeration of all paths."""
    states = range(len(initial))
    filtered, predicted = [], []
    for steps in range(1, len(evidence) + 1):
        joint = hmm_joint(initial, transition, emission[:steps], evidence[:steps])
        filtered.append(_last_state(joint, len(initial)))
        history = hmm_joint(initial, transition, emission[: steps - 1], evidence[: steps - 1])
        ahead = {(*path, s): weight * transition[path[-1]][s] for path, weight in history.items() for s in states}
        predicted.append(_last_state(ahead, len(initial)))
    total = math.fsum(hmm_joint(initial, transition, emission, evidence).values())
    return filtered, predicted, math.log(total)


def _last_state(weights: dict[tuple[int, ...], float], states: int) -> list[float]:
    total = math.fsum(weights.values())
    return [math.fsum(w for path, w in weights.items() if path[-1] == state) / total for state in range(states)]


# --- payoff


def ranked(values: Vector, mask: Sequence[bool]) -> list[int]:
    """Allowed indices, best first; equals in index order (Python's sort is stable)."""
    return sorted((i for i in range(len(values)) if mask[i]), key=lambda i: -values[i])


def wsls(row: Vector, previous_payoff: float | None, threshold: float, mask: Sequence[bool]) -> int:
    """Algorithm 3."""
    order = ranked(row, mask)
    lost = previous_payoff is not None and previous_payoff < threshold
    return order[1] if lost and len(order) > 1 else order[0]


def switch_to_hmm(recent: Sequence[int], window: int, threshold: int, negative: Sequence[bool]) -> bool:
    """Eq. 4."""
    return sum(negative[emotion] for emotion in recent[-window:]) >= threshold


def paper_values(
    predicted: Vector, emission: Sequence[Matrix], weights: Matrix, favourable: Sequence[bool]
) -> list[float]:
    """Eq. 5, where D_t+1 is any favourable emotion."""
    return [
        math.fsum(
            predicted[s] * emission[s][e][d] * weights[s][e]
            for s in range(len(predicted))
            for d in range(len(favourable))
            if favourable[d]
        )
        for e in range(len(weights[0]))
    ]


def expected_payoff(belief: Vector, emission: Sequence[Matrix], payoffs: Matrix) -> list[float]:
    """sum over states and replies of their joint probability times the payoff."""
    return [
        math.fsum(
            belief[s] * emission[s][e][d] * payoffs[d][e] for s in range(len(belief)) for d in range(len(payoffs))
        )
        for e in range(len(payoffs[0]))
    ]


# --- emotion figures of merit


def average_precision(score: list[float], labels: list[bool]) -> float:
    """Mean over positive rows of the share of positives among the rows ranked at or above, ties in row order."""
    ranking = sorted(range(len(score)), key=lambda row: (-score[row], row))
    shares = []
    for place, row in enumerate(ranking, 1):
        if labels[row]:
            shares.append(sum(labels[other] for other in ranking[:place]) / place)
    return sum(shares) / len(shares) if shares else float("nan")
