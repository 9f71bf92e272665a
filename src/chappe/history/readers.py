"""People who open the links of a campaign, programs that look at them before, and who buys then.

Each link is asked for as a phone asks: the redirect that `chappe serve` answers with finds whose it is, and
judges who came.
"""

import asyncio
import random
import re
from collections.abc import Sequence
from typing import Final, NamedTuple, cast
from uuid import UUID

from litestar.types import HTTPScope, Message

from chappe.db.keys import InstanceKeys
from chappe.events import service as events
from chappe.events.model import IncomingEvent
from chappe.history.past import SQL, Past
from chappe.history.visits import ORDERED, REFUNDED, price
from chappe.lab.browser import NAMES, Agent
from chappe.tracking import jobs
from chappe.tracking.model import MAIN_PATH
from chappe.tracking.redirect import Redirect

# Of those who have the text: by the variant that they have, and how many of them buy.
_PEOPLE: Final = {"": 0.062, "A": 0.051, "B": 0.078}
_BUY: Final = 0.05
_SEND_BACK: Final = 0.06
_PROGRAMS: Final = ((0.02, Agent.IMESSAGE), (0.006, Agent.SCANNER), (0.006, Agent.WHATSAPP))
_AT_ONCE: Final = 100
_CODE: Final = re.compile(re.escape(MAIN_PATH) + r"(\w+)")


class _Text(NamedTuple):
    """What a phone has got."""

    phone: int
    code: str
    variant: str


class Readers:
    """Of one shop's campaigns."""

    def __init__(
        self, past: Past, keys: InstanceKeys, workspace_id: int, base: str, chance: random.Random
    ) -> None:
        """`base`: the address that people open this installation at."""
        self._past = past
        self._workspace_id = workspace_id
        self._chance = chance
        self._redirect = Redirect(past.db, keys, past.clock, base)
        self._orders = 0

    async def read(self, campaign_id: UUID, *, but: frozenset[int] = frozenset()) -> frozenset[int]:
        """Whoever got it since, `but` these, does with it what people do. The numbers of all who got it."""
        texts = await self._texts(campaign_id)
        fresh = [one for one in texts if one.phone not in but]
        here = [one for one in fresh if self._chance.random() < _PEOPLE[one.variant]]
        programs = [
            (one, agent) for one in fresh for share, agent in _PROGRAMS if self._chance.random() < share
        ]
        phones = (Agent.IPHONE, Agent.ANDROID)
        await self._open(programs + [(one, self._chance.choice(phones)) for one in here])
        while await jobs.settle(self._past.db, self._past.clock):
            pass
        await self._buy([one.phone for one in here if self._chance.random() < _BUY])
        return frozenset(one.phone for one in texts)

    async def close(self) -> None:
        await self._redirect.close()

    async def _texts(self, campaign_id: UUID) -> list[_Text]:
        async with self._past.db.engine_transaction() as conn:
            rows = await conn.fetch(SQL.texts, self._workspace_id, campaign_id)
        found = ((row["phone"], _CODE.search(row["body"]), row["variant"]) for row in rows)
        return [_Text(phone, code[1], variant) for phone, code, variant in found if code]

    async def _open(self, visits: Sequence[tuple[_Text, Agent]]) -> None:
        for at in range(0, len(visits), _AT_ONCE):
            await asyncio.gather(*(self._ask(*one) for one in visits[at : at + _AT_ONCE]))

    async def _ask(self, text: _Text, agent: Agent) -> None:
        method = "HEAD" if agent is Agent.SCANNER else "GET"
        headers = [(b"host", b"localhost"), (b"user-agent", NAMES[agent].encode())]
        # Each phone has an address of its own.
        client = (f"2001:db8::{text.phone >> 16:x}:{text.phone & 0xFFFF:x}", 40_000)
        path = f"{MAIN_PATH}{text.code}"
        scope = {"type": "http", "method": method, "path": path, "headers": headers, "client": client}
        answers: list[Message] = []

        async def keep(message: Message) -> None:
            answers.append(message)

        await self._redirect.answered(cast(HTTPScope, scope), keep)
        assert answers[0]["type"] == "http.response.start"
        assert answers[0]["status"] == 302, "a link of the shop leads nowhere"

    async def _buy(self, phones: Sequence[int]) -> None:
        """Some of them send it back."""
        now = self._past.clock.now()
        told = []
        for phone in phones:
            self._orders += 1
            order = {
                "order_id": f"WEB-{2_000 + self._orders}",
                "total": price(self._chance),
                "currency": "EUR",
            }
            told.append(IncomingEvent(name=ORDERED, at=now, phone=phone, properties=order))
            if self._chance.random() < _SEND_BACK:
                told.append(IncomingEvent(name=REFUNDED, at=now, phone=phone, properties=order))
        async with self._past.db.engine_transaction() as conn:
            await events.record(conn, self._workspace_id, told, now)
        while await jobs.settle_sold(self._past.db):
            pass
