"""What carriers do: long texts, refusals, ids in disguise, early and repeated receipts, losses."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from chappe.lab import checks
from chappe.messages.model import MessageState
from chappe.smpp.constants import CommandStatus

LOG = "lab.log"


def scenario(lines: str = "") -> str:
    return f'[[carriers]]\nname = "alpha"\nreceipts.delay = 0.05\n{lines}'


async def test_two_part_ucs2_text_is_one_message(ground, lab_of, tmp_path: Path) -> None:
    text = "Chère cliente, voilà 20 % sur les thés ☕ jusqu'à samedi. " + "é☕" * 20
    async with lab_of(scenario(), tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address, window=7)
        run = await ground.add_run(300, body=text, parts=2)
        async with ground.sending():
            await ground.until_state(run, MessageState.DELIVERED)
    # A link that has left says all it did: nothing looks in flight afterwards.
    assert tuple(await ground.db.engine.fetchrow("select submitted, answered from link")) == (600, 600)
    submitted = checks.submits_per_part(tmp_path / LOG)
    assert len(submitted) == 600
    assert set(submitted.values()) == {1}
    one = [part for part in checks.submits(tmp_path / LOG) if part.destination == "33600000000"]
    assert "".join(part.text for part in sorted(one, key=lambda part: part.part)) == text
    rows = await ground.db.engine.fetch("select parts, done_mask, failed_mask, more_ids from message_state")
    assert {(row["parts"], row["done_mask"], row["failed_mask"], len(row["more_ids"])) for row in rows} == {
        (2, 3, 0, 1)
    }


@pytest.mark.parametrize(
    "ids",
    [
        'ids = { answer = "hex", receipt = "decimal", bits = 32 }',
        'ids = { answer = "decimal", receipt = "hex", bits = 40 }',
        'ids = { answer = "UUID", receipt = "uuid", bits = 128 }',
        'ids = { answer = "HEX", receipt = "hex16", bits = 48 }',
    ],
)
async def test_receipts_match_ids_in_disguise(ground, lab_of, tmp_path: Path, ids: str) -> None:
    async with lab_of(scenario(ids), tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address)
        run = await ground.add_run(800, chunk=200)
        async with ground.sending():
            await ground.until_state(run, MessageState.DELIVERED)
    assert await ground.db.engine.fetchval("select count(*) from receipt_parked") == 0


async def test_early_repeated_and_reordered_receipts_count_once(ground, lab_of, tmp_path: Path) -> None:
    lines = (
        "answers.delay = 0.05\nreceipts.copies = 3\nreceipts.reorder = true\nreceipts.before_answer = 0.5\n"
    )
    async with lab_of(scenario(lines), tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address)
        run = await ground.add_run(1_000, chunk=500)
        async with ground.sending():
            await ground.until_state(run, MessageState.DELIVERED)
    assert await ground.counts(run) == {MessageState.DELIVERED: 1_000}


async def test_receipts_that_say_no(ground, lab_of, tmp_path: Path) -> None:
    lines = "receipts.states = { DELIVERED = 0.5, UNDELIVERABLE = 0.2, EXPIRED = 0.2, REJECTED = 0.1 }\n"
    async with lab_of(scenario(lines), tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address)
        run = await ground.add_run(500, chunk=500)
        async with ground.sending():
            await until_final(ground, run)
    receipts = Counter(one.state for one in checks.receipts(tmp_path / LOG))
    states = await ground.states(run)
    assert sum(states.values()) == 500
    assert states[MessageState.DELIVERED] == receipts["DELIVERED"] > 0
    assert states[MessageState.UNDELIVERED] == receipts["UNDELIVERABLE"] > 0
    assert states[MessageState.EXPIRED] == receipts["EXPIRED"] > 0
    assert states[MessageState.REJECTED] == receipts["REJECTED"] > 0
    noted = await ground.db.engine.fetchval("select count(*) from message_exception")
    assert noted == receipts["EXPIRED"] + receipts["REJECTED"]


async def test_throttling_loses_nothing(ground, lab_of, tmp_path: Path) -> None:
    lines = "answers.parts_per_second = 400\n"
    async with lab_of(scenario(lines), tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address, window=50)
        run = await ground.add_run(600, chunk=200)
        async with ground.sending():
            await ground.until_state(run, MessageState.DELIVERED)
    submits = checks.submits(tmp_path / LOG)
    refused = sum(1 for one in submits if one.status == CommandStatus.ESME_RTHROTTLED)
    # The first second is spent finding the limit, the rest just below it.
    assert 0 < refused < 600
    accepted = [int(one.destination) for one in submits if not one.status]
    assert len(set(accepted)) == len(accepted) == 600
    # In order: what was refused goes first again, before all but what was in the window with it.
    behind = max(place - number + min(accepted) for place, number in enumerate(accepted))
    assert behind <= 2 * 50


async def test_permanent_refusals_are_rejected(ground, lab_of, tmp_path: Path) -> None:
    lines = '[[carriers.answers.rules]]\ndestination = "3360000000*"\nstatus = "ESME_RINVDSTADR"\n'
    async with lab_of(scenario(lines), tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address)
        run = await ground.add_run(100)
        async with ground.sending():
            await until_final(ground, run)
    assert await ground.states(run) == {MessageState.REJECTED: 10, MessageState.DELIVERED: 90}
    reasons = await ground.db.engine.fetch("select distinct reason from message_state where state = 8")
    assert [row["reason"] for row in reasons] == ["0x0000000B RINVDSTADR"]


async def test_temporary_refusals_wait_in_chunks_of_their_own(ground, lab_of, tmp_path: Path) -> None:
    lines = '[[carriers.answers.rules]]\ndestination = "336000000*5"\nstatus = "ESME_RSYSERR"\nfirst = 1\n'
    async with lab_of(scenario(lines), tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address)
        run = await ground.add_run(100)
        async with ground.sending():
            await ground.until(lambda: delivered(ground, run, 90))
            chunks = await ground.db.engine.fetch(
                "select lo, hi, attempt, state, due_at > now() + interval '20 seconds' as later"
                " from chunk order by lo"
            )
            assert {(one["attempt"], one["state"], one["later"]) for one in chunks} == {(1, 0, True)}
            assert (chunks[0]["lo"], chunks[-1]["hi"]) == (run.lo + 5, run.lo + 96)
            assert len(chunks) <= 2
            await ground.db.engine.execute("update chunk set due_at = now()")
            await ground.until_state(run, MessageState.DELIVERED)
    assert checks.statuses(tmp_path / LOG)[0x08] == 10
    assert set(checks.submits_per_part(tmp_path / LOG).values()) == {1}


async def test_a_connection_lost_mid_window_leaves_its_window_unknown(ground, lab_of, tmp_path: Path) -> None:
    lines = "answers.delay = 0.02\nfaults = { disconnect_after = 500, disconnects = 1, reset = true }\n"
    async with lab_of(scenario(lines), tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address, window=50)
        run = await ground.add_run(1_000, chunk=250)
        async with ground.sending():
            await until_final(ground, run)
    states = await ground.states(run)
    assert 0 < states[MessageState.UNKNOWN] <= 50
    assert states[MessageState.UNKNOWN] + states[MessageState.DELIVERED] == 1_000
    assert set(checks.submits_per_part(tmp_path / LOG).values()) == {1}


async def delivered(ground, run, count: int) -> bool:
    return (await ground.states(run))[MessageState.DELIVERED] == count


async def until_final(ground, run) -> None:
    async def final() -> bool:
        states = await ground.states(run)
        return not states[None] and not states[MessageState.SENT]

    await ground.until(final)


async def test_a_real_carrier_is_not_used_beside_the_clock_of_a_demo_and_says_so(
    ground, lab_of, tmp_path: Path
) -> None:
    async with lab_of(scenario(), tmp_path) as lab:
        number = await ground.add_carrier("alpha", lab.carrier("alpha").address)
        await ground.db.engine.execute("update carrier set simulated = false")
        await ground.db.engine.execute("update instance set demo_offset = '1 hour'")

        async def said() -> str:
            query = "select coalesce(detail, '') from link where carrier_number = $1"
            return str(await ground.db.engine.fetchval(query, number))

        async with ground.sending():
            async with asyncio.timeout(60):
                while "chappe serve --home DIR" not in await said():
                    await asyncio.sleep(0.05)
    state = await ground.db.engine.fetchrow("select state, owner from link where carrier_number = $1", number)
    assert tuple(state) == ("down", None)


async def test_a_sender_that_the_carrier_refuses_pauses_its_campaign(ground, lab_of, tmp_path: Path) -> None:
    """Reliability section 3: 0x0A, the sender is not registered."""
    async with lab_of(scenario("answers.errors = { ESME_RINVSRCADR = 1.0 }"), tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address, window=20)
        run = await ground.add_run(2_000, chunk=500)
        async with ground.sending():
            await ground.until(lambda: paused(ground, run), what="the pause")
            await ground.until(lambda: nothing_leased(ground, run), what="the end of the leases")
        states = await ground.states(run)
    assert states[MessageState.REJECTED] <= 20
    assert states[MessageState.REJECTED] + states[None] == 2_000
    error = await ground.db.engine.fetchval("select error from campaign where id = $1", run.campaign)
    assert error.startswith("alpha does not accept the sender 36180 (0x0000000A RINVSRCADR).")


async def paused(ground, run) -> bool:
    state = await ground.db.engine.fetchval("select state from campaign where id = $1", run.campaign)
    return state == "paused"


async def nothing_leased(ground, run) -> bool:
    leased = "select count(*) from chunk where run_id = $1 and state <> 0"
    return await ground.db.engine.fetchval(leased, run.run) == 0
