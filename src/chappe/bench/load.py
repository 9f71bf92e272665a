"""The load of `bench api` and `bench otp`, in a process of its own: connections that ask one thing after the
other and keep the time of each answer.

It costs as little as Python can: requests are put together from prepared pieces, and of an answer only the
status and the length are read. Started as `python -m chappe.bench.load` with a `Load` as JSON on its input;
it prints a `Took` as JSON.
"""

import asyncio
import sys
import time
from collections.abc import Iterator
from itertools import count
from typing import cast

import msgspec
import uvloop

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


class Load(msgspec.Struct, kw_only=True):
    """`connections` ask `requests` things in all, each as soon as its last was answered; with `per_second`,
    one connection after the other at that pace. In `path` and `body`, of JSON, `@@@@@@@@` becomes the
    request's number, 8 digits. `keyed`: each has an Idempotency-Key of its own. `words`: what stands for
    the `@@@@@@@@` of each request instead.
    """

    host: str
    port: int
    key: str
    path: str
    body: str = ""
    method: str = "POST"
    connections: int
    requests: int
    per_second: float | None = None
    keyed: bool = True
    first: int = 0
    words: list[str] = []


class Took(msgspec.Struct):
    """`begun` and `ended` by request: nanoseconds of the monotonic clock, 0 when it was not answered."""

    seconds: float
    statuses: dict[str, int]
    begun: list[int]
    ended: list[int]

    def milliseconds(self) -> list[float]:
        """Of the requests that were answered, in ascending order."""
        pairs = zip(self.begun, self.ended, strict=True)
        return sorted((end - begin) / 1e6 for begin, end in pairs if end)


class _Asker(asyncio.Protocol):
    """One connection: `ask`, and `done` is called with the status when the whole answer is here."""

    def __init__(self, run: "_Run") -> None:
        self._run = run
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._number = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are of no class of asyncio's.
        self._transport = cast(asyncio.Transport, transport)

    def ask(self, number: int) -> None:
        assert self._transport is not None
        self._number = number
        self._run.took.begun[number] = time.monotonic_ns()
        self._transport.write(self._run.request(number))

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        end = self._buffer.find(_HEAD_END)
        if end < 0:
            return
        at = self._buffer.lower().find(_LENGTH) + len(_LENGTH)
        length = int(self._buffer[at : self._buffer.index(b"\r", at)])
        if len(self._buffer) < end + len(_HEAD_END) + length:
            return
        status, self._buffer = self._buffer[9:12], b""
        self._run.answered(self, self._number, status)

    def connection_lost(self, error: Exception | None) -> None:
        self._run.lost(self, self._number)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class _Run:
    def __init__(self, load: Load) -> None:
        self.load = load
        self.took = Took(0.0, {}, [0] * load.requests, [0] * load.requests)
        self._left: Iterator[int] = iter(range(load.requests))
        self._unanswered = load.requests
        self._open = load.connections
        self._over = asyncio.Event()
        self._idle: list[_Asker] = []
        self._paced = load.per_second is not None
        body = load.body.encode()
        head = (
            f"{load.method} {load.path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {load.key}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
        )
        key = "idempotency-key: bench-@@@@@@@@\r\n" if load.keyed else ""
        self._pieces = (head + key + "\r\n").encode().split(b"@@@@@@@@")
        self._pieces[-1:] = (self._pieces[-1] + body).split(b"@@@@@@@@")

    def request(self, number: int) -> bytes:
        words = self.load.words
        word = words[number].encode() if words else b"%08d" % (self.load.first + number)
        return word.join(self._pieces)

    def answered(self, asker: _Asker, number: int, status: bytes) -> None:
        self.took.ended[number] = time.monotonic_ns()
        name = status.decode()
        self.took.statuses[name] = self.took.statuses.get(name, 0) + 1
        self._settle()
        if self._paced:
            self._idle.append(asker)
        elif (following := next(self._left, None)) is not None:
            asker.ask(following)

    def lost(self, asker: _Asker, number: int) -> None:
        self._open -= 1
        if number >= 0 and not self.took.ended[number]:
            self.took.statuses["lost"] = self.took.statuses.get("lost", 0) + 1
            self._settle()
        if not self._open:
            self._over.set()  # nobody is left to ask the rest

    def _settle(self) -> None:
        self._unanswered -= 1
        if not self._unanswered:
            self._over.set()

    async def go(self) -> Took:
        loop = asyncio.get_running_loop()
        askers = [
            (await loop.create_connection(lambda: _Asker(self), self.load.host, self.load.port))[1]
            for _ in range(self.load.connections)
        ]
        started = time.perf_counter()
        if self.load.per_second is None:
            for asker, number in zip(askers, self._left, strict=False):
                asker.ask(number)
        else:
            self._idle = askers
            await self._pace(self.load.per_second)
        await self._over.wait()
        self.took.seconds = time.perf_counter() - started
        for asker in askers:
            asker.close()
        return self.took

    async def _pace(self, per_second: float) -> None:
        """One at each of its moments, whether or not those before were answered."""
        started = time.perf_counter()
        for number in count():
            if number == self.load.requests:
                return
            await asyncio.sleep(started + number / per_second - time.perf_counter())
            while not self._idle:
                await asyncio.sleep(0.001)
            self._idle.pop(0).ask(number)


async def run_load(load: Load) -> Took:
    """The load from another process, so that it shares no loop with what it measures."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chappe.bench.load",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate(msgspec.json.encode(load))
    return msgspec.json.decode(out, type=Took)


def main() -> None:
    took = uvloop.run(_Run(msgspec.json.decode(sys.stdin.buffer.read(), type=Load)).go())
    sys.stdout.buffer.write(msgspec.json.encode(took))


if __name__ == "__main__":
    main()
