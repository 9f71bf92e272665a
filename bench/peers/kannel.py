"""Kannel as a peer: bearerbox and smsbox of the Debian package, with settings that are fair to it.

`file` keeps its queue in one file, written as it goes, and what receipts will be matched by in memory: the
default. `spool` keeps a file for each message and for each receipt that is waited for. Neither calls fsync
(bearerbox imports no such function): both outlive the process, not the machine.
"""

import asyncio
import socket
from asyncio.subprocess import DEVNULL
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlencode

from gateway import FIRST_PHONE, TEXT, Gateway, Outcome, Place
from sink import Sink

from chappe.bench.load import Load

BEARERBOX, SMSBOX = "/usr/sbin/bearerbox", "/usr/sbin/smsbox"
_STARTS_WITHIN = 15.0
_NUMBER = "@@@@@@@@"
# The level of what goes to stderr; by default all, which would cost more than the sending.
_ERRORS = "3"
_CONFIGURATION = """
group = core
admin-port = {admin}
admin-password = x
admin-interface = 127.0.0.1
smsbox-port = {boxes}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
{store}

group = smsc
smsc = smpp
smsc-id = lab
host = {carrier_host}
port = {carrier_port}
transceiver-mode = true
smsc-username = kannel
smsc-password = secret
system-type = ""
max-pending-submits = {window}
enquire-link-interval = 30
reconnect-delay = 1
wait-ack = 60
wait-ack-expire = 0x01

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {boxes}
sendsms-port = {http}
sendsms-interface = 127.0.0.1
max-pending-requests = 2048

group = sendsms-user
username = bench
password = bench
max-messages = 10
concatenation = true

group = sms-service
keyword = default
text = ""
catch-all = true
max-messages = 0
"""


class Store(StrEnum):
    FILE = "file"
    SPOOL = "spool"


class Kannel(Gateway):
    """`window`: submits without an answer at a time. `callbacks`: each receipt is handed on by an HTTP call,
    as users of Kannel have it; without, receipts are asked for and matched, and nobody is told.
    """

    def __init__(self, place: Place, store: Store, window: int, *, callbacks: bool = True) -> None:
        told = "" if callbacks else ", receipts not handed on"
        self.name = f"Kannel, {store} store, window {window}{told}"
        self._folder = place.folder
        self._http, admin, self._boxes = _free_ports(3)
        self._sink = Sink() if callbacks else None
        self._processes: list[asyncio.subprocess.Process] = []
        self._file = place.folder / "kannel.conf"
        self._file.write_text(
            _CONFIGURATION.format(
                admin=admin, boxes=self._boxes, http=self._http, store=_store(place.folder, store),
                carrier_host=place.carrier[0], carrier_port=place.carrier[1], window=window,
            )
        )  # fmt: skip

    async def start(self) -> None:
        if self._sink is not None:
            await self._sink.start()
        self._processes = [await self._run(BEARERBOX)]
        await _listening(self._boxes)
        self._processes.append(await self._run(SMSBOX))
        await _listening(self._http)

    async def kill(self) -> None:
        for process in self._processes:
            process.kill()
        for process in self._processes:
            await process.wait()

    async def stop(self) -> None:
        for process in reversed(self._processes):
            if process.returncode is None:
                process.terminate()
        for process in self._processes:
            try:
                async with asyncio.timeout(20):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        if self._sink is not None:
            await self._sink.stop()

    def pids(self) -> dict[str, int]:
        return dict(zip(("bearerbox", "smsbox"), (process.pid for process in self._processes), strict=True))

    def load(self, messages: int, connections: int) -> Load:
        fields = {"username": "bench", "password": "bench", "from": "36180", "dlr-mask": "3"}
        if self._sink is not None:
            fields["dlr-url"] = self._sink.url(_NUMBER)
        query = urlencode(fields | {"to": f"{FIRST_PHONE // 10**8}{_NUMBER}", "text": TEXT}, safe=_NUMBER)
        return Load(
            host="127.0.0.1", port=self._http, key="", path=f"/cgi-bin/sendsms?{query}", method="GET",
            connections=connections, requests=messages, keyed=False,
        )  # fmt: skip

    async def received(self, messages: int) -> int:
        return messages if self._sink is None else await self._sink.count()

    async def outcome(self) -> Outcome:
        return Outcome(set() if self._sink is None else await self._sink.finals(), set())

    async def _run(self, program: str) -> asyncio.subprocess.Process:
        log = (self._folder / f"{Path(program).name}.log").open("ab")
        try:
            return await asyncio.create_subprocess_exec(
                program, "-v", _ERRORS, self._file, cwd=self._folder, stdin=DEVNULL, stdout=log, stderr=log
            )
        finally:
            log.close()


def _store(folder: Path, kind: Store) -> str:
    if kind is Store.FILE:
        return f"store-type = file\nstore-location = {folder}/store\ndlr-storage = internal"
    (folder / "spool").mkdir()
    (folder / "receipts").mkdir()
    return (
        f"store-type = spool\nstore-location = {folder}/spool\n"
        f"dlr-storage = spool\ndlr-spool = {folder}/receipts"
    )


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports: list[int] = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


async def _listening(port: int) -> None:
    async with asyncio.timeout(_STARTS_WITHIN):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.02)
