"""From a campaign's text to who clicked: everybody has codes of their own, each click is counted once."""

import asyncio
import re
from datetime import datetime, timedelta

import pytest

from chappe.campaigns import service
from chappe.campaigns.experiments import service as experiments
from chappe.campaigns.experiments.model import Decider, Settings
from chappe.campaigns.links import service as links
from chappe.campaigns.links.model import LinkSettings
from chappe.campaigns.model import Audience, Campaign, NewCampaign
from chappe.campaigns.variants import service as variants
from chappe.campaigns.variants.model import Difference
from chappe.engine.planner import Planner
from chappe.engine.planner_store import PostgresPlanStore
from chappe.gate.rulings import Rulings
from chappe.kit.ids import uuid7
from chappe.messages.model import MessageState, Purpose
from chappe.messages.service import MessageIds
from chappe.sending.model import Intent
from chappe.sending.service import Door
from chappe.tracking import repo
from chappe.tracking.codes import LENGTH, Codes
from chappe.tracking.gathering import Asked, ClickLog
from chappe.tracking.jobs import settle
from chappe.tracking.resolving import REMEMBERED, Resolver
from chappe.tracking.runs import Shortening
from chappe.tracking.singles import Shortener

BASE = "https://sms.example.com"
BODY = "Hello {{ first_name }}, see https://shop.example.com/a or https://shop.example.com/b STOP 38200"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile/15E148 Safari/604.1"
CODE = re.compile(re.escape(f"{BASE}/l/") + f"([0-9A-Za-z]{{{LENGTH}}})(?![0-9A-Za-z])")


@pytest.fixture
def codes(keys) -> Codes:
    return Codes.of(keys)


@pytest.fixture
def sent(world, clock, codes):
    """A campaign with links to n people, planned."""

    async def make(
        n: int, chosen: LinkSettings | None = None, body: str = BODY, wait: bool = False
    ) -> Campaign:
        wanted = NewCampaign(
            name="Soldes d’été", purpose=Purpose.MARKETING, audience=Audience((await world.list_of(n),)),
            sender_id=world.short_code, body=body,
        )  # fmt: skip
        async with world.database.transaction(world.workspace_id) as conn:
            campaign = await service.create(conn, world.workspace_id, wanted, clock)
            if chosen is not None:
                await links.save(conn, campaign, chosen)
        if not wait:
            await go(campaign)
        return campaign

    async def go(campaign: Campaign) -> None:
        async with world.database.transaction(world.workspace_id) as conn:
            await service.send(conn, world.workspace_id, campaign.id, clock=clock, gate_clock=clock)
        await plan()

    async def plan() -> None:
        store = PostgresPlanStore(world.database, clock, 3, Shortening(codes, BASE))
        await Planner(store, clock, clock).plan_due_runs()

    make.go, make.plan = go, plan
    return make


async def bodies(world) -> dict[int, str]:
    rows = await world.database.engine.fetch(
        "select id, body from message where body is not null order by id"
    )
    return {row["id"]: row["body"] for row in rows}


async def leave(world, at: datetime) -> None:
    """Every message was taken by the carrier."""
    await world.database.engine.execute(
        "insert into message_state (id, workspace_id, state, parts, submitted_at) "
        "select id, workspace_id, $1, 1, $2 from message m where not exists "
        "(select from message_state s where s.id = m.id)",
        int(MessageState.DELIVERED),
        at,
    )


def click(world, at: datetime, found, *, agent: str = IPHONE, head: bool = False, who: bytes = b"") -> Asked:
    visitor = who or b"visitor %d" % (found.message_id or 0)
    link = found.destination
    return Asked(world.workspace_id, at, link.link_id, found.message_id, agent, head, visitor, None)


@pytest.fixture
def opened(world, clock, codes):
    """Somebody opens a link: the click is written down; `settled` some seconds later."""
    resolver, log = Resolver(world.database, codes, clock), ClickLog(world.database)

    async def open_(code: str, **more: object) -> str:
        found = await resolver.find(code)
        assert found is not None
        await log.write(click(world, clock.now(), found, **more))
        return found.destination.url

    return open_


async def counts(world) -> dict[tuple[str, int], tuple[int, int]]:
    rows = await world.database.engine.fetch(
        "select l.url, r.kind, r.n, r.people from run_click r join short_link l on l.id = r.link_id"
    )
    return {(row["url"][-1], row["kind"]): (row["n"], row["people"]) for row in rows}


async def recounted(world) -> list[object]:
    return await repo.miscounted(world.database.engine)


async def test_everybody_has_codes_of_their_own_that_lead_where_the_text_said(
    world, sent, codes, clock
) -> None:
    await sent(8)
    texts = await bodies(world)
    assert len(texts) == 8
    found = {message: CODE.findall(text) for message, text in texts.items()}
    assert all(len(each) == 2 for each in found.values())
    assert len({code for each in found.values() for code in each}) == 16
    assert {len(text) for text in texts.values()} == {len(next(iter(texts.values())))}
    resolver = Resolver(world.database, codes, clock)
    for message, (first, second) in found.items():
        one, other = await resolver.find(first), await resolver.find(second)
        assert (one.message_id, one.destination.url) == (message, "https://shop.example.com/a")
        assert (other.message_id, other.destination.url) == (message, "https://shop.example.com/b")
    assert await world.database.engine.fetchval("select count(*) from link_block") == 2, "no row a recipient"
    beyond = 1 + max(codes.number(code) for each in found.values() for code in each)
    assert await resolver.find(codes.code(beyond)) is None


async def test_parameters_and_the_domain_of_ones_own(world, sent) -> None:
    async with world.database.engine_transaction() as conn:
        await conn.execute(
            "insert into link_domain (id, workspace_id, host, state, chosen, verified_at) "
            "values ($1, $2, 'go.shop.example.com', 'ready', true, now())",
            uuid7(),
            world.workspace_id,
        )
    await sent(1, LinkSettings(utm={"source": "sms", "campaign": "{campaign}"}))
    [text] = (await bodies(world)).values()
    assert re.search(r"https://go\.shop\.example\.com/[0-9A-Za-z]{7} or https://go", text)
    urls = {row["url"] for row in await world.database.engine.fetch("select url from short_link")}
    assert urls == {
        f"https://shop.example.com/{path}?utm_source=sms&utm_campaign=soldes-d-ete" for path in "ab"
    }


async def test_a_campaign_may_leave_its_addresses_as_they_are(world, sent) -> None:
    await sent(2, LinkSettings(shorten=False))
    assert all("https://shop.example.com/a" in text for text in (await bodies(world)).values())
    assert await world.database.engine.fetchval("select count(*) from short_link") == 0


async def test_people_and_programs_are_counted_apart_each_click_once(world, sent, opened, clock) -> None:
    await sent(3)
    await leave(world, clock.now())
    texts = list((await bodies(world)).values())
    first, second, third = (CODE.findall(text) for text in texts)
    clock.advance(minutes=1)
    assert await opened(first[0]) == "https://shop.example.com/a"
    await opened(first[0])
    await opened(first[1])
    await opened(second[0], agent="WhatsApp/2.23.20.0")
    await opened(third[0], head=True)
    await opened(third[0])
    assert await settle(world.database, clock) == 0, "a burst must have time to show itself"
    clock.advance(seconds=5)
    assert await asyncio.gather(*(settle(world.database, clock) for _ in range(4))) != [0, 0, 0, 0]
    while await settle(world.database, clock):
        pass
    assert await counts(world) == {("a", 1): (3, 2), ("a", 2): (1, 1), ("a", 3): (1, 1), ("b", 1): (1, 1)}
    people = await world.database.engine.fetch(
        "select contact_id, human_at from message_click order by message_id"
    )
    assert [row["human_at"] is not None for row in people] == [True, False, True]
    assert all(row["contact_id"] is not None for row in people)
    assert await recounted(world) == []
    assert await world.database.engine.fetchval("select count(*) from click_unread") == 0


async def test_a_program_that_follows_every_link_is_no_crowd(world, sent, opened, clock) -> None:
    await sent(8)
    await leave(world, clock.now())
    clock.advance(minutes=1)
    for text in (await bodies(world)).values():
        await opened(CODE.findall(text)[0], who=b"one gateway")
    clock.advance(seconds=5)
    await settle(world.database, clock)
    assert await counts(world) == {("a", 3): (8, 8)}
    whys = {row["why"] for row in await world.database.engine.fetch("select why from click")}
    assert whys == {"burst"}


async def test_the_code_of_a_message_that_never_left_is_a_honeypot(world, sent, codes, opened, clock) -> None:
    await sent(2)
    [first, _] = await bodies(world)
    await world.database.engine.execute(
        "insert into message_state (id, workspace_id, state, reason) values ($1, 1, $2, 'canceled')",
        first,
        int(MessageState.CANCELED),
    )
    clock.advance(minutes=5)
    await opened(CODE.findall((await bodies(world))[first])[0])
    clock.advance(seconds=5)
    await settle(world.database, clock)
    assert [row["why"] for row in await world.database.engine.fetch("select why from click")] == [
        "never_sent"
    ]


async def test_a_killed_link_leads_nowhere_within_seconds(world, sent, codes, clock) -> None:
    await sent(1)
    [text] = (await bodies(world)).values()
    code = CODE.findall(text)[0]
    resolver = Resolver(world.database, codes, clock)
    assert not (await resolver.find(code)).destination.killed
    await world.database.engine.execute("update short_link set killed_at = now() where position = 0")
    clock.advance(seconds=REMEMBERED + 1)
    assert (await resolver.find(code)).destination.killed
    assert not (await resolver.find(CODE.findall(text)[1])).destination.killed


async def test_each_variant_has_links_of_its_own_and_the_rest_gets_the_winners(
    world, sent, codes, clock
) -> None:
    campaign = await sent(60, wait=True)
    async with world.database.transaction(world.workspace_id) as conn:
        await variants.add(
            conn, campaign, Difference(body="Hello, go to https://shop.example.com/c STOP 38200")
        )
        await experiments.save(conn, campaign, Settings(test_percent=50))
    await sent.go(campaign)
    async with world.database.transaction(world.workspace_id) as conn:
        await experiments.choose(conn, campaign, "B", by=Decider.PERSON, now=clock.now())
    await sent.plan()
    texts = await bodies(world)
    assert len(texts) == 60
    resolver = Resolver(world.database, codes, clock)
    runs = {}
    for message, text in texts.items():
        for code in CODE.findall(text):
            found = await resolver.find(code)
            assert found.message_id == message
            runs.setdefault(found.destination.url[-1], set()).add(found.destination.link_id)
    assert {path: len(each) for path, each in runs.items()} == {"a": 1, "b": 1, "c": 2}


async def test_planners_at_once_and_again_make_links_once(world, sent, codes, clock) -> None:
    campaign = await sent(30, wait=True)
    async with world.database.transaction(world.workspace_id) as conn:
        await service.send(conn, world.workspace_id, campaign.id, clock=clock, gate_clock=clock)
    await asyncio.gather(*(sent.plan() for _ in range(4)))
    await sent.plan()
    assert await world.database.engine.fetchval("select count(*) from short_link") == 2
    found = [code for text in (await bodies(world)).values() for code in CODE.findall(text)]
    assert len(found) == len(set(found)) == 60


async def test_visitors_are_forgotten_after_thirty_days(world, sent, opened, clock) -> None:
    await sent(1)
    await leave(world, clock.now() - timedelta(hours=1))
    [text] = (await bodies(world)).values()
    await opened(CODE.findall(text)[0])
    clock.advance(seconds=5)
    await settle(world.database, clock)
    async with world.database.engine_transaction() as conn:
        await repo.forget_visitors(conn, clock.now() - timedelta(days=30))
        assert await conn.fetchval("select who from click") is not None
        await repo.forget_visitors(conn, clock.now() + timedelta(days=1))
        assert await conn.fetchval("select who from click") is None


async def test_single_messages_have_links_of_their_own(world, codes, clock) -> None:
    shortener = Shortener(world.database, codes, BASE)
    ids = MessageIds(world.database, clock)
    door = Door(ids, Rulings(world.database), clock, clock, shortener=shortener)
    told = "Your parcel: https://shop.example.com/a"
    intents = [
        Intent(phone=33600000001 + n, sender_id=world.short_code, body=told, purpose=Purpose.TRANSACTIONAL,
               shorten=n != 2)
        for n in range(4)
    ]  # fmt: skip
    async with world.database.transaction(world.workspace_id) as conn:
        accepted = await door.accept(conn, world.workspace_id, intents)
        again = await door.accept(conn, world.workspace_id, intents[:1])
    texts = await bodies(world)
    assert texts[accepted[2].id] == told
    resolver = Resolver(world.database, codes, clock)
    for one in (accepted[0], accepted[1], accepted[3], again[0]):
        [code] = CODE.findall(texts[one.id])
        found = await resolver.find(code)
        assert (found.message_id, found.destination.url) == (one.id, "https://shop.example.com/a")
    assert await world.database.engine.fetchval("select count(*) from short_link") == 1
