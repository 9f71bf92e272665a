"""kill -9 of every role and of the whole tree, database server included, at random instants of a campaign.

The carrier lives on: its log says what was written. Half of the kills fall at full speed, half on a link of
2,000 parts a second (fewer in the short form, whose campaigns are small).
"""

import random
import signal
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.faults.campaigns import Campaign, kept, kill, reached, resumed_after, send, settled, submits
from tests.installation import Installation, Prepared, Served, until

from chappe.db.layout import layout_for
from chappe.lab.loading import parse_scenario
from chappe.lab.process import LabProcess

TREE = "tree"
# Its server alone, as `pg_ctl stop -m immediate` ends it; the program starts it again.
DATABASE = "database"
CARRIER = """
[[carriers]]
name = "alpha"
answers.delay = [0.01, 0.05]
receipts.delay = [0.05, 0.5]
"""
# What it takes on a machine of its own is in docs/guarantees.md: under ten seconds. A busy one may take
# several times as long to start the processes again.
RESUMES_WITHIN = 10.0
SLOWNESS = 9


@dataclass(frozen=True)
class Speed:
    """How fast the link is; the window bounds what a kill may leave in doubt."""

    people: int
    window: int
    rate: int | None


@dataclass
class Trial:
    """What was killed in one campaign. `back`: seconds until it ran again, as its users notice it."""

    kills: list[tuple[str, int]] = field(default_factory=list)
    back: list[tuple[str, float]] = field(default_factory=list)

    def doubtful(self) -> int:
        """Kills that may leave a window in doubt."""
        return sum(victim in ("sender", TREE) for victim, _ in self.kills)


@dataclass
class Scene:
    """An installation with people on its list, and a carrier that outlives it."""

    installation: Installation
    prepared: Prepared
    lab: LabProcess
    speed: Speed
    chance: random.Random

    async def campaign(self, victims: list[str], trial: Trial) -> Campaign:
        """Send one, and kill the victims at random instants of it; ended when every receipt has come."""
        before = await submits(self.lab)
        # Not in the last part, where there may be nothing left to resume.
        instants = sorted(self.chance.randrange(self.speed.people * 4 // 5) for _ in victims)
        waiting = deque(zip(instants, victims, strict=True))
        campaign: Campaign | None = None
        while True:
            async with self.installation.serving(key=self.prepared.key) as served:
                campaign = campaign or await send(served, self.prepared)
                if not await self._kill_all(served, waiting, before, trial):
                    continue
                await until(lambda one=campaign: settled(served, one), "the campaign was over", within=600)
                return campaign

    async def _kill_all(
        self, served: Served, waiting: deque[tuple[int, str]], before: int, trial: Trial
    ) -> bool:
        """False: the whole tree is dead."""
        while waiting:
            instant, victim = waiting.popleft()
            await until(lambda at=before + instant: reached(self.lab, at), f"{instant} were submitted")
            if victim == TREE:
                trial.kills.append((victim, time.monotonic_ns()))
                self.installation.kill_everything()
                return False
            old = process_of(served, victim)
            killed_ns = kill(old, signal.SIGQUIT if victim == DATABASE else signal.SIGKILL)
            trial.kills.append((victim, killed_ns))
            await until(
                lambda role=victim, gone=old: runs_again(served, role, gone), f"another {victim} was started"
            )
            trial.back.append((victim, (time.monotonic_ns() - killed_ns) / 1e9))
        return True


def process_of(served: Served, victim: str) -> int | None:
    """Of a role, or of the database server, which writes its number into its data folder."""
    if victim != DATABASE:
        return served.roles().get(victim)
    try:
        data = layout_for(served.installation.home).data
        return int((data / "postmaster.pid").read_text().partition("\n")[0])
    except FileNotFoundError:
        return None


async def runs_again(served: Served, victim: str, gone: int | None) -> bool:
    if process_of(served, victim) in (None, gone):
        return False
    return victim not in ("web", DATABASE) or (await served.get("/readyz")).status_code == 200


FULL, LIMITED = "full speed", "limited"


@pytest.mark.parametrize("speed_name", [FULL, LIMITED])
async def test_kills_lose_and_repeat_nothing(
    speed_name: str, installation: Installation, scale: Any, record: Any, tmp_path: Path
) -> None:
    speed = {
        FULL: Speed(scale.pick(10_000, 50_000), window=1_000, rate=None),
        LIMITED: Speed(scale.pick(2_500, 50_000), window=100, rate=scale.pick(500, 2_000)),
    }[speed_name]
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    options = {} if speed.rate is None else {"parts_per_second": speed.rate}
    limits = {} if speed.rate is None else {"alpha": speed.rate}
    async with LabProcess(parse_scenario(CARRIER), directory=tmp_path) as lab:
        prepared = await installation.prepare(
            lab.address("alpha"), speed.people, marketing=True, window=speed.window, **options
        )
        scene = Scene(installation, prepared, lab, speed, chance)
        for victims in rounds(scale, speed_name, chance):
            trial = Trial()
            campaign = await scene.campaign(victims, trial)
            await lab.get("/lab/api/log")  # what the lab keeps back is in its log now
            figures = await kept(installation, lab.log, campaign, limits=limits, told=f"seed {seed}")
            resumed = [
                seconds
                for victim, killed in trial.kills
                if victim in ("sender", TREE) and (seconds := resumed_after(lab.log, killed)) is not None
            ]
            told = f"seed {seed}: {victims} {resumed} {trial.back} {figures}"
            record(
                f"kill -9 at {speed_name}",
                figures,
                kills=[victim for victim, _ in trial.kills],
                window=speed.window,
                resumed=[round(seconds, 2) for seconds in resumed],
                back=[(victim, round(seconds, 2)) for victim, seconds in trial.back],
            )
            assert figures.accepted == speed.people, told
            assert figures.states.get("delivered", 0) + figures.unknown == speed.people, told
            assert figures.unknown <= speed.window * trial.doubtful(), told
            assert max([*resumed, *(s for _, s in trial.back)]) <= RESUMES_WITHIN * SLOWNESS, told


def rounds(scale: Any, speed_name: str, chance: random.Random) -> list[list[str]]:
    """The victims of each campaign: in the long form fifteen of each kind at each speed."""
    if scale.long:
        return [[victim] * 3 for _ in range(5) for victim in ("sender", "worker", "web", DATABASE, TREE)]
    victims = ["sender", "worker"] if speed_name == FULL else ["web", "sender", DATABASE, TREE]
    chance.shuffle(victims)
    return [victims]
