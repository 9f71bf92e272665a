"""Hours of sending: nothing grows but the ledger, and a message costs at the end what it did at first."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from statistics import fmean, linear_regression, median

from tests.faults.campaigns import Campaign, kept, send, settled
from tests.faults.samples import QUEUES, Sample, Sampler, growth, per_message
from tests.installation import until

from chappe.db.open import open_database
from chappe.lab.loading import parse_scenario
from chappe.lab.process import LabProcess

SCENARIO = """
[[carriers]]
name = "alpha"
answers.delay = [0.01, 0.03]
receipts = { delay = [0.1, 2.0], states = { DELIVERED = 1.0 } }
"""
RATE = 2_000
PEOPLE = 100_000
MEGABYTE = 1 << 20


async def test_a_soak(installation, scale, record, tmp_path: Path) -> None:
    """Campaigns over a link of 2,000/s, the next sent while the last is still going out; one in the short
    form. SOAK_SECONDS makes the long one last less than its hour.
    """
    seconds = scale.pick(8.0, float(os.environ.get("SOAK_SECONDS", "3600")))
    people = int(scale.pick(seconds * RATE, PEOPLE))
    count = int(seconds * RATE // people)
    # The log of hours has millions of lines: then the counts of the carrier are the witness.
    lab = LabProcess(parse_scenario(SCENARIO), directory=tmp_path, keep_log=not scale.long)
    async with lab:
        prepared = await installation.prepare(
            lab.address("alpha"), people, marketing=True, parts_per_second=RATE, window=500
        )
        async with (
            installation.serving(key=prepared.key) as served,
            open_database(installation.settings) as db,
        ):
            sampler = Sampler(served, db)
            watching = asyncio.create_task(sampler.keep_taking(seconds / scale.pick(6, 120)))
            campaigns: list[Campaign] = []
            for number in range(count):
                campaigns.append(await send(served, prepared, f"Soak {number}"))
                enough = int((number + 0.9) * people)
                await until(lambda enough=enough: submitted(lab, enough), f"{enough} submits", 4 * seconds)
            for campaign in campaigns:
                counts = await until(lambda one=campaign: settled(served, one), "the end", 4 * seconds)
                assert {state: n for state, n in counts.items() if n} == {"delivered": people}
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            last = await sampler.take()
            counters = (await lab.get("/lab/api/counters"))["alpha"]
    assert (counters["submits"], counters["accepted"]) == (people * count, people * count)
    if not scale.long:
        await kept(installation, lab.log, campaigns[0], limits={"alpha": RATE})
    samples = [one for one in sampler.samples if one.delivered]
    figures = told(samples, last)
    record("soak", None, messages=people * count, **figures)
    stays_flat(samples, long=scale.long)


async def submitted(lab: LabProcess, enough: int) -> bool:
    return bool((await lab.get("/lab/api/counters"))["alpha"]["submits"] >= enough)


def told(samples: list[Sample], last: Sample) -> dict[str, object]:
    """Figures of docs/guarantees.md."""
    settled_in = samples[len(samples) // 3 :]
    wal = [octets for _, octets in per_message(samples, lambda one: one.wal)]
    return {
        "seconds": round(last.seconds),
        "per_second": round(last.delivered / last.seconds),
        "resident_mb": {role: round(octets / MEGABYTE) for role, octets in last.resident.items()},
        "sender_mb": [
            round(one.resident["sender"] / MEGABYTE) for one in samples[:: max(1, len(samples) // 12)]
        ],
        "resident_growth": {
            role: round(growth(settled_in, lambda one, role=role: one.resident[role]), 3)
            for role in last.resident
        },
        "tables_mb": {
            name: round(max(one.tables[name] for one in samples) / MEGABYTE, 1) for name in last.tables
        },
        "wal_per_message": round(median(wal)),
        "ledger_octets_per_message": round(
            (last.tables["message"] + last.tables["message_state"]) / last.delivered
        ),
        "hot_updates": round(last.hot_share, 3),
        "dead_rows": round(last.dead_share, 3),
    }


def stays_flat(samples: list[Sample], *, long: bool) -> None:
    """No trend, once caches and maps are full (after a third). The short form has no time to see one: it asks
    that nothing runs away.
    """
    settled_in = samples[len(samples) // 3 :]
    most = 0.1 if long else 1.0
    for role in samples[-1].resident:
        grew = growth(settled_in, lambda one, role=role: one.resident[role])
        assert grew < most, (role, grew, [one.resident[role] // MEGABYTE for one in samples])
    for table in QUEUES:
        octets = [one.tables[table] for one in samples]
        assert max(octets) < 64 * MEGABYTE, (table, octets)
    costs = per_message(samples, lambda one: one.wal)
    if long:
        line = linear_regression([at for at, _ in costs], [octets for _, octets in costs])
        drift = line.slope * (costs[-1][0] - costs[0][0]) / fmean(octets for _, octets in costs)
        # It falls in a run of minutes: pages are logged whole when first touched after a checkpoint.
        assert drift < 0.25, (drift, costs)
    assert samples[-1].hot_share > 0.8, samples[-1]
