"""Generated people with everything that is awkward: nothing known, numbers as text, days beside midnight."""

import random
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from tests.db.audience.naive import Person

from chappe.contacts.model import LIST_ID
from chappe.db.pool import Connection
from chappe.events import service as events
from chappe.events.model import IncomingEvent
from chappe.kit.ids import public_id, uuid7
from chappe.messages.model import CAMPAIGN_ID, first_id_of_day

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ZONE = "America/New_York"
VALUES = [
    "",
    "12",
    " 7 ",
    "-3.5",
    "1e3",
    "12a",
    "٣",
    "2026-10-31",
    "2026-02-30T10:00",
    "Lyon",
    "LYON",
    "None",
    "%",
    '["Lyon","a\\"b"]',
    '["lyon", "12"]',
    "[]",
    '["\\q"]',
]
TOLD = [1, 12.5, -4, "12", "x", True, None, ["x"], 0]
NAMES = ["a", "b", 'odd"key']
EVENTS = ["Order Completed", "Visit"]
# Around the change of the clocks in New York (1 November), and midnight there in both offsets.
INSTANTS = [
    NOW,
    NOW - timedelta(days=3),
    datetime(2026, 11, 1, 3, 59, 59, tzinfo=UTC),
    datetime(2026, 11, 1, 4, tzinfo=UTC),
    datetime(2026, 11, 2, 4, 59, 59, tzinfo=UTC),
    datetime(2026, 11, 2, 5, tzinfo=UTC),
    datetime(2026, 10, 21, 4, tzinfo=UTC),
    datetime(2026, 10, 22, 3, 59, 59, tzinfo=UTC),
    datetime(2026, 3, 8, 5, tzinfo=UTC),
]


class Campaign(NamedTuple):
    """Its public id, and its own key."""

    id: str
    key: UUID


async def make(
    conn: Connection, here: int, count: int, seed: int = 5
) -> tuple[list[Person], list[str], list[str]]:
    """People, the ids of the lists some are on, and of the campaigns that some got messages of."""
    draw = random.Random(seed)
    listed = [uuid7(), uuid7()]
    for at, key in enumerate(listed):
        await conn.execute(
            "insert into list (id, workspace_id, name) values ($1, $2, $3)", key, here, f"l{at}"
        )
    people = [await _person(conn, here, 33600000000 + n, draw) for n in range(count)]
    await conn.execute(
        "select ensure_message_day(d) from unnest($1::date[]) as d", [at.date() for at in INSTANTS]
    )
    campaigns = [await _campaign(conn, here) for _ in range(2)]
    number = 0
    for person in people:
        for key in draw.sample(listed, draw.randint(0, 2)):
            person.lists.add(public_id(LIST_ID, key))
            await conn.execute("insert into list_member values ($1, $2, $3)", here, key, person.id)
        for purpose in draw.sample(["marketing", "topic:x"], draw.randint(0, 2)):
            state = person.consents[purpose] = draw.choice(["granted", "withdrawn", "pending"])
            await conn.execute(
                "insert into consent (workspace_id, contact_id, purpose, state, basis) "
                "values ($1, $2, $3, $4, 'x')",
                here, person.id, purpose, state,
            )  # fmt: skip
        for _ in range(draw.choice([0, 0, 1, 3])):
            number += 1
            await _message(conn, here, person, number, draw, draw.choice([None, *campaigns]))
        for _ in range(draw.choice([0, 1, 4])):
            told = {name: draw.choice(TOLD) for name in draw.sample([*NAMES, "revenue", "total"], 3)}
            person.events.append((draw.choice(EVENTS), draw.choice(INSTANTS), told))
    told_events = [
        IncomingEvent(name=name, at=at, contact_id=person.id, properties=told)
        for person in people
        for name, at, told in person.events
    ]
    await events.record(conn, here, told_events, NOW)
    return people, [public_id(LIST_ID, key) for key in listed], [each.id for each in campaigns]


async def _person(conn: Connection, here: int, phone: int, draw: random.Random) -> Person:
    person = Person(
        id=0,
        state=draw.choice([1, 1, 1, 1, 2, 3]),
        country=draw.choice([None, "FR", "US"]),
        language=draw.choice([None, "fr", "EN"]),
        zones=draw.choice([[], ["Europe/Paris"], ["America/Chicago", "America/New_York"]]),
        added=draw.choice(INSTANTS),
        attributes={name: draw.choice(VALUES) for name in draw.sample(NAMES, draw.randint(0, 3))},
    )
    person.id = await conn.fetchval(
        "insert into contact (workspace_id, phone, state, country, language, zones, attributes, created_at) "
        "values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
        here, phone, person.state, person.country, person.language, " ".join(person.zones), person.attributes,
        person.added,
    )  # fmt: skip
    return person


async def _campaign(conn: Connection, here: int) -> Campaign:
    key = uuid7()
    await conn.execute(
        "insert into campaign (id, workspace_id, name, purpose, audience, body) "
        "values ($1, $2, 'Sale', 5, '{}', 'x')",
        key, here,
    )  # fmt: skip
    return Campaign(public_id(CAMPAIGN_ID, key), key)


async def _message(
    conn: Connection, here: int, person: Person, number: int, draw: random.Random, of: Campaign | None
) -> None:
    at, state = draw.choice(INSTANTS), draw.choice([3, 4, 5, 6, 8, 10])
    key = first_id_of_day(at.date()) + number
    campaign = of and of.id
    person.messages.append((state, at, campaign))
    run = of and await conn.fetchval(
        "insert into campaign_run (workspace_id, campaign_id, number, base_id, total) "
        "values ($1, $2, $3, $4, 1) returning id",
        here, of.key, number, key,
    )  # fmt: skip
    await conn.execute(
        "insert into message (id, workspace_id, phone, contact_id, purpose, created_at, run_id) "
        "select $1, $2, phone, $3, 1, $4, $5 from contact where id = $3",
        key, here, person.id, at, run,
    )  # fmt: skip
    await conn.execute(
        "insert into message_state (id, workspace_id, state) values ($1, $2, $3)", key, here, state
    )
    if draw.random() < 0.4:
        clicked = draw.choice([None, *INSTANTS])
        person.clicks += [(clicked, campaign)] if clicked else []
        await conn.execute(
            "insert into message_click (message_id, workspace_id, contact_id, first_at, human_at, run_id) "
            "values ($1, $2, $3, $4, $5, $6)",
            key, here, person.id, at, clicked, run,
        )  # fmt: skip
    if draw.random() < 0.3:
        person.replies.append((at, campaign))
        await conn.execute(
            "insert into inbound (workspace_id, carrier_number, phone, source, destination, body, "
            "fingerprint, session, received_at, answers) "
            "select $1, 1, phone, '', '', '', '', 1, $3, $4 from contact where id = $2",
            here, person.id, at, key,
        )  # fmt: skip
