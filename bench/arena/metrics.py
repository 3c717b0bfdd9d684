"""What is measured of each negotiation. Arrays in, arrays out."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .cell import Records

__all__ = ["METRICS", "Metric", "metric_values"]

Floats = NDArray[np.float64]


class Metric(NamedTuple):
    """A column of the report."""

    title: str
    unit: str
    """"share": between 0 and 1, shown in percent; else the unit itself."""
    better: int
    """1: more is better for its holder; -1: less is; 0: neither."""
    meaning: str


METRICS: Final[dict[str, Metric]] = {
    "success": Metric("success", "share", 1, "part of the negotiations that ended in agreed terms"),
    "captured": Metric("captured", "share", 1, "range share, counting 0 where nothing was agreed or no less was given than asked for"),
    "range_share": Metric("range share", "share", 1, "(ask - agreed) / (ask - target), in days, of the agreements"),
    "collection": Metric("collection", "share", 1, "min(1, target / agreed), in days, of the agreements"),
    "rounds": Metric("rounds", "offers", -1, "offers that the creditor made"),
    "days": Metric("days", "days", -1, "mean days until the money is there, of the agreements"),
    "recovery": Metric("recovery", "share", 1, "expected recovery as a part of the balance"),
    "welfare": Metric("welfare", "", 1, "welfare of the debtor"),
    "nash": Metric("Nash product", "", 1, "expected recovery times welfare of the debtor"),
    "violations": Metric("violations", "per 1000", -1, "guard violations and breaches of the mandate, in 1,000 negotiations"),
    "manipulation": Metric("manipulation", "share", -1, "share that the debtor won by tactic alone, against the same seed without it"),
}


def metric_values(records: Records) -> Floats:
    """[n, len(METRICS)] in the order of `METRICS`; nan where a metric has no value for a negotiation.

    Range share and collection rate exist for agreements only: a creditor that agrees with the willing few looks good by them. And a range
    share has no lower bound: who gives far more than a small ask has lost many times that range, and a few such talks rule the mean.
    `captured` has neither fault. An ask at or below the target leaves no range, so it counts in neither.
    """
    agreed = records["agreed"].astype(bool)
    share, ask, days, target, recovery, welfare, manipulation = (
        np.asarray(records[name], dtype=np.float64) for name in ("share", "ask", "days", "target", "recovery", "welfare", "manipulation")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        range_share = np.where(agreed & (ask > 0), (ask - share) / ask, np.nan)
        collection = np.where(agreed, np.minimum(1.0, target / days), np.nan)
    values = {
        "success": agreed,
        "captured": np.where(ask > 0, np.where(agreed, np.maximum(0.0, range_share), 0.0), np.nan),
        "range_share": range_share,
        "collection": collection,
        "rounds": records["rounds"],
        "days": np.where(agreed, days, np.nan),
        "recovery": recovery,
        "welfare": welfare,
        "nash": recovery * welfare,
        "violations": 1000.0 * records["violations"].astype(np.float64),
        "manipulation": manipulation,
    }
    return np.column_stack([np.asarray(values[name], dtype=np.float64) for name in METRICS])
