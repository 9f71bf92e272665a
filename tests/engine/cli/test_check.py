"""`chappe check` binds to each carrier as the sender would, and says what to do where it cannot."""

import socket
from pathlib import Path

from chappe.carriers import service as carriers
from chappe.carriers.settings import SmppSettings
from chappe.config.secret import secret_key
from chappe.config.settings import Settings
from chappe.db.keys import InstanceKeys
from chappe.db.open import open_database
from chappe.lab.loading import parse_scenario
from chappe.lab.process import LabProcess

SCENARIO = '[[carriers]]\nname = "alpha"\nbinds.credentials = { alpha = "secret", bravo = "other" }\n'


async def test_each_carrier_is_tried(installation, tmp_path: Path) -> None:
    async with LabProcess(parse_scenario(SCENARIO), directory=tmp_path) as lab:
        host, port = lab.address("alpha")
        await installation.prepare((host, port))
        await _add(installation, "bravo", host, port)
        with socket.create_server(("127.0.0.1", 0)) as closed:
            dead = closed.getsockname()[1]
        await _add(installation, "dead", "127.0.0.1", dead)
        told = await installation.run("check")
    assert told.code == 1
    assert f"ok   carrier alpha: binds at {host}:{port}" in told.out
    assert f"BAD  carrier bravo at {host}:{port}: refused the bind with ESME_RINVPASWD" in told.out
    assert f"BAD  carrier dead at 127.0.0.1:{dead}: connection refused\n" in told.out
    assert "password" in told.out
    assert told.err == "chappe: 2 of 6 checks failed.\n"
    assert installation.processes() == []


async def test_beside_a_running_program_the_link_says_why(installation, until) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        dead = closed.getsockname()[1]
    await installation.prepare(("127.0.0.1", dead))
    wanted = f"BAD  carrier alpha: waiting, connection refused at 127.0.0.1:{dead}\n"

    async def told() -> bool:
        return wanted in (await installation.run("check")).out

    async with installation.serving():
        await until(told, "the link's trouble is told in words")


async def test_nothing_is_configured_yet(installation) -> None:
    told = await installation.run("check")
    assert told.code == 1
    assert "ok   database: reachable" in told.out
    assert "BAD  carriers: none is configured" in told.out
    assert "POST /v1/carriers" in told.out
    assert told.err == "chappe: 1 of 4 checks failed.\n"


async def _add(installation, name: str, host: str, port: int) -> None:
    settings = Settings(home=installation.home)
    async with open_database(settings) as database, database.engine_transaction() as conn:
        workspace = await conn.fetchval("select id from workspace")
        await carriers.create_carrier(
            conn,
            InstanceKeys.derive(secret_key(settings)),
            workspace,
            name=name,
            settings=SmppSettings(host=host, port=port, system_id=name),
            password="wrong",
            simulated=True,
        )
