"""Campaigns as a person sends them, through the API of a program that serves."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
from tests.faults.promises import Figures, keep_promises
from tests.installation import Installation, Prepared, Served, to_tuesday

from chappe.db.open import open_database
from chappe.kit.ids import parse_public_id
from chappe.lab.log import BoundRow, FrameKind, read_log
from chappe.lab.process import LabProcess

BODY = "Chappe : 20 % sur tout le magasin jusqu'à samedi. STOP 36180"
_PARIS = ZoneInfo("Europe/Paris")
# The packaged rules for France (chappe.rules): eight to twenty, not on Sundays.
_OPENS, _CLOSES = 8, 20
_ON_ITS_WAY = ("accepted", "queued", "sending", "sent")


@dataclass(frozen=True)
class Campaign:
    """A campaign that was sent. `began_ns`: `time.monotonic_ns()` before the command."""

    id: str
    began_ns: int

    @property
    def key(self) -> UUID:
        found = parse_public_id("cmp", self.id)
        assert found is not None
        return found


async def send(served: Served, prepared: Prepared, name: str = "Faults", **more: Any) -> Campaign:
    """To everyone on the list; marketing unless `purpose` says other."""
    began_ns = time.monotonic_ns()
    made = await served.post(
        "/campaigns",
        {
            "name": name,
            "purpose": "marketing",
            "audience": {"include": [prepared.list_id]},
            "sender_id": prepared.sender_id,
            "body": BODY,
            **more,
        },
    )
    await served.post(f"/campaigns/{made['id']}/send")
    return Campaign(str(made["id"]), began_ns)


async def let_go(served: Served, campaign: Campaign) -> None:
    """Without the rate of its own with which it was sent: a fault fell in its midst on any machine."""
    await served.patch(f"/campaigns/{campaign.id}", {"parts_per_second": None})


async def settled(served: Served, campaign: Campaign) -> dict[str, int] | None:
    """The counts, once the campaign is finished and every receipt has come."""
    try:
        answer = await served.get(f"/v1/campaigns/{campaign.id}")
    except httpx.TransportError:
        return None  # the web role was killed with the question in its hands
    if not answer.is_success:
        return None  # the database is just coming back
    view = answer.json()
    moving = sum(view["counts"].get(state, 0) for state in _ON_ITS_WAY)
    return dict(view["counts"]) if view["state"] == "finished" and not moving else None


async def submits(lab: LabProcess, carrier: str = "alpha") -> int:
    """Parts that the carrier has read, over all campaigns."""
    return int((await lab.get("/lab/api/counters"))[carrier]["submits"])


async def reached(lab: LabProcess, count: int) -> bool:
    """Whether the carrier has read so many parts."""
    return await submits(lab) >= count


def kill(pid: int | None, number: signal.Signals = signal.SIGKILL) -> int:
    """End a process; `time.monotonic_ns()` of it."""
    assert pid is not None
    os.kill(pid, number)
    return time.monotonic_ns()


def resumed_after(log: Path, killed_ns: int) -> float | None:
    """Seconds from a kill of the sender to the first submit over a link that was bound after it; None when
    there was none (what was left had been written).
    """
    fresh: set[int] = set()
    for frame in read_log(log, kinds=frozenset({FrameKind.BOUND, FrameKind.SUBMITS})):
        if frame.monotonic_ns <= killed_ns:
            continue
        if frame.kind is FrameKind.BOUND and isinstance(frame.rows[0], BoundRow):
            fresh.add(frame.link)
        elif frame.link in fresh:
            return (frame.monotonic_ns - killed_ns) / 1e9
    return None


def first_submit_after(
    log: Path, since_ns: int, *, over: Callable[[int], bool] = lambda link: True
) -> float | None:
    """Seconds from an instant to the first submit after it, over the links that are asked for."""
    for frame in read_log(log, kinds=frozenset({FrameKind.SUBMITS})):
        if frame.monotonic_ns > since_ns and over(frame.link):
            return (frame.monotonic_ns - since_ns) / 1e9
    return None


def marketing_hours() -> Callable[[datetime], bool]:
    """Whether campaigns of `Installation.prepare(marketing=True)` may leave at a moment of the real clock."""
    shift: timedelta = to_tuesday()

    def allowed(moment: datetime) -> bool:
        local = (moment + shift).astimezone(_PARIS)
        return local.weekday() < 6 and _OPENS <= local.hour < _CLOSES

    return allowed


async def kept(installation: Installation, log: Path, campaign: Campaign, **more: Any) -> Figures:
    """`keep_promises` of a campaign of this installation, whether it serves or not."""
    async with open_database(installation.settings) as db:
        return await keep_promises(
            db, log, campaign.key, since_ns=campaign.began_ns, **{"hours": marketing_hours(), **more}
        )
