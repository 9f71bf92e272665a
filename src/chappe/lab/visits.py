"""The links that phones open: one at the wish of somebody, or many by themselves."""

import asyncio
from typing import Final

from chappe.kit.errors import Problem
from chappe.lab.browser import Agent, Browser, NoLink, Opened, links_in
from chappe.lab.handset import Direction
from chappe.lab.phones import Phones, UnknownPhone
from chappe.smpp.constants import MessageState

_AT_ONCE: Final = 16
"""Links that are open at the same time: what taps by itself must not be a flood."""


class Visits:
    """What the phones open, and how much of it answered."""

    def __init__(self, phones: Phones, browser: Browser) -> None:
        self._phones = phones
        self._browser = browser
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()
        self.opened = 0
        self.failed = 0

    @property
    def idle(self) -> bool:
        return not self._under_way

    async def open(self, number: str, link: str | None, agent: Agent) -> Opened:
        """`link` None: the last one that the phone got. Raises UnknownPhone, NoLink, NotOfThisMachine,
        NobodyThere.
        """
        return await self._browser.open(link or self._last_link(number), agent, number)

    def begin(self, number: str, agent: Agent) -> None:
        """The phone opens its last link by itself, when it is its turn."""
        task = asyncio.get_running_loop().create_task(self._visit(number, agent))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def stop(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _visit(self, number: str, agent: Agent) -> None:
        async with self._turn:
            try:
                await self.open(number, None, agent)
            except Problem:
                self.failed += 1
            else:
                self.opened += 1

    def _last_link(self, number: str) -> str:
        try:
            messages = self._phones.handset(number).messages
        except UnknownPhone:
            messages = []
        for message in reversed(messages):
            shown = message.state == MessageState.DELIVERED.name
            if message.direction is Direction.RECEIVED and shown and (found := links_in(message.text)):
                return found[-1]
        raise NoLink(f"The phone {number} has received no message with a link.", field="link")
