"""Smart replacement and its account."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.sms import gsm7
from chappe.sms.encoding import Encoding, encode, normal_form
from chappe.sms.national import NationalLanguage
from chappe.sms.options import Charset, TextOptions
from chappe.sms.replacement import Change, Level, replace
from chappe.sms.replacement_table import LETTERS, TYPOGRAPHY

TURKISH = TextOptions(national=NationalLanguage.TURKISH)
LATIN1 = TextOptions(charset=Charset.LATIN1)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("L’été « ici »", 'L\'été " ici "'),
        ("“a” ‘b’ – — …", "\"a\" 'b' - - ..."),
        ("20\u00a0% 1\u202f000\u2009€", "20 % 1 000 €"),
        ("ﬁn cœur", "fin coeur"),
        ("a\u200bb\u00adc\ufeffd\u200ee", "abcde"),
        ("½ m² ™ ©️ ●", "1/2 m2 TM (c) *"),
        ("a\tb\u2028c\x07", "a b\nc"),
        ("ＡＢ", "AB"),
        ("`", "'"),
        ("fête", "fête"),
        ("Ç Ø ü €", "Ç Ø ü €"),
    ],
)
def test_typography(text: str, after: str) -> None:
    assert replace(text).text == after


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("fête, ça, Noël", "fete, ca, Noel"),
        ("ǖ", "ü"),  # the nearest letter that is carried
        ("Łódź ı ð", "Lodz i d"),
        ("Tiếng Việt", "Tieng Viet"),
        ("x\u0302", "x"),
        ("\u0f73", ""),  # marks with no letter
        ("´ ¨", "'  "),
    ],
)
def test_accents(text: str, after: str) -> None:
    found = replace(text, Level.ACCENTS)
    assert (found.text, found.remaining) == (after, ())


@pytest.mark.parametrize("text", ["👨‍👩‍👧", "❤️", "1️⃣", "हिन्दी क्\u200dष", "привет", "🇫🇷"])
def test_what_has_no_stand_in_is_left_whole(text: str) -> None:
    found = replace(text, Level.ACCENTS)
    assert (found.text, found.changes) == (normal_form(text), ())
    assert found.remaining


def test_the_account() -> None:
    found = replace("A… “e\u0302” 😀")
    assert found.text == 'A... "ê" 😀'
    assert found.changes == (Change(1, "…", "..."), Change(3, "“", '"'), Change(5, "”", '"'))
    assert [it.character for it in found.remaining] == ["ê", "😀"]
    assert [it.position for it in found.remaining] == [6, 9]


def test_the_link_decides_what_is_carried() -> None:
    assert replace("Şık", Level.ACCENTS, TURKISH).text == "Şık"
    assert replace("Şık’", Level.ACCENTS, TURKISH).text == "Şık'"
    assert replace("Ø é", Level.ACCENTS, TextOptions(charset=Charset.ASCII)).text == "O e"
    assert replace("œ 5€", Level.ACCENTS, LATIN1).text == "oe 5€"


def test_the_tables_only_propose_what_is_carried() -> None:
    for after in (*TYPOGRAPHY.values(), *LETTERS.values()):
        assert gsm7.DEFAULT.characters.issuperset(after)
    assert not gsm7.DEFAULT.characters.intersection(TYPOGRAPHY)


texts = st.text(
    st.one_of(st.sampled_from(sorted(TYPOGRAPHY) + list("ab éêǖ€😀\ufe0f\u200d")), st.characters())
)


@given(texts, st.sampled_from(Level))
def test_the_changes_lead_from_the_text_to_the_result(text: str, level: Level) -> None:
    before = normal_form(text)
    found = replace(text, level)
    rebuilt, place = "", 0
    for change in found.changes:
        assert before[change.position : change.position + len(change.before)] == change.before
        assert not gsm7.DEFAULT.characters.issuperset(change.before)
        assert gsm7.DEFAULT.characters.issuperset(change.after)
        rebuilt += before[place : change.position] + change.after
        place = change.position + len(change.before)
    assert rebuilt + before[place:] == found.text
    assert (not found.remaining) == (encode(found.text).encoding is Encoding.GSM7)
    assert replace(found.text, level).text == found.text


@given(st.text(st.sampled_from(sorted(gsm7.DEFAULT.characters))))
def test_what_is_carried_is_never_changed(text: str) -> None:
    assert replace(text, Level.ACCENTS).text == text


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("Soldes 🎉 samedi", "Soldes samedi"),
        ("Samedi 👨‍👩‍👧 !", "Samedi !"),
        ("🇫🇷 Bonjour ❤️", " Bonjour"),
        ("👍🏽ok", "ok"),
        ("Привет 🎉", "Привет"),
        ("fête “ici”", 'fete "ici"'),
    ],
)
def test_pictures_go_with_the_space_before_them(text: str, after: str) -> None:
    assert replace(text, Level.SYMBOLS).text == after
    if text.startswith("Soldes"):
        assert replace(text, Level.ACCENTS).text == text
