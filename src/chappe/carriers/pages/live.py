"""The parts of carriers' pages that come again when they change."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import ServerSentEvent
from litestar.types import ControllerRouterHandler

from chappe.accounts.permissions import Permission
from chappe.api.given import Db, WallClock
from chappe.carriers import links, service
from chappe.carriers.model import CARRIER_ID, Carrier
from chappe.carriers.pages.addresses import carrier_id
from chappe.db.pool import Connection
from chappe.kit.ids import public_id
from chappe.web.page import GivenPage
from chappe.web.streams import Closing, live_blocks
from chappe.web.viewer import GivenViewer, needs

GivenClosing = NamedDependency[SkipValidation[Closing]]
# Links report every two seconds.
_EVERY = 1.0
_MOST = 200


class Seen(NamedTuple):
    """A carrier with the rates of its last minutes, parts a second, oldest first."""

    id: str
    carrier: Carrier
    rates: list[float]

    @property
    def rate(self) -> float:
        """Now: over the last three points, as the engine reports them."""
        latest = self.rates[-3:]
        return sum(latest) / len(latest) if latest else 0.0

    @property
    def in_flight(self) -> int:
        """Parts that the carrier has not answered. After a crash the counters lack some for good, but
        none is waited for longer than the rates reach back.
        """
        counters = self.carrier.counters
        written = round(sum(self.rates) * links.SLOT)
        return min(max(0, counters.submitted - counters.answered), written, self.carrier.settings.window)


async def every(conn: Connection, workspace_id: int, now: datetime) -> list[Seen]:
    """All carriers of the workspace, oldest first."""
    found = await service.carriers(conn, workspace_id, limit=_MOST)
    rates = await links.rates(conn, workspace_id, now)
    return [Seen(public_id(CARRIER_ID, each.id), each, rates.get(each.number, [])) for each in found]


async def one(conn: Connection, workspace_id: int, asked: str, now: datetime) -> dict[str, Any]:
    """What the live parts of a carrier's page show. UnknownCarrier."""
    carrier = await service.carrier(conn, workspace_id, carrier_id(asked))
    rates = await links.rates(conn, workspace_id, now)
    return {
        "seen": Seen(asked, carrier, rates.get(carrier.number, [])),
        "refusals": await links.refusals(conn, workspace_id, carrier.number),
        "receipts": await links.receipts(conn, workspace_id, carrier.number),
    }


@get("/carriers/live", opt=needs(Permission.CARRIERS_READ))
async def list_live(
    page: GivenPage, viewer: GivenViewer, db: Db, clock: WallClock, closing: GivenClosing
) -> ServerSentEvent:
    async def changes() -> AsyncGenerator[Mapping[str, str], None]:
        while True:
            async with db.transaction(viewer.workspace_id) as conn:
                seen = await every(conn, viewer.workspace_id, clock.now())
            yield {"links": page.fragment("carriers/live/links.html", seen=seen)}
            await asyncio.sleep(_EVERY)

    return live_blocks(changes(), closing)


@get("/carriers/{carrier:str}/live", opt=needs(Permission.CARRIERS_READ))
async def carrier_live(
    carrier: FromPath[str],
    page: GivenPage,
    viewer: GivenViewer,
    db: Db,
    clock: WallClock,
    closing: GivenClosing,
) -> ServerSentEvent:
    async with db.transaction(viewer.workspace_id) as conn:
        await service.carrier(conn, viewer.workspace_id, carrier_id(carrier))

    async def changes() -> AsyncGenerator[Mapping[str, str], None]:
        while True:
            async with db.transaction(viewer.workspace_id) as conn:
                values = await one(conn, viewer.workspace_id, carrier, clock.now())
            yield {"link": page.fragment("carriers/live/link.html", **values)}
            await asyncio.sleep(_EVERY)

    return live_blocks(changes(), closing)


routes: list[ControllerRouterHandler] = [list_live, carrier_live]
