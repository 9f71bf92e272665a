"""Receipts as carriers write them."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.sms.receipt import (
    MESSAGE_STATE,
    NETWORK_ERROR_CODE,
    RECEIPTED_MESSAGE_ID,
    STATES,
    Receipt,
    ReceiptState,
    looks_like_receipt,
    parse,
)

DELIVERED = ReceiptState.DELIVERED
COMMON = (
    b"id:7A1 sub:001 dlvrd:000 submit date:2611221454 done date:2611221455 stat:DELIVRD"
    b" err:000 text:Bonjour id:9"
)


def test_the_form_of_appendix_b() -> None:
    assert parse(COMMON) == Receipt(
        id="7A1",
        state=DELIVERED,
        word="DELIVRD",
        error="000",
        submitted_at=datetime.fromisoformat("2026-11-22T14:54"),
        done_at=datetime.fromisoformat("2026-11-22T14:55"),
        submitted=1,
        delivered=0,
        text="Bonjour id:9",
    )


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"ID:12 STAT:undeliv ERR:0A1\x00", Receipt("12", ReceiptState.UNDELIVERABLE, "undeliv", "0A1")),
        (b"stat:EXPIRED id:12", Receipt("12", ReceiptState.EXPIRED, "EXPIRED")),
        (b"id: 12  stat :  DELIVRD", Receipt("12", DELIVERED, "DELIVRD")),
        (b"id:12,stat:DELIVRD,err:7", Receipt("12", DELIVERED, "DELIVRD", "7")),
        (b'id:"a-b" stat:ACCEPTD', Receipt("a-b", ReceiptState.ACCEPTED, "ACCEPTD")),
        (b"message_id:12 status:REJECTD error code:5", Receipt("12", ReceiptState.REJECTED, "REJECTD", "5")),
        (b"id:12 sub:x dlvrd: stat:DELIVRD err: text:", Receipt("12", DELIVERED, "DELIVRD", text="")),
        (b"id: stat:DELIVRD", Receipt(None, DELIVERED, "DELIVRD")),
        (b"id:12 stat:2", Receipt("12", DELIVERED, "2")),
        (b"id:12 stat:WHAT", Receipt("12", None, "WHAT")),
        (b"id:12 id:13 stat:DELIVRD", Receipt("12", DELIVERED, "DELIVRD")),
        (b"text:hello id:12 stat:DELIVRD", Receipt("12", DELIVERED, "DELIVRD", text="hello")),
        (b"id:a\x11b stat:DELIVRD", Receipt("a_b", DELIVERED, "DELIVRD")),
        (
            b"id:5b0fd3a2-1c1e-4d8a-9a63-6f1d4f1a2b3c stat:DELIVRD",
            Receipt("5b0fd3a2-1c1e-4d8a-9a63-6f1d4f1a2b3c", DELIVERED, "DELIVRD"),
        ),
        (b"Bonjour", Receipt()),
        (b"", Receipt()),
    ],
)
def test_variants(octets: bytes, expected: Receipt) -> None:
    assert parse(octets) == expected


@pytest.mark.parametrize("coding", ["utf-16-be", "utf-16-le", "utf-16"])
def test_receipts_in_ucs2_whatever_is_announced(coding: str) -> None:
    assert parse(COMMON.decode().encode(coding)) == parse(COMMON)
    assert parse(b"\xfe\xff" + COMMON.decode().encode("utf-16-be")) == parse(COMMON)


def test_the_line_of_one_large_carrier() -> None:
    expected = Receipt(
        id="ref7",
        state=DELIVERED,
        word="00",
        error="00",
        submitted_at=datetime.fromisoformat("2002-10-02T15:00"),
        done_at=datetime.fromisoformat("2002-10-02T15:43"),
    )
    assert parse(b"00,0210021543,0210021500,,447800000000,8000,ref7") == expected
    assert parse(b"35,,,,447800000000,8000,ref7") == Receipt("ref7", None, "35", "35")


@pytest.mark.parametrize(
    ("tlvs", "expected"),
    [
        ({}, ("12", ReceiptState.ENROUTE, "000", None)),
        ({RECEIPTED_MESSAGE_ID: b"ab\0"}, ("ab", ReceiptState.ENROUTE, "000", None)),
        ({RECEIPTED_MESSAGE_ID: b"\0"}, ("12", ReceiptState.ENROUTE, "000", None)),
        ({MESSAGE_STATE: b"\x02"}, ("12", DELIVERED, "000", None)),
        ({MESSAGE_STATE: b"\x63"}, ("12", ReceiptState.ENROUTE, "000", None)),
        ({MESSAGE_STATE: b""}, ("12", ReceiptState.ENROUTE, "000", None)),
        ({NETWORK_ERROR_CODE: b"\x03\x00\x21"}, ("12", ReceiptState.ENROUTE, "033", 3)),
        ({NETWORK_ERROR_CODE: b"\x03"}, ("12", ReceiptState.ENROUTE, "000", None)),
    ],
)
def test_tlvs_win_over_the_text(
    tlvs: dict[int, bytes], expected: tuple[str, ReceiptState, str, int | None]
) -> None:
    found = parse(b"id:12 stat:ENROUTE err:000", tlvs)
    assert (found.id, found.state, found.error, found.network) == expected


def test_a_receipt_of_tlvs_alone() -> None:
    found = parse(b"", {RECEIPTED_MESSAGE_ID: b"ab\0", MESSAGE_STATE: b"\x05"})
    assert (found.id, found.state) == ("ab", ReceiptState.UNDELIVERABLE)


@pytest.mark.parametrize(
    ("octets", "alike"),
    [
        (COMMON, True),
        (b"ID:1 Stat:DELIVRD", True),
        (COMMON.decode().encode("utf-16-be"), True),
        (b"00,0210021543,0210021500,,44,8000,ref7", True),
        (b"STOP", False),
        (b"my id: 12", False),
    ],
)
def test_a_receipt_without_its_esm_class(octets: bytes, alike: bool) -> None:
    assert looks_like_receipt(octets) is alike


def test_every_state_has_a_word_and_a_number() -> None:
    assert set(STATES.values()) == set(ReceiptState)
    waiting = [state.name for state in ReceiptState if not state.final]
    assert waiting == ["SCHEDULED", "ENROUTE", "ACCEPTED", "UNKNOWN"]
    for state in ReceiptState:
        assert STATES[str(state.value)] is state


keys = st.sampled_from(
    ["id:", "ID :", "stat:", "sub:", "dlvrd:", "done date:", "submit date:", "err:", "text:", ","]
)
pieces = st.one_of(
    keys,
    st.text(max_size=12),
    st.from_regex(r"\d{8,16}[+-]?", fullmatch=True),
    st.sampled_from(list(STATES)),
)
written = st.lists(pieces).map(" ".join)
messages = st.one_of(
    st.binary(),
    written.map(lambda text: text.encode("utf-8", "replace")),
    written.map(lambda text: text.encode("utf-16-be", "replace")),
)


@given(messages, st.dictionaries(st.sampled_from([0x1E, 0x423, 0x427]), st.binary(max_size=70)))
def test_never_raises(octets: bytes, tlvs: dict[int, bytes]) -> None:
    assert isinstance(parse(octets, tlvs), Receipt)
    assert looks_like_receipt(octets) in (True, False)
