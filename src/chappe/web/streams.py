"""Live pages: one stream of server-sent events, in which a block of the page comes again when it changed."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from chappe.web.policy import PAGE_HEADERS

# A comment this often tells proxies and the browser that the stream lives.
_QUIET = 15.0
_RETRY_MILLISECONDS = 2_000


class Closing:
    """Set when the server stops: streams end, so that stopping need not wait for browsers to leave."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        self._event.set()

    @property
    def begun(self) -> bool:
        return self._event.is_set()

    async def wait(self) -> None:
        await self._event.wait()


def live_blocks(changes: AsyncGenerator[Mapping[str, str], None], closing: Closing) -> ServerSentEvent:
    """Each mapping of `changes` is the page's blocks at a moment; those that changed go out as events of
    their names.
    """
    headers = PAGE_HEADERS | {"cache-control": "no-store", "x-accel-buffering": "no"}
    return ServerSentEvent(_events(changes, closing), headers=headers)


async def _events(
    changes: AsyncGenerator[Mapping[str, str], None], closing: Closing
) -> AsyncIterator[ServerSentEventMessage]:
    # At once, so that the browser knows the stream is open.
    yield ServerSentEventMessage(data=None, comment="live", retry=_RETRY_MILLISECONDS)
    sent: dict[str, str] = {}
    clock = asyncio.get_running_loop().time
    last = clock()
    async with aclosing(_until(changes, closing)) as moments:
        async for blocks in moments:
            changed = {name: text for name, text in blocks.items() if sent.get(name) != text}
            for name, text in changed.items():
                yield ServerSentEventMessage(data=text, event=name)
            if not changed and clock() - last >= _QUIET:
                yield ServerSentEventMessage(data=None, comment="quiet")
                last = clock()
            elif changed:
                sent |= changed
                last = clock()


async def _until(
    changes: AsyncGenerator[Mapping[str, str], None], closing: Closing
) -> AsyncGenerator[Mapping[str, str], None]:
    """`changes` until the server stops; an empty mapping when nothing came for a while."""
    stopped: asyncio.Future[Any] = asyncio.ensure_future(closing.wait())
    coming: asyncio.Future[Any] | None = None
    try:
        while not closing.begun:
            coming = coming or asyncio.ensure_future(anext(changes))
            await asyncio.wait({coming, stopped}, timeout=_QUIET, return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                yield {}
                continue
            try:
                blocks = coming.result()
            except StopAsyncIteration:
                return
            coming = None
            yield blocks
    finally:
        stopped.cancel()
        if coming is not None:
            coming.cancel()
            await asyncio.wait({coming})
        await changes.aclose()
