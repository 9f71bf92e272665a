"""Blocks that are packed by hand are the rows that the driver would have written."""

from datetime import UTC, datetime, timedelta

from chappe.gate.model import Code
from chappe.messages import service as messages
from chappe.messages.model import MessageState, NewBlock, first_id_of_day

NOW = datetime.now(UTC).replace(microsecond=123456)
BASE = first_id_of_day(NOW.date()) + 1


def block(place: int, **changes: object) -> NewBlock:
    one = NewBlock(
        BASE + place, 1, 7, 5, 0, 1, Code.SEND, None, [33600000001, 33600000002], [11, 12], ["Héllo", "☃ €"],
        None,
    )  # fmt: skip
    return one._replace(**changes)


async def test_what_is_written(world) -> None:
    expires_at = NOW + timedelta(hours=3)
    blocks = [
        block(0, expires_at=expires_at),
        block(2, encoding=8, parts=3, decision=Code.DEFERRED_HOURS),
        block(4, parts=0, decision=Code.NO_CONSENT, bodies=None, reason="no_consent"),
        block(6, parts=0, decision=Code.CONTACT_GONE, bodies=None, contact_ids=None, reason="contact_gone"),
    ]
    async with world.database.engine_transaction() as conn:
        await messages.copy_blocks(conn, blocks, [], NOW)
        rows = await conn.fetch(
            "select id, workspace_id, phone, contact_id, run_id, sender_id, purpose, encoding, parts, "
            "decision, body, reference, expires_at from message order by id"
        )
        states = await conn.fetch(
            "select id, workspace_id, state, reason, done_at from message_state order by id"
        )
        assert await conn.fetchval("select bool_and(created_at = now()) from message")
    shared = (1, 33600000001, 11, 7, None, 5)
    other = (1, 33600000002, 12, 7, None, 5)
    gone = (1, 33600000001, None, 7, None, 5)
    assert [tuple(row) for row in rows] == [
        (BASE, *shared, 0, 1, 0, "Héllo", None, expires_at),
        (BASE + 1, *other, 0, 1, 0, "☃ €", None, expires_at),
        (BASE + 2, *shared, 8, 3, 1, "Héllo", None, None),
        (BASE + 3, *other, 8, 3, 1, "☃ €", None, None),
        (BASE + 4, *shared, 0, 0, 21, None, None, None),
        (BASE + 5, *other, 0, 0, 21, None, None, None),
        (BASE + 6, *gone, 0, 0, 24, None, None, None),
        (BASE + 7, 1, 33600000002, None, 7, None, 5, 0, 0, 24, None, None, None),
    ]
    assert [tuple(row) for row in states] == [
        (BASE + at, 1, MessageState.SKIPPED, "no_consent" if at < 6 else "contact_gone", NOW)
        for at in range(4, 8)
    ]
