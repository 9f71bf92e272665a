"""What a marketer does in a week, against the lab's phones: from a customers' file to what a campaign sold.
Every figure of the report is what the phones did.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

PEOPLE, LYON = 5_000, 1_000
PRICE = 0.045
OWN = "33612345678"
A = "Télégraphe : -20 % samedi à Lyon : https://shop.example.com/a STOP au 36179"
B = "Télégraphe : deux pour un à Lyon : https://shop.example.com/b STOP au 36179"


def number(n: int) -> str:
    return f"+33698{n:06}"


@pytest.fixture
def alone(programs: Any, tmp_path: Path) -> Iterator[Any]:
    """A program of one's own, with nobody in it."""
    with programs.running(tmp_path, people=0, few=0) as running:
        yield running


def test_from_a_file_to_what_it_sold(alone: Any, visiting: Any, tmp_path: Path) -> None:
    file = tmp_path / "clients.csv"
    rows = [f"Client {n};0{number(n)[3:]};{'Lyon' if n < LYON else 'Nice'}" for n in range(PEOPLE)]
    file.write_text("\n".join(["Prénom;Téléphone;Ville", *rows]), encoding="utf-8-sig")
    with visiting(alone.url) as window:
        window.log_in()
        # A page that is left while it still asks for something.
        window.expected.append("htmx:")
        page = window.page
        _import(page, window, file)
        campaign = _segment(page, window)
        _write(page, alone, campaign)
        _test(page, window, alone, campaign)
        page.get_by_role("button", name="Continue").last.click()
        page.get_by_role("button", name="Continue").last.click()
        expect(page.locator("#weighed")).to_contain_text(f"of {LYON:,} in the audience")
        expect(page.locator("#weighed")).to_contain_text("Held out")
        page.get_by_role("link", name=re.compile("Send to")).click()
        page.get_by_role("dialog").get_by_role("button", name=re.compile("Send to")).click()
        page.wait_for_url(re.compile(rf"{campaign}$"))

        phones = _delivered(alone, campaign)
        did = _act(alone, phones)
        _choose(page, window, alone, campaign, "B")
        phones = _delivered(alone, campaign, rest=True)
        _compare(page, window, alone, campaign, phones, did)


def _import(page: Any, window: Any, file: Path) -> None:
    window.go("/imports/new")
    page.set_input_files("input[type=file]", str(file))
    page.get_by_label("The list that they join").select_option(label="A new list…")
    page.get_by_label("Name of the new list").fill("Clients")
    page.get_by_role("button", name="Upload the file").click()
    page.get_by_role("button", name="Look at the rows").click()
    page.get_by_role("link", name="Go on to the consent").click()
    page.get_by_text("Agreed to marketing by SMS").click()
    page.get_by_label("The words that they agreed to").fill("J’accepte les offres par SMS.")
    page.get_by_label("Where they agreed").fill("Comptoir")
    page.get_by_role("button", name="Import the contacts").click()
    expect(page.locator(".tile", has_text="New contacts")).to_contain_text(f"{PEOPLE:,}", timeout=30_000)


def _segment(page: Any, window: Any) -> str:
    """People of Lyon; the address of a campaign to them."""
    window.go("/segments/new")
    page.fill("#name", "Lyon")
    page.select_option("[name='r.add']", label="Ville")
    page.fill("[name='r-0.values']", "Lyon")
    page.press("[name='r-0.values']", "Tab")
    expect(page.locator("#found-number")).to_have_text(f"{LYON:,}")
    page.click("text=Save the segment")
    page.click("text=Write to them")
    page.get_by_label("Name of the campaign").fill("Lyon, samedi")
    page.get_by_role("button", name="Continue").last.click()
    page.wait_for_url(re.compile("/edit/message"))
    found = re.search(r"/campaigns/(cmp_\w+)", page.url)
    assert found
    return found[0]


def _write(page: Any, alone: Any, campaign: str) -> None:
    """With an emoji, which costs; then without."""
    page.get_by_label("Sender").select_option(value=alone.senders["36179"])
    page.get_by_label("Text", exact=True).fill(f"{A} 🎉")
    expect(page.locator("#sum")).to_contain_text(f"€{LYON * PRICE * 2:,.2f}")
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_label("Text", exact=True)).to_have_value(A)
    expect(page.locator("#sum")).to_contain_text(f"€{LYON * PRICE:,.2f}")
    alone.api("PUT", f"/{campaign.removeprefix('/')}/links", {"shorten": True})
    page.get_by_role("button", name="Save draft").click()
    page.get_by_role("button", name="Try another text").click()
    expect(page.get_by_label("Name of variant B")).to_be_visible()
    page.get_by_label("Text", exact=True).fill(B)
    page.get_by_role("button", name="Save draft").click()
    page.get_by_role("link", name="Test", exact=True).click()
    page.get_by_label("Who tries them").fill("40")
    page.get_by_label("Held out").fill("10")
    page.locator("#drawer").get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#drawer").get_by_label("Held out")).to_have_count(0)


def _test(page: Any, window: Any, alone: Any, campaign: str) -> None:
    """To a phone of one's own, with links that lead there."""
    window.go(f"{campaign}/edit/review")
    page.get_by_label("Send a test to").fill(f"+{OWN}")
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("On its way to")).to_be_visible()
    [text] = alone.until(lambda: OWN in alone.phones() and alone.phone_shows(OWN))
    assert "/l/" in text
    window.go(f"{campaign}/edit/message")


def _delivered(alone: Any, campaign: str, *, rest: bool = False) -> dict[str, str]:
    """What is on the phones, by number, once all who shall have it do."""
    results = f"/{campaign.removeprefix('/')}/experiment/results"

    def told() -> Any:
        found = alone.api("GET", results)
        reach = LYON - found["held_out"] - (0 if rest else found["waiting"])
        if len(alone.phones()) != reach + 1 or (rest and found["waiting"]):  # one's own got the test
            return None
        texts = {phone: _campaign_text(alone, phone) for phone in alone.phones()}
        return {phone: text for phone, text in texts.items() if text}

    found: dict[str, str] = alone.until(told, within=60.0)
    return found


def _campaign_text(alone: Any, phone: str) -> str:
    return next((text for text in alone.phone_shows(phone) if "Lyon" in text and phone != OWN), "")


def _act(alone: Any, phones: dict[str, str]) -> dict[str, Counter[str]]:
    """People click, buy, answer and leave; what they did, by variant."""
    did = {"A": Counter[str](), "B": Counter[str]()}
    orders = []
    for variant, clicks, buys, leave in (("A", 8, 3, 1), ("B", 70, 20, 2)):
        said = "deux pour un" if variant == "B" else "-20 %"
        whose = sorted(phone for phone, text in phones.items() if said in text)
        for at, phone in enumerate(whose[:clicks]):
            alone.phone_opens(phone)
            if at < buys:
                orders.append(_order(phone, len(orders), 10 + at))
                did[variant] += Counter(bought=1, money=10 + at)
        for phone in whose[-leave:]:
            alone.phone_writes(phone, "STOP")
        alone.phone_writes(whose[-leave - 1], "Merci !")
        did[variant] += Counter(got=len(whose), clicked=clicks, left=leave, replied=1)
    alone.until(lambda: _clicked(alone) >= 78)
    alone.api("POST", "/events/batch", {"events": orders})
    return did


def _order(phone: str, n: int, value: int) -> dict[str, Any]:
    told = {"order_id": f"order-{n}", "currency": "EUR", "value": value}
    return {"name": "Order Completed", "phone": f"+{phone}", "properties": told}


def _clicked(alone: Any) -> int:
    campaigns = alone.api("GET", "/campaigns")["data"]
    report = alone.api("GET", f"/campaigns/{campaigns[0]['id']}/report")
    return int(report["clicked"])


def _choose(page: Any, window: Any, alone: Any, campaign: str, letter: str) -> None:
    window.go(f"{campaign}/results")
    page.get_by_role("link", name=f"Choose {letter}").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("Send to")).click()
    expect(page.get_by_text(f"Variant {letter} was chosen")).to_be_visible()


def _compare(
    page: Any, window: Any, alone: Any, campaign: str, phones: dict[str, str], did: dict[str, Counter[str]]
) -> None:
    """The report, the results of the test, and the phones."""
    results = alone.api("GET", f"/{campaign.removeprefix('/')}/experiment/results")
    assert results["winner"] == "B"
    assert len(phones) + results["held_out"] == LYON
    for told in results["variants"]:
        mine = did[told["variant"]]
        # Of clicks those count that came in the same time after each message, which is not over yet.
        assert told["acted"] <= mine["clicked"]
        assert told["opted_out"] == mine["left"]
        assert told["people"] == mine["got"]
    whole = did["A"] + did["B"]
    at = f"/{campaign.removeprefix('/')}/report"
    report = alone.until(
        lambda: _settled(found := alone.api("GET", at), len(phones), whole) and found, within=60.0
    )
    assert report["sent"] == len(phones)
    assert report["replies"] == whole["replied"] + whole["left"], "a STOP is an answer too"
    assert [(float(one["amount"]), one["currency"]) for one in report["revenue"]] == [(whole["money"], "EUR")]
    window.go(campaign)
    text = page.locator("main").inner_text()
    for figure in (len(phones), whole["clicked"], whole["bought"], whole["left"]):
        assert f"{figure:,}" in text, figure
    assert f"€{whole['money']:,.2f}" in text


def _settled(report: dict[str, Any], delivered: int, whole: Counter[str]) -> bool:
    """Whether receipts, clicks and orders are all counted."""
    figures = (report["delivered"], report["clicked"], report["converted"])
    return figures == (delivered, whole["clicked"], whole["bought"])
