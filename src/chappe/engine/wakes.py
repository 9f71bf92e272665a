"""What wakes the tasks of a link."""

import asyncio


class Wakes:
    """`results`: something to commit. `receipts`, `inbound`: something came. `want`: room for more work, or
    more work. `quick`: a message that somebody waits for. `state`: the connection changed.
    """

    def __init__(self) -> None:
        self.results = asyncio.Event()
        self.receipts = asyncio.Event()
        self.inbound = asyncio.Event()
        self.want = asyncio.Event()
        self.quick = asyncio.Event()
        self.state = asyncio.Event()


async def woken(event: asyncio.Event, seconds: float) -> None:
    """Wait for the event, but not longer; it is cleared."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
    event.clear()
