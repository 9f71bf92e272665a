"""One event stream for a browser, however many of its tabs show live pages.

A browser opens six connections to a server that speaks HTTP/1.1; a stream for each tab would use them up, and
the seventh page would wait for ever. So the tabs share one (frontend/src/live.js), which carries the streams
of all their pages: each is asked of the application as if by the tab, with its cookies, so that guards and
handlers are the same.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import structlog
from litestar import Request, get
from litestar.response import Stream
from litestar.types import ASGIApp

from chappe.web.given import given
from chappe.web.policy import PAGE_HEADERS
from chappe.web.viewer import ANYBODY

log = structlog.get_logger(__name__)

PATH = "/live"
_EVENTS = "text/event-stream"
# More tabs than anybody looks at; the rest are refused, and ask alone.
_MOST = 30
_HELD = 100
# Instead of an event's name: this stream is over, or was refused.
OVER = "!over"
_END = ""
_OWN = ("type", "asgi", "http_version", "scheme", "root_path", "client", "server", "extensions")


@get(PATH, opt={ANYBODY: True}, include_in_schema=False)
async def live(request: Request[Any, Any, Any]) -> Stream:
    """`?of=/campaigns/…/live&of=…`: their events, each as `data: N NAME` and the lines of its data, with N
    the place of its stream among the `of`. `language=fr` is that of the pages: a browser may ask for a
    worker in another than for them.
    """
    wanted = request.query_params.getall("of", [])[:_MOST]
    headers = PAGE_HEADERS | {"cache-control": "no-store", "x-accel-buffering": "no"}
    return Stream(_together(request, wanted), media_type=_EVENTS, headers=headers)


async def _together(request: Request[Any, Any, Any], wanted: Sequence[str]) -> AsyncIterator[str]:
    coming: asyncio.Queue[str] = asyncio.Queue(_HELD)
    relays = [_Relay(request, place, address, coming) for place, address in enumerate(wanted)]

    async def relay_all() -> None:
        await asyncio.gather(*(relay.run() for relay in relays))
        await coming.put(_END)

    relaying = asyncio.create_task(relay_all())
    yield ": live\n\n"
    try:
        while event := await coming.get():
            yield event
    finally:
        relaying.cancel()
        with suppress(asyncio.CancelledError):
            await relaying


class _Relay:
    """One of the streams, asked of the application; its events go into the queue."""

    def __init__(
        self, request: Request[Any, Any, Any], place: int, address: str, coming: asyncio.Queue[str]
    ) -> None:
        self._app: ASGIApp = given(request.scope)["application"]
        self._scope = _scope(request, address)
        self._nested = urlsplit(address).path == PATH
        self._place = place
        self._coming = coming
        self._asked = False
        self._is_stream = False
        self._rest = b""

    async def run(self) -> None:
        if not self._nested:
            try:
                await self._app(self._scope, self._receive, self._send)
            except Exception:
                log.exception("stream_failed", path=self._scope["path"])
        await self._coming.put(f"data: {self._place} {OVER}\n\n")

    async def _receive(self) -> Any:
        # After the request itself there is only the browser's leaving, which cancels this task.
        if self._asked:
            await asyncio.Event().wait()
        self._asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            kind = dict(message["headers"]).get(b"content-type", b"")
            self._is_stream = message["status"] == 200 and kind.startswith(_EVENTS.encode())
        elif self._is_stream:
            self._rest += message.get("body", b"").replace(b"\r\n", b"\n")
            *whole, self._rest = self._rest.split(b"\n\n")
            for event in whole:
                await self._coming.put(carried(self._place, event.decode()))


def carried(place: int, event: str) -> str:
    """An event of a stream (its lines, WHATWG HTML section 9.2) as the shared stream carries it."""
    name, data = "message", []
    for line in event.split("\n"):
        field, _, value = line.partition(":")
        if field == "event":
            name = value.strip()
        elif field == "data":
            data.append(line)
    if not data:
        return ": quiet\n\n"
    return "\n".join([f"data: {place} {name}", *data]) + "\n\n"


def _scope(request: Request[Any, Any, Any], address: str) -> Any:
    parts = urlsplit(address)
    given: Any = request.scope
    return {key: given[key] for key in _OWN if key in given} | {
        "method": "GET",
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "headers": _headers(request),
        "state": {},
    }


def _headers(request: Request[Any, Any, Any]) -> list[tuple[bytes, bytes]]:
    left_out = [b"accept-encoding"]
    language = request.query_params.get("language")
    chosen = [(b"accept-language", language.encode())] if language else []
    if chosen:
        left_out.append(b"accept-language")
    return [each for each in request.scope["headers"] if each[0] not in left_out] + chosen
