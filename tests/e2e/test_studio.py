"""What a marketer does in a week, against the lab's phones: from a customers' file to what a campaign sold.
Every figure of the report is what the phones did.
"""

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from e2e_ledger import BRAND, PRICE, Ledger, Phone, told
from playwright.sync_api import expect

PEOPLE, LYON = 5_000, 1_000
STOPPED = range(20, 28)
REACHED = LYON - len(STOPPED)
# One phone in a hundred is off for good.
SCENARIO = """
seed = 1
[[carriers]]
name = "demo"
binds = { credentials = { demo = "demo" } }
answers = { delay = [0.005, 0.02], parts_per_second = 500 }
[carriers.receipts]
delay = [0.2, 0.8]
rules = [{ destination = "33698000?07", state = "UNDELIVERABLE" }]
"""
OWN = "33612345678"
A = "Télégraphe : -20 % samedi à Lyon : https://shop.example.com/a STOP au 36179"
B = "Télégraphe : deux pour un à Lyon : https://shop.example.com/b STOP au 36179"


def number(n: int) -> str:
    return f"+33698{n:06}"


@pytest.fixture
def alone(programs: Any, tmp_path: Path) -> Iterator[Any]:
    """A program of one's own, with nobody in it."""
    with programs.running(tmp_path, people=0, few=0, scenario=SCENARIO) as running:
        yield running


@pytest.mark.timeout(300)
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
        for n in STOPPED:
            alone.api("POST", "/suppressions", {"phone": number(n), "scope": "marketing"})
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

        tested = _after(alone, campaign)
        _act(alone, tested)
        _choose(page, window, "B", campaign)
        whole = _rest(alone, campaign, tested)
        _buy_without(alone, whole)
        _compare_report(alone, campaign, whole)
        _compare_test(alone, campaign, tested, whole)
        _compare_pages(page, window, campaign, tested, whole)


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
    expect(page.locator("#sum")).to_contain_text(f"€{REACHED * PRICE * 2:,.2f}")
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_label("Text", exact=True)).to_have_value(A)
    expect(page.locator("#sum")).to_contain_text(f"€{REACHED * PRICE:,.2f}")
    page.get_by_label("Addresses in the text").select_option(label="Short links, which count clicks")
    expect(page.locator("#links")).to_contain_text("Saved.")
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


def _after(alone: Any, campaign: str, *, rest: bool = False) -> Ledger:
    """What is on the phones once all who shall have it do: nobody who had stopped, and nobody elsewhere."""
    at = f"/{campaign.removeprefix('/')}"

    def come() -> set[str] | None:
        found, report = alone.api("GET", f"{at}/experiment/results"), alone.api("GET", f"{at}/report")
        numbers = set(alone.phones()) - {OWN}
        apart = found["held_out"] + found["waiting"] + sum(_skipped(report))
        return numbers if len(numbers) == LYON - apart and not (rest and found["waiting"]) else None

    numbers = alone.until(come, within=60.0)
    assert numbers <= {number(n)[1:] for n in range(LYON) if n not in STOPPED}
    phones = {one: _phone(alone, one) for one in numbers}
    assert all((one.state == "UNDELIVERABLE") == one.number.endswith("07") for one in phones.values())
    return Ledger(phones)


def _skipped(report: dict[str, Any]) -> list[int]:
    """By reason."""
    return [one["messages"] for one in report["skipped_because"]]


def _phone(alone: Any, phone: str) -> Phone:
    # Who asks to stop has the answer to that, too.
    [got] = [one for one in alone.phone_got(phone) if "Lyon" in one["text"]]
    assert got["text"].startswith(BRAND)
    return Phone(phone, got["text"], got["state"])


def _act(alone: Any, ledger: Ledger) -> None:
    """People click, buy, send back, answer and leave; programs look at links."""
    # Who clicks in the first two seconds is taken for a program: nobody reads so fast.
    time.sleep(3)
    orders = []
    for variant, clicks, buys, leave in (("A", 8, 3, 1), ("B", 70, 20, 2)):
        whose = [phone for phone in ledger.of(variant) if phone.state == "DELIVERED"]
        for at, phone in enumerate(whose[:clicks]):
            _open(alone, phone, times=2 if at == 0 else 1)
            if at < buys:
                phone.spent = 10 + at
                orders.append(_order("Order Completed", phone, phone.spent))
        for phone in (whose[0], *whose[clicks : clicks + 3]):
            alone.phone_opens(phone.number, "scanner")
            phone.programs += 1
        for phone in whose[-leave:]:
            _say(alone, phone, "STOP")
        _say(alone, whose[-leave - 1], "Merci !")
    alone.until(lambda: _clicked(alone) == ledger.how_many(lambda phone: phone.clicks))
    alone.api("POST", "/events/batch", {"events": orders})
    back = ledger.of("B")[0]
    back.refunded = 4
    alone.api("POST", "/events/batch", {"events": [_order("Order Refunded", back, back.refunded)]})


def _open(alone: Any, phone: Phone, times: int) -> None:
    for _ in range(times):
        alone.phone_opens(phone.number)
        phone.clicks += 1


def _say(alone: Any, phone: Phone, text: str) -> None:
    alone.phone_writes(phone.number, text)
    phone.said.append(text)


def _order(name: str, phone: Phone, value: int) -> dict[str, Any]:
    told = {"order_id": f"order-{phone.number}", "currency": "EUR", "value": value}
    return {"name": name, "phone": f"+{phone.number}", "properties": told}


def _clicked(alone: Any) -> int:
    campaigns = alone.api("GET", "/campaigns")["data"]
    report = alone.api("GET", f"/campaigns/{campaigns[0]['id']}/report")
    return int(report["clicked"])


def _choose(page: Any, window: Any, letter: str, campaign: str) -> None:
    window.go(f"{campaign}/results")
    page.get_by_role("link", name=f"Choose {letter}").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("Send to")).click()
    expect(page.get_by_text(f"Variant {letter} was chosen")).to_be_visible()


def _rest(alone: Any, campaign: str, tested: Ledger) -> Ledger:
    """The winner is on the phones of all others; what was done before stays as it was."""
    whole = _after(alone, campaign, rest=True)
    more = {one: phone for one, phone in whole.phones.items() if one not in tested.phones}
    assert more
    assert {phone.variant for phone in more.values()} == {"B"}
    return Ledger(tested.phones | more)


def _buy_without(alone: Any, whole: Ledger) -> None:
    """Somebody who was held out buys all the same."""
    held = next(
        phone for n in range(LYON) if n not in STOPPED and (phone := number(n)[1:]) not in whole.phones
    )
    alone.api("POST", "/events/batch", {"events": [_order("Order Completed", Phone(held, ""), 30)]})


def _compare_report(alone: Any, campaign: str, whole: Ledger) -> None:
    """Every figure of it is what the phones did."""
    at = f"/{campaign.removeprefix('/')}/report"

    def figures() -> list[dict[str, Any]]:
        report = alone.api("GET", at)
        lines = (report["by_country"], report["by_carrier"], report["by_audience"])
        return [told(report), *({**one, "key": ""} for line in lines for one in line)]

    expected = [whole.report(), *[{"key": "", **whole.group()}] * 3]
    with suppress(AssertionError):
        alone.until(lambda: figures() == expected, within=60.0)
    assert figures() == expected
    report = alone.api("GET", at)
    keys = [report[f"by_{one}"][0]["key"] for one in ("country", "carrier", "audience")]
    assert keys == ["FR", "Carrier lab", "Lyon"]
    hours = report["by_hour"]
    assert {key: sum(hour[key] for hour in hours) for key in whole.group()} == whole.group()
    assert report["acted_within"][-1]["clicked"] == whole.group()["clicked"]
    assert report["acted_within"][-1]["replied"] == whole.group()["replied"]
    acted = ("clicked", "replied", "opted_out", "converted")
    for act in acted:
        assert sum(one[act] for one in report["acted_at"]) == whole.group()[act]
    # Who has stopped may have been held out.
    [skipped] = _skipped(report)
    assert report["recipients"] == len(whole.phones) + skipped
    held = alone.api("GET", f"/{campaign.removeprefix('/')}/experiment/results")["held_out"]
    assert held - (len(STOPPED) - skipped) == REACHED - len(whole.phones)


def _compare_test(alone: Any, campaign: str, tested: Ledger, whole: Ledger) -> None:
    """Of clicks those count that came in the same time after each message: a minute later, all of them."""
    at = f"/{campaign.removeprefix('/')}/experiment"
    expected = {
        variant: {
            "people": len(tested.of(variant)),
            "acted": sum(1 for phone in tested.of(variant) if phone.clicks),
            "opted_out": sum(1 for phone in tested.of(variant) if phone.left),
        }
        for variant in "AB"
    }

    def found() -> dict[str, Any]:
        variants = alone.api("GET", f"{at}/results")["variants"]
        return {one["variant"]: {key: one[key] for key in expected["A"]} for one in variants}

    with suppress(AssertionError):
        alone.until(lambda: found() == expected, within=120.0)
    assert found() == expected
    results = alone.api("GET", f"{at}/results")
    assert results["winner"] == results["sure_winner"] == "B"
    # Who was written to is who was meant to be: those who had stopped are in both parts.
    bought = {
        "written": (LYON - results["held_out"], whole.group()["converted"]),
        "held_out": (results["held_out"], 1),
    }

    def brought() -> dict[str, tuple[int, int]]:
        parts = alone.api("GET", f"{at}/incremental")
        return {part: (parts[part]["people"], parts[part]["bought"]) for part in bought}

    # An order is counted a moment after it was told.
    with suppress(AssertionError):
        alone.until(lambda: brought() == bought, within=60.0)
    assert brought() == bought


def _compare_pages(page: Any, window: Any, campaign: str, tested: Ledger, whole: Ledger) -> None:
    window.go(campaign)
    line = whole.report()
    for row, figures in {
        "shop.example.com/a": line["links"]["https://shop.example.com/a"],
        "shop.example.com/b": line["links"]["https://shop.example.com/b"],
        "France": whole.group(),
    }.items():
        _has(page, row, [f"{n:,}" for key, n in figures.items() if key != "parts"])
    [sold] = line["sold"]
    money = (sold["amount"], sold["refunded"], sold["amount"] - sold["refunded"])
    _has(page, "Order Completed", [str(sold["conversions"]), *(f"€{one:,.2f}" for one in money)])
    tiles = {"Cost": f"€{whole.cost:,.2f}", "Replies": line["replies"], "Opt-outs": line["opt_outs"]}
    for tile, figure in tiles.items():
        expect(page.locator("#live-tiles .tile", has_text=tile).first).to_contain_text(str(figure))
    window.go(f"{campaign}/results")
    for variant in "AB":
        mine = tested.of(variant)
        clicked = sum(1 for phone in mine if phone.clicks)
        row = page.locator("tr", has=page.locator(".variant-letter", has_text=variant))
        expect(row).to_contain_text(f"{clicked} people clicked")
        expect(row).to_contain_text(f"of {len(mine):,}")


def _has(page: Any, row: str, figures: list[str]) -> None:
    """In their order, in the cells of the first row with this text."""
    cells = page.locator("tr", has_text=row).first.locator("td").all_inner_texts()
    at = 0
    for figure in figures:
        found = [n for n, cell in enumerate(cells) if n >= at and cell.split()[:1] == [figure]]
        assert found, (row, figure, cells)
        at = found[0] + 1
