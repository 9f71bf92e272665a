"""Single messages asked of the API beside a campaign, as a shop does: with a key, until it is told yes."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import httpx
from tests.installation import PATIENCE, Prepared, Served

from chappe.lab import checks
from chappe.lab.process import LabProcess

_FIRST = 33_698_000_000
_PAUSE = 0.02


@dataclass
class Stream:
    """`numbers`: number → id of its message, once the API said 202. `refused`: how often it said 503."""

    served: Served
    prepared: Prepared
    numbers: dict[str, str] = field(default_factory=dict)
    refused: int = 0
    longest: float = 0.0

    @asynccontextmanager
    async def going(self) -> AsyncIterator[Self]:
        """Asks for one message after the other while the block lasts."""
        over = asyncio.Event()
        task = asyncio.create_task(self._ask_on(over))
        try:
            yield self
        finally:
            over.set()
            await task

    async def _ask_on(self, over: asyncio.Event) -> None:
        headers = {"Authorization": f"Bearer {self.served.key}"}
        async with httpx.AsyncClient(
            base_url=self.served.url, headers=headers, trust_env=False, timeout=PATIENCE
        ) as client:
            while not over.is_set():
                number = str(_FIRST + len(self.numbers))
                self.numbers[number] = await self._accepted(client, number)

    async def _accepted(self, client: httpx.AsyncClient, number: str) -> str:
        """The id of the message: asked again under the same key for as long as the answer is 503."""
        wanted = {
            "to": f"+{number}",
            "sender_id": self.prepared.sender_id,
            "body": "Votre commande est prête.",
            "purpose": "transactional",
        }
        while True:
            asked = asyncio.get_running_loop().time()
            answer = await client.post("/v1/messages", json=wanted, headers={"Idempotency-Key": number})
            self.longest = max(self.longest, asyncio.get_running_loop().time() - asked)
            if answer.status_code == 202:
                await asyncio.sleep(_PAUSE)
                return str(answer.json()["id"])
            assert answer.status_code == 503, answer.text
            assert int(answer.headers["Retry-After"]) > 0
            self.refused += 1
            await asyncio.sleep(_PAUSE)

    async def all_delivered(self) -> bool:
        """Whether each message that was accepted has its receipt."""
        headers = {"Authorization": f"Bearer {self.served.key}"}
        async with httpx.AsyncClient(
            base_url=self.served.url, headers=headers, trust_env=False, timeout=PATIENCE
        ) as client:
            for key in self.numbers.values():
                view = (await client.get(f"/v1/messages/{key}")).json()
                if view["state"] != "delivered":
                    return False
        return True

    def kept(self, lab: LabProcess) -> dict[str, Any]:
        """Each number got its message once. The figures."""
        sent = Counter(one.destination for one in checks.submits(lab.log))
        times = {number: sent[number] for number in self.numbers}
        assert set(times.values()) == {1}, {number: n for number, n in times.items() if n != 1}
        return {
            "singles": len(times),
            "answered_503": self.refused,
            "slowest_answer": round(self.longest, 2),
        }
