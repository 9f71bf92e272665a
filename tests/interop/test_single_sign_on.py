"""Logging in through a real OpenID provider: npm's oidc-provider, in a process of its own."""

import asyncio
import os
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from argon2 import PasswordHasher

from chappe.accounts import service as accounts
from chappe.accounts.passwords import Passwords
from chappe.accounts.security.single_sign_on import SingleSignOn
from chappe.app.web import build_app
from chappe.config.settings import Settings
from chappe.db.instance import ensure_instance
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.kit.clock import SystemClock
from chappe.kit.origin import Origin
from chappe.kit.outbound import Outbound

HERE = Path(__file__).parent
NODE = HERE.parents[1] / ".venv" / "node" / "node"
SITE = "https://sms.example"
EMAIL = "owner@shop.example"
SECRET = "a secret of forty characters, as it should"
ORIGIN = Origin("192.0.2.1", "")

Start = Callable[..., Awaitable[str]]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def provider() -> AsyncIterator[Start]:
    """Starts a provider that says who logs in; its issuer."""
    started: list[asyncio.subprocess.Process] = []

    async def start(email: str = EMAIL, verified: str = "yes") -> str:
        port = free_port()
        given = {
            "PORT": str(port),
            "REDIRECT": f"{SITE}/login/sso/callback",
            "SUBJECT": "someone",
            "EMAIL": email,
            "VERIFIED": verified,
            "NODE_ENV": "test",
        }
        process = await asyncio.create_subprocess_exec(
            str(NODE), str(HERE / "peers" / "openid.mjs"), cwd=HERE, env={**os.environ, **given},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        started.append(process)
        assert process.stdout is not None
        async with asyncio.timeout(60):
            assert await process.stdout.readline() == b"ready\n"
        return f"http://127.0.0.1:{port}"

    yield start
    for process in started:
        process.terminate()
        await process.wait()


class Visitor:
    """A browser between Chappe, whose application runs in this process, and the provider."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.cookies: dict[str, str] = {}

    async def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> httpx.Response:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        data = {"_csrf_token": self.cookies.get("__Host-chappe-csrf", ""), **form} if form else None
        answer = await self.http.request(
            method, path, data=data, headers={"cookie": cookie, "accept": "text/html"}
        )
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        return answer

    async def leave(self, email: str = EMAIL) -> str:
        """The provider's address, as the page names it."""
        await self.ask("GET", "/login/sso")
        page = await self.ask("POST", "/login/sso", {"email": email, "next": "/account"})
        assert page.status_code == 200, page.text
        found = re.search(r'content="0; url=([^"]+)"', page.text)
        assert found is not None, page.text
        return unescape(found[1])


@pytest.fixture
async def visitor(database: Database, keys: InstanceKeys, tmp_path: Path) -> AsyncIterator[Visitor]:
    async with database.engine_transaction() as conn:
        await ensure_instance(conn, keys)
        quick = Passwords(PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))
        await accounts.first_run(conn, quick, email=EMAIL)
    app = build_app(
        Settings(home=tmp_path, public_url=SITE, internal_networks=("127.0.0.1",)),
        database,
        keys,
        SystemClock(),
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=SITE) as http:
        yield Visitor(http)


async def configure(database: Database, keys: InstanceKeys, issuer: str) -> None:
    sign_on = SingleSignOn(database, keys, SystemClock(), SITE, Outbound(["127.0.0.1"]))
    user = await database.engine.fetchval("select id from user_account")
    workspace = await database.engine.fetchval("select id from workspace")
    await sign_on.configure(
        workspace, user, name="Company", issuer=issuer, client_id="chappe", secret=SECRET,
        domains=["shop.example"], origin=ORIGIN,
    )  # fmt: skip


async def at_the_provider(address: str) -> str:
    """What a browser does there: follow, with cookies, until it is sent back to Chappe."""
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        for _ in range(10):
            answer = await http.get(address)
            assert answer.status_code in (302, 303), answer.text
            address = str(answer.next_request.url) if answer.next_request else ""
            if address.startswith(SITE):
                parts = urlsplit(address)
                return f"{parts.path}?{parts.query}"
    raise AssertionError("the provider did not lead back")


async def test_who_the_provider_vouches_for_comes_in_and_stays_in_that_workspace(
    database: Database, keys: InstanceKeys, provider: Start, visitor: Visitor
) -> None:
    await configure(database, keys, await provider())
    address = await visitor.leave()
    assert "code_challenge_method=S256" in address
    back = await at_the_provider(address)
    came_in = await visitor.ask("GET", back)
    assert (came_in.status_code, came_in.headers.get("location")) == (303, "/account"), came_in.text
    account = await visitor.ask("GET", "/account")
    assert account.status_code == 200
    assert EMAIL in account.text
    assert await database.engine.fetchval("select via from web_session") == "single_sign_on"
    # The same answer of the provider opens nothing a second time.
    again = await visitor.ask("GET", back)
    assert again.status_code == 401
    # What it let in has no business elsewhere.
    user = await database.engine.fetchval("select id from user_account")
    other = await database.engine.fetchval("insert into workspace (name) values ('B') returning id")
    await database.engine.execute(
        "insert into membership (workspace_id, user_id, role) values ($1, $2, 'owner')", other, user
    )
    page = await visitor.ask("GET", "/account")
    assert ">B<" not in page.text


async def test_an_answer_is_worth_nothing_in_another_browser(
    database: Database, keys: InstanceKeys, provider: Start, visitor: Visitor
) -> None:
    await configure(database, keys, await provider())
    back = await at_the_provider(await visitor.leave())
    thief = Visitor(visitor.http)
    assert (await thief.ask("GET", back)).status_code == 401
    thief.cookies["__Host-chappe-sso"] = "another"
    assert (await thief.ask("GET", back)).status_code == 401
    assert "__Host-chappe" not in thief.cookies


@pytest.mark.parametrize(
    ("email", "verified", "said"),
    [
        (EMAIL, "no", "no verified address"),
        ("owner@elsewhere.example", "yes", "no verified address"),
        ("stranger@shop.example", "yes", "not in this workspace"),
    ],
)
async def test_whom_it_does_not_vouch_for_stays_outside(
    database: Database,
    keys: InstanceKeys,
    provider: Start,
    visitor: Visitor,
    email: str,
    verified: str,
    said: str,
) -> None:
    await configure(database, keys, await provider(email, verified))
    refused: Any = await visitor.ask("GET", await at_the_provider(await visitor.leave()))
    assert refused.status_code == 403
    assert said in refused.text
    assert await database.engine.fetchval("select count(*) from web_session") == 0
