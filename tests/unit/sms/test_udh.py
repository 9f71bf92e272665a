"""User data headers from anywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.sms.udh import Concatenated, Element, Header, HeaderTooLong, compose, parse


@pytest.mark.parametrize(
    ("octets", "concatenated", "body"),
    [
        ("050003fe020141", Concatenated(0xFE, 2, 1, False), b"A"),
        ("060804abcd030241", Concatenated(0xABCD, 3, 2, True), b"A"),
        ("0500030102030041", None, b"\x00A"),  # part 3 of 2
        ("050003010200", None, b""),  # parts are numbered from 1
        ("050003010000", None, b""),
        ("0a0003010201000302020241", Concatenated(2, 2, 2, False), b"A"),  # the last one counts
        ("0b0003010201080400020302", Concatenated(2, 3, 2, True), b""),
    ],
)
def test_concatenation(octets: str, concatenated: Concatenated | None, body: bytes) -> None:
    header, rest = parse(bytes.fromhex(octets))
    assert (header.concatenated, rest, header.whole) == (concatenated, body, True)


@pytest.mark.parametrize(
    ("octets", "elements", "body"),
    [
        ("", (), b""),
        ("41", (), b"A"),  # says 65 octets and has none: text
        ("0541", (), b"\x05A"),
        ("03000301ff", (), b"\xff"),  # the element overruns the header
        ("0424010100ff", (Element(0x24, b"\x01"),), b"\xff"),  # half an element at the end
    ],
)
def test_a_broken_header_is_read_as_far_as_it_goes(
    octets: str, elements: tuple[Element, ...], body: bytes
) -> None:
    assert parse(bytes.fromhex(octets)) == (Header(elements, whole=False), body)


def test_national_shifts_and_ports() -> None:
    header, _ = parse(bytes.fromhex("06240101250103"))
    assert (header.single_shift, header.locking_shift, header.ports) == (1, 3, None)
    assert parse(bytes.fromhex("0605040b8423f0"))[0].ports == (2948, 9200)
    header, _ = parse(bytes.fromhex("040402e2f0"))
    assert (header.ports, header.single_shift, header.locking_shift) == ((0xE2, 0xF0), 0, 0)
    assert parse(bytes.fromhex("0424020101"))[0].single_shift == 0  # wrong length: not for us


def test_what_is_composed_is_parsed() -> None:
    elements = (Element(0, b"\x01\x02\x01"), Element(0x24, b"\x01"))
    assert compose(elements).hex() == "08000301020124" + "0101"
    assert parse(compose(elements) + b"text") == (Header(elements), b"text")
    assert compose(()) == b""


def test_a_header_that_does_not_exist() -> None:
    with pytest.raises(HeaderTooLong, match="256 octets"):
        compose([Element(1, bytes(256))])
    with pytest.raises(HeaderTooLong, match="304 octets"):
        compose([Element(1, bytes(150)), Element(1, bytes(150))])


@given(
    st.lists(st.builds(Element, st.integers(0, 255), st.binary(max_size=20)), min_size=1, max_size=10),
    st.binary(),
)
def test_round_trip(elements: list[Element], body: bytes) -> None:
    assert parse(compose(elements) + body) == (Header(tuple(elements)), body)


@given(st.binary())
def test_never_raises(octets: bytes) -> None:
    header, body = parse(octets)
    assert octets.endswith(body)
    part = header.concatenated
    assert part is None or 1 <= part.number <= part.total <= 255
    assert 0 <= header.single_shift <= 255
    assert 0 <= header.locking_shift <= 255
    assert header.ports is None or len(header.ports) == 2
