"""A backup taken while the program serves, restored elsewhere: held, with the STOPs that came after it."""

import time
from pathlib import Path

from chappe.lab import checks
from chappe.lab.loading import parse_scenario
from chappe.lab.process import LabProcess

SCENARIO = '[[carriers]]\nname = "alpha"\nreceipts.delay = 0.05\n'
LATER = "+33612300001"


async def test_a_restored_program_is_held_and_remembers_who_said_stop(fresh, until, tmp_path: Path) -> None:
    ours, restored = fresh(), fresh()
    file = tmp_path / "all.backup"
    async with LabProcess(parse_scenario(SCENARIO), directory=tmp_path) as lab:
        prepared = await ours.prepare(lab.address("alpha"), 3)
        async with ours.serving(key=prepared.key) as served:
            written = await ours.run("backup", str(file))
            assert written.code == 0, written
            await served.post("/suppressions", {"phone": LATER, "scope": "all"})
            kept = ours.home / "suppressions.log"
            await until(lambda: kept.exists() and kept.stat().st_size, "the suppression was kept")
        over = await ours.run("restore", str(file))
        assert over.code == 1
        assert "--replace" in over.err
        assert len(over.err.splitlines()) == 1

        # The log of the data folder is all that comes along.
        restored.home.mkdir()
        (restored.home / "suppressions.log").write_bytes(kept.read_bytes())
        back = await restored.run("restore", str(file))
        assert back.code == 0, back
        assert "1 suppressions and lifts" in back.out
        assert "chappe release" in back.out

        refused = await restored.run("send", "--list", "Clients", "--from", "36179", "--text", "hi")
        assert refused.code == 1
        assert "chappe release" in refused.err
        async with restored.serving(key=prepared.key) as served:
            ready = await served.get("/readyz")
            assert (ready.status_code, ready.json()["code"]) == (503, "held")
            await _write(served, prepared)
            await until(lambda: _is_bound(served, prepared), "the link was bound")
            # The command takes longer to start than a sender to find work, were it not held.
            before_release = time.monotonic_ns()
            freed = await restored.run("release")
            assert freed.code == 0, freed
            await until(lambda: _submitted(lab, 2), "what was held has left")
            assert (await served.get("/readyz")).status_code == 200
    left = checks.submits(lab.log)
    assert {submit.destination for submit in left} == {"33612300000", "33612300002"}
    assert min(submit.monotonic_ns for submit in left) > before_release


async def _write(served, prepared) -> None:
    """A transactional campaign to everyone on the list."""
    made = await served.post(
        "/campaigns",
        {
            "name": "Held",
            "purpose": "transactional",
            "audience": {"include": [prepared.list_id]},
            "sender_id": prepared.sender_id,
            "body": "Bonjour",
        },
    )
    await served.post(f"/campaigns/{made['id']}/send")


async def _is_bound(served, prepared) -> bool:
    return bool((await served.get(f"/v1/carriers/{prepared.carrier_id}")).json()["state"] == "bound")


async def _submitted(lab: LabProcess, at_least: int) -> bool:
    return bool((await lab.get("/lab/api/counters"))["alpha"]["submits"] >= at_least)
