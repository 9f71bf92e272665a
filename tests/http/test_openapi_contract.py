"""Schemathesis asks the live server whatever the OpenAPI document allows and forbids, with every check on."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import httpx
from tests.http.conftest import Server

# A request that fits the document may still ask for what cannot be done: 422 says why, and 409 that the
# state of things is in the way.
CONFIG = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "403", "404", "409", "422"]

[parameters]
"""
SECONDS = 30


async def test_the_document_is_true(server: Server, client: httpx.AsyncClient, tmp_path: Path) -> None:
    config = tmp_path / "schemathesis.toml"
    ids = await things(client)
    config.write_text(CONFIG + "".join(f'"path.{name}" = "{value}"\n' for name, value in ids.items()))
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("st")),
        f"--config-file={config}",
        "run",
        f"{server.url}/openapi.json",
        f"--header=Authorization: Bearer {server.key}",
        "--include-path-regex=^/v1/",
        "--checks=all",
        "--max-examples=15",
        f"--max-time={SECONDS}",
        "--continue-on-failure",
        "--seed=1",
        "--generation-database=none",
        "--no-color",
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    report, _ = await process.communicate()
    assert process.returncode == 0, report.decode()


async def things(client: httpx.AsyncClient) -> dict[str, str]:
    """One of each, so that the addresses with an id in them are asked for something that exists."""

    async def make(path: str, **body: Any) -> str:
        response = await client.post(f"/v1/{path}", json=body)
        assert response.is_success, response.text
        made: str = response.json()["id"]
        return made

    settings = {"host": "127.0.0.1", "port": 1, "system_id": "a", "password": "b"}
    carrier = await make("carriers", name="alpha", kind="smpp", settings=settings)
    sender = await make("senders", address="36105", kind="short_code")
    customers = await make("lists", name="customers")
    campaign = await make(
        "campaigns",
        name="sale",
        purpose="transactional",
        audience={"include": [customers], "exclude": []},
        sender_id=sender,
        body="Hello",
    )
    message = await make("messages", to="+33612345678", sender_id=sender, body="x", purpose="otp")
    uploaded = await client.post(
        "/v1/imports",
        files={"file": ("a.csv", b"phone\n+33612345678\n", "text/csv")},
        data={"list_id": customers, "default_country": "FR"},
    )
    assert uploaded.status_code == 202, uploaded.text
    return {
        "carrier_id": carrier,
        "route_id": await make("routes", name="second", carriers=[carrier]),
        "sender_id": sender,
        "list_id": customers,
        "campaign_id": campaign,
        "message_id": message,
        "import_id": uploaded.json()["id"],
        "jurisdiction": "us-fl",
    }
