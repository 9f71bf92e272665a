"""How a command that comes to an end by itself runs, and is interrupted."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

import uvloop

T = TypeVar("T")


class Interrupted(Exception):
    """By Ctrl-C or SIGTERM; what the command had started is stopped."""


def run_to_end(work: Coroutine[Any, Any, T]) -> T:
    """Runs `work` to its end. Ctrl-C and SIGTERM cancel it, so that what it has started (a database, roles)
    is stopped before the command leaves. Raises Interrupted then.
    """

    async def cancellable() -> T:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await work

    try:
        return uvloop.run(cancellable())
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise Interrupted from None
