"""The ledger as people look through it: each change of a consent, whose it was, how it came, whether it is
sealed.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from chappe.consent import evidence, repo
from chappe.consent.errors import UnknownConsentEvent
from chappe.consent.evidence import Evidence
from chappe.consent.ledger import repo as ledger
from chappe.consent.ledger.repo import SQL
from chappe.consent.ledger.signing import Checkpoint, fingerprint
from chappe.contacts.names import Called, called
from chappe.contacts.search.typed import read
from chappe.db.pool import Connection

EVENT_ID: Final = "cev"  # the prefix of ids outside
SOURCES: Final = ("import", "inbound", "form", "api", "preferences", "link", "staff")
"""Kinds of source; `staff` is everything else: what colleagues wrote down."""
MOST_COUNTED: Final = 10_000
_NEWEST: Final = 2**63 - 1


class Narrowed(NamedTuple):
    """What the log is narrowed to; None does not narrow. `number` in any spelling, `until` exclusive."""

    purposes: Sequence[str] | None = None
    states: Sequence[str] | None = None
    sources: Sequence[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    number: str | None = None
    contact_id: int | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An event. `phone`: the number of that time, else of today; `words` are what was agreed to. Of who was
    erased nothing is known but what changed and when.
    """

    id: int
    at: datetime
    contact_id: int | None
    phone: int | None
    name: Called | None
    purpose: str
    state: str
    basis: str
    source: str
    words: str | None
    evidence: Evidence | None
    import_id: UUID | None
    inbound_id: int | None
    row_number: int | None
    erased_at: datetime | None
    sealed: bool

    @property
    def kind(self) -> str:
        """Of `SOURCES`."""
        if self.import_id is not None:
            return "import"
        head = self.source.partition(":")[0]
        return head if head in SOURCES else "staff"

    @property
    def origin(self) -> str:
        """The source that a form's link was given: `form:window` came by the one for the window."""
        return self.source.removeprefix("form:") if self.kind == "form" else ""


async def page(
    conn: Connection, workspace_id: int, which: Narrowed, *, sort: str, after: int | None, limit: int
) -> list[Entry]:
    """Up to `limit` events behind `after` in the order of `sort`: `-at`, the newest first, or `at`."""
    newest = sort.startswith("-")
    people = await _people(conn, workspace_id, which)
    start = after if after is not None else _NEWEST if newest else 0
    if not newest and after is None and which.since is not None:
        start = (await conn.fetchval(SQL.since_event, workspace_id, which.since) or 1) - 1
    turns = newest and which.states is not None and "granted" not in which.states
    statement = SQL.log_turns if turns else SQL.log_newest if newest else SQL.log_oldest
    rows = await conn.fetch(
        statement,
        workspace_id,
        start,
        which.purposes,
        which.states,
        which.sources,
        which.since,
        which.until,
        people,
        limit,
    )
    return await _entries(conn, workspace_id, rows)


async def one(conn: Connection, workspace_id: int, event_id: int | None) -> Entry:
    """UnknownConsentEvent."""
    row = None if event_id is None else await conn.fetchrow(SQL.event, workspace_id, event_id)
    if row is None:
        raise UnknownConsentEvent("Nothing of that id is on record.")
    return (await _entries(conn, workspace_id, [row]))[0]


async def withdrawn_since(conn: Connection, workspace_id: int, since: datetime) -> int:
    """How many took a consent back, up to one more than MOST_COUNTED."""
    count: int = await conn.fetchval(SQL.withdrawn_since, workspace_id, since, MOST_COUNTED + 1)
    return count


async def _people(conn: Connection, workspace_id: int, which: Narrowed) -> list[int] | None:
    if which.contact_id is not None:
        return [which.contact_id]
    if which.number is None:
        return None
    ranges = read(which.number, await repo.country(conn, workspace_id)).ranges
    lows, highs = [each.lo for each in ranges], [each.hi for each in ranges]
    return [row["id"] for row in await conn.fetch(SQL.people_of, workspace_id, lows, highs)]


async def _entries(conn: Connection, workspace_id: int, rows: Sequence[Any]) -> list[Entry]:
    keys = [row["wording_id"] for row in rows if row["wording_id"] is not None]
    words = {row["id"]: row["text"] for row in await conn.fetch(SQL.wordings, workspace_id, list(set(keys)))}
    proofs = [row["evidence_id"] for row in rows if row["evidence_id"] is not None]
    told = await evidence.of(conn, workspace_id, proofs) if proofs else {}
    ids = [row["id"] for row in rows]
    waiting = {row["id"] for row in await conn.fetch(SQL.waiting_among, workspace_id, ids)}
    return [
        Entry(
            id=row["id"],
            at=row["at"],
            contact_id=row["contact_id"],
            phone=row["phone"] or row["phone_today"],
            name=None if row["attributes"] is None else called(row["attributes"]),
            purpose=row["purpose"],
            state=row["state"],
            basis=row["basis"],
            source=row["source"],
            words=words.get(row["wording_id"]),
            evidence=told.get(row["evidence_id"]),
            import_id=row["import_id"],
            inbound_id=row["inbound_id"],
            row_number=row["row_number"],
            erased_at=row["erased_at"],
            sealed=row["id"] not in waiting,
        )
        for row in rows
    ]


class FormerKey(NamedTuple):
    """It handed over to the next."""

    fingerprint: str
    since: datetime


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where the ledger stands: `waiting` events are sealed within seconds. `fingerprint`: of the key that the
    workspace signs with, None before the first checkpoint. `former` keys, the last one first.
    """

    events: int
    waiting: int
    seals: int
    checkpoint: Checkpoint | None
    fingerprint: str | None
    public_key: bytes | None
    former: list[FormerKey]


async def standing(conn: Connection, workspace_id: int) -> Standing:
    """Counted from the chain's end, not row by row."""
    found = await ledger.summary(conn, workspace_id)
    keys = await ledger.public_keys(conn, workspace_id)
    public = keys[-1].public_key if keys else None
    return Standing(
        events=found.sealed + found.waiting,
        waiting=found.waiting,
        seals=found.seq,
        checkpoint=await ledger.last_checkpoint(conn, workspace_id),
        fingerprint=None if public is None else fingerprint(public),
        public_key=public,
        former=[FormerKey(fingerprint(each.public_key), each.created_at) for each in keys[-2::-1]],
    )
