"""A carrier's word, as it is recorded and as people write it."""

import pytest

from chappe.consent.told.model import checked_word, word_of


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        ("0x0000000B RINVDSTADR", "0x0000000b"),
        ("0x0000040B", "0x0000040b"),
        ("partial 0x0000040B", "0x0000040b"),
        ("partial", ""),
        ("err:021", "err:021"),
        ("err:1F", "err:1f"),
        ("undeliverable", "undeliverable"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_recorded_reason_is_looked_up_by_its_code(reason: str | None, word: str) -> None:
    assert word_of(reason) == word


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("0x40b", "0x0000040b"),
        (" 0X0000040B ", "0x0000040b"),
        ("err:021", "err:021"),
        ("021", "err:021"),
        ("Err: 1F", "err:1f"),
        ("0x0", None),
        ("0x1ffffffff", None),
        ("0xzz", None),
        ("", None),
        ("opted out", "err:optedout"),
        ("a;b", None),
        ("1234567890123", None),
    ],
)
def test_a_word_that_people_write(text: str, word: str | None) -> None:
    assert checked_word(text) == word
