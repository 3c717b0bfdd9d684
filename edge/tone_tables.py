"""The parameters that a dialogue is held under: the published tables, or what was learnt from earlier dialogues (`learned.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from ..kernels import tables

__all__ = ["AGENT_WEIGHT", "JOINT_PAYOFFS", "PUBLISHED", "FloatArray", "ToneTables"]

FloatArray: TypeAlias = npt.NDArray[np.float64]

AGENT_WEIGHT: Final = 0.5
"""The agent's share in what both sides are worth."""

JOINT_PAYOFFS: Final[FloatArray] = (1.0 - AGENT_WEIGHT) * tables.CLIENT_PAYOFFS + AGENT_WEIGHT * tables.AGENT_PAYOFFS
"""[D, C] Table 5, both sides weighed equally."""


class ToneTables(NamedTuple):
    """Parameters of the filter and of the policies. The same for a whole dialogue, so that it can be replayed."""

    version: str
    """What they were learnt from, by content hash; empty for the published ones."""
    transition: FloatArray
    """[4, 4] P(S_t+1 | S_t)."""
    emission: FloatArray
    """[4, 7, 7] P(D | S, C): state, emotion shown before, emotion of the client."""
    reliability: Mapping[str, float]
    """Weight of each policy in the mixture at the start of a dialogue, summing to one; empty: all alike."""


PUBLISHED: Final = ToneTables("", tables.STATE_TRANSITION, tables.emission_tensor(), MappingProxyType({}))
"""Those of arXiv 2511.03370; nothing was learnt."""
