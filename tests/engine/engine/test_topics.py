"""Single messages about a topic that is left while they wait: in the ledger, and in the sender's hands."""

from pathlib import Path

from msgspec import structs

from chappe.consent.model import ConsentState
from chappe.consent.topics import holding
from chappe.consent.topics import service as topics
from chappe.consent.topics.holding import Change
from chappe.consent.topics.model import TopicEntry, TopicPurpose
from chappe.contacts import service as contacts
from chappe.contacts.model import IncomingContact
from chappe.gate.rulings import Rulings
from chappe.kit.clock import SystemClock
from chappe.lab import checks
from chappe.messages.model import Purpose
from chappe.messages.service import MessageIds
from chappe.sending.model import Intent
from chappe.sending.service import Door

LAB = '[[carriers]]\nname = "alpha"\n'
FIRST, PEOPLE, RATE = 33612000001, 16, 8
HOW = Change(basis="express", source="preferences")


async def test_who_leaves_a_topic_gets_no_message_about_it(ground, lab_of, tmp_path: Path) -> None:
    clock, here = SystemClock(), ground.workspace
    phones = [FIRST + n for n in range(PEOPLE)]
    async with ground.db.engine_transaction() as conn:
        orders, visits = [
            await topics.create(conn, here, TopicEntry(name=name, purpose=TopicPurpose.TRANSACTIONAL))
            for name in ("Orders", "Visits")
        ]
        people = await contacts.merge(conn, here, [IncomingContact(phone=each, zones="") for each in phones])

    async def leave(number: int) -> None:
        async with ground.db.engine_transaction() as conn:
            key, phone = people[number].id, phones[number]
            left = await holding.turn(conn, here, key, phone, [orders.word], ConsentState.WITHDRAWN, HOW)
            assert left == [orders.word]

    async with lab_of(LAB, tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address, parts_per_second=RATE)
        door = Door(MessageIds(ground.db, clock), Rulings(ground.db), clock, clock)
        about = [(phone, orders.id) for phone in phones] + [(phones[0], visits.id), (phones[1], None)]
        hello = Intent(phone=0, sender_id=ground.sender, body="Hello", purpose=Purpose.TRANSACTIONAL)
        wanted = [structs.replace(hello, phone=phone, topic_id=topic) for phone, topic in about]
        async with ground.db.transaction(here) as conn:
            ids = [one.id for one in await door.accept(conn, here, wanted)]
        # Planned, and not yet read by any link.
        await leave(0)
        await leave(1)

        async def settled(least: int = len(ids)) -> bool:
            done = await ground.db.engine.fetchval(
                "select count(*) from message_state where id = any($1::bigint[])", ids
            )
            return bool(done >= least)

        async with ground.sending():
            await ground.until(lambda: settled(4), what="some were sent")
            # In the sender's hands: it holds all of them, and they leave slowly.
            await leave(PEOPLE - 1)
            await ground.until(settled, what="every message was settled")
    rows = dict(await ground.db.engine.fetch("select id, reason from message_state where reason is not null"))
    assert rows == dict.fromkeys((ids[0], ids[1], ids[PEOPLE - 1]), "topic_left")
    # The first two had one more message each: about another topic, and about none.
    sent = checks.submits_per_part(tmp_path / "lab.log")
    assert sent == {(str(phone), 1): 1 for phone in phones[:-1]}
