"""How a wish to pay less than the balance is answered. Never unasked: nobody is pressed for a lump sum (G18)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from .accounts import Account
from .affordability import Statement, cap
from .asked_terms import settlement_from_proposal
from .mandate import breaches, full_settlement
from .messages import Terms
from .proposal import Proposal

__all__ = ["SettlementAnswer", "answer_settlement"]

FIRST_SHARE: Final = Decimal("0.5")
"""Part of the largest discount that the first answer offers; asked again, or for somebody in difficulty, all of it."""


class SettlementAnswer(NamedTuple):
    """accept: read the customer's own settlement back; counter: offer ours; stands: it is on the table already and goes no further."""

    decision: Literal["accept", "counter", "stands"]
    terms: Terms


def answer_settlement(
    account: Account, today: date, proposal: Proposal | None, on_table: Terms | None, statement: Statement, *, difficulty: bool
) -> SettlementAnswer | None:
    """None when the mandate, or what the customer can afford, allows no settlement.

    difficulty: hardship was told, or the account is flagged vulnerable.
    """
    again = on_table is not None and on_table.kind == "settlement"
    ours = full_settlement(account, today, Decimal(1) if again or difficulty else FIRST_SHARE)
    asked = settlement_from_proposal(proposal, account, today) if proposal is not None else None
    within = asked is not None and ours is not None and asked.discount <= ours.discount
    if asked is not None and within and not breaches(asked, account, today, statement):
        return SettlementAnswer("accept", asked)
    ours = cap(ours, statement)
    if ours is None:
        return None
    return SettlementAnswer("stands" if ours == on_table else "counter", ours)
