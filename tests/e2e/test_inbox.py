"""A phone asks and an agent answers; a number is suppressed."""

from typing import Any

from playwright.sync_api import expect

from chappe.accounts.permissions import Role

PHONE = "33612300011"
WITHIN = 20_000


def test_a_phone_asks_an_agent_answers_and_the_phone_shows_it(program: Any, visit: Any) -> None:
    email = program.person(Role.AGENT)
    with visit() as agent:
        page = agent.page
        agent.expected.append("403")
        agent.go("/login")
        page.fill("#email", email)
        page.fill("#password", "correct horse battery")
        page.click("main .button.primary")
        agent.go("/inbox")
        program.phone_writes(PHONE, "Bonjour, êtes-vous ouverts dimanche ?")
        # It comes by the live stream.
        row = page.get_by_role("link", name="êtes-vous ouverts dimanche")
        expect(row).to_be_visible(timeout=WITHIN)
        row.click()
        expect(page.get_by_role("log")).to_contain_text("ouverts dimanche")
        assert agent.violations() == []
        page.fill("#text", "Oui, de 10 h à 18 h. À dimanche !")
        expect(page.locator("#figures")).to_contain_text("1 part")
        page.keyboard.press("Control+Enter")
        thread = page.get_by_role("log")
        expect(thread.locator(".mine").last).to_contain_text("À dimanche", timeout=WITHIN)
        expect(thread.locator(".mine").last).to_contain_text("delivered", timeout=WITHIN)
        assert "Oui, de 10 h à 18 h. À dimanche !" in program.phone_shows(PHONE)
        # A second question comes into the open thread.
        program.phone_writes(PHONE, "Merci beaucoup !")
        expect(thread).to_contain_text("Merci beaucoup", timeout=WITHIN)


def test_numbers_are_suppressed_in_a_drawer(program: Any, visitor: Any) -> None:
    page = visitor.page
    visitor.go("/suppressions")
    page.get_by_role("link", name="Add numbers").first.click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("Numbers").fill("06 12 39 77 77")
    drawer.get_by_label("Why").fill("Plainte par téléphone")
    assert visitor.violations() == []
    drawer.get_by_role("button", name="Suppress the numbers").click()
    expect(page.get_by_text("1 number is suppressed from now on.")).to_be_visible()
    page.goto(f"{visitor.url}/suppressions?q=0612397777")
    expect(page.get_by_role("link", name="33 6 12 39 77 77")).to_be_visible()
    assert visitor.violations() == []
