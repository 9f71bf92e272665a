"""The way between a process and the carrier: ordered, delayed, and cut at will."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from tests.simulation.loop import OWNER, Host, Killed, VirtualLoop


class Peer(Protocol):
    """The carrier's end of a connection."""

    def written(self, data: bytes) -> Any:
        """The process wrote this now. What it returns is handed to `arrived` later, unless it is lost."""
        ...

    def arrived(self, what: Any) -> None: ...

    def ended(self) -> None: ...


class Connection(asyncio.Transport):
    """A connection as the process sees it. Octets of the process that were under way when it was killed
    still arrive: the kernel has them.
    """

    def __init__(self, network: "Network", host: Host | None, protocol: asyncio.Protocol) -> None:
        super().__init__()
        self._network = network
        self._loop = network.loop
        self._protocol = protocol
        self.host = host
        self.peer: Peer
        self._open = True
        self._reachable = True
        self._inwards: deque[Callable[[], None]] = deque()
        self._inward_at = 0.0
        self._outward_at = 0.0

    # What the process does

    def write(self, data: bytes) -> None:
        if not self._open:
            return
        if self.host is not None and not self.host.alive:
            raise Killed
        self._network.about_to_write(self.host)
        self._outwards(self.peer.arrived, self.peer.written(bytes(data)))
        self._network.has_written(self.host)

    def close(self) -> None:
        if self._open:
            self._open = False
            self._outwards(lambda _: self.peer.ended(), None)
            self._inwards.clear()
            self._inward(lambda: self._protocol.connection_lost(None))

    def abort(self) -> None:
        self.close()

    def is_closing(self) -> bool:
        return not self._open

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return 0

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    # What the network does

    def _outwards(self, tell: Callable[[Any], None], what: Any) -> None:
        self._outward_at = max(self._outward_at, self._loop.time() + self._network.delay())
        self._loop.outside(self._outward_at - self._loop.time(), self._arrive, tell, what)

    def _arrive(self, tell: Callable[[Any], None], what: Any) -> None:
        if self._reachable:
            tell(what)

    def _inward(self, what: Callable[[], None]) -> None:
        self._inwards.append(what)
        self._inward_at = max(self._inward_at, self._loop.time() + self._network.delay())
        context = self.host.context if self.host is not None else None
        self._loop.call_at(self._inward_at, self._take, context=context)

    def _take(self) -> None:
        if self._inwards:
            self._inwards.popleft()()

    # What the carrier does

    def send(self, data: bytes) -> None:
        """Octets to the process."""
        if self._open:
            self._inward(lambda: self._protocol.data_received(data))

    def cut(self, *, reset: bool) -> None:
        """The carrier is gone: nothing arrives there any more. `reset`: what it had sent is lost, too."""
        if self._reachable:
            self._reachable = False
            if reset:
                self._inwards.clear()
            self._inward(self._lost)

    def _lost(self) -> None:
        if self._open:
            self._open = False
            self._protocol.connection_lost(None)

    def orphaned(self) -> None:
        """The process was killed: the kernel closes its socket."""
        if self._open:
            self._open = False
            self._outwards(lambda _: self.peer.ended(), None)


class Network:
    """Connections of the processes to the carrier. `writing` is told of every write, before and after: it
    may kill the process there.
    """

    def __init__(
        self,
        loop: VirtualLoop,
        accept: Callable[[Connection], Peer | None],
        writing: Callable[[Host, str], None],
        slowest: float,
    ) -> None:
        self.loop = loop
        self._accept = accept
        self._writing = writing
        self._slowest = slowest
        self._connections: list[Connection] = []

    def delay(self) -> float:
        return self.loop.chance.random() * self._slowest

    def about_to_write(self, host: Host | None) -> None:
        if host is not None:
            self._writing(host, "before")

    def has_written(self, host: Host | None) -> None:
        if host is not None:
            self._writing(host, "after")

    async def connect(self, factory: Callable[[], asyncio.Protocol], host: str, port: int) -> Any:
        """As `create_connection` of a loop."""
        await asyncio.sleep(self.delay())
        protocol = factory()
        connection = Connection(self, OWNER.get(), protocol)
        peer = self._accept(connection)
        if peer is None:
            raise ConnectionRefusedError(111, "Connection refused")
        connection.peer = peer
        self._connections.append(connection)
        protocol.connection_made(connection)
        return connection, protocol

    def killed(self, host: Host) -> None:
        """All connections of the process end."""
        for connection in self._connections:
            if connection.host is host:
                connection.orphaned()
