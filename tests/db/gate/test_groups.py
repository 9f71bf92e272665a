"""Facts on an audience, read in groups: the same facts, for the same contacts, with their values in order."""

from collections.abc import Sequence

import pytest

from chappe.gate.model import Group
from chappe.gate.service import groups_of_contacts, recipients_of_phones

FIRST = 33600000001
# Of every kind that JSON has: a column is read by itself, or all attributes together.
VALUES = ["Anna", "O'\"\\\n☃", "", 7, 2.5, 10**20, True, False, None, ["a"], {"a": 1}]


async def groups(world, variables: Sequence[str]) -> list[Group]:
    """Of all contacts of the workspace."""
    async with world.database.engine_transaction() as conn:
        contacts, phones = await conn.fetchrow(
            "select array_agg(id order by id)::text, array_agg(phone order by id)::text from contact"
        )
        return await groups_of_contacts(conn, world.workspace_id, contacts, phones, variables)


def by_phone(found: list[Group], name: str) -> dict[int, object]:
    return {
        phone: value for group in found for phone, value in zip(group.phones, group.values[name], strict=True)
    }


@pytest.mark.parametrize("more", [[], ["a", "b", "c"], ["a", "b", "c", "d"]], ids=len)
async def test_values_are_those_of_the_contact(world, more: list[str]) -> None:
    for at, value in enumerate(VALUES):
        await world.list_of(1, first=FIRST + at, attributes={"city": value, "a": at, "phone": "x"})
    await world.list_of(1, first=FIRST + 100, attributes={"a": 100})
    found = await groups(world, ["city", "phone", "country", "language", *more])
    assert by_phone(found, "city") == {
        **{FIRST + at: value for at, value in enumerate(VALUES)},
        FIRST + 100: None,
    }
    assert set(by_phone(found, "country").values()) == {"FR"}
    assert set(by_phone(found, "language").values()) == {None}
    if more:
        assert by_phone(found, "a") == {phone: phone - FIRST for phone in by_phone(found, "city")}
    # The number is a fact, not a value: nobody's attribute stands in for it.
    assert all("phone" not in group.values for group in found)


async def test_those_who_share_the_facts_are_one_group(world) -> None:
    await world.list_of(4)
    await world.list_of(2, first=FIRST + 10, zones="Asia/Tokyo")
    await world.list_of(2, first=FIRST + 20, granted=False)
    await world.suppress(FIRST + 1)
    await world.suppress(FIRST + 2)
    await world.suppress(FIRST + 2, "all")
    await world.database.engine.execute("update contact set state = 2 where phone = $1", FIRST + 3)
    found = await groups(world, [])
    assert {tuple(sorted(group.phones)): tuple(group[:4]) for group in found} == {
        (FIRST,): (1, True, 0, "Europe/Paris"),
        (FIRST + 1,): (1, True, 1, "Europe/Paris"),
        (FIRST + 2,): (1, True, 2, "Europe/Paris"),
        (FIRST + 3,): (2, True, 0, "Europe/Paris"),
        (FIRST + 10, FIRST + 11): (1, True, 0, "Asia/Tokyo"),
        (FIRST + 20, FIRST + 21): (1, False, 0, "Europe/Paris"),
    }
    async with world.database.engine_transaction() as conn:
        phones = [phone for group in found for phone in group.phones]
        alone = {each.phone: each for each in await recipients_of_phones(conn, world.workspace_id, phones)}
    for group in found:
        assert group.contact_ids is not None
        for contact_id, phone in zip(group.contact_ids, group.phones, strict=True):
            one = alone[phone]
            assert one[:6] == (contact_id, phone, *group[:4])


async def test_contacts_that_are_gone_are_a_group_without_contacts(world) -> None:
    await world.list_of(2)
    async with world.database.engine_transaction() as conn:
        [known] = await groups_of_contacts(conn, world.workspace_id, "{1,2}", f"{{{FIRST},{FIRST + 1}}}", [])
        assert known.contact_ids == [1, 2]
        await conn.execute("update contact set phone = 33699999999 where phone = $1", FIRST)
        await conn.execute("delete from contact where phone = $1", FIRST + 1)
        [gone] = await groups_of_contacts(
            conn, world.workspace_id, "{1,2}", f"{{{FIRST},{FIRST + 1}}}", ["city"]
        )
    assert (gone.contact_ids, gone.contact_state) == (None, None)
    assert sorted(gone.phones) == [FIRST, FIRST + 1]
    assert gone.values == {"city": [None, None]}
