"""Carriers, routes and senders in the database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from chappe.carriers import routing, service
from chappe.carriers.errors import (
    BadPrices,
    BadRoute,
    CarrierInUse,
    NameTaken,
    NoSuchSenderRoute,
    NotSimulated,
    SenderExists,
    UnknownCarrier,
)
from chappe.carriers.filters import PURPOSES, Filter
from chappe.carriers.model import Carrier, LinkState, Price, SenderKind
from chappe.carriers.settings import SmppSettings
from chappe.db.errors import WrongSecretKey
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Connection, Database
from chappe.engine.dispatch import Shares
from chappe.kit.ids import uuid7

SETTINGS = SmppSettings(host="127.0.0.1", port=2775, system_id="acme")
PRICES = [
    Price(prefix="33", price=Decimal("0.045"), currency="EUR"),
    Price(prefix="336", price=Decimal("0.05"), currency="EUR"),
]


@pytest.fixture
async def workspace(database: Database) -> int:
    made: int = await database.engine.fetchval("insert into workspace (name) values ('w') returning id")
    return made


async def add(conn: Connection, keys: InstanceKeys, workspace: int, name: str = "alpha") -> Carrier:
    return await service.create_carrier(
        conn, keys, workspace, name=name, settings=SETTINGS, password="s3cret", prices=PRICES
    )


@asynccontextmanager
async def listening(database: Database) -> AsyncIterator[list[str]]:
    """What is told on the channel while the block lasts, in order."""
    heard: list[str] = []
    conn = await database.connection()
    try:
        await conn.add_listener("chappe_carrier", lambda *notice: heard.append(str(notice[3])))
        yield heard
    finally:
        await conn.close()


async def until(heard: list[str], count: int) -> None:
    async with asyncio.timeout(60):
        while len(heard) < count:
            await asyncio.sleep(0.01)


async def test_the_first_carrier_makes_the_default_route(
    database: Database, keys: InstanceKeys, workspace: int
) -> None:
    async with database.transaction(workspace) as conn:
        first = await add(conn, keys, workspace)
        await add(conn, keys, workspace, "beta")
        (route,) = await routing.routes(conn, workspace)
    assert (route.name, route.is_default, route.carriers) == ("Default", True, (first.id,))


async def test_the_password_is_sealed_and_opened_for_the_link(
    database: Database, keys: InstanceKeys, workspace: int
) -> None:
    async with database.transaction(workspace) as conn:
        made = await add(conn, keys, workspace)
    row = await database.engine.fetchrow("select settings::text as settings, secret from carrier")
    assert row is not None
    assert b"s3cret" not in row["secret"]
    assert "s3cret" not in row["settings"]
    assert "s3cret" not in repr(made)
    async with database.engine_transaction() as conn:
        (link,) = await service.load_links(conn, keys)
        with pytest.raises(WrongSecretKey):
            await service.load_links(conn, InstanceKeys.derive(b"another secret key, of 32 bytes."))
    assert link.password.reveal() == "s3cret"
    assert "s3cret" not in repr(link)
    assert (link.number, link.settings, link.revision) == (made.number, SETTINGS, 1)


async def test_a_password_copied_to_another_carrier_does_not_open(
    database: Database, keys: InstanceKeys, workspace: int
) -> None:
    async with database.transaction(workspace) as conn:
        await add(conn, keys, workspace)
        await add(conn, keys, workspace, "beta")
    await database.engine.execute(
        "update carrier set secret = (select secret from carrier where name = 'alpha') where name = 'beta'"
    )
    async with database.engine_transaction() as conn:
        with pytest.raises(WrongSecretKey, match="Enter it again"):
            await service.load_links(conn, keys)


async def test_a_change_keeps_the_rest_and_raises_the_revision(
    database: Database, keys: InstanceKeys, workspace: int
) -> None:
    async with database.transaction(workspace) as conn:
        made = await add(conn, keys, workspace)
        changed = await service.change_carrier(conn, keys, workspace, made.id, name="gamma", enabled=False)
    assert (changed.name, changed.enabled, changed.revision) == ("gamma", False, 2)
    assert (changed.settings, changed.prices) == (made.settings, made.prices)
    async with database.engine_transaction() as conn:
        assert await service.load_links(conn, keys) == []
        await service.change_carrier(
            conn, keys, workspace, made.id, enabled=True, password="new", prices=PRICES[:1]
        )
        (link,) = await service.load_links(conn, keys)
        prices = await routing.load_prices(conn, workspace)
    assert link.password.reveal() == "new"
    assert prices.of_carrier(made.number, [33612345678]) == [PRICES[0]]


async def test_a_price_holds_from_its_day_on_until_another_does(
    database: Database, keys: InstanceKeys, workspace: int
) -> None:
    today = datetime.now(ZoneInfo("Europe/Paris")).date()
    later, over = today + timedelta(days=10), today - timedelta(days=10)
    always, before, next_one = (
        Price(prefix="33", price=Decimal(price), currency="EUR", since=since)
        for price, since in (("0.04", None), ("0.05", over), ("0.06", later))
    )
    async with database.transaction(workspace) as conn:
        made = await add(conn, keys, workspace)
        listed = [always, before, next_one]
        changed = await service.change_carrier(conn, keys, workspace, made.id, prices=listed)
        assert (changed.prices, changed.price_list) == ((before,), (always, before, next_one))
        for days, price in ((-30, always), (-9, before), (0, before), (9, before), (11, next_one)):
            prices = await routing.load_prices(conn, workspace, datetime.now(UTC) + timedelta(days=days))
            assert prices.of_carrier(made.number, [33612345678]) == [price], days
        with pytest.raises(BadPrices, match=f"two prices from {later} on"):
            await service.change_carrier(conn, keys, workspace, made.id, prices=[*listed, next_one])


async def test_senders_hear_of_every_change_when_it_commits(
    database: Database, keys: InstanceKeys, workspace: int
) -> None:
    async with listening(database) as heard:
        async with database.transaction(workspace) as conn:
            made = await add(conn, keys, workspace)
            assert heard == []
        await until(heard, 2)
        async with database.transaction(workspace) as conn:
            await service.change_carrier(conn, keys, workspace, made.id, enabled=False)
        await until(heard, 3)
    assert heard == [str(made.number), "routes", str(made.number)]


async def test_names_are_unique_in_a_workspace(
    database: Database, keys: InstanceKeys, workspace: int
) -> None:
    async with database.transaction(workspace) as conn:
        await add(conn, keys, workspace)
        beta = await add(conn, keys, workspace, "beta")
        with pytest.raises(NameTaken, match="Choose another name"):
            await add(conn, keys, workspace)
        with pytest.raises(NameTaken):
            await service.change_carrier(conn, keys, workspace, beta.id, name="alpha")
        same = await service.change_carrier(conn, keys, workspace, beta.id, name="beta")
        assert same.name == "beta"
        with pytest.raises(NameTaken):
            await routing.create_route(conn, workspace, name="Default", carriers=[beta.id])


async def test_a_used_carrier_is_kept(database: Database, keys: InstanceKeys, workspace: int) -> None:
    async with database.transaction(workspace) as conn:
        alpha = await add(conn, keys, workspace)
        beta = await add(conn, keys, workspace, "beta")
        gamma = await add(conn, keys, workspace, "gamma")
        with pytest.raises(CarrierInUse, match="Take it out of its routes"):
            await service.delete_carrier(conn, workspace, alpha.id)
        await service.delete_carrier(conn, workspace, beta.id)
        with pytest.raises(UnknownCarrier):
            await service.delete_carrier(conn, workspace, beta.id)
    await database.engine.execute("update link set submitted = 1 where carrier_number = $1", gamma.number)
    async with database.transaction(workspace) as conn:
        with pytest.raises(CarrierInUse):
            await service.delete_carrier(conn, workspace, gamma.id)
    assert await database.engine.fetchval("select count(*) from link") == 2


async def test_a_link_whose_lease_ended_is_down(
    database: Database, keys: InstanceKeys, workspace: int
) -> None:
    async with database.transaction(workspace) as conn:
        made = await add(conn, keys, workspace)
    for lease, state in (("9 s", LinkState.BOUND), ("-1 s", LinkState.DOWN)):
        await database.engine.execute(
            "update link set state = 'bound', lease_until = now() + $1::text::interval", lease
        )
        async with database.transaction(workspace) as conn:
            assert (await service.carrier(conn, workspace, made.id)).state is state
            (status,) = await service.link_statuses(conn)
        assert status.state is state


@pytest.mark.parametrize(
    ("prices", "field"),
    [
        ([PRICES[0], PRICES[0]], "prices[1].prefix"),
        ([PRICES[0], Price(prefix="44", price=Decimal(1), currency="GBP")], "prices"),
    ],
)
async def test_prices_that_contradict_each_other(
    database: Database, keys: InstanceKeys, workspace: int, prices: list[Price], field: str
) -> None:
    async with database.transaction(workspace) as conn:
        with pytest.raises(BadPrices) as caught:
            await service.create_carrier(
                conn, keys, workspace, name="x", settings=SETTINGS, password="", prices=prices
            )
    assert caught.value.field == field


async def test_a_simulated_carrier_is_on_this_machine(
    database: Database, keys: InstanceKeys, workspace: int
) -> None:
    elsewhere = SmppSettings(host="smsc.example", port=2775, system_id="acme")
    async with database.transaction(workspace) as conn:
        with pytest.raises(NotSimulated, match="another machine"):
            await service.create_carrier(
                conn, keys, workspace, name="x", settings=elsewhere, password="", simulated=True
            )
        lab = await service.create_carrier(
            conn, keys, workspace, name="x", settings=SETTINGS, password="", simulated=True
        )
        with pytest.raises(NotSimulated):
            await service.change_carrier(conn, keys, workspace, lab.id, settings=elsewhere)


async def test_routes_keep_the_order_of_their_carriers(
    database: Database, keys: InstanceKeys, workspace: int
) -> None:
    async with database.transaction(workspace) as conn:
        a, b, c = [await add(conn, keys, workspace, name) for name in "abc"]
        route = await routing.create_route(conn, workspace, name="r", carriers=[c.id, a.id])
        assert route.carriers == (c.id, a.id)
        route = await routing.change_route(conn, workspace, route.id, carriers=[b.id, c.id, a.id])
        assert route.carriers == (b.id, c.id, a.id)
        with pytest.raises(BadRoute, match="only once"):
            await routing.change_route(conn, workspace, route.id, carriers=[a.id, a.id])
        with pytest.raises(BadRoute) as caught:
            await routing.change_route(conn, workspace, route.id, carriers=[a.id, uuid7()])
        assert caught.value.field == "carriers[1]"
    async with database.engine_transaction() as conn:
        settings = {one.route_id: one.carriers for one in await routing.load_routes(conn)}
        prices = await routing.load_prices(conn, workspace)
    assert settings[route.id] == (b.number, c.number, a.number)
    assert prices.of_route(route.id, [33612345678]) == [PRICES[1]]


async def test_a_sender_uses_its_own_route_or_the_default(
    database: Database, keys: InstanceKeys, workspace: int
) -> None:
    async with database.transaction(workspace) as conn:
        early = await service.create_sender(conn, workspace, address="36105", kind=SenderKind.SHORT_CODE)
        assert early.route_id is None
        carrier = await add(conn, keys, workspace)
        (default,) = await routing.routes(conn, workspace)
        own = await routing.create_route(conn, workspace, name="own", carriers=[carrier.id])
        early = await service.sender(conn, workspace, early.id)
        assert (early.route_id, early.own_route_id) == (default.id, None)
        early = await service.change_sender(conn, workspace, early.id, route_id=own.id)
        assert early.route_id == own.id
        with pytest.raises(NoSuchSenderRoute):
            await service.change_sender(conn, workspace, early.id, route_id=uuid7())
        with pytest.raises(SenderExists, match="GET /v1/senders"):
            await service.create_sender(conn, workspace, address="36105", kind=SenderKind.SHORT_CODE)


async def test_a_long_code_is_found_with_and_without_its_plus(
    database: Database, keys: InstanceKeys, workspace: int
) -> None:
    async with database.transaction(workspace) as conn:
        made = await service.create_sender(
            conn, workspace, address="+33 7 00 00 00 01", kind=SenderKind.LONG_CODE
        )
        for spelling in ("33700000001", "+33700000001"):
            found = await service.sender_by_address(conn, workspace, spelling)
            assert found is not None
            assert found.id == made.id
        assert await service.sender_by_address(conn, workspace, "36105") is None


async def test_filters_of_a_route_choose_the_carriers_and_outlive_a_new_order(
    database: Database, keys: InstanceKeys, workspace: int
) -> None:
    """What SQL finds for a branch is what the filters say in Python; fail-over stays within it."""
    french, cheap = Filter(("33",), ()), Filter(("336", "32"), ("marketing",))
    async with database.transaction(workspace) as conn:
        a, b, c = [await add(conn, keys, workspace, name) for name in "abc"]
        route = await routing.create_route(
            conn, workspace, name="r", carriers=[c.id, a.id, b.id], filters={a.id: french, c.id: cheap}
        )
        with pytest.raises(BadRoute, match="no carrier of this route"):
            await routing.change_route(conn, workspace, route.id, carriers=[b.id], filters={a.id: french})
        prices = await routing.load_prices(conn, workspace)
        shares = Shares()
        shares.update(await routing.load_routes(conn), {a.number, b.number})
        route = await routing.change_route(conn, workspace, route.id, carriers=[b.id, a.id, c.id])
    known = await database.engine.fetchval("select count(*) from route_branch")
    assert dict(route.by_carrier) == {a.id: french, b.id: Filter(), c.id: cheap}
    assert known == 5 * 4
    assert prices.of_route(route.id, [33612345678]) == [PRICES[1]]
    numbers = {each.id: each.number for each in (a, b, c)}
    in_order = [(c, cheap), (a, french), (b, Filter())]
    for purpose in (*PURPOSES, "service"):
        for phone in (33612345678, 33145678901, 32470123456, 447911123456):
            meant = [numbers[each.id] for each, takes in in_order if takes.takes(purpose, str(phone))]
            [branch] = prices.branches(route.id, purpose, [phone]) or [None]
            assert branch is not None
            taken = [number for number in meant if number != c.number]  # c is down
            for number in (a.number, b.number):
                alone = [
                    share for share in shares.of(number) if share.route_id == branch.id and not share.other
                ]
                assert bool(alone) is (number == taken[0])


async def test_a_route_without_filters_any_more_has_no_branches(
    database: Database, keys: InstanceKeys, workspace: int
) -> None:
    async with database.transaction(workspace) as conn:
        a = await add(conn, keys, workspace)
        (route,) = await routing.routes(conn, workspace)
        await routing.change_route(conn, workspace, route.id, filters={a.id: Filter(("33",))})
        filtered = await routing.load_prices(conn, workspace)
        await routing.change_route(conn, workspace, route.id, filters={})
        free = await routing.load_prices(conn, workspace)
        still = {each.route_id: each.carriers for each in await routing.load_routes(conn)}
    assert filtered.branches(route.id, "otp", [32470123456]) == [None]
    assert free.branches(route.id, "otp", [32470123456]) is None
    [branch] = filtered.branches(route.id, "otp", [33612345678]) or [None]
    assert branch is not None
    assert still[branch.id] == (a.number,)
