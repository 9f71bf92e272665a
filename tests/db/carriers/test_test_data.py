"""Test data: real carriers are refused among them by the database itself."""

import asyncpg
import pytest

from chappe.accounts import service as accounts
from chappe.carriers import routing, test_data
from chappe.carriers import service as carriers
from chappe.carriers.errors import SimulatedOnly
from chappe.carriers.model import SenderKind
from chappe.carriers.settings import SmppSettings
from chappe.db.keys import InstanceKeys
from chappe.db.pool import Database

LOCAL = SmppSettings(host="127.0.0.1", port=2775, system_id="lab")
ELSEWHERE = SmppSettings(host="smpp.example", port=2775, system_id="us")


@pytest.fixture
async def workspaces(database: Database, keys: InstanceKeys) -> tuple[int, int]:
    """A live workspace with a simulated and a real carrier and a sender, and its test data."""
    async with database.engine_transaction() as conn:
        live = await conn.fetchval("insert into workspace (name) values ('Live') returning id")
        for name, settings in (("Lab", LOCAL), ("Real", ELSEWHERE)):
            await carriers.create_carrier(
                conn, keys, live, name=name, settings=settings, password="pw", simulated=settings is LOCAL
            )
        await carriers.create_sender(conn, live, address="36180", kind=SenderKind.SHORT_CODE)
        made = await accounts.create_key(conn, live, "try", live=False)
        assert made.new_test_workspace is not None
        await test_data.prepare(conn, keys, made.new_test_workspace, like=live)
    return live, made.new_test_workspace


async def test_they_begin_with_the_senders_and_the_simulated_carriers(
    database: Database, keys: InstanceKeys, workspaces: tuple[int, int]
) -> None:
    async with database.engine_transaction() as conn:
        [carrier] = await carriers.carriers(conn, workspaces[1])
        [sender] = await carriers.senders(conn, workspaces[1])
        [route] = await routing.routes(conn, workspaces[1])
        links = {link.number: link for link in await carriers.load_links(conn, keys)}
    assert (carrier.name, carrier.simulated, carrier.settings.system_id) == ("Lab", True, "lab-test")
    assert (sender.address, list(route.carriers)) == ("36180", [carrier.id])
    assert links[carrier.number].password.reveal() == "pw"


async def test_a_second_test_key_finds_them_as_they_are(
    database: Database, workspaces: tuple[int, int]
) -> None:
    async with database.engine_transaction() as conn:
        again = await accounts.create_key(conn, workspaces[0], "again", live=False)
        assert again.new_test_workspace is None
        assert await accounts.test_workspace(conn, workspaces[0]) == workspaces[1]


async def test_no_real_carrier_comes_in(
    database: Database, keys: InstanceKeys, workspaces: tuple[int, int]
) -> None:
    async with database.transaction(workspaces[1]) as conn:
        with pytest.raises(SimulatedOnly):
            await carriers.create_carrier(
                conn, keys, workspaces[1], name="Real", settings=ELSEWHERE, password=""
            )
    async with database.transaction(workspaces[1]) as conn:
        [carrier] = await carriers.carriers(conn, workspaces[1])
        with pytest.raises(SimulatedOnly):
            await carriers.change_carrier(conn, keys, workspaces[1], carrier.id, simulated=False)


@pytest.mark.parametrize(
    "statement",
    [
        "update carrier set simulated = false where workspace_id = $2",
        "update carrier set workspace_id = $2 where workspace_id = $1 and not simulated",
        "update route_carrier set carrier_id = (select id from carrier where name = 'Real')"
        " where workspace_id = $2",
        "update route_carrier set workspace_id = $2 where workspace_id = $1",
        "update sender set route_id = (select id from route where workspace_id = $1) where workspace_id = $2",
    ],
)
async def test_no_statement_joins_them_to_a_real_carrier(
    database: Database, workspaces: tuple[int, int], statement: str
) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await database.engine.execute(
            statement.replace("$1", str(workspaces[0])).replace("$2", str(workspaces[1]))
        )
