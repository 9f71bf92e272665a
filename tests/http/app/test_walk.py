"""Every route there is, asked as nobody, as each role, and with another workspace's ids: never their data.

`walk.toml` has a row for each route; a route without one, or whose guard is not what its row says, fails.
"""

import re
import tomllib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import pytest
from argon2 import PasswordHasher

from chappe.accounts import service as accounts
from chappe.accounts.model import ALL_SCOPES
from chappe.accounts.permissions import Permission, Role, permissions_of
from chappe.api.caller import Needs
from chappe.app.rest import ROUTES
from chappe.app.web import build_app
from chappe.config.settings import Settings
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database
from chappe.kit.clock import SystemClock
from chappe.kit.ids import uuid7

TABLE = tomllib.loads((Path(__file__).parent / "walk.toml").read_text(encoding="utf-8"))
CANARY = "Zanzibar"
PASSWORD = "correct horse battery"
HASH = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
_PARAMETER = re.compile(r"\{(\w+?)(?::\w+)?\}")
# Answers to a browser that has to log in first.
TO_LOGIN = {303, 401}


class Route(NamedTuple):
    method: str
    path: str
    row: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def names_objects(self) -> bool:
        return "{" in self.path


def _rows(kind: str) -> list[Route]:
    return [Route(*name.split(" ", 1), row) for name, row in TABLE[kind].items()]  # type: ignore[arg-type]  # method and path


def _address(route: Route, ids: dict[str, str]) -> str:
    """The route's path with another workspace's ids in it."""
    given = route.row.get("ids", {})

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        return str(given.get(name) or ids[name.removesuffix("_id")])

    return _PARAMETER.sub(fill, route.path)


# ---- the table is whole ----


def _plain(path: str) -> str:
    """Without the types of its parameters."""
    return _PARAMETER.sub(r"{\1}", path)


def _served(app: Any) -> Iterator[tuple[str, Any]]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            path = _plain(route.path)
            for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"}):
                yield f"{method} {path}", handler


@pytest.fixture
def pages(database: Database, keys: InstanceKeys, tmp_path: Path) -> dict[str, Any]:
    """Handlers of pages by method and path."""
    app = build_app(Settings(home=tmp_path), database, keys, SystemClock())
    return {
        name: handler
        for name, handler in _served(app.routing)
        if not name.split(" ")[1].startswith(("/v1", "/static", "/docs"))
        and any(kind in handler.opt for kind in ("public", "anybody", "permission"))
    }


def test_every_page_has_its_row_and_asks_what_the_row_says(pages: dict[str, Any]) -> None:
    table = {route.name: route.row for route in _rows("pages")}
    assert set(pages) - set(table) == set(), "give these pages a row in tests/http/app/walk.toml"
    assert set(table) - set(pages) == set(), "these rows have no page"
    asked = {name: handler.opt.get("permission") for name, handler in pages.items()}
    assert asked == {name: row.get("needs") for name, row in table.items()}
    assert {name for name, handler in pages.items() if handler.opt.get("public")} == {
        name for name, row in table.items() if row.get("public")
    }


def test_every_address_of_the_api_has_its_row_and_asks_what_the_row_says() -> None:
    served = {}
    for handler in ROUTES:
        for path in handler.paths:  # type: ignore[union-attr]  # every one is a handler
            scopes = [guard.scope for guard in handler.guards or () if isinstance(guard, Needs)]  # type: ignore[union-attr]  # as above
            for method in handler.http_methods - {"OPTIONS", "HEAD"}:  # type: ignore[union-attr]  # as above
                served[f"{method} /v1{_plain(path)}"] = scopes
    assert served == {route.name: [route.row["scope"]] for route in _rows("api")}


# ---- pages ----


class Person:
    """Somebody with a browser without scripts, or nobody."""

    def __init__(self, http: httpx.AsyncClient, role: Role | None) -> None:
        self.role = role
        self._http = http
        self._cookies: dict[str, str] = {}

    def may(self, permission: str | None) -> bool:
        return permission is None or (self.role is not None and permission in permissions_of(self.role))

    async def log_in(self, email: str) -> None:
        await self.ask("GET", "/login")
        answer = await self.ask("POST", "/login", {"email": email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text

    async def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> httpx.Response:
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"accept": "text/html", "cookie": cookie}
        data = None
        if method != "GET":
            data = {"_csrf_token": self._cookies.get("__Host-chappe-csrf", "")} | (form or {})
        async with self._http.stream(method, path, data=data, headers=headers) as answer:
            if "text/event-stream" not in answer.headers.get("content-type", ""):
                await answer.aread()
            for line in answer.headers.get_list("set-cookie"):
                name, _, value = line.split(";")[0].partition("=")
                self._cookies[name] = value.strip('"')
        return answer


@asynccontextmanager
async def _people(server: Any) -> AsyncIterator[list[Person]]:
    """One person of each role in our workspace, and nobody."""
    async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=60) as http:
        people = [Person(http, role) for role in Role]
        for person in people:
            await _join(server, person)
        nobody = Person(http, None)
        await nobody.ask("GET", "/login")
        yield [*people, nobody]


async def _join(server: Any, person: Person) -> UUID:
    user_id, email = uuid7(), f"{person.role}@example.org"
    async with server.database.engine_transaction() as conn:
        await conn.execute(
            "insert into user_account (id, email, name, password_hash) values ($1, $2, $3, $4)",
            user_id,
            email,
            f"The {person.role}",
            HASH,
        )
        await conn.execute(
            "insert into membership (workspace_id, user_id, role) values ($1, $2, $3)",
            server.workspace_id,
            user_id,
            person.role,
        )
    await person.log_in(email)
    return user_id


def _wrong(route: Route, person: Person, answer: httpx.Response) -> str | None:
    """What is wrong with this answer, in words; None when it is as it must be."""
    row, status = route.row, answer.status_code
    allowed: set[int]
    if row.get("public"):
        allowed = set(range(200, 500))
    elif person.role is None:
        allowed = TO_LOGIN if route.method == "GET" else TO_LOGIN | {403}
    elif not person.may(row.get("needs")):
        allowed = {403}
    elif route.names_objects:
        allowed = {row.get("found", 404)}
    elif route.method == "GET":
        allowed = {row.get("found", 200)}
    else:
        # An empty form: whatever the page says to it, it is no failure of ours.
        allowed = set(range(200, 500))
    if status not in allowed:
        return f"{route.name} as {person.role or 'nobody'}: {status}, wanted {sorted(allowed)[:3]}"
    if not answer.is_stream_consumed or CANARY not in answer.text:
        return None
    return f"{route.name} as {person.role or 'nobody'}: shows what is theirs"


async def test_no_page_shows_or_changes_what_is_anothers(server: Any, theirs: Any) -> None:
    before = await theirs.rows()
    wrong = []
    async with _people(server) as people:
        for route in _rows("pages"):
            # Logging out ends the walk of those who walk.
            if route.name == "POST /logout":
                continue
            address = _address(route, theirs.ids)
            for person in people:
                answer = await person.ask(route.method, address, route.row.get("form"))
                wrong.append(_wrong(route, person, answer))
    assert [each for each in wrong if each] == []
    assert await theirs.rows() == before


# ---- the API ----


def _body(route: Route, ids: dict[str, str]) -> Any:
    """The JSON of the row, with their ids."""

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: filled(each) for name, each in value.items()}
        if isinstance(value, list):
            return [filled(each) for each in value]
        return _PARAMETER.sub(lambda match: ids[match[1]], value) if isinstance(value, str) else value

    return filled(route.row["body"]) if "body" in route.row else None


async def test_no_address_of_the_api_shows_or_changes_what_is_anothers(server: Any, theirs: Any) -> None:
    before = await theirs.rows()
    wrong = []
    async with server.client() as ours, server.client("") as nobody, server.client("chp_live_x") as unknown:
        for route in _rows("api"):
            address, body = _address(route, theirs.ids), _body(route, theirs.ids)
            for client in (nobody, unknown):
                answer = await client.request(route.method, address, json=body)
                wrong.append(None if answer.status_code == 401 else f"{route.name}: {answer.status_code}")
            answer = await ours.request(route.method, address, json=body)
            if route.names_objects and answer.status_code != route.row.get("found", 404):
                wrong.append(f"{route.name}: {answer.status_code} {answer.text[:200]}")
            if answer.status_code >= 500 or CANARY in answer.text:
                wrong.append(f"{route.name}: {answer.status_code} {answer.text[:200]}")
    assert [each for each in wrong if each] == []
    assert await theirs.rows() == before


async def test_a_key_opens_what_its_scopes_say(server: Any, theirs: Any) -> None:
    """With every scope but the one that the row names: 403, whatever the address holds."""
    wrong = []
    for scope in sorted(ALL_SCOPES):
        async with server.database.engine_transaction() as conn:
            key = await accounts.create_key(conn, server.workspace_id, scope, scopes=ALL_SCOPES - {scope})
        async with server.client(key.key) as client:
            for route in _rows("api"):
                if route.row["scope"] != scope:
                    continue
                address, body = _address(route, theirs.ids), _body(route, theirs.ids)
                answer = await client.request(route.method, address, json=body)
                if answer.status_code != 403:
                    wrong.append(f"{route.name} without {scope}: {answer.status_code}")
    assert wrong == []


def test_permissions_of_the_table_exist() -> None:
    known = set(Permission)
    assert {route.row["needs"] for route in _rows("pages") if "needs" in route.row} <= known
