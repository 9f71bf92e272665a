"""Roles that obey, roles that do not, and stops at the worst moment. The roles are small Python programs."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from chappe.engine.supervisor import Role, Supervisor
from chappe.kit.clock import SystemClock

# Each writes its process id when it is ready and its name when it leaves.
OBEDIENT = """
import os, signal, sys, time
folder, name = sys.argv[1:]
def leave(*_):
    with open(f"{folder}/left", "a") as file: file.write(name + "\\n")
    os._exit(0)
signal.signal(signal.SIGTERM, leave)
open(f"{folder}/{name}.new", "w").write(str(os.getpid()))
os.replace(f"{folder}/{name}.new", f"{folder}/{name}")
while True: time.sleep(60)
"""
STUBBORN = OBEDIENT.replace("signal.SIGTERM, leave", "signal.SIGTERM, signal.SIG_IGN")


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.02)


def supervise(folder: Path, roles: dict[str, str], **options: float) -> Supervisor:
    return Supervisor(
        roles=[
            Role(name, (code, str(folder), name), drain_seconds=options.get("each", 30))
            for name, code in roles.items()
        ],
        environment=os.environ,
        clock=SystemClock(),
        drain_seconds=options.get("all", 60),
        command=(sys.executable, "-c"),
    )


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_roles_leave_one_after_the_other(tmp_path: Path) -> None:
    supervisor = supervise(tmp_path, {"web": OBEDIENT, "worker": OBEDIENT, "sender": OBEDIENT})
    await supervisor.start()
    await until(lambda: all((tmp_path / name).exists() for name in ("web", "worker", "sender")))
    assert supervisor.processes() == {
        name: [int((tmp_path / name).read_text())] for name in ("web", "worker", "sender")
    }
    await supervisor.stop()
    assert (tmp_path / "left").read_text().split() == ["web", "worker", "sender"]
    assert supervisor.processes() == {"web": [], "worker": [], "sender": []}


async def test_one_that_does_not_leave_keeps_nobody_and_is_killed(tmp_path: Path) -> None:
    supervisor = supervise(tmp_path, {"web": STUBBORN, "sender": OBEDIENT}, each=0.2, all=1.5)
    await supervisor.start()
    await until(lambda: (tmp_path / "web").exists() and (tmp_path / "sender").exists())
    stubborn = supervisor.processes()["web"][0]
    began = time.monotonic()
    await supervisor.stop()
    assert time.monotonic() - began >= 1.5
    assert not alive(stubborn)
    assert (tmp_path / "left").read_text().split() == ["sender"]


async def test_one_that_dies_is_started_again(tmp_path: Path) -> None:
    supervisor = supervise(tmp_path, {"worker": OBEDIENT})
    await supervisor.start()
    await until((tmp_path / "worker").exists)
    first = int((tmp_path / "worker").read_text())
    os.kill(first, signal.SIGKILL)
    await until(lambda: int((tmp_path / "worker").read_text()) != first)
    await supervisor.stop()
    assert not alive(int((tmp_path / "worker").read_text()))


async def test_a_stop_during_the_start_leaves_nothing(tmp_path: Path) -> None:
    supervisor = supervise(tmp_path, {"web": OBEDIENT, "worker": OBEDIENT})
    await supervisor.start()
    await until(lambda: any(supervisor.processes().values()))
    started = [pid for pids in supervisor.processes().values() for pid in pids]
    await supervisor.stop()
    assert not any(alive(pid) for pid in started)
    assert supervisor.processes() == {"web": [], "worker": []}
