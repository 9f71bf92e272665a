"""UCS-2 as UTF-16BE."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.sms import ucs2


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("é", "00e9"),
        ("😀", "d83dde00"),
        ("\ud83d\ude00", "d83dde00"),  # halves left apart by a JSON parser
        ("a\ud83d", "0061fffd"),
        ("\ude00b", "fffd0062"),
    ],
)
def test_encode_never_emits_half_a_pair(text: str, octets: str) -> None:
    assert ucs2.encode(text).hex() == octets
    assert ucs2.units(text) == len(octets) // 4


@pytest.mark.parametrize(
    ("octets", "text"),
    [("", ""), ("00", ""), ("0041", "A"), ("004100", "A"), ("d83d", "\ufffd"), ("de000041", "\ufffdA")],
)
def test_decode_takes_any_octets(octets: str, text: str) -> None:
    assert ucs2.decode(bytes.fromhex(octets)) == text


@given(st.text())
def test_round_trip(text: str) -> None:
    assert ucs2.decode(ucs2.encode(text)) == text == ucs2.mend(text)
