"""A workspace as it is after years, for measurements of pages: a million contacts with names, consent and
lists, and two million messages of twenty campaigns over ninety days. Written in sets by the server itself,
and then indexed by the program's own code; statistics are taken as autovacuum would have.
"""

from datetime import date, timedelta
from random import Random
from typing import Final
from uuid import UUID

from chappe.contacts.search import indexing
from chappe.db.pool import Connection, Database
from chappe.kit.ids import uuid7
from chappe.messages import phone_index
from chappe.messages.model import first_id_of_day

CONTACTS: Final = 1_000_000
MESSAGES: Final = 2_000_000
FIRST_PHONE: Final = 33_600_000_000
_CAMPAIGNS: Final = 20
_DAYS: Final = 90
# Lists with their share of the contacts: one in so many is on it.
LISTS: Final = {"Everybody": 1, "Newsletter": 3, "Shop in Lyon": 25, "VIP": 1_000, "Testers": 50_000}
_GIVEN: Final = (
    "Emma Louise Jade Ambre Alba Alma Rose Anna Romy Alice Lina Léna Zoé Élodie Chloé Inès Maëlys Éva Agathe"
    " Jeanne Gabriel Raphaël Léo Louis Maël Noah Jules Adam Arthur Isaac Hugo Étienne François Éric Jérôme"
    " Benoît Gaël Zacharie Oliver George Harry Amelia Isla Freya Mohamed Yasmine Fatou Ousmane Łukasz Søren"
).split()
_SYLLABLES: Final = (
    "ba be bé bon bour can char che clé cou da de dé du fa fon gar gau gi ha hé la lam le lè lou ma mar mé mi"
    " mo na nar né pa per pi po ra ré ro rou sa sé si sou tel ter ti tou va vé vi"
).split()
_ENDS: Final = ("t", "n", "rd", "s", "ux", "lle", "ron", "net", "gny", "ault", "y", "c")

_TOWNS: Final = ("Lyon", "Saint-Étienne", "Lille", "Nîmes", "Besançon", "Le Mans")

# $1 workspace, $2 first number, $3 first names, $4 family names, $5 towns, $6 from, $7 to.
_PEOPLE: Final = """
insert into contact (workspace_id, phone, state, country, language, zones, attributes, created_at)
select $1, $2::bigint + n, case when n % 200 = 7 then 2 when n % 100 = 3 then 3 else 1 end,
    case when n % 100000 = 11 then 'LU' when n % 20 = 4 then 'BE' when n % 50 = 9 then 'GB' else 'FR' end,
    case when n % 50 = 9 then 'en' else 'fr' end, 'Europe/Paris',
    jsonb_build_object(
        'first_name', ($3::text[])[1 + (hashint8extended(n, 1) & 2147483647) % cardinality($3)],
        'last_name', ($4::text[])[1 + (hashint8extended(n, 2) & 2147483647) % cardinality($4)],
        'city', ($5::text[])[1 + n % cardinality($5)]),
    now() - (1000000 - n) * interval '1 minute'
from generate_series($6::bigint, $7::bigint - 1) as n returning id
"""
_MEMBERS: Final = """
insert into list_member (workspace_id, list_id, contact_id, added_at)
select $1, $2, id, created_at from contact where workspace_id = $1 and id % $3 = 0 order by id
"""
_SAID: Final = (
    """
    insert into consent (workspace_id, contact_id, purpose, state, basis, since)
    select $1, id, 'marketing', case when id % 33 = 5 then 'withdrawn' else 'granted' end, 'express',
        created_at
    from contact where workspace_id = $1 and id % 20 <> 9 order by id
    """,
    """
    insert into consent_event (workspace_id, contact_id, purpose, state, basis, source, at)
    select workspace_id, contact_id, purpose, state, basis, 'bench', since from consent
    where workspace_id = $1 order by contact_id
    """,
    """
    insert into contact_event (workspace_id, contact_id, kind, body, person, at)
    select $1, id, 'noted', '{"text": "Prefers the morning"}', 'Owner', created_at from contact
    where workspace_id = $1 and id % 5 = 2 order by id
    """,
    """
    insert into suppression (workspace_id, phone, scope, reason, source, created_at)
    select $1, phone, 'marketing', 'stop', 'inbound', now() from contact
    where workspace_id = $1 and id % 33 = 5 order by id
    """,
)
_CAMPAIGN: Final = """
with c as (
    insert into campaign (id, workspace_id, name, purpose, state, audience, sender_id, body, created_at,
        started_at, finished_at)
    values ($2, $1, $3, 5, 'finished', '{"include": [], "exclude": []}', $4, 'Bonjour', $5, $5, $5)
    returning id
)
insert into campaign_run (workspace_id, campaign_id, base_id, total, planned_at)
select $1, c.id, $6::bigint, $7::integer, $5 from c returning id
"""
# $1 workspace, $2 run, $3 first id, $4 the first contact, $5 how many, $6 when, $7 the sender.
_MESSAGES: Final = """
insert into message (id, workspace_id, phone, contact_id, run_id, sender_id, purpose, parts, decision, body,
    created_at)
select $3 + row_number() over (order by id) - 1, $1, phone, id, $2, $7, 5, 1, 0,
    'Bonjour ' || (attributes->>'first_name') || ', 20 % sur tout le magasin jusqu''à samedi. STOP 36180', $6
from contact where workspace_id = $1 and id >= $4 order by id limit $5
"""
_STATES: Final = """
insert into message_state (id, workspace_id, state, parts, carrier_number, provider_id, reason, submitted_at,
    done_at)
select id, $1, case when id % 25 = 3 then 5 when id % 200 = 7 then 6 else 4 end, 1, $4,
    md5(id::text), case when id % 25 = 3 then '001' when id % 200 = 7 then '11' end, $5, $5
from message where id >= $2 and id < $3 order by id
"""
_EXCEPTIONS: Final = """
insert into message_exception (id, workspace_id, run_id, state, at)
select s.id, $1, $4, s.state, s.done_at from message_state as s where s.id >= $2 and s.id < $3 and s.state = 6
"""
_COUNTS: Final = """
insert into run_count (workspace_id, run_id, state, reason, n, parts)
select $1, $2, s.state, coalesce(s.reason, ''), count(*), count(*) from message_state as s
where s.id >= $3 and s.id < $4 group by s.state, s.reason
"""
_REPLIES: Final = """
insert into inbound (workspace_id, carrier_number, phone, source, destination, sender_id, contact_id, body,
    fingerprint, session, received_at)
select $1, $2, phone, phone::text, '36180', $3, id, 'Merci', sha256(id::text::bytea), 0,
    now() - (id % 129600) * interval '1 minute'
from contact where workspace_id = $1 and id % 40 = 1 order by id
"""
_BATCH: Final = 50_000


async def fill(
    db: Database,
    workspace_id: int,
    sender_id: UUID,
    today: date,
    *,
    carrier_number: int = 1,
    contacts: int = CONTACTS,
    messages: int = MESSAGES,
    campaigns: int = _CAMPAIGNS,
) -> None:
    """Write it into an empty workspace; some three minutes for a million contacts on two cores."""
    conn = await db.connection()
    try:
        await _people(conn, workspace_id, contacts)
        await _lists(conn, workspace_id)
        for statement in _SAID:
            await conn.execute(statement, workspace_id)
        await _campaigns(conn, workspace_id, sender_id, today, carrier_number, messages, campaigns)
        await conn.execute(_REPLIES, workspace_id, carrier_number, sender_id)
        await conn.execute("vacuum analyze")
    finally:
        await conn.close()
    await _index_days(db, today)


async def _people(conn: Connection, workspace_id: int, contacts: int) -> None:
    families = _families()
    for start in range(0, contacts, _BATCH):
        end = min(start + _BATCH, contacts)
        async with conn.transaction():
            rows = await conn.fetch(
                _PEOPLE, workspace_id, FIRST_PHONE, list(_GIVEN), families, list(_TOWNS), start, end
            )
            await indexing.index(conn, workspace_id, [row["id"] for row in rows])


def _families() -> list[str]:
    """Some thousands of family names that differ, as French ones sound."""
    chance = Random(1792)  # noqa: S311 (the same names each time)
    made = {
        "".join(chance.choices(_SYLLABLES, k=chance.choice((1, 2, 2, 3)))) + chance.choice(_ENDS)
        for _ in range(30_000)
    }
    return [name.capitalize() for name in sorted(made)]


async def _lists(conn: Connection, workspace_id: int) -> None:
    for name, share in LISTS.items():
        list_id = uuid7()
        await conn.execute(
            "insert into list (id, workspace_id, name) values ($1, $2, $3)", list_id, workspace_id, name
        )
        await conn.execute(_MEMBERS, workspace_id, list_id, share)


async def _campaigns(
    conn: Connection,
    workspace_id: int,
    sender_id: UUID,
    today: date,
    carrier: int,
    messages: int,
    campaigns: int,
) -> None:
    size = messages // campaigns
    first, last = await conn.fetchrow(
        "select min(id), max(id) from contact where workspace_id = $1", workspace_id
    ) or (1, 1)
    for number in range(campaigns):
        day = today - timedelta(days=_DAYS * (campaigns - number) // campaigns)
        await conn.execute("select ensure_message_day($1)", day)
        lo, at = first_id_of_day(day) + 1, await conn.fetchval("select $1::date + interval '10 hours'", day)
        at = at.replace(tzinfo=(await conn.fetchval("select now()")).tzinfo)
        whom = first + (number * size) % max(last - first + 1 - size, 1)
        run = await conn.fetchval(
            _CAMPAIGN, workspace_id, uuid7(), f"Offer {number + 1}", sender_id, at, lo, size
        )
        await conn.execute(_MESSAGES, workspace_id, run, lo, whom, size, at, sender_id)
        await conn.execute(_STATES, workspace_id, lo, lo + size, carrier, at)
        await conn.execute(_EXCEPTIONS, workspace_id, lo, lo + size, run)
        await conn.execute(_COUNTS, workspace_id, run, lo, lo + size)


async def _index_days(db: Database, today: date) -> None:
    """As the worker does with days that are over."""
    built: date | None = today
    while built is not None:
        conn = await db.connection()
        try:
            built = await phone_index.build_next(conn, today)
        finally:
            await conn.close()
