"""Choice of encoding and the characters to blame."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.sms import gsm7
from chappe.sms.encoding import Cause, Encoding, carried_characters, encode, normal_form, ucs2_causes
from chappe.sms.national import NationalLanguage
from chappe.sms.options import Charset, TextOptions

LATIN1 = TextOptions(charset=Charset.LATIN1)
ASCII = TextOptions(charset=Charset.ASCII)
TURKISH = TextOptions(national=NationalLanguage.TURKISH)
PORTUGUESE = TextOptions(national=NationalLanguage.PORTUGUESE)
DEFAULT = TextOptions()


@pytest.mark.parametrize(
    ("text", "options", "encoding", "units"),
    [
        ("", DEFAULT, Encoding.GSM7, 0),
        ("café 5€", DEFAULT, Encoding.GSM7, 8),
        ("cafe\u0301", DEFAULT, Encoding.GSM7, 4),  # decomposed, as macOS writes it
        ("fête", DEFAULT, Encoding.UCS2, 4),
        ("😀", DEFAULT, Encoding.UCS2, 2),
        ("\ud83d\ude00", DEFAULT, Encoding.UCS2, 2),
        ("cafe", LATIN1, Encoding.LATIN1, 4),
        ("café [1]", LATIN1, Encoding.LATIN1, 10),  # on the air the brackets take two septets each
        ("5€", LATIN1, Encoding.UCS2, 2),
        ("fête", LATIN1, Encoding.UCS2, 4),  # Latin-1 has it, the radio has not
        ("cafe", ASCII, Encoding.ASCII, 4),
        ("café", ASCII, Encoding.UCS2, 4),
        ("", ASCII, Encoding.ASCII, 0),
        ("İyi", TURKISH, Encoding.GSM7, 4),
        ("İyi ê", TURKISH, Encoding.UCS2, 5),
        ("cafe", TURKISH, Encoding.GSM7, 4),
    ],
)
def test_the_encoding_and_its_length(text: str, options: TextOptions, encoding: Encoding, units: int) -> None:
    encoded = encode(text, options)
    assert (encoded.encoding, encoded.units) == (encoding, units)


@pytest.mark.parametrize(
    ("text", "options", "shifts"),
    [
        ("Merhaba", TURKISH, ""),
        ("İyi", TURKISH, "240101"),
        ("ışığ" * 20, TURKISH, "250101"),  # in single shift 160 septets
        ("ışığ" * 20 + "è", TURKISH, "240101"),  # the locking table has no è
        ("não ção", PORTUGUESE, "240103"),
        ("ãõ" * 40, PORTUGUESE, "250103"),
        ("ãõ" * 40 + "Φ", PORTUGUESE, "240103250103"),
        ("∞", PORTUGUESE, "250103"),
    ],
)
def test_the_national_table_that_takes_fewest_parts(text: str, options: TextOptions, shifts: str) -> None:
    encoded = encode(text, options)
    assert encoded.shifts.hex() == shifts
    assert encoded.encoding is Encoding.GSM7


@pytest.mark.parametrize(
    ("text", "header", "room"),
    [("a", 0, 160), ("a", 5, 153), ("a", 6, 152), ("ê", 0, 70), ("ê", 5, 67), ("ê", 6, 66)],
)
def test_room_in_a_part(text: str, header: int, room: int) -> None:
    assert encode(text).room(header) == room


@pytest.mark.parametrize(
    ("text", "header", "room"),
    [("ção", 0, 155), ("ção", 5, 149), ("ção", 6, 148), ("ãõ" * 40 + "Φ", 0, 152), ("ãõ" * 40 + "Φ", 5, 146)],
)
def test_national_headers_take_their_room(text: str, header: int, room: int) -> None:
    assert encode(text, PORTUGUESE).room(header) == room


def test_causes_are_named_with_their_places() -> None:
    assert ucs2_causes("L\u2019e\u0302tre 😀\x85") == [
        Cause(1, "\u2019", "RIGHT SINGLE QUOTATION MARK"),
        Cause(2, "ê", "LATIN SMALL LETTER E WITH CIRCUMFLEX"),
        Cause(7, "😀", "GRINNING FACE"),
        Cause(8, "\x85", "U+0085"),
    ]
    assert ucs2_causes("Café") == []


def test_causes_follow_the_link() -> None:
    assert ucs2_causes("İyi", TURKISH) == []
    assert [it.character for it in ucs2_causes("é€", LATIN1)] == ["€"]
    assert [it.character for it in ucs2_causes("é€", ASCII)] == ["é", "€"]
    # No single table has both: blamed is what the nearest one lacks.
    assert [it.character for it in ucs2_causes("∞ è Ø", PORTUGUESE)] == ["∞"]


def test_a_lone_half_of_a_pair_becomes_the_replacement_character() -> None:
    assert normal_form("a\ud83d") == "a\ufffd"
    assert [it.position for it in ucs2_causes("a\ud83d")] == [1]


@given(st.text(), st.sampled_from([DEFAULT, LATIN1, ASCII, TURKISH, PORTUGUESE]))
def test_there_are_causes_exactly_when_it_is_ucs2(text: str, options: TextOptions) -> None:
    assert bool(ucs2_causes(text, options)) == (encode(text, options).encoding is Encoding.UCS2)


@given(st.text(st.characters(codec="utf-16")))
def test_the_code_says_the_normal_form(text: str) -> None:
    encoded = encode(text)
    assert encoded.text == normal_form(text)
    if encoded.encoding is Encoding.UCS2:
        assert encoded.code.decode("utf-16-be") == encoded.text
    else:
        assert gsm7.DEFAULT.decode(encoded.code) == encoded.text


def test_the_default_link_carries_the_default_alphabet() -> None:
    assert carried_characters("any") is gsm7.DEFAULT.characters
