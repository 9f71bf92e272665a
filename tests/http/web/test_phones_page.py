"""The page of the lab's phones, with a lab, without one, and with what a dead one left behind."""

from pathlib import Path
from typing import Any

import msgspec

from chappe.app.lab_address import announced_lab
from chappe.lab.loading import preset
from chappe.lab.ready import Ready
from chappe.lab.server import LabSettings, running


async def test_without_a_lab_the_page_says_how_to_start_it(browser: Any) -> None:
    await browser.log_in()
    page = await browser.get("/lab/phones")
    assert page.status_code == 200
    assert "The carrier lab is not running" in page.text
    assert "chappe serve --lab" in page.text


async def test_what_a_dead_lab_left_behind_is_no_lab(browser: Any, tmp_path: Path) -> None:
    (tmp_path / "lab.json").write_bytes(msgspec.json.encode(Ready("http://127.0.0.1:9", None, {})))
    await browser.log_in()
    assert "The carrier lab is not running" in (await browser.get("/lab/phones")).text


async def test_a_lab_that_does_not_answer_is_no_error_of_ours(browser: Any, tmp_path: Path) -> None:
    await browser.log_in()
    with announced_lab(tmp_path, Ready("http://127.0.0.1:9", None, {})):
        page = await browser.get("/lab/phones")
    assert page.status_code == 200
    assert "The carrier lab is not running" in page.text


async def test_a_phone_that_received_nothing_and_one_that_was_written_to_by_a_name(
    browser: Any, tmp_path: Path
) -> None:
    await browser.log_in()
    token = browser.cookies["__Host-chappe-csrf"]
    async with running(LabSettings(preset("demo"))) as (_, ready):
        with announced_lab(tmp_path, ready):
            empty = (await browser.get("/lab/phones")).text
            assert 'href="/lab/phones"' in empty
            assert "No phone has received anything yet" in empty
            assert (
                "This phone has received nothing" in (await browser.get("/lab/phones?q=1&number=33612")).text
            )
            path = "/lab/phones/33612345678/messages"
            silent = await browser.post(path, {"to": "36179", "text": "  "}, token=token)
            named = await browser.post(path, {"to": "TELEGRAPHE", "text": "Merci"}, token=token)
    assert (silent.status_code, named.status_code) == (422, 409)
