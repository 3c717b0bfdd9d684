"""Offer policies: which share of the way to the mandate's end to offer next. One file a policy, all with the signature of `Policy`.

A share runs from 0 (the creditor's wish) to 1 (the end of its mandate); larger is gentler. Policies know finances and proposals only,
never emotions or tactics (design, principle 2).
"""

from __future__ import annotations

from typing import Final

from ._dispatch import NAMES, next_share
from ._policy import MEMORY, Policy
from .boulware import boulware
from .conceder import conceder
from .eq import eq
from .linear import linear
from .micro import micro
from .published import published, published_vanilla
from .tit_for_tat import tit_for_tat

__all__ = ["MEMORY", "NAMES", "POLICIES", "Policy", "next_share"]

POLICIES: Final[dict[str, Policy]] = {
    "eq": eq,
    "boulware": boulware,
    "linear": linear,
    "conceder": conceder,
    "tit_for_tat": tit_for_tat,
    "micro": micro,
    "published": published,
    "published_vanilla": published_vanilla,
}
"""Name to compiled policy."""
