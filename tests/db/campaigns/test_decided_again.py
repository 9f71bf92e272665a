"""A recorded campaign, decided again on the same data at the same instant, gives the same answers."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from chappe.campaigns import service
from chappe.gate.law import law_of
from chappe.gate.model import Code
from chappe.gate.rulings import of_runs, rulings_of
from chappe.gate.service import Asked, Gate, groups_of_contacts, recipients_of_phones, sender_facts
from chappe.messages.model import Purpose

FIRST = 33600000001
FLORIDA, GERMANY = 13055550001, 4915100000001


async def people(world) -> list[UUID]:
    """Of every kind, in several places."""
    lists = [
        await world.list_of(6),
        await world.list_of(2, first=FIRST + 20, granted=False),
        await world.list_of(2, first=FIRST + 30, zones="Asia/Tokyo"),
        await world.list_of(2, first=FIRST + 40, zones="Pacific/Auckland"),
        await world.list_of(1, first=FIRST + 50, zones="Europe/Atlantis"),
        await world.list_of(2, first=FLORIDA, zones="America/New_York"),
        await world.list_of(2, first=GERMANY, zones="Europe/Berlin"),
    ]
    await world.suppress(FIRST)
    await world.suppress(FIRST + 1, "all")
    execute = world.database.engine.execute
    await execute("update contact set state = 2 where phone = $1", FIRST + 2)
    await execute("update contact set state = 3 where phone = $1", FIRST + 3)
    await execute("delete from carrier_price")
    return lists


def as_array(numbers: Iterable[int]) -> str:
    return f"{{{','.join(map(str, numbers))}}}"


async def test_the_same_answers_with_the_same_rules(world, sent, planner_of, clock) -> None:
    at = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
    clock.set(at)
    lists = await people(world)
    campaign = await sent(*lists, body="Hello, 20% off. STOP 38200")
    await planner_of(row_size=5).plan_due_runs()
    clock.advance(40 * 86_400)

    async with world.database.engine_transaction() as conn:
        rows = await conn.fetch("select phone, contact_id, decision from message order by phone")
        rulings = await rulings_of(conn, [row["decision"] for row in rows])
        sender = (await sender_facts(conn, world.workspace_id, [world.short_code]))[world.short_code]
        asked = Asked(Purpose.MARKETING, sender, gate_now=at, real_now=at, to_contacts=True)
        gate = Gate(asked, await law_of(conn, world.workspace_id))
        phones = [row["phone"] for row in rows]
        alone = await recipients_of_phones(conn, world.workspace_id, phones)
        columns = (as_array(row["contact_id"] for row in rows), as_array(phones))
        groups = await groups_of_contacts(conn, world.workspace_id, *columns, [])
        shares = await of_runs(conn, world.workspace_id, campaign.runs)
        found = await service.get(conn, world.workspace_id, campaign.id)
    stored = {row["phone"]: rulings[row["decision"]][:2] for row in rows}

    again = {one.phone: gate.decide(one, priced=True) for one in alone}
    assert {phone: (one.code, one.rule) for phone, one in again.items()} == stored
    together = {
        phone: decision
        for group in groups
        for decision, part in gate.decide_group(group, None)
        for phone in part.phones
    }
    assert together == again
    assert {code for code, _ in stored.values()} >= {
        Code.SEND, Code.DEFERRED_HOURS, Code.SUPPRESSED, Code.NO_CONSENT, Code.CONTACT_BLOCKED,
        Code.CONTACT_ARCHIVED, Code.NO_COMMON_HOUR,
    }  # fmt: skip
    # And it is no answer by heart: other data, another answer, for the one whom it is about.
    await world.suppress(FIRST + 4)
    async with world.database.engine_transaction() as conn:
        later = await recipients_of_phones(conn, world.workspace_id, phones)
    differs = {one.phone for one in later if gate.decide(one, priced=True) != again[one.phone]}
    assert differs == {FIRST + 4}
    assert sum(share.n for share in shares) == len(rows) == found.total
    waiting = {rule for code, rule in stored.values() if code is Code.DEFERRED_HOURS}
    assert waiting
    assert None not in waiting
