"""Plans of the replies that say what is: an offer, the standing terms, an answer to a question, the agreement made."""

from __future__ import annotations

from datetime import date
from typing import Final

from .accounts import Account
from .messages import Terms
from .plan import Plan
from .spoken_terms import cadence, describe, every_words, money, spoken_date, spoken_days

__all__ = ["counter", "done", "inform", "question", "yes_or_no"]

_TOPICS: Final = frozenset({"balance", "who", "why", "options", "privacy", "terms", "consequences", "unknown"})


def counter(terms: Terms, today: date, situation: str) -> Plan:
    amount, due = money(terms.amount, terms.currency), spoken_date(terms.due_date)
    if terms.kind == "extension":
        slots = {"amount": amount, "due_date": due}
        return Plan(act="counter", kind="extension", situation=situation, slots=slots, terms=terms)
    if terms.kind == "settlement" and terms.remainder == "waived":  # the model's wordings all waive; what stays owed is said in ours (G21)
        slots = {"amount": amount, "due_date": due, "discount": money(terms.discount, terms.currency)}
        return Plan(act="counter", kind="settlement", situation=situation, slots=slots, terms=terms)
    if terms.kind == "pause":
        return Plan(act="counter", kind="pause", situation=situation, slots={"days": spoken_days(terms.days), "due_date": due}, terms=terms)
    every = cadence(terms)
    sizes = [payment.amount for payment in terms.instalments]
    if terms.kind != "instalments" or every is None or len(set(sizes[:-1])) > 1:
        return Plan(act="counter", kind="terms", situation=situation, slots={"terms": describe(terms, today)}, terms=terms)
    each = money(sizes[0], terms.currency) + ("" if sizes[0] == sizes[-1] else f" (the last {money(sizes[-1], terms.currency)})")
    slots = {
        "count": str(len(sizes)),
        "each": each,
        "every": every_words(every),
        "first_date": spoken_date(terms.instalments[0].due_date),
    }
    return Plan(act="counter", kind="instalments", situation=situation, slots=slots, terms=terms)


def inform(topic: str, account: Account, on_table: Terms | None, today: date) -> Plan:
    kind = topic if topic in _TOPICS else "unknown"
    if kind == "terms" and on_table is None:
        kind = "options"
    slots = {
        "balance": {"balance": money(account.balance, account.currency), "creditor": account.creditor},
        "who": {"creditor": account.creditor},
        "why": {"creditor": account.creditor, "days_overdue": spoken_days(account.days_overdue)},
        "terms": {"terms": describe(on_table, today)} if on_table is not None else {},
    }.get(kind, {})
    return Plan(act="inform", kind=kind, situation="asked_info", slots=slots, terms=on_table)


def yes_or_no(pending: Terms, today: date, situation: str) -> Plan:
    return Plan(act="ask", kind="yesno", situation=situation, slots={"terms": describe(pending, today)}, terms=pending)


def done(terms: Terms) -> Plan:
    # The day of the agreement is not kept in the terms; its due date less its days is that day.
    return Plan(
        act="close",
        kind="done",
        slots={"terms": describe(terms, date.fromordinal(terms.due_date.toordinal() - terms.days))},
        terms=terms,
    )


def question(account: Account) -> str:
    question = account.verify_question.strip()
    return question if question.endswith("?") else f"{question.rstrip('.')}?"
