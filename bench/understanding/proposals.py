"""Proposals that were heard against those that were made. Records in, counts out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

import msgspec

from ...edge.proposal import Proposal

__all__ = ["KINDS", "Kind", "Miss", "ProposalFigures", "miss_kind", "proposal_figures"]

Kind = Literal["guessed", "invented", "other_value", "unheard", "asked"]
KINDS: Final[dict[Kind, str]] = {
    "guessed": "a value, or no question, where the words are ambiguous",
    "invented": "a proposal where none is made",
    "other_value": "a proposal of other values",
    "unheard": "none where one is made",
    "asked": "ambiguous where the words are clear",
}
"""Ways to miss, the worst first."""


class Miss(NamedTuple):
    """A sentence, the proposal in it and the one that was heard; None = none."""

    text: str
    due: Proposal | None
    heard: Proposal | None
    kind: Kind


class ProposalFigures(NamedTuple):
    """exact: lines of which every field is right. ambiguous: lines that call for a question."""

    lines: int
    exact: int
    ambiguous: int
    kinds: dict[Kind, int]
    misses: list[Miss]


def proposal_figures(lines: Iterable[tuple[str, Proposal | None, Proposal | None]]) -> ProposalFigures:
    """Count lines of (text, proposal in it, proposal heard); misses come in the order of KINDS."""
    pairs = list(lines)
    misses = [Miss(text, due, heard, kind) for text, due, heard in pairs if (kind := miss_kind(due, heard)) is not None]
    found = Counter(miss.kind for miss in misses)
    order = list(KINDS)
    return ProposalFigures(
        lines=len(pairs),
        exact=len(pairs) - len(misses),
        ambiguous=sum(due is not None and due.ambiguous for _, due, _ in pairs),
        kinds={kind: found[kind] for kind in KINDS},
        misses=sorted(misses, key=lambda miss: order.index(miss.kind)),
    )


def miss_kind(due: Proposal | None, heard: Proposal | None) -> Kind | None:
    """How `heard` misses `due`; None when every field is right, the fraction to four digits."""
    if due is None:
        return None if heard is None else "invented"
    if heard is None:
        return "unheard"
    wanted, given = _values(due), _values(heard)
    if given == wanted and heard.ambiguous == due.ambiguous:
        return None
    if due.ambiguous:
        return "other_value" if heard.ambiguous and given < wanted else "guessed"
    return "asked" if heard.ambiguous else "other_value"


def _values(proposal: Proposal) -> set[tuple[str, object]]:
    fields = msgspec.structs.asdict(proposal)
    # The lines write a third as 0.3333.
    fields["fraction"] = None if proposal.fraction is None else round(proposal.fraction, 4)
    return {(field, value) for field, value in fields.items() if field != "ambiguous" and value is not None}
