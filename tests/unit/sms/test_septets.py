"""Packing of septets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.sms import septets

codes = st.binary(max_size=170).map(lambda octets: bytes(octet & 0x7F for octet in octets))


def test_the_well_known_vector() -> None:
    assert septets.pack(b"hellohello").hex() == "e8329bfd4697d9ec37"
    assert septets.unpack(bytes.fromhex("e8329bfd4697d9ec37")) == b"hellohello"


@pytest.mark.parametrize(("header", "fill"), [(0, 0), (6, 1), (7, 0), (4, 3), (12, 2)])
def test_text_after_a_header_starts_on_a_septet(header: int, fill: int) -> None:
    assert septets.fill_bits(header) == fill
    assert (header * 8 + fill) % 7 == 0


@pytest.mark.parametrize(("header", "room"), [(0, 160), (6, 153), (7, 152), (4, 155), (9, 149), (12, 146)])
def test_a_full_part_is_140_octets(header: int, room: int) -> None:
    packed = septets.pack(b"\x7f" * room, septets.fill_bits(header))
    assert header + len(packed) <= 140
    assert header + len(septets.pack(b"\x7f" * (room + 1), septets.fill_bits(header))) > 140


@given(codes, st.integers(0, 6))
def test_what_is_packed_is_unpacked(text: bytes, fill: int) -> None:
    packed = septets.pack(text, fill)
    assert len(packed) == (len(text) * 7 + fill + 7) // 8
    assert septets.unpack(packed, len(text), fill) == text


def test_seven_bits_to_spare_read_as_one_more() -> None:
    packed = septets.pack(b"1234567")
    assert septets.unpack(packed) == b"1234567\x00"
    assert septets.unpack(packed, 7) == b"1234567"


@given(st.binary(), st.integers(0, 300), st.integers(0, 6))
def test_any_octets_are_unpacked(octets: bytes, count: int, fill: int) -> None:
    assert len(septets.unpack(octets, count, fill)) <= count
    assert all(code < 0x80 for code in septets.unpack(octets, None, fill))
