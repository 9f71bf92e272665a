"""What the writer of a message is shown in the text."""

import pytest

from chappe.campaigns.marking import pieces, swaps
from chappe.campaigns.preview import parts_of
from chappe.content.service import Template


def marked(body: str, **values: object) -> list[tuple[str, str]]:
    cuts = tuple(len(part) for part in parts_of(Template(body).render(values)))
    return [(piece.kind, piece.text or str(piece.number)) for piece in pieces(body, values, cuts)]


def test_a_plain_text_is_one_piece() -> None:
    assert marked("Hello, 20% off.") == [("plain", "Hello, 20% off.")]


def test_what_makes_the_text_dear_is_marked_where_it_stands() -> None:
    assert marked("C’est la fête") == [
        ("plain", "C"), ("guilty", "’"), ("plain", "est la f"), ("guilty", "ê"), ("plain", "te"),
    ]  # fmt: skip


def test_variables_are_marked_and_never_guilty() -> None:
    assert marked("Bonjour {{ first_name }} !", first_name="Zoë") == [
        ("plain", "Bonjour "), ("filled", "{{ first_name }}"), ("plain", " !"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["Al", "Maximilienne"])
def test_borders_stand_where_the_rendered_text_is_cut(name: str) -> None:
    body = "{{ first_name }} " + "x" * 200
    found = marked(body, first_name=name)
    # 153 septets of a part, of which the name and its space are filled in.
    assert found == [
        ("filled", "{{ first_name }}"),
        ("plain", " " + "x" * (152 - len(name))),
        ("cut", "2"),
        ("plain", "x" * (200 - 152 + len(name))),
    ]


def test_no_border_is_drawn_where_conditions_make_lengths_unknown() -> None:
    body = "{% if vip %}" + "x" * 200 + "{% endif %}"
    assert "cut" not in {kind for kind, _ in marked(body, vip="yes")}


def test_replacements_are_counted_once_a_character_with_what_they_save() -> None:
    text = "’" * 3 + "x" * 70 + "🎉"
    found = swaps(text, text)
    assert [(swap.before, swap.after, swap.times) for swap in found.found] == [("’", "'", 3), ("🎉", "", 1)]
    assert (found.parts, found.parts_after) == (2, 1)
    # Letters of another script stay, and with them the short parts.
    text = "’" * 3 + "x" * 70 + "Я"
    found = swaps(text, text)
    assert [(swap.before, swap.after, swap.times) for swap in found.found] == [("’", "'", 3), ("Я", None, 1)]
    assert (found.parts, found.parts_after) == (2, 2)
    found = swaps("’" + "x" * 80, None)
    assert (found.parts, found.parts_after, found.text_after) == (2, 1, "'" + "x" * 80)


def test_replacing_leaves_the_words_of_a_tag_whole() -> None:
    found = swaps('Chappe: “yes” {{ name | default: "dear “you”… " }}', None)
    assert found.text_after == 'Chappe: "yes" {{ name | default: "dear “you”... " }}'
    assert {swap.before: swap.times for swap in found.found} == {"“": 1, "”": 1, "…": 1}
    left = swaps(found.text_after, None)
    assert [(swap.before, swap.after) for swap in left.found] == [("“", None), ("”", None)], "in the tag"
