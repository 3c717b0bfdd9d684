from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from eqnegotiator.edge.errors import WireError
from eqnegotiator.edge.messages import (
    ACTS,
    ERROR_CODES,
    MAX_PAYLOAD_BYTES,
    STATES,
    Action,
    Delta,
    End,
    ErrorMessage,
    Instalment,
    Reply,
    Start,
    Terms,
    Turn,
    Verify,
    decode,
    encode,
    error_message,
)
from hypothesis import given
from hypothesis import strategies as st

KINDS = ("start", "turn", "end")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            Reply(
                msg_id="m2", in_reply_to="m1", session="s", turn=3, text="Würde das gehen?", act="counter",
                state="open", tone="joy",
                terms=Terms(
                    kind="instalments", currency="USD", amount=Decimal("600.00"), due_date=date(2026, 3, 1), days=59,
                    instalments=(
                        Instalment(due_date=date(2026, 2, 1), amount=Decimal("300.00")),
                        Instalment(due_date=date(2026, 3, 1), amount=Decimal("300.00")),
                    ),
                ),
                actions=(Action(id="yes", label="Yes"),),
            ),
            b'{"msg_id":"m2","in_reply_to":"m1","session":"s","turn":3,"text":"W\xc3\xbcrde das gehen?",'
            b'"act":"counter","state":"open","tone":"joy","terms":{"kind":"instalments","currency":"USD","amount":"600.00",'
            b'"due_date":"2026-03-01","days":59,"instalments":[{"due_date":"2026-02-01","amount":"300.00"},'
            b'{"due_date":"2026-03-01","amount":"300.00"}],"discount":"0.00","remainder":"owed"},'
            b'"actions":[{"id":"yes","label":"Yes"}]}',
        ),
        (
            Reply(
                msg_id="m2", in_reply_to="m1", session="s", turn=0, text="Hello", act="greet", state="verifying",
                tone="neutral", terms=None,
            ),
            b'{"msg_id":"m2","in_reply_to":"m1","session":"s","turn":0,"text":"Hello","act":"greet",'
            b'"state":"verifying","tone":"neutral","terms":null,"actions":[]}',
        ),
        (
            Delta(in_reply_to="m1", session="s", seq=2, text="One sentence."),
            b'{"in_reply_to":"m1","session":"s","seq":2,"text":"One sentence."}',
        ),
        (
            ErrorMessage(in_reply_to=None, code="bad_json", message="no", retryable=False),
            b'{"in_reply_to":null,"code":"bad_json","message":"no","retryable":false}',
        ),
    ],
)  # fmt: skip
def test_outgoing_bytes_are_exact(message: Reply | Delta | ErrorMessage, expected: bytes) -> None:
    assert encode(message) == expected


@pytest.mark.parametrize(
    ("kind", "payload", "expected"),
    [
        ("start", b'{"msg_id":"m","account":"A-1"}', Start(msg_id="m", account="A-1")),
        (
            "start",
            b'{"msg_id":"m","account":"A-1","lang":"es","channel":"voice","verify":{"answer":"1981"},"new":[1]}',
            Start(msg_id="m", account="A-1", lang="es", channel="voice", verify=Verify(answer="1981")),
        ),
        ("turn", b'{"msg_id":"m","session":"s","text":""}', Turn(msg_id="m", session="s", text="")),
        (
            "turn",
            b' {"text":"h\\u00e9","asr_confidence":1,"session":"s","msg_id":"m"}\n',
            Turn(msg_id="m", session="s", text="h\u00e9", asr_confidence=1.0),
        ),
        ("end", b'{"msg_id":"m","session":"s"}', End(msg_id="m", session="s")),
        ("end", b'{"msg_id":"m","session":"s","reason":"left"}', End(msg_id="m", session="s", reason="left")),
    ],
)
def test_incoming_bytes_are_understood(kind: str, payload: bytes, expected: Start | Turn | End) -> None:
    assert decode(kind, payload) == expected


@pytest.mark.parametrize(
    ("kind", "payload", "code", "in_reply_to", "names"),
    [
        ("reply", b"{}", "bad_topic", None, "'reply'"),
        ("turn", b'"' + b"x" * MAX_PAYLOAD_BYTES + b'"', "too_large", None, str(MAX_PAYLOAD_BYTES + 2)),
        ("turn", b"\xff\xfe", "bad_json", None, "UTF-8"),
        ("turn", b"", "bad_json", None, "JSON"),
        ("turn", b"{", "bad_json", None, "JSON"),
        ("turn", b'{"msg_id":"m"} x', "bad_json", None, "JSON"),
        ("turn", b"[" * MAX_PAYLOAD_BYTES, "bad_json", None, "JSON"),
        ("turn", b'"turn"', "bad_message", None, "object"),
        ("turn", b"null", "bad_message", None, "object"),
        ("turn", b'{"session":"s","text":"t"}', "bad_message", None, "msg_id"),
        ("turn", b'{"msg_id":"","session":"s","text":"t"}', "bad_message", None, "msg_id"),
        ("turn", b'{"msg_id":7,"session":"s","text":"t"}', "bad_message", None, "msg_id"),
        ("turn", b'{"msg_id":"m","session":"s"}', "bad_message", "m", "text"),
        ("turn", b'{"msg_id":"m","session":"s","text":null}', "bad_message", "m", "text"),
        ("turn", b'{"msg_id":"m","session":"s","text":"t","asr_confidence":1.5}', "bad_message", "m", "asr_confidence"),
        ("turn", b'{"msg_id":"m","session":"s","text":"t","asr_confidence":"1"}', "bad_message", "m", "asr_confidence"),
        ("start", b'{"msg_id":"m"}', "bad_message", "m", "account"),
        ("start", b'{"msg_id":"m","account":"A","verify":{}}', "bad_message", "m", "answer"),
        ("end", b'{"msg_id":"m","session":""}', "bad_message", "m", "session"),
    ],
)
def test_what_cannot_be_taken_has_a_named_error(
    kind: str, payload: bytes, code: str, in_reply_to: str | None, names: str
) -> None:
    with pytest.raises(WireError) as caught:
        decode(kind, payload)
    error = caught.value
    assert (error.code, error.in_reply_to, error.retryable) == (code, in_reply_to, False)
    assert names in error.message
    assert code in ERROR_CODES


def test_exactly_16_kib_is_taken() -> None:
    frame = b'{"msg_id":"m","session":"s","text":""}'
    payload = frame.replace(b'""', b'"' + b"x" * (MAX_PAYLOAD_BYTES - len(frame)) + b'"')
    assert len(payload) == MAX_PAYLOAD_BYTES
    assert decode("turn", payload).msg_id == "m"
    with pytest.raises(WireError, match="16385 bytes"):
        decode("turn", payload + b" ")


@pytest.mark.parametrize("code", ERROR_CODES)
def test_every_error_code_crosses_the_wire(code: str) -> None:
    error = WireError(code, ERROR_CODES[code], in_reply_to="m", retryable=code == "busy")
    assert json.loads(encode(error_message(error))) == {
        "in_reply_to": "m", "code": code, "message": ERROR_CODES[code], "retryable": code == "busy",
    }  # fmt: skip


def test_the_published_lists_are_those_of_the_types() -> None:
    assert len(set(ACTS)) == len(ACTS) == 12
    assert len(set(STATES)) == len(STATES) == 6


def code_or_message(kind: str, payload: bytes) -> str | Start | Turn | End:
    try:
        return decode(kind, payload)
    except WireError as error:
        return error.code


@given(kind=st.sampled_from((*KINDS, "reply", "")), payload=st.binary(max_size=200))
def test_arbitrary_bytes_raise_nothing_but_wire_errors(kind: str, payload: bytes) -> None:
    outcome = code_or_message(kind, payload)
    assert outcome in ("bad_topic", "bad_json", "bad_message") or isinstance(outcome, Start | Turn | End)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = ("msg_id", "session", "text", "account", "asr_confidence", "verify", "reason", "lang")


@given(
    kind=st.sampled_from(KINDS),
    document=_JSON | st.dictionaries(st.sampled_from(_FIELDS), _JSON | st.text(min_size=1, max_size=3), max_size=8),
)
def test_arbitrary_json_raises_nothing_but_wire_errors(kind: str, document: object) -> None:
    outcome = code_or_message(kind, json.dumps(document).encode())
    # What is taken can be stored and answered: its identifiers are text that UTF-8 can carry.
    assert outcome in ("bad_json", "bad_message") if isinstance(outcome, str) else outcome.msg_id.encode()


@given(
    st.builds(
        Turn,
        msg_id=st.text(min_size=1, max_size=128),
        session=st.text(min_size=1, max_size=128),
        text=st.text(max_size=200),
        asr_confidence=st.none() | st.floats(0.0, 1.0),
    )
)
def test_decode_inverts_encode(message: Turn) -> None:
    assert decode("turn", encode(message)) == message
