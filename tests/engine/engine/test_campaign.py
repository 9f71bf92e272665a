"""A campaign over the lab: all delivered, nothing twice, whatever the carrier's way with ids and receipts."""

from pathlib import Path

from chappe.lab import checks
from chappe.messages.model import MessageState

LOG = "lab.log"


async def test_every_message_is_delivered_and_none_twice(ground, lab_of, tmp_path: Path) -> None:
    scenario = '[[carriers]]\nname = "alpha"\nreceipts.delay = 0.05\n'
    async with lab_of(scenario, tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address)
        run = await ground.add_run(5_000)
        async with ground.sending():
            await ground.until_state(run, MessageState.DELIVERED)
            assert await ground.chunks(run) == 0
    assert await ground.counts(run) == {MessageState.DELIVERED: 5_000}
    submitted = checks.submits_per_part(tmp_path / LOG)
    assert len(submitted) == 5_000
    assert set(submitted.values()) == {1}
