"""Plans of the lists of contacts on a workspace that is not small: none reads a whole table."""

import json
import re
from datetime import UTC, datetime

import pytest

from chappe.bench import history
from chappe.carriers import service as carriers
from chappe.carriers.model import SenderKind
from chappe.consent import history as consent_history
from chappe.contacts import lists
from chappe.contacts.search import finding
from chappe.contacts.search.finding import Narrowed, Order
from chappe.db.pool import Connection, Database
from chappe.db.statements import load_statements

LARGE = {
    "contact", "contact_search", "contact_word", "contact_event", "list_member", "consent", "consent_event",
    "message", "message_state", "inbound",
}  # fmt: skip
PEOPLE = 20_000
CASES = [
    Narrowed(),
    Narrowed(text="m"),
    Narrowed(text="mar"),
    Narrowed(text="zoe bon"),
    Narrowed(text="06 00"),
    Narrowed(text="0042"),
    Narrowed(countries=("GB",)),
    Narrowed(states=(2,)),
    Narrowed(consent=("granted",)),
    Narrowed(consent=("withdrawn",)),
    Narrowed(consent=("none",)),
]


class Watched:
    """A connection that explains each statement before it runs it, and keeps what was read whole."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self.whole: list[str] = []

    async def execute(self, statement: str, *arguments: object) -> str:
        return await self._conn.execute(statement, *arguments)

    async def fetch(self, statement: str, *arguments: object) -> list[object]:
        await self._explain(statement, arguments)
        return await self._conn.fetch(statement, *arguments)

    async def fetchval(self, statement: str, *arguments: object) -> object:
        await self._explain(statement, arguments)
        return await self._conn.fetchval(statement, *arguments)

    async def _explain(self, statement: str, arguments: tuple[object, ...]) -> None:
        plan = await self._conn.fetchval(f"explain (format json) {statement}", *arguments)
        text = json.dumps(plan)
        found = re.findall(r'"Node Type": "Seq Scan"[^}]*?"Relation Name": "(\w+)"', text)
        name = statement.strip().splitlines()[0]
        self.whole += [f"{table}: {name}" for table in found if re.sub(r"_\d{8}$", "", table) in LARGE]


@pytest.fixture
async def here(database: Database) -> int:
    async with database.engine_transaction() as conn:
        key: int = await conn.fetchval("insert into workspace (name) values ('ACME') returning id")
        sender = await carriers.create_sender(conn, key, address="36180", kind=SenderKind.SHORT_CODE)
    today = datetime.now(UTC).date()
    await history.fill(database, key, sender.id, today, contacts=PEOPLE, messages=2 * PEOPLE)
    return key


async def test_no_list_reads_a_whole_table(database: Database, here: int) -> None:
    watched: list[str] = []
    for which in CASES:
        for order in Order:
            async with database.transaction(here) as conn:
                watcher = Watched(conn)
                search = await finding.prepare(watcher, here, which, "FR")  # type: ignore[arg-type]  # watches one
                found = await finding.page(watcher, here, search, order, None, 51)  # type: ignore[arg-type]  # as above
                await finding.count(watcher, here, search)  # type: ignore[arg-type]  # as above
                await finding.consents(watcher, here, [each.contact.id for each in found])  # type: ignore[arg-type]  # as above
                watched += watcher.whole
    assert sorted(set(watched)) == []


async def test_no_part_of_a_contact_reads_a_whole_table(database: Database, here: int) -> None:
    async with database.transaction(here) as conn:
        watcher = Watched(conn)
        row = await conn.fetchrow("select id, phone from contact order by id limit 1 offset 4000")
        assert row is not None
        await lists.of_contact(watcher, here, row["id"])  # type: ignore[arg-type]  # watches a connection
        await consent_history.proofs(watcher, here, row["id"])  # type: ignore[arg-type]  # as above
        await consent_history.suppressions(watcher, here, row["phone"])  # type: ignore[arg-type]  # as above
        statements = load_statements("chappe.contacts")
        await watcher.fetch(statements.events_of_contact, here, row["id"], None, 30)
        await finding.countries(watcher, here)  # type: ignore[arg-type]  # as above
    assert watcher.whole == []
