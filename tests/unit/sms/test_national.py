"""National tables, against cells read off TS 23.038 annex A."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chappe.sms import gsm7
from chappe.sms.national import NationalLanguage, alphabet, alphabets

TURKISH, SPANISH, PORTUGUESE = NationalLanguage


@pytest.mark.parametrize(
    ("language", "text", "octets"),
    [
        (TURKISH, "ŞşĞğİıç", "1b53 1b73 1b47 1b67 1b49 1b69 1b63"),
        (SPANISH, "ÁÍÓÚáíóúç", "1b41 1b49 1b4f 1b55 1b61 1b69 1b6f 1b75 1b09"),
        (PORTUGUESE, "ÀÍÓÚÃÕÂÊÔÁ", "1b41 1b49 1b4f 1b55 1b5b 1b5c 1b61 1b1f 1b0b 1b0e"),
        (PORTUGUESE, "íóúãõâêôáç", "1b69 1b6f 1b75 1b7b 1b7c 1b7f 1b05 1b0c 1b0f 1b09"),
    ],
)
def test_single_shift_keeps_the_main_table(language: NationalLanguage, text: str, octets: str) -> None:
    table = alphabet(single=language)
    assert table is not None
    assert table.encode(text) == bytes.fromhex(octets)
    assert table.encode("è€[]") == gsm7.DEFAULT.encode("è€[]")
    assert table.characters >= gsm7.DEFAULT.characters


@pytest.mark.parametrize(
    ("language", "text", "octets"),
    [
        (TURKISH, "€ıĞğŞşİç", "04 07 0b 0c 1c 1d 40 60"),
        (PORTUGUESE, "êúíóçÔôÁáªÇÀ∞^\\€Ó|ÂâÊºÍÃÕÚ~ãõ`",
         "04 06 07 08 09 0b 0c 0e 0f 12 13 14 15 16 17 18 19 1a 1c 1d 1e 24 40 5b 5c 5d 60 7b 7c 7d"),
    ],
)  # fmt: skip
def test_locking_shift_replaces_the_main_table(language: NationalLanguage, text: str, octets: str) -> None:
    table = alphabet(locking=language)
    assert table is not None
    assert table.encode(text) == bytes.fromhex(octets)
    assert table.decode(bytes.fromhex(octets)) == text
    assert table.encode("{}[]") == gsm7.DEFAULT.encode("{}[]")


def test_spanish_has_no_locking_table_and_hindi_none_here() -> None:
    assert alphabet(locking=SPANISH) is None
    assert alphabet(single=6) is None
    assert [(locking, single) for locking, single, _ in alphabets(SPANISH)] == [(0, 2)]
    assert [(locking, single) for locking, single, _ in alphabets(TURKISH)] == [(0, 1), (1, 0), (1, 1)]


@given(st.data())
def test_carried_text_survives_in_each_table(data: st.DataObject) -> None:
    for language in NationalLanguage:
        for _, _, table in alphabets(language):
            text = data.draw(st.text(st.sampled_from(sorted(table.characters))))
            assert table.decode(table.encode(text)) == text
