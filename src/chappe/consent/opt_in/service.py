"""Use cases on questions that wait for a yes. Nothing here commits; a STOP always wins over a question."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from asyncpg import Record

from chappe.consent import repo as brands
from chappe.consent.evidence import BY_SMS, Evidence
from chappe.consent.model import BY_TEXT, ConsentState, InboundText
from chappe.consent.opt_in.model import REMINDED_AFTER, Settings, UnknownVersion, Version, Waiting
from chappe.consent.opt_in.texts import Kind, filled, text_of, whole
from chappe.consent.topics import holding
from chappe.consent.topics import service as topics
from chappe.consent.topics.holding import Change
from chappe.consent.topics.model import Topic
from chappe.db.pool import Connection
from chappe.db.statements import load_statements

SQL = load_statements("chappe.consent.opt_in")

CONFIRMED = "confirmed"
"""The source of the second step: a yes by text."""
_MOST_VERSIONS = 100


async def settings(conn: Connection, workspace_id: int) -> Settings:
    row = await conn.fetchrow(SQL.settings, workspace_id)
    return Settings() if row is None else msgspec.convert(dict(row), Settings)


async def save_settings(conn: Connection, workspace_id: int, wanted: Settings) -> int:
    """The version of the texts from now on; the one of `wanted` says nothing."""
    return int(
        await conn.fetchval(
            SQL.save_settings,
            workspace_id,
            wanted.sender_id,
            list(wanted.countries),
            wanted.texts,
            whole(wanted.texts),
        )
    )


async def versions(conn: Connection, workspace_id: int) -> list[Version]:
    """Those that people were ever asked in, the newest first."""
    rows = await conn.fetch(SQL.versions, workspace_id, _MOST_VERSIONS)
    return [msgspec.convert(dict(row), Version) for row in rows]


async def version(conn: Connection, workspace_id: int, number: int) -> Version:
    """Raises UnknownVersion."""
    row = await conn.fetchrow(SQL.version, workspace_id, number)
    if row is None:
        raise UnknownVersion("These texts had no such version.")
    return msgspec.convert(dict(row), Version)


async def ask(conn: Connection, workspace_id: int, question: Waiting) -> str | None:
    """The text to send; None when this number has been asked and its question still waits, with these topics
    on it now. The person's consent to them is pending meanwhile.
    """
    await conn.execute(SQL.forget_over, workspace_id, question.phone, question.asked_at)
    chosen = await _topics(conn, workspace_id, question.words)
    said = await text(conn, workspace_id, Kind.QUESTION, chosen, question.language)
    now = (await settings(conn, workspace_id)).version
    asked = await conn.fetchval(
        SQL.ask, workspace_id, question.phone, question.contact_id, list(question.words), question.language,
        question.sender_id, question.basis, question.source, question.wording_id, question.evidence_id,
        question.form_id, question.asked_at, question.expires_at, said, now,
    )  # fmt: skip
    how = Change(
        basis=question.basis,
        source=question.source,
        wording_id=question.wording_id,
        evidence_id=question.evidence_id,
    )
    await holding.turn(
        conn, workspace_id, question.contact_id, question.phone, question.words, ConsentState.PENDING, how
    )
    return said if asked else None


async def reminder(conn: Connection, workspace_id: int, question: Waiting) -> str:
    """The question once more, in the person's language."""
    chosen = await _topics(conn, workspace_id, question.words)
    return await text(conn, workspace_id, Kind.REMINDER, chosen, question.language)


async def text(
    conn: Connection, workspace_id: int, kind: Kind, chosen: Sequence[Topic], language: str
) -> str:
    """A text of the workspace, filled in."""
    own = (await settings(conn, workspace_id)).texts
    brand = await brands.brand(conn, workspace_id)
    return filled(text_of(own, language, kind), brand.name, chosen, language)


async def waiting(conn: Connection, workspace_id: int, replies: Mapping[int, datetime]) -> set[int]:
    """The numbers for which a yes or a no counts; `replies`: number → when it came."""
    if not replies:
        return set()
    rows = await conn.fetch(SQL.waiting, workspace_id, list(replies), list(replies.values()))
    return {row["phone"] for row in rows}


async def confirm(conn: Connection, workspace_id: int, item: InboundText) -> tuple[Waiting, str] | None:
    """A yes: the topics are theirs, with both steps as proof. The question that was answered and the welcome
    to send; None when it was answered before.
    """
    found = await _take(conn, workspace_id, item.phone)
    if found is None:
        return None
    both = Evidence(
        channel=BY_SMS,
        raw=item.text,
        to=item.destination,
        page=f"asked {found.asked_at.isoformat()}",
        question=found.question,
        question_version=str(found.version) if found.version else "",
        language=found.language,
    )
    how = Change(
        basis=found.basis,
        source=f"{found.source}, {CONFIRMED}",
        wording_id=found.wording_id,
        evidence=both,
        inbound_id=item.inbound_id,
    )
    await holding.turn(
        conn, workspace_id, found.contact_id, found.phone, found.words, ConsentState.GRANTED, how
    )
    chosen = await _topics(conn, workspace_id, found.words)
    return found, await text(conn, workspace_id, Kind.WELCOME, chosen, found.language)


async def decline(conn: Connection, workspace_id: int, item: InboundText) -> None:
    """A no: nothing waits any more, and nothing is held against who might change their mind."""
    found = await _take(conn, workspace_id, item.phone)
    if found is not None:
        said = Evidence(channel=BY_SMS, raw=item.text, to=item.destination)
        how = Change(basis=found.basis, source=BY_TEXT, evidence=said, inbound_id=item.inbound_id)
        await _clear(conn, workspace_id, found, how)


async def close(conn: Connection, workspace_id: int, phones: Sequence[int]) -> None:
    """These people said STOP: before it, nothing was theirs."""
    for row in await conn.fetch(SQL.close, workspace_id, phones) if phones else ():
        found = msgspec.convert(dict(row), Waiting)
        await _clear(conn, workspace_id, found, Change(basis=found.basis, source=BY_TEXT))


async def of_phone(conn: Connection, workspace_id: int, phone: int, at: datetime) -> Waiting | None:
    """The question that waits for this number."""
    row = await conn.fetchrow(SQL.of_contact, workspace_id, phone, at)
    return None if row is None else msgspec.convert(dict(row), Waiting)


async def take_unanswered(conn: Connection, now: datetime, most: int) -> list[tuple[int, Waiting]]:
    """Questions to repeat, with their workspaces: each is given out once. As the owner."""
    return _by_workspace(await conn.fetch(SQL.remind, now, now - REMINDED_AFTER, most))


async def expire(conn: Connection, now: datetime, most: int) -> int:
    """End questions that are over; how many. As the owner."""
    over = _by_workspace(await conn.fetch(SQL.expire, now, most))
    for workspace_id, found in over:
        await _clear(conn, workspace_id, found, Change(basis=found.basis, source="expired"))
    return len(over)


async def _clear(conn: Connection, workspace_id: int, found: Waiting, how: Change) -> None:
    await holding.turn(conn, workspace_id, found.contact_id, found.phone, found.words, ConsentState.NONE, how)


async def _take(conn: Connection, workspace_id: int, phone: int | None) -> Waiting | None:
    row = await conn.fetchrow(SQL.take, workspace_id, phone)
    return None if row is None else msgspec.convert(dict(row), Waiting)


async def _topics(conn: Connection, workspace_id: int, words: Sequence[str]) -> list[Topic]:
    known = await topics.topics(conn, workspace_id, archived=True)
    return [each for each in known if each.word in words]


def _by_workspace(rows: Sequence[Record]) -> list[tuple[int, Waiting]]:
    found = []
    for row in rows:
        values = dict(row)
        workspace_id = values.pop("workspace_id")
        assert isinstance(workspace_id, int)
        found.append((workspace_id, msgspec.convert(values, Waiting)))
    return found
