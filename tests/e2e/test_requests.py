"""What a person may ask for, in the browser: the proof of what they said, what is kept, to be forgotten."""

import re
import zipfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect
from typer.testing import CliRunner

from chappe.cli.main import build

PHONE = "+33698765099"


def test_a_proof_is_checked_and_a_person_gets_their_archive_and_is_erased(
    visitor: Any, program: Any, tmp_path: Path
) -> None:
    page: Page = visitor.page
    visitor.expected.append("404")
    made = program.api("POST", "/contacts", {"phone": PHONE, "attributes": {"first_name": "Iris"}})
    program.phone_writes(PHONE, "STOP svp")
    program.until(lambda: program.api("GET", f"/consents?phone=%2B{PHONE[1:]}")["data"])

    visitor.go(f"/contacts/{made['id']}/consents")
    proof = _downloaded(page, "Proof as a file", tmp_path / "proof.json")
    command, run = build("verify-proof"), CliRunner().invoke
    told = run(command, ["verify-proof", str(proof)])
    assert (told.exit_code, "STOP svp" in told.output) == (0, True), told.output
    octets = bytearray(proof.read_bytes())
    octets[octets.index(b"STOP svp") + 2] ^= 1
    proof.write_bytes(octets)
    flipped = run(command, ["verify-proof", str(proof)])
    assert (flipped.exit_code != 0, "BAD" in flipped.output) == (True, True), flipped.output

    _record(page, visitor, "To know what you keep of them.")
    page.get_by_role("button", name="Make the archive").click()
    archive = _downloaded(page, "Download the archive", tmp_path / "archive.zip")
    with zipfile.ZipFile(archive) as held:
        assert any(b"STOP svp" in held.read(name) for name in held.namelist())
    page.get_by_role("button", name="Mark as answered").click()
    expect(page.get_by_text("Answered", exact=True).first).to_be_visible()

    _record(page, visitor, "To be erased.")
    page.get_by_role("link", name="Erase this person").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Type").fill(PHONE[-4:])
    assert visitor.violations() == []
    dialog.get_by_role("button", name="Erase this person").click()
    expect(page.get_by_text("The person has been erased.")).to_be_visible()
    program.until(lambda: not program.api("GET", f"/contacts?phone=%2B{PHONE[1:]}")["data"])
    visitor.go(f"/contacts/{made['id']}")
    expect(page.get_by_text(PHONE[-4:])).to_have_count(0)
    # Whoever brings the number back finds it silent.
    assert program.api("POST", "/contacts", {"phone": PHONE})["id"] != made["id"]
    program.until(lambda: program.api("GET", f"/suppressions?phone=%2B{PHONE[1:]}")["data"])


def _downloaded(page: Page, link: str, to: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link).click()
    waiting.value.save_as(to)
    return to


def _record(page: Page, visitor: Any, asked: str) -> None:
    visitor.go("/compliance/requests/new")
    page.get_by_text(asked).click()
    page.get_by_label("Their number").fill(PHONE)
    page.get_by_label("How do you know that it is them?").fill("Answered the code that we texted.")
    page.get_by_role("button", name="Record the request").click()
    expect(page).to_have_url(re.compile("/compliance/requests/req_"))
