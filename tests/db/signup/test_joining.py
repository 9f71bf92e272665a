"""The one door by which a person subscribes."""

from typing import Any

import pytest

from chappe.consent import service as consent
from chappe.consent.evidence import BY_SMS, Evidence
from chappe.gate.rulings import Rulings
from chappe.messages.service import MessageIds
from chappe.sending.service import Door
from chappe.signup.joining import Join, Joined, Joining, JoinState

PHONE = 33600000001
WORDS = "I want offers from Shop by text"


@pytest.fixture
def joining(world: Any, clock: Any) -> Joining:
    return Joining(Door(MessageIds(world.database, clock), Rulings(world.database), clock, clock), clock)


@pytest.fixture
def join(world: Any, joining: Joining) -> Any:
    """Join in the web role, as a form does."""

    async def act(phone: int = PHONE, **changes: Any) -> Joined:
        async with world.database.transaction(world.workspace_id) as conn:
            wording = await consent.keep_wording(conn, world.workspace_id, WORDS)
            wanted = {"basis": "express", "source": "form", "evidence": Evidence(channel="web")} | changes
            return await joining.join(
                conn, world.workspace_id, Join(phone=phone, wording_id=wording, **wanted)
            )

    return act


async def test_a_stranger_becomes_a_contact_who_holds_offers(world: Any, join: Any) -> None:
    joined = await join(attributes={"first_name": "Anna"}, language="fr")
    assert (joined.state, joined.created) == (JoinState.GRANTED, True)
    row = await world.database.engine.fetchrow(
        "select c.language, c.attributes ->> 'first_name' as name, k.purpose, k.state, w.text "
        "from contact c join consent k on k.contact_id = c.id join consent_event e on e.contact_id = c.id "
        "join consent_wording w on w.id = e.wording_id"
    )
    assert tuple(row) == ("fr", "Anna", "marketing", "granted", WORDS)


async def test_who_said_stop_is_brought_back_by_their_own_text_alone(world: Any, join: Any) -> None:
    await world.database.engine.execute(
        "insert into suppression (workspace_id, phone, scope, reason, source) "
        "values ($1, $2, 'marketing', 'stop', 'inbound')",
        world.workspace_id, PHONE,
    )  # fmt: skip
    assert (await join()).state is JoinState.SUPPRESSED
    assert await world.database.engine.fetchval("select count(*) from consent") == 0
    assert (await join(evidence=Evidence(channel=BY_SMS, raw="JOIN"))).state is JoinState.GRANTED


async def test_a_block_is_not_theirs_to_lift(world: Any, join: Any) -> None:
    await world.suppress(PHONE, "all")
    assert (await join(evidence=Evidence(channel=BY_SMS))).state is JoinState.SUPPRESSED
