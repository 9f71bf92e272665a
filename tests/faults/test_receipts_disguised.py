"""Receipts as carriers really send them: ids written otherwise, early, twice, contradicting, out of order,
after a lost link, for messages that nobody knows.
"""

from collections import defaultdict
from dataclasses import asdict
from functools import partial
from pathlib import Path

from tests.faults.promises import keep_promises
from tests.faults.transitions import backwards, note_transitions, transitions

from chappe.carriers import routing
from chappe.lab import checks
from chappe.messages.model import MessageState
from chappe.sms.provider_ids import canonical

LOG = "lab.log"
WINDOW = 30
# Name → how ids are written in the answer and in the receipt, and where the receipt says it.
DISGUISES = {
    "same": 'ids.answer = "uuid"',
    "case": 'ids = { answer = "UUID", receipt = "uuid" }',
    "dashes": 'ids = { answer = "uuid", receipt = "HEX", bits = 128 }',
    "hex-decimal": 'ids = { answer = "hex", receipt = "decimal", bits = 32 }',
    "decimal-hex": 'ids = { answer = "decimal", receipt = "hex", bits = 40 }',
    "wide": 'ids = { answer = "HEX", receipt = "decimal", bits = 96 }',
    "zeros": 'ids = { answer = "decimal", receipt = "decimal10", bits = 24 }',
    "zeros-case": 'ids = { answer = "hex16", receipt = "HEX", bits = 48 }',
    "tlv-alone": 'ids.answer = "uuid"\nreceipts.text = false',
    "text-alone": 'ids.answer = "uuid"\nreceipts.tlvs = false',
}
SAID = {
    "DELIVERED": MessageState.DELIVERED,
    "UNDELIVERABLE": MessageState.UNDELIVERED,
    "EXPIRED": MessageState.EXPIRED,
}


def scenario(losing_after: int) -> str:
    return "".join(
        f"""
        [[carriers]]
        name = "{name}"
        answers.delay = [0.005, 0.03]
        {ids}
        receipts.delay = [0, 0.3]
        receipts.states = {{ UNDELIVERABLE = 0.2 }}
        receipts.copies = 2
        receipts.reorder = true
        receipts.before_answer = 0.2
        receipts.enroute = 0.3
        receipts.contradict = 0.1
        faults = {{ disconnect_after = {losing_after}, disconnects = 1, reset = true }}
        """
        for name, ids in DISGUISES.items()
    )


async def test_receipts_in_all_disguises(ground, lab_of, scale, record, tmp_path: Path) -> None:
    people = scale.pick(200, 5_000)
    await note_transitions(ground.db)
    runs = {}
    async with lab_of(scenario(people // 2), tmp_path) as lab:
        for number, name in enumerate(DISGUISES):
            await ground.add_carrier(name, lab.carrier(name).address, window=WINDOW, parts_per_second=1_000)
            async with ground.db.engine_transaction() as conn:
                route = await routing.create_route(
                    conn, ground.workspace, name=name, carriers=[ground.carrier_ids[name]]
                )
            ground.route = route.id
            runs[name] = await ground.add_run(people, first_phone=33_600_000_000 + number * 1_000_000)
        async with ground.sending():
            for name, run in runs.items():
                await ground.until(partial(over, ground, run), scale.pick(60, 300), f"the end of {name}")
            await ground.until(lambda: lab.idle, 60, "the last receipt")
            await ground.until(
                lambda: not any(one.counters.unacknowledged + one.counters.waiting for one in lab.carriers),
                60,
                "the last answer to a receipt",
            )
        parked = await ground.db.engine.fetch("select distinct canonical from receipt_parked")
    log = tmp_path / LOG
    sent = checks.receipts(log)
    assert all(one.acked for one in sent)
    for name, run in runs.items():
        others = {
            str(other.first_phone + n) for other in runs.values() if other != run for n in range(people)
        }
        figures = await keep_promises(ground.db, log, run.campaign, others=others, told=name)
        assert figures.unknown <= WINDOW, (name, figures)
        record(f"receipts in disguise: {name}", asdict(figures))
    await strangers_are_kept(ground, sent, {row["canonical"] for row in parked})
    found = await transitions(ground.db)
    assert backwards(found) == []
    await states_are_what_was_said(ground, sent)


async def strangers_are_kept(ground, sent, parked: set[str]) -> None:
    """What was accepted while the link was lost has receipts of ids that nobody was told."""
    rows = await ground.db.engine.fetch(
        "select m.phone from message m join message_state s using (id) where s.state = $1",
        int(MessageState.UNKNOWN),
    )
    in_doubt = {str(row["phone"]) for row in rows}
    strangers = {canonical(one.id) for one in sent if one.phone in in_doubt and one.state in SAID}
    assert strangers
    assert strangers <= parked


async def states_are_what_was_said(ground, sent) -> None:
    """Final states are those of the receipts; where a carrier contradicts itself, one of the two."""
    said = defaultdict(set)
    for one in sent:
        if one.state in SAID:
            said[int(one.phone)].add(SAID[one.state])
    rows = await ground.db.engine.fetch(
        "select m.phone, s.state from message m join message_state s using (id) where s.state <> $1",
        int(MessageState.UNKNOWN),
    )
    wrong = [
        (row["phone"], MessageState(row["state"]), said[row["phone"]])
        for row in rows
        if MessageState(row["state"]) not in said[row["phone"]]
    ]
    assert wrong == []


async def over(ground, run) -> bool:
    states = await ground.states(run)
    return not states[None] and not states[MessageState.SENT]
