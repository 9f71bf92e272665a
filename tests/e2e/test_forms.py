"""What forms guard: unsaved words, deeds that cannot be taken back, doors that are tried too often."""

from typing import Any

from playwright.sync_api import expect


def test_unsaved_words_are_asked_about_before_the_page_is_left(visitor: Any) -> None:
    page = visitor.page
    answers = ["stay", "leave"]
    asked: list[str] = []

    def answer(question: Any) -> None:
        asked.append(question.type)
        question.accept() if answers.pop(0) == "leave" else question.dismiss()

    page.on("dialog", answer)
    visitor.go("/contacts/new")
    elsewhere = page.get_by_role("link", name="Lists", exact=True)
    page.fill("#first_name", "Maëlys")
    elsewhere.click(no_wait_after=True)
    expect(page.locator("#first_name")).to_have_value("Maëlys")
    assert asked == ["beforeunload"]
    elsewhere.click()
    expect(page).to_have_url(f"{visitor.url}/lists")
    assert asked == ["beforeunload"] * 2
    # What nobody touched is left without a word.
    visitor.go("/contacts/new")
    elsewhere.click()
    expect(page).to_have_url(f"{visitor.url}/lists")
    assert answers == []


def test_what_cannot_be_taken_back_waits_for_its_word(visitor: Any, program: Any) -> None:
    page = visitor.page
    visitor.expected.append("422")
    made = program.api("POST", "/lists", {"name": "Friends of autumn"})["id"]
    visitor.go(f"/lists/{made}/delete")
    form = page.locator("form[data-typed]")
    page.get_by_label("Type").fill("Friends")
    expect(form).not_to_have_attribute("data-ready", "true")
    page.get_by_role("button", name="Delete the list").click()
    expect(page.locator("#typed-error")).to_be_visible()
    page.get_by_label("Type").fill("friends of autumn")
    expect(form).to_have_attribute("data-ready", "true")
    page.get_by_role("button", name="Delete the list").click()
    expect(page.get_by_text("The list is deleted")).to_be_visible()


def test_who_tries_too_often_is_told_how_long_to_wait(visit: Any) -> None:
    with visit(locale="fr") as window:
        window.expected += ["401", "429"]
        window.go("/login")
        told = window.page.get_by_role("alert")
        token = window.page.locator("main [name=_csrf_token]").input_value()
        guess = {"email": "somebody@example.com", "password": "a guess", "next": "/", "_csrf_token": token}
        for _ in range(10):
            assert window.page.request.post(f"{window.url}/login", form=guess).status == 401
        window.page.fill("#email", guess["email"])
        window.page.fill("#password", guess["password"])
        window.page.keyboard.press("Enter")
        expect(told).to_contain_text("Trop d’essais")
        expect(told).to_contain_text("minutes")
        assert window.violations() == []
