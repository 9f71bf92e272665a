"""A contact's history by pages: what they did and what was written, each once, the newest first."""

import random
from datetime import datetime, timedelta
from typing import Any

from chappe.contacts import service as contacts
from chappe.desk import timeline
from chappe.desk.timeline import Kind, Older
from chappe.events import service as events
from chappe.events.model import IncomingEvent


async def test_events_stand_among_the_rest_on_every_page(world: Any, clock: Any) -> None:
    await world.list_of(1)
    here, now, draw = world.workspace_id, clock.now(), random.Random(4)
    # Several at one instant, told in no order: pages must cut between them.
    instants = [now - timedelta(hours=draw.randint(1, 9)) for _ in range(40)]
    async with world.database.engine_transaction() as conn:
        contact_id = await conn.fetchval("select id from contact where workspace_id = $1", here)
        told = [IncomingEvent(name=str(n), at=at, contact_id=contact_id) for n, at in enumerate(instants)]
        await events.record(conn, here, told, now)
        for at in sorted(instants[::5]):  # texts come in the order of their keys
            await conn.execute(
                "insert into inbound (workspace_id, carrier_number, phone, source, destination, body, "
                "fingerprint, session, received_at) "
                "select $1, 1, phone, '', '', '', '', 1, $2 from contact where id = $3", here, at, contact_id
            )  # fmt: skip
        await conn.execute("select ensure_click_month($1::date)", now.date())
        link_id = await conn.fetchval(
            "insert into short_link (workspace_id, made_for, url, prefix) "
            "values ($1, 'hand', 'https://shop.example.com', '') returning id", here
        )  # fmt: skip
        for kind in (1, 2, 3):  # previews and scanners are not the person's
            await conn.executemany(
                "insert into click (id, workspace_id, at, link_id, contact_id, kind) "
                "values ($1, $2, $3, $4, $5, $6)",
                [(n * 10 + kind, here, at, link_id, contact_id, kind) for n, at in enumerate(instants[::3])],
            )
    seen: list[tuple[datetime, Kind, int]] = []
    older: Older | None = None
    async with world.database.transaction(here) as conn:
        contact = await contacts.get_contact(conn, here, contact_id)
        while True:
            page = await timeline.page(conn, here, contact, older=older, limit=7, gate_now=now)
            seen += [(one.at, one.kind, one.id) for one in page.events]
            older = page.older
            if older is None:
                break
    clicked = [(at, key) for at, kind, key in seen if kind is Kind.CLICKED]
    assert len(clicked) == len(set(clicked)) == len(instants[::3])
    did = [(at, key) for at, kind, key in seen if kind is Kind.DID]
    assert len(did) == len(set(did)) == len(instants)
    assert sorted(at for at, _ in did) == sorted(instants)
    assert [at for at, _, _ in seen] == sorted((at for at, _, _ in seen), reverse=True)
    assert sum(kind is Kind.RECEIVED for _, kind, _ in seen) == len(instants[::5])
