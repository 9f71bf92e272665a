"""kill -9 of the web role, then of the whole tree with its database, while messages are asked for: what was
answered is in the ledger, and what was cut off is done once when it is asked again under its key.
"""

import asyncio
import os
import random
import signal
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx
from tests.installation import PATIENCE, Prepared

from chappe.config.secret import secret_key
from chappe.db.keys import InstanceKeys
from chappe.db.open import open_database

REQUESTS, CONNECTIONS = 600, 20


@dataclass
class Shop:
    """Asks for messages until each is accepted. `url` is where the program serves now."""

    prepared: Prepared
    url: str
    waiting: list[int] = field(default_factory=lambda: list(range(REQUESTS)))
    accepted: dict[int, str] = field(default_factory=dict)
    cut: int = 0

    async def ask_all(self) -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as client:
            await asyncio.gather(*(self._ask_on(client) for _ in range(CONNECTIONS)))

    async def _ask_on(self, client: httpx.AsyncClient) -> None:
        while self.waiting:
            number = self.waiting.pop()
            while number not in self.accepted:
                await self._ask(client, number)

    async def _ask(self, client: httpx.AsyncClient, number: int) -> None:
        body = {
            "to": f"+336123{number:05}",
            "sender_id": self.prepared.sender_id,
            "body": "Votre commande est prête.",
            "purpose": "transactional",
            "reference": str(number),
        }
        headers = {"Authorization": f"Bearer {self.prepared.key}", "Idempotency-Key": f"order-{number}"}
        try:
            answer = await client.post(f"{self.url}/v1/messages", json=body, headers=headers)
        except httpx.TransportError:
            self.cut += 1
            await asyncio.sleep(0.05)  # the program is down: what it did of this one is not known
            return
        if answer.status_code == 202:
            self.accepted[number] = answer.json()["id"]
            return
        # 409: the database has not noticed yet that the process of the first try is gone.
        assert answer.status_code in (409, 503), answer.text
        assert int(answer.headers["retry-after"]) > 0
        await asyncio.sleep(0.05)


async def test_what_was_answered_is_kept_and_what_was_cut_off_is_done_once(installation, until) -> None:
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    prepared = await installation.prepare()
    first, second = chance.randrange(50, 200), chance.randrange(250, 450)
    async with installation.serving(key=prepared.key) as served:
        shop = Shop(prepared, served.url)
        asking = asyncio.create_task(shop.ask_all())
        await until(lambda: len(shop.accepted) >= first, "some were accepted")
        os.kill(served.roles()["web"], signal.SIGKILL)
        await until(lambda: len(shop.accepted) >= second, "more were accepted")
        installation.kill_everything()
    told = f"seed {seed}, {len(shop.accepted)} accepted and {shop.cut} cut off"
    async with installation.serving(key=prepared.key) as served:
        shop.url = served.url
        await asyncio.wait_for(asking, PATIENCE)
        found = await _ledger(installation)
    assert shop.cut, told
    assert Counter(found.values()) == Counter(str(number) for number in range(REQUESTS)), told
    assert {found[key] for key in shop.accepted.values()} == {str(n) for n in shop.accepted}, told


async def _ledger(installation: Any) -> dict[str, str]:
    """The reference of every message, by the id that was answered."""
    ids = InstanceKeys.derive(secret_key(installation.settings)).ids
    async with open_database(installation.settings) as database:
        rows = await database.engine.fetch("select id, reference from message")
    return {ids.encode("msg", row["id"]): row["reference"] for row in rows}
