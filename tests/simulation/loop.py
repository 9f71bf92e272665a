"""An event loop whose time is virtual and whose order is drawn from a seed.

Minutes pass in milliseconds: when nothing is ready, time jumps to the next timer. Of several handles that are
ready, any may run first, as on a machine whose threads, sockets and processes are not in step. Each handle
belongs to the simulated process that made it (by its context): those of a killed process never run again,
those of a stopped one (SIGSTOP) wait.
"""

import asyncio
import random
from asyncio import events
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from heapq import heappop, heappush
from itertools import count
from typing import Any

# Awaits in the `finally` clauses of one coroutine.
_MOST_AWAITS = 20


class Killed(BaseException):
    """Unwinds the step in which a process is killed; nothing of it can be seen outside."""


class Stuck(Exception):
    """Nothing is ready and no timer is set."""


class Step:
    """A callback that waits for its turn: as much of `asyncio.Handle` as asyncio needs."""

    __slots__ = ("args", "callback", "cancelled_", "context", "when_")

    def __init__(self, callback, args, context: Context | None, when: float) -> None:
        self.callback = callback
        self.args = args
        self.context = context if context is not None else copy_context()
        self.when_ = when
        self.cancelled_ = False

    def cancel(self) -> None:
        self.cancelled_ = True

    def cancelled(self) -> bool:
        return self.cancelled_

    def when(self) -> float:
        return self.when_


class Host:
    """What a process of the machine is to the loop. `context` marks what belongs to it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.alive = True
        self.paused: list[Step] | None = None
        # Steps until it is killed; below zero: it is not.
        self.fuse = -1
        self.burnt: Callable[[], None] = lambda: None
        self.context = copy_context()
        self.context.run(OWNER.set, self)


OWNER: ContextVar[Host | None] = ContextVar("owner", default=None)


class VirtualLoop(asyncio.BaseEventLoop):
    """See the module. `connector` makes the connections that processes ask for."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self.set_debug(False)
        self.chance = chance
        self.failures: list[dict[str, Any]] = []
        self.connector: Callable[..., Coroutine[Any, Any, Any]]
        self.steps = 0
        # Set by whoever wants to read what happened: seconds, process, words.
        self.trace: Callable[[float, str, str], None] | None = None
        self._moment = 1_000.0
        self._waiting: list[Step] = []
        self._timers: list[tuple[float, int, Step]] = []
        self._order = count()
        self._outside = copy_context()
        self._tasks: list[asyncio.Task[Any]] = []

    def time(self) -> float:
        return self._moment

    def call_soon(self, callback, *args, context: Context | None = None) -> Step:
        step = Step(callback, args, context, self._moment)
        self._waiting.append(step)
        return step

    def call_at(self, when: float, callback, *args, context: Context | None = None) -> Step:
        step = Step(callback, args, context, when)
        heappush(self._timers, (when, next(self._order), step))
        return step

    def call_later(self, delay: float, callback, *args, context: Context | None = None) -> Step:
        return self.call_at(self._moment + delay, callback, *args, context=context)

    def outside(self, delay: float, callback, *args) -> Step:
        """As `call_later`, for what belongs to no process: the network, the server, the carrier."""
        return self.call_at(self._moment + delay, callback, *args, context=self._outside)

    def start(self, coroutine: Coroutine[Any, Any, Any], host: Host | None = None) -> asyncio.Task[Any]:
        """A task of a process, or of none."""
        return self.create_task(coroutine, context=host.context if host is not None else self._outside)

    def create_task(self, coroutine, *, name: str | None = None, context: Context | None = None):
        task = asyncio.Task(coroutine, loop=self, name=name, context=context)
        self._tasks.append(task)
        return task

    def note(self, words: str, *values: object, host: Host | None = None) -> None:
        """For the trace: `words` with the values, `%`-formatted when somebody reads it."""
        if self.trace is not None:
            self.trace(self._moment, host.name if host is not None else "", words % values)

    async def create_connection(self, protocol_factory, host=None, port=None, **_options: Any) -> Any:
        return await self.connector(protocol_factory, host, port)

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        if not isinstance(context.get("exception"), Killed):
            self.failures.append(context)

    # Processes

    def stop_host(self, host: Host) -> None:
        """SIGSTOP."""
        if host.paused is None:
            host.paused = []

    def continue_host(self, host: Host) -> None:
        """SIGCONT."""
        if host.paused is not None:
            self._waiting += host.paused
            host.paused = None

    # Running

    def run(self, until: asyncio.Future[Any], most_steps: int, over: Callable[[], bool]) -> None:
        """Until the future is done, or `over`. Stuck; TimeoutError after so many steps."""
        previous = events._get_running_loop()
        events._set_running_loop(self)
        try:
            while not until.done() and not over():
                self._step()
                if self.steps > most_steps:
                    raise TimeoutError(f"more than {most_steps} steps")
        finally:
            events._set_running_loop(previous)

    def _step(self) -> None:
        waiting = self._waiting
        while not waiting:
            if not self._timers:
                raise Stuck
            when, _, timer = heappop(self._timers)
            if not timer.cancelled_:
                self._moment = max(self._moment, when)
                waiting.append(timer)
        size = len(waiting)
        if size > 1:
            place = int(self.chance.random() * size)
            waiting[place], waiting[-1] = waiting[-1], waiting[place]
        step = waiting.pop()
        host = step.context.get(OWNER)
        if step.cancelled_ or (host is not None and not self._may_run(host, step)):
            return
        self.steps += 1
        try:
            step.context.run(step.callback, *step.args)
        except BaseException as error:
            self.call_exception_handler({"message": "a callback failed", "exception": error})

    def _may_run(self, host: Host, step: Step) -> bool:
        if not host.alive:
            return False
        if host.paused is not None:
            host.paused.append(step)
            return False
        if host.fuse >= 0:
            host.fuse -= 1
            if host.fuse < 0:
                host.burnt()
                return False
        return True

    def unwind(self) -> None:
        """End every coroutine that is still suspended, where it stands: none may run by itself later."""
        previous = events._get_running_loop()
        events._set_running_loop(self)
        try:
            for task in self._tasks:
                if not task.done():
                    _end(task)
        finally:
            events._set_running_loop(previous)
        for task in self._tasks:
            task._log_destroy_pending = False
        self._tasks.clear()
        self._waiting.clear()
        self._timers.clear()
        self.close()


def _end(task: asyncio.Task[Any]) -> None:
    coroutine = task.get_coro()
    for _ in range(_MOST_AWAITS):
        try:
            coroutine.throw(Killed())
        except BaseException:
            return
