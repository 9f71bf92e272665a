"""GSM 7-bit, without an oracle: pairs, refusals, octets that no phone sends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.sms.gsm7 import DEFAULT, EXTENSION, MAIN, Alphabet, NotInAlphabet

CARRIED = sorted(DEFAULT.characters)


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("", b""),
        ("@", b"\x00"),
        ("Hi 1_", b"Hi 1\x11"),
        ("10€", b"10\x1b\x65"),
        ("[a]{b}", b"\x1b\x3ca\x1b\x3e\x1b\x28b\x1b\x29"),
        ("é à Ç ñ", b"\x05 \x7f \x09 \x7d"),
        ("\f\r\n", b"\x1b\x0a\r\n"),
    ],
)
def test_text_and_octets_go_both_ways(text: str, octets: bytes) -> None:
    assert DEFAULT.encode(text) == octets
    assert DEFAULT.decode(octets) == text


def test_the_repertoire_is_that_of_the_standard() -> None:
    assert len(DEFAULT.characters) == 127 + 10


@pytest.mark.parametrize("char", ["ç", "ê", "\x00", "\x1b", "\t", "`", "\u200b", "😀", "\ud83d", "\xa0"])
def test_other_characters_are_refused_with_their_place(char: str) -> None:
    assert DEFAULT.try_encode(f"ab€{char}d") is None
    with pytest.raises(NotInAlphabet, match="replace it or send UCS-2") as refusal:
        DEFAULT.encode(f"ab€{char}d")
    assert (refusal.value.position, refusal.value.character) == (3, char)


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"\x1bA", "A"),  # no character there: the main table's (note 3)
        (b"\x1b\x1bA", " A"),  # reserved for another table: a space (note 1)
        (b"A\x1b", "A "),
        (b"\x1b\x00", "@"),
        (b"A\x80\xffB", "A\ufffd\ufffdB"),
        (b"\x1b\x80", "\ufffd"),
        (b"\x1b\n\n", "\f\n"),
    ],
)
def test_octets_without_a_meaning_are_shown_as_the_standard_says(octets: bytes, text: str) -> None:
    assert DEFAULT.decode(octets) == text


def test_a_character_in_both_tables_takes_the_shorter_form() -> None:
    both = Alphabet(MAIN, {**EXTENSION, 0x41: "A"})
    assert both.encode("A") == b"A"
    assert both.decode(b"\x1bA") == "A"


def test_a_main_table_has_128_codes() -> None:
    with pytest.raises(ValueError, match="128 codes, this one 127"):
        Alphabet(MAIN[1:], EXTENSION)


@given(st.text(st.sampled_from(CARRIED)))
def test_carried_text_survives(text: str) -> None:
    octets = DEFAULT.encode(text)
    assert max(octets, default=0) < 0x80
    assert DEFAULT.decode(octets) == text


@given(st.text())
def test_a_text_is_encoded_exactly_when_every_character_is_carried(text: str) -> None:
    assert (DEFAULT.try_encode(text) is not None) == DEFAULT.characters.issuperset(text)


@given(st.binary())
def test_any_octets_are_decoded(octets: bytes) -> None:
    assert len(DEFAULT.decode(octets)) <= len(octets)
