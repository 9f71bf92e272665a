"""The composer: what buttons write can be taken back, what is typed is kept, two writers are told."""

import re
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

TEXT = "Télégraphe : c’est la fête samedi, -20 % sur tout. Répondez OUI. STOP au 36179"


@pytest.fixture
def address(program: Any) -> str:
    """Of the message step of a draft."""
    whom = {"include": [program.lists["Quelques clients"]]}
    draft = {"name": "Samedi", "purpose": "marketing", "audience": whom}
    made = program.api("POST", "/campaigns", draft | {"sender_id": program.senders["36179"], "body": TEXT})
    return f"/campaigns/{made['id']}/edit/message"


def test_an_emoji_shows_its_price_and_every_change_can_be_taken_back(visitor: Any, address: str) -> None:
    page = visitor.page
    visitor.go(address)
    text, checked, sum_ = (
        page.get_by_label("Text", exact=True),
        page.locator("#checked"),
        page.locator("#sum"),
    )
    page.get_by_role("button", name="Replace all").click()
    plain = TEXT.replace("’", "'").replace("ê", "e")
    expect(text).to_have_value(plain)
    expect(sum_).to_contain_text("€1.80")

    text.press("End")
    page.locator(".emoji-menu summary").click()
    expect(page.locator(".emoji-menu")).to_have_attribute("open", "")
    assert visitor.violations() == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(text).to_have_value(f"{plain}🎉")
    expect(checked).to_contain_text("Unicode: 70 characters a part")
    expect(checked).to_contain_text("€0.09 a message")
    expect(sum_).to_contain_text("€3.60")
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(text).to_have_value(plain)
    expect(checked).to_contain_text("GSM: 160 characters a part")

    text.press("Control+z")
    expect(text).to_have_value(f"{plain}🎉")
    page.get_by_role("button", name="Undo").click()
    expect(text).to_have_value(plain)
    text.press("Control+z")
    expect(text).to_have_value(TEXT)
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    text.press("Control+Shift+z")
    expect(text).to_have_value(plain)


def test_a_reload_loses_nothing_and_the_second_writer_is_told(
    visitor: Any, visit: Any, session: Any, address: str
) -> None:
    page = visitor.page
    visitor.go(address)
    text = page.get_by_label("Text", exact=True)
    with visit(storage_state=session) as other:
        other.go(address)
        text.press("Control+End")
        text.press_sequentially(". Venez !")
        expect(page.locator("[data-keep-state]")).to_have_text("Saved")
        page.reload()
        expect(text).to_have_value(f"{TEXT}. Venez !")
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        # Faster than any save, and with no server to save to.
        page.route("**/keep", lambda asked: asked.abort())
        visitor.expected.append("ERR_FAILED")
        text.press("Control+End")
        text.press_sequentially(" Vite.")
        page.reload()
        expect(text).to_have_value(f"{TEXT}. Venez ! Vite.")
        expect(page.locator("[data-keep-state]")).to_have_text("Not saved: no connection")
        page.unroute("**/keep")
        expect(page.locator("[data-keep-state]")).to_have_text("Saved", timeout=15_000)

        other.expected.append("409")
        other.page.get_by_label("Text", exact=True).fill("Télégraphe : autre chose. STOP au 36179")
        expect(other.page.locator("#conflict")).to_be_visible()
        other.page.get_by_role("button", name="Save draft").click()
        expect(other.page.locator("#conflict .bubble")).to_have_text(f"{TEXT}. Venez ! Vite.")
        other.page.get_by_role("link", name="Take theirs").click()
        expect(other.page.get_by_label("Text", exact=True)).to_have_value(f"{TEXT}. Venez ! Vite.")


def test_saves_follow_each_other_and_whoever_was_overtaken_keeps_their_words(
    visitor: Any, visit: Any, session: Any, program: Any, address: str
) -> None:
    page = visitor.page
    visitor.go(address)
    text, state = page.get_by_label("Text", exact=True), page.locator("[data-keep-state]")
    asked: list[Any] = []

    def hold_the_first(one: Any) -> None:
        asked.append(one)
        if len(asked) > 1:
            one.continue_()

    page.route("**/keep", hold_the_first)
    text.press("Control+End")
    text.press_sequentially(" Venez")
    expect(state).to_have_text("Saving…")
    text.press_sequentially(" nombreux.")
    # More than a save waits for, with the first one still under way.
    page.wait_for_timeout(2_000)
    assert len(asked) == 1
    # It arrives, and its answer is lost.
    at = f"/campaigns/{address.split('/')[2]}"
    asked[0].fetch()
    asked[0].abort()
    visitor.expected.append("ERR_FAILED")
    visitor.expected.append("409")
    expect(state).to_have_text("Saved", timeout=15_000)
    expect(page.locator("#conflict")).to_be_hidden()
    assert program.api("GET", at)["body"] == f"{TEXT} Venez nombreux."

    with visit(storage_state=session) as other:
        other.go(address)
        other.page.get_by_label("Text", exact=True).fill("Télégraphe : autre chose. STOP au 36179")
        expect(other.page.locator("[data-keep-state]")).to_have_text("Saved")
    text.press_sequentially(" Vite !")
    expect(page.locator("#conflict")).to_be_visible()
    page.reload()
    expect(text).to_have_value(f"{TEXT} Venez nombreux. Vite !")
    expect(page.locator("#conflict")).to_be_visible()
    page.get_by_role("link", name="Take theirs").click()
    expect(text).to_have_value("Télégraphe : autre chose. STOP au 36179")
    expect(page.locator("#conflict")).to_be_hidden()


def test_it_is_seen_as_anybody_and_tried_on_ones_own_phone(visitor: Any, program: Any, address: str) -> None:
    page = visitor.page
    visitor.go(address)
    someone = program.api("GET", "/contacts?limit=5")["data"][-1]
    page.get_by_label("See it as another contact").fill(someone["phone"])
    page.locator(".reader").click()
    expect(page.locator("#preview .phone-for .mono")).to_have_text(_shown(someone["phone"]))
    expect(page.locator("#reader-found")).to_be_empty()

    visitor.expected.append("422")
    page.get_by_label("Text", exact=True).fill("Télégraphe : jamais enregistré. STOP au 36179")
    page.get_by_label("Send a test to").fill("12")
    page.get_by_label("Send a test to").press("Enter")
    expect(page.locator("#tried")).to_contain_text("This is no number that can be reached")
    page.get_by_label("Send a test to").fill("+33 6 45 00 00 01")
    page.get_by_role("button", name="Send a test").click()
    expect(page.locator("#tried")).to_contain_text("On its way")
    assert visitor.violations() == []
    shown = program.until(lambda: program.phone_shows("+33645000001"))
    assert shown == ["Télégraphe : jamais enregistré. STOP au 36179"]


def _shown(number: str) -> str:
    """+33612300000 as pages write it."""
    digits = number[4:]
    return (
        "+33\u00a0" + number[3] + "".join("\u00a0" + digits[at : at + 2] for at in range(0, len(digits), 2))
    )


def test_a_picture_is_uploaded_from_the_message_and_seen_on_the_phone(visitor: Any, address: str) -> None:
    page = visitor.page
    drawn = BytesIO()
    Image.new("RGB", (320, 200), "navy").save(drawn, "PNG")
    visitor.go(address)
    page.get_by_role("link", name="Picture", exact=True).click()
    drawer = page.locator("#drawer")
    more = drawer.get_by_text("Upload a picture", exact=True)
    expect(more).to_be_visible()
    if not drawer.get_by_label("What it shows").is_visible():
        more.click()
    drawer.locator("input[type=file]").set_input_files(
        {"name": "a.txt", "mimeType": "image/png", "buffer": b"a letter"}
    )
    drawer.get_by_label("What it shows").fill("The shop by night")
    visitor.expected.append("422")
    drawer.get_by_role("button", name="Upload it and use it").click()
    expect(drawer).to_contain_text("Choose a PNG, JPEG, GIF or WebP picture that is whole.")
    assert visitor.violations() == []
    drawer.locator("input[type=file]").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": drawn.getvalue()}
    )
    drawer.get_by_role("button", name="Upload it and use it").click()
    expect(page.locator(".phone-picture")).to_have_attribute("alt", "The shop by night")
    expect(page.get_by_label("Text", exact=True)).to_have_value(re.compile(r"STOP au 36179 \S+/m/[\w-]{28}$"))
    visitor.go("/media")
    expect(page.get_by_text("fits inside a message in every country")).to_be_visible()
    assert visitor.violations() == []
