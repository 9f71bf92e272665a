"""The disk is full: nothing goes to a socket that the journal cannot hold; all goes on when there is space.

The short form takes the space from the journal alone, by a limit on the size of the sender's files, which
needs no right. In the long one the whole data folder, WAL and journal, is on a disk of 256 MB that fills.
"""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.faults.campaigns import kept, let_go, reached, send, settled, submits
from tests.installation import Installation, Prepared, Served, until

from chappe.engine.journal import SUFFIX
from chappe.engine.owner import this_owner
from chappe.engine.replay import replay
from chappe.lab.loading import parse_scenario
from chappe.lab.process import LabProcess

CARRIER = """
[[carriers]]
name = "alpha"
answers.delay = [0.01, 0.05]
receipts.delay = [0.05, 0.5]
"""
PEOPLE, RATE, SLOWLY = 2_000, 500, 100
_FULL_FOR = 1.5


async def test_nothing_is_sent_without_a_journal(
    installation: Installation, scale: Any, record: Any, tmp_path: Path
) -> None:
    async with LabProcess(parse_scenario(CARRIER), directory=tmp_path) as lab:
        prepared = await installation.prepare(
            lab.address("alpha"), PEOPLE, marketing=True, parts_per_second=RATE
        )
        async with installation.serving(key=prepared.key) as served:
            campaign = await send(served, prepared, parts_per_second=SLOWLY)
            told = ""
            for least in scale.pick((100, 200), range(100, 1_600, 100)):
                await until(lambda at=least: reached(lab, at), f"{least} were submitted")
                with no_space(served.roles()["sender"]):
                    told = await until(
                        lambda: trouble(served, prepared), "the link said why it does not send"
                    )
                    before, since = await submits(lab), time.monotonic()
                    await until(lambda at=since: time.monotonic() - at > _FULL_FOR, "the time was over")
                    assert await submits(lab) == before
                    assert before <= written(installation)
                await until(lambda: no_trouble(served, prepared), "the link was well again")
            await let_go(served, campaign)
            await until(lambda: settled(served, campaign), "the campaign was over")
        await lab.get("/lab/api/log")
    figures = await kept(installation, lab.log, campaign, limits={"alpha": RATE})
    record("no space for the journal", figures, told=told)
    assert figures.states == {"delivered": PEOPLE}
    assert "journal" in told
    assert "Free space" in told


@contextmanager
def no_space(pid: int) -> Iterator[None]:
    """The process can make no file longer than it is: EFBIG where a full disk gives ENOSPC."""
    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))


async def trouble(served: Served, prepared: Prepared) -> str | None:
    view = (await served.get(f"/v1/carriers/{prepared.carrier_id}")).json()
    return view["detail"] if view["state"] == "bound" else None


async def no_trouble(served: Served, prepared: Prepared) -> bool:
    return await trouble(served, prepared) is None


def written(installation: Installation) -> int:
    """Parts in the journal: a campaign of this size stays in one segment, which is kept to its end."""
    journals = installation.home / "journal"
    boot = this_owner(UUID(int=0), journals).boot
    found = replay(sorted(journals.glob(f"*/*{SUFFIX}")), boot=boot, carrier=1)
    return sum(len(tokens) for chunk in found.written.values() for tokens in chunk.values())
