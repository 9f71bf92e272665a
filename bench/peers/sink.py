"""Where Kannel hands on its receipts: an HTTP server that counts them by message, in a process of its own.

`python sink.py` prints its port; each line on its input is answered by a line of JSON: `count`, or `finals`,
the numbers of the messages with a final receipt.
"""

import asyncio
import re
import sys
from asyncio.subprocess import PIPE
from typing import cast

import msgspec
import uvloop

_CALLED = re.compile(rb"GET /receipt\?n=(\d+)&state=(\d+) ")
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n"
# Kannel's dlr-mask: 1 delivered to the phone, 2 not delivered.
_FINAL = (1, 2)


class Sink:
    """The process, from the other side. It outlives a restart of the gateway."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._port = 0

    async def start(self) -> None:
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, __file__, stdin=PIPE, stdout=PIPE, limit=1 << 26
            )
            self._port = await self._number("")

    async def stop(self) -> None:
        if self._process is not None:
            await self._process.communicate(b"")  # closes its input, which ends it

    def url(self, number: str) -> str:
        return f"http://127.0.0.1:{self._port}/receipt?n={number}&state=%d"

    async def count(self) -> int:
        """Messages with a final receipt so far."""
        return await self._number("count")

    async def finals(self) -> set[int]:
        return set(msgspec.json.decode(await self._ask("finals"), type=list[int]))

    async def _number(self, question: str) -> int:
        return msgspec.json.decode(await self._ask(question), type=int)

    async def _ask(self, question: str) -> bytes:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        if question:
            process.stdin.write(question.encode() + b"\n")
        return await process.stdout.readline()


class _Session(asyncio.Protocol):
    def __init__(self, finals: set[int]) -> None:
        self._finals = finals
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are of no class of asyncio's.
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (end := self._read.find(b"\r\n\r\n")) >= 0:
            request, self._read = self._read[:end], self._read[end + 4 :]
            if (found := _CALLED.match(request)) and int(found[2]) in _FINAL:
                self._finals.add(int(found[1]))
            self._transport.write(_ANSWER)


async def _serve() -> None:
    finals: set[int] = set()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Session(finals), "127.0.0.1", 0)
    _tell(server.sockets[0].getsockname()[1])
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while question := await reader.readline():
        _tell(len(finals) if question == b"count\n" else sorted(finals))


def _tell(answer: object) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    uvloop.run(_serve())
