"""kill -9 of the whole tree, database server included, in mid-campaign: nothing lost, nothing repeated."""

import logging
import random
from pathlib import Path
from typing import Any

from chappe.lab import checks
from chappe.lab.loading import parse_scenario
from chappe.lab.process import LabProcess

log = logging.getLogger(__name__)

PEOPLE = 3_000
WINDOW = 100
KILLS = 2
SCENARIO = """
[[carriers]]
name = "alpha"
answers.delay = [0.02, 0.08]
receipts.delay = [0.05, 0.5]
"""


async def test_a_killed_tree_loses_and_repeats_nothing(installation, until, phones, tmp_path: Path) -> None:
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    async with LabProcess(parse_scenario(SCENARIO), directory=tmp_path) as lab:
        prepared = await installation.prepare(lab.address("alpha"), PEOPLE, parts_per_second=400)
        campaign = ""
        for kill in range(KILLS):
            # Somewhere in the first, then in the second third of the campaign.
            instant = chance.randrange(kill * PEOPLE // 3 + 100, (kill + 1) * PEOPLE // 3)
            async with installation.serving(key=prepared.key) as served:
                campaign = campaign or await _send(served, prepared)
                await until(lambda at=instant: _submitted(lab, at), f"{instant} were submitted")
                installation.kill_everything()
        async with installation.serving(key=prepared.key) as served:
            counts = await until(lambda: _settled(served, campaign), "the campaign was over")
    told = f"seed {seed}: {counts}"
    assert counts["delivered"] + counts["unknown"] == PEOPLE, told
    assert counts["unknown"] <= KILLS * WINDOW, told
    assert checks.repeated(lab.log) == {}, told
    missing = {number.removeprefix("+") for number in phones(PEOPLE)} - checks.destinations(lab.log)
    # What was in the journal and had not left yet is in doubt, not lost.
    assert len(missing) <= counts["unknown"], told
    # Shown by --log-cli-level=INFO.
    log.info("%s kills, %s, never written: %s", KILLS, told, len(missing))


async def _send(served: Any, prepared: Any) -> str:
    made = await served.post(
        "/campaigns",
        {
            "name": "Killed",
            "purpose": "transactional",
            "audience": {"include": [prepared.list_id]},
            "sender_id": prepared.sender_id,
            "body": "Votre commande est prête.",
        },
    )
    await served.post(f"/campaigns/{made['id']}/send")
    return str(made["id"])


async def _submitted(lab: LabProcess, at_least: int) -> bool:
    return bool((await lab.get("/lab/api/counters"))["alpha"]["submits"] >= at_least)


async def _settled(served: Any, campaign: str) -> dict[str, int] | None:
    """The counts, once nothing is on its way any more."""
    view = (await served.get(f"/v1/campaigns/{campaign}")).json()
    moving = sum(view["counts"][state] for state in ("accepted", "queued", "sent"))
    return dict(view["counts"]) if view["state"] == "finished" and not moving else None
