"""`chappe consent verify`: every way of touching the ledger is found out, and the first one named."""

import random

from tests.db.consent.ledger.conftest import PROOF, WORDS, Ledger

from chappe.cli.consent import said as printed
from chappe.consent import service
from chappe.consent.ledger.checkpoints import sign_due
from chappe.consent.ledger.verifying import Break, Report, verify
from chappe.consent.service import ledger_erase
from chappe.contacts import service as contacts
from chappe.contacts.model import IncomingContact

TABLES = (
    "consent_event",
    "consent_evidence",
    "consent_wording",
    "consent_unsealed",
    "consent_seal",
    "consent_head",
    "consent_checkpoint",
)
ANNA, BORIS = 33612345678, 33698765432


async def read(ledger: Ledger) -> Report:
    (only,) = [report async for report in verify(ledger.database, ledger.keys)]
    return only


async def tampered(ledger: Ledger, *statements: str) -> None:
    """As somebody who owns the tables, and so may put the triggers aside."""
    async with ledger.database.engine_transaction() as conn:
        for table in TABLES:
            await conn.execute(f"alter table {table} disable trigger user")
        for statement in statements:
            await conn.execute(statement)
        for table in TABLES:
            await conn.execute(f"alter table {table} enable trigger user")


async def lived(ledger: Ledger) -> None:
    """Four seals, of which a checkpoint covers three; then events that wait."""
    await ledger.granted([ANNA, BORIS])
    for text in ("STOP", "START"):
        await ledger.seal()
        await ledger.said(ANNA, text)
    await ledger.seal()
    await sign_due(ledger.database, ledger.keys, ledger.clock)
    await ledger.said(BORIS, "STOP")
    await ledger.seal()


async def test_a_whole_ledger(ledger: Ledger) -> None:
    await lived(ledger)
    await ledger.said(BORIS, "START")
    report = await read(ledger)
    assert (report.broken, report.differences) == (None, [])
    assert (report.events, report.waiting, report.checkpoints) == (6, 1, 1)
    assert printed(report) == [
        f"ok   workspace {ledger.here}, ACME: 6 events, 1 checkpoints, the chain is whole, 1 not sealed yet"
    ]


TOUCHED = (
    ("update consent_event set state = 'granted' where id = {5}", Break("event", 5, "changed")),
    ("update consent_event set phone = phone + 1 where id = {3}", Break("event", 3, "changed")),
    ("update consent_event set contact_id = contact_id + 1 where id = {3}", Break("event", 3, "changed")),
    ("update consent_event set contact_id = null, erased_at = now() where id = {3}",
     Break("event", 3, "changed")),
    ("update consent_evidence set data = '{{}}', sha256 = sha256('{{}}')", Break("event", 3, "changed")),
    ("update consent_wording set text = 'x', sha256 = sha256('x')", Break("event", 1, "changed")),
    ("delete from consent_event where id = {3}", Break("event", 3, "missing")),
    ("delete from consent_seal where seq = 2", Break("seal", 2, "missing")),
    ("delete from consent_seal where seq = 4", Break("seal", 4, "missing")),
    ("update consent_seal set leaves = sha256('x') where seq = 2", Break("seal", 2, "changed")),
    ("update consent_seal set at = at + interval '1 day' where seq = 3", Break("seal", 3, "changed")),
    ("update consent_seal set mac = sha256(mac) where seq = 3", Break("seal", 3, "mac")),
    ("update consent_checkpoint set signature = sha256('x') || sha256('y')",
     Break("checkpoint", 1, "signature")),
    ("delete from consent_unsealed", Break("event", 6, "unknown")),
    (
        "insert into consent_event (workspace_id, contact_id, purpose, state, basis, source) "
        "select workspace_id, contact_id, purpose, 'granted', basis, source from consent_event limit 1",
        Break("event", 7, "unknown"),
    ),
    # With the end of the chain set back, the signed checkpoint still knows where it was.
    (
        "delete from consent_seal where seq > 2; update consent_head set seq = 2, events = 3, "
        "hash = (select hash from consent_seal where seq = 2)",
        Break("seal", 3, "cut"),
    ),
)  # fmt: skip


async def test_the_first_thing_that_was_touched(ledger: Ledger) -> None:
    """Each way in a transaction of its own kind: what was there is put back before the next."""
    await lived(ledger)
    await ledger.said(BORIS, "START")
    found = await ledger.database.engine.fetch("select id from consent_event order by id")
    ids = [None, *(row["id"] for row in found)]
    await tampered(ledger, *(f"create table was_{table} as table {table}" for table in TABLES))
    for statement, expected in TOUCHED:
        await tampered(ledger, statement.format(*ids))
        broken = (await read(ledger)).broken
        assert broken is not None, statement
        if expected.thing == "event" and expected.key < len(ids):
            expected = Break("event", ids[expected.key], expected.why)
        assert broken == expected or (expected.key == 7 and broken.why == "unknown"), statement
        await tampered(
            ledger,
            *(f"delete from {table}" for table in TABLES),
            *(f"insert into {table} overriding system value table was_{table}" for table in TABLES),
        )
    assert (await read(ledger)).broken is None


async def test_erasing_leaves_it_whole(ledger: Ledger) -> None:
    await lived(ledger)
    async with ledger.database.engine_transaction() as conn:
        people = await contacts.ids_by_phone(conn, ledger.here, [ANNA])
        await ledger_erase(conn, ledger.here, contact_ids=list(people.values()))
        await conn.execute("delete from contact where phone = $1", ANNA)
    report = await read(ledger)
    assert (report.broken, report.erased, report.differences) == (None, 3, [])


async def test_what_holds_is_what_the_ledger_says_last(ledger: Ledger) -> None:
    await lived(ledger)
    await ledger.database.engine.execute("update consent set state = 'granted' where state = 'withdrawn'")
    (difference,) = (await read(ledger)).differences
    assert (difference.purpose, difference.told, difference.held) == ("marketing", "withdrawn", "granted")
    await ledger.database.engine.execute("delete from consent")
    held = [(each.told, each.held) for each in (await read(ledger)).differences]
    assert held == [("granted", None), ("withdrawn", None)]


async def test_random_histories_replayed_say_what_holds(ledger: Ledger) -> None:
    """Imports, texts and colleagues, in any order and on several people: the ledger alone tells the state."""
    chance = random.Random(20260310)
    phones = [33600000001 + n for n in range(6)]
    people = await ledger.granted(phones[:3])
    async with ledger.database.engine_transaction() as conn:
        strangers = [IncomingContact(phone=phone, zones="Europe/Paris") for phone in phones[3:]]
        merged = await contacts.merge(conn, ledger.here, strangers)
        people |= {phone: answer.id for phone, answer in zip(phones[3:], merged, strict=True)}
        wording = await service.keep_wording(conn, ledger.here, WORDS)
    said = ("STOP", "START", "stop svp", "maybe stop", "YES", "NO", "START", "hello")
    for _ in range(120):
        phone = chance.choice(phones)
        if chance.random() < 0.75:
            await ledger.said(phone, chance.choice(said))
            continue
        async with ledger.database.engine_transaction() as conn:
            if not await service.suppressed(conn, ledger.here, [phone]):
                await service.grant_marketing(conn, ledger.here, [people[phone]], PROOF, wording)
    rows = await ledger.database.engine.fetch(
        "select contact_id, state from consent_event where purpose = 'marketing' order by id"
    )
    told = {row["contact_id"]: row["state"] for row in rows}
    async with ledger.database.engine_transaction() as conn:
        held = await service.marketing_states(conn, ledger.here, list(people.values()))
    assert told == {contact: state.value for contact, state in held.items()}
    assert {row["state"] for row in rows} == {"granted", "withdrawn"}
    assert len(rows) > 20
    report = await read(ledger)
    assert (report.broken, report.differences) == (None, [])
