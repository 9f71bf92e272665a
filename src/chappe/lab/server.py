"""The lab as a process: the carriers and the control API on one loop, until SIGTERM or SIGINT."""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import msgspec
import uvicorn
import uvloop

from chappe.config.settings import is_loopback, split_address
from chappe.kit.errors import Problem
from chappe.lab.control import control_app
from chappe.lab.lab import Lab
from chappe.lab.ready import Address, Ready
from chappe.lab.scenario import Scenario

_ALLOCATIONS = 100_000
"""Between two collections of garbage."""


class NotLoopback(Problem):
    code = "lab_not_loopback"
    status = 500
    title = "The lab would be open to other machines"


class CannotStart(Problem):
    code = "lab_cannot_start"
    status = 500
    title = "A port or the log of the lab cannot be used"


class LabSettings(msgspec.Struct, frozen=True):
    """`control` is HOST:PORT of the control API (port 0: a free one), which has no password: an address that
    other machines reach needs `open_to_network`. `log` None keeps no log; one of `log_limit` octets begins
    again, and one earlier file is kept (0: never). With `until_stdin_closes` it also ends when whoever
    started it has gone, however abruptly.
    """

    scenario: Scenario
    log: Path | None = None
    log_limit: int = 0
    control: str = "127.0.0.1:0"
    open_to_network: bool = False
    until_stdin_closes: bool = False


def run(settings: LabSettings) -> None:
    """Serve until SIGTERM or SIGINT; says `Ready` on standard output. Problem when it cannot start."""
    # Messages pass as octets and tuples of them, which hold no cycles: looking for some every 700 of them
    # costs a microsecond each at full speed.
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings))


@asynccontextmanager
async def running(settings: LabSettings) -> AsyncIterator[tuple[Lab, Ready]]:
    """The lab with its control API on this loop (`chappe serve --lab`, and tests)."""
    lab = Lab(settings.scenario, log=settings.log, log_limit=settings.log_limit)
    with _listener(settings) as listener:
        try:
            await lab.start()
        except OSError as error:
            raise CannotStart(f"The lab cannot start: {error}. Port 0 takes a free one.") from error
        try:
            async with _controlled(lab, listener, split_address(settings.control)[0]):
                yield lab, _ready(settings, lab, listener)
        finally:
            await lab.stop()


@asynccontextmanager
async def _controlled(lab: Lab, listener: socket.socket, host: str) -> AsyncIterator[None]:
    """The control API is served on `listener`."""
    app = control_app(lab, allowed_hosts=frozenset({host}))
    config = uvicorn.Config(app, log_config=None, log_level="warning", access_log=False, lifespan="off")
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await server.listening.wait()
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def _ready(settings: LabSettings, lab: Lab, listener: socket.socket) -> Ready:
    host, port = listener.getsockname()[:2]
    return Ready(
        f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}",
        str(settings.log) if settings.log else None,
        {carrier.name: Address(*carrier.address) for carrier in lab.carriers},
    )


class _Server(uvicorn.Server):
    """Says when it listens, and leaves signals to whoever runs the loop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


async def _serve(settings: LabSettings) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    if settings.until_stdin_closes:
        # Nothing is ever written to it: readable means closed.
        loop.add_reader(sys.stdin.fileno(), stopped.set)
    async with running(settings) as (_, ready):
        sys.stdout.write(msgspec.json.encode(ready).decode() + "\n")
        sys.stdout.flush()
        await stopped.wait()


def _listener(settings: LabSettings) -> socket.socket:
    host, port = split_address(settings.control)
    if not is_loopback(host) and not settings.open_to_network:
        raise NotLoopback(
            f"The lab's control API would listen on {host}, which other machines reach, and it has no "
            "password. Use 127.0.0.1, or ask for it with open_to_network."
        )
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise CannotStart(f"The lab's control API cannot listen on {host}:{port}: {error}.") from error
