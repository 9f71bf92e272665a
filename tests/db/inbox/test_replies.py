"""Canned replies: kept, named once, filled in for the person they go to."""

from typing import Any

import pytest

from chappe.contacts import service as contacts
from chappe.content.model import BadTemplate, EmptyBody, UnknownVariable
from chappe.inbox import replies
from chappe.inbox.model import BadReplyName, ReplyNameTaken, UnknownReply
from chappe.kit.ids import uuid7

ANNA = 33612345678


async def test_a_reply_is_kept_changed_and_forgotten(world: Any) -> None:
    here = world.workspace_id
    async with world.database.transaction(here) as conn:
        made = await replies.save(conn, here, None, "  Horaires  d'été ", "Ouvert de 9 h à 19 h.")
        assert made.name == "Horaires d'été"
        with pytest.raises(ReplyNameTaken):
            await replies.save(conn, here, None, "Horaires d'été", "Autre")
        changed = await replies.save(conn, here, made.id, "Horaires", "Fermé le lundi.")
        assert [(one.name, one.body) for one in await replies.replies(conn, here)] == [
            ("Horaires", "Fermé le lundi.")
        ]
        await replies.drop(conn, here, changed.id)
        with pytest.raises(UnknownReply):
            await replies.save(conn, here, made.id, "Horaires", "x")


@pytest.mark.parametrize(
    ("name", "body", "error"),
    [
        (" ", "Oui", BadReplyName),
        ("x" * 61, "Oui", BadReplyName),
        ("ok", " ", EmptyBody),
        ("ok", "Bonjour {{ nickname }}", UnknownVariable),
        ("ok", "Bonjour {{ first_name", BadTemplate),
    ],
)
async def test_what_cannot_be_kept(world: Any, name: str, body: str, error: type[Exception]) -> None:
    async with world.database.transaction(world.workspace_id) as conn:
        with pytest.raises(error):
            await replies.save(conn, world.workspace_id, None, name, body)


async def test_it_is_filled_in_and_what_is_missing_is_left_to_the_agent(world: Any) -> None:
    here = world.workspace_id
    await world.list_of(1, first=ANNA, attributes={"first_name": "Anna"})
    async with world.database.transaction(here) as conn:
        known = (await contacts.by_phone(conn, here, [ANNA]))[ANNA]
        one = await replies.save(conn, here, None, "Bonjour", "Bonjour {{ first_name }}, merci !")
        assert replies.filled_in(one, ANNA, known) == ("Bonjour Anna, merci !", [])
        text, missing = replies.filled_in(one, ANNA, None)
        assert ("{{ first_name }}" in text, missing) == (True, ["first_name"])


async def test_another_workspaces_reply_is_none(world: Any) -> None:
    async with world.database.transaction(world.workspace_id) as conn:
        with pytest.raises(UnknownReply):
            await replies.reply(conn, world.workspace_id, uuid7())
