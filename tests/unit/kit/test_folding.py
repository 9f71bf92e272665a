"""Names sort and are found as French and English readers expect."""

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chappe.kit.folding import fold, sort_key

# As a French and an English index have them: Unicode's collation, root order. Accents decide last.
INDEX = [
    "Aaron", "Ábel", "Abélard", "cote", "coté", "côte", "côté", "De La Tour", "de Vries", "Desmoulins",
    "Eric", "Éric", "Erica", "Estelle", "Étienne", "Eugène", "Leblanc", "Lœb", "Loeuf", "Łukasz",
    "Mac Dowell", "Müller", "Muller-Roux", "Øland", "Zoé",
]  # fmt: skip


def test_names_stand_as_in_an_index() -> None:
    shuffled = INDEX[:]
    random.Random(4).shuffle(shuffled)
    assert sorted(shuffled, key=sort_key) == INDEX


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Élodie", "elodie"),
        ("L'Hoëst–Næss", "l hoest naess"),
        ("JEAN-PIERRE", "jean pierre"),
        ("Strauß", "strauss"),
        ("Çağlar", "caglar"),
        ("Ελένη", "ελενη"),
        ("  Anne   Marie ", "anne marie"),
        ("…", ""),
    ],
)
def test_what_people_type_finds_it(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(max_size=40))
@example("\ua7f8")
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="abcdefghij -'", max_size=12))
def test_capitals_do_not_move_a_name(text: str) -> None:
    assert sort_key(text.upper()) == sort_key(text)
