"""Conversations on the rows they leave: what comes in, lists, threads, answers."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chappe.db.pool import Connection
from chappe.gate.rulings import Rulings
from chappe.inbox import service
from chappe.inbox.answers import Answers
from chappe.inbox.model import (
    AlreadyAnswered,
    ConversationState,
    Heard,
    NoConversationSender,
    NotSent,
    Place,
    UnknownConversation,
    View,
)
from chappe.kit.clock import SystemClock
from chappe.kit.ids import uuid7
from chappe.messages.service import MessageIds
from chappe.sending.service import Door
from chappe.sms.encoding import Encoding

ANNA, BORIS, CLARA = 33612345678, 33698765432, 33611111111
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
ME, COLLEAGUE = uuid7(), uuid7()


def said(phone: int, text: str, sender_id: UUID | None = None, *, opens: bool = True) -> Heard:
    return Heard(phone=phone, sender_id=sender_id, text=text, opens=opens)


async def record(conn: Connection, here: int, phone: int, text: str, at: datetime = NOON) -> None:
    """A text as the engine records it."""
    await conn.execute(
        "insert into inbound (workspace_id, carrier_number, phone, source, destination, body, fingerprint,"
        " session, received_at) values ($1, 1, $2, $3, '38200', $4, $5, 1, $6)",
        here,
        phone,
        str(phone),
        text,
        text.encode(),
        at,
    )


async def phones(conn: Connection, here: int, view: View, user: UUID = ME, **more: Any) -> list[int]:
    return [one.phone for one in await service.page(conn, here, view, user, limit=10, **more)]


def answers(world: Any) -> Answers:
    clock = SystemClock()
    return Answers(
        Door(MessageIds(world.database, clock), Rulings(world.database), clock, clock), clock, clock
    )


async def test_a_text_opens_a_conversation_and_texts_of_one_batch_are_one_change(world: Any) -> None:
    here = world.workspace_id
    async with world.database.engine_transaction() as conn:
        batch = [said(ANNA, "Bonjour", world.short_code), said(BORIS, "Hi"), said(ANNA, "Vous êtes là ?")]
        await service.heard(conn, here, batch, NOON)
        anna = (await service.with_number(conn, here, ANNA)).conversation
        assert anna is not None
        assert (anna.unread, anna.last_text, anna.sender_id) == (2, "Vous êtes là ?", world.short_code)
        assert not anna.last_mine
        assert await service.unread(conn, here, ME) == 2


async def test_a_keyword_opens_nothing_and_is_noted_where_there_is_a_conversation(world: Any) -> None:
    here = world.workspace_id
    async with world.database.engine_transaction() as conn:
        await service.heard(conn, here, [said(ANNA, "STOP", opens=False)], NOON)
        with pytest.raises(UnknownConversation):
            await service.with_number(conn, here, ANNA)
        await service.heard(conn, here, [said(ANNA, "Une question")], NOON)
        await service.close(conn, here, ANNA)
        await service.heard(conn, here, [said(ANNA, "STOP", opens=False)], NOON + timedelta(minutes=1))
        anna = (await service.with_number(conn, here, ANNA)).conversation
        assert anna is not None
        assert (anna.state, anna.last_text, anna.unread) == (ConversationState.CLOSED, "STOP", 0)


async def test_what_comes_in_opens_again_and_keeps_its_assignee(world: Any) -> None:
    here = world.workspace_id
    async with world.database.transaction(here) as conn:
        await service.heard(conn, here, [said(ANNA, "Bonjour")], NOON)
        assert await service.assign(conn, here, ANNA, ME)
        assert not await service.assign(conn, here, ANNA, ME)
        assert await service.close(conn, here, ANNA)
        assert not await service.close(conn, here, ANNA)
        assert await phones(conn, here, View.CLOSED) == [ANNA]
        await service.heard(conn, here, [said(ANNA, "Encore moi")], NOON + timedelta(hours=1))
        assert await phones(conn, here, View.MINE) == [ANNA]
        assert await phones(conn, here, View.CLOSED) == []


async def test_views_and_their_pages(world: Any) -> None:
    here = world.workspace_id
    async with world.database.transaction(here) as conn:
        for minute, phone in enumerate((ANNA, BORIS, CLARA)):
            await service.heard(conn, here, [said(phone, "?")], NOON + timedelta(minutes=minute))
        await service.assign(conn, here, BORIS, ME)
        await service.assign(conn, here, CLARA, COLLEAGUE)
        assert await phones(conn, here, View.OPEN) == [CLARA, BORIS, ANNA]
        assert await phones(conn, here, View.MINE) == [BORIS]
        assert await phones(conn, here, View.UNASSIGNED) == [ANNA]
        behind = Place(NOON + timedelta(minutes=2), CLARA)
        assert await phones(conn, here, View.OPEN, behind=behind) == [BORIS, ANNA]
        # A colleague's does not wait for me.
        assert await service.unread(conn, here, ME) == 2
        await service.look(conn, here, ANNA)
        assert await service.unread(conn, here, ME) == 1


async def test_another_workspace_sees_nothing(world: Any) -> None:
    other = await world.database.engine.fetchval("insert into workspace (name) values ('o') returning id")
    async with world.database.engine_transaction() as conn:
        await service.heard(conn, world.workspace_id, [said(ANNA, "Bonjour")], NOON)
    async with world.database.transaction(other) as conn:
        assert await conn.fetchval("select count(*) from conversation") == 0
        with pytest.raises(UnknownConversation):
            await service.with_number(conn, other, ANNA)


async def test_an_answer_is_in_the_ledger_the_thread_and_the_list(world: Any) -> None:
    here, now = world.workspace_id, datetime.now(UTC)
    async with world.database.transaction(here) as conn:
        await record(conn, here, ANNA, "Êtes-vous ouverts ?", now - timedelta(minutes=1))
        await service.heard(conn, here, [said(ANNA, "Êtes-vous ouverts ?")], now)
        sent = await answers(world).send(
            conn, here, ANNA, sender_id=world.short_code, text="Oui, jusqu'à 19 h.", by=ME, once=uuid7()
        )
        assert sent.parts == 1
    async with world.database.transaction(here) as conn:
        thread = await service.thread(conn, here, ANNA, gate_now=now)
        asked, answered = thread.said
        assert asked.inbound is not None
        assert answered.outbound is not None
        assert (asked.inbound.body, answered.outbound.body) == ("Êtes-vous ouverts ?", "Oui, jusqu'à 19 h.")
        assert (answered.by, answered.outbound.purpose.label) == (ME, "conversation")
        known = (await service.with_number(conn, here, ANNA)).conversation
        assert known is not None
        # Whoever answers first takes it.
        assert (known.assignee_id, known.last_mine, known.unread) == (ME, True, 0)


async def test_a_form_that_is_sent_twice_is_one_answer(world: Any) -> None:
    here, once = world.workspace_id, uuid7()
    desk = answers(world)
    form = {"sender_id": world.short_code, "text": "Oui.", "by": ME, "once": once}
    async with world.database.transaction(here) as conn:
        await desk.send(conn, here, ANNA, **form)
    with pytest.raises(AlreadyAnswered):
        async with world.database.transaction(here) as conn:
            await desk.send(conn, here, ANNA, **form)
    assert await world.database.engine.fetchval("select count(*) from message") == 1


@pytest.mark.parametrize(("scope", "refusal"), [("marketing", None), ("all", "suppressed")])
async def test_a_stop_does_not_silence_an_answer_and_a_block_does(
    world: Any, scope: str, refusal: str | None
) -> None:
    here = world.workspace_id
    await world.suppress(ANNA, scope)
    async with world.database.transaction(here) as conn:
        found = await answers(world).answering(conn, here, ANNA, None)
        assert (found.chosen.id if found.chosen else None, found.refusal) == (world.short_code, refusal)
    if refusal is not None:
        with pytest.raises(NotSent) as caught:
            async with world.database.transaction(here) as conn:
                await answers(world).send(
                    conn, here, ANNA, sender_id=world.short_code, text="Oui.", by=ME, once=uuid7()
                )
        assert caught.value.params["reason"] == refusal
        assert await world.database.engine.fetchval("select count(*) from message") == 0


async def test_nobody_answers_from_a_name(world: Any) -> None:
    with pytest.raises(NoConversationSender):
        async with world.database.transaction(world.workspace_id) as conn:
            await answers(world).send(
                conn, world.workspace_id, ANNA, sender_id=world.alphanumeric, text="Oui", by=ME, once=uuid7()
            )


async def test_the_figures_under_an_answer(world: Any) -> None:
    here = world.workspace_id
    async with world.database.transaction(here) as conn:
        desk = answers(world)
        plain = await desk.draft(conn, here, ANNA, world.short_code, "Bonjour")
        assert (plain.parts, plain.left, plain.encoding, plain.refusal) == (1, 153, Encoding.GSM7, None)
        assert plain.price is not None
        odd = await desk.draft(conn, here, ANNA, world.short_code, "C’est prêt ✨" + "." * 70)
        assert (odd.parts, odd.encoding, list(odd.culprits)) == (2, Encoding.UCS2, ["’", "ê", "✨"])
        abroad = await desk.draft(conn, here, 12025550123, world.short_code, "Hello")
        assert abroad.refusal == "no_price"


async def test_a_thread_is_read_back_in_pages(world: Any) -> None:
    here = world.workspace_id
    async with world.database.transaction(here) as conn:
        for minute in range(7):
            await record(conn, here, ANNA, f"texte {minute}", NOON + timedelta(minutes=minute))
        newest = await service.thread(conn, here, ANNA, gate_now=NOON, limit=3)
        assert [one.inbound.body for one in newest.said if one.inbound] == ["texte 4", "texte 5", "texte 6"]
        middle = await service.thread(conn, here, ANNA, gate_now=NOON, below=newest.older, limit=3)
        oldest = await service.thread(conn, here, ANNA, gate_now=NOON, below=middle.older, limit=3)
        assert [one.inbound.body for one in oldest.said if one.inbound] == ["texte 0"]
        assert oldest.older is None


async def test_what_went_quiet_is_put_away_together(world: Any) -> None:
    here = world.workspace_id
    async with world.database.transaction(here) as conn:
        await service.heard(conn, here, [said(ANNA, "?")], NOON)
        await service.heard(conn, here, [said(BORIS, "?")], NOON + timedelta(days=3))
        assert await service.close_quiet(conn, here, NOON + timedelta(days=1)) == 1
        assert await phones(conn, here, View.OPEN) == [BORIS]
        assert await service.unread(conn, here, ME) == 1
