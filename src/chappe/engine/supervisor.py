"""Starts the roles as processes, restarts those that die, and stops them in order.

A role is `python -m chappe ROLE …` with one end of a pipe as its lifeline: when the supervisor goes,
however it goes, the pipe closes and the role drains and leaves by itself. Nothing is left behind by a kill
-9 of the supervisor alone, and nothing needs the supervisor to survive a kill -9 of everything.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from chappe.kit.backoff import full_jitter
from chappe.kit.clock import Clock

log = structlog.get_logger()

LIFELINE_VARIABLE = "CHAPPE_LIFELINE_FD"
# A role that has lived this long is healthy: its next death starts the backoff anew.
_HEALTHY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Role:
    """One kind of process. `arguments` follow the supervisor's command; `descriptors` are inherited.

    `drain_seconds` is how long the stop of the next role waits for this one.
    """

    name: str
    arguments: tuple[str, ...]
    count: int = 1
    descriptors: tuple[int, ...] = ()
    drain_seconds: float = 2.0


@dataclass(slots=True)
class _Child:
    role: Role
    process: asyncio.subprocess.Process
    lifeline: int
    started: float


@dataclass(slots=True)
class Supervisor:
    """Runs `roles`, in this order at the start and in this order again at the stop.

    The order of a stop matters: the web role first, so that nothing new is accepted; then the worker; then
    the sender, which drains its window. All have left `drain_seconds` after the stop began, or are killed.
    """

    roles: Sequence[Role]
    environment: Mapping[str, str]
    clock: Clock
    drain_seconds: float = 30.0
    # What runs a role; its arguments follow.
    command: Sequence[str] = (sys.executable, "-m", "chappe")
    _children: dict[str, list[_Child]] = field(default_factory=dict)
    _keepers: list[asyncio.Task[None]] = field(default_factory=list)
    _stopping: bool = False

    async def start(self) -> None:
        for role in self.roles:
            self._children[role.name] = []
            self._keepers += [asyncio.create_task(self._keep(role)) for _ in range(role.count)]

    async def stop(self) -> None:
        """Stops the roles one after the other; kills what has not left after `drain_seconds`."""
        self._stopping = True
        deadline = self.clock.monotonic() + self.drain_seconds
        for role in self.roles:
            children = self._children.get(role.name, [])
            for child in children:
                _signal(child.process, signal.SIGTERM)
            await self._left(children, min(role.drain_seconds, deadline - self.clock.monotonic()))
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        await self._end(deadline)

    def processes(self) -> dict[str, list[int]]:
        """Process ids by role."""
        return {name: [child.process.pid for child in children] for name, children in self._children.items()}

    async def _keep(self, role: Role) -> None:
        """One process of `role`, restarted with a growing pause while it keeps dying young."""
        attempt = 0
        while not self._stopping:
            child = await self._spawn(role)
            code = await child.process.wait()
            if self._stopping:
                return
            self._forget(child)
            if self.clock.monotonic() - child.started > _HEALTHY_SECONDS:
                attempt = 0
            pause = full_jitter(attempt, base=0.2, cap=10.0)
            attempt += 1
            log.warning("role_died", role=role.name, code=code, restart_in=round(pause, 2))
            await asyncio.sleep(pause)

    async def _spawn(self, role: Role) -> _Child:
        read_end, write_end = os.pipe()
        environment = {**self.environment, LIFELINE_VARIABLE: str(read_end)}
        try:
            process = await asyncio.create_subprocess_exec(
                *self.command,
                *role.arguments,
                env=environment,
                pass_fds=(read_end, *role.descriptors),
                # Ctrl-C in the terminal reaches the supervisor alone, which stops the roles in order.
                start_new_session=True,
            )
        except BaseException:
            os.close(write_end)
            raise
        finally:
            os.close(read_end)
        child = _Child(role, process, write_end, self.clock.monotonic())
        self._children[role.name].append(child)
        log.info("role_started", role=role.name, pid=process.pid)
        return child

    async def _left(self, children: Sequence[_Child], within: float) -> None:
        """Returns when the children have left, or after `within` seconds."""
        if waits := [asyncio.create_task(child.process.wait()) for child in children]:
            await asyncio.wait(waits, timeout=max(within, 0.0))
            for wait in waits:
                wait.cancel()

    async def _end(self, deadline: float) -> None:
        """What still drains has until the deadline, and so has what was being started when the stop came."""
        left = [child for children in self._children.values() for child in children]
        for child in left:
            _signal(child.process, signal.SIGTERM)
        await self._left(left, deadline - self.clock.monotonic())
        for child in left:
            if child.process.returncode is None:
                log.warning("role_killed", role=child.role.name, pid=child.process.pid)
                _signal(child.process, signal.SIGKILL)
                await child.process.wait()
            self._forget(child)

    def _forget(self, child: _Child) -> None:
        self._children[child.role.name].remove(child)
        os.close(child.lifeline)


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(number)


def stop_event(environment: Mapping[str, str] = os.environ) -> asyncio.Event:
    """Set by SIGTERM, by SIGINT, or when the supervisor that started this process is gone."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if lifeline := environment.get(LIFELINE_VARIABLE):
        descriptor = int(lifeline)

        def gone() -> None:
            loop.remove_reader(descriptor)
            stop.set()

        # Nothing is ever written to the pipe: readable means closed.
        loop.add_reader(descriptor, gone)
    return stop
