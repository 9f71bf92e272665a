"""A contact that is blocked, archived or given another number between planning and dispatch."""

from pathlib import Path

from tests.ground import FIRST_PHONE

from chappe.contacts import events
from chappe.contacts.events import By, Deed
from chappe.lab import checks
from chappe.messages.model import Purpose

LAB = '[[carriers]]\nname = "alpha"\nreceipts.delay = 0.02\n'
WHO = By(None, "Ana")


async def contacts_of(ground, count: int, run) -> list[int]:
    rows = await ground.db.engine.fetch(
        "insert into contact (workspace_id, phone, zones) select $1, $2::bigint + n, 'Europe/Paris'"
        " from generate_series(0, $3::integer - 1) n on conflict (workspace_id, phone)"
        " do update set zones = excluded.zones returning id",
        ground.workspace, FIRST_PHONE, count,
    )  # fmt: skip
    await ground.db.engine.execute(
        "update message m set contact_id = c.id from contact c where c.workspace_id = m.workspace_id"
        " and c.phone = m.phone and m.id >= $1 and m.id < $1 + $2",
        run.lo, count,
    )  # fmt: skip
    return sorted(row["id"] for row in rows)


async def test_who_is_blocked_after_the_plan_is_left_alone(ground, lab_of, tmp_path: Path) -> None:
    async with lab_of(LAB, tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address)
        offers = await ground.add_run(5)
        order = await ground.add_run(5, purpose=Purpose.TRANSACTIONAL)
        ids = await contacts_of(ground, 5, offers)
        await contacts_of(ground, 5, order)
        async with ground.db.transaction(ground.workspace) as conn:
            await events.turn(conn, ground.workspace, ids[:1], Deed.BLOCKED, WHO)
            await events.turn(conn, ground.workspace, ids[1:3], Deed.ARCHIVED, WHO)
            await events.turn(conn, ground.workspace, ids[2:3], Deed.RESTORED, WHO)
            await conn.execute("update contact set phone = phone + 100 where id = $1", ids[3])
        async with ground.sending():
            await ground.until(lambda: settled(ground, offers, order))
    sent = checks.submits_per_part(tmp_path / "lab.log")
    times = [sum(n for (number, _), n in sent.items() if number == str(FIRST_PHONE + at)) for at in range(5)]
    # Blocked: neither; archived or of another number: the order alone; restored and untouched: both.
    assert times == [0, 1, 2, 1, 2]


async def settled(ground, *runs) -> bool:
    return not any([(await ground.states(run))[None] or await ground.chunks(run) for run in runs])
