"""Addresses in texts become short ones, of one length for everybody."""

import pytest

from chappe.tracking.bodies import Filling, LinkedBody
from chappe.tracking.codes import LENGTH, Codes

PREFIX = "https://go.example/"


def shown(body: str) -> str:
    linked = LinkedBody(body, PREFIX)
    return linked.filled(linked.source, [f"CODE{n:03}" for n in range(len(linked.links))])


@pytest.mark.parametrize(
    ("body", "becomes", "links"),
    [
        ("Shop: see https://shop.example/a.", "Shop: see https://go.example/CODE000.", ["https://shop.example/a"]),
        ("(http://shop.example/a?b=1&c=2)", "(https://go.example/CODE000)", ["http://shop.example/a?b=1&c=2"]),
        ("Nothing here. {{ first_name }}", "Nothing here. {{ first_name }}", []),
        ("HTTPS://SHOP.example/a!", "https://go.example/CODE000!", ["HTTPS://SHOP.example/a"]),
        (
            "https://a.example https://b.example https://a.example",
            "https://go.example/CODE000 https://go.example/CODE001 https://go.example/CODE000",
            ["https://a.example", "https://b.example"],
        ),
        ("https://shop.example/{{ first_name }}", "https://shop.example/{{ first_name }}", []),
        ("{{ link | default: 'https://shop.example' }}", "{{ link | default: 'https://shop.example' }}", []),
        ("{% if vip %}https://vip.example{% endif %}", "{% if vip %}https://go.example/CODE000{% endif %}", ["https://vip.example"]),
        ("https://go.example/AbCdEfG", "https://go.example/AbCdEfG", []),
        ("« https://shop.example/é »", "« https://go.example/CODE000 »", ["https://shop.example/é"]),
    ],
)  # fmt: skip
def test_what_becomes_of_a_text(body: str, becomes: str, links: list[str]) -> None:
    assert shown(body) == becomes
    assert list(LinkedBody(body, PREFIX).links) == links


def test_a_text_is_as_long_with_markers_as_with_codes() -> None:
    linked = LinkedBody("Shop: https://shop.example/a and https://shop.example/b", PREFIX)
    assert len(linked.source) == len(linked.filled(linked.source, ["a" * LENGTH, "b" * LENGTH]))
    assert linked.unlinked(linked.source) == "Shop: https://shop.example/a and https://shop.example/b"
    assert linked.example(linked.source).count(PREFIX) == 2


def test_the_eleventh_address_stays() -> None:
    body = " ".join(f"https://s{n}.example" for n in range(11))
    assert shown(body).endswith("https://s10.example")
    assert len(LinkedBody(body, PREFIX).links) == 10


def test_codes_follow_the_messages_wherever_their_pages_begin() -> None:
    codes = Codes(bytes(32))
    linked = LinkedBody("https://a.example https://b.example", PREFIX)
    filling = Filling(linked, codes, [500, 900], first_id=10_000)
    texts = filling.fill([linked.source] * 3, 10_007)
    assert texts == [
        f"{PREFIX}{codes.code(507 + n)} {PREFIX}{codes.code(907 + n)}" for n in range(3)
    ]  # fmt: skip


def test_a_value_of_a_contact_is_never_taken_for_a_marker() -> None:
    one, other = (LinkedBody("https://a.example", PREFIX) for _ in range(2))
    assert one.source != other.source
    assert one.filled(other.source, ["CODE000"]) == other.source
