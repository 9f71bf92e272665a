"""The socket of one session, for both sides: reads into it, writes from it, ticks it."""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Protocol, cast

from chappe.kit.clock import Clock
from chappe.smpp.events import Closed, Event, LostReason
from chappe.smpp.session import Session

_TICK = 0.5
_CLOSING_TIME = 5.0
_HIGH_WATER = 256 * 1024
"""Octets not yet taken by the socket beyond which nothing new is offered for writing."""

_FLOOD = 4 * 1024 * 1024
"""Octets not yet taken beyond which nothing is read either: a peer that asks and never reads the answers must
not fill the memory. Far above `_HIGH_WATER`, or two sides busy writing could stop reading each other.
"""

_NO_LINGER = struct.pack("ii", 1, 0)


class Owner(Protocol):
    """What a connection tells; called on the loop, must not block."""

    def connected(self) -> None: ...

    def happened(self, event: Event) -> None: ...

    def settled(self) -> None:
        """All events of one read or tick have been handed over, or the transport has drained."""
        ...

    def ended(self, closed: Closed, unanswered: list[int]) -> None: ...


class Connection(asyncio.Protocol):
    """One TCP or TLS connection. No task: everything happens in callbacks of the loop."""

    def __init__(self, open_session: Callable[[float], Session], clock: Clock) -> None:
        self._open_session = open_session
        self._clock = clock
        self._closed: Closed | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._cut: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None
        self.session = open_session(clock.monotonic())
        self.owner: Owner | None = None
        self.writable = True
        self._flooded = False
        self._held = False
        self.octets_in = 0
        self.octets_out = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not inherit from asyncio.Transport.
        self._transport = stream = cast(asyncio.Transport, transport)
        stream.set_write_buffer_limits(high=_HIGH_WATER)
        self.session = self._open_session(self._clock.monotonic())
        self._schedule_tick()
        assert self.owner is not None
        self.owner.connected()
        self.flush()

    def data_received(self, data: bytes) -> None:
        self.octets_in += len(data)
        self._tell(self.session.receive(data, self._clock.monotonic()))

    def pause_writing(self) -> None:
        self.writable = False

    def resume_writing(self) -> None:
        self.writable = True
        if self._flooded:
            self._flooded = False
            self._read_or_not()
        self._settle()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._timer, self._cut):
            if timer is not None:
                timer.cancel()
        self.writable = False
        closed = self._closed or Closed(LostReason.PEER_CLOSED, str(exc) if exc else "the peer closed")
        unanswered = self.session.close()
        assert self.owner is not None
        self.owner.ended(closed, unanswered)

    def flush(self) -> None:
        """Write what the session has to say, in one call."""
        data = self.session.outgoing()
        if data:
            self.write(data)

    def write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self.octets_out += len(data)
            self._transport.write(data)
            if not self.writable and self._transport.get_write_buffer_size() > _FLOOD:
                self._flooded = True
                self._read_or_not()

    def end(self, closed: Closed) -> None:
        """Write what is left, then close; a peer that does not read is cut off after a while."""
        if self._closed is not None or self._transport is None:
            return
        self._closed = closed
        self.flush()
        if closed.reason is LostReason.ENQUIRE_TIMEOUT:
            self._transport.abort()
            return
        self._transport.close()
        self._cut = asyncio.get_running_loop().call_later(_CLOSING_TIME, self._transport.abort)

    def abort(self, closed: Closed) -> None:
        """Cut the connection without writing what is left."""
        self._closed = self._closed or closed
        if self._transport is not None:
            self._transport.abort()

    def reset(self, closed: Closed) -> None:
        """Cut the connection as a machine that fails does: the peer sees a reset, not an end. With the linger
        time at 0 the kernel drops what it has not sent and answers with RST (socket(7), SO_LINGER).
        """
        plug = self._transport.get_extra_info("socket") if self._transport is not None else None
        if plug is not None:
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.abort(closed)

    def pause_reading(self) -> None:
        self._held = True
        self._read_or_not()

    def resume_reading(self) -> None:
        self._held = False
        self._read_or_not()

    def _read_or_not(self) -> None:
        stream = self._transport
        if stream is None or stream.is_closing():
            return
        if self._held or self._flooded:
            stream.pause_reading()
        else:
            stream.resume_reading()

    @property
    def open(self) -> bool:
        """Whether the transport has been made."""
        return self._transport is not None

    @property
    def peer(self) -> str:
        """`host:port`."""
        name = self._transport.get_extra_info("peername") if self._transport is not None else None
        return f"{name[0]}:{name[1]}" if name else "unknown"

    def _tell(self, events: list[Event]) -> None:
        assert self.owner is not None
        for event in events:
            if isinstance(event, Closed):
                self.end(event)
            else:
                self.owner.happened(event)
        self._settle()

    def _settle(self) -> None:
        assert self.owner is not None
        self.owner.settled()
        self.flush()

    def _tick(self) -> None:
        self._schedule_tick()
        self._tell(self.session.tick(self._clock.monotonic()))

    def _schedule_tick(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(_TICK, self._tick)
