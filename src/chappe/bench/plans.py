"""The plans of what the pages of `chappe bench pages` ask: each statement as the page asked it, explained in
the web role under its policies, on a database that is not small.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx
import uvloop

import chappe
from chappe.app.listening import listening_socket
from chappe.app.serving import run_web
from chappe.bench.pages import CONTACTS, PAGES, first, signed_in
from chappe.bench.pages import fill as fill_workspace
from chappe.bench.place import place
from chappe.config.secret import secret_key
from chappe.config.settings import Settings
from chappe.db.keys import InstanceKeys
from chappe.db.open import open_database
from chappe.db.pool import Database
from chappe.db.statements import load_statements
from chappe.kit.clock import SystemClock

__all__ = ["CONTACTS", "Plan", "run"]

# Tables that grow with contacts and messages: a plan is kept when it reads one.
LARGE: Final = (
    "contact", "contact_search", "contact_word", "contact_event", "list_member", "consent", "message",
    "inbound", "suppression",
)  # fmt: skip


# They stop early, however large the table: at the first row, and at one more than is counted.
STOPPING: Final = frozenset({"desk.first_steps", "consent.held_count"})


class Plan(NamedTuple):
    """Of one statement of one page. `name` is the statement's: `contacts.contacts_by_name`."""

    page: str
    name: str
    lines: tuple[str, ...]

    @property
    def reads_whole(self) -> bool:
        """Whether it reads a large table from one end to the other."""
        if self.name in STOPPING:
            return False
        return any("Seq Scan on " in line and _is_large(line.split(" on ")[1]) for line in self.lines)


def run(people: int) -> list[Plan]:
    """Plans of every page that reads a large table, of so many contacts and twice the messages."""
    return uvloop.run(_run(people))


async def _run(people: int) -> list[Plan]:
    with place() as settings:
        async with open_database(settings, exclusive=True) as db:
            workspace = await fill_workspace(db, people)
            async with _served(settings, db) as http, _heard(db) as asked:
                return await _plans(db, workspace, http, asked)


@asynccontextmanager
async def _served(settings: Settings, db: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A client that has logged in to the pages of this very process."""
    listener, stop = listening_socket(settings), asyncio.Event()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    keys = InstanceKeys.derive(secret_key(settings))
    serving = asyncio.create_task(run_web(settings, db, keys, SystemClock(), listener, stop))
    try:
        async with httpx.AsyncClient(
            base_url=url, trust_env=False, timeout=60, headers={"accept": "text/html"}
        ) as http:
            http.headers["cookie"] = await signed_in(http)
            yield http
    finally:
        stop.set()
        await serving


@asynccontextmanager
async def _heard(db: Database) -> AsyncIterator[list[tuple[str, tuple[object, ...]]]]:
    """What the web role asks, in order, with its values; to be cleared between pages."""
    asked: list[tuple[str, tuple[object, ...]]] = []

    def hear(query: Any) -> None:
        if query.exception is None:
            asked.append((query.query, tuple(query.args or ())))

    async with AsyncExitStack() as stack:
        # All of them at once, so that none is left out; they go on hearing when they are back in the pool.
        connections = [
            await stack.enter_async_context(db.web.acquire()) for _ in range(db.web.get_max_size())
        ]
        for connection in connections:
            connection.add_query_logger(hear)
    yield asked


async def _plans(
    db: Database, workspace: int, http: httpx.AsyncClient, asked: list[tuple[str, tuple[object, ...]]]
) -> list[Plan]:
    names = dict(_statements())
    known = {
        "contact": await first(http, "/contacts?q=marti", r'href="(/contacts/con_\w+)"'),
        "list": await first(http, "/lists?q=everybody", r'href="(/lists/lst_\w+)"'),
    }
    found: list[Plan] = []
    for page, path in PAGES.items():
        asked.clear()
        (await http.get(path.format(**known))).raise_for_status()
        for transaction in _transactions(asked):
            found += await _explained(db, workspace, page, transaction, names)
    return found


async def _explained(
    db: Database,
    workspace: int,
    page: str,
    statements: Sequence[tuple[str, tuple[object, ...]]],
    names: Mapping[str, str],
) -> list[Plan]:
    """The plans of one transaction: what it sets for itself is set again before what follows."""
    found: list[Plan] = []
    async with db.transaction(workspace) as conn:
        for text, values in statements:
            if "set_config(" in text or text.lower().startswith("set local"):
                await conn.execute(text, *values)
            elif text in names:
                rows = await conn.fetch(f"explain (costs off) {text}", *values)
                found.append(Plan(page, names[text], tuple(row[0] for row in rows)))
    return [plan for plan in found if any(_is_large(line.rpartition(" on ")[2]) for line in plan.lines)]


def _transactions(
    asked: Sequence[tuple[str, tuple[object, ...]]],
) -> list[list[tuple[str, tuple[object, ...]]]]:
    """What was asked, cut where a transaction begins."""
    found: list[list[tuple[str, tuple[object, ...]]]] = []
    for text, values in asked:
        if text.startswith("BEGIN") or not found:
            found.append([])
        found[-1].append((text, values))
    return found


def _is_large(table: str) -> bool:
    """`table`: what stands after "on" in a plan; the ledger's days are `message_20260310`."""
    name = table.split(" ")[0]
    return name.rstrip("0123456789").rstrip("_") in LARGE


def _statements() -> Iterator[tuple[str, str]]:
    """Text and name of every statement of every room."""
    top = Path(chappe.__path__[0])
    for file in sorted(top.rglob("queries.sql")):
        room = ".".join(file.parent.relative_to(top).parts)
        statements = load_statements(f"chappe.{room}")
        for name in statements.names():
            yield getattr(statements, name), f"{room}.{name}"
