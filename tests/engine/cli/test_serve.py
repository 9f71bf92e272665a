"""`chappe serve` with all its processes: it comes up, heals, leaves nothing behind, shares with nobody."""

import asyncio
import os
import signal
import time

from chappe.db.layout import layout_for

DRAIN_SECONDS = 30.0
ROLES = {"web", "worker", "sender"}


async def test_it_serves_heals_and_drains(installation, until) -> None:
    async with installation.serving() as served:
        assert (await served.get("/readyz")).status_code == 200
        first = await until(lambda: _all_roles(served), "every role was started")
        os.kill(first["worker"], signal.SIGKILL)
        await until(
            lambda: served.roles().get("worker", first["worker"]) != first["worker"],
            "another worker was started",
        )
        # The listening socket is the supervisor's: the pages come back at the same address.
        os.kill(first["web"], signal.SIGKILL)
        await until(
            lambda: served.roles().get("web", first["web"]) != first["web"], "another web was started"
        )
        assert (await served.get("/readyz")).status_code == 200
        began = time.monotonic()
        served.process.terminate()
        assert await served.process.wait() == 0
        assert time.monotonic() - began < DRAIN_SECONDS
    assert installation.processes() == []


async def test_a_killed_supervisor_leaves_nothing_that_hinders_the_next(installation, until) -> None:
    async with installation.serving() as served:
        await until(lambda: _all_roles(served), "every role was started")
        served.process.kill()
        await served.process.wait()
        await until(lambda: not served.roles(), "the roles had left by their lifelines")
        port = served.url.rpartition(":")[2]
    # The database server is an orphan now, and the folder still says who ran: the next start sorts it out.
    assert installation.processes() != []
    assert (layout_for(installation.home).data / "postmaster.pid").exists()
    assert (installation.home / "run.json").exists()
    async with installation.serving("--listen", f"127.0.0.1:{port}") as again:
        assert (await again.get("/readyz")).status_code == 200
    assert installation.processes() == []


async def test_a_second_program_on_the_folder_or_the_port_says_so(installation, fresh) -> None:
    async with installation.serving() as served:
        address = served.url.removeprefix("http://")
        second, same_port, elsewhere, restored = await asyncio.gather(
            installation.run("serve", "--listen", "127.0.0.1:0"),
            installation.run("serve", "--listen", address),
            fresh().run("serve", "--listen", address),
            installation.run("restore", str(installation.home / "secret.key")),
        )
    for told in (second, same_port):
        assert told.code == 1, told
        assert told.out == ""
        (line,) = told.err.splitlines()
        assert f"in use by process {served.process.pid}" in line
        assert served.url in line
        assert "--home" in line
    assert (restored.code, restored.out) == (1, "")
    assert "in use by process" in restored.err
    assert (elsewhere.code, elsewhere.out) == (1, "")
    (line,) = elsewhere.err.splitlines()
    assert address in line
    assert "--listen" in line


async def test_an_interrupt_ends_a_command_with_its_database(installation, until) -> None:
    """Ctrl-C in `chappe send`'s way, which waits for a carrier that is not there."""
    await installation.prepare(("127.0.0.1", 9), 3)
    command = await installation.start(
        "send", "--list", "Clients", "--from", "36179", "--text", "Bonjour", "--purpose", "transactional"
    )
    assert command.stderr is not None
    assert b"Sending cmp_" in await command.stderr.readline()
    command.send_signal(signal.SIGINT)
    code = await command.wait()
    said = (await command.stderr.read()).decode()
    assert code == 130
    assert "goes on while `chappe serve` runs" in said
    assert said.splitlines()[-1] == "chappe: interrupted"
    assert installation.processes() == []


def _all_roles(served):
    found = served.roles()
    return found if found.keys() >= ROLES else None
