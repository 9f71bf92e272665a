"""A campaign over the lab: all delivered, nothing twice, whatever the carrier's way with ids and receipts."""

from pathlib import Path

from chappe.lab import checks
from chappe.lab.loading import parse_scenario
from chappe.lab.process import LabProcess
from chappe.messages.model import MessageState


async def test_every_message_is_delivered_and_none_twice(ground, tmp_path: Path) -> None:
    scenario = parse_scenario('[[carriers]]\nname = "alpha"\nreceipts.delay = 0.05\n')
    async with LabProcess(scenario, directory=tmp_path) as lab:
        await ground.add_carrier("alpha", lab.address("alpha"))
        run = await ground.add_run(5_000)
        async with ground.sending():
            await ground.until_state(run, MessageState.DELIVERED)
            assert await ground.chunks(run) == 0
    assert await ground.counts(run) == {MessageState.DELIVERED: 5_000}
    submitted = checks.submits_per_part(lab.log)
    assert len(submitted) == 5_000
    assert set(submitted.values()) == {1}
