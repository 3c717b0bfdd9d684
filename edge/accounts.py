"""Accounts: what the creditor has told this appliance about a debt, and within what mandate it may agree."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from importlib import resources
from io import StringIO
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from .errors import AccountError
from .messages import TermsKind

__all__ = ["COLUMNS", "OPTIONAL_COLUMNS", "Account", "Flag", "decode_account", "encode_account", "read_accounts", "sample_accounts"]

Flag = Literal["vulnerable", "breathing_space", "represented", "disputed", "time_barred"]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]

COLUMNS: Final = (
    "account", "creditor", "debtor", "verify_question", "verify_answer", "currency", "balance", "days_overdue", "product",
    "target_days", "latest_days", "min_instalment", "kinds", "profile", "flags",
)  # fmt: skip
OPTIONAL_COLUMNS: Final = ("max_discount_percent", "settlement_days", "remainder", "max_pause_days", "monthly_income", "monthly_outgoings")
_SETTLEMENT_COLUMNS: Final = OPTIONAL_COLUMNS[:3]
_LONGEST_DAYS: Final = timedelta(days=3650).days


class Account(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the accounts file. `balance` and `min_instalment` are in `currency`.

    target_days: when the creditor would like to be paid, latest_days: the latest it may ever be, both counted from the day of the talk.
    max_discount_percent, settlement_days and remainder bound a settlement, max_pause_days a pause; neither is offered without them.
    monthly_income and monthly_outgoings (essentials and other debts, without this one): what the creditor knows of the customer's means.
    """

    account: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    creditor: Text
    debtor: Text
    verify_question: Text
    verify_answer: Text
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
    balance: Annotated[Decimal, msgspec.Meta()]
    days_overdue: Annotated[int, msgspec.Meta(ge=0)]
    product: str
    target_days: Annotated[int, msgspec.Meta(ge=0, le=_LONGEST_DAYS)]
    latest_days: Annotated[int, msgspec.Meta(ge=0, le=_LONGEST_DAYS)]
    min_instalment: Decimal
    kinds: tuple[TermsKind, ...]
    profile: Literal["us", "uk", "eu"]
    flags: tuple[Flag, ...]
    max_discount_percent: Annotated[Decimal, msgspec.Meta()] | None = None
    settlement_days: Annotated[int, msgspec.Meta(ge=0, le=_LONGEST_DAYS)] | None = None
    remainder: Literal["waived", "stays"] | None = None
    max_pause_days: Annotated[int, msgspec.Meta(ge=1, le=_LONGEST_DAYS)] | None = None
    monthly_income: Decimal | None = None
    monthly_outgoings: Decimal | None = None


def read_accounts(text: str, name: str, default_profile: str = "us") -> Iterator[Account]:
    """Rows of an accounts CSV (header row, decimal point). `OPTIONAL_COLUMNS` may be left out or empty.

    Raises:
        AccountError: naming file, line, column and value of the first thing that cannot be used.
    """
    rows = csv.DictReader(StringIO(text))
    missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
    if missing:
        raise AccountError(f"{name}: line 1: missing columns {', '.join(missing)}; the header must name {', '.join(COLUMNS)}")
    seen: dict[str, int] = {}
    for row in rows:
        where = f"{name}: line {rows.line_num}"
        if None in row or None in row.values():
            raise AccountError(f"{where}: has another number of fields than the header; quote values that contain commas")
        values = {column: row[column].strip() for column in (*COLUMNS, *OPTIONAL_COLUMNS) if column in row}
        account = _account(values, where, default_profile)
        if account.account in seen:
            raise AccountError(f"{where}: account {account.account!r} stands on line {seen[account.account]} already; keep one")
        seen[account.account] = rows.line_num
        yield account


def sample_accounts() -> list[Account]:
    """The three accounts of `edge/samples/accounts.csv`, loaded by `demo` and `chat`."""
    text = (resources.files("eqnegotiator.edge") / "samples" / "accounts.csv").read_text(encoding="utf-8")
    return list(read_accounts(text, "accounts.csv"))


def read_accounts_file(path: Path, default_profile: str) -> list[Account]:
    """All rows of a file; none when one is bad.

    Raises:
        AccountError: as `read_accounts`, or the file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise AccountError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise AccountError(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    return list(read_accounts(text, str(path), default_profile))


def encode_account(account: Account) -> bytes:
    """JSON for the store."""
    return msgspec.json.encode(account)


def decode_account(data: bytes) -> Account:
    """The account that `encode_account` wrote."""
    return msgspec.json.decode(data, type=Account)


def _account(values: dict[str, str], where: str, default_profile: str) -> Account:
    document: dict[str, object] = dict(values)
    document["kinds"] = _split(values["kinds"])
    document["flags"] = _split(values["flags"])
    document["profile"] = values["profile"] or default_profile
    document["min_instalment"] = values["min_instalment"] or "0.00"
    for column in ("days_overdue", "target_days", "latest_days"):
        document[column] = _whole(values[column], column, where)
    for column in ("balance", "min_instalment"):
        document[column] = _money(str(document[column]), column, where)
    for column in OPTIONAL_COLUMNS:
        if value := values.get(column, ""):
            document[column] = value if column == "remainder" else _optional(value, column, where)
        else:
            document.pop(column, None)
    given = [column for column in _SETTLEMENT_COLUMNS if column in document]
    if 0 < len(given) < len(_SETTLEMENT_COLUMNS):
        raise AccountError(f"{where}: {', '.join(given)} without the others; give all of {', '.join(_SETTLEMENT_COLUMNS)} or none")
    try:
        account = msgspec.convert(document, Account)
    except msgspec.ValidationError as error:
        raise AccountError(f"{where}: {error}") from error
    if account.balance <= 0:
        raise AccountError(f"{where}: balance {account.balance} is not positive; leave settled accounts out")
    if account.latest_days < account.target_days:
        raise AccountError(f"{where}: latest_days {account.latest_days} is before target_days {account.target_days}")
    if account.max_discount_percent is not None and not 0 < account.max_discount_percent < 100:
        raise AccountError(f"{where}: max_discount_percent {account.max_discount_percent} is not between 0 and 100")
    if not account.kinds:
        raise AccountError(f"{where}: kinds is empty; name at least one of extension|instalments|settlement|pause")
    return account


def _split(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split("|") if part.strip())


def _optional(value: str, column: str, where: str) -> int | Decimal:
    return _whole(value, column, where) if column.endswith("_days") else _money(value, column, where)


def _whole(value: str, column: str, where: str) -> int:
    if not value.isascii() or not value.isdigit() or len(value) > 6:
        raise AccountError(f"{where}: {column} {value!r} is not a whole number of days")
    return int(value)


def _money(value: str, column: str, where: str) -> Decimal:
    whole, _, cents = value.partition(".")
    if not (value.isascii() and whole.isdigit() and len(whole) <= 12 and (cents.isdigit() or not cents) and len(cents) <= 2):
        raise AccountError(f"{where}: {column} {value!r} is not an amount such as 1200.00 (decimal point, no thousands separator)")
    return Decimal(value).quantize(Decimal("0.01"))
