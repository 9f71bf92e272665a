"""Whatever door a number comes by, it is stored as `kit.phone` reads it. A new door gets a line in DOORS."""

import io
import re
from pathlib import Path
from typing import Any

import httpx

import chappe
from chappe.kit.clock import SystemClock
from chappe.kit.phone import parse
from chappe.signup.jobs import run_next_import

SOURCE = Path(chappe.__file__).parent
# One odd spelling for each door: as people, shops and spreadsheets write numbers.
DOORS = {
    "page": "06.12.34.56.01",
    "import": "0033 (0)6 12 34 56 02",
    "contacts": "+33\u00a06\u202f12 34-56-03",
    "batch": "+33 (6) 12 34 56 04",
    "event": "0033612345605",
    "suppression": "+33 6 12-34 56 07",
}


async def test_every_door_stores_the_same_number(
    client: httpx.AsyncClient, server: Any, browser: Any
) -> None:
    await browser.log_in()
    token = browser.cookies["__Host-chappe-csrf"]
    wanted = {door: parse(text, "FR") for door, text in DOORS.items()}
    saved = await browser.post("/contacts/new", {"phone": DOORS["page"]}, token=token)
    assert saved.status_code == 303, saved.text
    listed = (await client.post("/v1/lists", json={"name": "Odd"})).json()["id"]
    file = io.BytesIO(f"phone\n{DOORS['import']}\n".encode())
    form = {"list_id": listed, "default_country": "FR"}
    sent = await client.post("/v1/imports", data=form, files={"file": ("odd.csv", file, "text/csv")})
    assert sent.status_code == 202, sent.text
    assert await run_next_import(server.database, SystemClock())
    bodies: dict[str, tuple[str, dict[str, Any]]] = {
        "contacts": ("contacts", {"phone": DOORS["contacts"]}),
        "batch": ("contacts/batch", {"contacts": [{"phone": DOORS["batch"]}]}),
        "event": ("events", {"name": "Visit", "phone": DOORS["event"]}),
        "suppression": (
            "suppressions",
            {"phone": DOORS["suppression"], "scope": "marketing", "reason": "asked"},
        ),
    }
    for door, (path, body) in bodies.items():
        answer = await client.post(f"/v1/{path}", json=body)
        assert answer.status_code in (200, 201), (door, answer.text)
    rows = await server.database.engine.fetch("select phone from contact union select phone from suppression")
    assert {row["phone"] for row in rows} == set(wanted.values())


def test_one_room_alone_writes_numbers_of_contacts() -> None:
    """Whoever adds a contact goes through the contacts' own statements, which take numbers, not texts."""
    places = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.sql")
        if "migrations" not in path.parts
        and re.search(r"insert into contact\b", path.read_text(encoding="utf-8"))
    }
    assert places == {"contacts/queries.sql"}
