"""A number that is suppressed or erased between planning and dispatch is not sent to."""

from pathlib import Path

import pytest
from tests.ground import FIRST_PHONE

from chappe.consent import service as consent
from chappe.consent.model import NewSuppression, SuppressionScope
from chappe.lab import checks

LAB = '[[carriers]]\nname = "alpha"\nreceipts.delay = 0.02\n'


@pytest.mark.parametrize("erased", [False, True])
async def test_suppressed_after_it_was_planned(ground, lab_of, tmp_path: Path, erased: bool) -> None:
    async with lab_of(LAB, tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address)
        run = await ground.add_run(4)
        wanted = NewSuppression(
            phone=FIRST_PHONE + 1, scope=SuppressionScope.MARKETING, reason="stop", source="inbound"
        )
        async with ground.db.engine_transaction() as conn:
            await consent.suppress(conn, ground.workspace, [wanted])
            if erased:
                await consent.forget_numbers(conn, ground.workspace, [wanted.phone], ground.db.number_keys)
        async with ground.sending():
            await ground.until(lambda: all_settled(ground, run))
    sent_to = {number for number, _ in checks.submits_per_part(tmp_path / "lab.log")}
    assert sent_to == {str(FIRST_PHONE + n) for n in (0, 2, 3)}
    rows = await ground.db.engine.fetch("select reason from message_state where reason is not null")
    assert [row["reason"] for row in rows] == ["suppressed"]


async def all_settled(ground, run) -> bool:
    states = await ground.states(run)
    return not states[None] and await ground.chunks(run) == 0
