"""What a test key sends, watched at the carriers' sockets: simulated phones alone."""

from pathlib import Path
from uuid import UUID

from chappe.accounts import service as accounts
from chappe.carriers import service as carriers
from chappe.carriers import test_data
from chappe.carriers.settings import SmppSettings
from chappe.gate.rulings import Rulings
from chappe.kit.clock import SystemClock
from chappe.lab import checks
from chappe.messages.model import Purpose
from chappe.messages.service import MessageIds
from chappe.sending.model import Intent
from chappe.sending.service import Door

SCENARIO = '[[carriers]]\nname = "real"\n\n[[carriers]]\nname = "lab"\n'
LIVE, TRIED, FORCED = 33612000001, 33612000002, 33612000003


async def _accept(ground, workspace: int, sender: UUID, phone: int) -> int:
    clock = SystemClock()
    door = Door(MessageIds(ground.db, clock), Rulings(ground.db), clock, clock)
    intent = Intent(phone=phone, sender_id=sender, body="Hello", purpose=Purpose.TRANSACTIONAL)
    async with ground.db.transaction(workspace) as conn:
        [accepted] = await door.accept(conn, workspace, [intent])
    return accepted.id


async def _test_workspace(ground) -> tuple[int, UUID]:
    """The test data of the ground's workspace, and the sender in them."""
    async with ground.db.engine_transaction() as conn:
        made = await accounts.create_key(conn, ground.workspace, "try", live=False)
        assert made.new_test_workspace is not None
        await test_data.prepare(conn, ground.keys, made.new_test_workspace, like=ground.workspace)
        [sender] = await carriers.senders(conn, made.new_test_workspace)
    return made.new_test_workspace, sender.id


async def test_a_test_key_reaches_simulated_carriers_alone(ground, lab_of, tmp_path: Path) -> None:
    async with lab_of(SCENARIO, tmp_path) as lab:
        host, port = lab.carrier("real").address
        async with ground.db.engine_transaction() as conn:
            await carriers.create_carrier(
                conn,
                ground.keys,
                ground.workspace,
                name="real",
                settings=SmppSettings(host=host, port=port, system_id="real"),
                password="secret",
            )
            live_route = await conn.fetchval("select id from route where is_default")
        await ground.add_carrier("lab", lab.carrier("lab").address)
        test, sender = await _test_workspace(ground)
        live_id = await _accept(ground, ground.workspace, ground.sender, LIVE)
        tried_id = await _accept(ground, test, sender, TRIED)
        forced_id = await _accept(ground, test, sender, FORCED)
        # As if a fault had routed it to the real carrier.
        await ground.db.engine.execute("update chunk set route_id = $2 where lo = $1", forced_id, live_route)

        async def submitted() -> bool:
            return (
                await ground.db.engine.fetchval(
                    "select count(*) from message_state where id = any($1::bigint[])", [live_id, tried_id]
                )
                == 2
            )

        async with ground.sending():
            await ground.until(submitted, what="the live message and the tried one")
    reached = {(one.carrier, one.destination) for one in checks.submits(tmp_path / "lab.log")}
    assert reached == {("real", str(LIVE)), ("lab", str(TRIED))}
    assert await ground.db.engine.fetchval("select count(*) from message_state where id = $1", forced_id) == 0
