"""Every answer of a carrier once, in one campaign, and what must follow: SMPP 3.4 section 5.1.3, and
how Kannel and Jasmin found carriers to use it.
"""

from collections import Counter, defaultdict
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.faults.promises import keep_promises

from chappe.lab import checks
from chappe.messages.model import MessageState

LOG = "lab.log"


class Case(NamedTuple):
    """`refusals`: how often alpha answers so (0: always); `also`: beta, the next carrier of the route, too.
    `tries`: submits by alpha and by beta. `pauses`: seconds that were waited, at least and about.
    """

    status: int
    state: MessageState
    tries: tuple[int, int] = (1, 0)
    refusals: int = 0
    also: bool = False
    pauses: tuple[int, ...] = ()


PERMANENT = (
    0x01, 0x0B, 0x15, 0x33, 0x34, 0x40, 0x41, 0x42, 0x43, 0x44, 0x48, 0x49, 0x50, 0x51, 0x53, 0x54, 0x55,
    0x61, 0x62, 0x65, 0x66, 0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0x0400, 0x04FF, 0x12345678,
)  # fmt: skip
SENT = MessageState.DELIVERED
RETRIES = (30, 120, 600)
CASES = (
    *(Case(status, MessageState.REJECTED) for status in PERMANENT),
    # The link's affair: the same part again, no attempt counted.
    Case(0x58, SENT, (2, 0), refusals=1),
    Case(0x67, SENT, (2, 0), refusals=1),
    Case(0x0D, SENT, (2, 0), refusals=1),
    Case(0x04, SENT, (2, 0), refusals=1),
    Case(0x05, SENT, (2, 0), refusals=1),
    # For now: three pauses here, then another carrier, then the end.
    Case(0x08, SENT, (2, 0), refusals=1, pauses=RETRIES[:1]),
    Case(0x08, SENT, (4, 1), pauses=RETRIES),
    Case(0x64, SENT, (4, 1), pauses=RETRIES),
    Case(0x08, MessageState.FAILED, (4, 1), also=True, pauses=RETRIES),
    # The queue of one recipient: three minutes at least.
    Case(0x14, SENT, (4, 1), pauses=(180, 180, 600)),
    # Not by this carrier: once by another.
    Case(0x45, SENT, (1, 1)),
    Case(0x45, MessageState.REJECTED, (1, 1), also=True),
)  # fmt: skip


def carrier(name: str, rules: list[tuple[int, Case]]) -> str:
    lines = [f'[[carriers]]\nname = "{name}"\nreceipts.delay = 0.05']
    for phone, case in rules:
        lines.append(
            f'[[carriers.answers.rules]]\ndestination = "{phone}"\nstatus = "{case.status:#06x}"\n'
            f"first = {case.refusals}"
        )
    return "\n".join(lines) + "\n"


async def test_every_answer_of_a_carrier(ground, lab_of, record, tmp_path: Path, monkeypatch) -> None:
    # An empty account is asked again after half a minute; here after a second.
    monkeypatch.setattr("chappe.engine.link._PAUSE", 1.0)
    cases = {33_600_000_000 + n: case for n, case in enumerate(CASES)}
    alpha = carrier("alpha", list(cases.items()))
    beta = carrier("beta", [(phone, case) for phone, case in cases.items() if case.also])
    async with lab_of(alpha + beta, tmp_path) as lab:
        for name in ("alpha", "beta"):
            await ground.add_carrier(name, lab.carrier(name).address, parts_per_second=500)
        run = await ground.add_run(len(cases) + 100)
        waited: dict[int, list[int]] = defaultdict(list)
        async with ground.sending():
            await ground.until(partial(hurried, ground, run, waited), 60, "the end")
    figures = await keep_promises(ground.db, tmp_path / LOG, run.campaign)

    rows = await ground.db.engine.fetch(
        "select m.phone, s.state, s.reason from message m join message_state s using (id)"
    )
    found = {row["phone"]: (MessageState(row["state"]), row["reason"]) for row in rows}
    tries = Counter((int(one.destination), one.carrier) for one in checks.submits(tmp_path / LOG))
    for phone, case in cases.items():
        state, reason = found[phone]
        told = (f"{case.status:#x}", case, reason)
        assert state is case.state, told
        assert (tries[phone, "alpha"], tries[phone, "beta"]) == case.tries, told
        assert state is SENT or f"{case.status:08X}" in reason, told
        pauses = waited[run.lo + phone - run.first_phone]
        assert [nominal(was) for was in pauses] == list(case.pauses), (told, pauses)
    assert all(found[phone][0] is SENT for phone in found if phone not in cases)
    record("every answer of a carrier", figures, answers=len(CASES))


def nominal(seconds: int) -> int:
    """The pause that was meant. Refusals of one spell share a chunk: rounded up to five seconds; and a moment
    may have passed before it was looked at.
    """
    return next((pause for pause in (30, 120, 180, 600) if pause - 10 <= seconds <= pause + 6), seconds)


async def hurried(ground, run, waited: dict[int, list[int]]) -> bool:
    """Whether all is over. What waits for another try is noted (message → seconds) and called at once."""
    async with ground.db.engine_transaction() as conn:
        chunks = await conn.fetch(
            "update chunk c set due_at = now() from (select id, due_at from chunk where state = 0"
            " and due_at > now() + interval '10 seconds' for update) was where was.id = c.id"
            " returning c.lo, c.hi, extract(epoch from was.due_at - now())::int as wait"
        )
        for chunk in chunks:
            left = await conn.fetch(
                "select id from message m where id >= $1 and id < $2"
                " and not exists (select 1 from message_state s where s.id = m.id)", chunk["lo"], chunk["hi"]
            )  # fmt: skip
            for row in left:
                waited[row["id"]].append(chunk["wait"])
        await conn.execute("select pg_notify('chappe_chunk', '')")
    states = await ground.states(run)
    return not states[None] and not states[MessageState.SENT]


REFUSED_BINDS = ("ESME_RBINDFAIL", "ESME_RINVPASWD", "ESME_RINVSYSID", "ESME_RINVSYSTYP")


async def test_a_refused_bind_is_not_tried_again_until_a_person_acts(
    ground, lab_of, record, tmp_path: Path
) -> None:
    """Addresses that hammer with a wrong password are banned; a refusal for now is another matter."""
    names = [f"c{n}" for n in range(len(REFUSED_BINDS))]
    refusing = [
        f'[[carriers]]\nname = "{name}"\nbinds.refuse = "{status}"\n'
        for name, status in zip(names, REFUSED_BINDS, strict=True)
    ]
    busy = '[[carriers]]\nname = "busy"\nbinds = { refuse = "ESME_RSYSERR", refuse_first = 2 }\n'
    async with lab_of("".join(refusing) + busy, tmp_path) as lab:
        for name in (*names, "busy"):
            await ground.add_carrier(name, lab.carrier(name).address)
        run = await ground.add_run(10)
        async with ground.sending():
            await ground.until_state(run, MessageState.DELIVERED, 60)
            counters = {name: lab.carrier(name).counters for name in (*names, "busy")}
            links = await ground.db.engine.fetch("select carrier_number, state, detail from link")
    told = {row["carrier_number"]: (row["state"], row["detail"] or "") for row in links}
    for name, status in zip(names, REFUSED_BINDS, strict=True):
        state, detail = told[ground.numbers[name]]
        assert (state, counters[name].refused_binds) == ("refused", 1)
        assert status.removeprefix("ESME_") in detail
    assert (counters["busy"].refused_binds, counters["busy"].binds) == (2, 1)
    figures = await keep_promises(ground.db, tmp_path / LOG, run.campaign)
    record("bind refused", figures, answers=len(REFUSED_BINDS))
