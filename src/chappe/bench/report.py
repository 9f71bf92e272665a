"""The report of one large campaign, over HTTP and signed in: its overview, tabs and files, and how long
the worker takes to count what is told by country, carrier and hour.
"""

import time
from typing import Any, Final

import uvloop

from chappe.bench.pages import asked, fill, first, signed_in_client
from chappe.bench.place import place
from chappe.campaigns.reports.counting import count_changed
from chappe.db.open import open_database
from chappe.db.pool import Database
from chappe.kit.clock import SystemClock

PEOPLE: Final = 1_000_000

# One in twelve clicks, half of them in the first hours, and one more in fifty is opened by programs alone.
_CLICKS: Final = """
insert into message_click (message_id, workspace_id, run_id, contact_id, first_at, human_at)
select m.id, m.workspace_id, m.run_id, m.contact_id, m.created_at + interval '1 second',
    case when m.id % 12 = 5 then m.created_at + (1 + m.id % 71) * (1 + m.id % 71) * interval '1 minute' end
from message as m where m.run_id is not null and (m.id % 12 = 5 or m.id % 50 = 7)
"""
_MINUTES: Final = """
insert into run_minute (workspace_id, run_id, minute, state, n)
select m.workspace_id, m.run_id,
    date_trunc('minute', m.created_at) + (m.id / 50000 % 20) * interval '1 minute', s.state, count(*)
from message as m join message_state as s on s.id = m.id where m.run_id is not null group by 1, 2, 3, 4
"""
_ANSWERS: Final = """
update inbound as i set answers = m.id, matched = true from message as m
where m.phone = i.phone and m.run_id is not null and m.workspace_id = i.workspace_id
"""
# One in a hundred buys, a tenth of them twice.
_ORDERS: Final = """
insert into conversion (workspace_id, run_id, message_id, contact_id, goal, by, amount, currency, at)
select m.workspace_id, m.run_id, m.id, m.contact_id, 'Order Completed', 'click', 20 + m.id % 90, 'EUR',
    m.created_at + n * interval '3 hours'
from message as m cross join generate_series(1, 2) as n
where m.run_id is not null and m.id % 100 = 5 and (n = 1 or m.id % 1000 = 5)
"""
_SOLD: Final = """
insert into run_conversion (workspace_id, run_id, goal, currency, n, people, amount, refunded)
select workspace_id, run_id, goal, currency, count(*), count(distinct contact_id), sum(amount), sum(refunded)
from conversion where run_id is not null group by 1, 2, 3, 4
"""
_TABS: Final = (
    "", "/recipients/delivered", "/recipients/failed", "/recipients/clicked", "/recipients/converted",
    "/report/country", "/report/audience",
)  # fmt: skip


def run(people: int = PEOPLE) -> dict[str, Any]:
    """p50 and p95 in milliseconds of each page of a campaign to so many."""
    return uvloop.run(_run(people))


async def _run(people: int) -> dict[str, Any]:
    with place() as settings:
        async with open_database(settings, exclusive=True) as db:
            await _fill(db, people)
            started = time.perf_counter()
            await count_changed(db, SystemClock())
            counted = time.perf_counter() - started
            async with signed_in_client(settings) as http:
                at = await first(http, "/campaigns", r'href="(/campaigns/cmp_\w+)"')
                pages = {tab or "/": await asked(http, at + tab) for tab in _TABS}
        return {"messages": people, "counted_in_s": round(counted, 2), "pages": pages}


async def _fill(db: Database, people: int) -> None:
    await fill(db, people, messages=people, campaigns=1)
    for statement in (_CLICKS, _MINUTES, _ANSWERS, _ORDERS, _SOLD):
        await db.engine.execute(statement)
    conn = await db.connection()
    try:
        await conn.execute("vacuum analyze")
    finally:
        await conn.close()
