"""Answers fit in one GSM 7-bit part, in the reader's language."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chappe.consent.answers import TEXTS, answer, language_of
from chappe.consent.model import OutcomeKind
from chappe.consent.optout.detector import detect
from chappe.sms.encoding import Encoding
from chappe.sms.keywords import classify
from chappe.sms.parts import measure

# What a form or a topic answers is written by people, and held to its size where they write it.
KINDS = sorted({kind for _, kind in TEXTS})
BRANDS = ["ACME", "Crêperie « Chez Zoé » 🥞", "€" * 80, "株式会社", "", "   ", "A" * 300, "[x]{y}~^" * 10]


@pytest.mark.parametrize("brand", BRANDS)
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_one_gsm_part_whatever_the_brand(kind: OutcomeKind, language: str, brand: str) -> None:
    size = measure(answer(kind, language, brand))
    assert (size.encoding, size.parts) == (Encoding.GSM7, 1)


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=60), st.sampled_from(KINDS), st.sampled_from(["fr", "en"]))
def test_any_brand_fits(brand: str, kind: OutcomeKind, language: str) -> None:
    size = measure(answer(kind, language, brand))
    assert (size.encoding, size.parts) == (Encoding.GSM7, 1)


def test_the_brand_comes_first_and_no_word_is_a_keyword() -> None:
    for language in ("fr", "en"):
        for kind in KINDS:
            text = answer(kind, language, "Crêperie")
            assert text.startswith("Creperie")
            assert classify(text) is None  # or two instances would answer each other
            assert any(word in text for word in ("START", "STOP", "YES", "OUI"))


@pytest.mark.parametrize(
    ("contact", "country", "word", "workspace", "language"),
    [
        ("fr", "US", "STOP", "en", "fr"),
        ("fr-CA", "CA", "STOP", "en", "fr"),
        ("de", "FR", "ARRET", "fr", "en"),
        (None, "US", "ARRET", "en", "fr"),
        (None, "FR", "UNSUBSCRIBE", "fr", "en"),
        (None, "FR", "STOP", "en", "fr"),
        (None, "GB", "STOP", "fr", "en"),
        (None, None, "STOP", "fr", "fr"),
        (None, None, "STOP", "en", "en"),
    ],
)
def test_language(contact: str | None, country: str | None, word: str, workspace: str, language: str) -> None:
    assert language_of(contact, country, detect(word), workspace) == language
