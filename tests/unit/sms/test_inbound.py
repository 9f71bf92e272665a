"""Inbound text in every data_coding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.sms.inbound import Coding, coding_of, decode
from chappe.sms.national import NationalLanguage
from chappe.sms.options import Charset, Concatenation, TextOptions
from chappe.sms.parts import split
from chappe.sms.udh import Concatenated


@pytest.mark.parametrize(
    ("data_coding", "coding"),
    [
        (0x00, Coding.DEFAULT),
        (0x01, Coding.ASCII),
        (0x03, Coding.LATIN1),
        (0x04, Coding.BINARY),
        (0x05, Coding.JIS),
        (0x08, Coding.UCS2),
        (0x0E, Coding.KOREAN),
        (0x10, Coding.GSM7),
        (0x14, Coding.BINARY),
        (0x18, Coding.UCS2),
        (0x80, Coding.DEFAULT),
        (0xC8, Coding.GSM7),
        (0xD0, Coding.GSM7),
        (0xE0, Coding.UCS2),
        (0xF1, Coding.GSM7),
        (0xF5, Coding.BINARY),
    ],
)
def test_the_coding_behind_a_data_coding(data_coding: int, coding: Coding) -> None:
    assert coding_of(data_coding) is coding


@pytest.mark.parametrize(
    ("payload", "data_coding", "charset", "text"),
    [
        (b"\x05\x1be", 0, Charset.GSM7, "é€"),
        (b"\xe9", 0, Charset.LATIN1, "é"),
        (b"caf\xe9", 0, Charset.ASCII, "caf\ufffd"),
        (b"\xe9", 3, Charset.GSM7, "é"),
        (b"\x00\xea\xd8\x3d\xde\x00\x00", 8, Charset.GSM7, "ê😀"),
        (b"STOP", 0xF1, Charset.LATIN1, "STOP"),
        (b"\xbf", 6, Charset.GSM7, "П"),
        (b"\xe0", 7, Charset.GSM7, "א"),
        (b"\xb0\xa1", 0x0E, Charset.GSM7, "가"),
        (b"\x1b$B$\"\x1b(B", 5, Charset.GSM7, "あ"),
        (b"\x00\x01", 4, Charset.GSM7, ""),
    ],
)  # fmt: skip
def test_text(payload: bytes, data_coding: int, charset: Charset, text: str) -> None:
    found = decode(payload, data_coding, charset=charset)
    assert (found.text, found.body, found.part) == (text, payload, None)


@pytest.mark.parametrize("concatenation", [Concatenation.UDH8, Concatenation.UDH16])
@pytest.mark.parametrize("text", ["a€" * 200, "ê😀" * 100, "İşçi ğ" * 60, "ışığ" * 60])
def test_our_own_parts_are_read_back(text: str, concatenation: Concatenation) -> None:
    parts = split(text, TextOptions(concatenation, national=NationalLanguage.TURKISH), reference=77)
    found = [decode(payload, parts.data_coding, udhi=True) for payload in parts.payloads]
    assert "".join(part.text for part in found) == text
    wide = concatenation is Concatenation.UDH16
    places = range(1, parts.count + 1)
    assert [part.part for part in found] == [Concatenated(77, parts.count, place, wide) for place in places]


def test_a_language_without_a_table_is_read_by_the_default_one() -> None:
    assert decode(bytes.fromhex("03250106") + b"abc", udhi=True).text == "abc"


@given(st.binary(), st.integers(0, 255), st.booleans(), st.sampled_from(Charset))
def test_never_raises(payload: bytes, data_coding: int, udhi: bool, charset: Charset) -> None:
    assert payload.endswith(decode(payload, data_coding, udhi, charset).body)
