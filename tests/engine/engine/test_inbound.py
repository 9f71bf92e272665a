"""Texts from people: once each, whole, their STOP honoured at once; nothing unexpected breaks anything."""

from pathlib import Path

from chappe.carriers.settings import SmppSettings
from chappe.engine.inbound_record import Recorder
from chappe.engine.inbound_texts import Part, Text, read_text
from chappe.gate.rulings import Rulings
from chappe.kit.clock import SystemClock
from chappe.lab import checks
from chappe.messages.model import MessageState
from chappe.messages.service import MessageIds
from chappe.sending.service import Door
from chappe.smpp.pdu import Message

LOG = "lab.log"

LAB = '[[carriers]]\nname = "alpha"\nreceipts.delay = 0.05\n'
PHONE = "33600000001"


async def recorder(ground) -> Recorder:
    """On a carrier that is never connected to."""
    number = await ground.add_carrier("alpha", ("127.0.0.1", 9))
    clock = SystemClock()
    return Recorder(
        number, ground.workspace, Door(MessageIds(ground.db, clock), Rulings(ground.db), clock, clock), clock
    )


def text(
    body: str, *, part: Part | None = None, source: str = PHONE, to: str = "36180", mark: bytes = b""
) -> Text:
    phone = int(source) if source.isdigit() else None
    print_ = mark or f"{source}{to}{body}{part}".encode()
    return Text(source, to, phone, body, part, print_)


async def record(ground, to: Recorder, *texts: Text, session: int = 1, again: bool = False) -> None:
    async with ground.db.engine_transaction() as conn:
        await to.record(conn, texts, session=session, again=again)


async def bodies(ground) -> list[str]:
    return [row["body"] for row in await ground.db.engine.fetch("select body from inbound order by id")]


async def suppressed(ground) -> int:
    return await ground.db.engine.fetchval("select count(*) from suppression where lifted_at is null")


async def test_a_redelivery_is_one_message_and_a_repetition_two(ground) -> None:
    found = await recorder(ground)
    await record(ground, found, text("oui"), session=1)
    await record(ground, found, text("oui"), session=2)
    assert await bodies(ground) == ["oui"]
    await record(ground, found, text("oui"), session=1)
    assert await bodies(ground) == ["oui", "oui"]
    await record(ground, found, text("oui"), session=1, again=True)
    assert await bodies(ground) == ["oui", "oui"]


async def test_stop_after_start_is_no_redelivery_of_the_stop_before(ground) -> None:
    """Though the link was bound anew in between, and the octets are the same."""
    found = await recorder(ground)
    await record(ground, found, text("STOP"), session=1)
    await record(ground, found, text("START"), session=2)
    assert await suppressed(ground) == 0
    await record(ground, found, text("STOP"), session=3)
    assert await suppressed(ground) == 1
    # Nobody wrote in between: the carrier has delivered it again.
    await record(ground, found, text("STOP"), session=4)
    assert await bodies(ground) == ["STOP", "START", "STOP"]


async def test_parts_are_joined_in_any_order(ground) -> None:
    found = await recorder(ground)
    await record(ground, found, text("monde", part=Part(9, 2, 2)))
    await record(ground, found, text("autre", part=Part(8, 2, 1)))
    assert await bodies(ground) == []
    await record(ground, found, text("Bonjour ", part=Part(9, 2, 1)))
    assert await bodies(ground) == ["Bonjour monde"]
    assert await ground.db.engine.fetchval("select count(*) from inbound_part") == 1


async def test_stop_in_the_first_part_acts_before_the_others_come(ground) -> None:
    found = await recorder(ground)
    await record(ground, found, text("merci pour tout", part=Part(7, 2, 2)), text("STOP", part=Part(5, 2, 1)))
    assert await suppressed(ground) == 1
    assert await bodies(ground) == []
    answers = await ground.db.engine.fetch("select body, purpose from message")
    assert [row["purpose"] for row in answers] == [2]


async def test_unknown_senders_and_names_break_nothing(ground) -> None:
    found = await recorder(ground)
    await record(
        ground,
        found,
        text("STOP", to="99999"),
        text("STOP", source="ACME"),
        text("", source="123"),
        text("\ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace")),
    )
    assert len(await bodies(ground)) == 4
    assert await suppressed(ground) == 1
    assert await ground.db.engine.fetchval("select count(*) from message") == 0


def test_any_octets_are_read() -> None:
    settings = SmppSettings(host="h", port=1, system_id="x")
    tlvs = ((0x20C, b""),)
    for coding, esm, octets in (
        (0, 0x40, b"\xff\xff"),
        (8, 0, b"\xd8\x00\x00"),
        (0xF5, 0x40, b"\x05\x00\x03\x01\x02"),
    ):
        message = Message(
            5, 1, b"", 5, 0, b"A\0B", 0, 0, b"\xff", esm, 0, 0, b"", b"", 0, 0, coding, 0, octets, tlvs
        )  # fmt: skip
        found = read_text(message, charset=settings.charset, country=None, carrier=1)
        assert "\0" not in found.body + found.source + found.destination


async def test_the_database_lost_mid_campaign(ground, lab_of, tmp_path: Path) -> None:
    async with lab_of(LAB, tmp_path) as lab:
        await ground.add_carrier("alpha", lab.carrier("alpha").address, parts_per_second=800, window=50)
        run = await ground.add_run(2_000, chunk=250)
        async with ground.sending():
            for share in (0.2, 0.5):
                await ground.until(lambda share=share: sent_share(ground, run, share))
                await ground.db.engine.fetch(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where datname = current_database() and pid <> pg_backend_pid()"
                )
            await ground.until_state(run, MessageState.DELIVERED, 30)
    assert set(checks.submits_per_part(tmp_path / LOG).values()) == {1}
    assert await ground.counts(run) == {MessageState.DELIVERED: 2_000}


async def sent_share(ground, run, share: float) -> bool:
    states = await ground.states(run)
    return sum(states.values()) - states[None] >= share * (run.hi - run.lo)


async def test_what_is_no_keyword_waits_in_the_inbox(ground) -> None:
    found = await recorder(ground)
    await record(ground, found, text("STOP", source="33600000002"), text("Êtes-vous ouverts ?"))
    rows = await ground.db.engine.fetch("select phone, last_text, unread, sender_id from conversation")
    assert [tuple(row)[:3] for row in rows] == [(int(PHONE), "Êtes-vous ouverts ?", 1)]
    assert rows[0]["sender_id"] == ground.sender
    # A redelivery is not another text.
    await record(ground, found, text("Êtes-vous ouverts ?"), session=2)
    assert await ground.db.engine.fetchval("select unread from conversation") == 1
