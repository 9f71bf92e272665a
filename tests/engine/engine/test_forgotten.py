"""A number that is suppressed or erased between planning and dispatch is not sent to."""

from pathlib import Path

import pytest
from tests.ground import FIRST_PHONE

from chappe.consent import service as consent
from chappe.consent.model import NewSuppression, SuppressionScope
from chappe.db.number_keys import FILE_NAME, NumberKey, NumberKeys, missing, write_keys
from chappe.lab import checks
from chappe.messages.model import Purpose

SECRET = b"k" * 32
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


class Vanishing(NumberKeys):
    """The key is taken away between a claim and the look at its numbers, once; then it is back."""

    lost = 0

    def key(self, key_id: str) -> NumberKey:
        self.lost += 1
        if self.lost == 1:
            raise missing(key_id)
        return super().key(key_id)


@pytest.mark.parametrize("ring", [NumberKeys, Vanishing])
async def test_without_the_key_the_link_goes_on_and_what_needs_it_waits(
    ground, lab_of, tmp_path: Path, ring: type[NumberKeys]
) -> None:
    whole = ground.db.number_keys
    keys = ring(file=tmp_path / FILE_NAME)
    write_keys(tmp_path / FILE_NAME, [SECRET] if ring is Vanishing else [])
    async with lab_of(LAB, tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address)
        run = await ground.add_run(3)
        answer = await ground.add_run(1, purpose=Purpose.SERVICE, first_phone=FIRST_PHONE + 9)
        async with ground.db.engine_transaction() as conn:
            given = NumberKeys([SECRET])
            await consent.forget_numbers(conn, ground.workspace, [FIRST_PHONE + 1], given)
        ground.db.number_keys = keys
        try:
            async with ground.sending():
                await ground.until(lambda: all_settled(ground, answer))
                if ring is NumberKeys:
                    assert (await ground.states(run))[None] == 3
                    write_keys(tmp_path / FILE_NAME, [SECRET])
                await ground.until(lambda: all_settled(ground, run))
        finally:
            ground.db.number_keys = whole
    sent_to = {number for number, _ in checks.submits_per_part(tmp_path / "lab.log")}
    assert sent_to == {str(FIRST_PHONE + n) for n in (0, 2, 9)}
