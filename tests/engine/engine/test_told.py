"""What a carrier says of a number when it refuses or gives up a message stops marketing: over a real link."""

from pathlib import Path

from tests.ground import FIRST_PHONE

from chappe.consent.told.hearing import SQL
from chappe.consent.told.model import Meaning
from chappe.engine.told.reading import read_words
from chappe.kit.clock import SystemClock
from chappe.messages.model import MessageState

SCENARIO = """
[[carriers]]
name = "alpha"
receipts.delay = 0.02
receipts.states = {{ UNDELIVERABLE = 1.0 }}
[[carriers.answers.rules]]
destination = "{refused}"
status = "0x40b"
"""


async def test_who_unsubscribed_with_the_carrier(ground, lab_of, tmp_path: Path) -> None:
    """It says so in the answer to a part, or in a receipt."""
    async with lab_of(SCENARIO.format(refused=f"{FIRST_PHONE}"), tmp_path) as lab:
        carrier = await ground.add_carrier("alpha", lab.carrier("alpha").address)
        run = await ground.add_run(3)
        phones = [
            row["phone"] for row in await ground.db.engine.fetch("select phone from message order by id")
        ]
        async with ground.sending():
            await ground.until(lambda: all_final(ground, run))
    reasons = {
        row["reason"]: row["n"]
        for row in await ground.db.engine.fetch("select reason, count(*) as n from message_state group by 1")
    }
    async with ground.db.engine_transaction() as conn:
        for word in ("0x0000040b", *(reason for reason in reasons if reason.startswith("err:"))):
            await conn.execute(SQL.set_word, ground.workspace, carrier, word, Meaning.OPTED_OUT.value)
    await read_words(ground.db, SystemClock())
    held = await ground.db.engine.fetch("select phone, reason, source, raw from suppression order by phone")
    assert [row["phone"] for row in held] == sorted(phones)
    assert {(row["reason"], row["source"]) for row in held} == {("refused", "carrier")}
    assert {row["raw"] for row in held} == set(reasons)


async def all_final(ground, run) -> bool:
    states = await ground.states(run)
    return states[MessageState.UNDELIVERED] + states[MessageState.REJECTED] == 3
