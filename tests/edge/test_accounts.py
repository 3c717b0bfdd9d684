"""Accounts: the three samples of the contract, and errors that name line, column and value."""

from __future__ import annotations

from decimal import Decimal

import pytest
from eqnegotiator.edge.accounts import COLUMNS, OPTIONAL_COLUMNS, Account, decode_account, encode_account, read_accounts, sample_accounts
from eqnegotiator.edge.errors import AccountError
from eqnegotiator.edge.identity import matches

HEADER = ",".join(COLUMNS)
ROW = "A-1,Co,Ann,Year?,1981,USD,1200.00,62,energy,30,90,100.00,extension|instalments,us,"


def read(*rows: str) -> list[Account]:
    return list(read_accounts("\n".join([HEADER, *rows]) + "\n", "a.csv"))


def test_samples_are_those_of_the_contract() -> None:
    first, second, third = sample_accounts()
    assert (first.account, first.verify_answer, first.balance, first.currency) == ("A-1001", "1981", Decimal("1200.00"), "USD")
    assert (first.target_days, first.latest_days, first.kinds) == (30, 90, ("extension", "instalments"))
    assert (second.account, second.verify_answer, second.balance) == ("A-1002", "1975", Decimal("15700.00"))
    assert (second.target_days, second.latest_days, second.kinds) == (13, 120, ("extension", "instalments", "settlement"))
    assert (third.account, third.verify_answer, third.balance, third.currency) == ("A-1003", "1990", Decimal("480.00"), "GBP")
    assert (third.profile, third.flags, third.min_instalment) == ("uk", ("vulnerable",), Decimal("10.00"))
    assert (third.target_days, third.latest_days, len(third.kinds)) == (30, 180, 4)
    assert [account.max_discount_percent for account in (first, second, third)] == [None, Decimal(15), Decimal(20)]
    assert [account.max_pause_days for account in (first, second, third)] == [None, None, 60]


def test_accounts_survive_the_store() -> None:
    for account in sample_accounts():
        assert decode_account(encode_account(account)) == account


def test_the_optional_columns_may_be_absent_empty_or_given() -> None:
    header = f"{HEADER},{','.join(OPTIONAL_COLUMNS)}"
    bare, empty = read(ROW)[0], next(read_accounts(f"{header}\n{ROW},,,,,,\n", "a.csv"))
    assert bare == empty
    given = next(read_accounts(f"{header}\n{ROW},12.5,30,stays,45,1500.00,1100\n", "a.csv"))
    assert (given.max_discount_percent, given.settlement_days, given.remainder) == (Decimal("12.50"), 30, "stays")
    assert (given.max_pause_days, given.monthly_income, given.monthly_outgoings) == (45, Decimal(1500), Decimal(1100))
    assert decode_account(encode_account(given)) == given


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("12,30,,,,", "max_discount_percent, settlement_days without the others"),
        ("100,30,waived,,,", "max_discount_percent 100.00 is not between 0 and 100"),
        ("0,30,waived,,,", "max_discount_percent 0.00"),
        ("12,30,forgiven,,,", "forgiven"),
        (",,,soon,,", "max_pause_days 'soon'"),
        (",,,0,,", "max_pause_days"),
        (",,,,-5,", "monthly_income '-5'"),
    ],
)
def test_a_bad_bound_is_named(values: str, message: str) -> None:
    with pytest.raises(AccountError, match=message):
        list(read_accounts(f"{HEADER},{','.join(OPTIONAL_COLUMNS)}\n{ROW},{values}\n", "a.csv"))


def test_empty_profile_takes_the_default() -> None:
    row = ROW.replace(",us,", ",,")
    assert next(iter(read_accounts(f"{HEADER}\n{row}\n", "a.csv", "eu"))).profile == "eu"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (ROW.replace("1200.00", "1,200.00"), "another number of fields"),
        (ROW.replace("1200.00", "1200,00").replace("1200,00", '"1200,00"'), r"line 2: balance '1200,00' is not an amount"),
        (ROW.replace("1200.00", "-5"), "balance '-5'"),
        (ROW.replace("1200.00", "0.00"), "balance 0.00 is not positive"),
        (ROW.replace("1200.00", "NaN"), "balance 'NaN'"),
        (ROW.replace(",62,", ",soon,"), "days_overdue 'soon'"),
        (ROW.replace(",30,90,", ",90,30,"), "latest_days 30 is before target_days 90"),
        (ROW.replace("extension|instalments", "extention"), "extention"),
        (ROW.replace("extension|instalments", ""), "kinds is empty"),
        (ROW.replace("USD", "usd"), "currency"),
        (ROW + "frail", "frail"),
        (ROW.replace("A-1,", ",", 1), "account"),
    ],
)
def test_a_bad_row_is_named(row: str, message: str) -> None:
    with pytest.raises(AccountError, match=message) as caught:
        read(row)
    assert "line 2" in str(caught.value)


def test_missing_columns_and_repeated_accounts_are_named() -> None:
    with pytest.raises(AccountError, match="missing columns creditor"):
        list(read_accounts("account,debtor\nA,B\n", "a.csv"))
    with pytest.raises(AccountError, match=r"line 3: account 'A-1' stands on line 2 already"):
        read(ROW, ROW)


@pytest.mark.parametrize("said", ["1981", "it's 1981", "I was born in 1981.", " 1981 ", "\uff11\uff19\uff18\uff11"])
def test_the_answer_verifies(said: str) -> None:
    assert matches(said, "1981")


@pytest.mark.parametrize(
    "said",
    [
        "1982",
        "19811",
        "1980 1981 1982",
        "is it 1981 or 1982",
        "",
        "nineteen",
        "why do you want 1981 as that is none of your business at all my friend ok",
    ],
)
def test_anything_else_does_not(said: str) -> None:
    assert not matches(said, "1981")


def test_words_verify_whole_and_in_order() -> None:
    assert matches("It was Green Street, number 4.", "green street")
    assert not matches("Street green", "green street")
    assert not matches("evergreen street", "green street")
