"""The disk is full: nothing goes to a socket that the journal cannot hold; all goes on when there is space.

The short form takes the space from the journal alone, by a limit on the size of the sender's files, which
needs no right. In the long one the whole data folder, WAL and journal, is on a disk of 256 MB that fills.
"""

import asyncio
import resource
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from tests.faults.campaigns import kept, let_go, marketing_hours, reached, send, settled, submits
from tests.faults.promises import keep_promises
from tests.installation import Installation, Prepared, Served, until

from chappe.db.cluster import DATABASE, ENGINE_ROLE
from chappe.db.layout import layout_for
from chappe.db.pool import Database
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
            for least in scale.pick((100, 200), range(100, 900, 100)):
                await until(lambda at=least: reached(lab, at), f"{least} were submitted")
                with no_space(served.roles()["sender"]):
                    told = await until(
                        lambda: trouble(served, prepared), "the link said why it does not send"
                    )
                    before, since = await submits(lab), time.monotonic()
                    await until(lambda at=since: time.monotonic() - at > _FULL_FOR, "the time was over")
                    assert await submits(lab) == before
                    assert before <= written(installation.home)
                await until(lambda: no_trouble(served, prepared), "the link was well again")
            await let_go(served, campaign)
            await until(lambda: settled(served, campaign), "the campaign was over", within=600)
        await lab.get("/lab/api/log")
    figures = await kept(installation, lab.log, campaign, limits={"alpha": RATE})
    record("no space for the journal", figures, told=told)
    assert figures.states == {"delivered": PEOPLE}
    assert "journal" in told
    assert "Free space" in told


@pytest.mark.long
async def test_a_full_disk_stops_cleanly_and_needs_no_repair(
    installation: Installation, record: Any, tmp_path: Path
) -> None:
    """Data folder, WAL and journal on 256 MB. Mounting asks for root; the namespace is the program's own."""
    people = 20_000
    async with LabProcess(parse_scenario(CARRIER), directory=tmp_path) as lab:
        prepared = await installation.prepare(
            lab.address("alpha"), people, marketing=True, parts_per_second=RATE
        )
        installation.through = on_a_small_disk(installation, tmp_path / "disk")
        async with installation.serving(key=prepared.key) as served:
            disk = SmallDisk(Path(f"/proc/{served.process.pid}/root"), installation)
            campaign = await send(served, prepared, parts_per_second=SLOWLY)
            told = []
            for turn in range(5):
                await until(lambda at=(turn + 1) * 200: reached(lab, at), "it was under way")
                disk.fill()
                await until(lambda: _stands(lab), "nothing was submitted any more")
                told.append(str(await trouble(served, prepared)))
                # A server that ends and recovers gives some octets back: that no part leaves without its
                # record is the short form's to show.
                before = await submits(lab)
                disk.empty()
                await until(lambda at=before: reached(lab, at + 50), "it went on")
            await let_go(served, campaign)
            await until(lambda: settled(served, campaign), "the campaign was over", within=600)
            await lab.get("/lab/api/log")
            async with disk.database() as db:
                figures = await keep_promises(
                    db, lab.log, campaign.key, hours=marketing_hours(), limits={"alpha": RATE}
                )
    record("disk of 256 MB full", figures, told=told)
    assert figures.states == {"delivered": people}


@dataclass(frozen=True)
class SmallDisk:
    """The disk of a program in its own mount namespace, seen through `root`."""

    root: Path
    installation: Installation

    @property
    def home(self) -> Path:
        return self.root / str(self.installation.home).lstrip("/")

    @property
    def _ballast(self) -> Path:
        return self.home / "ballast"

    def fill(self) -> None:
        """To the last octet."""
        with self._ballast.open("ab", buffering=0) as file, suppress(OSError):
            for size in (1 << 20, 1 << 12, 1):
                with suppress(OSError):
                    while file.write(bytes(size)) == size:
                        pass

    def empty(self) -> None:
        self._ballast.unlink()

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        """Its database, while it serves."""
        layout = layout_for(self.installation.home)
        socket = self.root / str(layout.socket_dir).lstrip("/")
        db = await Database.connect(
            f"postgresql://{ENGINE_ROLE}@/{DATABASE}?host={quote(str(socket), safe='')}"
        )
        try:
            yield db
        finally:
            await db.close()


def on_a_small_disk(installation: Installation, disk: Path) -> list[str]:
    """What runs a command with the data folder, as it is now, on a disk of 256 MB of its own."""
    disk.mkdir()
    base = layout_for(installation.home).base
    script = f"""
        set -e
        mount -t tmpfs -o size=256m,mode=755 tmpfs {disk}
        cp -a {installation.home} {disk}/home
        cp -a {base} {disk}/base
        mount --bind {disk}/home {installation.home}
        mount --bind {disk}/base {base}
        exec "$@"
    """
    return ["unshare", "--mount", "sh", "-c", script, "sh"]


async def _stands(lab: LabProcess) -> bool:
    """Nothing was submitted for three seconds: what fits into the journal's last page goes out before."""
    before = await submits(lab)
    await asyncio.sleep(3)
    return await submits(lab) == before


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


def written(home: Path) -> int:
    """Parts in the journal: a campaign of this size stays in one segment, which is kept to its end."""
    journals = home / "journal"
    boot = this_owner(UUID(int=0), journals).boot
    found = replay(sorted(journals.glob(f"*/*{SUFFIX}")), boot=boot, carrier=1)
    return sum(len(tokens) for chunk in found.written.values() for tokens in chunk.values())
