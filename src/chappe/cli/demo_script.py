"""What the demo does, as any program would do it: through the public API, with a key."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec

from chappe.history.story import SENDER, SHOP, SOURCE, WORDING
from chappe.kit.errors import Problem

_HELLO = 'Télégraphe: bonjour {{ first_name | default: "à vous" }}, '
BODY = f"{_HELLO}-20% jusqu'à samedi: https://boutique.example/soldes STOP au 36179"
OTHER = f"{_HELLO}une écharpe offerte dès 60€: https://boutique.example/echarpe STOP au 36179"
_POLL_SECONDS = 0.5
# Waiting for the last receipts after the last submit.
_RECEIPTS_WITHIN = 60.0


class DemoFailed(Problem):
    code = "demo_failed"
    status = 500
    title = "The demo did not go as it should"


@dataclass(frozen=True, slots=True)
class Report:
    """A campaign as `GET /v1/campaigns/{id}` shows it."""

    id: str
    state: str
    counts: dict[str, int]
    skipped: dict[str, int]
    parts: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def delivered(self) -> int:
        return self.counts.get("delivered", 0)

    @property
    def settled(self) -> bool:
        """There are recipients, and every one is delivered or was skipped for a reason."""
        return (
            self.total > 0
            and self.state == "finished"
            and self.delivered + self.counts.get("skipped", 0) == self.total
        )


class DemoScript:
    """Sets up a shop on a fresh workspace, or finds it as an earlier demo left it, and sends a campaign."""

    def __init__(self, url: str, key: str) -> None:
        self._client = httpx.AsyncClient(
            base_url=f"{url}/v1", headers={"Authorization": f"Bearer {key}"}, timeout=30, trust_env=False
        )

    async def __aenter__(self) -> "DemoScript":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def has_customers(self) -> bool:
        """An earlier demo, or its history, has brought them in."""
        return any(item["name"] == SHOP for item in (await self._get("/lists"))["data"])

    async def set_up(self, carrier: dict[str, Any], people: bytes | None) -> tuple[str, str]:
        """Carrier, sender and list, with `people` if they are to be imported. Returns the ids of the list and
        of the sender.
        """
        await self._carrier(carrier)
        sender = await self._find_or_make("/senders", "address", {"address": SENDER, "kind": "short_code"})
        audience = await self._find_or_make("/lists", "name", {"name": SHOP})
        if people is not None:
            await self._import(audience, people)
        return audience, sender

    async def campaign(self, name: str, audience: str, sender: str) -> str:
        """A campaign to the list that tries two texts with short links, sent now. Returns its id."""
        made = await self._post(
            "/campaigns",
            {
                "name": name,
                "purpose": "marketing",
                "audience": {"include": [audience]},
                "sender_id": sender,
                "body": BODY,
            },
        )
        at = f"/campaigns/{made['id']}"
        await self._put(f"{at}/links", {"shorten": True, "utm": {"source": "sms"}})
        await self._post(f"{at}/variants", {"name": "Écharpe", "body": OTHER})
        await self._put(f"{at}/experiment", {"test_percent": 100, "metric": "clicks"})
        await self._post(f"{at}/send", None)
        return str(made["id"])

    async def follow(self, campaign: str, tell: Callable[[Report], None]) -> Report:
        """Calls `tell` twice a second until the campaign is settled, or finished for a minute without it."""
        patience = _RECEIPTS_WITHIN
        while True:
            report = await self.report(campaign)
            tell(report)
            if report.settled or report.state == "canceled":
                return report
            if report.state == "finished":
                patience -= _POLL_SECONDS
                if patience <= 0:
                    return report
            await asyncio.sleep(_POLL_SECONDS)

    async def report(self, campaign: str) -> Report:
        return msgspec.convert(await self._get(f"/campaigns/{campaign}"), Report)

    async def estimate(self, campaign: str) -> dict[str, Any]:
        return await self._post(f"/campaigns/{campaign}/estimate", None)

    async def _carrier(self, wanted: dict[str, Any]) -> None:
        """The simulator listens on another port at each start: its carrier follows."""
        for carrier in (await self._get("/carriers"))["data"]:
            if carrier["name"] == wanted["name"]:
                response = await self._client.patch(
                    f"/carriers/{carrier['id']}", json={"settings": wanted["settings"], "enabled": True}
                )
                _check(response)
                return
        await self._post("/carriers", wanted)

    async def _find_or_make(self, path: str, field: str, wanted: dict[str, Any]) -> str:
        for item in (await self._get(path))["data"]:
            if item[field] == wanted[field]:
                return str(item["id"])
        return str((await self._post(path, wanted))["id"])

    async def _import(self, audience: str, people: bytes) -> None:
        consent = {"basis": "express", "source": SOURCE, "text": WORDING}
        response = await self._client.post(
            "/imports",
            files={"file": ("clients.csv", people, "text/csv")},
            data={
                "list_id": audience,
                "default_country": "FR",
                "consent": msgspec.json.encode(consent).decode(),
            },
        )
        started = _check(response)
        while (state := await self._get(f"/imports/{started['id']}"))["state"] not in ("finished", "failed"):
            await asyncio.sleep(_POLL_SECONDS / 5)
        if state["state"] == "failed" or state["rejected"]:
            raise DemoFailed(f"The import of the demo's customers did not go well: {state}")

    async def _get(self, path: str) -> dict[str, Any]:
        return _check(await self._client.get(path))

    async def _put(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return _check(await self._client.put(path, json=body))

    async def _post(self, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        return _check(await self._client.post(path, json=body))


def _check(response: httpx.Response) -> dict[str, Any]:
    if response.is_error:
        raise DemoFailed(f"{response.request.method} {response.request.url.path}: {response.text}")
    return dict(response.json())
