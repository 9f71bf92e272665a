"""A word that says nothing of leaving is an answer, not a doubt: no question holds marketing for it."""

import pytest

from chappe.consent.optout.detector import detect
from chappe.consent.optout.reading import Wish


@pytest.mark.parametrize(
    "text",
    [
        "vip",
        "Julie",
        "rouge",
        "pizza",
        "Paris",
        "lundi",
        "prix",
        "XL",
        "sun",
        "adresse",
        "Berlin",
        "verde",
        "taille M",
    ],
)
def test_an_answer_is_no_doubt(text: str) -> None:
    assert detect(text).wish in (Wish.NOTHING, Wish.PERSON)


@pytest.mark.parametrize("text", ["abmeldn", "istop", "STOP2END", "kancellatemi", "tschüss"])
def test_what_sounds_like_leaving_is(text: str) -> None:
    assert detect(text).wish in (Wish.ASK, Wish.WITHDRAW)
