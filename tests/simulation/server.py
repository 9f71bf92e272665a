"""The database server of a simulation: statements on tables in memory, over a network that loses and delays.

A statement takes effect whole, at one instant between the question and its answer. Either may be lost; an
effect may even come after the client has given up on it. Notices and the answers of the listening connection
keep their order, as PostgreSQL promises.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.simulation.loop import OWNER, Host, Killed, VirtualLoop
from tests.simulation.tables import Broken, Tables

from chappe.db.errors import ServerGone


@dataclass(frozen=True)
class Weather:
    """How the server and the way to it behave: seconds of each way, and shares of statements whose question
    is lost, whose answer is lost, and that take effect only after the client was told of a failure.
    """

    slowest: float = 0.005
    question_lost: float = 0.0
    answer_lost: float = 0.0
    late: float = 0.0


_LATEST = 0.8
# Answers that take no time: a step less.
_AT_ONCE = 0.6


class Server:
    """`tables` with a network around them. `statements` counts what took effect."""

    def __init__(self, loop: VirtualLoop, tables: Tables, weather: Weather) -> None:
        self.tables = tables
        self.weather = weather
        self.up = True
        self._loop = loop
        self._chance = loop.chance
        # (process, statement): questions that never arrive.
        self.cut_off: set[tuple[str, str]] = set()
        self._waiting: dict[asyncio.Future[Any], None] = {}
        self._listeners: list[ListeningConnection] = []

    async def ask(self, statement: Callable[..., Any], *arguments: Any) -> Any:
        """What the statement returns or raises. ServerGone."""
        host = OWNER.get()
        if host is not None and not host.alive:
            raise Killed
        answer = self._loop.create_future()
        if host is not None and (host.name, statement.__name__) in self.cut_off:
            self._tell(answer, _gone)
            return await answer
        self._waiting[answer] = None
        self._loop.outside(self._delay(), self._execute, answer, statement, arguments)
        return await answer

    def _delay(self) -> float:
        return self._chance.random() * self.weather.slowest

    def _execute(self, answer: asyncio.Future[Any], statement: Callable[..., Any], arguments: Any) -> None:
        weather, fate = self.weather, self._chance.random()
        if not self.up or answer not in self._waiting or fate < weather.question_lost:
            self._loop.note("server: lost %s", statement.__name__)
            self._tell(answer, _gone)
            return
        fate -= weather.question_lost
        if fate < weather.late:
            self._tell(answer, _gone)
            self._loop.outside(self._chance.random() * _LATEST, self._too_late, statement, arguments)
            return
        result, error = self._try(statement, arguments)
        self._loop.note("server: %s %s -> %s", statement.__name__, arguments, error or result)
        if fate - weather.late < weather.answer_lost:
            self._tell(answer, _gone)
        elif error is not None:
            self._tell(answer, lambda: error)
        elif self._chance.random() < _AT_ONCE:
            self._settle(answer, result)
        else:
            self._loop.outside(self._delay(), self._settle, answer, result)

    def _try(self, statement: Callable[..., Any], arguments: Any) -> tuple[Any, Exception | None]:
        try:
            return statement(self.tables, self._loop.time(), *arguments), None
        except Broken:
            raise
        except Exception as error:
            return None, error

    def _too_late(self, statement: Callable[..., Any], arguments: Any) -> None:
        if self.up:
            self._loop.note("server, too late: %s %s", statement.__name__, arguments)
            self._try(statement, arguments)

    def _tell(self, answer: asyncio.Future[Any], error: Callable[[], Exception]) -> None:
        self._loop.outside(self._delay(), self._fail, answer, error)

    def _settle(self, answer: asyncio.Future[Any], result: Any) -> None:
        self._waiting.pop(answer, None)
        if not answer.done():
            answer.set_result(result)

    def _fail(self, answer: asyncio.Future[Any], error: Callable[[], Exception]) -> None:
        self._waiting.pop(answer, None)
        if not answer.done():
            answer.set_exception(error())

    def crash(self) -> None:
        """Every connection breaks; what had taken effect stays."""
        self.up = False
        for answer in list(self._waiting):
            self._fail(answer, _gone)
        self.drop_listeners()

    def drop_listeners(self) -> None:
        """The connections of notices break; the others live."""
        for listener in list(self._listeners):
            listener.broken()

    def recover(self) -> None:
        self.up = True

    # Notices

    async def connection(self) -> "ListeningConnection":
        """A connection of its own, for notices. ServerGone."""
        await self.ask(lambda tables, now: None)
        made = ListeningConnection(self, self._loop, OWNER.get())
        self._listeners.append(made)
        return made

    def notify(self, channel: str, payload: str) -> None:
        """Committed now; heard in this order."""
        for listener in self._listeners:
            listener.notify(channel, payload)

    def forget(self, listener: "ListeningConnection") -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)

    def delay(self) -> float:
        return self._delay()


class ListeningConnection:
    """As much of asyncpg's connection as notices need."""

    def __init__(self, server: Server, loop: VirtualLoop, host: Host | None) -> None:
        self._server = server
        self._loop = loop
        self._host = host
        self._readers: dict[str, Callable[..., None]] = {}
        self._queue: deque[Callable[[], None]] = deque()
        self._arrives = 0.0
        self._open = True
        self._asked: asyncio.Future[Any] | None = None

    async def add_listener(self, channel: str, reader: Callable[..., None]) -> None:
        self._readers[channel] = reader

    def notify(self, channel: str, payload: str) -> None:
        reader = self._readers.get(channel)
        if reader is not None:
            self._send(lambda: reader(self, 1, channel, payload))

    async def fetchval(self, statement: str, *, timeout: float) -> None:
        """The answer of the server, behind all notices that were committed before the question came."""
        if not self._open:
            raise ConnectionError("the connection is closed")
        asked = self._asked = self._loop.create_future()
        # What is committed while the question travels may be told before its answer; here it is after.
        self._send(lambda: asked.done() or asked.set_result(None))
        async with asyncio.timeout(timeout):
            await asked

    def _send(self, what: Callable[[], None]) -> None:
        self._queue.append(what)
        now = self._loop.time()
        self._arrives = max(self._arrives, now + self._server.delay())
        context = self._host.context if self._host is not None else None
        self._loop.call_at(self._arrives, self._receive, context=context)

    def _receive(self) -> None:
        if self._open and self._queue:
            self._queue.popleft()()

    def broken(self) -> None:
        """The server is gone."""
        self.terminate()
        if self._asked is not None and not self._asked.done():
            self._asked.set_exception(ConnectionError("the server closed the connection"))

    def terminate(self) -> None:
        self._open = False
        self._server.forget(self)


def _gone() -> ServerGone:
    return ServerGone("The connection to the server was lost.")
