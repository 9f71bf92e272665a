"""What people want while a campaign goes out: those who get it say STOP, those who send it pause and change
its speed.
"""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.faults.campaigns import BODY, kept, send, settled, submits
from tests.installation import SENDER, Served, phones, until

from chappe.db.open import open_database
from chappe.lab import checks
from chappe.lab.loading import parse_scenario
from chappe.lab.process import LabProcess

SCENARIO = """
[[carriers]]
name = "alpha"
answers.delay = [0.01, 0.03]
receipts.delay = [0.05, 0.3]
"""
# The carrier's process reads a batch late when the machine is busy, and the next one in time.
READ_LATE = 1.1


async def test_stop_in_the_middle_of_a_campaign(installation, scale, record, tmp_path: Path) -> None:
    """By text and through the API, before and after their message has left: nothing later than a second after
    the commit, and one confirmation for each who texted.
    """
    people, stopping, rate = scale.pick((1_500, 60, 400), (50_000, 1_000, 2_000))
    seed = random.randrange(1 << 32)
    chosen = random.Random(seed).sample(phones(people), stopping)
    texting, asking = chosen[::2], chosen[1::2]
    stops: dict[str, int] = {}
    async with LabProcess(parse_scenario(SCENARIO), directory=tmp_path) as lab:
        prepared = await installation.prepare(
            lab.address("alpha"), people, marketing=True, parts_per_second=rate
        )
        async with (
            installation.serving(key=prepared.key) as served,
            open_database(installation.settings) as db,
        ):
            campaign = await send(served, prepared)
            for number, (one, other) in enumerate(zip(texting, asking, strict=True)):
                # From the first message to the middle of the campaign.
                enough = people * (number + 1) // stopping
                await until(partial(submitted, lab, enough), f"{enough} were submitted")
                await lab.post(f"/lab/api/phones/{one}/messages", {"to": SENDER, "text": "STOP"})
                await served.post("/suppressions", {"phone": other})
                stops[other] = time.monotonic_ns()
            counts = await until(partial(settled, served, campaign), "the campaign was over")
            confirmed = counts["delivered"] + len(texting)
            await until(partial(submitted, lab, confirmed), "every STOP was confirmed")
            rows = await db.engine.fetch("select phone, created_at from suppression where source = 'inbound'")
    clocks = time.monotonic_ns() - time.time_ns()
    # A transaction carries the time at which it began: a little before its commit.
    stops |= {f"+{row['phone']}": int(row["created_at"].timestamp() * 1e9) + clocks for row in rows}
    assert stops.keys() == set(chosen)
    figures = await kept(
        installation, lab.log, campaign, stops=stops, body=BODY, limits={"alpha": rate}, told=f"seed {seed}"
    )
    assert 0 < figures.states["skipped"] <= stopping
    others = [one.destination for one in checks.submits(lab.log) if one.text != BODY]
    assert sorted(others) == sorted(number.removeprefix("+") for number in texting)
    record("STOP in mid-campaign", figures, stops=stopping, seed=seed)


@dataclass(frozen=True)
class Pace:
    """Parts per second of the link and of the campaign, and when they were in force."""

    link: int
    campaign: int | None
    since_ns: int
    until_ns: int
    pauses: int

    @property
    def limit(self) -> int:
        return self.link if self.campaign is None else min(self.link, self.campaign)


PACES = ((150, None), (150, 60), (250, 120), (250, 60), (100, None))
# The sender hears of a change at once; here after a breath of a busy machine.
HEARD_WITHIN = 1_500_000_000
MEASURED = 1_500_000_000


async def test_paused_and_resumed_with_changing_rates(installation, scale, record, tmp_path: Path) -> None:
    """At several rates of the link and the campaign: nobody twice, nobody left out, and every rate kept in
    every sliding second.
    """
    chosen, pauses, people = scale.pick((PACES[:3], 8, 3_000), (PACES * 4, 50, 50_000))
    paces: list[Pace] = []
    async with LabProcess(parse_scenario(SCENARIO), directory=tmp_path) as lab:
        prepared = await installation.prepare(
            lab.address("alpha"), people, marketing=True, parts_per_second=100
        )
        async with installation.serving(key=prepared.key) as served:
            campaign = await send(served, prepared)
            await until(partial(submitted, lab, 10), "it began")
            for link, rate in chosen:
                await change_link(served, prepared.carrier_id, lab, link)
                await served.patch(f"/campaigns/{campaign.id}", {"parts_per_second": rate})
                since = time.monotonic_ns() + HEARD_WITHIN
                done = 0
                while done < pauses or time.monotonic_ns() < since + MEASURED:
                    await served.post(f"/campaigns/{campaign.id}/pause")
                    await served.post(f"/campaigns/{campaign.id}/resume")
                    more = await submits(lab) + 5
                    await until(partial(submitted, lab, more), "it went on")
                    done += 1
                paces.append(Pace(link, rate, since, time.monotonic_ns(), done))
            await change_link(served, prepared.carrier_id, lab, None)
            await served.patch(f"/campaigns/{campaign.id}", {"parts_per_second": None})
            counts = await until(partial(settled, served, campaign), "the campaign was over")
    assert counts["delivered"] == people
    figures = await kept(installation, lab.log, campaign, body=BODY)
    times = sorted(one.monotonic_ns for one in checks.submits(lab.log))
    busiest = [busiest_second(times, pace) for pace in paces]
    for pace, most in zip(paces, busiest, strict=True):
        assert 0 < most <= pace.limit * READ_LATE, (pace, busiest)
    record(
        "paused and resumed with other rates",
        figures,
        pauses=sum(pace.pauses for pace in paces),
        limits=[pace.limit for pace in paces],
        busiest_seconds=busiest,
    )


async def change_link(served: Served, carrier: str, lab: LabProcess, rate: int | None) -> None:
    """Returns when the link has bound with its new settings."""
    before = (await lab.get("/lab/api/counters"))["alpha"]["binds"]
    host, port = lab.address("alpha")
    settings = {
        "host": host,
        "port": port,
        "system_id": "alpha",
        "window": 100,
        "parts_per_second": rate,
    }
    await served.patch(f"/carriers/{carrier}", {"settings": settings})
    await until(partial(bound_again, lab, before), "the link was bound anew")


async def bound_again(lab: LabProcess, before: int) -> bool:
    return bool((await lab.get("/lab/api/counters"))["alpha"]["binds"] > before)


def busiest_second(times: Sequence[int], pace: Pace) -> int:
    """Most parts of a sliding second that begins while the pace was in force."""
    begins = [at for at in times if pace.since_ns <= at < pace.until_ns]
    return max((sum(begin <= at < begin + 10**9 for at in begins) for begin in begins), default=0)


async def submitted(lab: LabProcess, enough: int) -> bool:
    return await submits(lab) >= enough
