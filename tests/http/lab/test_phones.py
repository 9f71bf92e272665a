"""The handsets behind a carrier: what they show, and what they answer."""

import pytest

from chappe.lab import checks
from chappe.lab.lab import BadPhoneNumber, Lab, NoAccount, UnknownCarrier
from chappe.lab.loading import parse_scenario
from chappe.lab.phones import AlphanumericSender, UnknownPhone
from chappe.smpp.constants import EsmClass
from chappe.sms import inbound
from chappe.sms.parts import TooManyParts, split

PHONE = "33612345678"
LONG = "Bonjour, l'offre est-elle valable en boutique ? " * 5


def scenario(settings: str = "", phones: str = ""):
    return parse_scenario(f'{phones}\n[[carriers]]\nname = "alpha"\nreceipts.delay = 0\n{settings}')


async def test_a_phone_shows_what_it_received_with_the_parts_joined(connect, until):
    async with Lab(scenario()) as lab:
        client = await connect(lab.carrier("alpha").address)
        parts = split(LONG, reference=7)
        for payload in parts.payloads:
            client.submit([PHONE], payload, esm_class=parts.esm_class)
        client.submit([PHONE], "Ça va ? 😊".encode("utf-16-be"), data_coding=8)
        await until(lambda: len(client.answered) == len(parts) + 1)
        first, second = lab.phones.handset("+33 6 12 34 56 78").messages
        assert (first.text, first.parts, first.received_parts, first.state) == (LONG, 2, 2, "DELIVERED")
        assert (second.text, second.other, second.direction) == ("Ça va ? 😊", "36111", "received")


async def test_a_phone_that_a_message_did_not_reach_says_why(connect, until):
    async with Lab(scenario("receipts.states = { EXPIRED = 1 }")) as lab:
        client = await connect(lab.carrier("alpha").address)
        client.submit([PHONE])
        await until(lambda: client.deliveries_seen)
        assert lab.phones.handset(PHONE).messages[0].state == "EXPIRED"


@pytest.mark.parametrize(
    ("text", "data_coding", "parts"),
    [("STOP", 0, 1), ("Merci 😊", 8, 1), (LONG, 0, 2), ("Ж" * 150, 8, 3)],
)
async def test_a_reply_reaches_the_client(connect, until, tmp_path, text, data_coding, parts):
    async with Lab(scenario(), log=tmp_path / "log") as lab:
        client = await connect(lab.carrier("alpha").address)
        client.submit([PHONE], registered=0)
        await until(lambda: client.answered)
        assert lab.reply(PHONE, to="36111", text=text) == parts
        await until(lambda: len(client.deliveries_seen) == parts)
        messages = client.deliveries_seen
        assert {(m.source, m.destination, m.destination_ton) for m in messages} == {
            (PHONE.encode(), b"36111", 3)
        }
        assert {m.data_coding for m in messages} == {data_coding}
        assert not any(m.esm_class & EsmClass.RECEIPT for m in messages)
        read = [inbound.decode(m.short_message, m.data_coding, bool(m.esm_class & 0x40)) for m in messages]
        assert "".join(part.text for part in read) == text
        sent = lab.phones.handset(PHONE).messages[-1]
        assert (sent.direction, sent.text, sent.parts) == ("sent", text, parts)
    assert [reply.phone for reply in checks.replies(tmp_path / "log")] == [PHONE] * parts


async def test_a_phone_cannot_answer_a_name(connect, until):
    async with Lab(scenario()) as lab:
        client = await connect(lab.carrier("alpha").address)
        client.submit([PHONE], source=b"ACME", source_ton=5)
        client.submit([PHONE], source=b"12345", source_ton=5)
        await until(lambda: len(client.answered) == 2)
        for sender in ("ACME", "12345", "NEVER-SEEN"):
            with pytest.raises(AlphanumericSender, match="short code"):
                lab.reply(PHONE, to=sender, text="STOP")


async def test_a_phone_may_write_first(connect, until):
    async with Lab(scenario()) as lab:
        with pytest.raises(NoAccount):
            lab.reply(PHONE, to="36111", text="REJOINDRE")
        client = await connect(lab.carrier("alpha").address)
        assert lab.reply(PHONE, to="36111", text="REJOINDRE") == 1
        assert lab.reply(PHONE, to="+33755500000", text="REJOINDRE", carrier="alpha") == 1
        await until(lambda: len(client.deliveries_seen) == 2)
        assert [(m.destination, m.destination_ton) for m in client.deliveries_seen] == [
            (b"36111", 3),
            (b"33755500000", 1),
        ]


async def test_replies_that_make_no_sense_are_refused(connect, until):
    async with Lab(scenario()) as lab:
        await connect(lab.carrier("alpha").address)
        with pytest.raises(BadPhoneNumber):
            lab.reply("12", to="36111", text="x")
        with pytest.raises(UnknownCarrier, match="alpha"):
            lab.reply(PHONE, to="36111", text="x", carrier="omega")
        with pytest.raises(TooManyParts):
            lab.reply(PHONE, to="36111", text="x" * 50_000)
        with pytest.raises(UnknownPhone):
            lab.phones.handset(PHONE)


async def test_a_share_of_the_phones_answers_by_itself_once(connect, until):
    replies = """
    [[phones.replies]]
    share = 0.1
    text = "STOP"
    after = 0.01
    [[phones.replies]]
    share = 0.2
    text = "OUI"
    after = [0, 0.02]
    """
    numbers = [f"336{n:08d}" for n in range(500)]
    async with Lab(scenario(phones=replies)) as lab:
        client = await connect(lab.carrier("alpha").address, window=2_000)
        client.submit(numbers, registered=0)
        client.submit(numbers, registered=0, source=b"ACME", source_ton=5)
        await until(lambda: len(client.answered) == 1_000 and len(client.deliveries_seen) >= 100)
        await until(lambda: lab.counters("alpha").waiting == 0 and lab.idle)
        texts = client.texts()
        assert 25 < texts.count(b"STOP") < 80
        assert 65 < texts.count(b"OUI") < 140
        senders = [message.source for message in client.deliveries_seen]
        assert len(senders) == len(set(senders))
