"""Counting segments: what the compiler writes against the same question written by hand, on people who have
done ten things each in a year.

Each pair is asked in alternation, after one round that nobody counts.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import uvloop

from chappe.audience import service as audience
from chappe.bench.ground import Ground, draft_campaign, ground
from chappe.db.pool import Connection
from chappe.kit.ids import public_id

PEOPLE: Final = 1_000_000
EVENTS_EACH: Final = 10
ROUNDS: Final = 7
_DAYS: Final = 365
_FILLED_AT_ONCE: Final = 50_000

# Half of what people do is to look, a sixth to buy; some buy far more than others.
_FILL: Final = """
insert into event (workspace_id, contact_id, name, at, value, properties)
select c.workspace_id, c.id, k.name, now() - random() * interval '1 day' * $3,
    case when k.name = 'Order Completed' then round((random() * random() * 200)::numeric, 2) end,
    jsonb_build_object('category', 'c' || (random() * 20)::int)
from contact as c cross join generate_series(1, $4) as n
cross join lateral (select (array['Product Viewed', 'Product Viewed', 'Product Viewed', 'Product Added',
    'Product Added', 'Order Completed'])[1 + floor(random() * 6 + 0 * c.id + 0 * n)::int] as name) as k
where c.workspace_id = $1 and c.id > $2 and c.id <= $2 + $5"""


class Asked(NamedTuple):
    """A typical rule, and the statement that somebody would write for it: $1 is the workspace."""

    name: str
    rule: dict[str, Any]
    by_hand: str


def run(people: int = PEOPLE, events_each: int = EVENTS_EACH, rounds: int = ROUNDS) -> dict[str, Any]:
    """Milliseconds to count five typical segments, compiled and written by hand."""
    return uvloop.run(_run(people, events_each, rounds))


async def _run(people: int, events_each: int, rounds: int) -> dict[str, Any]:
    async with ground() as on:
        await draft_campaign(on, people)
        filled = time.perf_counter()
        await _fill(on, events_each)
        filled = time.perf_counter() - filled
        async with on.db.engine_transaction() as conn:
            list_id = await conn.fetchval("select id from list where workspace_id = $1", on.workspace_id)
            zone = await conn.fetchval("select zone from workspace where id = $1", on.workspace_id)
        midnight = datetime.now(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)

        def since(days: int) -> str:
            return f"timestamptz '{midnight - timedelta(days=days - 1):%Y-%m-%d %H:%M:%S%z}'"

        typical = _typical(public_id("lst", list_id), since)
        figures = {asked.name: await _measure(on, asked, rounds) for asked in typical}
        return {
            "people": people,
            "events": people * events_each,
            "filled_seconds": round(filled, 1),
            "slowest_ms": max(each["compiled_ms"] for each in figures.values()),
            "largest_ratio": max(each["ratio"] for each in figures.values()),
            "segments": figures,
        }


async def _fill(on: Ground, events_each: int) -> None:
    async with on.db.engine_transaction() as conn:
        first = (datetime.now(UTC) - timedelta(days=_DAYS)).date()
        for month in range(14):
            await conn.execute(
                "select ensure_event_month(($1::date + $2 * interval '1 month')::date)", first, month
            )
        last = await conn.fetchval("select max(id) from contact where workspace_id = $1", on.workspace_id)
    for start in range(0, last, _FILLED_AT_ONCE):
        async with on.db.engine_transaction() as conn:
            await conn.execute(
                _FILL, on.workspace_id, start, _DAYS, events_each, _FILLED_AT_ONCE, timeout=600
            )
    for table in ("event", "contact", "consent", "list_member"):
        # As autovacuum leaves them: what an index holds is read from it alone.
        await on.db.engine.execute(f"vacuum analyze {table}", timeout=1_800)


async def _measure(on: Ground, asked: Asked, rounds: int) -> dict[str, Any]:
    now = datetime.now(UTC)
    compiled, by_hand = [], []
    async with on.db.transaction(on.workspace_id) as conn:
        rule = await audience.compiled(conn, on.workspace_id, asked.rule, now)
        for turn in range(rounds + 1):
            took, found = await _timed(conn, rule.select("count(*)"), rule.args)
            also_took, expected = await _timed(conn, asked.by_hand, (on.workspace_id,))
            assert found == expected, f"{asked.name}: {found} and by hand {expected}"
            if turn:
                compiled.append(took)
                by_hand.append(also_took)
    return {
        "contacts": found,
        "compiled_ms": round(median(compiled), 1),
        "by_hand_ms": round(median(by_hand), 1),
        "ratio": round(median(compiled) / median(by_hand), 2),
    }


async def _timed(conn: Connection, statement: str, args: Sequence[Any]) -> tuple[float, int]:
    started = time.perf_counter()
    rows = await conn.fetch(statement, *args, timeout=600)
    return (time.perf_counter() - started) * 1_000, rows[0][0]


def _all(*of: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "all", "of": list(of)}


def _event(name: str, days: int, **more: Any) -> dict[str, Any]:
    return {"kind": "events", "name": name, "period": {"last_days": days}, **({"at_least": 1} | more)}


def _no(rule: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "not", "rule": rule}


def _typical(list_id: str, since: Callable[[int], str]) -> list[Asked]:
    """What marketers ask for, from attributes to carts. `since`: when so many days began, in SQL."""
    agreed = {"kind": "consent", "state": "granted"}
    ordered, added, viewed = "Order Completed", "Product Added", "Product Viewed"
    people = "select count(*) from contact c where c.workspace_id = $1 and c.state = 1"
    consent = (
        "exists (select from consent k where k.workspace_id = $1 and k.contact_id = c.id"
        " and k.purpose = 'marketing' and k.state = 'granted')"
    )

    def events(name: str, days: int) -> str:
        return f"from event e where e.workspace_id = $1 and e.name = '{name}' and e.at >= {since(days)}"

    def did(name: str, days: int) -> str:
        return f"exists (select {events(name, days)} and e.contact_id = c.id)"

    def who(name: str, days: int, more: str = "") -> str:
        return f"(select e.contact_id {events(name, days)} group by 1 {more})"

    return [
        Asked(
            "an attribute, a country, consent",
            _all(
                {"kind": "text", "name": "city", "test": "is", "values": ["Ville3", "Ville7"]},
                {"kind": "country", "values": ["FR"]},
                agreed,
            ),
            f"{people} and lower(c.attributes ->> 'city') in ('ville3', 'ville7') and c.country = 'FR'"
            f" and {consent}",
        ),
        Asked(
            "bought in 30 days, consent",
            _all(_event(ordered, 30), agreed),
            f"{people} and {did(ordered, 30)} and {consent}",
        ),
        Asked(
            "bought this year, not in 90 days, consent",
            _all(_event(ordered, 365), _no(_event(ordered, 90)), agreed),
            f"{people} and {did(ordered, 365)} and not {did(ordered, 90)} and {consent}",
        ),
        Asked(
            "spent 100 in 180 days, on a list",
            _all(_event(ordered, 180, measure="worth", at_least=100), {"kind": "list", "list_id": list_id}),
            f"{people} and c.id in {who(ordered, 180, 'having sum(e.value) >= 100')}"
            " and exists (select from list_member m where m.workspace_id = $1 and m.contact_id = c.id)",
        ),
        Asked(
            "consent, and a cart of 7 days without an order or ten visits in 90",
            _all(
                agreed,
                {
                    "kind": "any",
                    "of": [
                        _all(_event(added, 7), _no(_event(ordered, 7))),
                        _event(viewed, 90, at_least=10),
                    ],
                },
            ),
            f"{people} and {consent} and (c.id in {who(added, 7)} and c.id not in {who(ordered, 7)}"
            f" or c.id in {who(viewed, 90, 'having count(*) >= 10')})",
        ),
    ]
