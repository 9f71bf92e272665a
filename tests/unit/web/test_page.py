"""Addresses within this site."""

import pytest

from chappe.web.navigation import Place
from chappe.web.page import local_path


@pytest.mark.parametrize("text", ["/", "/campaigns/cmp_1?notice=paused", "/lab/phones?q=06&number=33"])
def test_an_address_of_this_site_is_kept(text: str) -> None:
    assert local_path(text) == text


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "evil.example",
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/a\r\nset-cookie: x",
        "/a\\..\\b",
        "javascript:alert(1)",
    ],
)
def test_an_address_of_another_site_leads_to_the_first_page(text: str | None) -> None:
    assert local_path(text) == "/"


def test_a_place_holds_what_is_within_it() -> None:
    phones = Place("/lab/phones", "Phones", "smartphone")
    assert phones.holds("/lab/phones")
    assert phones.holds("/lab/phones/1")
    assert not phones.holds("/lab/phonesmore")
    assert not Place("/", "Home", "x").holds("/lab")
