"""The published parameters of the EQ-Negotiator model (arXiv 2511.03370), as read-only float64 arrays.

Axes: E emotions in the order of `EMOTIONS`, S dispositions in the order of `DISPOSITIONS`. In Table 5 the row D is the
client's emotion and the column C the agent's. These are priors and a reference: nothing here was measured by this
project.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ._arrays import BoolArray, FloatArray

__all__ = [
    "AGENT_PAYOFFS",
    "AGENT_TRANSITION",
    "CLIENT_PAYOFFS",
    "CLIENT_RESPONSE",
    "DISPOSITIONS",
    "EMOTIONS",
    "INITIAL_BELIEF",
    "NEGATIVE",
    "STATE_EMOTION_WEIGHTS",
    "STATE_TRANSITION",
    "TABLE_4A",
    "TABLE_4B",
    "emission_tensor",
]

EMOTIONS: Final = ("joy", "sadness", "anger", "fear", "surprise", "disgust", "neutral")
DISPOSITIONS: Final = ("cooperative", "confrontational", "distressed", "strategic")


def _frozen(array: FloatArray) -> FloatArray:
    array.flags.writeable = False
    return array


def _table(rows: str) -> FloatArray:
    return _frozen(np.array([[float(cell) for cell in row.split()] for row in rows.strip().splitlines()]))


def _normalised(table: FloatArray) -> FloatArray:
    return _frozen(table / table.sum(axis=-1, keepdims=True))


NEGATIVE: Final[BoolArray] = np.array([name in {"sadness", "anger", "fear", "disgust"} for name in EMOTIONS])
"""[E] True for the emotions that Eq. 4 counts."""
NEGATIVE.flags.writeable = False

TABLE_4A: Final = _table("""
    .50 .10 .05 .05 .20 .05 .05
    .20 .40 .10 .10 .05 .10 .05
    .10 .20 .40 .10 .05 .10 .05
    .10 .20 .10 .40 .05 .10 .05
    .30 .05 .05 .05 .50 .05 .05
    .10 .20 .10 .10 .05 .40 .05
    .20 .10 .05 .05 .20 .05 .35
""")
"""[C_t, C_t+1] agent emotion to next agent emotion, as printed: not every row sums to one."""

AGENT_TRANSITION: Final = _normalised(TABLE_4A)
"""[C_t, C_t+1] Table 4a with rows normalised: P(C_t+1 | C_t)."""

TABLE_4B: Final = _table("""
    .60 .05 .05 .05 .10 .05 .10
    .05 .50 .20 .10 .05 .05 .05
    .05 .20 .50 .10 .05 .05 .05
    .05 .20 .10 .50 .05 .05 .05
    .10 .05 .05 .05 .60 .05 .10
    .05 .10 .20 .10 .05 .50 .05
    .10 .10 .10 .10 .10 .10 .40
""")
"""[C, D] agent emotion to client emotion, as printed: not every row sums to one."""

CLIENT_RESPONSE: Final = _normalised(TABLE_4B)
"""[C, D] Table 4b with rows normalised: P(D | C)."""

AGENT_PAYOFFS: Final = _table("""
    4 3 2 1 3 2 3
    2 3 2 1 2 1 3
    1 1 1 0 2 1 2
    2 2 1 2 2 1 3
    3 2 1 1 4 2 3
    2 1 0 0 1 2 2
    3 3 1 2 3 2 3
""")
"""[D, C] Table 5, payoff of the agent (the column player, pi_2)."""

CLIENT_PAYOFFS: Final = _table("""
    4 2 1 2 3 2 3
    3 3 1 2 2 1 2
    2 2 1 1 1 0 1
    1 1 0 2 1 0 2
    3 2 2 2 4 1 3
    2 1 1 1 2 2 2
    3 2 2 3 3 2 3
""")
"""[D, C] Table 5, payoff of the client (the row player, pi_1)."""

INITIAL_BELIEF: Final = _frozen(np.array([0.4, 0.2, 0.2, 0.2]))
"""[S] bel(S_0), before anything was heard."""

STATE_TRANSITION: Final = _table("""
    .50 .15 .15 .20
    .20 .40 .20 .20
    .25 .15 .40 .20
    .20 .20 .15 .45
""")
"""[S_t, S_t+1] P(S_t+1 | S_t)."""

STATE_EMOTION_WEIGHTS: Final = _table("""
    .35 .05 .02 .03 .25 .05 .25
    .10 .10 .15 .10 .15 .10 .30
    .10 .30 .05 .20 .05 .10 .20
    .20 .10 .05 .05 .20 .10 .30
""")
"""[S, E] w(e | s)."""


def emission_tensor() -> FloatArray:
    """P(D | S, C), the emission of the filter.

    Our reading of Eq. 2. The paper prints no emission per state and agent emotion, only how clients respond to an agent
    emotion (Table 4b) and which emotions belong to a state (w). We combine the two as independent sources,
    `P(d | s, c) proportional to table4b[c, d] * w[s, d]`, rows normalised. The reference implementation multiplies
    `w[s, c] * table4b[c, d]` instead; there d cancels when the posterior is normalised, so the client's emotion never
    moves the belief. Here it does.

    Returns:
        [S, C, D] float64, read-only; every entry positive, the last axis sums to one.
    """
    return _normalised(TABLE_4B[np.newaxis, :, :] * STATE_EMOTION_WEIGHTS[:, np.newaxis, :])
