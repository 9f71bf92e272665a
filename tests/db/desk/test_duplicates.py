"""Two contacts of one person become one, and two again."""

from datetime import timedelta

import pytest

from chappe.consent import service as consent
from chappe.consent.model import ConsentState, StatedConsent
from chappe.consent.topics import frequency, holding
from chappe.consent.topics.frequency import SetBy
from chappe.consent.topics.holding import Change
from chappe.contacts import events as deeds
from chappe.contacts import service as contacts
from chappe.contacts.errors import UnknownContact
from chappe.contacts.events import By, Deed
from chappe.contacts.merges import service as merges
from chappe.contacts.merges.service import CannotMerge, CannotUnmerge
from chappe.contacts.model import ContactState, IncomingContact
from chappe.contacts.service import create_list, join_list
from chappe.db.pool import Connection, Database
from chappe.desk.duplicates import service
from chappe.events import service as events
from chappe.events.model import IncomingEvent
from chappe.gate import promises
from chappe.gate.caps import PERSONAL
from chappe.gate.promises import Claim
from chappe.kit.clock import FakeClock

ANNA, OLD = 33612345678, 33698765432
BY = By(None, "Léa")
PROOF = StatedConsent(basis="express", source="shop", text="Yes please")


async def two(conn: Connection, here: int, clock: FakeClock) -> tuple[int, int]:
    """Anna by two numbers: the old one has a list, a note, an event, and withdrew; the new one agreed."""
    kept, gone = await contacts.merge(
        conn,
        here,
        [
            IncomingContact(
                phone=ANNA, zones="Europe/Paris", attributes={"email": "anna@x.fr", "city": "Lyon"}
            ),
            IncomingContact(
                phone=OLD,
                zones="Europe/Paris",
                external_id="C-1",
                language="fr",
                attributes={"email": "Anna@x.fr", "city": "Nice", "size": "M"},
            ),
        ],
    )
    await join_list(conn, here, (await create_list(conn, here, "VIP")).id, [gone.id])
    await deeds.note(conn, here, [gone.id], Deed.NOTED, {"text": "Likes red"}, BY)
    await events.record(
        conn, here, [IncomingEvent(name="Visit", at=clock.now(), contact_id=gone.id)], clock.now()
    )
    wording = await consent.keep_wording(conn, here, PROOF.text)
    await consent.grant_marketing(conn, here, [kept.id, gone.id], PROOF, wording)
    stop = Change(basis="stop", source="page")
    await holding.turn(conn, here, gone.id, OLD, ["marketing"], ConsentState.WITHDRAWN, stop)
    return kept.id, gone.id


async def test_a_merge_and_its_undoing(database: Database, clock: FakeClock) -> None:
    here: int = await database.engine.fetchval("insert into workspace (name) values ('ACME') returning id")
    async with database.transaction(here) as conn:
        kept_id, gone_id = await two(conn, here, clock)
        before = await contacts.by_phone(conn, here, [ANNA, OLD])
        assert [pair.rule for pair in await merges.alike(conn, here, limit=9)] == ["email"]
        await service.merge(conn, here, kept_id, gone_id, BY)
        people = await contacts.by_phone(conn, here, [ANNA, OLD])
        assert people[OLD] == people[ANNA]
        one = people[ANNA]
        assert one.attributes == {"email": "anna@x.fr", "city": "Lyon", "size": "M"}
        assert (one.language, one.external_id) == ("fr", "C-1")
        assert await consent.marketing_states(conn, here, [kept_id]) == {kept_id: ConsentState.WITHDRAWN}
        assert await conn.fetchval("select count(*) from list_member where contact_id = $1", kept_id) == 1
        assert len(await events.of_contact(conn, here, kept_id, limit=9)) == 1
        gone = await contacts.get_contact(conn, here, gone_id)
        assert (gone.state, gone.merged_into) == (ContactState.ARCHIVED, kept_id)
        assert await merges.alike(conn, here, limit=9) == []
        with pytest.raises(UnknownContact):
            await service.merge(conn, here, kept_id, gone_id, BY)
        with pytest.raises(CannotMerge):
            await service.merge(conn, here, kept_id, kept_id, BY)
        # What is written meanwhile stays.
        (again,) = await contacts.merge(
            conn, here, [IncomingContact(phone=OLD, zones="", attributes={"size": "L", "shoe": "38"})]
        )
        assert (again.id, again.created) == (kept_id, False)
        await service.unmerge(conn, here, gone_id, BY, clock)
        after = await contacts.by_phone(conn, here, [ANNA, OLD])
        assert after[OLD].attributes == before[OLD].attributes
        assert (after[OLD].state, after[OLD].external_id) == (ContactState.ACTIVE, "C-1")
        assert after[ANNA].attributes == before[ANNA].attributes | {"size": "L", "shoe": "38"}
        assert (after[ANNA].external_id, after[ANNA].language) == (None, None)
        states = await consent.marketing_states(conn, here, [kept_id, gone_id])
        assert states == {kept_id: ConsentState.GRANTED, gone_id: ConsentState.WITHDRAWN}
        assert len(await events.of_contact(conn, here, gone_id, limit=9)) == 1
        with pytest.raises(CannotUnmerge):
            await service.unmerge(conn, here, gone_id, BY, clock)
        await merges.tell_apart(conn, here, gone_id, kept_id)
        assert await merges.alike(conn, here, limit=9) == []


async def test_a_merge_cannot_be_undone_for_ever(database: Database, clock: FakeClock) -> None:
    here: int = await database.engine.fetchval("insert into workspace (name) values ('ACME') returning id")
    async with database.transaction(here) as conn:
        kept_id, gone_id = await two(conn, here, clock)
        await service.merge(conn, here, kept_id, gone_id, BY)
        await conn.execute("update contact_merge set at = $1", clock.now() - merges.UNDONE_WITHIN)
        with pytest.raises(CannotUnmerge):
            await service.unmerge(conn, here, gone_id, BY, clock)


async def test_the_smaller_frequency_is_theirs_and_promises_are_counted_together(
    database: Database, clock: FakeClock
) -> None:
    here: int = await database.engine.fetchval("insert into workspace (name) values ('ACME') returning id")
    async with database.transaction(here) as conn:
        kept, gone = await two(conn, here, clock)
        await frequency.want(conn, here, kept, 4, SetBy.PERSON)
        await frequency.want(conn, here, gone, 2, SetBy.PERSON)
        for days, who in enumerate((kept, gone)):
            claim = Claim((PERSONAL,), clock.now() + timedelta(days=days), [who])
            assert await promises.reserve(conn, here, [claim], clock.now()) == [{}]
        await service.merge(conn, here, kept, gone, BY)
        assert await frequency.wanted(conn, here, kept) == 2
        claim = Claim((PERSONAL,), clock.now() + timedelta(days=2), [kept])
        assert await promises.standing(conn, here, [claim]) == [{kept: "person.cap.week"}]
        await service.unmerge(conn, here, gone, BY, clock)
        assert [await frequency.wanted(conn, here, one) for one in (kept, gone)] == [4, 2]
