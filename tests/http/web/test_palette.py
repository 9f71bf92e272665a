"""The command palette: places and actions by their words, things by what the rooms find; scripts or not."""

from typing import Any

from chappe.web.palette import folded


async def test_before_a_letter_is_typed_it_shows_where_one_can_go(browser: Any) -> None:
    await browser.log_in()
    page = await browser.get("/palette")
    assert page.status_code == 200
    assert 'class="found" href="/"' in page.text
    assert '<html lang="en"' in page.text


async def test_htmx_gets_the_results_alone(browser: Any) -> None:
    await browser.log_in()
    part = await browser.get("/palette?q=ho", **{"hx-request": "true"})
    assert "<html" not in part.text
    assert 'class="found" href="/"' in part.text
    none = await browser.get("/palette?q=zzzz", **{"hx-request": "true"})
    assert "Nothing has this name" in none.text


async def test_places_are_found_by_their_french_words_without_accents(browser: Any) -> None:
    await browser.log_in()
    found = await browser.get("/palette?q=acc", **{"accept-language": "fr", "hx-request": "true"})
    assert "Accueil" in found.text


def test_accents_and_case_do_not_count() -> None:
    assert folded("Éphémère") == "ephemere"
