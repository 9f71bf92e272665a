"""A key that asks faster than it may."""

from pathlib import Path

import httpx
from tests.http.conftest import Server

from chappe.api.limits import Rate
from chappe.app.web import build_app
from chappe.config.settings import Settings
from chappe.db.keys import InstanceKeys
from chappe.kit.clock import FakeClock


async def test_the_answer_says_when_to_come_back(
    server: Server, keys: InstanceKeys, clock: FakeClock, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path)
    app = build_app(settings, server.database, keys, clock, rate=Rate(per_second=1, burst=2))
    headers = {"authorization": f"Bearer {server.key}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api", headers=headers) as client:
        for left in ("1", "0"):
            allowed = await client.get("/v1/carriers")
            assert allowed.status_code == 200
            assert f"r={left};" in allowed.headers["ratelimit"]
        refused = await client.get("/v1/carriers")
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert refused.headers["retry-after"] == "1"
        assert "Try again in 1 s" in refused.json()["detail"]
        clock.advance(seconds=1)
        assert (await client.get("/v1/carriers")).status_code == 200
