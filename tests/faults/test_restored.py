"""A backup made in the middle of a campaign, restored after more of it was sent: nothing leaves twice."""

import time
from functools import partial
from pathlib import Path

import httpx
from tests.faults.campaigns import send, submits
from tests.installation import Served, until

from chappe.db.open import open_database
from chappe.lab import checks
from chappe.lab.loading import parse_scenario
from chappe.lab.process import LabProcess

SCENARIO = '[[carriers]]\nname = "alpha"\nanswers.delay = [0.01, 0.03]\nreceipts.delay = 0.05\n'


LATER = "+33612309999"


async def test_a_backup_restored_in_mid_campaign(fresh, scale, record, tmp_path: Path) -> None:
    """Held until a person releases it; then new messages leave, the campaign rests, and who said STOP since
    the backup stays suppressed.
    """
    people, rate = scale.pick((10_000, 200), (100_000, 1_000))
    ours, restored = fresh(), fresh()
    file = tmp_path / "all.backup"
    async with LabProcess(parse_scenario(SCENARIO), directory=tmp_path) as lab:
        prepared = await ours.prepare(lab.address("alpha"), people, marketing=True, parts_per_second=rate)
        async with ours.serving(key=prepared.key) as served:
            campaign = await send(served, prepared)
            await until(partial(submitted, lab, rate // 2), "it was under way")
            written = await ours.run("backup", str(file))
            assert written.code == 0, written
            at_backup = await submits(lab)
            await served.post("/suppressions", {"phone": LATER, "scope": "all"})
            log = ours.home / "suppressions.log"
            await until(lambda: log.exists() and log.stat().st_size, "the suppression was kept")
            await until(partial(submitted, lab, at_backup + rate // 2), "more was sent")
            ours.kill_everything()
        before = await submits(lab)
        over = await ours.run("restore", str(file))
        assert over.code == 1
        assert "--replace" in over.err
        assert len(over.err.splitlines()) == 1

        # The log of the data folder is all that comes along.
        restored.home.mkdir()
        (restored.home / "suppressions.log").write_bytes(log.read_bytes())
        back = await restored.run("restore", str(file))
        assert back.code == 0, back
        assert "1 suppressions, lifts and erasures" in back.out
        assert "Paused, since they may have gone on after the backup: 1 campaigns" in back.out
        assert "chappe release" in back.out
        async with restored.serving(key=prepared.key) as served:
            ready = await served.get("/readyz")
            assert (ready.status_code, ready.json()["code"]) == (503, "held")
            await single(served, prepared.sender_id, "+33698000000")
            await until(partial(bound, served, prepared.carrier_id), "the link was bound")
            # The command takes longer to start than a sender to find work, were it not held.
            before_release = time.monotonic_ns()
            assert (await restored.run("release")).code == 0
            await until(partial(submitted, lab, before + 1), "a new message left")
            assert (await served.get("/readyz")).status_code == 200
            view = (await served.get(f"/v1/campaigns/{campaign.id}")).json()
            assert (view["state"], await submits(lab)) == ("paused", before + 1)
            assert "not known here" in view["error"]
            await served.post(f"/campaigns/{campaign.id}/cancel")
            counts = await until(partial(ended, served, campaign.id), "it was canceled")
        async with open_database(restored.settings) as db:
            known = await db.engine.fetchval("select max(id) from message where run_id is not null")
            given = await db.engine.fetchval("select max(id) from message where run_id is null")
            stopped = await db.engine.fetchval("select count(*) from suppression where lifted_at is null")
    left = checks.submits(lab.log)
    assert [one.destination for one in left if one.monotonic_ns > before_release] == ["33698000000"]
    assert checks.repeated(lab.log) == {}
    assert stopped == 1
    assert sum(counts.values()) == people
    assert counts["delivered"] + counts["unknown"] + counts["sent"] + counts["canceled"] == people
    # Ids that the first program gave after the backup are not given again.
    assert given - known > 1 << 29
    figures = {"people": people, "at_backup": at_backup, "left": before, **counts}
    record("backup restored in mid-campaign", figures)


async def single(served: Served, sender: str, number: str) -> None:
    message = {
        "to": number,
        "sender_id": sender,
        "body": "Votre commande.",
        "purpose": "transactional",
    }
    headers = {"Authorization": f"Bearer {served.key}", "Idempotency-Key": number}
    async with httpx.AsyncClient(base_url=served.url, trust_env=False, verify=False, timeout=60) as client:
        answer = await client.post("/v1/messages", json=message, headers=headers)
    assert answer.status_code == 202, answer.text


async def bound(served: Served, carrier: str) -> bool:
    return bool((await served.get(f"/v1/carriers/{carrier}")).json()["state"] == "bound")


async def submitted(lab: LabProcess, enough: int) -> bool:
    return await submits(lab) >= enough


async def ended(served: Served, campaign: str) -> dict[str, int] | None:
    """The counts of a canceled campaign with nothing left to be canceled."""
    view = (await served.get(f"/v1/campaigns/{campaign}")).json()
    waiting = view["counts"]["accepted"] + view["counts"]["queued"]
    return dict(view["counts"]) if view["state"] == "canceled" and not waiting else None
