"""Attributes change their kind only when every value fits; external ids are one person's."""

import pytest
from tests.db.contacts.test_contacts import ANNA, BORIS, PARIS, told, workspace

from chappe.contacts import service
from chappe.contacts.attributes import changing
from chappe.contacts.attributes import service as attributes
from chappe.contacts.attributes.errors import ChangeUnderWay, KindFixed, NoOptions, WrongValue
from chappe.contacts.attributes.model import ChangeState
from chappe.contacts.attributes.notation import notation
from chappe.contacts.attributes.values import Kind, Shape
from chappe.contacts.jobs import run_next_change
from chappe.contacts.model import ContactFilter, IncomingContact, Merged, ZoneOrigin
from chappe.db.pool import Database
from chappe.kit.clock import FakeClock

NUMBER = Shape(Kind.NUMBER)


async def run_changes(database: Database, clock: FakeClock) -> None:
    while await run_next_change(database, clock):
        pass


async def test_a_kind_changes_when_every_value_fits(database: Database, clock: FakeClock) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        await service.name_attributes(conn, here, {"points": "Points"})
        await service.merge(conn, here, [told(ANNA, points="1 234,5"), told(BORIS, points="beaucoup")])
        await changing.ask(conn, here, "points", NUMBER, notation("FR"))
        with pytest.raises(ChangeUnderWay):
            await changing.ask(conn, here, "points", NUMBER, notation("FR"))
    await run_changes(database, clock)
    async with database.transaction(here) as conn:
        refused = (await changing.asked(conn, here))["points"]
        people = await service.by_phone(conn, here, [ANNA, BORIS])
        assert (refused.state, refused.held, refused.misfits) == (ChangeState.REFUSED, 2, 1)
        assert refused.examples == (people[BORIS].id,)
        assert (await attributes.one(conn, here, "points")).kind is Kind.TEXT
        await service.merge(conn, here, [told(BORIS, points="7")])
        await changing.ask(conn, here, "points", NUMBER, notation("FR"))
    await run_changes(database, clock)
    async with database.transaction(here) as conn:
        assert (await changing.asked(conn, here))["points"].state is ChangeState.DONE
        assert (await attributes.one(conn, here, "points")).kind is Kind.NUMBER
        people = await service.by_phone(conn, here, [ANNA, BORIS])
        assert [people[each].attributes["points"] for each in (ANNA, BORIS)] == ["1234.5", "7"]
        assert await attributes.held(conn, here) == {"points": 2}


async def test_values_are_read_by_their_kind_and_names_stay_texts(
    database: Database, clock: FakeClock
) -> None:
    here = await workspace(database)
    async with database.transaction(here) as conn:
        await attributes.create(conn, here, "size", "Size", Shape(Kind.CHOICE, ("S", " M ", "s", "")))
        known = await attributes.known(conn, here)
        assert known["size"].options == ("S", "M")
        assert attributes.fitted({"size": "m", "town": " Lyon "}, known) == {"size": "M", "town": "Lyon"}
        with pytest.raises(WrongValue, match="Size: “XL” was read, and one of S, M is expected"):
            attributes.fitted({"size": "XL"}, known)
        with pytest.raises(KindFixed):
            await changing.ask(conn, here, "email", NUMBER, notation("FR"))
        with pytest.raises(NoOptions):
            await attributes.create(conn, here, "colour", "Colour", Shape(Kind.CHOICE))
        assert await attributes.put_away(conn, here, "size", clock)
        assert "size" not in await attributes.known(conn, here)
        assert "size" in await service.attribute_names(conn, here)
        await service.name_attributes(conn, here, {"size": "Taille"})
        assert (await attributes.known(conn, here))["size"].label == "Size"


async def test_an_external_id_is_one_persons(database: Database) -> None:
    here = await workspace(database)

    def named(phone: int, key: str) -> IncomingContact:
        return IncomingContact(phone=phone, zones=PARIS, external_id=key)

    async with database.transaction(here) as conn:
        first, second, third = await service.merge(
            conn, here, [named(ANNA, "C1"), named(BORIS, "C1"), told(BORIS + 1)]
        )
        assert (first.created, second, third.created) == (True, Merged(first.id, False, False, True), True)
        assert await service.ids_by_phone(conn, here, [BORIS]) == {}
        given, other = await service.merge(conn, here, [named(BORIS + 1, "C2"), named(ANNA, "C3")])
        assert (given.changed, given.clash, other.clash, other.id) == (True, False, True, first.id)
        owners = await service.by_external_id(conn, here, ["C1", "C2", "C3"])
        assert owners == {"C1": first.id, "C2": third.id}
        found = await service.page_contacts(conn, here, ContactFilter(external_id="C2"), after=None, limit=9)
        assert [contact.phone for contact in found] == [BORIS + 1]


async def test_a_zone_that_is_better_known_stays(database: Database) -> None:
    here = await workspace(database)

    def at(zones: str, origin: ZoneOrigin) -> IncomingContact:
        return IncomingContact(phone=ANNA, zones=zones, zone_origin=origin)

    async with database.transaction(here) as conn:
        for row, expected in (
            (at(PARIS, ZoneOrigin.PREFIX), (PARIS, ZoneOrigin.PREFIX)),
            (at("Indian/Reunion", ZoneOrigin.ADDRESS), ("Indian/Reunion", ZoneOrigin.ADDRESS)),
            (at("Asia/Tokyo", ZoneOrigin.SIGN_UP), ("Indian/Reunion", ZoneOrigin.ADDRESS)),
            (at("Asia/Tokyo", ZoneOrigin.DECLARED), ("Asia/Tokyo", ZoneOrigin.DECLARED)),
            (at(PARIS, ZoneOrigin.PREFIX), ("Asia/Tokyo", ZoneOrigin.DECLARED)),
        ):
            await service.merge(conn, here, [row])
            anna = (await service.by_phone(conn, here, [ANNA]))[ANNA]
            assert (anna.zones, anna.zone_origin) == expected
