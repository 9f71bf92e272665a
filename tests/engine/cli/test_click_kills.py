"""kill -9 of the web role, then of the whole tree with its database, while links are opened: every click that
was answered is there, and the counts of links are what the clicks say.
"""

import asyncio
import os
import random
import signal
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from tests.installation import PATIENCE

from chappe.config.secret import secret_key
from chappe.db.keys import InstanceKeys
from chappe.db.open import open_database
from chappe.tracking import repo
from chappe.tracking.codes import Codes
from chappe.tracking.model import Linking

CLICKS, CONNECTIONS = 1_500, 20
FIRST_MESSAGE = 1_000
AGENT = {"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Mobile/15E148 Safari/604.1"}


@dataclass
class Readers:
    """Open each link until they are sent on; `url` is where the program serves now."""

    codes: list[str]
    url: str
    waiting: list[int] = field(default_factory=lambda: list(range(CLICKS)))
    sent_on: set[int] = field(default_factory=set)
    cut: int = 0

    async def read_all(self) -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE, headers=AGENT) as client:
            await asyncio.gather(*(self._read_on(client) for _ in range(CONNECTIONS)))

    async def _read_on(self, client: httpx.AsyncClient) -> None:
        while self.waiting:
            number = self.waiting.pop()
            while number not in self.sent_on:
                try:
                    answer = await client.get(f"{self.url}/l/{self.codes[number]}")
                except httpx.TransportError:
                    self.cut += 1
                    await asyncio.sleep(0.05)  # the program is down
                    continue
                if answer.status_code == 302:
                    self.sent_on.add(number)
                else:
                    assert answer.status_code == 503, answer.text
                    await asyncio.sleep(0.05)


async def test_every_click_that_was_answered_is_there(installation, until) -> None:
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    prepared = await installation.prepare()
    codes = await _link(installation)
    first, second = chance.randrange(50, 300), chance.randrange(500, 900)
    async with installation.serving(key=prepared.key) as served:
        readers = Readers(codes, served.url)
        reading = asyncio.create_task(readers.read_all())
        await until(lambda: len(readers.sent_on) >= first, "some were sent on")
        os.kill(served.roles()["web"], signal.SIGKILL)
        await until(lambda: len(readers.sent_on) >= second, "more were sent on")
        before = set(readers.sent_on)
        installation.kill_everything()
    told = f"seed {seed}, {len(before)} sent on and {readers.cut} cut off"
    async with open_database(installation.settings) as database:
        assert await _clicked(database) >= {FIRST_MESSAGE + number for number in before}, told
    async with installation.serving(key=prepared.key) as served:
        readers.url = served.url
        await asyncio.wait_for(reading, PATIENCE)
    async with open_database(installation.settings) as database:
        assert await _clicked(database) == {FIRST_MESSAGE + number for number in range(CLICKS)}, told
        assert await repo.miscounted(database.engine) == [], told
    assert readers.cut, told


async def _link(installation: Any) -> list[str]:
    """The codes of one link of CLICKS messages."""
    async with open_database(installation.settings) as database, database.engine_transaction() as conn:
        workspace_id = await conn.fetchval("select min(id) from workspace")
        url = "https://shop.example.com/spring"
        [link] = await repo.add_links(
            conn, workspace_id, 1, uuid4(), [url], Linking("https://x/l/", None, {})
        )
        base = await repo.allocate(conn, CLICKS)
        await repo.add_blocks(conn, workspace_id, [link], [base], CLICKS, FIRST_MESSAGE)
    keys = InstanceKeys.derive(secret_key(installation.settings))
    return Codes.of(keys).codes(range(base, base + CLICKS))


async def _clicked(database: Any) -> set[int]:
    """Messages with a click on disk, settled or not yet."""
    rows = await database.engine.fetch(
        "select message_id from click_unread union select message_id from click"
    )
    return {row["message_id"] for row in rows}
