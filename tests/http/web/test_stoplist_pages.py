"""A list is brought along on pages and by the API: shown first, taken, taken back."""

import hashlib
from typing import Any

from chappe.consent import service as consent
from chappe.kit.clock import SystemClock
from chappe.signup.stoplist.jobs import run_next_list

ANNA = 33612345678


async def bring(browser: Any, token: str, text: str, **form: str) -> Any:
    data = {"kind": "numbers", "scope": "marketing", "reason": "import", "country": "FR", "_csrf": token}
    return await browser.http.post(
        "/suppressions/lists/new",
        data=data | form,
        files={"file": ("old.csv", text.encode(), "text/csv")},
        headers=browser._headers({"x-csrf-token": token, "accept": "text/html"}),
    )


async def test_shown_then_taken_then_taken_back(browser: Any, server: Any) -> None:
    await browser.log_in()
    empty = await browser.get("/suppressions/lists")
    assert "No list was brought yet" in empty.text
    token = browser.token(await browser.get("/suppressions/lists/new"))
    wrong = await bring(browser, token, "name\nAnna\n")
    assert (wrong.status_code, "No column holds what you said" in wrong.text) == (422, True)
    brought = await bring(browser, token, "name;mobile\nAnna;06 12 34 56 78\nCarl;x\n")
    path = brought.headers["location"]
    draft = await browser.get(path)
    assert "Suppress 1 number<" in draft.text
    assert "holds something else than a number" in draft.text
    other = await browser.post(f"{path}/column", {"position": "1"}, token=token)
    assert other.headers["location"] == path
    assert (await browser.post(f"{path}/begin", {}, token=token)).headers["location"] == path
    assert await run_next_list(server.database, SystemClock())
    assert "It holds" in (await browser.get(path)).text
    async with server.database.engine_transaction() as conn:
        assert list(await consent.suppressed(conn, server.workspace_id, [ANNA])) == [ANNA]
    assert "Take old.csv back?" in (await browser.get(f"{path}/undo")).text
    await browser.post(f"{path}/undo", {}, token=token)
    assert await run_next_list(server.database, SystemClock())
    assert "Lifted again" in (await browser.get(path)).text
    again = await browser.post(f"{path}/begin", {}, token=token)
    assert again.status_code == 409


async def test_hashes_by_the_api(client: Any, server: Any) -> None:
    digest = hashlib.sha256(b"+33612345678").hexdigest()
    asked = {"holds": "sha256", "spelling": "plus", "reason": "stop"}
    files = {"file": ("old.csv", f"{digest}\nx\n".encode(), "text/csv")}
    made = await client.post("/v1/suppressions/lists", data=asked, files=files)
    assert (made.status_code, made.json()["state"]) == (202, "queued")
    assert await run_next_list(server.database, SystemClock())
    path = f"/v1/suppressions/lists/{made.json()['id']}"
    done = (await client.get(path)).json()
    assert (done["state"], done["holds"], done["added"], done["rejected"]) == ("finished", "sha256", 1, 1)
    assert (await client.get(f"{path}/rejections")).json()["data"] == [
        {"row": 2, "code": "not_a_hash", "value": "x"}
    ]
    listed = (await client.get("/v1/suppressions")).json()["data"]
    assert [(one["phone"], one["reason"]) for one in listed] == [(None, "stop")]
    assert (await client.post(f"{path}/undo")).json()["state"] == "undoing"
