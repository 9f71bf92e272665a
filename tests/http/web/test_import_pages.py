"""The import wizard over HTTP, without scripts: each step, its errors, its end, and what was not taken."""

import re
from typing import Any

import httpx
import pytest

from chappe.kit.clock import SystemClock
from chappe.signup.jobs import run_next_import

FILE = (
    "Contact;Prénom;Ville\n06 12 34 56 78;Anna;Lyon\n06;Boris;Nice\n+33698765432;Zoë & Cie;Paris\n".encode()
)
CONSENT = {"basis": "express", "text": "J'accepte", "source": "Caisse", "collected_on": "2026-03-01"}


async def send(browser: Any, file: bytes, filename: str = "clients.csv", **form: str) -> httpx.Response:
    token = browser.token(await browser.get("/imports/new"))
    data = {"_csrf_token": token, "list": "new", "name": "Clients", "country": "FR"} | form
    files = {"file": (filename, file, "text/csv")}
    return await browser.http.post("/imports/new", data=data, files=files, headers=browser._headers({}))


@pytest.fixture
async def draft(browser: Any) -> str:
    """An uploaded file: where its steps are."""
    await browser.log_in()
    answer = await send(browser, FILE)
    assert answer.status_code == 303, answer.text
    found = re.fullmatch(r"(/imports/imp_\w{32})/columns", answer.headers["location"])
    assert found is not None
    return found[1]


async def test_from_file_to_rejected_rows(browser: Any, server: Any, draft: str) -> None:
    columns = await browser.get(f"{draft}/columns")
    assert "No column is named like a phone number" in columns.text
    assert "06 12 34 56 78 · 06 · +33698765432" in columns.text
    assert (await browser.get(f"{draft}/preview")).headers["location"] == f"{draft}/columns"
    token = browser.token(columns)
    form = {"column-0": "", "column-1": "first_name", "column-2": "", "country": "FR"}
    without = await browser.post(f"{draft}/columns", form, token=token)
    assert (without.status_code, "Say which column holds the phone numbers." in without.text) == (422, True)
    settled = await browser.post(f"{draft}/columns", form | {"column-0": "phone"}, token=token)
    assert settled.headers["location"] == f"{draft}/preview"
    preview = await browser.get(f"{draft}/preview")
    assert "“06” is too short" in preview.text
    assert "The file has 3 rows" in preview.text
    half = await browser.post(f"{draft}/consent", {"basis": "express", "text": "J'accepte"}, token=token)
    assert half.status_code == 422
    assert "J&#39;accepte</textarea>" in half.text
    begun = await browser.post(f"{draft}/consent", CONSENT, token=token)
    assert begun.headers["location"] == draft
    assert "You can leave this page" in (await browser.get(draft)).text
    # What has begun cannot be changed any more.
    assert (await browser.get(f"{draft}/columns")).status_code == 409
    assert await run_next_import(server.database, SystemClock())
    assert (await browser.get(f"{draft}/progress")).headers["hx-refresh"] == "true"
    done = await browser.get(draft)
    assert "agreed: Caisse" in done.text
    assert "“06” is too short" in done.text
    rejected = await browser.get(f"{draft}/rejected.csv")
    assert rejected.text.splitlines()[1:] == ["06,Boris,Nice,3,Contact: “06” is too short"]
    in_french = await browser.get(f"{draft}/rejected.csv", **{"accept-language": "fr"})
    assert "trop court" in in_french.text
    listed = await browser.get("/imports")
    assert "clients.csv" in listed.text
    people = await server.database.engine.fetch("select attributes from contact order by phone")
    assert [row["attributes"] for row in people] == [{"first_name": "Anna"}, {"first_name": "Zoë & Cie"}]
    rows = await server.database.engine.fetch("select action from audit_event order by id")
    assert "import.started" in [row["action"] for row in rows]


async def test_a_draft_is_thrown_away(browser: Any, draft: str) -> None:
    asked = await browser.get(f"{draft}/discard")
    gone = await browser.post(f"{draft}/discard", {}, token=browser.token(asked))
    assert gone.headers["location"] == "/imports?notice=discarded"
    # The list that was made for it goes with it, while it is empty.
    assert 'href="/lists/lst_' not in (await browser.get("/lists")).text
    assert (await browser.get(f"{draft}/columns")).status_code == 404


@pytest.mark.parametrize(
    ("file", "form", "words"),
    [
        (b"", {}, "There is no row to import"),
        (b"%PDF-1.7 \x00\x01", {}, "This file is no table that can be read"),
        (FILE, {"list": "lst_0"}, "Choose the list that they join"),
        (FILE, {"name": ""}, "Fill this in."),
        (FILE, {"country": "XX"}, "Choose one of the countries"),
    ],
)
async def test_what_cannot_be_uploaded_says_why(
    browser: Any, file: bytes, form: dict[str, str], words: str
) -> None:
    await browser.log_in()
    answer = await send(browser, file, **form)
    assert (answer.status_code, words in answer.text) == (422, True)


async def test_no_file_and_a_taken_name(browser: Any, draft: str) -> None:
    token = browser.token(await browser.get("/imports/new"))
    nothing = await browser.post("/imports/new", {"list": "new", "name": "x"}, token=token)
    assert nothing.status_code == 422
    taken = await send(browser, FILE)
    assert (taken.status_code, "A list has this name already" in taken.text) == (422, True)


async def test_a_large_file_is_taken_and_read_from_its_beginning(browser: Any) -> None:
    await browser.log_in()
    rows = "".join(f"06{n:08};Client {n}\n" for n in range(10_000_000, 10_200_000))
    answer = await send(browser, ("Portable;Nom\n" + rows).encode())
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"].removesuffix("/columns")
    token = browser.token(await browser.get(f"{path}/columns"))
    form = {"column-0": "phone", "column-1": "last_name", "country": "FR"}
    await browser.post(f"{path}/columns", form, token=token)
    assert "The first 5,000 rows were read" in (await browser.get(f"{path}/preview")).text


async def test_the_empty_list_teaches(browser: Any) -> None:
    await browser.log_in()
    page = await browser.get("/imports")
    assert (page.status_code, "No file yet" in page.text) == (200, True)
